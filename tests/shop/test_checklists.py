"""Checklists: shipped, asked by conditions, answered for good, their proposals, final tests, files, editing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.errors import ConvisavError, FieldErrors, Refusal, UsageError
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.checklist_editing import choices_text, move_checkpoint, opens_text, save_checkpoint, save_work
from convisav_tui.shop.checklist_files import read_checklist, write_checklist
from convisav_tui.shop.checklist_store import checklist_of, checkpoints_of, import_checklist, type_named, works_of_type
from convisav_tui.shop.checklist_texts import save_texts, texts_of
from convisav_tui.shop.checklists import (
    Check,
    answer_checks,
    checks_of,
    leave_works_out,
    proposed_works,
    write_found_fault,
)
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.shop.setup import first_rows
from convisav_tui.shop.shipped_checklists import shipped_checklists
from convisav_tui.shop.usual_parts import need_usual_part, usual_parts_of_order
from convisav_tui.store.models import CheckAnswer, Checkpoint, CheckStage, FrequentFault, OrderState, Part
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(counter_store(tmp_path), monkeypatch)


def checks(bench: Bench, stage: CheckStage = CheckStage.DIAGNOSIS, language: str = "en") -> dict[str, Check]:
    with bench.store.read() as session:
        return {check.code: check for check in checks_of(session, bench.order_id, stage, language)}


def answer(bench: Bench, stage: CheckStage = CheckStage.DIAGNOSIS, note: str = "", **answers: str) -> None:
    found = checks(bench, stage)
    by_id = {found[code].checkpoint_id: said for code, said in answers.items()}
    bench.write(lambda session: answer_checks(session, bench.order_id, by_id, CLERK, note=note))


def test_the_shipped_checklists_serve_eight_kinds_of_devices_in_three_languages() -> None:
    found = shipped_checklists()
    assert len(found) == 8
    types = {code for one in found for code in one.device_types}
    assert {
        "phone",
        "laptop",
        "washing_machine",
        "television",
        "watch",
        "hearing_aid",
        "bicycle",
        "power_tool",
    } <= types
    for one in found:
        stages = {question.stage for question in one.questions}
        assert stages == {CheckStage.DIAGNOSIS, CheckStage.FINAL_TEST}
        assert any(question.opens_when for question in one.questions) and one.works
        assert set(one.procedure) == {"fr", "en", "ro"}
        for texts in (*(question.texts for question in one.questions), *(work.names for work in one.works)):
            assert set(texts) == {"fr", "en", "ro"} and all(texts.values())
        assert all(work.price("EUR") > 0 and work.price("RON") > 0 and work.minutes > 0 for work in one.works)


def test_an_answer_opens_the_questions_that_depend_on_it(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    assert "pump_resistance" not in checks(bench)
    answer(bench, drains="faulty", fills="ok")
    assert "pump_resistance" in checks(bench) and "pressure" not in checks(bench)
    answer(bench, pump_resistance="152,5")
    assert checks(bench)["pump_resistance"].said == "152,5 Ω"
    answer(bench, drains="ok")
    assert "filter" not in checks(bench)
    assert checks(bench)["pump_resistance"].answer == "152,5"  # what was measured is not forgotten


def test_answers_are_only_added(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    answer(bench, drains="faulty")
    answer(bench, drains="faulty")
    answer(bench, drains="ok")
    rows = bench.rows(CheckAnswer)
    assert [row.answer for row in rows] == ["faulty", "ok"]
    assert rows[0].staff_id == CLERK.staff_id

    def change(session: Session) -> None:
        row = session.get_one(CheckAnswer, rows[0].id)
        row.answer = "not_checked"
        session.add(row)

    with pytest.raises(Exception, match="never change"):
        bench.write(change)
    assert [row.answer for row in bench.rows(CheckAnswer)] == ["faulty", "ok"]


def test_what_is_no_answer_is_refused(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    answer(bench, drains="faulty")
    for code, wrong in (("drains", "perhaps"), ("pump_resistance", "much"), ("error_code", "")):
        with pytest.raises(FieldErrors):
            answer(bench, **{code: wrong})


def test_faulty_answers_propose_works_and_the_found_fault(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    answer(bench, drains="faulty", door="faulty", note="tourne à vide")
    assert bench.order.found_fault == "Porte et verrou (tourne à vide), Vidange (tourne à vide)"
    with bench.store.read() as session:
        works = proposed_works(session, bench.order_id, "fr")
    assert [work.code for work in works] == ["washing_machine.door_lock", "washing_machine.drain_pump"]
    bench.step("request_quote")
    usual = {asked.key: asked.default for asked in bench.steps()["issue_quote"].inputs}
    assert usual["amount"].replace(" ", "") in ("198,00", "198.00")
    assert "pompe de vidange" in usual["text"]
    bench.write(lambda s: leave_works_out(s, bench.order_id, ["washing_machine.door_lock"], CLERK, "left"))
    usual = {asked.key: asked.default for asked in bench.steps()["issue_quote"].inputs}
    assert usual["amount"].startswith("109") and "verrou" not in usual["text"]


def test_a_found_fault_written_by_hand_is_kept(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    bench.write(lambda session: write_found_fault(session, bench.order_id, "pompe grippée", CLERK, "found"))
    answer(bench, drains="faulty")
    assert bench.order.found_fault == "pompe grippée"


def test_final_tests_are_asked_of_what_was_diagnosed_by_the_list(bench: Bench) -> None:
    bench.reach(OrderState.IN_REPAIR)
    assert "untested" not in {asked.key for asked in bench.steps()["complete"].inputs}
    answer(bench, drains="faulty")
    assert "untested" in {asked.key for asked in bench.steps()["complete"].inputs}
    with pytest.raises(Refusal) as refused:
        bench.step("complete")
    assert refused.value.guard == "tests_answered" and bench.order.state is OrderState.IN_REPAIR
    answer(bench, CheckStage.FINAL_TEST, t_cycle="ok", t_leak="faulty", t_earth="0,1")
    with pytest.raises(Refusal):
        bench.step("complete")
    answer(bench, CheckStage.FINAL_TEST, t_leak="ok")
    bench.step("complete")
    assert bench.order.state is not OrderState.IN_REPAIR


def test_a_reason_stands_for_final_tests(bench: Bench) -> None:
    bench.write(lambda session: keep_setting(session, "final_tests", "always"))
    bench.reach(OrderState.TESTING)
    with pytest.raises(Refusal):
        bench.step("complete")
    bench.step("complete", untested="testé chez le client")
    said = [event.detail.get("untested") for event in bench.events if event.event == "complete"]
    assert said == ["testé chez le client"]
    bench.write(lambda session: keep_setting(session, "final_tests", None))


def test_a_type_without_a_checklist_is_asked_nothing(bench: Bench) -> None:
    bench.write(lambda session: keep_setting(session, "final_tests", "always"))
    bench.reach(OrderState.IN_REPAIR, device_type="coffee_machine")
    assert not checks(bench)
    bench.step("complete")
    bench.write(lambda session: keep_setting(session, "final_tests", None))


def test_a_file_comes_back_as_it_went(bench: Bench) -> None:
    with bench.store.read() as session:
        gone = checklist_of(session, type_named(session, "watch"), "EUR")
    text = write_checklist(gone)
    assert read_checklist(text) == gone
    changed = text.replace('"Wasserdicht"', "").replace('en = "Glass"', 'en = "Crystal"')
    taken = bench.write(lambda session: import_checklist(session, read_checklist(changed), PROGRAM, "EUR"))
    assert (taken.checkpoints, taken.works) == (1, 0)
    with bench.store.read() as session:
        texts = [row.texts["en"] for row in checkpoints_of(session, type_named(session, "watch").id or 0)]
    assert "Crystal" in texts and "Glass" not in texts


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        "device_types = []",
        'device_types = ["phone"]\n[[checkpoint]]\ncode = "A B"\ntexts = { en = "x" }',
        'device_types = ["phone"]\n[[checkpoint]]\ncode = "a"\ntexts = { en = "" }',
        'device_types = ["phone"]\n[[checkpoint]]\ncode = "a"\ntexts = { en = "x" }\nkind = "song"',
        'device_types = ["phone"]\n[[checkpoint]]\ncode = "a"\ntexts = { en = "x" }\nopens_when = { b = ["faulty"] }',
        'device_types = ["phone"]\n[[checkpoint]]\ncode = "a"\ntexts = { en = "x" }\nsuggests = ["nothing"]',
        'device_types = ["phone"]\n[[work]]\ncode = "a"\nnames = { en = "x" }\nprices = { EUR = "-3" }',
        'device_types = ["phone"]\n[[work]]\ncode = "a"\nnames = { en = "x" }\n'
        '[[work]]\ncode = "a"\nnames = { en = "x" }',
    ],
)
def test_a_wrong_file_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError):
        read_checklist(text)


def test_a_checklist_is_given_once(tmp_path: Path) -> None:
    from tests.shop.test_setup import config

    store = counter_store(tmp_path)

    def forget(session: Session) -> None:
        session.delete(session.exec(select(Checkpoint).where(Checkpoint.code == "drains")).one())

    store.write(forget)
    store.write(lambda session: first_rows(session, config(tmp_path)))
    with store.read() as session:
        assert session.exec(select(Checkpoint).where(Checkpoint.code == "drains")).first() is None


def test_questions_and_works_are_added_changed_hidden_and_ordered(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    with bench.store.read() as session:
        type_id = type_named(session, "washing_machine").id or 0
    work = bench.write(
        lambda s: save_work(
            s, type_id, {"name_fr": "Détartrage", "minutes": "40", "price": "59,90", "active": "x"}, SHOP, CLERK
        )
    )
    assert (work.price, work.minutes) == (5990, 40)
    form = {
        "text_fr": "Calcaire",
        "stage": "diagnosis",
        "kind": "choice",
        "choices": "non: non; oui: oui",
        "active": "x",
    }
    point = bench.write(
        lambda s: save_checkpoint(
            s, type_id, form | {"opens_when": "heats = faulty", "suggests": "detartrage"}, SHOP, CLERK
        )
    )
    assert "calcaire" not in checks(bench)
    answer(bench, heats="faulty")
    assert checks(bench, language="fr")["calcaire"].choices == (("non", "non"), ("oui", "oui"))
    assert opens_text(point) == "heats = faulty" and choices_text(point, "fr") == "non: non; oui: oui"
    bench.write(lambda s: move_checkpoint(s, point.id or 0, -1, CLERK))
    with bench.store.read() as session:
        codes = [row.code for row in checkpoints_of(session, type_id) if row.stage is CheckStage.DIAGNOSIS]
        assert codes.index("calcaire") == len(codes) - 2
        assert works_of_type(session, type_id)[-1].code == "washing_machine.detartrage"
    hidden = form | {"active": ""}
    bench.write(lambda s: save_checkpoint(s, type_id, hidden, SHOP, CLERK, checkpoint_id=point.id))
    assert "calcaire" not in checks(bench)
    for wrong in ({"text_fr": ""}, {"opens_when": "nothing = ok"}, {"suggests": "nothing"}, {"choices": "one"}):
        with pytest.raises(ConvisavError):
            bench.write(lambda s, wrong=wrong: save_checkpoint(s, type_id, form | wrong, SHOP, CLERK))


# --- texts and usual parts --------------------------------------------------------------------------------------------


def test_texts_are_edited_and_faults_keep_how_often_they_were_chosen(bench: Bench) -> None:
    def write(session: Session, raw: dict[str, str]) -> None:
        save_texts(session, type_named(session, "watch").id or 0, raw, PROGRAM)

    with bench.store.read() as session:
        before = texts_of(session, type_named(session, "watch").id or 0)
    faults = before["faults_fr"].split("\n")
    raw = before | {"faults_fr": f"{faults[0]}; verre rayé", "procedure_ro": ""}
    bench.write(lambda session: write(session, raw))
    with bench.store.read() as session:
        after = texts_of(session, type_named(session, "watch").id or 0)
        rows = session.exec(select(FrequentFault).where(FrequentFault.text == faults[0])).all()
    assert after["faults_fr"].split("\n") == [faults[0], "verre rayé"] and "procedure_ro" not in after
    assert after["faults_en"] == before["faults_en"] and len(rows) >= 1
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda session: write(session, raw | {"procedure_fr": "x" * 5000}))
    assert set(refused.value.errors) == {"procedure_fr"}


def test_usual_parts_are_shipped_and_come_into_the_catalogue_when_asked_for(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    with bench.store.read() as session:
        offered = dict(usual_parts_of_order(session, bench.order_id, "ro"))
        assert not session.exec(select(Part)).all()
    assert offered["drain_pump"] == "Pompă de evacuare" and len(offered) >= 5
    for _time in range(2):
        need = bench.store.write(
            lambda session: need_usual_part(session, bench.order_id, "drain_pump", SHOP, CLERK, "once")
        )
    with bench.store.read() as session:
        (part,) = session.exec(select(Part)).all()
    assert (part.code, part.name, need.part_id) == ("WASHING_MACHINE.DRAIN_PUMP", "Pompe de vidange", part.id)
    assert all(one.parts for one in shipped_checklists())
