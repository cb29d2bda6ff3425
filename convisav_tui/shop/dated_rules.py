"""Choices of the shop before rules of its country: dated rows, never constants in code (rules.md 0.3, 5.3)."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.memory import remembered
from convisav_tui.store.models import Setting

GUARANTEE_MONTHS = "repair_guarantee_months"  # FR-G8: at least 3 under the QualiRépar label
QUOTE_VALIDITY_DAYS = "quote_validity_days"  # FR-Q4
# What of the shipped catalogue this database has been given, so that what the shop deletes stays deleted (`setup`).
GIVEN = "setup_given"


USUAL_PARTS = "usual_parts."  # and the code of a type of device: what it usually needs (shop.usual_parts)


def shop_setting(session: Session, key: str) -> object:
    """What the shop chose for `key`, None when it chose nothing."""
    return remembered(session, "settings", lambda: _settings(session)).get(key)


def _settings(session: Session) -> dict[str, object]:
    """All but the long ones that nobody asks for here: a handful of rows."""
    short = select(Setting.key, Setting.value).where(Setting.key != GIVEN, ~col(Setting.key).startswith(USUAL_PARTS))
    rows = session.exec(short)
    return {key: value for key, value in rows}


def number_for(session: Session, country: str, key: str, on: date) -> int:
    """A number of months or days: the shop's choice, else the country's rule in force that day, else 0."""
    chosen = shop_setting(session, key)
    if isinstance(chosen, int) and not isinstance(chosen, bool) and chosen >= 0:
        return chosen
    return rules_in_force(session, country).number(key, on) or 0
