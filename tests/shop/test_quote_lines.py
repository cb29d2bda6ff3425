"""The quote being written: its lines, what fills it, variants, the switch of VAT, two stations at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.errors import Conflict, FieldErrors
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.parts import part_texts, save_part
from convisav_tui.shop.quote_draft import add_labour, add_part, add_travel, add_work, fill_from_diagnosis, open_draft
from convisav_tui.shop.quote_heading import save_heading
from convisav_tui.shop.quote_lines import line_texts, move_line, remove_line, save_line
from convisav_tui.shop.quote_search import proposals
from convisav_tui.shop.quote_settings import quote_setting_texts, save_quote_settings
from convisav_tui.shop.quote_variants import copy_variant, drop_variant
from convisav_tui.shop.quoting import current_offer
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.shop.workflow import take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Party, PredefinedWork, RepairOrder, Role
from tests.shop import part_bench
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.principals import principal
from tests.shop.quote_bench import LABOUR, PUMP, draft, key, line


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = counter_store(Path(tmp_path_factory.mktemp("quotes")))
    yield store
    store.close()


@pytest.fixture
def bench(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(shared, monkeypatch)
    made.take_in()
    return made


def test_lines_come_to_a_total_with_vat_for_a_consumer(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    line(bench.store, bench.order_id, **PUMP)
    line(bench.store, bench.order_id, kind="discount", text="Remise", discount="10")
    row = draft(bench.store, bench.order_id)
    assert row.prices_with_vat and [one.amount for one in row.lines] == [6000, 4500, -1050]
    assert (row.variants[0].totals.gross, row.variants[0].totals.net) == (9450, 7875)
    assert row.changed_by == "Anna" and row.version > 0


def test_nothing_is_read_out_of_a_wrong_line(bench: Bench) -> None:
    with pytest.raises(FieldErrors) as wrong:
        line(bench.store, bench.order_id, kind="part", text="", quantity="0", unit_price="x", vat_rate="900")
    assert {"text", "quantity", "unit_price", "vat_rate", "condition"} <= set(wrong.value.errors)
    with pytest.raises(FieldErrors):
        line(bench.store, bench.order_id, **PUMP | {"circular_offer": "offered"})
    with pytest.raises(FieldErrors):
        line(bench.store, bench.order_id, kind="discount", text="Remise")
    assert draft(bench.store, bench.order_id).version == 0


def test_the_same_key_adds_one_line(bench: Bench) -> None:
    again = key()
    ids = {bench.write(lambda s: save_line(s, bench.order_id, LABOUR, SHOP, CLERK, again)) for _turn in range(2)}
    assert len(ids) == 1 and len(draft(bench.store, bench.order_id).lines) == 1


def test_labour_is_typed_in_hours_and_costs_the_shops_price(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR | {"quantity": "1:30"})
    bench.write(lambda s: keep_setting(s, "labour_price", 7200))
    bench.write(lambda s: add_labour(s, bench.order_id, 20, CLERK, SHOP, key()))
    typed, counted = draft(bench.store, bench.order_id).lines
    assert typed.amount == 9000 and (counted.quantity, counted.amount, counted.unit) == (333, 2398, "h")


def test_an_hour_that_nobody_priced_is_owed_its_price(bench: Bench) -> None:
    bench.write(lambda s: keep_setting(s, "labour_price", None))
    first, second = (bench.write(lambda s: add_labour(s, bench.order_id, 60, CLERK, SHOP, key())) for _turn in "ab")
    assert [one.price_due for one in draft(bench.store, bench.order_id).lines] == [True, True]
    with bench.store.read() as session:
        assert line_texts(session, first, CLERK)["unit_price"] == ""  # saving the form as it stands means no gift
    change = {"quantity": "2", "unit_price": ""}
    bench.write(lambda s: save_line(s, bench.order_id, change, SHOP, CLERK, key(), line_id=first))
    assert draft(bench.store, bench.order_id).lines[0].price_due
    bench.write(lambda s: save_line(s, bench.order_id, {"unit_price": "0"}, SHOP, CLERK, key(), line_id=first))
    bench.write(lambda s: save_line(s, bench.order_id, {"quantity": "3"}, SHOP, CLERK, key(), line_id=first))
    assert [one.price_due for one in draft(bench.store, bench.order_id).lines] == [False, True]
    bench.write(lambda s: copy_variant(s, bench.order_id, CLERK, SHOP, key()))
    assert [one.price_due for one in draft(bench.store, bench.order_id).lines][2] is False  # a copy of the first
    bench.write(lambda s: save_line(s, bench.order_id, {"billed": ""}, SHOP, CLERK, key(), line_id=second))
    assert not draft(bench.store, bench.order_id).variants[0].lines[1].price_due
    bench.write(lambda s: keep_setting(s, "labour_price", 0))
    assert not any(one.price_due for one in draft(bench.store, bench.order_id).lines)


def test_a_trip_has_a_short_way_and_its_own_price(bench: Bench) -> None:
    def meant(typed: str) -> list[tuple[str, str, int | None]]:
        with bench.store.read() as session:
            return [(one.kind, one.ref, one.price) for one in proposals(session, bench.order_id, typed, "fr")]

    bench.write(lambda s: keep_setting(s, "travel_price", None))
    assert meant("@") == [("travel", "1000", None)]
    bench.write(lambda s: keep_setting(s, "travel_price", 3000))
    assert meant("@ 2") == meant("2 x @") == [("travel", "2000", 3000)]
    assert meant("dépl")[0] == meant("trip")[0] == ("travel", "1000", 3000)
    assert [kind for kind, _ref, _price in meant("dep")] == ["other"]
    bench.write(lambda s: add_travel(s, bench.order_id, 2000, CLERK, SHOP, key()))
    (row,) = draft(bench.store, bench.order_id).lines
    assert (row.kind.value, row.quantity, row.amount, row.price_due) == ("travel", 2000, 6000, False)
    bench.write(lambda s: keep_setting(s, "travel_price", None))


def test_what_goes_without_saying_is_said_in_the_readers_language(bench: Bench) -> None:
    bench.write(lambda s: setattr(s.get_one(Party, bench.order.party_id), "language", "ro"))
    bench.write(lambda s: add_labour(s, bench.order_id, 60, CLERK, SHOP, key()))
    bench.write(lambda s: add_travel(s, bench.order_id, 1000, CLERK, SHOP, key()))
    line(bench.store, bench.order_id, kind="discount", discount="10")
    assert [one.text for one in draft(bench.store, bench.order_id).lines] == ["Manoperă", "Deplasare", "Reducere"]


def test_what_an_hour_costs_by_now_is_proposed_where_it_is_owed(bench: Bench) -> None:
    bench.write(lambda s: keep_setting(s, "labour_price", None))
    line_id = bench.write(lambda s: add_labour(s, bench.order_id, 60, CLERK, SHOP, key()))
    bench.write(lambda s: save_quote_settings(s, {"labour_price": "72"}, CLERK, SHOP))
    bench.write(lambda s: save_heading(s, bench.order_id, {"prices_with_vat": ""}, CLERK, SHOP))
    with bench.store.read() as session:
        assert line_texts(session, line_id, CLERK)["unit_price"] == "60.00"
    assert draft(bench.store, bench.order_id).lines[0].price_due


def test_who_changed_a_line_is_told_to_the_other_station(bench: Bench) -> None:
    line_id = line(bench.store, bench.order_id, **LABOUR)
    seen = draft(bench.store, bench.order_id).lines[0].version
    other = Actor(2, "Théo", None, "établi")
    bench.write(lambda s: save_line(s, bench.order_id, {"text": "Pose"}, SHOP, other, key(), line_id=line_id))
    with pytest.raises(Conflict, match="Théo changed the line “Pose” at 10:00"):
        bench.write(
            lambda s: save_line(
                s, bench.order_id, {"text": "Autre"}, SHOP, CLERK, key(), line_id=line_id, expected_version=seen
            )
        )
    with pytest.raises(Conflict):
        bench.write(lambda s: remove_line(s, line_id, SHOP, CLERK, key(), expected_version=seen))
    assert draft(bench.store, bench.order_id).lines[0].text == "Pose"


def test_lines_move_and_go(bench: Bench) -> None:
    first, second, third = (line(bench.store, bench.order_id, **LABOUR | {"text": text}) for text in "abc")
    bench.write(lambda s: move_line(s, third, -9, SHOP, CLERK, key()))
    bench.write(lambda s: move_line(s, first, 1, SHOP, CLERK, key()))
    assert [one.text for one in draft(bench.store, bench.order_id).lines] == ["c", "b", "a"]
    bench.write(lambda s: remove_line(s, second, SHOP, CLERK, key()))
    assert [one.text for one in draft(bench.store, bench.order_id).lines] == ["c", "a"]


def test_a_part_brings_its_price_condition_and_stock(bench: Bench) -> None:
    pump = part_bench.part(bench.store, code="PUMP-Q", ean="", cost="18,50", price="39,90", condition="reconditioned")
    part_bench.receive(bench.store, pump, 3)
    bench.write(lambda s: add_part(s, bench.order_id, pump, CLERK, SHOP, key(), quantity=2000))
    (row,) = draft(bench.store, bench.order_id).lines
    assert (row.amount, row.condition, row.free, row.part_code) == (7980, "reconditioned", 3000, "PUMP-Q")
    assert row.circular_due  # a pump of a washing machine, not used itself
    assert draft(bench.store, bench.order_id).variants[0].margin == 6650 - 3700


def test_the_shop_says_which_parts_are_on_the_list_of_used_ones(bench: Bench) -> None:
    def due(part_id: int, shop: ShopContext = SHOP) -> bool:
        bench.write(lambda s: add_part(s, bench.order_id, part_id, CLERK, shop, key()))
        return draft(bench.store, bench.order_id, shop=shop).lines[-1].circular_due

    def named(code: str, name: str, circular: str) -> int:
        return part_bench.part(bench.store, code=code, name=name, ean="", circular=circular)

    assert due(named("LIST-1", "Pompe", "")) and not due(named("LIST-2", "Ressort", ""))
    never = named("LIST-3", "Pompe à eau", "never")
    assert not due(never) and due(named("LIST-4", "Ressort court", "always"))
    assert not due(named("LIST-5", "Ressort long", "always"), replace(SHOP, country="LU"))  # no such duty there
    with bench.store.read() as session:
        texts = part_texts(session, never, SHOP, CLERK)
    assert texts["circular"] == "never"
    bench.write(lambda s: save_part(s, texts | {"circular": ""}, SHOP, CLERK, part_id=never))
    assert due(never)
    with pytest.raises(FieldErrors):
        named("LIST-6", "Pompe", "perhaps")


def test_cost_is_hidden_from_who_may_not_see_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convisav_tui.shop import staffing
    from convisav_tui.shop.actor import PROGRAM

    store = counter_store(tmp_path)
    bench = Bench(store, monkeypatch)
    bench.take_in()
    line_id = line(store, bench.order_id, **PUMP | {"cost": "20"})
    person = store.write(lambda s: staffing.add_person(s, "boss", "Boss", Role.MANAGER, PROGRAM))
    store.write(lambda s: staffing.set_pin(s, person, "719340", PROGRAM))
    row = draft(store, bench.order_id)
    assert not row.may_see_cost and row.lines[0].cost is None and row.variants[0].margin is None
    with store.read() as session:
        assert "cost" not in line_texts(session, line_id, CLERK)
    boss = draft(store, bench.order_id, actor=Actor(person, "Boss", None, "x", Role.MANAGER))
    assert boss.lines[0].cost == 2000 and boss.variants[0].margin == 3750 - 2000


def test_the_diagnosis_fills_the_quote_once(bench: Bench) -> None:
    from convisav_tui.shop.checklists import answer_checks, checks_of
    from convisav_tui.store.models import CheckStage

    with bench.store.read() as session:
        checks = checks_of(session, bench.order_id, CheckStage.DIAGNOSIS, "fr")
        codes = set(session.exec(select(PredefinedWork.code)))
    assert codes
    faulty = {check.checkpoint_id: "faulty" for check in checks if check.kind.value == "check"}
    bench.write(lambda s: answer_checks(s, bench.order_id, faulty, CLERK))
    seal = part_bench.part(bench.store, code="SEAL-Q", name="Joint de hublot", ean="")
    part_bench.need(bench.store, bench.order_id, seal)
    count = bench.write(lambda s: open_draft(s, bench.order_id, CLERK, SHOP, key()))
    rows = draft(bench.store, bench.order_id).lines
    assert count == len(rows) > 1 and {row.kind.value for row in rows} == {"work", "part"}
    assert bench.write(lambda s: fill_from_diagnosis(s, bench.order_id, CLERK, SHOP, key())) == 0


def test_variants_are_copies_that_change_alone(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    assert bench.write(lambda s: copy_variant(s, bench.order_id, CLERK, SHOP, key())) == "B"
    line(bench.store, bench.order_id, **PUMP | {"variant": "B"})
    row = draft(bench.store, bench.order_id)
    assert row.letters == ("A", "B") and [one.totals.gross for one in row.variants] == [6000, 10500]
    bench.write(lambda s: drop_variant(s, bench.order_id, "A", CLERK, SHOP, key()))
    row = draft(bench.store, bench.order_id)
    assert row.letters == () and row.variants[0].totals.gross == 10500


def test_the_switch_of_vat_keeps_the_totals(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR | {"unit_price": "59,99", "quantity": "2"})
    line(bench.store, bench.order_id, **PUMP | {"vat_rate": "5,5", "unit_price": "33,33"})
    line(bench.store, bench.order_id, kind="discount", text="Geste", unit_price="10")
    before = draft(bench.store, bench.order_id).variants[0].totals
    bench.write(lambda s: save_heading(s, bench.order_id, {"prices_with_vat": ""}, CLERK, SHOP))
    after = draft(bench.store, bench.order_id)
    assert not after.prices_with_vat and abs(after.variants[0].totals.gross - before.gross) <= 3
    bench.write(lambda s: save_heading(s, bench.order_id, {"prices_with_vat": "x"}, CLERK, SHOP))
    assert abs(draft(bench.store, bench.order_id).variants[0].totals.gross - before.gross) <= 3


def test_the_heading_is_checked(bench: Bench) -> None:
    with pytest.raises(FieldErrors) as wrong:
        bench.write(lambda s: save_heading(s, bench.order_id, {"valid_until": "01/01/2020", "fee": "x"}, CLERK, SHOP))
    assert set(wrong.value.errors) == {"valid_until", "fee"}
    heading = {"valid_until": "31/12/2026", "fee": "25", "execution": "sous 8 jours", "text": "Remise en état"}
    bench.write(lambda s: save_heading(s, bench.order_id, heading, CLERK, SHOP))
    row = draft(bench.store, bench.order_id)
    assert (row.fee, row.execution, row.text, row.valid_until.isoformat()) == (
        2500,
        "sous 8 jours",
        "Remise en état",
        "2026-12-31",
    )


def test_a_principal_gets_his_prices_without_vat(bench: Bench) -> None:
    grand = principal(bench.store, "Grand Magasin", discount="10", prices="Vidange = 48,00\nPose = 12,00")
    bench.take_in(principal_id=str(grand))
    work = PredefinedWork(code="drain-q", names={"fr": "Vidange"}, price=6000, vat_rate=2000)
    other = PredefinedWork(code="clean-q", names={"fr": "Nettoyage"}, price=6000, vat_rate=2000)
    bench.write(lambda s: s.add_all([work, other]))
    for code in ("drain-q", "clean-q"):
        bench.write(lambda s, code=code: add_work(s, bench.order_id, code, CLERK, SHOP, key()))
    row = draft(bench.store, bench.order_id)
    assert not row.prices_with_vat
    assert [(one.unit_price, one.discount, one.amount) for one in row.lines] == [(4000, 0, 4000), (5000, 1000, 4500)]


def test_a_belgian_bicycle_has_two_rates(bench: Bench) -> None:
    belgium = replace(SHOP, country="BE")
    bench.take_in(device_type="bicycle")
    line(bench.store, bench.order_id, shop=belgium, kind="labour", text="Réglage", unit_price="42,40")
    line(bench.store, bench.order_id, shop=belgium, kind="part", text="Chaîne", condition="new", unit_price="30,25")
    row = draft(bench.store, bench.order_id, shop=belgium)
    assert [one.vat_rate for one in row.lines] == [600, 2100]
    assert [(group.rate, group.net) for group in row.variants[0].totals.groups] == [(2100, 2500), (600, 4000)]


@pytest.mark.parametrize(
    ("country", "currency", "with_vat", "prices", "sums"),
    [
        ("FR", "EUR", "", ("60", "45"), (10500, 2100, 12600)),  # V1
        ("FR", "EUR", "", ("9,99", "9,99", "9,99"), (2997, 599, 3596)),  # V2
        ("FR", "EUR", "x", ("11,99", "11,99", "11,99"), (2998, 599, 3597)),  # V3
        ("TN", "TND", "", ("87,350",), (87350, 16597, 103947)),  # V7, without its stamp: that is the invoice's
        ("RO", "RON", "", ("157,30",), (15730, 3303, 19033)),  # V8
    ],
)
def test_the_golden_sums_by_the_rates_of_the_country(
    bench: Bench, country: str, currency: str, with_vat: str, prices: tuple[str, ...], sums: tuple[int, int, int]
) -> None:
    """rules.md 3.8, from what is typed to what is frozen in the issued version."""
    shop = replace(SHOP, country=country, currency=currency)
    bench.write(lambda s: setattr(s.get_one(RepairOrder, bench.order_id), "currency", currency))
    bench.write(lambda s: save_heading(s, bench.order_id, {"prices_with_vat": with_vat}, CLERK, shop))
    for price in prices:
        line(bench.store, bench.order_id, shop=shop, kind="work", text="Forfait", unit_price=price)
    totals = draft(bench.store, bench.order_id, shop=shop).variants[0].totals
    assert (totals.net, totals.vat, totals.gross) == sums and len(totals.groups) == 1
    for event in ("request_quote", "issue_quote"):
        raw = {"valid_until": "31/12/2026"} if event == "issue_quote" else {}
        bench.write(lambda s, event=event, raw=raw: take_step(s, bench.order_id, event, raw, CLERK, shop, key()))
    with bench.store.read() as session:
        (quote,) = current_offer(session, bench.order_id)
    assert (quote.net, quote.amount) == (sums[0], sums[2])
    assert [(group["net"], group["vat"]) for group in quote.vat_groups] == [sums[:2]]


def test_a_franchise_shop_charges_no_vat_from_its_day_on(bench: Bench) -> None:
    bench.write(lambda s: keep_setting(s, "vat_regime", {"2026-01-01": "franchise", "2027-01-01": "normal"}))
    try:
        line(bench.store, bench.order_id, kind="work", text="Forfait", unit_price="50")
        row = draft(bench.store, bench.order_id)
        assert row.franchise and row.lines[0].vat_rate == 0 and row.variants[0].totals.vat == 0
    finally:
        bench.write(lambda s: keep_setting(s, "vat_regime", None))


def test_the_shop_chooses_its_prices_and_its_regime(bench: Bench) -> None:
    chosen = {"labour_price": "72", "franchise": "x", "registration": "SIREN 123 456 789"}
    with pytest.raises(FieldErrors):
        bench.write(lambda s: save_quote_settings(s, {"labour_price": "cher"}, CLERK, SHOP))
    bench.write(lambda s: save_quote_settings(s, chosen, CLERK, SHOP))
    bench.write(lambda s: save_quote_settings(s, {"travel_price": "0"}, CLERK, SHOP))
    with bench.store.read() as session:
        texts = quote_setting_texts(session, SHOP)
    assert {key: texts[key] for key in chosen} == chosen | {"labour_price": "72.00"}
    assert (texts["travel_price"], texts["labour_cost"]) == ("0.00", "")  # free, and not said yet
    assert draft(bench.store, bench.order_id).franchise
    bench.write(lambda s: save_quote_settings(s, {"franchise": "", "registration": ""}, CLERK, SHOP))
    assert not draft(bench.store, bench.order_id).franchise
