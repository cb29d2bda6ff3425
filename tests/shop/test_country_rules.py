"""Dated rules: well formed, without overlap, with the rule they come from."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from convisav_tui.country.rules import COUNTRIES, EVERYWHERE, Rule, Rules, packaged
from convisav_tui.shop.country_rules import rows_to_keep

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_country_says_what_every_shop_needs(country: str) -> None:
    rules = packaged(country)
    assert rules.word("currency", TODAY) in ("EUR", "CHF", "TND", "RON")
    assert 0 < (rules.number("vat.standard", TODAY) or 0) < 3000
    assert 1 <= (rules.number("guarantee.legal_years", TODAY) or 0) <= 3
    assert (rules.number("repair_guarantee_months", TODAY) or 0) >= 3
    assert all(rules.mention("mention.unlock_code", TODAY, language) for language in ("fr", "en", "ro"))


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_two_rules_of_one_key_hold_on_the_same_day(country: str) -> None:
    rules = sorted(packaged(country), key=lambda rule: (rule.country, rule.key, rule.valid_from))
    assert all(rule.source for rule in rules)
    for earlier, later in pairwise(rules):
        if (earlier.country, earlier.key) == (later.country, later.key):
            assert earlier.valid_to is not None and earlier.valid_to < later.valid_from, later


def test_a_rule_holds_between_its_days_only() -> None:
    rules = packaged("RO")
    assert rules.number("vat.standard", date(2025, 7, 31)) == 1900
    assert rules.number("vat.standard", date(2025, 8, 1)) == 2100
    assert rules.number("vat.standard", date(2000, 1, 1)) is None


def test_the_country_goes_before_the_common_rule() -> None:
    common = Rule(EVERYWHERE, "x", date(2000, 1, 1), None, 1, "common")
    own = Rule("BE", "x", date(2019, 12, 1), None, 5, "own")
    for rules in (Rules([common, own]), Rules([own, common])):
        assert rules.number("x", TODAY) == 5
        assert rules.number("x", date(2019, 11, 30)) == 1


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_rows_of_a_shop_are_its_country_s_rules(country: str) -> None:
    rows = rows_to_keep(country)
    assert {row.country for row in rows} == {country}
    assert len({(row.key, row.valid_from) for row in rows}) == len(rows)
    assert {row.key for row in rows} == {rule.key for rule in packaged(country)}


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_country_says_itself_how_long_papers_are_kept(country: str) -> None:
    """4.3, 5.1: what is known of a country is its own rule, and no shorter than its fiscal one."""
    own = Rules([rule for rule in packaged(country) if rule.country == country])
    years = own.number("retention.accounting_years", TODAY) or 0
    assert years >= (own.number("retention.fiscal_years", TODAY) or 0) > 0


def test_an_unknown_country_has_the_common_rules() -> None:
    assert packaged("XX").number("cash.limit", TODAY) is None
    assert packaged("XX").number("repair_guarantee_months", TODAY) == 3
