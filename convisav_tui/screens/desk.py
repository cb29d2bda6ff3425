"""The host of the views: the stack of views, jobs, prompts, the status row, pages.

Plain Python without Textual: the canvas feeds it keys and shows its pages; tests do the same without a terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.screens.actions import ACTIONS, ALWAYS, action_for, find
from convisav_tui.screens.key_queue import KeyQueue
from convisav_tui.screens.key_row import key_row
from convisav_tui.screens.keys import Key
from convisav_tui.screens.surroundings import Cover, Hooks, Surroundings
from convisav_tui.screens.view import View
from convisav_tui.screens.waits import SLOW, STUCK, Wait, Waits
from convisav_tui.screens.widgets import bars
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, fit
from convisav_tui.screens.widgets.prompt import Prompt, YesNo
from convisav_tui.screens.widgets.scanning import Arrival
from convisav_tui.screens.worker import Worker

__all__ = ["Desk", "Hooks", "log_error"]

Result = TypeVar("Result")
SMALLEST = (40, 8)
GRACE = 1.5
"""Seconds that drafts have to reach the store when the program ends."""


def log_error(what: str, error: BaseException | None) -> None:
    """Write an error with its trace, never its variables, to the log. Imported here: it is needed only in trouble."""
    import logging

    logging.getLogger("convisav").error(what, exc_info=error)


class Desk:
    """Implements `Host`. Keys go in by `arrive`, pages come out of `page`."""

    def __init__(self, surroundings: Surroundings, worker: Worker, hooks: Hooks | None = None) -> None:
        self.surroundings = surroundings
        self.worker = worker
        self.hooks = hooks or Hooks()
        self.views: list[View] = []
        self.prompt: Prompt | None = None
        self.cover: Cover | None = None
        self.arrivals = 0  # keys and pastes so far: how a station knows that nobody uses it
        self.loaded = True
        self._message: tuple[str, Role] = ("", Role.NORMAL)
        self._keys = KeyQueue(self)
        self._waits = Waits()
        self._on_load: list[Callable[[], None]] = []
        self._leaving = False
        self.spare = False  # the line is thin: no hints, few keys in the key bar
        self.alarm = ""
        """What everybody must know whatever is on screen (the database is not reached): stands in the title bar."""

    # --- the stack of views ---------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The view on screen."""
        return self.views[-1]

    def open(self, view: View) -> None:
        """See `Host`."""
        self._keys.forget_burst()
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
        if len(self.views) > 1:
            while len(self.views) > 1:
                self._close_top()
            self.view.resumed()
        self.surroundings.paint()

    def _close_top(self) -> None:
        view = self.views.pop()
        self._keys.forget_burst()
        self._waits.forget_view(view)
        view.closed()

    # --- what a view may ask for ----------------------------------------------------------------------------------

    def say(self, text: str, role: Role = Role.NORMAL) -> None:
        """See `Host`."""
        self._message = (text, role)
        self.surroundings.paint()

    @property
    def said(self) -> str:
        """What the status row says; empty when there is nothing to say."""
        return self._message[0]

    def ask(self, prompt: Prompt) -> None:
        """See `Host`."""
        self.prompt = prompt
        self._keys.forget_burst()
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
        wait = Wait(view, label, self.now(), hold, leave, group)
        self._waits.add(wait)

        def deliver(result: object, error: Exception | None) -> None:
            self._delivered(wait, error, lambda: done(cast(Result, result)), failed)

        self.worker.submit(job, deliver)
        if hold:
            self.later(SLOW, self.repaint)
            self.later(STUCK, self.repaint)

    def _delivered(
        self,
        wait: Wait,
        error: Exception | None,
        done: Callable[[], None],
        failed: Callable[[Exception], None] | None,
    ) -> None:
        self._waits.remove(wait)
        if self._leaving or not wait.wanted:
            if error is not None:
                log_error(f"dropped job {wait.label}", error)
        elif error is None:
            done()
        elif failed is not None:
            failed(error)
        else:
            self.say_error(error)
        self.pump()

    def say_error(self, error: Exception) -> None:
        """Put an error into the status row in words; an unforeseen one goes to the log with its trace."""
        if isinstance(error, ConvisavError):
            self.say(str(error), Role.ERROR)
            return
        log_error("job failed", error)
        self.say(_("This did not work because of an internal error; it is in the log."), Role.ERROR)

    def when_loaded(self, callback: Callable[[], None], *, hold: bool = True) -> None:
        """See `Host`."""
        if self.loaded:
            callback()
            return
        wait = Wait(None, _("Loading"), self.now(), hold, leave=False)
        self._waits.add(wait)
        self.later(SLOW, self.repaint)

        def arrived() -> None:
            self._waits.remove(wait)
            callback()

        self._on_load.append(arrived)

    def expect_load(self) -> None:
        """The store will be loaded by `preload` after the first paint: until then nothing that needs it is run."""
        self.loaded = False

    def preload(self, job: Callable[[], object]) -> None:
        """Load the store in the worker's thread."""
        self.loaded = False

        def deliver(result: object, error: Exception | None) -> None:
            self.loaded = True
            waiting, self._on_load = self._on_load, []
            if error is not None:
                self._waits.give_up()
                self.say_error(error)
                waiting = []
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
        self._keys.close()
        try:
            self.hooks.on_leave()
        except Exception as error:  # noqa: BLE001 - leaving must go on
            log_error("leaving", error)
        self.surroundings.exit(code)

    def park(self) -> None:
        """Tell every view to keep what was typed, and wait until it is kept; one that fails does not stop the
        others."""
        for view in reversed(self.views):
            try:
                view.park()
            except Exception as error:  # noqa: BLE001 - the other views must still be parked
                log_error(f"parking {view.name}", error)
        if not self.worker.drain(GRACE):
            log_error("the store was still busy when the program ended", None)

    def changed_elsewhere(self) -> None:
        """Another station changed the store: the view on screen may show it."""
        if self.cover is None:
            self.view.changed_elsewhere()
        self.surroundings.paint()

    def lock(self, cover: Cover) -> None:
        """Hide everything behind `cover`, which gets all keys from now on; views, question and jobs stay as they are.
        Keys that still waited are its too: whoever locks the station goes on typing there."""
        self.cover = cover
        for arrival in self._keys.give_up():
            if isinstance(arrival, Arrival):
                cover.arrive(*arrival)
        self.surroundings.paint()

    def unlock(self) -> None:
        """Show the screen again, with what has changed since."""
        self.cover = None
        self.changed_elsewhere()

    # --- keys -----------------------------------------------------------------------------------------------------

    def arrive(self, key: Key, time: float) -> None:
        """A key came from the terminal, at `time` (monotonic seconds)."""
        self.arrivals += 1
        if self.cover is not None:
            self.cover.arrive(key, time)
            self.surroundings.paint()
            return
        if key.name == "escape" and self._waits.slow(self.now()) and self._waits.may_leave():
            # What was typed for the screen that did not come goes with it.
            self._waits.give_up()
            self._keys.clear()
            self.say(_("Not waited for any longer"), Role.WARNING)
            return
        if key.name == "ctrl+x" and self._waits.stuck(self.now()):
            self.leave(1)
            return
        self._keys.put(Arrival(key, time))
        self.surroundings.paint()

    def paste(self, text: str) -> None:
        """A bracketed paste came; it waits its turn among the keys, and goes nowhere while the station is locked."""
        self.arrivals += 1
        if self.cover is not None:
            return
        self._keys.put(text)
        self.surroundings.paint()

    def pump(self) -> None:
        """Handle the keys that may be handled now."""
        self._keys.pump()
        self.surroundings.paint()

    def blocked(self, arrival: Arrival | str) -> bool:
        """Whether this key or paste must wait (`key_queue.Receiver`)."""
        if self._waits.hold_keys():
            return True
        expecting = isinstance(arrival, Arrival) and self.prompt is None and self.view.waits(arrival.key)
        if expecting:
            self.later(SLOW, self.repaint)
        return self._waits.key_waits(expecting, self.now())

    def dispatch(self, key: Key) -> None:
        """A key for the view, or for an action of the registry."""
        view = self.view
        if view.typing and key.types:
            view.key(key)
            self.surroundings.paint()
            return
        action = action_for(key.name, (*view.actions(), *ALWAYS), view.typing)
        if action is None and any(key.name == other.chord for other in ACTIONS):
            return  # a second Ctrl+S, say, meant for the screen before: what that one has said stays
        self._message = ("", Role.NORMAL)
        if action is not None:
            self.act(action.id)
        elif key.name in ("ctrl+c", "ctrl+q"):
            self.say(_("Ctrl+X leaves the program; Esc goes back"), Role.WARNING)
        else:
            view.key(key)
        self.surroundings.paint()

    def answer(self, key: Key) -> None:
        """A key for the prompt."""
        prompt = self.prompt
        if prompt is not None and prompt.key(key):
            self.prompt = None
            prompt.answer()

    def refuse_scan(self) -> None:
        """A scan came while a question is open (`key_queue.Receiver`)."""
        self.say(_("Scan again once the question is answered"), Role.WARNING)

    def scanned(self, number: str) -> bool:
        """A ticket number was scanned, and the view left it to the program."""
        return self.hooks.on_scan(number)

    def scanner_set_wrongly(self) -> None:
        """A garbled scan was understood (`key_queue.Receiver`): say how the next one need not be."""
        self.hooks.on_garbled_scan()
        self.say(_("Scanner set to another keyboard (understood): F4 prints a set-up sheet"), Role.WARNING)

    def now(self) -> float:
        """Monotonic seconds."""
        return self.surroundings.now()

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after a time."""
        self.surroundings.later(seconds, callback)

    # --- pages ----------------------------------------------------------------------------------------------------

    def page(self, width: int, height: int) -> Page:
        """The whole screen: title bar, the view's body, status row or prompt, key bar."""
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return Page([fit([Span(_("Window too small"))], width)] + [fit([], width)] * (height - 1))
        if self.cover is not None:
            return self.cover.page(width, height)
        view = self.view
        body = view.render(width, height - 3)
        rows = [fit(row, width) for row in body.rows[: height - 3]]
        rows += [fit([], width)] * (height - 3 - len(rows))
        cursor = (body.cursor[0], body.cursor[1] + 1) if body.cursor is not None else None
        rows.insert(0, fit(bars.title_bar(view.title, view.title_right, width, self.alarm), width))
        rows.append(fit(self._status(width), width))
        if self.prompt is not None:
            cursor = self._lay_prompt(self.prompt, rows, width, height)
        rows.append(fit(key_row(view, self.prompt, self.spare, width), width))
        if cursor is not None:
            cursor = (max(0, min(width - 1, cursor[0])), max(0, min(height - 1, cursor[1])))
        return Page(rows, cursor)

    def _lay_prompt(self, prompt: Prompt, rows: list[Row], width: int, height: int) -> tuple[int, int] | None:
        asked = prompt.render(width, height // 2)
        top = len(rows) - len(asked.rows)
        rows[top:] = [fit(row, width) for row in asked.rows]
        return (asked.cursor[0], asked.cursor[1] + top) if asked.cursor is not None else None

    def _status(self, width: int) -> Row:
        if self._waits.slow(self.now()):
            return bars.status_row(self._waits.sentence(self.now()), Role.WARNING, [], width)
        text, role = self._message
        hint = self.view.hint()
        return bars.status_row(text, role, bars.needful(hint) if self.spare else hint, width)
