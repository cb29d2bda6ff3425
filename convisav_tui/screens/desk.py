"""The host of the views: one queue of keys in the order of arrival, the stack of views, jobs, prompts, the status row.

Plain Python without Textual: the canvas feeds it keys and shows its pages; tests do the same without a terminal.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.screens.actions import action_for, find
from convisav_tui.screens.keys import GROUP_SEPARATOR, Key
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets import bars
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, fit
from convisav_tui.screens.widgets.prompt import Prompt, YesNo
from convisav_tui.screens.widgets.scanning import AVERAGE_GAP, COMMAND_DELAY, Arrival, Burst, is_serial, ticket_in
from convisav_tui.screens.worker import Worker

Result = TypeVar("Result")
SLOW = 0.3
SMALLEST = (40, 8)
_log = logging.getLogger("convisav.screens")


class Surroundings(Protocol):
    """What the desk needs from whoever runs it. All of it is called on the screen's thread."""

    def now(self) -> float:
        """Monotonic seconds."""

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after a time."""

    def paint(self) -> None:
        """The page may have changed."""

    def exit(self, code: int) -> None:
        """Leave the program."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the business part plugs in: program-wide actions, scans no view took, and what to do before leaving."""

    on_action: Callable[[str], bool] = lambda action: False
    on_scan: Callable[[str], bool] = lambda number: False
    on_leave: Callable[[], None] = lambda: None


@dataclass(slots=True)
class Wait:
    """A job on its way, and whether its result is still wanted."""

    view: View | None
    label: str
    hold: bool
    leave: bool
    group: str
    wanted: bool = True


