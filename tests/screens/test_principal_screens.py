"""How the screens of principals, batches, files, coverage and passports look, in two languages and two sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui import clock
from convisav_tui.i18n import set_language
from convisav_tui.screens.batch import BatchView
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.coverage_form import CoverageForm, open_agreement
from convisav_tui.screens.import_orders import ImportOrdersView
from convisav_tui.screens.passport import PassportView
from convisav_tui.screens.principals import PrincipalsView
from convisav_tui.screens.sheet import SheetView
from convisav_tui.screens.view import View
from convisav_tui.shop.passport import note_refused_advice
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Device, RepairOrder
from convisav_tui.store.queries.sheet import sheet
from tests.screens.bench import Bench
from tests.screens.intake_bench import Floor, counter_on, shop_with_customers
from tests.screens.shop_bench import assert_snapshot
from tests.screens.test_batch import SERIALS, _model
from tests.shop.counter import take_in
from tests.shop.principals import principal

NOW = "2026-11-21T10:00:00+01:00"
LOOKS = [pytest.param(lang, *size, id=f"{lang}-{size[0]}") for lang in ("fr", "en") for size in ((80, 24), (120, 40))]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv(clock.PRETENDED_NOW, NOW)
    store = shop_with_customers(tmp_path)
    store.write(_model)
    terms = {"cap": "150", "invoicing": "monthly", "discount": "10", "prices": "phone: Écran = 79,00"}
    principal(store, **terms, told_repair_ready="both", heading="SAV Darty\nQuai 3", reference_required="x")
    yield store
    set_language("en")
    store.close()


@pytest.fixture
def counter(store: Store, tmp_path: Path) -> Counter:
    return counter_on(store, tmp_path)


def shown(view: View, width: int, height: int) -> Bench:
    bench = Bench(Floor(), width, height)
    bench.desk.open(view)
    bench._settle()
    return bench


def order_under_guarantee(store: Store) -> RepairOrder:
    """A phone of Darty's customer, under the legal guarantee, with advice that was refused."""
    party = principal(store, cap="150")
    number = take_in(
        store,
        key="snap",
        principal_id=str(party),
        principal_reference="BC-778",
        purchased_on="01/03/2025",
        seller="Darty",
    ).number
    with store.read() as session:
        order = session.exec(select(RepairOrder).where(RepairOrder.number == number)).one()

    def advise(session):  # type: ignore[no-untyped-def]
        from convisav_tui.shop.actor import PROGRAM

        note_refused_advice(session, order.id or 0, "changer le filtre", PROGRAM, "advice", clock.now())

    store.write(advise)
    return order


@pytest.mark.parametrize(("language", "width", "height"), LOOKS)
def test_principals_and_their_terms(counter: Counter, language: str, width: int, height: int) -> None:
    set_language(language)
    bench = shown(PrincipalsView(counter), width, height)
    assert_snapshot(f"principals-{language}-{width}x{height}", bench.text())
    bench.press("t")
    bench.pass_time(0.1)
    bench._settle()
    assert_snapshot(f"principal-terms-{language}-{width}x{height}", bench.text())


@pytest.mark.parametrize(("language", "width", "height"), LOOKS)
def test_a_batch(counter: Counter, language: str, width: int, height: int) -> None:
    set_language(language)
    bench = shown(BatchView(counter), width, height)
    bench.type("darty")
    bench.press("enter")
    bench.type("iphone 12")
    bench.press("enter")
    bench.type("écran cassé")
    for serial in (*SERIALS[:2], SERIALS[0]):
        bench.scan(serial)
    assert_snapshot(f"batch-{language}-{width}x{height}", bench.text())


@pytest.mark.parametrize(("language", "width", "height"), LOOKS)
def test_a_file(counter: Counter, tmp_path: Path, language: str, width: int, height: int) -> None:
    set_language(language)
    path = tmp_path / "darty.csv"
    rows = f"D1;phone;Apple;iPhone 12;{SERIALS[0]};casse\nD2;phone;Apple;iPhone 12;356938035643808;casse\n"
    path.write_text("Dossier;Type;Marque;Modèle;IMEI;Panne\n" + rows, encoding="cp1252")
    bench = shown(ImportOrdersView(counter), width, height)
    bench.type("darty")
    bench.press("enter")
    view = bench.desk.view
    view.form.state.put("path", str(path))  # type: ignore[attr-defined]
    bench.press("ctrl+s")
    assert_snapshot(f"import-columns-{language}-{width}x{height}", bench.text())
    bench.press("ctrl+s")
    assert_snapshot(f"import-tried-{language}-{width}x{height}", bench.text())


@pytest.mark.parametrize(("language", "width", "height"), LOOKS)
def test_who_pays_and_the_passport(counter: Counter, store: Store, language: str, width: int, height: int) -> None:
    set_language(language)
    order = order_under_guarantee(store)
    with store.read() as session:
        found = sheet(session, order.id or 0)
        device = session.get_one(Device, order.device_id)
    assert found is not None
    bench = shown(SheetView(counter, found), width, height)
    assert "BC-778" in bench.text() and "Darty Rivoli" in bench.text()
    open_agreement(bench.desk, counter, found, "coverage", lambda: None)
    bench._settle()
    assert isinstance(bench.desk.view, CoverageForm)
    assert_snapshot(f"coverage-{language}-{width}x{height}", bench.text())
    bench = shown(PassportView(counter, device.id or 0), width, height)
    assert_snapshot(f"passport-{language}-{width}x{height}", bench.text())


def test_who_pays_is_decided_on_the_sheet(counter: Counter, store: Store) -> None:
    number = take_in(store, key="own", purchased_on="01/03/2025").number
    with store.read() as session:
        found = sheet(session, number)
    assert found is not None
    bench = shown(SheetView(counter, found), 100, 30)
    bench.press("g")
    bench.pass_time(0.1)
    bench._settle()
    bench.desk.view.form.state.put("labour_kind", "none")  # type: ignore[attr-defined]
    bench.press("ctrl+s")
    with store.read() as session:
        again = sheet(session, number)
    assert again is not None and again.order.kind == "paid"
    assert [cover.line for cover in again.covers] == ["parts", "travel"]
    bench.press("a")
    bench.pass_time(0.1)
    bench.type("détartrer\r")
    with store.read() as session:
        again = sheet(session, number)
    assert again is not None and [advice.text for advice in again.refused] == ["détartrer"]


def test_the_passport_opens_from_the_intake(counter: Counter, store: Store) -> None:
    from tests.screens.intake_bench import IntakeBench

    order = order_under_guarantee(store)
    with store.read() as session:
        name = session.get_one(Device, order.device_id).serial
    bench = IntakeBench(counter, from_order=order.number)
    assert "changer le filtre" in bench.text()
    bench.press("alt+i")
    assert bench.desk.view.name == "passport" and name in bench.text()
    bench.press("escape")
    assert bench.desk.view.name == "intake"
    bench.press("f9", "f9")
    assert bench.desk.view.name == "passport"
