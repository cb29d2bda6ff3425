"""What a wrong PIN costs: a wait that doubles, for the station, the person and the shop, kept in the database.

A right PIN forgives nothing but itself: whoever has one could else guess the others' between two sign-ins. Time
forgives. A try is counted before it is looked at, so that many at once are not all the first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from convisav_tui.store.models import FailedSignIn

FIRST_WAIT = timedelta(seconds=5)


@dataclass(frozen=True)
class Limit:
    """So many wrong tries wait for nothing; one is `forgiven` after that time; no wait is longer than `longest`."""

    free: int
    forgiven: timedelta
    longest: timedelta


LIMITS: Mapping[str, Limit] = {
    "station": Limit(free=2, forgiven=timedelta(minutes=10), longest=timedelta(minutes=15)),
    "person": Limit(free=4, forgiven=timedelta(minutes=10), longest=timedelta(minutes=5)),
    # Whoever opens one station after the other; wide, because it holds up everybody.
    "shop": Limit(free=30, forgiven=timedelta(minutes=1), longest=timedelta(minutes=1)),
}
SHOP = "shop"


@dataclass(frozen=True)
class Tries:
    """The wrong tries of one subject that are not forgiven yet, and when the last one was (aware UTC)."""

    failures: int
    last_at: datetime

    def wait(self, limit: Limit, instant: datetime) -> int:
        """Whole seconds until the next try."""
        over = self.failures - limit.free
        if over <= 0:
            return 0
        pause = min(FIRST_WAIT * 2 ** min(over - 1, 20), limit.longest)
        # A clock that was put back must not prolong it.
        left: timedelta = min(pause, pause - (instant - self.last_at))
        return max(0, math.ceil(left.total_seconds()))


def station_subject(station_id: int) -> str:
    """What the tries at a station are counted under."""
    return f"station:{station_id}"


def person_subject(staff_id: int) -> str:
    """What the tries for a person are counted under."""
    return f"person:{staff_id}"


def tries(session: Session, subject: str, instant: datetime) -> Tries:
    """The tries of a subject that time has not forgiven."""
    row = session.get(FailedSignIn, subject)
    if row is None:
        return Tries(0, instant)
    gone = max(0, int((instant - row.last_at) / _limit(subject).forgiven))
    return Tries(max(0, row.failures - gone), row.last_at)


def wait(session: Session, subjects: Iterable[str], instant: datetime) -> int:
    """Whole seconds until the next try, for the one of these subjects that waits longest."""
    return max(tries(session, subject, instant).wait(_limit(subject), instant) for subject in subjects)


def count(session: Session, subjects: Iterable[str], instant: datetime) -> dict[str, Tries]:
    """Count a try as wrong; gives back how things were, for `forgive`."""
    before: dict[str, Tries] = {}
    for subject in subjects:
        before[subject] = tries(session, subject, instant)
        _put(session, subject, Tries(before[subject].failures + 1, instant))
    return before


def forgive(session: Session, before: Mapping[str, Tries], instant: datetime) -> None:
    """The try was right: take it off again. What others typed meanwhile stays."""
    for subject, earlier in before.items():
        left = tries(session, subject, instant).failures - 1
        alone = left <= earlier.failures
        _put(session, subject, earlier if alone else Tries(left, instant))


def _put(session: Session, subject: str, now: Tries) -> None:
    row = session.get(FailedSignIn, subject)
    if now.failures <= 0:
        if row is not None:
            session.delete(row)
    else:
        row = row or FailedSignIn(subject=subject)
        row.failures, row.last_at = now.failures, now.last_at
        session.add(row)
    session.flush()


def _limit(subject: str) -> Limit:
    return LIMITS[subject.partition(":")[0]]
