"""The country's dated rules as this shop keeps them, else as they are shipped."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.country.rules import EVERYWHERE, Rule, Rules, packaged
from convisav_tui.shop.memory import remembered
from convisav_tui.store.models import CountryRule


def rules_in_force(session: Session, country: str) -> Rules:
    """The rules of `country` (ISO code) from the database, where the shop may have changed them; the shipped ones
    answer for a shop that has no rows, and for what came with a later version than its rows."""
    return remembered(session, f"rules of {country}", lambda: _read(session, country))


def _read(session: Session, country: str) -> Rules:
    rows = session.exec(select(CountryRule).where(CountryRule.country == country)).all()
    if not rows:
        return packaged(country)
    kept = [Rule(row.country, row.key, row.valid_from, row.valid_to, row.value, row.source) for row in rows]
    known = {rule.key for rule in kept}
    return Rules([*kept, *(rule for rule in packaged(country) if rule.key not in known)])


def rows_to_keep(country: str) -> list[CountryRule]:
    """The shipped rules of `country` as rows: its own, and the common ones for what it leaves unsaid."""
    shipped = list(packaged(country))
    own = {rule.key for rule in shipped if rule.country != EVERYWHERE}
    return [
        CountryRule(
            country=country,
            key=rule.key,
            valid_from=rule.valid_from,
            valid_to=rule.valid_to,
            value=rule.value,
            source=rule.source,
        )
        for rule in shipped
        if rule.country != EVERYWHERE or rule.key not in own
    ]
