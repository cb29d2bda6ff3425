"""The time: aware UTC in the store, the shop's zone on screen and paper."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PRETENDED_NOW = "CONVISAV_NOW"


def now() -> datetime:
    """The present instant, aware UTC; CONVISAV_NOW (ISO 8601 with offset) stands in for it in tests."""
    pretended = os.environ.get(PRETENDED_NOW)
    if pretended:
        return datetime.fromisoformat(pretended).astimezone(UTC)
    return datetime.now(UTC)


def local(instant: datetime, zone: str) -> datetime:
    """The same instant in the shop's zone (IANA name)."""
    return instant.astimezone(ZoneInfo(zone))


def today(zone: str) -> date:
    """The shop's calendar day at this instant."""
    return local(now(), zone).date()
