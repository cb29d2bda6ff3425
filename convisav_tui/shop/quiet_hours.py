"""When nobody is to be disturbed: hours of the shop's own clock, on both sides of a change of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.setting_rows import keep_setting

SETTING = "quiet_hours"
_MOST_STEPS = 40
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class QuietHours:
    """From `begins` to `ends` (over midnight when it ends earlier), and on whole `days` (0 is Monday)."""

    begins: time
    ends: time
    days: frozenset[int] = field(default_factory=frozenset)

    def holds(self, moment: datetime) -> bool:
        """Whether that moment of the shop's clock is quiet."""
        if moment.weekday() in self.days:
            return True
        clock = moment.time()
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


# Reminders come from the calendar, not from somebody at the counter: they keep these hours unless the shop says other.
OF_REMINDERS = QuietHours(time(20), time(9), frozenset({6}))


def quiet_hours(session: Session) -> QuietHours | None:
    """The shop's choice; None when it disturbs at any hour."""
    return _read(shop_setting(session, SETTING))


def next_loud(instant: datetime, hours: QuietHours | None, zone: str) -> datetime:
    """The first instant (aware UTC), `instant` or later, that is not quiet in the zone (IANA name)."""
    if hours is None or len(hours.days) == len(DAYS):
        return instant
    here = ZoneInfo(zone)
    for _step in range(_MOST_STEPS):
        if not hours.holds(instant.astimezone(here)):
            break
        instant = _next_edge(instant, hours, here)
    return instant


def _next_edge(instant: datetime, hours: QuietHours, here: ZoneInfo) -> datetime:
    """The next instant at which quiet may end: the end of the hours, or midnight. Compared in UTC: where the clock is
    set, an hour is missing, or one wall time comes twice."""
    day = instant.astimezone(here).date()
    edges = (
        datetime.combine(day + timedelta(days=later), edge, here).replace(fold=fold).astimezone(UTC)
        for later in (0, 1)
        for edge in (time(0), hours.ends)
        for fold in (0, 1)
    )
    return min(edge for edge in edges if edge > instant)


def save_quiet_hours(session: Session, begins: str, ends: str, days: str = "") -> QuietHours | None:
    """Keep what was typed: "20:00", "8:30", days as "sat sun". Both hours empty: no quiet hours. Raises FieldErrors."""
    errors: dict[str, str] = {}
    times = {}
    for key, typed in (("quiet_from", begins), ("quiet_to", ends)):
        try:
            times[key] = _time(typed) if typed.strip() else None
        except ValueError:
            errors[key] = _("Type an hour as 20:00")
    if not errors and (times["quiet_from"] is None) != (times["quiet_to"] is None):
        errors["quiet_to" if times["quiet_to"] is None else "quiet_from"] = _("Type both hours, or none")
    named = days.replace(",", " ").casefold().split()
    if any(day not in DAYS for day in named) or len(set(named)) == len(DAYS):
        errors["quiet_days"] = _("Type days as sat sun")
    if errors:
        raise FieldErrors(errors)
    value: object = None
    if times["quiet_from"] is not None and times["quiet_to"] is not None:
        value = {
            "from": times["quiet_from"].isoformat("minutes"),
            "to": times["quiet_to"].isoformat("minutes"),
            "days": [day for day in DAYS if day in named],
        }
    keep_setting(session, SETTING, value)
    return _read(value)


def _time(text: str) -> time:
    hour, _colon, minute = text.strip().replace("h", ":").partition(":")
    return time(int(hour), int(minute or 0))


def _read(value: object) -> QuietHours | None:
    if not isinstance(value, dict):
        return None
    try:
        begins, ends = _time(str(value["from"])), _time(str(value["to"]))
        days = frozenset(DAYS.index(str(day)) for day in value.get("days", ()))
    except (KeyError, ValueError):
        return None
    return QuietHours(begins, ends, days) if begins != ends else None
