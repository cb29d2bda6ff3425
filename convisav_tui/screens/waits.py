"""What is being waited for: jobs on their way, whether keys must wait for them, since when, and whether Esc may
leave."""

from __future__ import annotations

from dataclasses import dataclass

from convisav_tui.i18n import _
from convisav_tui.screens.view import View

SLOW = 0.3
"""Seconds after which the status row says what is being waited for."""
STUCK = 5.0
"""Seconds after which the program may be left although a job that cannot be left is not done."""
# Timers may come a little early; what they wake up must not find that it is too soon.
_SOON = 0.02


@dataclass(slots=True, eq=False)
class Wait:
    """A job on its way, and whether its result is still wanted."""

    view: View | None
    label: str
    since: float
    hold: bool
    leave: bool
    group: str = ""
    wanted: bool = True

    @property
    def holds(self) -> bool:
        """Whether keys wait for it."""
        return self.hold and self.wanted


class Waits:
    """All that is on its way. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._open: list[Wait] = []
        self._key_since: float | None = None

    def add(self, wait: Wait) -> None:
        """One more; a newer one of the same view and group makes the older ones unwanted."""
        if wait.group:
            for older in self._open:
                if older.view is wait.view and older.group == wait.group:
                    older.wanted = False
        self._open.append(wait)

    def remove(self, wait: Wait) -> None:
        """It has come."""
        self._open.remove(wait)

    def forget_view(self, view: View) -> None:
        """The view was closed: what it asked for is not wanted any more."""
        for wait in self._open:
            if wait.view is view:
                wait.wanted = False

    def hold_keys(self) -> bool:
        """Whether keys must wait."""
        return any(wait.holds for wait in self._open)

    def key_waits(self, waits: bool, now: float) -> bool:
        """Note whether the next key waits for something that a view expects; returns `waits`."""
        if not waits:
            self._key_since = None
        elif self._key_since is None:
            self._key_since = now
        return waits

    def slow(self, now: float) -> bool:
        """Whether something has been waited for long enough to say so."""
        return self._longer_than(SLOW, now)

    def stuck(self, now: float) -> bool:
        """Whether it has been waited for so long that Ctrl+X may leave the program in the middle of it."""
        return self._longer_than(STUCK, now)

    def _longer_than(self, seconds: float, now: float) -> bool:
        since = [wait.since for wait in self._open if wait.holds]
        if self._key_since is not None:
            since.append(self._key_since)
        return bool(since) and now - min(since) >= seconds - _SOON

    def may_leave(self) -> bool:
        """Whether Esc may give up all that holds keys."""
        return all(wait.leave for wait in self._open if wait.holds)

    def give_up(self) -> None:
        """Nothing that holds keys is wanted any more."""
        for wait in self._open:
            if wait.hold:
                wait.wanted = False
        self._key_since = None

    def sentence(self, now: float) -> str:
        """What is being waited for, and how to stop that."""
        label = next((wait.label for wait in self._open if wait.holds and wait.label), _("Waiting"))
        if self.may_leave():
            return f"{label} … {_('Esc leaves')}"
        return f"{label} … {_('Ctrl+X leaves the program')}" if self.stuck(now) else f"{label} …"
