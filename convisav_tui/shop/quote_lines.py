"""The next version of an order's quote while it is written: its lines, what they come to, and changing them (C5).

`draft_of` reads all that a screen shows; every change is one operation with its own key, written down as a
`quote_drafted` event that says who did what: two stations that change the same line are told by it. Amounts are minor
units in the draft's basis (`prices_with_vat`), quantities thousandths, rates and discounts basis points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from convisav_tui import clock
from convisav_tui.errors import Conflict, NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.circular import is_due
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import QUOTE_VALIDITY_DAYS, number_for
from convisav_tui.shop.events import append_event
from convisav_tui.shop.permissions import Permission, asks, may, require
from convisav_tui.shop.quote_fields import line_values, texts_of
from convisav_tui.shop.quote_rates import is_franchise, shows_vat
from convisav_tui.shop.quote_totals import ONE, Priced, Totals, half_up, totals_of
from convisav_tui.shop.stock import free, levels_of
from convisav_tui.store.models import (
    CircularOffer,
    OrderEvent,
    Part,
    PartCondition,
    QuoteDraft,
    QuoteDraftLine,
    QuoteLine,
    QuoteLineKind,
    RepairOrder,
    Staff,
)

DRAFTED = "quote_drafted"  # the event of every change


@dataclass(frozen=True)
class LineRow:
    """A line as it is shown; `amount` is what it comes to. `cost` (of one, excl. VAT) is None for who may not see it,
    `free` is what lies in the stock for nobody, None where no part is named. `circular_due`: an answer to the offer of
    a used part is owed and missing (FR-P1)."""

    id: int
    version: int
    variant: str
    position: int
    kind: QuoteLineKind
    text: str
    quantity: int
    unit: str
    unit_price: int
    discount: int
    vat_rate: int
    billed: bool
    amount: int
    cost: int | None
    part_id: int | None
    part_code: str
    free: int | None
    work_id: int | None
    condition: PartCondition | None
    circular_due: bool
    circular_offer: CircularOffer | None
    circular_price: int | None


@dataclass(frozen=True)
class VariantRow:
    """The lines of a variant ("" where there is only one) and their sums; cost and margin are None for who may not see
    them, the margin is what is left of the net amount."""

    letter: str
    lines: tuple[LineRow, ...]
    totals: Totals
    cost: int | None
    margin: int | None


@dataclass(frozen=True)
class DraftRow:
    """The quote as it would be issued now. `version` is 0 while nobody has begun it; `agreed` is what the customer
    agreed to beforehand (his cap), `changed_by` and `changed_at` who wrote in it last."""

    order_id: int
    number: str
    currency: str
    version: int
    prices_with_vat: bool
    franchise: bool
    text: str
    valid_until: date
    fee: int
    execution: str
    variants: tuple[VariantRow, ...]
    may_see_cost: bool
    agreed: int | None
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def lines(self) -> tuple[LineRow, ...]:
        """The lines of all variants."""
        return tuple(line for variant in self.variants for line in variant.lines)

    @property
    def letters(self) -> tuple[str, ...]:
        """The variants, () where there is only one."""
        return tuple(variant.letter for variant in self.variants if variant.letter)


def draft_of(session: Session, order_id: int, actor: Actor, shop: ShopContext) -> DraftRow:
    """The draft with its lines and sums; an empty one where nobody has begun. Raises NotFound. Changes nothing."""
    order, draft = order_of(session, order_id), draft_row(session, order_id)
    basis = draft.prices_with_vat if draft is not None else shows_vat(session, order)
    franchise = is_franchise(session, shop.today())
    sees = may(session, actor, Permission.SEE_COST)
    rows = lines_of(session, order_id)
    letters = sorted({row.variant for row in rows}) or [""]
    staff = session.get(Staff, draft.updated_by_id) if draft is not None and draft.updated_by_id else None
    return DraftRow(
        order_id=order_id,
        number=order.number,
        currency=order.currency,
        version=draft.version if draft is not None else 0,
        prices_with_vat=basis,
        franchise=franchise,
        text=draft.text if draft is not None else "",
        valid_until=(draft.valid_until if draft is not None else None) or usual_validity(session, shop),
        fee=draft.fee if draft is not None else 0,
        execution=draft.execution if draft is not None else "",
        variants=tuple(
            _variant(session, order, letter, [row for row in rows if row.variant == letter], shop, basis, sees)
            for letter in letters
        ),
        may_see_cost=sees,
        agreed=order.cap,
        changed_by=staff.name if staff is not None else "",
        changed_at=draft.updated_at if draft is not None else None,
    )


def line_texts(session: Session, line_id: int, actor: Actor) -> dict[str, str]:
    """A line as `save_line` reads it (quote_fields.LINE_FIELDS); its cost only for who may see it. Raises NotFound."""
    line = line_of(session, line_id)
    sees = may(session, actor, Permission.SEE_COST)
    return texts_of(session, line, order_of(session, line.order_id).currency, cost=sees)


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
    if line is None:
        return add_line(session, order, shop, actor, key, **values)
    for name, value in values.items():
        setattr(line, name, value)
    session.add(line)
    note_change(session, order, shop, actor, key, "changed", line)
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


def add_line(session: Session, order: RepairOrder, shop: ShopContext, actor: Actor, key: str, **values: object) -> int:
    """Append a line with these values of its columns; its id."""
    assert order.id is not None
    begin_draft(session, order, shop, actor)
    rows = [row for row in lines_of(session, order.id) if row.variant == values.get("variant", "")]
    last = max((row.position for row in rows), default=0)
    line = QuoteDraftLine.model_validate({"order_id": order.id, "position": last + 1} | values)
    session.add(line)
    session.flush()
    note_change(session, order, shop, actor, key, "added", line)
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
    session: Session, order: RepairOrder, shop: ShopContext, actor: Actor, key: str, what: str, line: QuoteDraftLine
) -> OrderEvent:
    """Write down who changed which line and how; `what` is added, changed, removed, moved."""
    touch(session, order, shop, actor)
    return append_event(
        session,
        order,
        event=DRAFTED,
        actor=actor,
        detail={"what": what, "line": line.id, "text": line.text, "amount": line.unit_price},
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


def done_before(session: Session, order_id: int, key: str) -> int | None:
    """The line that the change of this key wrote, None for a new key; Conflict for a key that was used otherwise."""
    earlier = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first()
    if earlier is None:
        return None
    if earlier.order_id != order_id or earlier.event != DRAFTED:
        raise Conflict(_("This was used for another step already."), _("Open the order again."))
    return int(earlier.detail.get("line") or 0)


def refuse_changed(session: Session, line: QuoteDraftLine, expected_version: int | None, shop: ShopContext) -> None:
    """Conflict that tells who changed the line meanwhile, and when."""
    if expected_version is None or line.version == expected_version:
        return
    changes = select(OrderEvent).where(OrderEvent.order_id == line.order_id, OrderEvent.event == DRAFTED)
    newest = session.exec(changes.order_by(col(OrderEvent.id).desc()).limit(50)).all()
    last = next((event for event in newest if event.detail.get("line") == line.id), None)
    staff = session.get(Staff, last.staff_id) if last is not None and last.staff_id else None
    when = clock.local(last.at if last is not None else clock.now(), shop.timezone)
    sentence = _("{who} changed the line “{line}” at {time}.")
    said = sentence.format(who=staff.name if staff else _("Somebody"), line=line.text, time=f"{when:%H:%M}")
    raise Conflict(said, _("Look at it again."))


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


def _variant(
    session: Session,
    order: RepairOrder,
    letter: str,
    rows: list[QuoteDraftLine],
    shop: ShopContext,
    basis: bool,
    sees: bool,
) -> VariantRow:
    franchise = is_franchise(session, shop.today())
    totals = totals_of([priced(row) for row in rows], with_vat=basis, franchise=franchise)
    cost = sum(half_up(row.quantity * row.cost, ONE) for row in rows)
    return VariantRow(
        letter=letter,
        lines=tuple(
            _line(session, order, row, amount, shop, sees) for row, amount in zip(rows, totals.amounts, strict=True)
        ),
        totals=totals,
        cost=cost if sees else None,
        margin=totals.net - cost if sees else None,
    )


def _line(
    session: Session, order: RepairOrder, row: QuoteDraftLine, amount: int, shop: ShopContext, sees: bool
) -> LineRow:
    assert row.id is not None
    part = session.get(Part, row.part_id) if row.part_id is not None else None
    return LineRow(
        id=row.id,
        version=row.version,
        variant=row.variant,
        position=row.position,
        kind=row.kind,
        text=row.text,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=row.unit_price,
        discount=row.discount,
        vat_rate=row.vat_rate,
        billed=row.billed,
        amount=amount,
        cost=row.cost if sees else None,
        part_id=row.part_id,
        part_code=part.code if part is not None else "",
        free=free(levels_of(session, row.part_id)) if row.part_id is not None else None,
        work_id=row.work_id,
        condition=row.condition,
        circular_due=row.circular_offer is None and is_due(session, order, row, shop),
        circular_offer=row.circular_offer,
        circular_price=row.circular_price,
    )
