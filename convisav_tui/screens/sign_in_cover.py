"""The screen of a locked station: one line for a PIN, nothing of the shop behind it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.widgets import bars
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, fit
from convisav_tui.screens.widgets.scanning import Arrival
from convisav_tui.screens.widgets.text_line import TextLine

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.sign_in import Attempt

SHORTEST, LONGEST = 4, 8
TYPED_AT_MOST = 40
FIELD = 12


class Door(Protocol):
    """Who opens (`station_lock.StationLock`)."""

    def now(self) -> float:
        """Monotonic seconds."""

    def try_pin(self, pin: str, done: Callable[[Attempt], None], failed: Callable[[str], None]) -> None:
        """Look whose PIN it is; `failed` is told in words why that cannot be known now."""

    def leave(self) -> None:
        """Leave the program."""

    def repaint(self) -> None:
        """The page has changed."""


class SignInCover:
    """Takes digits and Enter; scans, pastes and everything else go nowhere. A PIN is never shown or kept.

    A scan is known by its length or its letters, not by its speed: a slow line brings a PIN in one piece too."""

    def __init__(self, counter: Counter, door: Door, *, name: str = "", may_leave: bool = False) -> None:
        """`name` is who left the station locked. `may_leave`: before anybody has signed in, whoever started the
        program may end it; later that would hand him the account it runs under."""
        self._counter = counter
        self._door = door
        self._name = name
        self._may_leave = may_leave
        self._line = TextLine(secret=True, longest=TYPED_AT_MOST)
        self._junk = False
        self._said = ""
        self._until = 0.0
        self._shown_seconds = 0
        self._busy = False
        self.held: list[Arrival] = []
        """What was typed after Enter: for the screen behind, if the PIN is right."""

    def arrive(self, key: Key, time: float) -> None:
        """See `surroundings.Cover`."""
        if self._busy:
            self.held.append(Arrival(key, time))
        elif key.types:
            self._typed(key)
        elif key.name == "enter":
            self._enter()
        elif key.name == "tab":
            self._forget()  # the end of a scan
        elif key.name in ("escape", "ctrl+u"):
            self._forget()
            self._said = ""
        elif key.name == "ctrl+x" and self._may_leave:
            self._door.leave()
        else:
            self._line.key(key)

    def tick(self) -> None:
        """Some time has passed: the seconds to wait are counted down."""
        if self._wait() != self._shown_seconds:
            self._door.repaint()

    def refuse(self, sentence: str) -> None:
        """It stays locked, and this says why."""
        self._busy, self._said = False, sentence
        self.held.clear()
        self._door.repaint()

    # --- keys ---------------------------------------------------------------------------------------------------------

    def _typed(self, key: Key) -> None:
        from convisav_tui.shop.pins import digit_of

        digit = digit_of(key.character)
        self._junk = self._junk or not digit
        self._line.insert(digit or key.character)
        self._said = ""

    def _enter(self) -> None:
        pin, junk = self._line.text, self._junk
        self._forget()
        if not pin or self._wait():
            return
        if junk or len(pin) > LONGEST:
            self._said = _("A PIN is typed by hand, in digits.")
        elif len(pin) < SHORTEST:
            self._said = _("A PIN has {shortest} to {longest} digits.").format(shortest=SHORTEST, longest=LONGEST)
        else:
            self._busy, self._said = True, _("One moment …")
            self._door.try_pin(pin, self._tried, self.refuse)

    def _tried(self, attempt: Attempt) -> None:
        self._until = self._door.now() + attempt.wait
        self.refuse(_("Not accepted. Type the PIN again."))

    def _forget(self) -> None:
        self._line.set("")
        self._junk = False

    def _wait(self) -> int:
        return max(0, math.ceil(self._until - self._door.now()))

    # --- looks --------------------------------------------------------------------------------------------------------

    def page(self, width: int, height: int) -> Page:
        """See `surroundings.Cover`."""
        caption = f" {_('PIN')} "
        shown, x = self._line.render(FIELD)
        rows: list[Row] = [
            bars.title_bar(f"ConviSAV · {self._counter.config.shop.name}", self._counter.clock, width),
            [],
            [],
            [Span(f" {self._heading()}", Role.HEADING)],
            [],
            [Span(caption, Role.LABEL), Span(shown, Role.FIELD_FOCUS)],
            [],
            [Span(f" {self._told()}", Role.WARNING)],
        ][:height]
        rows += [[] for _row in range(height - len(rows) - 1)]
        rows[height - 1 :] = [self._keys()]
        return Page([fit(row, width) for row in rows], (min(width - 1, cells(caption) + x), min(height - 1, 5)))

    def _heading(self) -> str:
        if self._name:
            return _("Locked. The work of {name} is kept.").format(name=self._name)
        return _("Sign in")

    def _told(self) -> str:
        seconds = self._shown_seconds = self._wait()
        if seconds:
            return ngettext(
                "Not accepted. The next try is possible in {count} second.",
                "Not accepted. The next try is possible in {count} seconds.",
                seconds,
            ).format(count=seconds)
        return self._said

    def _keys(self) -> Row:
        keys = [("enter", _("Sign in")), ("escape", _("Clear"))]
        if self._may_leave:
            keys.append(("ctrl+x", _("Leave")))
        return [part for key, text in keys for part in (Span(f" {label(key)}", Role.KEY), Span(f" {text} ", Role.DIM))]
