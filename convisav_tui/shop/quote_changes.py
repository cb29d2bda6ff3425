"""What happened to a quote being written, as its events tell: who changed which line, whether a 0 was meant."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session, col, select

from convisav_tui import clock
from convisav_tui.errors import Conflict
from convisav_tui.i18n import _
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.quote_rates import LABOUR_PRICE, TRAVEL_PRICE, chosen_amount
from convisav_tui.shop.quote_totals import WHOLE
from convisav_tui.store.models import OrderEvent, QuoteDraftLine, QuoteLineKind, Staff

DRAFTED = "quote_drafted"  # the event of every change
FREE = "free"  # key of an event's detail: a price was typed for the line, and it was 0
# The settings that give lines of these kinds their usual price.
PRICED_BY: Mapping[QuoteLineKind, str] = {
    QuoteLineKind.LABOUR: LABOUR_PRICE,
    QuoteLineKind.TRAVEL: TRAVEL_PRICE,
}


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
    last = next((event for event in _newest_first(session, line, 50) if event.detail.get("line") == line.id), None)
    staff = session.get(Staff, last.staff_id) if last is not None and last.staff_id else None
    when = clock.local(last.at if last is not None else clock.now(), shop.timezone)
    sentence = _("{who} changed the line “{line}” at {time}.")
    said = sentence.format(who=staff.name if staff else _("Somebody"), line=line.text, time=f"{when:%H:%M}")
    raise Conflict(said, _("Look at it again."))


def price_is_due(session: Session, line: QuoteDraftLine) -> bool:
    """Whether labour or a trip is billed at 0 though nobody meant it: neither was 0 typed on the line, nor chosen for
    all hours or trips of the shop (FR-D5)."""
    setting = PRICED_BY.get(line.kind)
    if setting is None or line.unit_price or not line.billed or line.discount >= WHOLE:
        return False
    return chosen_amount(session, setting) != 0 and not _said_free(session, line)


def _said_free(session: Session, line: QuoteDraftLine) -> bool:
    """What was typed as its price last; of a line that was copied, of the one that it was copied from."""
    events = _newest_first(session, line, None)
    own = [event for event in events if event.detail.get("line") == line.id and event.detail.get("what") != "copied"]
    if not any(event.detail.get("what") == "added" for event in own):
        own += [event for event in events if event.detail.get("text") == line.text]
    return next((bool(event.detail[FREE]) for event in own if FREE in event.detail), False)


def _newest_first(session: Session, line: QuoteDraftLine, limit: int | None) -> list[OrderEvent]:
    changes = select(OrderEvent).where(OrderEvent.order_id == line.order_id, OrderEvent.event == DRAFTED)
    return list(session.exec(changes.order_by(col(OrderEvent.id).desc()).limit(limit)))
