"""A label scanned on any screen of the shop opens its order."""

from __future__ import annotations

import pytest
from sqlmodel import select

from convisav_tui import ticket_number
from convisav_tui.store.models import PrintJob
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


AZERTY = str.maketrans("0123456789", "à&é\"'(-è_ç")
QWERTY = str.maketrans("0123456789", ")!@#$%^&*(")


@pytest.mark.parametrize("keyboard", [AZERTY, QWERTY], ids=["US scanner on AZERTY", "French scanner on US"])
def test_a_garbled_scan_opens_its_order_and_says_what_helps(desk: ShopBench, keyboard: dict[int, int]) -> None:
    number = number_of(desk.counter.store, QUOTED)
    desk.press("f4")
    assert "Scanner set-up sheet" not in desk.text(), "nobody needs it yet"
    desk.press("escape")
    desk.scan(number.translate(keyboard))
    assert desk.line(0).startswith(f" Order {shown_number(desk.counter.store, QUOTED)}"), desk.text()
    assert "F4 prints a set-up sheet" in desk.status
    desk.press("f4")
    assert "Scanner set-up sheet" in desk.line(2)
    desk.press("enter")
    assert "Scanner sheet sent to the printer" in desk.status
    assert _sheets(desk) == 1 and "scanner set-up sheet" in desk.text()


def test_a_scan_that_is_not_proven_is_left_as_it_came(desk: ShopBench) -> None:
    number = number_of(desk.counter.store, QUOTED)
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}".translate(AZERTY)
    desk.scan(wrong)
    assert desk.desk.view.name == "board" and wrong in desk.text()
    assert "set-up" not in desk.status and not desk.counter.scanner_garbled


def test_a_right_scan_says_nothing_of_keyboards(desk: ShopBench) -> None:
    desk.scan(number_of(desk.counter.store, QUOTED))
    assert "keyboard" not in desk.status and not desk.counter.scanner_garbled


@pytest.mark.parametrize("key", ["", "f2", "f6"])
def test_the_menu_prints_the_sheet_from_any_screen(desk: ShopBench, key: str) -> None:
    if key:
        desk.press(key)
    desk.press("f10")
    desk.type("scanner")
    desk.press("enter")
    assert "Scanner sheet sent to the printer" in desk.status
    assert _sheets(desk) == 1


def test_the_digits_of_the_sheet_are_answered(desk: ShopBench) -> None:
    desk.scan(ticket_number.SHEET)
    assert "digits of the scanner are right" in desk.status
    desk.scan(ticket_number.SHEET.translate(AZERTY))
    assert "set to another keyboard" in desk.status
    assert desk.desk.view.name == "board"


def _sheets(desk: ShopBench) -> int:
    with desk.counter.store.read() as session:
        jobs = session.exec(select(PrintJob).where(PrintJob.order_id == None)).all()  # noqa: E711 - SQL
    return sum(job.content.get("sheet") == "scanner" for job in jobs)
