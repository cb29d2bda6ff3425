"""Wires the screens of the shop to the program: actions, loading after the first paint, the change feed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convisav_tui.app import run_app
from convisav_tui.errors import ConvisavError, StoreUnreachable
from convisav_tui.i18n import _, set_language
from convisav_tui.screens.board import BoardView
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.desk import Desk, Hooks
from convisav_tui.screens.station_lock import StationLock
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.config import Config
    from convisav_tui.screens.view import View
    from convisav_tui.store.feed import Ticker

# How often the program makes sure that somebody prints and sends: every 20 ticks of a quarter of a second.
WORKER_TICKS = 20
# On a thin line what others change is shown every five seconds at most.
SLOW_TICKS = 20


class Program:
    """The running program: the counter it serves, and what its hooks need to remember."""

    def __init__(self, config: Config, keep_worker: Callable[[], None]) -> None:
        self.counter = Counter(config)
        self.desk: Desk | None = None
        self.lock: StationLock | None = None
        self._keep_worker = keep_worker
        self._ticker: Ticker | None = None
        self._ticks = 0
        self._look_from = 0  # the tick from which it is looked whether a worker runs: at once when the store is there
        self._minute = ""
        self._worker_trouble = ""
        self._board: BoardView | None = None
        self._unreachable = False
        self._said = ""
        self._untold = False  # something changed elsewhere that the screen does not show yet
        self._tell_from = 0  # the tick from which it may

    def first_view(self) -> View:
        """The board; its rows come from the fast path until the store is loaded."""
        self._board = BoardView(self.counter, self.load)
        return self._board

    def hooks(self, desk: Desk) -> Hooks:
        """What the desk asks when no view wanted an action or a scan."""
        self.desk = desk
        self.lock = StationLock(self.counter, desk)
        self.lock.begin()
        return Hooks(on_action=self.act, on_scan=self.scanned, on_garbled_scan=self.scanner_garbled)

    def load(self) -> None:
        """In the store's thread, after the first paint: import the libraries, open the store, sign the station in.

        What keeps the store shut is raised, and kept in words for the board."""
        try:
            self._load()
        except ConvisavError as error:
            self.counter.trouble = str(error)
            self._unreachable = isinstance(error, StoreUnreachable)
            raise
        except Exception:
            self.counter.trouble = _("This did not work because of an internal error; it is in the log.")
            raise
        self.counter.trouble = ""

    def _load(self) -> None:
        from convisav_tui.screens import loading

        loading.load(self.counter)
        from convisav_tui.store.feed import Ticker

        self._ticker = Ticker(self.counter.store)

    def tick(self, desk: Desk) -> None:
        """Four times a second: has another station or the worker changed something? Costs microseconds when not."""
        self._ticks += 1
        if self._ticker is None:
            if self.lock is not None:
                self.lock.tick(False)
            if self._unreachable and self._ticks % WORKER_TICKS == 0 and self._board is not None:
                self._board.try_again(hold=False)
            return
        if self._ticks >= self._look_from:
            self._look_from = self._ticks + WORKER_TICKS
            desk.run(self._keep_worker, lambda _none: None, self._no_worker, hold=False, group="worker")
        minute = self.counter.clock
        self._tell_connection(desk, self._ticker.trouble)
        changed = self._ticker.changed()
        if self.lock is not None:
            self.lock.tick(changed)
        self._untold = self._untold or changed
        if self._untold and self._ticks >= self._tell_from:
            self._untold, self._tell_from = False, self._ticks + (SLOW_TICKS if self.counter.config.station.slow else 0)
            desk.changed_elsewhere()
        elif minute != self._minute:
            desk.repaint()
        self._minute = minute

    def _tell_connection(self, desk: Desk, trouble: str) -> None:
        """The title bar says at once that the database is not reached, the status row why, and that it is back."""
        alarm = _("DATABASE NOT REACHED") if trouble else ""
        if alarm == desk.alarm:
            return
        desk.alarm = alarm
        if trouble:
            told = _("The database is not reached: what is typed stays, it is tried again. ({reason})")
            self._said = told.format(reason=trouble)
            desk.say(self._said, Role.ERROR)
        elif desk.said in ("", self._said):  # what was saved meanwhile has been said in its place
            desk.say(_("The database is reached again."), Role.SUCCESS)

    def _no_worker(self, error: Exception) -> None:
        """Nobody prints and sends: said once, not every five seconds."""
        if str(error) != self._worker_trouble:
            self._worker_trouble = str(error)
            self._desk.say_error(error)

    def act(self, action: str) -> bool:
        """An action that works everywhere."""
        if action == "person" and self.lock is not None:
            self._desk.when_loaded(self.lock.change_person)
            return True
        opener = self._openers().get(action)
        desk = self._desk
        if opener is None:
            return False

        def open_when_loaded() -> None:
            if self._has_store():
                view = opener()
                if view is not None:
                    desk.open(view)

        desk.when_loaded(open_when_loaded)
        return True

    def scanned(self, number: str) -> bool:
        """A label was scanned on a screen that did not ask for it: its order is opened."""
        self._desk.when_loaded(lambda: self._open_scanned(number))
        return True

    def scanner_garbled(self) -> None:
        """A scan came as from another keyboard: F4 offers the sheet that helps to set the scanner up."""
        self.counter.scanner_garbled = True

    @property
    def _desk(self) -> Desk:
        assert self.desk is not None, "hooks are made with the desk"
        return self.desk

    def _open_scanned(self, number: str) -> None:
        from convisav_tui.screens.opening import open_scanned

        if self._has_store():
            open_scanned(self._desk, self.counter, number)

    def _has_store(self) -> bool:
        """False, and it is said, while the store could not be opened."""
        if self.counter.trouble:
            self._desk.say(self.counter.trouble, Role.ERROR)
        return not self.counter.trouble

    def _openers(self) -> dict[str, Callable[[], View | None]]:
        from convisav_tui.screens.openers import openers

        return openers(self._desk, self.counter)


def run(config: Config, keep_worker: Callable[[], None]) -> int:
    """Show the board of this shop until it is left; the exit status. `keep_worker` starts a worker if none runs."""
    set_language(config.interface_language)
    program = Program(config, keep_worker)
    log_file = config.logs / "screen.log"
    return run_app(
        program.first_view,
        hooks=program.hooks,
        preload=program.load,
        on_tick=program.tick,
        log_file=log_file,
        slow=config.station.slow,
    )
