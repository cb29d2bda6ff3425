"""`convisav clock`: whether this machine's clock fits the shop's history, and what to do when it ran ahead before."""

from __future__ import annotations

import argparse

from convisav_tui import clock
from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.i18n import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav clock`."""
    parser.add_argument(
        "--is-right", action="store_true", help=_("the clock is right now and ran ahead before: go on from here")
    )


def run(arguments: argparse.Namespace) -> int:
    """Say how the clock stands; 1 when it is behind the last step. With --is-right that step holds no time back."""
    from convisav_tui.store.precautions import accept_clock, clock_trouble

    store = opened(configuration(arguments))
    try:
        if arguments.is_right:
            store.write(accept_clock)
        with store.read() as session:
            trouble = clock_trouble(session)
    finally:
        store.close()
    output.print_line(
        trouble
        or _("The clock says {now} (UTC), not before the last step.").format(now=f"{clock.now():%Y-%m-%d %H:%M}")
    )
    return 1 if trouble else 0
