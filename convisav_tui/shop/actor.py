"""Who does something: a person of the staff at a station."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The person and the station that an event is written under; None where nobody signed in or a timer acts."""

    staff_id: int | None
    name: str
    station_id: int | None
    station_name: str


# The program itself: timers, the worker, imports.
PROGRAM = Actor(staff_id=None, name="convisav", station_id=None, station_name="")
