"""A part is missing, is ordered, comes in and is scanned: its order moves on. In a real terminal, keys counted."""

from __future__ import annotations

import pytest

from tests.e2e.shop import Shop, shown
from tests.e2e.steps import Case, choose_step, confirm_step, open_by_scan, scan, take_in, take_step
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
EAN = "4006381333931"


def _menu(terminal: Terminal, name: str, *shows: str) -> None:
    terminal.press("f10")
    terminal.wait("Menu")
    terminal.type(name)
    terminal.press("enter")
    for text in shows:
        terminal.wait(text)


def _catalogue(terminal: Terminal) -> None:
    """A supplier and a part that he sells."""
    _menu(terminal, "suppliers", "+ new supplier")
    terminal.press("enter")
    terminal.wait("Our customer number")
    terminal.type("Parts Express")
    terminal.press("ctrl+s")
    terminal.wait("Parts Express")
    terminal.press("escape")
    terminal.wait("All open")
    _menu(terminal, "parts", "New part")
    terminal.press("enter")
    terminal.wait("Order when below")
    terminal.type("PUMP-1")
    terminal.press("enter")
    terminal.type("Drain pump")
    terminal.press("enter")
    terminal.type(EAN)
    for _field in range(7):
        terminal.press("tab")
    terminal.type("P")
    terminal.wait("Parts Express")
    terminal.press("ctrl+s")
    terminal.wait("PUMP-1")
    terminal.press("escape")
    terminal.wait("All open")


def test_a_missing_part_is_ordered_received_and_its_order_goes_on(shop: Shop) -> None:
    terminal = shop.open()
    _catalogue(terminal)
    number = take_in(terminal, Case())
    open_by_scan(terminal, number)
    take_step(terminal, "Ask for a quote")
    choose_step(terminal, "Issue the quote")
    terminal.type("126")
    terminal.press("enter")
    terminal.type("Drain pump, labour")
    confirm_step(terminal)
    terminal.press("r")
    terminal.wait("Scan a part to add it.")
    scan(terminal, EAN)
    terminal.wait("Drain pump")
    terminal.press("escape")
    terminal.wait(f"Order {shown(number)}")
    take_step(terminal, "Quote accepted")
    wait_until(lambda: shop.order(number)["state"] == "awaiting_parts", 20, "the order waits for its part")
    _menu(terminal, "supplier orders", "to order")
    terminal.press("o")
    terminal.wait("Order this from 1 supplier?")
    terminal.press("enter")
    terminal.wait("on its way")
    wait_until(
        lambda: shop.one("SELECT count(*) FROM paper WHERE kind = 'supplier_order' AND pdf IS NOT NULL") == 1,
        30,
        "the paper of the supplier order",
    )
    terminal.press("escape")
    _menu(terminal, "receive parts", "Scan what came")  # F10, the name, Enter: three actions, then the scan
    scan(terminal, EAN)
    terminal.wait(f"for {shown(number)}, now in repair")
    assert shop.order(number)["state"] == "in_repair"
    assert [event["event"] for event in shop.events(number)][-2:] == ["part_came", "parts_received"]
    assert shop.one("SELECT quantity - reserved FROM stock_level") == 0
