"""Asks all printers how they are, each in a thread of its own: a printer that is off keeps no key waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role, Row, Span

if TYPE_CHECKING:
    from convisav_tui.config import PrinterConfig
    from convisav_tui.printing.present_state import PresentState
    from convisav_tui.screens.view import Host

# The screen looks for answers so often, and asks again no sooner than this after the last time.
LOOK_SECONDS, AGAIN_SECONDS = 0.2, 3.0
_ORDER = ("wrong", "warning", "good")


class PrinterWatch:
    """The states of the printers of this station, as far as they have answered."""

    def __init__(self, printers: Sequence[PrinterConfig]) -> None:
        self._printers = printers
        self._states: dict[str, PresentState] = {}
        self._fresh = False
        self._guard = threading.Lock()
        self._asking: list[threading.Thread] = []
        self._asked_at = float("-inf")

    def ask(self, host: Host) -> None:
        """Ask those printers, unless they were asked a moment ago or have not answered yet; `host` repaints what
        comes."""
        if self._busy or not self._printers or time.monotonic() < self._asked_at + AGAIN_SECONDS:
            return
        self._asked_at = time.monotonic()
        self._asking = [
            threading.Thread(target=self._ask, args=(printer,), name=f"state:{printer.name}", daemon=True)
            for printer in self._printers
        ]
        for thread in self._asking:
            thread.start()
        host.later(LOOK_SECONDS, lambda: self._look(host))

    def rows(self, width: int, most: int) -> list[Row]:
        """A line a printer below a rule, what needs somebody first; at most so many printers."""
        with self._guard:
            states = dict(self._states)
        lines = []
        for printer in self._printers:
            state = states.get(printer.name)
            said = state.sentence if state else _("asked how it is…")
            level = state.level.value if state else "good"
            role = Role.DIM if level == "good" else Role.WARNING
            lines.append((_ORDER.index(level), [Span(f" {printer.name}: {said}", role)]))
        shown: list[Row] = [row for _level, row in sorted(lines, key=lambda line: line[0])][:most]
        return [[Span("─" * width, Role.RULE)], *shown] if shown else []

    @property
    def _busy(self) -> bool:
        return any(thread.is_alive() for thread in self._asking)

    def _ask(self, printer: PrinterConfig) -> None:
        from convisav_tui.printing.present_state import state_of

        state = state_of(printer)
        with self._guard:
            self._states[printer.name] = state
            self._fresh = True

    def _look(self, host: Host) -> None:
        """On the screen's thread: show what came, and look again while somebody has not answered."""
        busy = self._busy
        with self._guard:
            fresh, self._fresh = self._fresh, False
        if fresh:
            host.repaint()
        if busy:
            host.later(LOOK_SECONDS, lambda: self._look(host))
