"""`convisav orders`: a list of the board for the shell, as a table or as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from convisav_tui import clock, ticket_number
from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.config import Config
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, format_day
from convisav_tui.settings import nearest
from convisav_tui.store.board import BY_KEY, LISTS

if TYPE_CHECKING:
    from convisav_tui.store.board import OrderRow
    from convisav_tui.store.engine import Store

PAGE = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav orders`."""
    keys = ", ".join(spec.key for spec in LISTS)
    parser.add_argument("--list", default="open", metavar=_("KEY"), help=_("which list: {keys}").format(keys=keys))
    parser.add_argument("--staff", default="", metavar=_("LOGIN"), help=_("whose work “mine” is"))
    parser.add_argument("--limit", type=int, default=0, metavar="N", help=_("at most so many (0: all)"))
    parser.add_argument("--lists", action="store_true", help=_("the lists with their counts instead"))
    parser.add_argument("--json", action="store_true", help=_("as JSON"))
    parser.add_argument("--csv", action="store_true", help=_("as CSV for a spreadsheet; no text becomes a formula"))


def run(arguments: argparse.Namespace) -> int:
    """Print the list; 0, or UsageError for a list or a person that does not exist, and for “mine” of nobody."""
    config = configuration(arguments)
    if arguments.list not in BY_KEY:
        like = nearest(arguments.list, tuple(BY_KEY))
        remedy = _("Did you mean {like}?").format(like=like) if like else _("convisav orders --lists shows them.")
        raise UsageError(_("There is no list “{key}”.").format(key=arguments.list), remedy)
    if arguments.list == "mine" and not arguments.staff and not arguments.lists:
        remedy = _("Say whose it is: convisav orders --list mine --staff LOGIN.")
        raise UsageError(_("The list “mine” is somebody's."), remedy)
    store = opened(config)
    try:
        person = _person(store, arguments.staff) if arguments.staff else None
        if arguments.lists:
            _print_lists(store, config, arguments.json, person)
        else:
            _print_orders(store, config, arguments, person)
    finally:
        store.close()
    return 0


def as_data(row: OrderRow) -> dict[str, Any]:
    """One order as JSON gives it: amounts in minor units, instants in UTC, days as YYYY-MM-DD."""
    return {
        "number": row.number,
        "state": row.state,
        "kind": row.kind,
        "customer": row.customer,
        "phone": row.phone,
        "principal": row.principal,
        "device": row.device,
        "serial": row.serial,
        "fault": row.fault,
        "quote_requested": row.quote_requested,
        "quote_state": row.quote_state,
        "cap": row.cap,
        "price": row.price,
        "currency": row.currency,
        "holder": row.holder,
        "comeback": row.comeback,
        "message_owed": row.message_owed,
        "late": row.late,
        "promised_on": row.promised_on,
        "opened_at": row.opened_at,
        "completed_at": row.completed_at,
        "notified_at": row.notified_at,
    }


def _person(store: Store, login: str) -> int:
    """The id of a person of the staff, active or not. Raises UsageError when nobody has that login."""
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.staffing import members

    with store.read() as session:
        known = {member.login: member.id for member in members(session, PROGRAM)}
    found = known.get(login)
    if found is None:
        like = nearest(login, tuple(known))
        remedy = _("Did you mean {like}?").format(like=like) if like else _("convisav staff list shows them.")
        raise UsageError(_("Nobody has the login “{login}”.").format(login=login), remedy)
    return found


def _print_lists(store: Store, config: Config, as_json: bool, person: int | None) -> None:
    from convisav_tui.store.queries.lists import counts

    with store.read() as session:
        found = counts(session, clock.today(config.shop.timezone), person)
    if as_json:
        output.print_json({"lists": [{"key": spec.key, "count": found[spec.key]} for spec in LISTS]})
    else:
        rows = [(spec.key, _(spec.label), str(found[spec.key])) for spec in LISTS]
        output.print_table((_("Key"), _("List"), _("Count")), rows)


def _print_orders(store: Store, config: Config, arguments: argparse.Namespace, person: int | None) -> None:
    rows = _fetched(store, config, arguments.list, arguments.limit, person)
    if arguments.json:
        output.print_json({"list": arguments.list, "orders": [as_data(row) for row in rows]})
        return
    if arguments.csv:
        output.print_csv(_as_cells(rows))
        return
    from convisav_tui import words

    header = (_("Number"), _("Customer"), _("Device"), _("State"), _("For"))
    table = [
        (
            ticket_number.show(row.number),
            row.customer,
            row.device,
            words.word(words.FULL_STATES, row.state),
            (format_day(row.promised_on) if row.promised_on else "") + (" !" if row.late else ""),
        )
        for row in rows
    ]
    output.print_table(header, table)


def _as_cells(rows: Iterator[OrderRow]) -> Iterator[list[str]]:
    """The names of the columns as JSON has them, then the orders: yes and no as 1 and 0, nothing as an empty cell."""
    for index, row in enumerate(rows):
        data = as_data(row)
        if not index:
            yield list(data)
        yield [_cell(value) for value in data.values()]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _fetched(store: Store, config: Config, key: str, limit: int, person: int | None = None) -> Iterator[OrderRow]:
    """The rows in pages, each read in a transaction of its own: a slow reader holds nothing open."""
    from convisav_tui.store.queries.lists import fetch_list

    today = clock.today(config.shop.timezone)
    last: OrderRow | None = None
    given = 0
    while not limit or given < limit:
        wanted = min(PAGE, limit - given) if limit else PAGE
        with store.read() as session:
            page = fetch_list(session, key, today, after=last, limit=wanted, person=person)
        yield from page
        given += len(page)
        if len(page) < wanted:
            return
        last = page[-1]
