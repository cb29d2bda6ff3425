"""Loaners at the keyboard: units and labels, lent from the sheet, back by a scan from anywhere, overdue in sight."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.i18n import set_language
from convisav_tui.shop.loaners import number_of, save_unit
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Loan, LoanerState, LoanerUnit, Paper, Payment, PrintJob
from tests.screens.shop_bench import LATE, READY, WATCH, ShopBench, assert_snapshot, counter_of
from tests.shop.counter import CLERK, SHOP

UNIT = {"code": "P-1", "brand": "Samsung", "model": "A14", "condition": "scratched", "accessories": "charger"}


def add_unit(store: Store, **fields: str) -> int:
    raw = UNIT | {"state": "available", "deposit": "100", "value": "180"} | fields
    unit = store.write(lambda session: save_unit(session, raw, SHOP, CLERK))
    assert unit.id is not None
    return unit.id


def loans(store: Store) -> list[Loan]:
    with store.read() as session:
        return list(session.exec(select(Loan).order_by("id")))


def unit_state(store: Store, unit_id: int) -> LoanerState:
    with store.read() as session:
        return session.get_one(LoanerUnit, unit_id).state


def menu(desk: ShopBench, name: str) -> None:
    """F10, part of a name, Enter."""
    desk.press("f10")
    desk.type(name)
    desk.press("enter")


def lend(desk: ShopBench, order_id: int, code: str = "P-1") -> None:
    desk.open_order(order_id)
    desk.command("b")
    desk.type(code)
    desk.press("enter", "ctrl+s")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int, language: str) -> None:
    unit_id = add_unit(shop)
    add_unit(shop, code="P-2", model="A34", deposit="")
    counter = counter_of(shop, tmp_path)
    set_language(language)
    try:
        desk = ShopBench(counter, width, height)
        desk.open_order(LATE)
        desk.command("b")
        assert_snapshot(f"lend-{language}-{width}x{height}", desk.text())
        desk.type("p-1")
        desk.press("enter", "ctrl+s")
        menu(desk, "loaners" if language == "en" else "appareils de prêt")
        assert_snapshot(f"loaners-{language}-{width}x{height}", desk.text())
        desk.scan(number_of(unit_id))
        desk.press("right")
        assert_snapshot(f"loan-back-{language}-{width}x{height}", desk.text())
    finally:
        set_language("en")


def test_a_unit_is_added_changed_and_labelled(desk: ShopBench) -> None:
    store = desk.counter.store
    menu(desk, "loaners")
    desk.press("enter")
    for text in ("p-7", "Nokia", "G21", "355", ""):
        desk.type(text)
        desk.press("enter")
    desk.press("ctrl+s")
    assert "P-7 saved" in desk.status and "P-7" in desk.body
    desk.press("home", "f4")
    with store.read() as session:
        job = session.exec(select(PrintJob).where(PrintJob.order_id.is_(None))).one()  # type: ignore[union-attr]
        unit = session.exec(select(LoanerUnit)).one()
    assert job.content["number"] == number_of(unit.id or 0) and "P-7" in desk.status
    desk.command("e")
    desk.press("ctrl+u", "ctrl+s")
    assert "Letters, digits and dashes" in desk.body


def test_lent_from_the_sheet_and_back_by_a_scan_from_the_board(desk: ShopBench) -> None:
    store, unit_id = desk.counter.store, add_unit(desk.counter.store)
    lend(desk, WATCH)
    assert "P-1 lent" in desk.status and desk.desk.view.name == "sheet"
    (loan,) = loans(store)
    assert (loan.order_id, loan.condition_out, loan.deposit) == (WATCH, "scratched", 10_000)
    with store.read() as session:
        assert session.exec(select(Paper.kind).where(Paper.order_id == WATCH)).all() == ["loan_agreement"]
    assert "P-1 Samsung A14" in desk.body  # on the sheet
    desk.desk.home()
    desk.scan(number_of(unit_id))
    assert "Deposit held" in desk.body
    desk.press("ctrl+s")
    assert "give €100.00 of the deposit back" in desk.status
    assert loans(store)[0].ended_at is not None and unit_state(store, unit_id) is LoanerState.AVAILABLE


def test_a_scan_on_a_sheet_lends_the_unit_with_that_order(desk: ShopBench) -> None:
    unit_id = add_unit(desk.counter.store, deposit="")
    desk.open_order(WATCH)
    desk.scan(number_of(unit_id))
    assert desk.desk.view.name == "lend_form" and "P-1 Samsung A14" in desk.body
    desk.press("ctrl+s")
    assert len(loans(desk.counter.store)) == 1


def test_what_is_overdue_is_seen_and_stops_the_hand_over(desk: ShopBench, monkeypatch: pytest.MonkeyPatch) -> None:
    store = desk.counter.store
    add_unit(store)
    lend(desk, READY)
    monkeypatch.setenv(PRETENDED_NOW, "2026-12-30T10:00:00+00:00")
    menu(desk, "loaners out")
    assert "!" in desk.body and "Lefebvre" in desk.body
    desk.press("escape")
    desk.open_order(READY)
    desk.press("f8", "down")
    assert "The loaner P-1 Samsung A14 is not back yet." in " ".join(desk.text().split())
    desk.press("alt+l")
    assert desk.desk.view.name == "loan_form"


def test_only_a_manager_keeps_a_deposit(desk: ShopBench) -> None:
    store, unit_id = desk.counter.store, add_unit(desk.counter.store)
    lend(desk, WATCH)
    desk.scan(number_of(unit_id))
    desk.press("right")
    desk.type("")
    desk.press("tab")
    desk.type("cracked")
    desk.press("tab", "tab", "tab")
    desk.type("40")
    desk.press("tab")
    desk.type("screen")
    desk.press("ctrl+s")
    with store.read() as session:
        rows = [
            (row.nature.value, row.amount) for row in session.exec(select(Payment).where(Payment.order_id == WATCH))
        ]
    assert rows[1:] == [("guarantee_deposit", -6000), ("guarantee_deposit", -4000), ("balance", 4000)]


def test_esc_lends_nothing(desk: ShopBench) -> None:
    add_unit(desk.counter.store)
    desk.open_order(WATCH)
    desk.command("b")
    desk.type("p-1")
    desk.press("enter")
    assert "scratched" in desk.body and "[100.00" in desk.body
    desk.press("escape")
    assert "Save what was changed?" in desk.text()
    desk.press("down", "enter")
    assert loans(desk.counter.store) == [] and desk.desk.view.name == "sheet"
