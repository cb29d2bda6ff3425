"""The time: aware UTC in the store, the shop's zone on screen and paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PRETENDED_NOW = "CONVISAV_NOW"
_newest: ContextVar[datetime | None] = ContextVar("newest", default=None)


def now() -> datetime:
    """The present instant, aware UTC; CONVISAV_NOW (ISO 8601 with offset) stands in for it in tests."""
    pretended = os.environ.get(PRETENDED_NOW)
    if pretended:
        return datetime.fromisoformat(pretended).astimezone(UTC)
    return datetime.now(UTC)


def is_pretended() -> bool:
    """Whether another time than the machine's is told to the program."""
    return bool(os.environ.get(PRETENDED_NOW))


def of_fact() -> datetime:
    """The instant to write for what happens now, aware UTC: the present one, but never before the newest thing that the
    shop knows of (`not_before`), whatever a clock that was put back says."""
    instant, newest = now(), _newest.get()
    return newest if newest is not None and newest > instant and not is_pretended() else instant


@contextmanager
def not_before(newest: datetime | None) -> Iterator[None]:
    """What happens inside gets no instant before `newest` (aware UTC) from `of_fact`."""
    token = _newest.set(newest)
    try:
        yield
    finally:
        _newest.reset(token)


def local(instant: datetime, zone: str) -> datetime:
    """The same instant in the shop's zone (IANA name)."""
    return instant.astimezone(ZoneInfo(zone))


def today(zone: str) -> date:
    """The shop's calendar day at this instant."""
    return local(now(), zone).date()
