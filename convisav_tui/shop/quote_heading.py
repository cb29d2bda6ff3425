"""The heading of a quote being written: text, last day, fee, when the work is done, prices with or without VAT."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from convisav_tui.errors import Conflict, FieldErrors
from convisav_tui.i18n import _, format_day
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dates import parse_date
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.quote_lines import begin_draft, draft_row, lines_of, order_of, priced, touch, usual_validity
from convisav_tui.shop.quote_rates import shows_vat
from convisav_tui.shop.quote_totals import half_up, totals_of, with_vat_added, without_vat
from convisav_tui.store.models import QuoteLineKind

HEADING_FIELDS = ("text", "valid_until", "fee", "execution", "prices_with_vat")


def heading_texts(session: Session, order_id: int, shop: ShopContext) -> dict[str, str]:
    """The heading as `save_heading` reads it (HEADING_FIELDS)."""
    order, draft = order_of(session, order_id), draft_row(session, order_id)
    day = (draft.valid_until if draft is not None else None) or usual_validity(session, shop)
    with_vat = draft.prices_with_vat if draft is not None else shows_vat(session, order)
    return {
        "text": draft.text if draft is not None else "",
        "valid_until": format_day(day),
        "fee": plain_amount(draft.fee, order.currency) if draft is not None and draft.fee else "",
        "execution": draft.execution if draft is not None else "",
        "prices_with_vat": "x" if with_vat else "",
    }


@asks(Permission.MOVE_ORDER)
def save_heading(
    session: Session,
    order_id: int,
    raw: Mapping[str, str],
    actor: Actor,
    shop: ShopContext,
    expected_version: int | None = None,
) -> None:
    """Write the heading as typed: text above the lines, last day, fee (empty: free), when the work is done, prices with
    VAT. Changing the last converts every price. Raises FieldErrors, Conflict, Refusal by permission."""
    require(session, actor, Permission.MOVE_ORDER)
    order = order_of(session, order_id)
    draft = begin_draft(session, order, shop, actor)
    if expected_version and draft.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    reader = FieldReader(heading_texts(session, order_id, shop) | dict(raw))
    day = reader.read("valid_until", lambda typed: parse_date(typed, shop.today()))
    if day is not None and day < shop.today():
        reader.errors["valid_until"] = _("This day is past")
    fee = reader.read("fee", lambda typed: parse_amount(typed, order.currency)) or 0
    text, execution = reader.text("text", 4000), reader.line("execution", 120)
    with_vat = reader.ticked("prices_with_vat")
    if reader.errors:
        raise FieldErrors(reader.errors)
    draft.text, draft.valid_until, draft.fee, draft.execution = text, day, fee, execution
    session.add(draft)
    if draft.prices_with_vat != with_vat:
        convert(session, order_id, with_vat)
    touch(session, order, shop, actor)


def convert(session: Session, order_id: int, with_vat: bool) -> None:
    """Give every price of the draft with VAT, or without; the totals stay but for the rounding of each price."""
    draft, rows = draft_row(session, order_id), lines_of(session, order_id)
    if draft is None or draft.prices_with_vat == with_vat:
        return
    ordinary = [row for row in rows if row.kind is not QuoteLineKind.DISCOUNT]
    sums = totals_of([priced(row) for row in ordinary], with_vat=draft.prices_with_vat)
    for row in rows:
        turn = with_vat_added if with_vat else without_vat
        if row.kind is QuoteLineKind.DISCOUNT:
            if row.unit_price and sums.gross:
                above, below = (sums.gross, sums.net) if with_vat else (sums.net, sums.gross)
                row.unit_price = half_up(row.unit_price * above, below)
        else:
            row.unit_price = turn(row.unit_price, row.vat_rate)
            if row.circular_price is not None:
                row.circular_price = turn(row.circular_price, row.vat_rate)
        session.add(row)
    draft.prices_with_vat = with_vat
    session.add(draft)
    session.flush()
