"""Who does something: a person of the staff at a station."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convisav_tui.store.models import Role


@dataclass(frozen=True)
class Actor:
    """The person and the station that an event is written under; None where nobody signed in or a timer acts.

    `role` is what the person was at the sign-in, for the screens; `permissions` asks the database what he is now."""

    staff_id: int | None
    name: str
    station_id: int | None
    station_name: str
    role: Role | None = None
    language: str = ""  # the screens' language of this person, "" for the shop's


# The program itself: timers, the worker, imports, the command line of the machine. It may do everything.
PROGRAM = Actor(staff_id=None, name="convisav", station_id=None, station_name="")
