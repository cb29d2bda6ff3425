"""The next version of an order's quote while it is written: its lines, and changing them (C5).

Every change is one operation with its own key, written down as a `quote_drafted` event that says who did what: two
stations that change the same line are told by it. Amounts are minor units in the draft's basis (`prices_with_vat`),
quantities thousandths, rates and discounts basis points.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from convisav_tui import clock
from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.money import plain_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import QUOTE_VALIDITY_DAYS, number_for
from convisav_tui.shop.events import append_event
from convisav_tui.shop.permissions import Permission, asks, may, require
from convisav_tui.shop.quote_changes import (
    DRAFTED,
    FREE,
    PRICED_BY,
    done_before,
    price_is_due,
    refuse_changed,
)
from convisav_tui.shop.quote_fields import line_values, texts_of
from convisav_tui.shop.quote_rates import amount_setting, shows_vat
from convisav_tui.shop.quote_totals import Priced, without_vat
from convisav_tui.store.models import (
    OrderEvent,
    QuoteDraft,
    QuoteDraftLine,
    QuoteLine,
    QuoteLineKind,
    RepairOrder,
)


def line_texts(session: Session, line_id: int, actor: Actor) -> dict[str, str]:
    """A line as `save_line` reads it (quote_fields.LINE_FIELDS); its cost only for who may see it; where its price is
    owed, what the shop asks for an hour or a trip now. Raises NotFound."""
    line = line_of(session, line_id)
    sees = may(session, actor, Permission.SEE_COST)
    currency = order_of(session, line.order_id).currency
    texts = texts_of(session, line, currency, cost=sees)
    if price_is_due(session, line):
        draft, usual = draft_row(session, line.order_id), amount_setting(session, PRICED_BY[line.kind])
        if draft is not None and not draft.prices_with_vat:
            usual = without_vat(usual, line.vat_rate)
        texts["unit_price"] = plain_amount(usual, currency) if usual else ""
    return texts


@asks(Permission.MOVE_ORDER, Permission.SEE_COST)
def save_line(
    session: Session,
    order_id: int,
    raw: Mapping[str, str],
    shop: ShopContext,
    actor: Actor,
    key: str,
    *,
    line_id: int | None = None,
    expected_version: int | None = None,
) -> int:
    """Write a line as typed (quote_fields.LINE_FIELDS); a new one, last of its variant, without `line_id`. Its id.

    Raises FieldErrors, NotFound, Conflict (who changed what) when the line is not as it was read, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    if "cost" in raw:
        require(session, actor, Permission.SEE_COST)
    done = done_before(session, order_id, key)
    if done is not None:
        return done
    order = order_of(session, order_id)
    line = line_of(session, line_id) if line_id is not None else None
    if line is not None:
        refuse_changed(session, line, expected_version, shop)
    values = line_values(session, raw, order, shop, line)
    free = values["unit_price"] == 0 if raw.get("unit_price", "").strip() else None
    if line is None:
        return add_line(session, order, shop, actor, key, free=free, **values)
    for name, value in values.items():
        setattr(line, name, value)
    session.add(line)
    note_change(session, order, shop, actor, key, "changed", line, free=free)
    return line.id or 0


