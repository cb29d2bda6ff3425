"""How a repair order, and what a search has found, read in a list and in the line below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record
from convisav_tui.store.board import FINISHED

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.board import OrderRow
    from convisav_tui.store.search import Hit

ORDER_COLUMNS = (
    ColumnSpec("number", mark("No."), 12),
    ColumnSpec("customer", mark("Customer"), 11, grow=2),
    ColumnSpec("device", mark("Device"), 10, grow=2),
    ColumnSpec("state", mark("State"), 10),
    ColumnSpec("promised", mark("For"), 7),
    ColumnSpec("fault", mark("Fault"), 14, from_width=90, grow=3),
    ColumnSpec("opened", mark("Taken in"), 11, from_width=90),
)
HIT_COLUMNS = (
    ColumnSpec("number", mark("No."), 12),
    ColumnSpec("customer", mark("Customer"), 14, grow=2),
    ColumnSpec("detail", mark("Device, phone"), 14, grow=2),
    ColumnSpec("state", mark("State"), 10),
    ColumnSpec("opened", mark("Taken in"), 11, from_width=90),
)


def order_record(row: OrderRow, counter: Counter) -> Record:
    """An order as a row of a list."""
    roles = {"promised": Role.WARNING} if row.late else {}
    return Record(
        position=row,
        identity=row.id,
        cells={
            "number": ticket_number.show(row.number),
            "customer": short_customer(row),
            "device": f"{'↑' * row.priority} {row.device}" if row.priority else row.device,
            "state": words.word(words.STATES, row.state),
            "promised": counter.day(row.promised_on, late=row.late),
            "fault": " ".join(row.fault.split()),
            "opened": counter.short_moment(row.opened_at),
        },
        roles=roles,
    )


def hit_record(index: int, hit: Hit, counter: Counter) -> Record:
    """Something found; its identity says whether Enter opens an order or a customer."""
    return Record(
        position=index,
        identity=("order", hit.order_id) if hit.number else ("party", hit.party_id, hit.device_id),
        cells={
            "number": ticket_number.show(hit.number) if hit.number else "",
            "customer": hit.title,
            "detail": hit.detail,
            "state": words.word(words.STATES, hit.state) if hit.state else "",
            "opened": counter.short_moment(hit.at) if hit.at else "",
        },
    )


def short_customer(row: OrderRow) -> str:
    """The customer, with the principal who brought him in brackets, unless the device is the principal's own."""
    other = row.principal if row.principal != row.customer else ""
    return f"{row.customer} ({other})" if other else row.customer


def legal_delay(row: OrderRow, counter: Counter) -> str:
    """How far the delay of the legal guarantee has run (FR-G2), "" as long as it need not be watched."""
    if row.kind != "legal_guarantee" or row.state in FINISHED:
        return ""
    from convisav_tui.country.rules import packaged

    limit = packaged(counter.config.shop.country).number("guarantee.remedy_days", counter.today)
    days = (counter.today - counter.local(row.opened_at).date()).days
    if not limit or days < min(counter.warned_after_days, limit):
        return ""
    told = _("legal guarantee: day {day} of {limit}").format(day=days, limit=limit)
    return f"{told} !" if days >= limit else told


def detail_line(row: OrderRow, counter: Counter) -> str:
    """What the bottom line of a list says of the order under the cursor."""
    parts = [f"{row.customer} {row.phone}".strip(), row.fault]
    if row.priority:
        parts.insert(1, words.word(words.PRIORITIES, str(row.priority)))
    if row.cap is not None and row.quote_requested:
        parts.append(_("quote asked, at most {amount}").format(amount=counter.amount(row.cap)))
    elif row.quote_requested:
        parts.append(_("quote asked"))
    if row.comeback:
        parts.append(_("comeback"))
    delay = legal_delay(row, counter)
    if delay:
        parts.append(delay)
    if row.message_owed:
        parts.append(_("customer not told yet"))
    return f"{ticket_number.show(row.number)}  " + " · ".join(" ".join(part.split()) for part in parts if part)
