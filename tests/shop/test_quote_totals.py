"""What lines come to: the worked examples of rules.md 3.8, and what must hold of any list of lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convisav_tui.shop.quote_totals import Priced, RateGroup, Totals, group_of, raised, spread, totals_of

FR, BE, RO, TN = 2000, 2100, 2100, 1900


def net(*lines: Priced) -> Totals:
    return totals_of(lines, with_vat=False)


def test_v1_labour_and_part_at_one_rate_and_what_stood_in_the_down_payment() -> None:
    totals = net(Priced(6000, FR), Priced(4500, FR))
    assert (totals.net, totals.vat, totals.gross) == (10500, 2100, 12600)
    deposit = group_of(3000, FR, with_vat=True)
    assert (deposit.net, deposit.vat) == (2500, 500)
    assert totals.vat - deposit.vat == 1600
    assert totals.gross - deposit.gross - 5000 == 4600


def test_v2_vat_is_of_the_group_and_not_of_the_lines() -> None:
    totals = net(*[Priced(999, FR)] * 3)
    assert (totals.net, totals.vat, totals.gross) == (2997, 599, 3596)


def test_v3_the_customer_pays_the_sum_of_the_prices_shown() -> None:
    totals = totals_of([Priced(1199, FR)] * 3, with_vat=True)
    assert (totals.net, totals.vat, totals.gross) == (2998, 599, 3597)
    assert totals.groups == totals_of([Priced(1199, FR, quantity=3000)], with_vat=True).groups


def test_v4_two_rates() -> None:
    totals = net(Priced(4000, 600), Priced(2500, BE))
    assert totals.groups == (RateGroup(BE, 2500, 525), RateGroup(600, 4000, 240))
    assert totals.gross == 7265


@pytest.mark.parametrize(("base", "rate", "vat", "total"), [(87350, TN, 16597, 103947), (15730, RO, 3303, 19033)])
def test_v7_v8_base_and_vat(base: int, rate: int, vat: int, total: int) -> None:
    totals = net(Priced(base, rate))
    assert (totals.vat, totals.gross) == (vat, total)


def test_v6_what_stands_in_a_swiss_sum() -> None:
    sum_ = group_of(12347, 810, with_vat=True)
    assert (sum_.vat, sum_.net) == (925, 11422)


@pytest.mark.parametrize(("amount", "more"), [(2500, 3000), (5000, 6000), (6000, 7200)])
def test_v11_a_fifth_more(amount: int, more: int) -> None:
    assert raised(amount, 2000) == more


def test_v12_the_vat_inside_a_margin() -> None:
    assert group_of(5600 - 2000, FR, with_vat=True).vat == 600


def test_a_line_is_rounded_once_after_its_discount() -> None:
    assert net(Priced(4999, FR, quantity=1500, discount=1000)).amounts == (6749,)  # 67.4865
    assert net(Priced(1, FR, quantity=500)).amounts == (1,)  # half up


def test_a_line_that_is_not_billed_costs_nothing() -> None:
    totals = totals_of([Priced(5000, FR), Priced(9900, FR, billed=False)], with_vat=True)
    assert totals.amounts == (5000, 0) and totals.gross == 5000


def test_a_percentage_comes_off_each_rate() -> None:
    totals = net(Priced(4000, 600), Priced(2500, BE), Priced(0, 0, discount=1000, is_discount=True))
    assert totals.amounts == (4000, 2500, -650)
    assert [(group.rate, group.net) for group in totals.groups] == [(BE, 2250), (600, 3600)]


def test_an_amount_is_spread_over_the_rates_to_the_last_cent() -> None:
    totals = net(Priced(3333, 600), Priced(3333, BE), Priced(1001, 0, is_discount=True))
    assert totals.net == 6666 - 1001 and totals.amounts[2] == -1001
    assert sorted(group.net for group in totals.groups) == [2832, 2833]


def test_no_discount_makes_a_total_less_than_nothing() -> None:
    totals = totals_of([Priced(1000, FR), Priced(2500, FR, is_discount=True)], with_vat=True)
    assert totals.gross == 0 and totals.amounts == (1000, -1000)


def test_a_franchise_shop_shows_no_vat() -> None:
    totals = totals_of([Priced(1000, FR), Priced(500, 550)], with_vat=True, franchise=True)
    assert totals.groups == (RateGroup(0, 1500, 0),) and totals.vat == 0


RATES = st.sampled_from([0, 210, 550, 600, 810, 1000, 1900, 2000, 2100])
LINES = st.builds(
    Priced,
    unit_price=st.integers(0, 10**7),
    vat_rate=RATES,
    quantity=st.one_of(st.sampled_from([1000, 2000, 500]), st.integers(0, 20_000)),
    discount=st.sampled_from([0, 0, 500, 1250, 10_000]),
    billed=st.booleans(),
)
DISCOUNTS = st.builds(
    Priced,
    unit_price=st.integers(0, 10**6),
    vat_rate=RATES,
    discount=st.sampled_from([0, 0, 333, 1000, 10_000]),
    is_discount=st.just(True),
)
LISTS = st.lists(st.one_of(LINES, LINES, DISCOUNTS), max_size=8)


@given(LISTS, st.booleans(), st.booleans())
def test_groups_and_lines_come_to_the_total_and_no_cent_is_lost(
    lines: list[Priced], with_vat: bool, franchise: bool
) -> None:
    totals = totals_of(lines, with_vat=with_vat, franchise=franchise)
    assert totals.gross == sum(group.gross for group in totals.groups) == totals.net + totals.vat
    assert sum(totals.amounts) == (totals.gross if with_vat else totals.net)
    assert all(group.net >= 0 and group.vat >= 0 for group in totals.groups)
    for group in totals.groups:
        exact = group.net * group.rate
        assert abs(exact - group.vat * 10_000) <= 10_000  # within one unit of the rate's share
    if franchise:
        assert totals.vat == 0


@given(LISTS, st.booleans(), st.randoms())
def test_the_order_of_the_lines_changes_nothing(lines: list[Priced], with_vat: bool, random: st.DataObject) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = totals_of(lines, with_vat=with_vat), totals_of(shuffled, with_vat=with_vat)
    assert one.groups == other.groups and sorted(one.amounts) == sorted(other.amounts)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=6))
def test_what_is_spread_is_all_there(amount: int, shares: list[int]) -> None:
    parts = spread(amount, shares)
    assert sum(parts) == (amount if sum(shares) else 0)
    assert all(part == 0 for part, share in zip(parts, shares, strict=True) if share == 0)
