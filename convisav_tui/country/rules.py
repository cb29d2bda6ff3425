"""Dated rules of a country: rates, limits, delays and mentions, each with its dates and the rule it comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

COUNTRIES = ("FR", "BE", "LU", "CH", "TN", "RO")
# Rules that hold wherever the country says nothing else.
EVERYWHERE = "*"


@dataclass(frozen=True)
class Rule:
    """One value from a first day to a last one (both included, None = until further notice)."""

    country: str  # ISO code or EVERYWHERE
    key: str
    valid_from: date
    valid_to: date | None
    value: object  # what JSON can hold: minor units, months, basis points, text by language
    source: str  # ID of rules.md, or a word on where it comes from

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Rules:
    """The rules of one country, to be asked for a day; what the country does not say holds from EVERYWHERE."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_key: dict[str, list[Rule]] = {}
        for rule in sorted(rules, key=lambda rule: (rule.country != EVERYWHERE, rule.valid_from)):
            self._by_key.setdefault(rule.key, []).append(rule)

    def __iter__(self) -> Iterator[Rule]:
        return (rule for rules in self._by_key.values() for rule in rules)

    def find(self, key: str, day: date) -> Rule | None:
        """The rule in force that day, the country's own before the common one; None when nothing is said."""
        return next((rule for rule in reversed(self._by_key.get(key, [])) if rule.holds_on(day)), None)

    def number(self, key: str, day: date) -> int | None:
        """A whole number: minor units, basis points, months, years or days, as the key says."""
        rule = self.find(key, day)
        return rule.value if rule is not None and isinstance(rule.value, int) else None

    def word(self, key: str, day: date) -> str:
        """A code such as a currency; "" when nothing is said."""
        rule = self.find(key, day)
        return rule.value if rule is not None and isinstance(rule.value, str) else ""

    def mention(self, key: str, day: date, language: str) -> str:
        """A text for paper in `language`, else in the first language it is given in; "" when there is none."""
        rule = self.find(key, day)
        if rule is None or not isinstance(rule.value, Mapping) or not rule.value:
            return ""
        return str(rule.value.get(language) or next(iter(rule.value.values())))


@cache
def packaged(country: str) -> Rules:
    """The rules that come with the program for `country` (ISO code); only the common ones for an unknown country."""
    names = ["common.toml"] + ([f"{country.lower()}.toml"] if country in COUNTRIES else [])
    return Rules(rule for name in names for rule in _read(name))


def _read(name: str) -> list[Rule]:
    text = resources.files("convisav_tui.country").joinpath(name).read_text(encoding="utf-8")
    content = tomllib.loads(text)
    return [
        Rule(
            country=content["country"],
            key=row["key"],
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            value=row["value"],
            source=row["source"],
        )
        for row in content["rule"]
    ]
