"""The Textual application: one canvas, the desk behind it, signals, errors. Thin: screens are views (`screens/view.py`)."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import _
from convisav_tui.screens.desk import Desk, Hooks
from convisav_tui.screens.terminal import Terminal, TerminalError, examine
from convisav_tui.screens.worker import ThreadWorker

if TYPE_CHECKING:
    from convisav_tui.screens.view import View

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
os.environ["TEXTUAL_SMOOTH_SCROLL"] = "0"

from textual import events
from textual.app import App, ComposeResult

from convisav_tui.screens.driver import TerminalDriver
from convisav_tui.screens.keys import Key, from_textual
from convisav_tui.screens.widgets.canvas import Canvas

TICK = 0.25
LAST_RESORT = 3.0
_log = logging.getLogger("convisav.app")


@dataclass(frozen=True)
class Plug:
    """What the business part gives the program."""

    first_view: Callable[[], View]
    hooks: Callable[[Desk], Hooks] = field(default=lambda desk: Hooks())
    preload: Callable[[], object] | None = None
    """Heavy imports and opening the store, in the store's thread after the first paint."""
    on_tick: Callable[[Desk], None] | None = None
    """Called four times a second: polls the change feed. Must be cheap; paints nothing by itself."""


class ConvisavApp(App[int]):
    """One screen, one widget. Keys never pass through Textual's routing: they go to the desk in the order of arrival."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    AUTO_FOCUS: ClassVar[str | None] = None
    CSS: ClassVar[str] = "Screen { layers: base; overflow: hidden; }"

    def __init__(self, plug: Plug, terminal: Terminal) -> None:
        self.terminal = terminal
        super().__init__(driver_class=TerminalDriver, ansi_color=True)
        self.no_color = False  # the theme decides about colours; Textual's own filter sends default colours
        self._filters = []
        self.animation_level = "none"
        self._plug = plug
        self._paint_due = False
        self._gone = False
        self._canvas: Canvas | None = None
        self.failure: BaseException | None = None
        self.desk: Desk | None = None

    def compose(self) -> ComposeResult:
        """The canvas, and the desk behind it."""
        self._context_of_screen = copy_context()
        self.desk = Desk(self, ThreadWorker(self._post))
        self.desk.hooks = self._plug.hooks(self.desk)
        if self._plug.preload is not None:
            self.desk.expect_load()
        self._canvas = Canvas(self.desk, self.terminal.theme)
        self.desk.open(self._plug.first_view())
        yield self._canvas

    def on_mount(self) -> None:
        """Signals, and the work that follows the first paint."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled, number)
        if self._plug.preload is not None:
            self.call_after_refresh(self._load)
        if self._plug.on_tick is not None:
            self.set_interval(TICK, self._tick)
        if self.terminal.advice:
            self._desk.say(self.terminal.advice)

    @property
    def _desk(self) -> Desk:
        assert self.desk is not None
        return self.desk

    def _load(self) -> None:
        preload = self._plug.preload
        assert preload is not None

        def quickly() -> object:
            gc.disable()
            try:
                return preload()
            finally:
                gc.freeze()
                gc.enable()

        self._desk.preload(quickly)
        self._paint_now()

    def _tick(self) -> None:
        if self._plug.on_tick is not None and not self._gone:
            self._plug.on_tick(self._desk)

    # --- Surroundings of the desk -----------------------------------------------------------------------------------

    def now(self) -> float:
        """Monotonic seconds."""
        return monotonic()

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after a time, on the screen's thread."""
        asyncio.get_running_loop().call_later(seconds, self._guarded, callback, context=self._context_of_screen)

    def paint(self) -> None:
        """Paint once what is at hand has been handled: a burst of keys is one repaint."""
        if not self._paint_due and self.is_running:
            self._paint_due = True
            asyncio.get_running_loop().call_soon(self._guarded, self._paint_now, context=self._context_of_screen)

    def _paint_now(self) -> None:
        self._paint_due = False
        if self._canvas is not None and not self._gone:
            self._canvas.show_page()

    def _post(self, callback: Callable[[], None]) -> None:
        """From any thread: call on the screen's thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._guarded, callback, context=self._context_of_screen)

    def _guarded(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception as error:  # noqa: BLE001 - the crash handler of the program
            self._handle_exception(error)

    # --- the terminal -----------------------------------------------------------------------------------------------

    def key_came(self, key: Key, time: float) -> None:
        """See `driver.Listener`."""
        self._context_of_screen.run(self._guarded, lambda: self._desk.arrive(key, time))

    def paste_came(self, text: str) -> None:
        """See `driver.Listener`."""
        self._context_of_screen.run(self._guarded, lambda: self._desk.paste(text))

    def line_dropped(self) -> None:
        """See `driver.Listener`."""
        self._signalled(signal.SIGHUP)

    def writer_free(self) -> None:
        """See `driver.Listener`."""
        if self._canvas is not None:
            self._canvas.catch_up()

    async def on_event(self, event: events.Event) -> None:
        """Keys of the Pilot (tests) go to the desk as those of the terminal do."""
        if isinstance(event, events.Key):
            key = from_textual(event.key, event.character)
            if key is not None:
                self._desk.arrive(key, event.time)
        elif isinstance(event, events.Paste):
            self._desk.paste(event.text)
        else:
            await super().on_event(event)

    # --- the end ----------------------------------------------------------------------------------------------------

    def exit(self, result: int | None = 0, return_code: int = 0, message: object = None) -> None:
        """Leave the program with an exit status."""
        self._gone = True
        super().exit(result if result is not None else return_code, return_code=result or return_code)

    def _signalled(self, number: int) -> None:
        """The line dropped or we are told to end: park what was typed, give the store a moment, give the terminal back."""
        if self._gone:
            return
        threading.Thread(target=_end_at_last, args=(128 + number,), daemon=True).start()
        self._desk.leave(128 + number)

    def _fatal_error(self) -> None:
        """An unforeseen error: to the log without local variables (they hold customers' data), a sentence on the terminal."""
        error = self._exception
        self.failure = error
        _log.error("crash", exc_info=error)
        if self.desk is not None:
            self.desk.park()
        self._gone = True
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        """See Textual; errors are never printed by themselves."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self._fatal_error()


def _end_at_last(code: int) -> None:
    """End the process even if something does not let go (a disk, a stalled line): no process remains after its line."""
    threading.Event().wait(LAST_RESORT)
    os._exit(code)


def run_app(
    first_view: Callable[[], View],
    *,
    hooks: Callable[[Desk], Hooks] | None = None,
    preload: Callable[[], object] | None = None,
    on_tick: Callable[[Desk], None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run the program on this terminal until it is left; its exit status.

    Raises TerminalError (a sentence and an exit code) before the screen is taken, if the terminal cannot show one.
    """
    terminal = examine(os.environ if environ is None else environ, sys.stdin.isatty(), sys.stdout.isatty())
    plug = Plug(first_view, hooks or (lambda desk: Hooks()), preload, on_tick)
    app = ConvisavApp(plug, terminal)
    app.run(mouse=False)
    if app.failure is not None:
        sys.stderr.write(_("The program stopped because of an internal error. What was typed is kept.") + "\n")
        return 1
    return app.return_code or 0


__all__ = ["ConvisavApp", "Plug", "TerminalError", "run_app"]