class Desk:
    """Implements `Host`. Keys go in by `arrive`, pages come out of `page`."""

    def __init__(self, surroundings: Surroundings, worker: Worker, hooks: Hooks | None = None) -> None:
        self.surroundings = surroundings
        self.worker = worker
        self.hooks = hooks or Hooks()
        self.views: list[View] = []
        self.prompt: Prompt | None = None
        self.loaded = True
        self._message: tuple[str, Role] = ("", Role.NORMAL)
        self._queue: deque[Arrival | str] = deque()
        self._waits: list[Wait] = []
        self._on_load: list[Callable[[], None]] = []
        self._burst = Burst()
        self._delayed: list[Arrival] = []
        self._last_return = -1.0
        self._pumping = False
        self._blocked_since: float | None = None
        self._leaving = False

    # --- the stack of views ---------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The view on screen."""
        return self.views[-1]

    def open(self, view: View) -> None:
        """See `Host`."""
        self._burst.forget()
        self.views.append(view)
        view.host = self
        view.opened()
        self.surroundings.paint()

    def replace(self, view: View) -> None:
        """See `Host`."""
        self._close_top()
        self.open(view)

    def back(self) -> None:
        """See `Host`."""
        if len(self.views) > 1:
            self._close_top()
            self.view.resumed()
            self.surroundings.paint()

    def home(self) -> None:
        """See `Host`."""
        while len(self.views) > 1:
            self._close_top()
            if len(self.views) == 1:
                self.view.resumed()
        self.surroundings.paint()

    def _close_top(self) -> None:
        view = self.views.pop()
        self._burst.forget()
        for wait in self._waits:
            if wait.view is view:
                wait.wanted = False
        view.closed()

    # --- what a view may ask for ----------------------------------------------------------------------------------

    def say(self, text: str, role: Role = Role.NORMAL) -> None:
        """See `Host`."""
        self._message = (text, role)
        self.surroundings.paint()

    def ask(self, prompt: Prompt) -> None:
        """See `Host`."""
        self.prompt = prompt
        self._burst.forget()
        self.surroundings.paint()

    def repaint(self) -> None:
        """See `Host`."""
        self.surroundings.paint()

    def run(
        self,
        job: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        label: str = "",
        hold: bool = True,
        leave: bool = False,
        group: str = "",
    ) -> None:
        """See `Host`."""
        view = self.views[-1] if self.views else None
        if group:
            for older in self._waits:
                if older.view is view and older.group == group:
                    older.wanted = False
        wait = Wait(view, label, hold, leave, group)
        self._waits.append(wait)

        def deliver(result: object, error: Exception | None) -> None:
            self._delivered(wait, error, lambda: done(cast(Result, result)), failed)

        self.worker.submit(job, deliver)
        if hold:
            self.surroundings.later(SLOW, self.surroundings.paint)

    def _delivered(
        self,
        wait: Wait,
        error: Exception | None,
        done: Callable[[], None],
        failed: Callable[[Exception], None] | None,
    ) -> None:
        self._waits.remove(wait)
        if wait.wanted and not self._leaving:
            if error is None:
                done()
            elif failed is not None:
                failed(error)
            else:
                self.say_error(error)
        elif error is not None:
            _log.error("dropped job %s failed: %s", wait.label, type(error).__name__, exc_info=error)
        self.pump()

    def say_error(self, error: Exception) -> None:
        """Put an error into the status row in words; an unforeseen one goes to the log with its trace."""
        if not isinstance(error, ConvisavError):
            _log.error("job failed", exc_info=error)
            self.say(_("This did not work because of an internal error; it is in the log."), Role.ERROR)
            return
        self.say(str(error), Role.ERROR)

    def when_loaded(self, callback: Callable[[], None], *, hold: bool = True) -> None:
        """See `Host`."""
        if self.loaded:
            callback()
            return
        wait = Wait(None, _("Loading"), hold, False, "")
        self._waits.append(wait)

        def arrived() -> None:
            self._waits.remove(wait)
            callback()

        self._on_load.append(arrived)

    def preload(self, job: Callable[[], object]) -> None:
        """Load the store in the worker's thread, before any other job."""
        self.loaded = False

        def deliver(result: object, error: Exception | None) -> None:
            self.loaded = True
            waiting, self._on_load = self._on_load, []
            if error is not None:
                self.say_error(error)
            for callback in waiting:
                callback()
            self.pump()

        self.worker.submit(job, deliver)

    def act(self, action: str) -> None:
        """See `Host`."""
        if self.view.act(action):
            return
        if action == "quit":
            self.quit()
        elif action == "help":
            from convisav_tui.screens.help import HelpView

            self.open(HelpView(self.view))
        elif action == "menu":
            from convisav_tui.screens.menu import MenuView

            self.open(MenuView(self.view))
        elif not self.hooks.on_action(action):
            self.say(_("Not possible here: {action}").format(action=_(find(action).label)), Role.WARNING)

    def quit(self) -> None:
        """See `Host`."""
        self.ask(YesNo(_("Leave the program? What was typed is kept."), self.leave))

    def leave(self, code: int = 0) -> None:
        """See `Host`. Also called by the signals: must not raise, ask or wait for keys."""
        if self._leaving:
            return
        self.park()
        self._leaving = True
        try:
            self.hooks.on_leave()
        except Exception:  # noqa: BLE001 - leaving must go on
            _log.exception("leaving")
        self.surroundings.exit(code)

    def park(self) -> None:
        """Tell every view to keep what was typed; one that fails does not keep the others from it."""
        for view in reversed(self.views):
            try:
                view.park()
            except Exception:  # noqa: BLE001 - the other views must still be parked
                _log.exception("parking %s", view.name)

    def changed_elsewhere(self) -> None:
        """Another station changed the store: the view on screen may show it."""
        self.view.changed_elsewhere()
        self.surroundings.paint()

    # --- keys -----------------------------------------------------------------------------------------------------

    def arrive(self, key: Key, time: float) -> None:
        """A key came from the terminal."""
        if key.name == "escape" and self._may_give_up():
            self._give_up()
            return
        self._queue.append(Arrival(key, time))
        self.pump()

    def paste(self, text: str) -> None:
        """A bracketed paste came; it waits its turn among the keys."""
        self._queue.append(text)
        self.pump()

    def pump(self) -> None:
        """Handle what has arrived, in order, until something must be waited for."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while self._queue and not self._leaving and not self._blocked(self._queue[0]):
                self._handle(self._queue.popleft())
        finally:
            self._pumping = False
        self.surroundings.paint()

    def _blocked(self, arrival: Arrival | str) -> bool:
        blocked = any(wait.hold and wait.wanted for wait in self._waits)
        if not blocked and self.prompt is None and isinstance(arrival, Arrival):
            blocked = self.view.waits(arrival.key)
        if not blocked:
            self._blocked_since = None
        elif self._blocked_since is None:
            self._blocked_since = self.surroundings.now()
            self.surroundings.later(SLOW, self.surroundings.paint)
        return blocked

    def _may_give_up(self) -> bool:
        if self._blocked_since is None or self.surroundings.now() - self._blocked_since < SLOW:
            return False
        return all(wait.leave for wait in self._waits if wait.hold and wait.wanted)

    def _give_up(self) -> None:
        """Stop waiting: what was typed for the screen that did not come goes with it."""
        for wait in self._waits:
            if wait.hold:
                wait.wanted = False
        self._queue.clear()
        self._blocked_since = None
        self.say(_("Not waited for any longer"), Role.WARNING)

    def _handle(self, arrival: Arrival | str) -> None:
        if isinstance(arrival, str):
            self._flush_delayed()
            self._burst.forget()
            (self.prompt or self.view).pasted(arrival)
            return
        key, time = arrival
        if key.name == "enter" and self._is_second_half(key, time):
            return
        if self.prompt is not None:
            self._answer(key)
        elif key.types or key.character == GROUP_SEPARATOR:
            self._character(key, time)
        elif key.name in ("enter", "tab"):
            self._end_of_burst(key, time)
        else:
            self._flush_delayed()
            self._burst.forget()
            self._dispatch(key)

    def _is_second_half(self, key: Key, time: float) -> bool:
        """Whether this is the LF of a scanner's CR LF."""
        second = key.character == "\n" and 0 <= time - self._last_return <= AVERAGE_GAP
        self._last_return = time if key.character == "\r" else -1.0
        return second

    def _answer(self, key: Key) -> None:
        prompt = self.prompt
        if prompt is not None and prompt.key(key):
            self.prompt = None
            prompt.answer()

    def _character(self, key: Key, time: float) -> None:
        if self._burst.begins(time):
            self._flush_delayed()
            self._burst.start(self.view.mark())
        self._burst.add(key, time)
        if self._delayed or (key.types and self.view.is_command(key)):
            self._delayed.append(Arrival(key, time))
            self.surroundings.later(COMMAND_DELAY, self._delay_over)
        elif key.types:
            self._dispatch(key)

    def _delay_over(self) -> None:
        if self._delayed and self.surroundings.now() - self._delayed[-1].time >= COMMAND_DELAY * 0.9:
            self._flush_delayed()
            self.pump()

    def _flush_delayed(self) -> None:
        delayed, self._delayed = self._delayed, []
        for key, _time in delayed:
            if key.types:
                self._dispatch(key)

    def _end_of_burst(self, key: Key, time: float) -> None:
        text = self._burst.scan(time)
        if text and self._scan(text):
            self._burst.forget()
            self._delayed = []
            return
        self._flush_delayed()
        self._burst.forget()
        self._dispatch(key)

    def _scan(self, text: str) -> bool:
        """Offer a scan to whoever wants it; what it typed is taken back first, and typed again if nobody wants it."""
        view = self.view
        wanted = view.wants_scan()
        scan = text if wanted and is_serial(text) else "" if wanted else ticket_in(text)
        if not scan:
            return False
        typed = view.mark()
        if not self._delayed:
            view.restore(self._burst.mark)
        if view.scanned(scan) or (not wanted and self.hooks.on_scan(scan)):
            return True
        if not self._delayed:
            view.restore(typed)
        return False

    def _dispatch(self, key: Key) -> None:
        view = self.view
        if view.typing and key.types:
            view.key(key)
            return
        self._message = ("", Role.NORMAL)
        action = action_for(key.name, view.actions(), view.typing)
        if action is not None:
            self.act(action.id)
        elif key.name in ("ctrl+c", "ctrl+q"):
            self.say(_("Ctrl+X leaves the program; Esc goes back"), Role.WARNING)
        else:
            view.key(key)

    # --- pages ----------------------------------------------------------------------------------------------------

    def page(self, width: int, height: int) -> Page:
        """The whole screen: title bar, the view's body, status row or prompt, key bar."""
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return Page([fit([Span(_("Window too small"))], width)] * height, None)
        view = self.view
        body = view.render(width, height - 3)
        rows = [fit(row, width) for row in body.rows[: height - 3]]
        rows += [fit([], width)] * (height - 3 - len(rows))
        cursor = (body.cursor[0], body.cursor[1] + 1) if body.cursor is not None else None
        rows.insert(0, fit(bars.title_bar(view.title, view.title_right, width), width))
        rows.append(fit(self._status(width), width))
        if self.prompt is not None:
            cursor = self._lay_prompt(self.prompt, rows, width, height)
        shown = [find(action) for action in view.actions()]
        rows.append(fit(bars.key_bar(shown, view.typing, width), width))
        if cursor is not None:
            cursor = (max(0, min(width - 1, cursor[0])), max(0, min(height - 1, cursor[1])))
        return Page(rows, cursor)

    def _lay_prompt(self, prompt: Prompt, rows: list[Row], width: int, height: int) -> tuple[int, int] | None:
        asked = prompt.render(width, height // 2)
        top = len(rows) - len(asked.rows)
        rows[top:] = [fit(row, width) for row in asked.rows]
        return (asked.cursor[0], asked.cursor[1] + top) if asked.cursor is not None else None

    def _status(self, width: int) -> Row:
        since = self._blocked_since
        slow = since is not None and self.surroundings.now() - since >= SLOW * 0.9
        if slow:
            return bars.status_row(self._waiting_for(), Role.WARNING, [], width)
        text, role = self._message
        return bars.status_row(text, role, self.view.hint(), width)

    def _waiting_for(self) -> str:
        held = [wait for wait in self._waits if wait.hold and wait.wanted]
        label = next((wait.label for wait in held if wait.label), _("Waiting"))
        return f"{label} … {_('Esc leaves')}" if all(wait.leave for wait in held) else f"{label} …"
