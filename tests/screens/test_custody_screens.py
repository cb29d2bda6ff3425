"""Places, moves by two scans, shelf checks, subcontractors, parcels and deeds on marked rows, at the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui import ticket_number
from convisav_tui.i18n import set_language
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Dispatch, Holder, OrderState, RepairOrder, ShelfCheck, Staff
from tests.screens.shop_bench import (
    COLLECTED,
    LATE,
    LOCKED,
    QUOTED,
    READY,
    WATCH,
    ShopBench,
    assert_snapshot,
    counter_of,
    number_of,
    shown_number,
)
from tests.shop.subcontract_bench import job_of, jobs_without_order, place, slips, subcontractor

SIZES = [(80, 24), (120, 40)]


def order_of(store: Store, order_id: int) -> RepairOrder:
    with store.read() as session:
        return session.get_one(RepairOrder, order_id)


def place_number(place_id: int) -> str:
    return ticket_number.make(ticket_number.PLACE_PAIR, place_id)


def menu(desk: ShopBench, name: str) -> None:
    """An action by its name in F10."""
    desk.press("f10")
    desk.type(name)
    desk.press("enter")


def put(desk: ShopBench, place_id: int, *order_ids: int) -> None:
    desk.scan(place_number(place_id))
    for order_id in order_ids:
        desk.scan(number_of(desk.counter.store, order_id))
    desk.press("escape")


# --- places and moves -------------------------------------------------------------------------------------------------


def test_a_place_is_made_and_its_label_printed(desk: ShopBench) -> None:
    menu(desk, "places")
    assert desk.desk.view.name == "places", desk.text()
    desk.press("enter")
    desk.type("a1-03\tÉtagère du fond\t")
    desk.press("ctrl+s")
    assert "A1-03" in desk.body and "Étagère du fond" in desk.body
    desk.press("home", "f4")
    (job,) = jobs_without_order(desk.counter.store)
    assert job.content["device"] == "A1-03"
    desk.command("e")
    desk.press("ctrl+u")
    desk.press("ctrl+s")
    assert "dashes" in desk.body  # what is wrong stands beside the field, and the form stays open


def test_a_place_and_then_devices(desk: ShopBench) -> None:
    shelf = place(desk.counter.store, "A1")
    desk.scan(place_number(shelf))
    assert desk.desk.view.name == "place"
    desk.scan(number_of(desk.counter.store, WATCH))
    desk.scan(number_of(desk.counter.store, LATE))
    assert [order_of(desk.counter.store, order_id).place for order_id in (WATCH, LATE)] == ["A1", "A1"]
    assert shown_number(desk.counter.store, LATE) in desk.body and "2 devices" in desk.body
    desk.press("escape")
    desk.scan(number_of(desk.counter.store, WATCH))
    assert desk.desk.view.name == "sheet" and "A1" in desk.body  # a device alone is opened as ever


def test_a_device_and_then_a_place(desk: ShopBench) -> None:
    shelf, other = place(desk.counter.store, "A1"), place(desk.counter.store, "B2")
    desk.scan_order(WATCH)
    desk.scan(place_number(shelf))
    desk.scan(place_number(other))
    assert desk.desk.view.name == "sheet"
    assert order_of(desk.counter.store, WATCH).place == "B2"
    assert "B2" in desk.status and "A1" in desk.status


def test_by_hand_where_there_is_no_scanner(desk: ShopBench) -> None:
    shelf = place(desk.counter.store, "A1")
    menu(desk, "places")
    desk.press("enter")
    desk.command("h")
    desk.type(shown_number(desk.counter.store, WATCH))
    desk.press("enter")
    assert order_of(desk.counter.store, WATCH).place == "A1" and shelf


def test_what_was_given_back_is_not_put_anywhere(desk: ShopBench) -> None:
    shelf = place(desk.counter.store, "A1")
    desk.scan(place_number(shelf))
    desk.scan(number_of(desk.counter.store, COLLECTED))
    assert "given back" in desk.status
    assert order_of(desk.counter.store, COLLECTED).holder is Holder.RETURNED


def test_a_scanned_place_hides_nothing_that_is_being_typed(desk: ShopBench) -> None:
    shelf = place(desk.counter.store, "A1")
    desk.scan_order(WATCH)
    desk.press("f8")
    desk.scan(place_number(shelf))
    assert desk.desk.view.name == "step" and order_of(desk.counter.store, WATCH).place == ""


# --- the evening check ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_check_of_a_shelf(shop: Store, tmp_path: Path, width: int, height: int, language: str) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    shelf, other = place(shop, "A1"), place(shop, "B2")
    put(desk, shelf, WATCH, LATE)
    put(desk, other, LOCKED)
    set_language(language)
    desk.scan(place_number(shelf))
    assert_snapshot(f"place-{language}-{width}x{height}", desk.text())
    desk.command("v")
    desk.scan(number_of(shop, WATCH))
    desk.scan(number_of(shop, LOCKED))
    assert_snapshot(f"shelf-check-{language}-{width}x{height}", desk.text())
    desk.press("enter")
    with shop.read() as session:
        (kept,) = session.exec(select(ShelfCheck)).all()
    assert (kept.missing, kept.surplus) == ([number_of(shop, LATE)], [number_of(shop, LOCKED)])
    desk.command("h")
    assert order_of(shop, LOCKED).place == "A1" and order_of(shop, LATE).place == "A1"
    assert_snapshot(f"shelf-checked-{language}-{width}x{height}", desk.text())


# --- subcontractors ---------------------------------------------------------------------------------------------------


def test_a_subcontractor_is_made(desk: ShopBench) -> None:
    menu(desk, "subcontractors")
    desk.press("enter")
    desk.type("Micro Soudure\t01 40 00 00 01\t")
    desk.press("ctrl+s")
    assert "Micro Soudure" in desk.body and desk.desk.view.name == "subcontractors", desk.text()
    desk.press("home", "enter")
    assert desk.desk.view.name == "subcontractor" and "01 40 00 00 01" in desk.body


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_looks_of_the_subcontractors(shop: Store, tmp_path: Path, width: int, height: int, language: str) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    subcontractor(shop, families="phone watch", data_agreement="x")
    subcontractor(shop, name="Zénith Réparations", active="", margin="12,5")
    set_language(language)
    desk.desk.act("subcontractors")
    desk._settle()
    assert_snapshot(f"subcontractors-{language}-{width}x{height}", desk.text())
    desk.press("enter")
    assert_snapshot(f"subcontractor-{language}-{width}x{height}", desk.text())


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_parcel_leaves_and_comes_back(shop: Store, tmp_path: Path, width: int, height: int, language: str) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    subcontractor(shop, passes_on="x")
    set_language(language)
    desk.command("0")
    desk.pass_time(2)
    desk.press("*", "f8")
    desk.answer("6")
    assert desk.desk.view.name == "parcel", desk.text()
    assert_snapshot(f"parcel-{language}-{width}x{height}", desk.text())
    desk.press("ctrl+s")
    assert {order_of(shop, order_id).state for order_id in (WATCH, LATE)} == {OrderState.SUBCONTRACTED}
    assert order_of(shop, LOCKED).state is OrderState.RECEIVED  # no data agreement
    assert len(slips(shop)) == 1
    with shop.read() as session:
        slip = session.exec(select(Dispatch)).one().number
    desk.desk.act("away")
    desk._settle()
    assert_snapshot(f"away-{language}-{width}x{height}", desk.text())
    desk.scan(slip)
    assert desk.desk.view.name == "receive", desk.text()
    desk.scan(number_of(shop, WATCH))
    assert_snapshot(f"receive-{language}-{width}x{height}", desk.text())
    desk.press("enter")
    assert job_of(shop, WATCH).returned_at is not None
    assert order_of(shop, WATCH).state is OrderState.TESTING  # nobody agreed to a price yet
    desk.scan(number_of(shop, LATE))
    desk.answer("4")
    desk.type("vis manquante")
    desk.press("enter")
    assert job_of(shop, LATE).returned_condition == "vis manquante"
    assert order_of(shop, LATE).state is OrderState.IN_REPAIR


def test_nobody_to_send_anything_to(desk: ShopBench) -> None:
    desk.press("space", "f8")
    desk.answer("6")
    assert "F10" in desk.status and desk.desk.view.name == "board"


# --- marks ------------------------------------------------------------------------------------------------------------


def test_marks_are_set_inverted_and_taken_away(desk: ShopBench) -> None:
    desk.press("space", "space")
    assert "2 marked" in desk.status
    desk.press("*")
    assert "1 marked" in desk.status
    desk.press("escape")
    assert "marked" not in desk.status
    desk.press("*")
    assert "3 marked" in desk.status


def test_f8_without_marks_is_the_next_step_as_ever(desk: ShopBench) -> None:
    desk.press("f8")
    assert desk.desk.view.name == "step"


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_step_for_all_marked_with_one_refused(
    shop: Store, tmp_path: Path, width: int, height: int, language: str
) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    set_language(language)
    desk.command("0")
    desk.pass_time(2)
    desk.press("*", "f8")
    assert_snapshot(f"bulk-menu-{language}-{width}x{height}", desk.text())
    desk.answer("1")
    desk.press("enter")
    assert desk.desk.view.name == "bulk", desk.text()
    desk.press("escape")
    desk.press("f8")
    desk.answer("3")
    desk.answer("1")
    assert_snapshot(f"bulk-{language}-{width}x{height}", desk.text())
    desk.press("enter")
    assert order_of(shop, WATCH).priority == 2
    assert_snapshot(f"bulk-done-{language}-{width}x{height}", desk.text())


def test_steps_of_all_are_taken_back_by_one_key(desk: ShopBench) -> None:
    store = desk.counter.store
    desk.press("*", "f8")
    desk.answer("1")
    desk.pass_time(1)
    label = next(line for line in desk.text().split("\n") if "Start the diagnosis" in line)
    desk.answer(label.strip(" ▸")[0])
    desk.press("enter", "enter")
    assert {order_of(store, order_id).state for order_id in (WATCH, LOCKED, LATE)} == {OrderState.DIAGNOSING}
    desk.command("u")
    assert {order_of(store, order_id).state for order_id in (WATCH, LOCKED, LATE)} == {OrderState.RECEIVED}
    desk.press("escape")
    assert "marked" not in desk.status


def test_what_is_urgent_rises_and_says_so(desk: ShopBench) -> None:
    desk.press("end")
    number = desk.desk.views[0].order_number()  # type: ignore[attr-defined]
    desk.press("f10")
    desk.type("several orders")
    desk.press("enter")
    desk.answer("3")
    desk.answer("1")
    desk.press("enter", "escape", "home")
    assert desk.desk.views[0].order_number() == number  # type: ignore[attr-defined]
    assert "↑↑" in desk.body and "urgent" in desk.body


def test_work_is_given_to_a_technician(desk: ShopBench) -> None:
    with desk.counter.store.read() as session:
        theo = session.exec(select(Staff).where(Staff.login == "theo")).one_or_none()
    desk.press("space", "f8")
    desk.answer("2")
    line = next(line for line in desk.text().split("\n") if (theo.name if theo else "Anna") in line and "▸" in line[:4])
    assert line
    desk.press("enter", "enter")
    given = [order_of(desk.counter.store, order_id).technician_id for order_id in (WATCH, LOCKED, LATE)]
    assert any(given)


def test_labels_and_news_for_all_marked(desk: ShopBench) -> None:
    desk.command("0")
    desk.pass_time(2)
    desk.press("*", "f8")
    desk.answer("4")
    desk.press("enter")
    assert "order" in desk.status and "done" in desk.status
    desk.press("escape")
    desk.press("*", "f8")
    desk.answer("5")
    desk.press("enter")
    assert "refused" in desk.status
    assert {order_of(desk.counter.store, order_id).state for order_id in (QUOTED, READY)} == {
        OrderState.QUOTE_ISSUED,
        OrderState.TO_NOTIFY,
    }
