"""A label scanned on any screen of the shop opens its order."""

from __future__ import annotations

import pytest

from tests.screens.shop_bench import QUOTED, READY, UNKNOWN_NUMBER, WATCH, ShopBench, number_of, shown_number


@pytest.mark.parametrize("key", ["", "f1", "f2", "f4", "f5", "f6", "f7", "f8", "f9", "f10"])
def test_a_scan_opens_the_order_from_any_screen(desk: ShopBench, key: str) -> None:
    if key:
        desk.press(key)
    name = desk.desk.view.name
    desk.scan(number_of(desk.counter.store, QUOTED))
    if name == "intake":
        assert "Miele" in desk.text()  # the label of a device that comes again fills the intake
        return
    assert desk.line(0).startswith(f" Order {shown_number(desk.counter.store, QUOTED)}"), desk.text()
    desk.press("escape")
    assert desk.desk.view.name == name


def test_an_unknown_number_is_said(desk: ShopBench) -> None:
    before = desk.body
    desk.scan(UNKNOWN_NUMBER)
    assert "There is no order 26 0987654" in desk.status
    assert desk.body == before


def test_labels_scanned_one_after_the_other_do_not_pile_up(desk: ShopBench) -> None:
    store = desk.counter.store
    for order_id in (QUOTED, READY, WATCH):
        desk.scan(number_of(store, order_id))
    desk.scan(number_of(store, WATCH))
    assert "This is the order that was scanned" in desk.status
    assert desk.line(0).startswith(f" Order {shown_number(store, WATCH)}")
    desk.press("escape")
    assert desk.desk.view.name == "board"
