"""A loaner out and back, and three devices at once, at a real keyboard with the keys counted (the paper is read)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui import ticket_number
from tests.e2e.shop import Shop, running_shop, shown, taken_in
from tests.e2e.steps import Case, open_by_scan, scan, take_in
from tests.e2e.test_budgets import Counted
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, shop_template: Path) -> Iterator[tuple[Shop, Terminal]]:
    with running_shop(tmp_path_factory.mktemp("loans") / "shop", shop_template) as shop:
        yield shop, shop.open()


def _files(shop: Shop, kind: str) -> list[Path]:
    return sorted((shop.home / "papers").glob(f"{kind}-*.pdf"))


def test_a_loaner_is_made_labelled_lent_and_scanned_back(stage: tuple[Shop, Terminal]) -> None:
    shop, terminal = stage
    terminal.press("f10")
    terminal.wait("Menu")
    terminal.type("what the shop lends")
    terminal.press("enter")
    terminal.wait("New loaner")
    terminal.press("enter")
    for text in ("p-1", "Nokia", "G21", "355"):
        terminal.type(text)
        terminal.press("enter")
    terminal.press("enter", "enter")  # condition, accessories
    terminal.type("100")
    terminal.press("ctrl+s")
    terminal.wait("P-1 saved")
    terminal.press("home", "f4")
    number = ticket_number.make(ticket_number.LOANER_PAIR, shop.one("SELECT id FROM loaner_unit"))
    wait_until(lambda: number in shop.labels(), 20, "the label of the loaner")
    terminal.press("escape")
    order = take_in(terminal, Case())
    open_by_scan(terminal, order)
    out = Counted(terminal)
    out.press("b")
    terminal.wait("Loaner for")
    out.type("g21")
    out.press("enter")
    terminal.wait("[100.00")
    out.press("ctrl+s")
    terminal.wait("P-1 lent")
    print(f"loaner out, from the sheet: {out.actions} actions")
    assert out.actions <= 3
    wait_until(lambda: len(_files(shop, "loan_agreement")) == 1, 20, "the agreement")
    back = Counted(terminal)
    back.scan(number)
    terminal.wait("Deposit held")
    back.press("ctrl+s")
    terminal.wait("of the deposit back")
    print(f"loaner back, from its label: {back.actions} actions")
    assert back.actions <= 2
    assert shop.one("SELECT outcome FROM loan") == "returned_ok"
    assert shop.rows("SELECT amount, nature FROM payment ORDER BY id") == [
        {"amount": 10000, "nature": "guarantee_deposit"},
        {"amount": -10000, "nature": "guarantee_deposit"},
    ]


def test_three_devices_of_one_customer_get_one_receipt(stage: tuple[Shop, Terminal]) -> None:
    shop, terminal = stage
    terminal.press("f3")
    terminal.wait("All open")
    before, receipts = len(shop.orders()), len(shop.receipts())
    counted = Counted(terminal)
    counted.press("f2")
    terminal.wait("Customer    [")
    counted.type("06 12 34 56")
    counted.press("enter", "enter")
    counted.type("leaks at the door")
    counted.press("f11")
    for place, (kind, brand, fault) in enumerate((("printer", "Brother", "smokes"), ("watch", "Omega", "stops"))):
        terminal.wait("One more device")
        terminal.wait("Lefèvre")
        counted.type(kind)
        counted.press("enter")
        counted.type(brand)
        counted.press("pagedown")
        counted.type(fault)
        counted.press("ctrl+s" if place else "f11")
    number = taken_in(terminal)
    print(f"three devices of a known customer: {counted.actions} actions")
    assert counted.actions <= 10
    orders = shop.orders()[before:]
    assert len(orders) == 3 and len({order["drop_off_id"] for order in orders}) == 1
    assert orders[-1]["number"] == number and {order["party_id"] for order in orders} == {orders[0]["party_id"]}
    wait_until(lambda: all(order["number"] in shop.labels() for order in orders), 20, "a label each")
    wait_until(lambda: len(_files(shop, "drop_off_receipt")) == 1, 20, "one receipt for all")
    assert len(shop.receipts()) == receipts
    open_by_scan(terminal, orders[0]["number"])
    assert shown(orders[1]["number"]) in terminal.text()
    scan(terminal, orders[1]["number"])
    terminal.wait(f"Order {shown(orders[1]['number'])}")
    terminal.type("w")
    terminal.wait("One more device")
    terminal.press("escape")
    terminal.wait(f"Order {shown(orders[1]['number'])}")
