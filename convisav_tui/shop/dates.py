"""Dates as people type them at a counter: 27/11, ven 27, +5, demain."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from convisav_tui.i18n import _, format_day
from convisav_tui.text import clean_line, fold

EARLIEST_YEAR = 1900
LATEST_YEAR = 2099
# How far what is left out may lie: the 29th of February comes once in these days (from 1904 to 2096).
_REACH_IN_DAYS = 4 * 366

_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})(?:[/.\- ]([0-9]{2}|[0-9]{4}))?")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.\-]([0-9]{1,2})[/.\-]([0-9]{1,2})")
_MONTH_AND_YEAR = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{4})")
_DAYS_AHEAD = re.compile(r"\+ ?([0-9]{1,3})")
_DAY_OF_MONTH = re.compile(r"[0-9]{1,2}")
_NAMED_DAY = re.compile(r"([^\W\d_]{2,})[.,]? ?(.*)")

# Folded names of the days in French, English and Romanian, Monday first; any beginning of two letters will do.
_WEEKDAYS = (
    ("lundi", "luni", "monday"),
    ("mardi", "marti", "tuesday"),
    ("mercredi", "miercuri", "wednesday"),
    ("jeudi", "joi", "thursday"),
    ("vendredi", "vineri", "friday"),
    ("samedi", "sambata", "saturday"),
    ("dimanche", "duminica", "sunday"),
)
_NEAR_DAYS = {"aujourdhui": 0, "auj": 0, "today": 0, "azi": 0, "demain": 1, "tomorrow": 1, "maine": 1}

Toward = Literal["future", "past"]


def parse_date(text: str, today: date, toward: Toward = "future") -> date:
    """The day that `text` means when it is typed on `today`; what is left out is the nearest one `toward`.

    Reads 27/11/2026, 27/11/26, 27.11, 2026-11-27, 03/2023 (its first day), 27, +5, ven 27/11, ven 27, ven, demain.
    Raises ValueError with a sentence for anything else, days that do not exist and years outside 1900 to 2099.
    """
    typed = clean_line(text)
    if match := _YEAR_FIRST.fullmatch(typed):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.fullmatch(typed):
        return _day_first(int(match[1]), int(match[2]), match[3], today, toward)
    if match := _MONTH_AND_YEAR.fullmatch(typed):
        return _day(int(match[2]), int(match[1]), 1)
    if match := _DAYS_AHEAD.fullmatch(typed):
        return today + timedelta(days=int(match[1]))
    if _DAY_OF_MONTH.fullmatch(typed):
        return _nearest(today, toward, lambda day: day.day == int(typed))
    if fold(typed) in _NEAR_DAYS:
        return today + timedelta(days=_NEAR_DAYS[fold(typed)])
    if match := _NAMED_DAY.fullmatch(typed):
        return _named_day(_weekday(match[1]), match[2], today, toward)
    raise ValueError(_not_understood())


def skip_sunday(day: date) -> date:
    """The day itself, or the Monday after a Sunday."""
    return day + timedelta(days=1) if day.isoweekday() == 7 else day


def working_days_after(start: date, count: int) -> date:
    """The day `count` working days after `start`; Sundays are not worked."""
    day = start
    for _step in range(count):
        day = skip_sunday(day + timedelta(days=1))
    return skip_sunday(day)


def add_months(day: date, count: int) -> date:
    """The same day of the month `count` months later, or that month's last day where it is missing."""
    months = day.year * 12 + day.month - 1 + count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _not_understood() -> str:
    return _("Type a date such as 27/11/2026")


def _day(year: int, month: int, day: int) -> date:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(_("The year {year} cannot be right").format(year=year))
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(_("This day does not exist in the calendar")) from error


def _day_first(day: int, month: int, year: str | None, today: date, toward: Toward) -> date:
    if year is None:
        return _nearest(today, toward, lambda candidate: (candidate.day, candidate.month) == (day, month))
    if len(year) == 4:
        return _day(int(year), month, day)
    full = today.year // 100 * 100 + int(year)
    if toward == "past" and full > today.year:
        full -= 100
    return _day(full, month, day)


def _named_day(weekday: int, rest: str, today: date, toward: Toward) -> date:
    if not rest:
        following = today + timedelta(days=1 if toward == "future" else -1)
        return _nearest(following, toward, lambda day: day.weekday() == weekday)
    if _DAY_OF_MONTH.fullmatch(rest):
        return _nearest(today, toward, lambda day: (day.weekday(), day.day) == (weekday, int(rest)))
    if not rest[0].isdigit():
        raise ValueError(_not_understood())
    day = parse_date(rest, today, toward)
    if day.weekday() != weekday:
        raise ValueError(_("{date} is another day of the week").format(date=format_day(day)))
    return day


def _nearest(start: date, toward: Toward, fits: Callable[[date], bool]) -> date:
    step = 1 if toward == "future" else -1
    for distance in range(_REACH_IN_DAYS):
        day = start + timedelta(days=step * distance)
        if fits(day):
            return day
    raise ValueError(_("This day does not exist in the calendar"))


def _weekday(name: str) -> int:
    beginning = fold(name)
    found = [index for index, names in enumerate(_WEEKDAYS) if any(full.startswith(beginning) for full in names)]
    if len(found) != 1:
        raise ValueError(_not_understood())
    return found[0]