@asks(Permission.MOVE_ORDER)
def remove_line(
    session: Session, line_id: int, shop: ShopContext, actor: Actor, key: str, expected_version: int | None = None
) -> None:
    """Take a line out; one that is gone already is no trouble. Raises Conflict as `save_line`, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    line = session.get(QuoteDraftLine, line_id)
    if line is None:
        return
    refuse_changed(session, line, expected_version, shop)
    order = order_of(session, line.order_id)
    session.delete(line)
    note_change(session, order, shop, actor, key, "removed", line)


@asks(Permission.MOVE_ORDER)
def move_line(session: Session, line_id: int, by: int, shop: ShopContext, actor: Actor, key: str) -> None:
    """Move a line up (`by` below 0) or down within its variant; further than the end is the end. Raises NotFound."""
    require(session, actor, Permission.MOVE_ORDER)
    line = line_of(session, line_id)
    if done_before(session, line.order_id, key) is not None:
        return
    rows = [row for row in lines_of(session, line.order_id) if row.variant == line.variant]
    place = rows.index(line)
    rows.insert(max(0, min(len(rows) - 1, place + by)), rows.pop(place))
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            session.add(row)
    note_change(session, order_of(session, line.order_id), shop, actor, key, "moved", line)


# --- for the other operations on a draft ------------------------------------------------------------------------------


def add_line(
    session: Session,
    order: RepairOrder,
    shop: ShopContext,
    actor: Actor,
    key: str,
    *,
    free: bool | None = None,
    **values: object,
) -> int:
    """Append a line with these values of its columns; its id. `free` as for `note_change`."""
    assert order.id is not None
    begin_draft(session, order, shop, actor)
    rows = [row for row in lines_of(session, order.id) if row.variant == values.get("variant", "")]
    last = max((row.position for row in rows), default=0)
    line = QuoteDraftLine.model_validate({"order_id": order.id, "position": last + 1} | values)
    session.add(line)
    session.flush()
    note_change(session, order, shop, actor, key, "added", line, free=free)
    return line.id or 0


def begin_draft(session: Session, order: RepairOrder, shop: ShopContext, actor: Actor) -> QuoteDraft:
    """The draft of an order, made when there is none."""
    assert order.id is not None
    draft = draft_row(session, order.id)
    if draft is None:
        draft = QuoteDraft(order_id=order.id, prices_with_vat=shows_vat(session, order), updated_by_id=actor.staff_id)
        session.add(draft)
        session.flush()
    return draft


def note_change(
    session: Session,
    order: RepairOrder,
    shop: ShopContext,
    actor: Actor,
    key: str,
    what: str,
    line: QuoteDraftLine,
    *,
    free: bool | None = None,
) -> OrderEvent:
    """Write down who changed which line and how; `what` is added, changed, removed, moved; `free` says whether the
    price that was typed was 0, None where none was typed."""
    touch(session, order, shop, actor)
    priced = {} if free is None else {FREE: free}
    return append_event(
        session,
        order,
        event=DRAFTED,
        actor=actor,
        detail={"what": what, "line": line.id, "text": line.text, "amount": line.unit_price} | priced,
        key=key,
    )


def touch(session: Session, order: RepairOrder, shop: ShopContext, actor: Actor) -> QuoteDraft:
    """The draft was changed now by this person; two who do so at once do so one after the other."""
    draft = begin_draft(session, order, shop, actor)
    draft.updated_at, draft.updated_by_id = clock.now(), actor.staff_id
    flag_modified(draft, "updated_at")  # its version counts every change, two in one instant too
    session.add(draft)
    session.flush()
    return draft


def order_of(session: Session, order_id: int) -> RepairOrder:
    """The order. Raises NotFound."""
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def line_of(session: Session, line_id: int) -> QuoteDraftLine:
    """The line of a draft. Raises NotFound when somebody took it out."""
    line = session.get(QuoteDraftLine, line_id)
    if line is None:
        raise NotFound(_("This line was taken out of the quote."), _("Look at it again."))
    return line


def draft_row(session: Session, order_id: int) -> QuoteDraft | None:
    """The draft of an order, None while nobody has begun it."""
    return session.exec(select(QuoteDraft).where(QuoteDraft.order_id == order_id)).first()


def lines_of(session: Session, order_id: int) -> list[QuoteDraftLine]:
    """The lines of the draft, variant by variant in their order."""
    rows = select(QuoteDraftLine).where(QuoteDraftLine.order_id == order_id)
    return list(
        session.exec(rows.order_by(col(QuoteDraftLine.variant), col(QuoteDraftLine.position), col(QuoteDraftLine.id)))
    )


def usual_validity(session: Session, shop: ShopContext) -> date:
    """Until when a quote of today holds (FR-Q4)."""
    today = shop.today()
    return today + timedelta(days=number_for(session, shop.country, QUOTE_VALIDITY_DAYS, today))


def priced(line: QuoteDraftLine | QuoteLine) -> Priced:
    """A line as the sums need it."""
    return Priced(
        unit_price=line.unit_price,
        vat_rate=line.vat_rate,
        quantity=line.quantity,
        discount=line.discount,
        billed=line.billed,
        is_discount=line.kind is QuoteLineKind.DISCOUNT,
    )
