"""The Textual application: one canvas, the desk behind it, signals, the crash handler. Imported after the first
paint."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Callable
from contextvars import copy_context
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
os.environ["TEXTUAL_SMOOTH_SCROLL"] = "0"

from textual import events
from textual.app import App, ComposeResult

from convisav_tui.screens.desk import log_error
from convisav_tui.screens.driver import TerminalDriver
from convisav_tui.screens.keys import Key, from_textual
from convisav_tui.screens.widgets.canvas import Canvas

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

    from convisav_tui.screens.session import Session

TICK = 0.25
RESIZED = 0.05  # seconds in which another size of the window has come through Textual
LAST_RESORT = 3.0


class ConvisavApp(App[int]):
    """One screen, one widget. Keys never pass through Textual's routing: they go to the desk in the order of
    arrival."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    AUTO_FOCUS: ClassVar[str | None] = None
    CSS: ClassVar[str] = "Screen { overflow: hidden; }"

    def __init__(self, session: Session) -> None:
        self.session = session
        self.terminal = session.terminal
        self.raw_screen = session.raw_screen
        super().__init__(driver_class=TerminalDriver, ansi_color=True)
        self.no_color = False  # the theme decides about colours; Textual's own filter sends default colours
        self._filters = []
        self.animation_level = "none"
        self.desk = session.desk
        self.canvas = Canvas(session.desk, session.terminal.theme, session.shown)
        self._paint_due = False
        self._gone = False
        self._context_of_screen = copy_context()

    def compose(self) -> ComposeResult:
        """The canvas."""
        self._context_of_screen = copy_context()
        yield self.canvas

    def on_mount(self) -> None:
        """Signals, and the work that follows the first paint."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled, number)
        self.desk.surroundings = self
        self.session.mailbox.connect(self._post)
        for seconds, callback in self.session.timers:
            self.later(seconds, callback)
        if self.session.preload is not None:
            self.call_after_refresh(self._load)
        if self.session.on_tick is not None:
            self.set_interval(TICK, self._tick)
        if self.terminal.advice:
            self.desk.say(self.terminal.advice)
        self.paint()

    def _load(self) -> None:
        preload = self.session.preload
        assert preload is not None

        def quickly() -> object:
            gc.disable()
            try:
                return preload()
            finally:
                gc.freeze()
                gc.enable()

        self.desk.preload(quickly)

    def _tick(self) -> None:
        if self.session.on_tick is not None and not self._gone:
            self._guarded(lambda: self.session.on_tick(self.desk) if self.session.on_tick is not None else None)

    # --- surroundings of the desk -----------------------------------------------------------------------------------

    def now(self) -> float:
        """Monotonic seconds."""
        return monotonic()

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after a time, on the screen's thread."""
        asyncio.get_running_loop().call_later(seconds, self._guarded, callback, context=self._context_of_screen)

    def paint(self) -> None:
        """Paint once what is at hand has been handled: a burst of keys is one repaint."""
        if not self._paint_due and not self._gone:
            self._paint_due = True
            asyncio.get_running_loop().call_soon(self._guarded, self._paint_now, context=self._context_of_screen)

    def _paint_now(self) -> None:
        self._paint_due = False
        if not self._gone:
            self.canvas.show_page()

    def _post(self, callback: Callable[[], None]) -> None:
        """From any thread: call on the screen's thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._guarded, callback, context=self._context_of_screen)

    def _guarded(self, callback: Callable[[], object]) -> None:
        try:
            callback()
        except Exception as error:  # noqa: BLE001 - the crash handler of the program
            self._handle_exception(error)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Textual's own repaints: not on a terminal, where the canvas writes for itself."""
        if not isinstance(self._driver, TerminalDriver):
            super()._display(screen, renderable)

    def _set_pointer_shape(self, shape: str) -> None:
        """There is no mouse: nothing is sent for its pointer."""

    # --- the terminal -----------------------------------------------------------------------------------------------

    def key_came(self, key: Key, time: float) -> None:
        """See `driver.Listener`."""
        self._context_of_screen.run(self._guarded, lambda: self.desk.arrive(key, time))

    def paste_came(self, text: str) -> None:
        """See `driver.Listener`."""
        self._context_of_screen.run(self._guarded, lambda: self.desk.paste(text))

    def line_dropped(self) -> None:
        """See `driver.Listener`."""
        self._signalled(signal.SIGHUP)

    def window_changed(self) -> None:
        """See `driver.Listener`. Textual tells the canvas of another size, but not of one that it has again."""
        self.canvas.forget()
        self.later(RESIZED, self.canvas.paint_if_forgotten)

    def writer_free(self) -> None:
        """See `driver.Listener`."""
        self.canvas.catch_up()

    async def on_event(self, event: events.Event) -> None:
        """Keys of Textual's Pilot go to the desk as those of the terminal do."""
        if isinstance(event, events.Key):
            key = from_textual(event.key, event.character)
            if key is not None:
                self.desk.arrive(key, event.time)
        elif isinstance(event, events.Paste):
            self.desk.paste(event.text)
        else:
            await super().on_event(event)

    # --- the end ----------------------------------------------------------------------------------------------------

    def exit(self, result: int | None = 0, return_code: int = 0, message: object = None) -> None:
        """Leave the program with an exit status."""
        self._gone = True
        super().exit(result, return_code=result or return_code)

    def _signalled(self, number: int) -> None:
        """The line dropped or we are told to end: park what was typed, give the store a moment, the terminal back."""
        if not self._gone:
            threading.Thread(target=_end_at_last, args=(128 + number,), daemon=True).start()
            self.desk.leave(128 + number)

    def _handle_exception(self, error: Exception) -> None:
        """A fault of ours: to the log without local variables (they hold customers' data); what was typed is parked."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self.session.failure = error
            log_error("crash", error)
            self._gone = True
            self.desk.park()
            self._close_messages_no_wait()


def _end_at_last(code: int) -> None:
    """End the process even if something does not let go (a disk, a stalled line): no process outlives its line."""
    threading.Event().wait(LAST_RESORT)
    os._exit(code)
