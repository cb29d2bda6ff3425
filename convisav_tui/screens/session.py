"""One run of the program on a terminal: the first page is on screen before Textual is imported, which then takes
over."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from convisav_tui.screens.desk import Desk, Hooks
from convisav_tui.screens.mailbox import Mailbox
from convisav_tui.screens.raw_screen import RawScreen
from convisav_tui.screens.terminal import Terminal
from convisav_tui.screens.widgets.painting import Page
from convisav_tui.screens.widgets.spare_writer import writer_of
from convisav_tui.screens.worker import ThreadWorker

if TYPE_CHECKING:
    from pathlib import Path

    from convisav_tui.screens.view import View


class Session:
    """Holds what lives from the first paint to the end: desk, store thread, terminal. Stands in until the loop runs."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        preload: Callable[[], object] | None = None,
        on_tick: Callable[[Desk], None] | None = None,
        log_file: Path | None = None,
    ) -> None:
        self.log_file = log_file
        self.terminal = terminal
        self.preload = preload
        self.on_tick = on_tick
        self.raw_screen = RawScreen(terminal.encoding)
        self.mailbox = Mailbox()
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.shown: Page | None = None
        self.failure: BaseException | None = None
        self.desk = Desk(self, ThreadWorker(self.mailbox.post))
        self.desk.spare = terminal.slow
        if preload is not None:
            self.desk.expect_load()

    def begin(self, first_view: Callable[[], View], hooks: Callable[[Desk], Hooks] | None) -> None:
        """Take the terminal and paint the first page."""
        if hooks is not None:
            self.desk.hooks = hooks(self.desk)
        self.desk.open(first_view())
        self.raw_screen.take()
        page = self.desk.page(*self.raw_screen.size())
        self.raw_screen.write(writer_of(self.terminal.theme).whole(page))
        self.shown = page

    def run(self) -> int:
        """Import Textual, run until the program is left; its exit status."""
        from convisav_tui.screens.log_file import log_into
        from convisav_tui.screens.textual_app import ConvisavApp

        log_into(self.log_file)

        app = ConvisavApp(self)
        app.run(mouse=False)
        return 1 if self.failure is not None else app.return_code or 0

    def now(self) -> float:
        """Monotonic seconds."""
        return monotonic()

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Kept until the loop runs."""
        self.timers.append((seconds, callback))

    def paint(self) -> None:
        """The first paint follows anyway."""

    def exit(self, code: int) -> None:
        """A view that leaves at once."""
        self.raw_screen.give_back()
        raise SystemExit(code)
