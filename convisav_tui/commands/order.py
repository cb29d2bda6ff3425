"""`convisav order NUMBER`: everything of one repair order, as text or as JSON."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING, Any

from convisav_tui import clock, ticket_number
from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened, typed_number
from convisav_tui.config import Config
from convisav_tui.errors import NotFound
from convisav_tui.i18n import _, format_day, format_instant
from convisav_tui.money import format_amount

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.store.queries.sheet import Sheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav order`."""
    parser.add_argument("number", metavar=_("NUMBER"), help=_("ticket number, spaces allowed"))
    parser.add_argument("--json", action="store_true", help=_("as JSON"))
    parser.add_argument("--dossier", action="store_true", help=_("what a petition for its sale must state, as CSV"))


def run(arguments: argparse.Namespace) -> int:
    """Print the order; NotFound when there is none of that number."""
    from convisav_tui.store.queries.sheet import sheet

    config = configuration(arguments)
    number = typed_number(arguments.number)
    store = opened(config)
    try:
        with store.read() as session:
            found = sheet(session, number)
            if found is not None and arguments.dossier:
                _print_dossier(session, found.order.id, config)
                return 0
    finally:
        store.close()
    if found is None:
        raise NotFound(_("There is no order {number}.").format(number=arguments.number))
    if arguments.json:
        output.print_json(as_data(found))
    else:
        _print(found, config)
    return 0


def _print_dossier(session: Session, order_id: int, config: Config) -> None:
    """The dossier of FR-U2, whether or not the court may be asked already."""
    from convisav_tui.shop.context import shop_of
    from convisav_tui.shop.unclaimed import notices
    from convisav_tui.shop.unclaimed_dossier import dossier, dossier_csv
    from convisav_tui.store.models import RepairOrder

    order, shop = session.get_one(RepairOrder, order_id), shop_of(config)
    for line in dossier_csv(dossier(session, order, notices(session, order_id), shop)).splitlines():
        output.print_line(line)


def as_data(found: Sheet) -> dict[str, Any]:
    """The order as JSON gives it: amounts in minor units, instants in UTC; what is owed as `due`."""
    data = dataclasses.asdict(found)
    return data | {"paid": found.paid, "due": found.due}


def _print(found: Sheet, config: Config) -> None:
    from convisav_tui import words

    order, customer = found.order, found.customer
    lines = [
        (_("Number"), ticket_number.show(order.number)),
        (_("State"), words.word(words.FULL_STATES, order.state)),
        (_("Customer"), " · ".join(part for part in (customer.name, customer.phone, customer.email) if part)),
        (_("Device"), " · ".join(part for part in (found.device.title, found.device.serial) if part)),
        (_("Fault"), order.reported_fault),
        (_("Accessories"), order.accessories),
        (_("Condition at intake"), order.intake_condition),
        (_("For"), format_day(order.promised_on) if order.promised_on else ""),
        (_("Paid"), format_amount(found.paid, order.currency) if found.paid else ""),
        (_("Due"), format_amount(found.due, order.currency) if found.due is not None else ""),
    ]
    width = max(len(caption) for caption, _text in lines)
    for caption, text in lines:
        if text:
            output.print_line(f"{caption:<{width}}  " + text.replace("\n", "\n" + " " * (width + 2)))
    output.print_line()
    for event in found.events:
        at = format_instant(clock.local(event.at, config.shop.timezone))
        became = f" → {words.word(words.FULL_STATES, event.to_state)}" if event.to_state else ""
        output.print_line(f"{at}  {words.word(words.EVENTS, event.event)}{became}  {event.staff}".rstrip())
    for message in found.messages:
        at = format_instant(clock.local(message.created_at, config.shop.timezone))
        sent = f"{words.word(words.CHANNELS, message.channel)} {message.recipient}"
        output.print_line(f"{at}  {words.stands(sent, words.word(words.MESSAGE_STATES, message.state))}")
