"""Rules of a country and choices of the shop: dated rows, never constants in code (rules.md 0.3, 5.3)."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from convisav_tui.store.models import CountryRule, Setting

# Used only where no row says otherwise: a shop may lack its country's rows after a restore.
GUARANTEE_MONTHS = "repair_guarantee_months"  # FR-G8: at least 3 under the QualiRépar label
QUOTE_VALIDITY_DAYS = "quote_validity_days"  # FR-Q4
USUAL = {GUARANTEE_MONTHS: 3, QUOTE_VALIDITY_DAYS: 30}


def country_rule(session: Session, country: str, key: str, on: date) -> object:
    """The value of a country's rule in force on a day, None when no row says it."""
    rows = session.exec(
        select(CountryRule)
        .where(CountryRule.country == country, CountryRule.key == key, CountryRule.valid_from <= on)
        .order_by(col(CountryRule.valid_from).desc())
    )
    return next((row.value for row in rows if row.valid_to is None or row.valid_to >= on), None)


def shop_setting(session: Session, key: str) -> object:
    """What the shop chose for `key`, None when it chose nothing."""
    row = session.get(Setting, key)
    return None if row is None else row.value


def number_for(session: Session, country: str, key: str, on: date) -> int:
    """A number of months or days: the shop's choice, else the country's rule, else the usual one."""
    for value in (shop_setting(session, key), country_rule(session, country, key, on)):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return USUAL[key]


def later_by_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month when it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
