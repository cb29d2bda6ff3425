"""The papers of an order: the job sheet, the statement of work, the slip of what goes back unrepaired; once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import NotFound
from convisav_tui.shop.checklists import answer_checks, checks_of
from convisav_tui.shop.document import Document
from convisav_tui.shop.order_papers import document_of, makeable, papers_of, print_order_paper
from convisav_tui.shop.passport import note_refused_advice
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.shop.work_time import start_or_stop
from convisav_tui.store.models import CheckStage, OrderState, Paper, PrintJob, RepairOrder
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.part_bench import need, part, receive

SECRET = "4711-secret"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    store.close()


def document(bench: Bench, kind: str) -> Document:
    with bench.store.read() as session:
        return document_of(session, session.get_one(RepairOrder, bench.order_id), kind, SHOP)


def said(paper: Document) -> str:
    return json.dumps(paper.as_content(), ensure_ascii=False)


def answer(bench: Bench, stage: CheckStage, first: str, note: str = "") -> str:
    """Answer the first yes-or-no question of a stage; its text."""

    def write(session: Session) -> str:
        check = next(one for one in checks_of(session, bench.order_id, stage, "fr") if one.kind.value == "check")
        answer_checks(session, bench.order_id, {check.checkpoint_id: first}, CLERK, note=note)
        return check.text

    return bench.write(write)


def repaired(bench: Bench) -> None:
    """Diagnosed by a list, a reconditioned part fitted, the clock run, tested, advice refused."""
    bench.reach(OrderState.DIAGNOSING, quote_requested="", cap="200")
    answer(bench, CheckStage.DIAGNOSIS, "faulty", "bruit sourd")
    pump = part(bench.store, condition="reconditioned")
    receive(bench.store, pump, 2)
    need(bench.store, bench.order_id, pump)
    bench.step("authorise_direct")
    bench.write(lambda session: start_or_stop(session, bench.order_id, CLERK))
    bench.wait(85 * 60)
    bench.write(lambda session: start_or_stop(session, bench.order_id, CLERK))
    bench.write(lambda session: note_refused_advice(session, bench.order_id, "détartrer", CLERK, "advice", now()))
    answers = {"work": "Pompe changée\nfiltre nettoyé", "untested": "pas d'eau ici", "removed_parts": "given_back"}
    bench.step("complete", **answers)


def test_the_statement_tells_work_parts_with_their_condition_time_tests_and_refused_advice(bench: Bench) -> None:
    repaired(bench)
    paper = document(bench, "work_statement")
    text = said(paper)
    assert [row for table in paper.tables for row in table.rows][:2] == [("Pompe changée",), ("filtre nettoyé",)]
    fitted = next(row for table in paper.tables for row in table.rows if row[0] == "Pompe de vidange")
    assert fitted[1] == "reconditionnée" and fitted[2] == "1" and fitted[4]
    for words in ("1 h 25 min", "détartrer", "pas d'eau ici", "90,00"):
        assert words in text, words
    assert any("2027" in paragraph for paragraph in paper.paragraphs), "the guarantee on the repair"


def test_the_job_sheet_is_for_the_bench_and_keeps_the_secret(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING, secret=SECRET, condition="rayure", accessories="tuyau")
    asked = answer(bench, CheckStage.DIAGNOSIS, "faulty", "bruit sourd")
    need(bench.store, bench.order_id, part(bench.store))
    paper = document(bench, "job_sheet")
    text = said(paper)
    for words in ("ne vidange plus", "rayure", "tuyau", asked, "bruit sourd", "Pompe de vidange (PUMP-1)", "C0000"):
        assert words in text, words
    assert SECRET not in text and "Lefèvre" not in text
    assert "[  ]" in text, "room for what was not looked at yet"
    assert len(paper.signatures) == 3 and paper.number == bench.order.number


def test_what_goes_back_unrepaired_has_its_reason_and_its_state(bench: Bench) -> None:
    bench.reach(OrderState.RETURNED)
    (paper,) = [paper for paper in bench.rows(Paper) if paper.kind == "returned_unrepaired"]
    facts = dict(paper.content["facts"])
    assert "trop cher" in facts.values()
    assert facts["État du remontage"].startswith("remonté")
    bench.reach(OrderState.DIAGNOSING)
    bench.step("not_repairable", price="0")
    facts = dict(document(bench, "returned_unrepaired").facts)
    assert "pièce introuvable" in facts.values() and "[  ]" in facts["État du remontage"]


def test_an_order_offers_what_makes_sense_of_it(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    assert makeable(bench.order) == ("job_sheet", "relinquishment")
    repaired(bench)
    assert makeable(bench.order) == ("job_sheet", "work_statement", "return_receipt")
    bench.reach(OrderState.RETURNED)
    assert makeable(bench.order) == ("job_sheet", "returned_unrepaired")
    with pytest.raises(NotFound):
        document(bench, "supplier_order")


def test_the_same_words_once_more_are_a_duplicate_and_new_ones_are_not(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    bench.write(lambda session: print_order_paper(session, bench.order_id, "job_sheet", CLERK, SHOP).id)
    bench.wait(3600)
    bench.write(lambda session: print_order_paper(session, bench.order_id, "job_sheet", CLERK, SHOP).id)
    answer(bench, CheckStage.DIAGNOSIS, "faulty")
    bench.write(lambda session: print_order_paper(session, bench.order_id, "job_sheet", CLERK, SHOP).id)
    with bench.store.read() as session:
        assert len(papers_of(session, bench.order_id)) == 2
        chosen = select(PrintJob).where(col(PrintJob.paper_id).is_not(None)).order_by(col(PrintJob.id))
        assert [job.duplicate for job in session.exec(chosen)] == [False, True, False]


def test_a_shop_may_have_them_printed_by_the_step(bench: Bench) -> None:
    bench.reach(OrderState.DIAGNOSING)
    assert not {"job_sheet", "work_statement"} & {paper.kind for paper in bench.rows(Paper)}
    for kind in ("job_sheet", "work_statement"):
        bench.write(lambda session, kind=kind: keep_setting(session, f"reaction.{kind}", True))
    repaired(bench)
    printed = [paper.kind for paper in bench.rows(Paper) if paper.kind in ("job_sheet", "work_statement")]
    assert printed == ["job_sheet", "work_statement"]
