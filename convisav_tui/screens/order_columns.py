"""How a repair order reads in a list and in the line below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui import ticket_number
from convisav_tui.i18n import _

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.board import OrderRow


def short_customer(row: OrderRow) -> str:
    """The customer, with the principal who brought him in brackets."""
    return f"{row.customer} ({row.principal})" if row.principal else row.customer


def detail_line(row: OrderRow, counter: Counter) -> str:
    """What the bottom line of a list says of the order under the cursor."""
    parts = [f"{row.customer} {row.phone}".strip(), row.fault]
    if row.cap is not None and row.quote_requested:
        parts.append(_("quote asked, at most {amount}").format(amount=counter.amount(row.cap)))
    elif row.quote_requested:
        parts.append(_("quote asked"))
    if row.comeback:
        parts.append(_("comeback"))
    if row.message_owed:
        parts.append(_("customer not told yet"))
    return f"{ticket_number.show(row.number)}  " + " · ".join(" ".join(part.split()) for part in parts if part)
