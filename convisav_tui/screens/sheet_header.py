"""The header of a sheet: state and next step, whom to reach and how, the device, the promised day, the money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, language
from convisav_tui.screens.keys import label
from convisav_tui.screens.widgets.painting import Role, Row, Span, side_by_side

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.steps import Step
    from convisav_tui.store.queries.sheet import Sheet


def header_rows(sheet: Sheet, step: Step | None, counter: Counter, width: int) -> list[Row]:
    """Three rows and a rule."""
    customer = "  ".join(part for part in (sheet.customer.name, sheet.customer.phone or sheet.customer.email) if part)
    if sheet.principal is not None and sheet.principal.name != sheet.customer.name:
        customer += f"  ({sheet.principal.name})"
    return [
        side_by_side(_state(sheet, step), [_promised(sheet, counter)], width),
        side_by_side([Span(f" {customer}")], [_told(sheet)], width),
        side_by_side([Span(f" {device_line(sheet)}")], [Span(_money(sheet, counter) + " ", Role.VALUE)], width),
        [Span("─" * width, Role.RULE)],
    ]


def device_line(sheet: Sheet) -> str:
    """Type, brand and model, serial number."""
    device = sheet.device
    kind = device.type_names.get(language()) or device.type_code.replace("_", " ")
    serial = _("no. {serial}").format(serial=device.serial) if device.serial else ""
    return " · ".join(part for part in (kind, device.title, serial) if part)


def _state(sheet: Sheet, step: Step | None) -> Row:
    row: Row = [
        Span(f" {ticket_number.show(sheet.order.number)}  ", Role.VALUE),
        Span(words.word(words.STATES, sheet.order.state), Role.HEADING),
    ]
    if step is not None and not step.refusal:
        row += [Span("   " + label("f8"), Role.KEY), Span(f" {step.label}", Role.DIM)]
    return row


def _promised(sheet: Sheet, counter: Counter) -> Span:
    order = sheet.order
    if order.promised_on is None or order.returned_at is not None or order.closed_at is not None:
        return Span("")
    from convisav_tui.store.board import is_late

    if is_late(order.state, order.promised_on, counter.today):
        day = format_day(order.promised_on)
        return Span(_("late: promised for {day}").format(day=day) + " ! ", Role.WARNING)
    return Span(_("for {day}").format(day=counter.day(order.promised_on)) + " ")


def _told(sheet: Sheet) -> Span:
    if any(message.state in ("dead", "unknown", "to_call") for message in sheet.messages):
        return Span(_("customer not told yet") + " (F6) ", Role.WARNING)
    channel = words.word(words.CHANNELS, sheet.order.ready_channel)
    if sheet.order.ready_channel == "none":
        return Span(channel + " ", Role.DIM)
    return Span(_("told by {channel}").format(channel=channel) + " ", Role.DIM)


def _money(sheet: Sheet, counter: Counter) -> str:
    if not sheet.due:
        return _("paid {amount}").format(amount=counter.amount(sheet.paid)) if sheet.paid else ""
    if sheet.due < 0:
        return _("to give back {amount}").format(amount=counter.amount(-sheet.due))
    return _("due {amount}").format(amount=counter.amount(sheet.due))
