"""The shop's own intake amounts, and the receipt of a sum taken later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.country.rules import packaged
from convisav_tui.errors import Conflict, FieldErrors, Refusal
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.intake_amounts import move_preset, presets, save_preset
from convisav_tui.shop.intake_form import cash_trouble
from convisav_tui.shop.payment_receipt import ask_for_receipt
from convisav_tui.shop.pins import hash_of
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Nature, Payment, PrintJob, Staff
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store

HOME = {
    "name_fr": "Prise en charge domicile",
    "name_ro": "Deplasare",
    "amount": "49",
    "nature": "arrhes",
    "active": "x",
}
HOME |= {"nature": "arrhes", "active": "x"}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    store.close()


def codes(store: Store) -> list[str]:
    with store.read() as session:
        return [row.code for row in presets(session)]


def test_added_changed_hidden_and_ordered(bench: Bench) -> None:
    before = codes(bench.store)
    row = bench.write(lambda session: save_preset(session, HOME, SHOP, CLERK))
    assert codes(bench.store) == [*before, "prise_en_charge_domicile"]
    assert (row.amount, row.nature, row.names) == (4900, Nature.ARRHES, {"fr": HOME["name_fr"], "ro": "Deplasare"})
    for _step in range(len(before) + 3):
        bench.write(lambda session: move_preset(session, row.id or 0, -1, CLERK))
    assert codes(bench.store) == ["prise_en_charge_domicile", *before]
    bench.write(lambda s: save_preset(s, HOME | {"amount": "55", "active": ""}, SHOP, CLERK, preset_id=row.id))
    with pytest.raises(FieldErrors):  # hidden: no intake takes it
        bench.take_in(intake_amount="prise_en_charge_domicile", means="card")
    with pytest.raises(Conflict):
        bench.write(lambda s: save_preset(s, HOME, SHOP, CLERK, preset_id=row.id, expected_version=1))


def test_taken_at_an_intake_by_its_own_nature(bench: Bench) -> None:
    bench.write(lambda session: save_preset(session, HOME, SHOP, CLERK))
    bench.take_in(intake_amount="prise_en_charge_domicile", means="cash")
    (payment,) = bench.rows(Payment)
    assert (payment.amount, payment.nature, payment.label) == (4900, Nature.ARRHES, HOME["name_fr"])


@pytest.mark.parametrize(
    ("fields", "wrong"), [({"name_fr": ""}, "name_fr"), ({"amount": "x"}, "amount"), ({"nature": "balance"}, "nature")]
)
def test_what_is_wrong_stands_beside_its_field(bench: Bench, fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda session: save_preset(session, HOME | fields, SHOP, CLERK))
    assert list(refused.value.errors) == [wrong]


def test_for_managers_where_people_sign_in(bench: Bench) -> None:
    bench.manager()

    def give_pin(session: object) -> None:
        clerk = session.exec(select(Staff).where(Staff.login == "anna")).one()  # type: ignore[attr-defined]
        clerk.pin_hash = hash_of("471100", ())
        session.add(clerk)  # type: ignore[attr-defined]

    bench.write(give_pin)
    with pytest.raises(Refusal, match=r"[Mm]anager|responsable"):
        bench.write(lambda session: save_preset(session, HOME, SHOP, CLERK))


def test_the_receipt_of_a_sum_says_its_nature_and_what_is_owed_once(bench: Bench) -> None:
    bench.take_in()
    bench.pay(3000, Nature.ARRHES)
    (payment,) = bench.rows(Payment)
    for _time in range(2):
        paper = bench.write(lambda session: ask_for_receipt(session, payment, SHOP, CLERK))
    facts = dict(paper.content["facts"])
    assert "arrhes" in facts.values() and any("30,00" in value for value in facts.values())
    assert len([job for job in bench.rows(PrintJob) if job.paper_id == paper.id]) == 1


@pytest.mark.parametrize(("country", "currency", "limit"), [("FR", "EUR", 100_000), ("BE", "EUR", 300_000)])
def test_the_cash_limit_is_the_countrys(bench: Bench, country: str, currency: str, limit: int) -> None:
    shop = ShopContext("x", "", "", "", country, currency, "fr", "Europe/Paris")
    rules, day = packaged(country), shop.today()
    assert cash_trouble(limit, shop, rules, day) == "" and cash_trouble(limit + 1, shop, rules, day)
