"""Devices that move: a parcel of five out and back, two scans a move, the evening check, a deed on marked rows.

Keys that are no text are counted and printed (`pytest -rP`); scans and text are free.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui import ticket_number
from tests.e2e.shop import Shop, running_shop, shown
from tests.e2e.steps import Case, open_by_scan, take_in
from tests.e2e.test_budgets import Counted
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

FIRST = Case("Marc O'Neil", "06 98 76 54 32", "", "coffee", "Jura", "E8", "JU-0", "no hot water")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, shop_template: Path) -> Iterator[tuple[Shop, Terminal, list[str]]]:
    """A shop with a subcontractor, two places and five devices of one customer, made at the keyboard."""
    with running_shop(tmp_path_factory.mktemp("custody") / "shop", shop_template) as shop:
        terminal = shop.open()
        _menu(terminal, "subcontractors", "+ new subcontractor")
        terminal.press("enter")
        terminal.wait("Works for the shop")
        terminal.type("Micro Repair")
        for _field in range(12):
            terminal.press("tab")
        terminal.press("space")
        terminal.wait("passes on  [x]")
        terminal.press("ctrl+s")
        terminal.wait("Saved")
        terminal.press("escape")
        for code in ("A1", "B2"):
            _menu(terminal, "bins", "New place")
            terminal.press("end", "enter")
            terminal.wait("Bench of")
            terminal.type(code)
            terminal.press("ctrl+s")
            terminal.wait("Saved")
            terminal.press("escape")
            terminal.wait("All open")
        numbers = [take_in(terminal, FIRST)]
        for _more in range(4):
            open_by_scan(terminal, numbers[0])
            terminal.press("f2")
            terminal.wait("no. ")
            terminal.type("broken again")
            before = len(shop.orders())
            terminal.press("ctrl+s")
            wait_until(lambda before=before: len(shop.orders()) == before + 1, 20, "the order")  # type: ignore[misc]
            numbers.append(shop.orders()[-1]["number"])
            terminal.press("f3")
            terminal.wait("All open")
        yield shop, terminal, numbers


@pytest.fixture
def counted(stage: tuple[Shop, Terminal, list[str]]) -> Counted:
    """The keys of one job, begun on the board."""
    terminal = stage[1]
    terminal.press("f3")
    terminal.wait("All open")
    terminal.press("escape")
    terminal.quiet()
    return Counted(terminal)


def test_a_place_and_five_devices(stage: tuple[Shop, Terminal, list[str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    counted.scan(_place(shop, "A1"))
    terminal.wait("Place A1")
    for number in numbers:
        counted.scan(number)
        terminal.wait(f"{shown(number)} lies at A1 now")
    counted.press("escape")
    print(f"five devices put on a shelf: {counted.actions} actions, 6 scans")
    assert counted.actions <= 1
    assert [shop.order(number)["place"] for number in numbers] == ["A1"] * 5
    moves = shop.rows("SELECT place, staff_id FROM custody_event WHERE place = 'A1'")
    assert len(moves) == 5 and all(move["staff_id"] for move in moves)


def test_a_device_and_then_a_place(stage: tuple[Shop, Terminal, list[str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    counted.scan(numbers[0])
    terminal.wait(f"Order {shown(numbers[0])}")
    counted.scan(_place(shop, "B2"))
    terminal.wait("lies at B2 now (before: A1)")
    print(f"one device moved by two scans: {counted.actions} actions")
    assert counted.actions == 0 and shop.order(numbers[0])["place"] == "B2"


def test_the_evening_check_of_a_shelf(stage: tuple[Shop, Terminal, list[str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    counted.scan(_place(shop, "A1"))
    terminal.wait("Place A1")
    counted.press("v")
    terminal.wait("Check of A1")
    for number in (*numbers[:2], numbers[3]):  # the first belongs to B2; the third and the last are missing
        counted.scan(number)
    terminal.wait("2 of 4 there, 1 too much")
    counted.press("enter")
    terminal.wait("2 missing")
    counted.press("h")
    terminal.wait("1 device put here")
    print(f"shelf checked, surplus moved: {counted.actions} actions, 4 scans")
    assert counted.actions <= 3
    (check,) = shop.rows("SELECT * FROM shelf_check")
    assert check["place"] == "A1" and numbers[2] in check["missing"] and numbers[0] in check["surplus"]
    assert shop.order(numbers[0])["place"] == "A1"
    terminal.press("escape", "escape")


def test_five_devices_out_and_back(stage: tuple[Shop, Terminal, list[str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    terminal.wait("Waiting")
    counted.press("*", "f8")
    terminal.wait("what to do?")
    counted.press("6")
    terminal.wait("5 devices go along")
    counted.press("ctrl+s")
    terminal.wait("5 devices left with slip")
    print(f"five devices sent with one slip: {counted.actions} actions")
    assert counted.actions <= 6
    assert {shop.order(number)["holder"] for number in numbers} == {"with_subcontractor"}
    (slip,) = shop.rows("SELECT number FROM dispatch")
    wait_until(lambda: shop.one("SELECT pdf IS NOT NULL FROM paper WHERE kind = 'dispatch_slip'"), 30, "the slip")
    back = Counted(terminal)
    back.scan(slip["number"])
    terminal.wait("Scan each device that is back")
    for place, number in enumerate(numbers):
        back.scan(number)
        terminal.wait("damaged, or something is missing")
        back.press("enter")
        terminal.wait(f"{4 - place} of 5 still out")
    print(f"five devices received back: {back.actions} actions, 6 scans")
    assert back.actions <= 5
    assert {shop.order(number)["holder"] for number in numbers} == {"in_shop"}
    assert {row["returned_condition"] for row in shop.rows("SELECT returned_condition FROM subcontract_job")} == {
        "as it left"
    }
    terminal.press("escape")


def test_a_step_for_marked_rows_with_one_refused(stage: tuple[Shop, Terminal, list[str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    extra = take_in(terminal, Case("Paul Lefebvre", "06 12 34 99 01", "", "coffee", "Jura", "Z6", "JU-9", "leaks"))
    terminal.press("escape")  # from the box that the fixture went to
    terminal.quiet()
    terminal.press("0")
    terminal.wait("▸0 All open")
    counted.press("*", "f8", "1")
    terminal.wait("Which step?")
    terminal.wait("Test failed: back to the repair  (5)")
    label = next(line for line in terminal.text().splitlines() if "Test failed" in line)
    counted.press(label.strip(" ▸")[0])
    terminal.wait("refused")
    terminal.type("still cold")
    terminal.wait("5 orders will change")
    counted.press("enter")
    terminal.wait("5 orders done · 1 refused")
    print(f"a step for six marked orders, one refused: {counted.actions} actions")
    assert counted.actions <= 5
    assert {shop.order(number)["state"] for number in numbers} == {"in_repair"}
    assert shop.order(extra)["state"] == "received" and f"✗ {shown(extra)}" in terminal.text()


def _menu(terminal: Terminal, name: str, shown_there: str) -> None:
    terminal.press("f10")
    terminal.wait("Menu")
    terminal.type(name)
    terminal.press("enter")
    terminal.wait(shown_there)


def _place(shop: Shop, code: str) -> str:
    place_id = shop.one("SELECT id FROM storage_location WHERE code = ?", code)
    return ticket_number.make(ticket_number.PLACE_PAIR, place_id)
