"""The sheet of an order: sections, scrolling, the unlock code, undo, what others change, texts of any kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, select

from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.i18n import _, set_language
from convisav_tui.screens.actions import find, listed_for
from convisav_tui.screens.sheet_sections import SECTIONS, taken_over_rows
from convisav_tui.screens.widgets.painting import cells, row_cells
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderEvent, OrderState, Paper, RepairOrder
from convisav_tui.store.queries.coverage import CoverFacts
from convisav_tui.store.queries.sheet import sheet
from tests.screens.shop_bench import (
    COLLECTED,
    LATE,
    LOCKED,
    QUOTED,
    READY,
    WATCH,
    ShopBench,
    add_customer,
    assert_snapshot,
    change,
    count,
    counter_of,
)


@pytest.fixture
def technician(shop: Store, tmp_path: Path) -> ShopBench:
    """The program at the bench of somebody who repairs."""
    from sqlmodel import Session

    from convisav_tui.store.models import Role, Staff

    def hire(session: Session) -> None:
        session.add(Staff(login="theo", name="Théo", role=Role.TECHNICIAN))

    shop.write(hire)
    return ShopBench(counter_of(shop, tmp_path, "theo"))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40)])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    desk.open_order(QUOTED)
    assert_snapshot(f"sheet-{width}x{height}", desk.text())


def test_looks_of_all_that_happened(shop: Store, tmp_path: Path) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), 100, 70)
    desk.open_order(READY)
    desk.command(*"2345678")
    assert_snapshot("sheet-history-100x70", desk.text())


def test_digits_open_and_close_sections(desk: ShopBench) -> None:
    desk.open_order(READY)
    desk.command("1")
    assert "Fault     " not in desk.body and "1 Reception       ne vidange plus" in desk.body
    desk.command("4")
    assert "Still due        €90.00" in desk.body and "down payment" in desk.body
    desk.command("4")
    assert "Still due" not in desk.body and "due €90.00" in desk.body
    desk.press("down", "enter")
    assert "no such number" in desk.body


def test_money_names_what_is_to_be_given_back_and_shares_that_took_nothing_off(desk: ShopBench) -> None:
    with desk.counter.store.read() as session:
        read = sheet(session, READY)
    assert read is not None and read.order.price and not read.taken_over
    money = next(section for section in SECTIONS if section.key == "money")
    owing = replace(read, order=replace(read.order, price=2500))  # 30.00 were paid
    assert "to give back €5.00" in money.summary(owing, desk.counter)
    cover = CoverFacts("parts", "legal", 5000, "manufacturer", "", None, "", None)
    rows = taken_over_rows(replace(read, covers=(cover,)), desk.counter, 100)
    told = "".join(span.text for row in rows for span in row)
    assert "nothing was deducted from the price" in told and "parts 50 %" in told
    assert taken_over_rows(read, desk.counter, 100) == []


def test_arrows_keep_the_section_in_sight(shop: Store, tmp_path: Path) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), 60, 12)
    desk.open_order(READY)
    desk.command(*"2345678")
    for _section in range(7):
        desk.press("up")
        assert desk.under_cursor().startswith("▸")
    desk.press("end")
    assert "▸9 Parts" in desk.body
    desk.press("home")
    assert "▸1 Reception" in desk.body
    seen = desk.body
    for _page in range(16):
        desk.press("pagedown")
        seen += desk.body
    assert "8 Earlier repairs" in seen and "7 History" in seen
    for _page in range(16):
        desk.press("pageup")
    assert "▸1 Reception" in desk.body


def test_the_next_step_stands_in_the_header(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    assert "F8 Start the diagnosis" in desk.line(1)
    change(desk.counter.store, WATCH, state=OrderState.DIAGNOSING)
    desk.elsewhere()
    assert "diagnosis" in desk.line(1) and "Start the diagnosis" not in desk.line(1)


def test_late_and_not_told_are_said(desk: ShopBench) -> None:
    desk.open_order(LATE)
    assert "late: promised for 20/11/2026 !" in desk.line(1)
    desk.open_order(READY)
    assert "customer not told yet (F6)" in desk.line(2) and "due €90.00" in desk.line(3)
    desk.open_order(COLLECTED)
    assert "late" not in desk.line(1)


def test_the_unlock_code_shows_after_yes_for_a_minute(technician: ShopBench) -> None:
    desk = technician
    desk.open_order(LOCKED)
    assert "4711" not in desk.text()
    desk.command("v")
    desk.press("enter")  # the default is no
    assert "4711" not in desk.text()
    desk.command("v")
    desk.answer("y")
    assert "4711" in desk.text()
    desk.pass_time(59)
    assert "4711" in desk.text()
    desk.pass_time(1.1)
    assert "4711" not in desk.text()
    with desk.counter.store.read() as session:
        from sqlmodel import select

        looked = session.exec(select(OrderEvent).where(OrderEvent.event == "secret_revealed")).all()
    assert len(looked) == 1


def test_an_unlock_code_asked_for_again_has_a_minute_of_its_own(technician: ShopBench) -> None:
    desk = technician
    desk.open_order(LOCKED)
    for _time in range(2):
        desk.command("v")
        desk.answer("y")
        desk.pass_time(40)
    assert "4711" in desk.text()  # the first minute is over, the second is not
    desk.pass_time(21)
    assert "4711" not in desk.text()


@pytest.mark.parametrize("key", ["f4", "f8", "f6", "f1", "f9"])
def test_the_unlock_code_is_gone_when_another_screen_was_opened(technician: ShopBench, key: str) -> None:
    desk = technician
    desk.open_order(LOCKED)
    desk.command("v")
    desk.answer("y")
    desk.press(key, "escape")
    assert desk.desk.view.name == "sheet" and "4711" not in desk.text()


def test_leaving_forgets_the_unlock_code(technician: ShopBench) -> None:
    desk = technician
    desk.open_order(LOCKED)
    desk.command("v")
    desk.answer("y")
    desk.press("escape", "enter")
    assert "4711" not in desk.text()


def test_undo_takes_the_last_step_back_in_time(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.press("f8", "enter")
    assert desk.desk.view.name == "checklist"  # offered: the key of another screen leaves it
    desk.command("u")
    assert "Take back the last step of 26 0000003" in desk.status
    desk.answer("y")
    assert "26 0000003 8: taken back" in desk.status and "waiting" in desk.line(1)
    desk.command("7")
    assert "step taken back (diagnosis begun)" in desk.body


def test_undo_is_left_with_no(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.press("f8", "enter")
    events = count(desk.counter.store, OrderEvent)
    desk.command("u")
    desk.answer("n")
    assert count(desk.counter.store, OrderEvent) == events


def test_undo_too_late_says_so(desk: ShopBench, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open_order(WATCH)
    desk.press("f8", "enter")
    desk.press("escape")
    monkeypatch.setenv(PRETENDED_NOW, "2026-11-21T13:35:00+00:00")
    desk.command("u")
    desk.answer("y")
    assert "The last step is more than 60 seconds old. Take the next step instead." in desk.status
    assert "diagnosis" in desk.line(1)


def test_an_intake_is_not_undone(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.command("u")
    desk.answer("y")
    assert "An intake is not undone. Cancel the order." in desk.status


def test_what_another_station_changes_shows_without_moving(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.command("6", "7")
    place = desk.cursor
    change(desk.counter.store, WATCH, place="shelf 12", found_fault="pile vide")
    desk.elsewhere()
    assert "shelf 12" in desk.body or "pile vide" in desk.body
    assert desk.cursor == place


def test_a_fault_of_three_thousand_characters_is_wrapped(desk: ShopBench) -> None:
    fault = "[b]" + "ne chauffe plus <script> {x} %s\n" * 100
    change(desk.counter.store, WATCH, reported_fault=fault[:3000])
    desk.open_order(WATCH)
    seen = desk.body
    for _page in range(16):
        desk.press("pagedown")
        seen += desk.body
    assert seen.count("ne chauffe plus <script> {x} %s") >= 90 and "[b]ne chauffe" in seen
    assert {row_cells(row) for row in desk.rows()} == {80}
    assert "8 Earlier repairs" in desk.body


@pytest.mark.parametrize("name", ["[bold]O'Neil & Fils [/]", "修理 太郎" * 12, "Å" * 120, "عبد الله بن سالم"])
@pytest.mark.parametrize(("width", "height"), [(60, 20), (80, 24)])
def test_any_name_fits(shop: Store, tmp_path: Path, name: str, width: int, height: int) -> None:
    order_id = add_customer(shop, name, phone="06 00 00 00 01")
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    desk.open_order(order_id)
    for key in ("", "f8", "escape", "f9", "escape", "f4", "escape", "f7"):
        if key:
            desk.press(key)
        assert {row_cells(row) for row in desk.rows()} == {width}
        assert len(desk.rows()) == height


def test_empty_sections_say_so(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.command(*"123458")
    for said in ("no quote", "Nothing yet", "Nothing paid yet", "No message", "none"):
        assert said in desk.body


def test_an_order_that_vanished_stays_on_screen(desk: ShopBench, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open_order(WATCH)
    before = desk.body
    monkeypatch.setattr("convisav_tui.store.queries.sheet.sheet", lambda session, order: None)
    desk.elsewhere()
    assert desk.body == before
    assert count(desk.counter.store, RepairOrder) == 6


def test_the_dossier_of_a_device_that_nobody_collects_is_printed_from_its_sheet(shop: Store, desk: ShopBench) -> None:
    desk.open_order(READY)
    desk.command("x")
    assert "dossier" not in desk.text(), "no key of an order like any other"
    change(shop, READY, state=OrderState.UNCLAIMED)
    papers = count(shop, Paper)
    desk.open_order(READY)
    desk.command("x", "y")
    assert "The dossier is with the printer" in desk.text()
    assert count(shop, Paper) == papers + 1
    with shop.read() as session:
        paper = session.exec(select(Paper).order_by(col(Paper.id).desc())).first()
        assert paper is not None and (paper.kind, paper.order_id) == ("unclaimed_dossier", READY)
    desk.press("f10")
    desk.type("dossier")
    assert "What a court is told of an unclaimed device" in desk.text()


@pytest.mark.parametrize("language", ["fr", "en", "ro"])
def test_the_keys_of_the_sheet_are_found(shop: Store, tmp_path: Path, language: str) -> None:
    """Those of the quote, its prices, versions, parts and papers in the footer of 80 columns; all in F1 and F10."""
    set_language(language)
    try:
        desk = ShopBench(counter_of(shop, tmp_path), 80, 24)
        desk.open_order(READY)
        footer = desk.text().splitlines()[-2:]
        for letter in "qrfzh":
            label = _(next(find(action).label for action in desk.desk.view.actions() if find(action).letter == letter))
            assert any(f" {letter} {label}" in row for row in footer), (letter, footer)
        assert all(cells(row) <= 80 for row in footer)
        named = [find(action) for action in desk.desk.view.actions()]
        letters = {action.letter for action in listed_for("sheet") if action.letter and "sheet" in action.views}
        assert letters - {"v", "x"} <= {action.letter for action in named}  # a code, a dossier: only where there is one
        desk.height = 100
        for key in ("f1", "f10"):
            desk.press(key)
            shown = desk.text()
            missing = [one.id for one in named if one.id not in ("menu", "help") and _(one.help)[:20] not in shown]
            assert not missing, shown
            desk.press("escape")
    finally:
        set_language("en")
