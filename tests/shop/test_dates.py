"""Dates as they are typed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convisav_tui.shop.dates import add_months, parse_date, working_days_after

TODAY = date(2026, 11, 21)  # a Saturday


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("27/11/2026", date(2026, 11, 27)),
        ("27/11/26", date(2026, 11, 27)),
        ("27/11", date(2026, 11, 27)),
        ("27.11.2026", date(2026, 11, 27)),
        ("2026-11-27", date(2026, 11, 27)),
        ("3/1", date(2027, 1, 3)),
        ("+5", date(2026, 11, 26)),
        ("ven 27", date(2026, 11, 27)),
        ("ven. 27", date(2026, 11, 27)),
        ("Fri 27", date(2026, 11, 27)),
        ("vin. 27", date(2026, 11, 27)),
        ("ven 27/11", date(2026, 11, 27)),
        ("samedi", date(2026, 11, 28)),
        ("sâmbătă", date(2026, 11, 28)),
        ("lun", date(2026, 11, 23)),
        ("27", date(2026, 11, 27)),
        ("20", date(2026, 12, 20)),
        ("aujourd'hui", TODAY),
        ("demain", date(2026, 11, 22)),
        ("29/02", date(2028, 2, 29)),
        ("03/2023", date(2023, 3, 1)),
    ],
)
def test_a_date_is_read_as_it_is_typed(typed: str, day: date) -> None:
    assert parse_date(typed, TODAY) == day


def test_what_is_left_out_is_the_nearest_in_the_past_for_a_purchase() -> None:
    assert parse_date("25/12", TODAY, toward="past") == date(2025, 12, 25)
    assert parse_date("12/03/99", TODAY, toward="past") == date(1999, 3, 12)
    assert parse_date("21", TODAY, toward="past") == TODAY


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/02", "This day does not exist in the calendar"),
        ("31/02/2026", "This day does not exist in the calendar"),
        ("12/03/1015", "The year 1015 cannot be right"),
        ("1015-03-12", "The year 1015 cannot be right"),
        ("jeu 27/11", "27/11/2026 is another day of the week"),
        ("abc", "Type a date such as 27/11/2026"),
        ("", "Type a date such as 27/11/2026"),
        ("27/13", "This day does not exist in the calendar"),
        ("٢٧/١١", "Type a date such as 27/11/2026"),
    ],
)
def test_an_impossible_date_is_refused_in_words(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_date(typed, TODAY)


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=30), st.from_regex(r"\A[a-z+]{0,8}[ .]?[0-9]{0,4}[/.\- ]?[0-9]{0,4}[/.\-]?[0-9]{0,5}\Z")
    ),
    st.sampled_from(["future", "past"]),
)
def test_any_text_is_a_date_of_our_centuries_or_a_sentence(typed: str, toward: str) -> None:
    try:
        day = parse_date(typed, TODAY, toward="past" if toward == "past" else "future")
    except ValueError as error:
        assert str(error)
    else:
        assert 1900 <= day.year <= 2099


@settings(deadline=None)
@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)))
def test_a_written_date_is_read_back(day: date) -> None:
    for written in (f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}"):
        assert parse_date(written, TODAY) == day


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 60))
def test_a_promise_never_falls_on_a_sunday(start: date, count: int) -> None:
    day = working_days_after(start, count)
    assert day.isoweekday() != 7
    assert day >= start + timedelta(days=count)


def test_months_end_on_the_last_day_where_the_day_is_missing() -> None:
    assert add_months(date(2024, 2, 29), 24) == date(2026, 2, 28)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)
