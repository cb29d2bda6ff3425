"""`convisav retention`: whose personal data are due for erasure, and what still keeps them (rules.md 4.3, 4.4)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.i18n import _, format_day

if TYPE_CHECKING:
    from convisav_tui.shop.retention import Clock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav retention`."""
    parser.add_argument("--limit", type=int, default=100, metavar="N", help=_("at most so many"))
    parser.add_argument("--json", action="store_true", help=_("as JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Print who is due, the longest overdue first; nothing is erased here: a manager does that on the card (F9)."""
    from convisav_tui.shop.context import shop_of
    from convisav_tui.shop.retention import due_for_erasure

    config = configuration(arguments)
    store = opened(config)
    try:
        with store.read() as session:
            clocks = due_for_erasure(session, shop_of(config), limit=max(1, arguments.limit))
    finally:
        store.close()
    if arguments.json:
        output.print_json([_data(clock) for clock in clocks])
    elif clocks:
        head = (_("Customer"), _("Name"), _("Last contact"), _("Due on"), _("Kept by"))
        output.print_table(head, [_row(clock) for clock in clocks])
    else:
        output.print_line(_("Nobody's data are due for erasure."))
    return 0


def _data(clock: Clock) -> dict[str, object]:
    return {
        "customer": clock.code,
        "party_id": clock.party_id,
        "last_contact": clock.last_contact.isoformat(),
        "due_on": clock.due_on.isoformat(),
        "papers_until": clock.papers_until.isoformat() if clock.papers_until is not None else None,
        "orders": clock.orders,
        "papers": clock.papers,
        "blockers": list(clock.blockers),
    }


def _row(clock: Clock) -> tuple[str, ...]:
    kept = " ".join(clock.blockers)
    return (clock.code, clock.name, format_day(clock.last_contact), format_day(clock.due_on), kept)
