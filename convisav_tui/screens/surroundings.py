"""What stands around the desk: whoever runs it, what is plugged into it, what may cover it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.painting import Page


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


class Cover(Protocol):
    """What hides the whole screen while the station is locked, and takes the keys (`sign_in_cover.py`)."""

    def arrive(self, key: Key, time: float) -> None:
        """A key, at `time` (monotonic seconds)."""

    def page(self, width: int, height: int) -> Page:
        """The whole screen."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the business part plugs in: program-wide actions, scans no view took, and what to do before leaving."""

    on_action: Callable[[str], bool] = lambda action: False
    on_scan: Callable[[str], bool] = lambda number: False
    on_garbled_scan: Callable[[], None] = lambda: None
    on_leave: Callable[[], None] = lambda: None
