"""A batch on its screen: shared once, serial numbers scanned from any field, nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.errors import StoreLocked
from convisav_tui.screens.batch import BatchView
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.drafts import DraftsView
from convisav_tui.screens.import_orders import ImportOrdersView
from convisav_tui.screens.principals import PrincipalsView
from convisav_tui.screens.view import View
from convisav_tui.shop import batch as shop_batch
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Brand, DeviceModel, DeviceType, Draft, PrincipalTerms, RepairOrder
from tests.screens.bench import Bench
from tests.screens.intake_bench import Floor, counter_on, shop_with_customers
from tests.shop.principals import principal

SERIALS = ("356938035643809", "353328110000005")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = shop_with_customers(tmp_path)
    store.write(_model)
    principal(store, cap="150")
    yield store
    store.close()


def _model(session: Session) -> None:
    kind = session.exec(select(DeviceType).where(DeviceType.code == "phone")).one()
    brand = Brand(name="Apple", key="apple")
    session.add(brand)
    session.flush()
    session.add(DeviceModel(brand_id=brand.id, device_type_id=kind.id, name="iPhone 12", key="iphone 12"))


@pytest.fixture
def counter(store: Store, tmp_path: Path) -> Counter:
    return counter_on(store, tmp_path)


def opened(counter: Counter, view: View, width: int = 80, height: int = 24) -> Bench:
    bench = Bench(Floor(), width, height)
    bench.desk.open(view)
    bench._settle()
    return bench


def filled_in(counter: Counter) -> Bench:
    bench = opened(counter, BatchView(counter))
    bench.type("darty")
    bench.press("enter")
    bench.type("iphone 12")
    bench.press("enter")
    bench.type("screen broken")
    return bench


def orders(store: Store) -> list[RepairOrder]:
    with store.read() as session:
        chosen = select(RepairOrder).where(col(RepairOrder.principal_id).is_not(None))
        return list(session.exec(chosen.order_by(col(RepairOrder.id))))


def test_serials_are_scanned_from_any_field_and_taken_in_at_once(counter: Counter, store: Store) -> None:
    bench = filled_in(counter)
    for serial in SERIALS[:2]:
        bench.scan(serial)
    assert "2 devices" in bench.text()
    bench.press("ctrl+s")
    assert "2 devices taken in" in bench.text()
    found = orders(store)
    assert [order.reported_fault for order in found] == ["screen broken"] * 2
    assert {order.cap for order in found} == {15000}
    with store.read() as session:
        assert session.exec(select(Draft)).all() == []


def test_a_serial_twice_or_wrong_is_refused_beside_the_field(counter: Counter, store: Store) -> None:
    bench = filled_in(counter)
    bench.scan(SERIALS[0])
    bench.scan(SERIALS[0])
    assert "scanned already" in bench.text() and "1 device" in bench.text()
    bench.scan("356938035643808")
    assert "✗" in bench.text() and "1 device" in bench.text()
    bench.press("ctrl+u")
    bench.scan(SERIALS[1])
    bench.press("delete")
    assert f"{SERIALS[1]} taken out" in bench.text()
    bench.press("ctrl+s")
    assert len(orders(store)) == 1


def test_esc_keeps_it_as_a_draft(counter: Counter, store: Store) -> None:
    bench = filled_in(counter)
    bench.scan(SERIALS[0])
    bench.press("escape")
    assert "Set aside" in bench.text()
    again = opened(counter, DraftsView(counter))
    assert "Darty Rivoli" in again.text() and "1 device" in again.text()
    again.press("enter")
    assert SERIALS[0] in again.text()
    again.scan(SERIALS[1])
    again.press("ctrl+s")
    assert len(orders(store)) == 2


def test_a_batch_that_broke_off_goes_on_without_doubles(
    counter: Counter, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, real, calls = filled_in(counter), shop_batch.take_line, []

    def failing(*given: object) -> object:
        calls.append(given)
        taken = real(*given)  # type: ignore[arg-type]
        if len(calls) == 2:
            raise StoreLocked("The database is busy.", "Try again.")
        return taken

    for serial in SERIALS[:2]:
        bench.scan(serial)
    monkeypatch.setattr(shop_batch, "take_line", failing)
    bench.press("ctrl+s")
    assert "busy" in bench.text() and "1 taken in" in bench.text() and len(orders(store)) == 1
    bench.press("ctrl+s")
    assert "2 devices taken in" in bench.text() and len(orders(store)) == 2


def test_a_customer_may_be_named_for_one_device(counter: Counter, store: Store) -> None:
    bench = filled_in(counter)
    view = bench.desk.view
    assert isinstance(view, BatchView)
    view.form.go("name")
    bench.type("Mme Roux")
    bench.scan(SERIALS[0])
    bench.scan(SERIALS[1])
    bench.press("ctrl+s")
    first, second = orders(store)
    assert first.party_id != second.party_id == second.principal_id


def test_a_principal_is_made_and_his_terms_are_typed(counter: Counter, store: Store) -> None:
    bench = opened(counter, PrincipalsView(counter))
    assert "Darty Rivoli" in bench.text()
    bench.press("end", "enter")
    bench.type("Nord Assurances")
    bench.press("enter")
    assert "Terms of Nord Assurances" in bench.text()
    view = bench.desk.view
    view.form.go("discount")  # type: ignore[attr-defined]
    bench.type("150")
    bench.press("ctrl+s")
    assert "percentage" in bench.text()
    bench.press("ctrl+u")
    bench.type("10")
    bench.press("ctrl+s")
    assert "Nord Assurances" in bench.text() and "Saved" in bench.text()
    with store.read() as session:
        assert sorted(session.exec(select(PrincipalTerms.discount))) == [0, 1000]


def test_a_file_is_mapped_tried_and_taken_in(counter: Counter, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"Ref;Kind;IMEI;Panne\nD1;phone;{SERIALS[0]};casse\nD2;phone;356938035643808;casse\n")
    bench = opened(counter, ImportOrdersView(counter))
    bench.type("darty")
    bench.press("enter")
    bench.type(str(path))
    bench.press("ctrl+s")
    assert "Columns of orders.csv" in bench.text() and "2 rows" in bench.text()
    view = bench.desk.view
    view.form.go("device_type")  # type: ignore[attr-defined]
    bench.press("k", "ctrl+s")
    assert "1 new" in bench.text() and "line 3" in bench.text() and not orders(store)
    bench.press("ctrl+s")
    assert "1 taken in" in bench.text() and len(orders(store)) == 1
    again = opened(counter, ImportOrdersView(counter))
    again.type("darty")
    again.press("enter")
    again.type(str(path))
    again.press("ctrl+s", "ctrl+s")
    assert "1 there before" in again.text() and "0 new" in again.text()


@pytest.mark.parametrize("path", ["/nowhere/file.csv", "/", "\0"])
def test_a_file_that_cannot_be_read_is_said_beside_the_field(counter: Counter, path: str) -> None:
    bench = opened(counter, ImportOrdersView(counter))
    bench.type("darty")
    bench.press("enter")
    view = bench.desk.view
    view.form.state.put("path", path)  # type: ignore[attr-defined]
    bench.press("ctrl+s")
    assert "✗" in bench.text()
