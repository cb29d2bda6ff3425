"""Runs the screens on this terminal. Business screens plug in by `run_app`; Textual itself is in
`screens/textual_app.py`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.screens.desk import Desk, Hooks
from convisav_tui.screens.session import Session
from convisav_tui.screens.terminal import TerminalError, examine

if TYPE_CHECKING:
    from pathlib import Path

    from convisav_tui.screens.view import View

__all__ = ["TerminalError", "run_app"]


def run_app(
    first_view: Callable[[], View],
    *,
    hooks: Callable[[Desk], Hooks] | None = None,
    preload: Callable[[], object] | None = None,
    on_tick: Callable[[Desk], None] | None = None,
    environ: Mapping[str, str] | None = None,
    log_file: Path | None = None,
    slow: bool = False,
) -> int:
    """Run the program on this terminal until it is left; its exit status.

    `first_view` makes the lowest view, which must render without the store (`host.when_loaded`). `hooks(desk)` are
    the program-wide actions, the scans that no view takes, and what is done before leaving. `preload` (heavy imports,
    opening the store) runs in the store's thread after the first paint, before any other job. `on_tick(desk)` is
    called four times a second to poll the change feed; it paints nothing by itself. `log_file` gets what goes wrong,
    with traces but without variables. `slow`: the line to the terminal is thin.

    Raises TerminalError before the screen is taken, if the terminal cannot show one.
    """
    terminal = examine(os.environ if environ is None else environ, sys.stdin.isatty(), sys.stdout.isatty(), slow=slow)
    session = Session(terminal, preload=preload, on_tick=on_tick, log_file=log_file)
    try:
        session.begin(first_view, hooks)
        status = session.run()
    finally:
        session.raw_screen.give_back()
    if session.failure is not None:
        sys.stderr.write(_("The program stopped because of an internal error. What was typed is kept.") + "\n")
        if log_file is not None:
            sys.stderr.write(_("The details are in {file}").format(file=log_file) + "\n")
    return status
