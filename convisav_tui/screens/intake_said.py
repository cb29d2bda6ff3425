"""What the intake form says beside the fields: warranty, earlier orders, a suspected comeback, what was saved."""

from __future__ import annotations

from collections.abc import Sequence

from convisav_tui import ticket_number
from convisav_tui.i18n import _, format_day, ngettext
from convisav_tui.screens.intake_fields import LABEL_WIDTH
from convisav_tui.screens.intake_lookups import Comeback, Earlier, History, KnownCustomer, TakenIn
from convisav_tui.screens.widgets.painting import Role, Row, Span, cells, clean, cut, pad

_INDENT = " " * (LABEL_WIDTH + 2)


def customer_said(customer: KnownCustomer | None, is_new: bool) -> tuple[str, Role]:
    """Beside the customer box: who was picked, or that a new one is made."""
    if is_new:
        return _("new customer"), Role.SUCCESS
    if customer is None:
        return "", Role.DIM
    count = ngettext("{count} repair", "{count} repairs", customer.repairs).format(count=customer.repairs)
    known = customer.phone or customer.email
    return "  ".join(part for part in ("✓", known, count) if part), Role.SUCCESS


def comeback_row(comeback: Comeback | None, chosen: str, key: str, width: int) -> Row:
    """The row that says aloud that this may be a comeback, or that it was made one; empty without either."""
    if chosen:
        text = _("✓ comeback of {number}; {key} takes it back").format(number=ticket_number.show(chosen), key=key)
        return [Span(" " + text, Role.SUCCESS)]
    if comeback is None:
        return []
    told = _("⚠ same fault repaired {day}") if comeback.same_fault else _("⚠ repaired {day}")
    before = " " + told.format(day=format_day(comeback.returned_on))
    after = _("{number}: comeback? {key}").format(number=ticket_number.show(comeback.number), key=key)
    fault = cut(clean(comeback.fault), width - cells(before) - cells(after) - 8)
    quoted = f" « {fault} » " if fault.strip("… ") else " "
    return [Span(before + quoted + after, Role.WARNING)]


def earlier_rows(history: History, room: int) -> list[Row]:
    """The earlier orders of the device, one a row, in at most `room` rows."""
    refused = [
        [Span(" " + pad(_("Refused"), LABEL_WIDTH) + " ", Role.LABEL), Span("⚠ " + text, Role.WARNING)]
        for text in history.refused[: 1 if history.earlier else room]
    ]
    shown = history.earlier[: max(0, room - len(refused))]
    return [_earlier(order, index == 0) for index, order in enumerate(shown)] + refused


def _earlier(order: Earlier, first: bool) -> Row:
    label = " " + _("Earlier").ljust(LABEL_WIDTH) + " " if first else _INDENT
    role = Role.WARNING if order.is_open else Role.DIM
    state = f"{order.state} !" if order.is_open else order.state
    text = f"{format_day(order.day)}  {ticket_number.show(order.number)}  {state}  {order.fault}"
    return [Span(label, Role.LABEL), Span(text, role)]


def taken_in_said(taken: TakenIn) -> str:
    """What Ctrl+S has done."""
    number = ticket_number.show(taken.number)
    if taken.labels and taken.receipt:
        text = _("{number} taken in, label and receipt sent to the printer")
    elif taken.labels:
        text = _("{number} taken in, label sent to the printer")
    elif taken.receipt:
        text = _("{number} taken in, receipt sent to the printer")
    else:
        text = _("{number} taken in, nothing printed")
    return text.format(number=number)


def errors_said(errors: Sequence[str]) -> str:
    """How many fields must be looked at."""
    count = len(errors)
    return ngettext(
        "{count} field needs a look; nothing was saved yet", "{count} fields need a look; nothing was saved yet", count
    ).format(count=count)
