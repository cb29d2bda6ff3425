"""The workshop at the keyboard: checklist, clock, open points, work lists, knowledge, types of devices."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.i18n import set_language
from convisav_tui.shop import pdf_form_child
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.check_forms import add_form
from convisav_tui.shop.checklist_store import type_named
from convisav_tui.shop.pdf_forms import fill_form, read_form
from convisav_tui.shop.usual_parts import usual_parts
from convisav_tui.store.models import (
    CheckAnswer,
    CheckStage,
    Device,
    Fix,
    OpenPoint,
    OrderState,
    OrderTechnician,
    Paper,
    ProcedureText,
    RepairOrder,
    WorkTime,
)
from tests import pdf_forms
from tests.screens.shop_bench import LATE, READY, WATCH, ShopBench, assert_snapshot, change

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
    assert "Draining: faulty" in desk.body and "Pump resistance: 152,5 Ω" in desk.body


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


# --- forms, photos, and the list that a step offers -------------------------------------------------------------------

FORM = pdf_forms.form(
    pdf_forms.text("N° dossier"), pdf_forms.box("joint", "Joint de porte"), pdf_forms.text("remarques", "Remarques")
)


@pytest.fixture
def with_form(desk: ShopBench, monkeypatch: pytest.MonkeyPatch) -> ShopBench:
    """A PDF form for the device of LATE; no other process is started."""
    monkeypatch.setattr("convisav_tui.shop.pdf_forms._run", pdf_form_child.answer)

    def add(session: Session) -> None:
        device = session.get_one(Device, session.get_one(RepairOrder, LATE).device_id)
        form = read_form(FORM)
        add_form(session, device.device_type_id, CheckStage.DIAGNOSIS, form, "joint.pdf", desk.counter.shop, PROGRAM)

    desk.counter.store.write(add)
    return desk


def test_a_filled_form_is_read_back_and_printed(with_form: ShopBench, tmp_path: Path) -> None:
    desk = with_form
    path = tmp_path / "rendu.pdf"
    path.write_bytes(fill_form(FORM, {"joint": "x", "remarques": "fuit par la porte"}))
    checklist(desk)
    desk.command("r")
    desk.type(str(path))
    desk.press("enter")
    assert "2 answers taken over." in desk.status and "fuit par la porte (rendu.pdf)" in desk.body, desk.text()
    desk.press("f4")
    assert "goes to the printer" in desk.status
    kinds = [(row.kind, row.file_name) for row in rows(desk, Paper) if isinstance(row, Paper)]
    assert [kind for kind, _name in kinds].count("check_form") == 2 and ("check_form", "rendu.pdf") in kinds
    desk.command("r")
    desk.type("/nowhere.pdf")
    desk.press("enter")
    assert "cannot be read" in desk.status
    desk.press("escape")
    desk.command("3")
    assert "rendu.pdf" in desk.body


def test_a_photo_is_copied_into_the_folder_of_evidence(
    desk: ShopBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a long path would push the words out of the status row
    picture = tmp_path / "dos.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"pixels")
    checklist(desk, WATCH)
    desk.press(*["down"] * position(desk, "Photo of the case"), "enter")
    desk.type(".")
    desk.press("enter")
    assert "cannot be read" in desk.status
    desk.press("enter")
    desk.type(str(picture))
    desk.press("enter")
    answer = next(row for row in rows(desk, CheckAnswer) if isinstance(row, CheckAnswer))
    kept = desk.counter.config.home / answer.evidence
    assert answer.answer == "dos.png" and kept.read_bytes() == picture.read_bytes(), desk.text()
    assert kept.suffix == ".png" and kept.parent.parent.name == "evidence"
    desk.press("escape")
    desk.command("3")
    assert "evidence/" in desk.body


def position(desk: ShopBench, question: str) -> int:
    """How many rows below the first check a question stands."""
    return next(index for index, line in enumerate(desk.body.split("\n")[1:]) if question in line)


def start_diagnosis(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.press("f8")
    assert "▸ 1 Start the diagnosis" in desk.body, desk.text()
    desk.press("enter")


def test_the_checklist_opens_when_the_diagnosis_begins(desk: ShopBench) -> None:
    start_diagnosis(desk)
    assert desk.desk.view.name == "checklist", desk.text()
    assert "diagnosing" in desk.status or "diagnosis" in desk.status
    desk.press("down")
    desk.command("o")
    desk.press("f8")
    assert desk.desk.view.name == "step", desk.text()
    desk.press("escape")
    assert desk.desk.view.name == "checklist"  # somebody works with it: it waits


@pytest.mark.parametrize("key, view", [("f8", "step"), ("f2", "intake"), ("ctrl+o", "step"), ("escape", "sheet")])
def test_who_does_not_want_the_checklist_presses_what_he_would_have_pressed(
    desk: ShopBench, key: str, view: str
) -> None:
    start_diagnosis(desk)
    desk.press(key)
    assert desk.desk.view.name == view, desk.text()
    if key == "f8":
        desk.press("escape")
        assert desk.desk.view.name == "sheet"


def test_open_final_tests_are_answered_from_the_step(desk: ShopBench) -> None:
    checklist(desk)
    desk.command("o")
    change(desk.counter.store, LATE, state=OrderState.TESTING)
    desk.open_order(LATE)
    desk.press("f8", "down", "down")
    assert "Final tests open" in desk.body, desk.text()
    desk.press("alt+e")
    assert desk.desk.view.name == "checklist" and "Full short cycle" in desk.body
    desk.command("a")
    desk.press("escape")
    assert desk.desk.view.name == "step" and "failed: Earth continuity." in desk.body, desk.text()  # it is measured


# --- types of devices -------------------------------------------------------------------------------------------------


def types(desk: ShopBench, kind: str, words: str = "predefined works") -> None:
    """The list of types, with the cursor on one."""
    menu(desk, words)
    for _row in range(60):
        if any(kind in line and "▸" in line for line in desk.body.split("\n")):
            return
        desk.press("down")
    raise AssertionError(desk.text())


def test_texts_and_usual_parts_of_a_type_are_edited(desk: ShopBench) -> None:
    types(desk, "Watch")
    desk.command("t")
    assert desk.desk.view.name == "type_texts" and "Photos du boîtier" in desk.body, desk.text()
    desk.press("end")
    desk.type(" 4. Essai.")
    desk.press("ctrl+s")
    assert desk.desk.view.name == "device_types", desk.text()
    texts = [row.text for row in rows(desk, ProcedureText) if isinstance(row, ProcedureText)]
    assert any(text.endswith("4. Essai.") for text in texts)
    desk.command("r")
    assert "Seal set" in desk.body, desk.text()
    desk.command("x")
    assert "seals" in desk.body and "battery" not in desk.body
    desk.press("end", "enter")
    desk.type("Aiguille")
    desk.press("ctrl+s")
    assert "aiguille" in desk.body, desk.text()


def test_a_usual_part_is_asked_for_on_an_order(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.command("r")
    desk.command("a")
    desk.press("enter")
    assert "Seal set" in desk.text()
    desk.press("down", "enter")
    assert "WATCH.SEALS" in desk.body, desk.text()


def test_a_pdf_form_is_taken_and_its_fields_mapped(
    desk: ShopBench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("convisav_tui.shop.pdf_forms._run", pdf_form_child.answer)
    path = tmp_path / "montre.pdf"
    path.write_bytes(FORM)
    types(desk, "Watch")
    desk.command("f")
    desk.command("a")
    desk.type(str(path))
    desk.press("enter")
    desk.answer("n")
    assert "montre.pdf" in desk.body and "From the order: 1; questions: 2." in desk.status, desk.text()
    desk.press("enter")
    assert desk.desk.view.name == "form_fields" and "order: Number of the order" in desk.body
    desk.press("end", "enter", "up", "enter")
    assert "question: Joint de porte" in desk.body.split("\n")[-1] or desk.body.count("Joint de porte") >= 1
    desk.press("escape")
    desk.command("x")
    assert "montre.pdf" not in desk.body


def test_the_checklist_of_a_type_is_written_and_taken_over(desk: ShopBench, tmp_path: Path) -> None:
    types(desk, "Watch")
    desk.command("x")
    desk.type(str(tmp_path))
    desk.press("enter")
    file = tmp_path / "watch.toml"
    assert "watch.toml" in desk.status and "[[part]]" in file.read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace("Jeu de joints", "Joints"), encoding="utf-8")
    desk.command("i")
    desk.type(str(file))
    desk.press("enter")
    assert "0 questions and 0 works new or changed" in desk.status, desk.text()
    with desk.counter.store.read() as session:
        names = [part.names["fr"] for part in usual_parts(session, type_named(session, "watch"))]
    assert "Joints" in names


LOOKS = {"types": (), "texts": ("t",), "usual-parts": ("r",), "forms": ("f",), "form-fields": ("f",)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_screens_of_a_type_as_they_look(with_form: ShopBench, size: tuple[int, int], spoken: str) -> None:
    set_language(spoken)
    desk = with_form
    kind = {"en": "Washing machine", "fr": "Lave-linge"}[spoken]
    for name, letters in LOOKS.items():
        desk.desk.home()
        types(desk, kind, {"en": "predefined works", "fr": "travaux prédéfinis"}[spoken])
        desk.command(*letters)
        if name == "form-fields":
            desk.press("enter")
        desk.width, desk.height = size
        assert_snapshot(f"type-{name}-{spoken}-{size[0]}x{size[1]}", desk.text())
        desk.width, desk.height = 80, 24
