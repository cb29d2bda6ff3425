"""The workshop at the keyboard: checklist, clock, open points, work lists, knowledge, types of devices."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from convisav_tui.i18n import set_language
from convisav_tui.store.models import CheckAnswer, Fix, OpenPoint, OrderTechnician, RepairOrder, WorkTime
from tests.screens.shop_bench import LATE, READY, WATCH, ShopBench, assert_snapshot

SIZES = [(80, 24), (120, 40)]


def menu(desk: ShopBench, name: str) -> None:
    """An action by its name in F10."""
    desk.press("f10")
    desk.type(name)
    desk.press("enter")


def rows(desk: ShopBench, table: type) -> list[object]:
    with desk.counter.store.read() as session:
        return list(session.exec(select(table)))


def checklist(desk: ShopBench, order_id: int = LATE) -> None:
    """The checklist of a washing machine that waits."""
    desk.open_order(order_id)
    desk.command("e")
    assert desk.desk.view.name == "checklist", desk.text()


def test_checks_are_answered_by_letter_and_conditional_questions_open(desk: ShopBench) -> None:
    checklist(desk)
    assert "Pump resistance" not in desk.body
    desk.command("o")  # powered
    desk.press("down", "down", "down")
    desk.command("f")  # drains
    assert "Pump resistance" in desk.body and "Drain pump replacement" in desk.body
    assert "Vidange" in desk.body  # the found fault, in the customer's language
    desk.press("down")
    desk.press("enter")
    desk.type("152,5")
    desk.press("enter")
    assert "152,5 Ω" in desk.body
    desk.command("a")
    answers = [row.answer for row in rows(desk, CheckAnswer) if isinstance(row, CheckAnswer)]
    assert answers[:3] == ["ok", "faulty", "152,5"] and answers.count("ok") > 5
    desk.press("escape")
    desk.command("3")
    assert "Drains: faulty" in desk.body and "Pump resistance: 152,5 Ω" in desk.body


def test_several_checks_at_once(desk: ShopBench) -> None:
    checklist(desk)
    desk.press("space", "down", "space")
    desk.command("n")
    assert [row.answer for row in rows(desk, CheckAnswer) if isinstance(row, CheckAnswer)] == ["not_checked"] * 2


def test_a_note_and_a_work_left_out(desk: ShopBench) -> None:
    checklist(desk)
    desk.command("f")
    desk.press("up", "enter")
    desk.type("sans tension")
    desk.press("enter")
    assert "sans tension" in desk.body
    desk.press("end")
    desk.command("space")
    assert "[ ] Board replacement" in desk.body, desk.text()


def test_tab_shows_the_final_tests(desk: ShopBench) -> None:
    checklist(desk)
    desk.press("tab")
    assert "Full short cycle" in desk.body
    desk.command("o")
    assert [row.answer for row in rows(desk, CheckAnswer) if isinstance(row, CheckAnswer)] == ["ok"]


def test_a_clock_by_one_key_and_its_correction(desk: ShopBench) -> None:
    desk.open_order(LATE)
    desk.command("t")
    assert "The clock runs" in desk.status
    desk.command("t")
    assert "Clock stopped" in desk.status
    desk.command("y")
    desk.press("ctrl+u")
    desk.type("45")
    desk.press("enter")
    desk.command("3")
    assert "0:45 (Anna 0:45)" in desk.body
    assert [row.corrected_minutes for row in rows(desk, WorkTime) if isinstance(row, WorkTime)] == [45]


def test_an_open_point_stands_on_the_sheet_and_in_the_list(desk: ShopBench) -> None:
    desk.open_order(LATE)
    desk.command("o")
    desk.type("offer a contract")
    desk.press("enter")
    desk.answer("y")
    desk.command("3")
    assert "offer a contract (lead)" in desk.body
    menu(desk, "left open on orders")
    assert desk.desk.view.name == "points" and "offer a contract" in desk.body
    desk.command("x")
    assert "Nothing is left open" in desk.body
    assert [row.done_at is not None for row in rows(desk, OpenPoint) if isinstance(row, OpenPoint)] == [True]


def test_somebody_else_works_on_it_too(desk: ShopBench) -> None:
    desk.open_order(LATE)
    desk.command("t")  # Anna answers for it now
    desk.command("j")
    desk.press("down", "enter")
    helpers = [row for row in rows(desk, OrderTechnician) if isinstance(row, OrderTechnician)]
    assert len(helpers) <= 1


@pytest.mark.parametrize(
    "name, view", [("urgent first", "Work of"), ("what to do first", "Next ten"), ("touched for", "Nobody")]
)
def test_work_lists_open_orders(desk: ShopBench, name: str, view: str) -> None:
    menu(desk, name)
    assert view in desk.text().split("\n")[0]
    if view != "Nobody":
        desk.press("enter")
        assert desk.desk.view.name == "sheet"


def test_a_fix_is_written_and_proposed(desk: ShopBench) -> None:
    menu(desk, "remedies of finished")
    desk.press("enter")
    assert desk.desk.view.name == "fix_form"
    desk.press("tab", "tab", "tab")
    desk.type("s'arrête")
    desk.press("tab")
    desk.type("pile")
    desk.press("ctrl+s")
    fixes = [row for row in rows(desk, Fix) if isinstance(row, Fix)]
    assert [fix.cause for fix in fixes] == ["pile"], desk.text()

    def to_watch(session: Session) -> None:
        from convisav_tui.store.models import Device

        fix = session.exec(select(Fix)).one()
        order = session.get_one(RepairOrder, WATCH)
        fix.device_type_id = session.get_one(Device, order.device_id).device_type_id

    desk.counter.store.write(to_watch)
    checklist(desk, WATCH)
    assert "1 pile" in desk.body
    desk.command("1")
    with desk.counter.store.read() as session:
        assert session.get_one(RepairOrder, WATCH).found_fault == "pile"


def test_types_of_devices_are_edited(desk: ShopBench) -> None:
    menu(desk, "predefined works")
    assert desk.desk.view.name == "device_types"
    desk.press("enter")
    assert desk.desk.view.name == "checkpoints", desk.text()
    desk.press("end", "enter")
    assert desk.desk.view.name == "checkpoint_form"
    desk.type("Tiroir SIM")
    desk.press("ctrl+s")
    assert desk.desk.view.name == "checkpoints", desk.text()
    desk.press("end")
    assert "Tiroir SIM" in desk.body
    desk.press("escape")
    desk.command("w")
    assert desk.desk.view.name == "works" and "Screen replacement" in desk.body


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_a_checklist_as_it_looks(desk: ShopBench, size: tuple[int, int], spoken: str) -> None:
    set_language(spoken)
    checklist(desk)
    desk.command("o")
    desk.press("down", "down", "down")
    desk.command("f")
    desk.width, desk.height = size
    assert_snapshot(f"checklist-{spoken}-{size[0]}x{size[1]}", desk.text())
    assert READY != LATE
