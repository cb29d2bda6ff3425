"""Guarantees to the day, as golden dates: what they run from, what makes them longer, who pays which line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.coverage import Cover, covers_of_order, decide_coverage
from convisav_tui.shop.guarantees import guarantees_of
from convisav_tui.shop.quoting import customer_amount
from convisav_tui.store.models import (
    CountryRule,
    CoverageLine,
    Device,
    DeviceType,
    Guarantee,
    GuaranteeKind,
    OrderKind,
    OrderState,
    Payer,
)
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.principals import principal

PARTS, LABOUR, TRAVEL = CoverageLine
REPAIRED = ("start_diagnosis", "authorise_direct", "complete", "called", "hand_over")
DAY = 86400


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    store.close()


def legal_end(bench: Bench) -> date | None:
    with bench.store.read() as session:
        device = session.get_one(Device, bench.order.device_id)
        kind = session.get_one(DeviceType, device.device_type_id)
        found = guarantees_of(session, device, kind, SHOP, None)
        return next((one.ends_on for one in found if one.kind is GuaranteeKind.LEGAL), None)


def covers(bench: Bench) -> dict[CoverageLine, Cover]:
    with bench.store.read() as session:
        return {cover.line: cover for cover in covers_of_order(session, bench.order)}


def walk(bench: Bench, days: int = 0, **answers: str) -> None:
    for event in REPAIRED:
        if event == "hand_over":
            bench.wait(days * DAY)
        given = {"estimate": "0"} if event == "authorise_direct" else {}
        bench.step(event, **given, **(answers if event in ("complete", "hand_over") else {}))


@pytest.mark.parametrize(
    ("days", "bought", "expected"),
    [
        (0, "01/03/2025", date(2027, 9, 1)),  # V10: two years and six months, back the same day
        (12, "01/03/2025", date(2027, 9, 13)),  # and the days of the stay after them
        (3, "21/11/2024", date(2027, 5, 24)),  # taken in on the last day of the guarantee
    ],
)
def test_a_repair_under_the_legal_guarantee_makes_it_longer(
    bench: Bench, days: int, bought: str, expected: date
) -> None:
    bench.take_in(purchased_on=bought, ready_channel="call", email="")
    order = bench.order
    assert (order.kind, order.payer) == (OrderKind.LEGAL_GUARANTEE, Payer.SHOP)
    walk(bench, days)
    assert legal_end(bench) == expected
    assert customer_amount(bench.order) == 0
    rows = [(row.cause, row.starts_on, row.ends_on) for row in bench.rows(Guarantee)]
    assert rows[0][0] == "repair" and rows[-1][2] == expected


def test_an_undone_hand_over_takes_its_months_back(bench: Bench) -> None:
    bench.take_in(purchased_on="01/03/2025", ready_channel="call", email="")
    walk(bench, 2)
    bench.undo()
    assert legal_end(bench) == date(2027, 3, 1)
    bench.wait(DAY)
    bench.step("hand_over")
    assert legal_end(bench) == date(2027, 9, 4)


def test_a_repair_that_was_paid_for_makes_nothing_longer(bench: Bench) -> None:
    bench.take_in(purchased_on="01/03/2023", cap="150", quote_requested="", ready_channel="call", email="")
    assert (bench.order.kind, bench.order.payer) == (OrderKind.PAID, Payer.CUSTOMER)
    for event in REPAIRED[:-1]:
        bench.step(event, **({"price": "90"} if event == "complete" else {}))
    bench.pay(9000)
    bench.step("hand_over")
    assert bench.rows(Guarantee) == []


def test_a_replacement_that_the_seller_imposed_renews_the_guarantee(bench: Bench) -> None:
    bench.take_in(purchased_on="01/03/2025", ready_channel="call", email="")
    for event in REPAIRED[:-1]:
        answers = {"estimate": "0"} if event == "authorise_direct" else {}
        bench.step(event, **answers, **({"outcome": "replaced"} if event == "complete" else {}))
    asked = {asked.key for asked in bench.steps()["hand_over"].inputs}
    assert "imposed" in asked
    bench.step("hand_over", imposed="x")
    assert legal_end(bench) == date(2028, 11, 21)


def test_the_law_of_the_day_of_the_sale_decides_how_long(bench: Bench) -> None:
    """FR-G5: twelve months for what is sold once the directive is law, six for what was sold before."""

    def transpose(session: Session) -> None:
        for rule in session.exec(select(CountryRule).where(CountryRule.key == "guarantee.extension_months")):
            rule.valid_to = date(2026, 7, 31)
        session.add(
            CountryRule(
                country="FR", key="guarantee.extension_months", valid_from=date(2026, 8, 1), value=12, source="FR-G5"
            )
        )

    bench.write(transpose)
    for bought, expected in (("31/07/2026", date(2029, 1, 31)), ("01/08/2026", date(2029, 8, 1))):
        bench.take_in(purchased_on=bought, serial=bought, ready_channel="call", email="")
        walk(bench)
        assert legal_end(bench) == expected


def test_a_shop_of_before_has_the_rules_that_came_since(bench: Bench) -> None:
    def forget(session: Session) -> None:
        key = "guarantee.immobilisation_from_days"
        for rule in session.exec(select(CountryRule).where(CountryRule.key == key)):
            session.delete(rule)

    bench.write(forget)
    with bench.store.read() as session:
        rules = rules_in_force(session, "FR")
    assert rules.number("guarantee.immobilisation_from_days", date(2026, 11, 21)) == 1
    assert rules.number("guarantee.immobilisation_from_days", date(2020, 1, 1)) == 7


def test_each_line_has_its_payer(bench: Bench) -> None:
    bench.take_in(purchased_on="01/03/2025", seller="Darty", warranty="parts")
    found = covers(bench)
    assert (found[PARTS].kind, found[PARTS].payer, found[PARTS].until) == (
        GuaranteeKind.LEGAL,
        Payer.SELLER,
        date(2027, 3, 1),
    )
    assert found[LABOUR] == Cover(LABOUR) and found[TRAVEL] == Cover(TRAVEL)
    assert (bench.order.kind, bench.order.payer) == (OrderKind.PAID, Payer.CUSTOMER)
    decided = {"parts_kind": "manufacturer", "labour_kind": "goodwill", "labour_payer": "shop", "reason": "fidèle"}
    bench.write(lambda session: decide_coverage(session, bench.order_id, decided, CLERK, "decided"))
    bench.write(lambda session: decide_coverage(session, bench.order_id, decided, CLERK, "decided"))
    assert (bench.order.kind, bench.order.payer) == (OrderKind.MANUFACTURER_GUARANTEE, Payer.MANUFACTURER)
    assert [event.event for event in bench.events].count("coverage_decided") == 1
    half = {"parts_kind": "manufacturer", "parts_share": "50 %"}
    bench.write(lambda session: decide_coverage(session, bench.order_id, half, CLERK, "half"))
    assert covers(bench)[PARTS].share == 5000 and bench.order.kind is OrderKind.PAID


def test_who_pays_is_decided_before_the_price(bench: Bench) -> None:
    bench.reach(OrderState.TO_NOTIFY, ready_channel="call", email="")
    with pytest.raises(Refusal):
        bench.write(lambda session: decide_coverage(session, bench.order_id, {}, CLERK, "late"))
    bench.take_in()
    wrong = {"parts_kind": "legal", "parts_share": "101 %", "labour_kind": "legal", "labour_payer": "principal"}
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda session: decide_coverage(session, bench.order_id, wrong, CLERK, "wrong"))
    assert set(refused.value.errors) == {"parts_share", "labour_payer"}


def test_under_a_principal_the_guarantee_is_the_customers_and_the_bill_the_principals(bench: Bench) -> None:
    """7.7, 11 and FR-G10: a repairer who works for the seller bills the seller; the customer pays nothing."""
    seller = principal(bench.store, cap="100")
    bench.take_in(
        purchased_on="01/03/2025",
        quote_requested="",
        cap="100",
        principal_id=str(seller),
        ready_channel="call",
        email="",
    )
    assert {cover.payer for cover in covers(bench).values()} == {Payer.PRINCIPAL}
    assert bench.order.kind is OrderKind.LEGAL_GUARANTEE
    for event in REPAIRED:
        answers = {"authorise_direct": {"estimate": "80"}, "complete": {"price": "80"}}.get(event, {})
        bench.step(event, **answers)
    assert (bench.order.price, customer_amount(bench.order)) == (8000, 0)
    assert legal_end(bench) == date(2027, 9, 1)
