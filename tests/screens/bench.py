"""A desk without a terminal: press keys on a view, read its pages. Jobs run when the bench says so; time is the
test's own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from convisav_tui.screens.desk import Desk, Hooks
from convisav_tui.screens.keys import BACKTAB, ENTER, ESCAPE, TAB, Key, typed
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Row
from convisav_tui.screens.worker import Deliver, Job, outcome_of

HUMAN_GAP = 0.2
SCANNER_GAP = 0.004
_KEYS = {"\r": ENTER, "\n": Key("enter", "\n"), "\t": TAB, "\x1b": ESCAPE, "\x1d": Key("group_separator", "\x1d")}
_NAMED = {"enter": Key("enter", "\r"), "tab": TAB, "shift+tab": BACKTAB, "escape": ESCAPE, "space": typed(" ")}


class QueuedWorker:
    """Keeps jobs until `finish`, as a slow store does."""

    def __init__(self) -> None:
        self.jobs: deque[tuple[Job, Deliver]] = deque()

    def submit(self, job: Job, deliver: Deliver) -> None:
        self.jobs.append((job, deliver))

    def drain(self, seconds: float) -> bool:
        self.finish()
        return True

    def finish(self) -> None:
        """Run all jobs, and those they lead to."""
        while self.jobs:
            job, deliver = self.jobs.popleft()
            deliver(*outcome_of(job))


class Bench:
    """Hosts a view at a size. `slow=True`: jobs wait for `bench.worker.finish()`; else they run before the next key.
    `loading=True`: the store is still to be loaded, by `bench.desk.preload`."""

    def __init__(
        self,
        view: View,
        width: int = 80,
        height: int = 24,
        *,
        hooks: Hooks | None = None,
        slow: bool = False,
        loading: bool = False,
    ) -> None:
        self.width, self.height, self.slow = width, height, slow
        self.time = 100.0
        self.left: int | None = None
        self._timers: list[tuple[float, Callable[[], None]]] = []
        self.worker = QueuedWorker()
        self.desk = Desk(self, self.worker, hooks)
        if loading:
            self.desk.expect_load()
        self.desk.open(view)
        self._settle()

    def now(self) -> float:
        return self.time

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        self._timers.append((self.time + seconds, callback))

    def paint(self) -> None:
        """Pages are rendered when asked for."""

    def exit(self, code: int) -> None:
        self.left = code

    def pass_time(self, seconds: float) -> None:
        """Let time go by; what was due is called."""
        self.time += seconds
        due = [timer for timer in self._timers if timer[0] <= self.time]
        self._timers = [timer for timer in self._timers if timer[0] > self.time]
        for _when, callback in due:
            callback()

    def press(self, *names: str, gap: float = HUMAN_GAP) -> None:
        """Keys by name (`f2`, `down`, `ctrl+s`) or characters, at a person's pace."""
        for name in names:
            key = _NAMED.get(name) or (typed(name) if len(name) == 1 else Key(name))
            self._arrive(key, gap)

    def type(self, text: str, gap: float = HUMAN_GAP) -> None:
        """A text with `\\t`, `\\r`, `\\n`, `\\x1b` for those keys."""
        for character in text:
            key = Key("enter", "\r") if character == "\r" else _KEYS.get(character) or typed(character)
            self._arrive(key, gap)

    def scan(self, text: str, end: str = "\r") -> None:
        """What a barcode scanner types."""
        self.pass_time(1.0)
        self.type(text + end, SCANNER_GAP)
        self.pass_time(1.0)

    def _arrive(self, key: Key, gap: float) -> None:
        self.pass_time(gap)
        self.desk.arrive(key, self.time)
        self._settle()
        self.desk.page(self.width, self.height)

    def _settle(self) -> None:
        if not self.slow:
            self.worker.finish()

    def rows(self) -> list[Row]:
        return self.desk.page(self.width, self.height).rows

    def text(self) -> str:
        """The screen as text, without spaces at the ends of rows."""
        return "\n".join("".join(span.text for span in row).rstrip() for row in self.rows())

    def line(self, y: int) -> str:
        return self.text().split("\n")[y]

    @property
    def cursor(self) -> tuple[int, int] | None:
        return self.desk.page(self.width, self.height).cursor

    def under_cursor(self) -> str:
        """The text of the row the cursor is on."""
        cursor = self.cursor
        return self.line(cursor[1]) if cursor else ""
