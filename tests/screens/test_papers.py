"""The papers of an order: printed as it is now, again as a duplicate, as a file; a broken template is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.i18n import set_language
from convisav_tui.printing.papers import render_due
from convisav_tui.shop.template_faults import TemplateFault, tell_faults
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Paper, PrintJob
from tests.screens.shop_bench import WATCH, ShopBench, assert_snapshot, counter_of

FAULT = TemplateFault("letter", "letter.typ", 12, "unknown variable: nothing")


def paper_jobs(desk: ShopBench) -> list[PrintJob]:
    with desk.counter.store.read() as session:
        return list(
            session.exec(select(PrintJob).where(col(PrintJob.paper_id).is_not(None)).order_by(col(PrintJob.id)))
        )


def open_papers(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.command("h")
    assert desk.desk.view.name == "papers", desk.text()


def test_a_job_sheet_is_printed_again_as_a_duplicate_and_written_as_a_file(desk: ShopBench, tmp_path: Path) -> None:
    open_papers(desk)
    before = len(paper_jobs(desk))
    desk.press("down", "down", "enter")
    assert "job sheet sent to the printer" in desk.status
    desk.command("x")
    assert "Print it first" in desk.status
    render_due(desk.counter.store, now())
    desk.elsewhere()
    with desk.counter.store.read() as session:
        paper = session.exec(select(Paper).where(Paper.kind == "job_sheet")).one()
    while "(now)" in desk.under_cursor():
        desk.press("down")
    desk.press("enter")
    assert [job.duplicate for job in paper_jobs(desk)[before:]] == [False, True]
    desk.command("x")
    assert "Written to" in desk.status
    (written,) = (tmp_path / "papers").glob("*.pdf")
    assert written.read_bytes() == paper.pdf


def test_the_label_and_the_receipt_are_there_too(desk: ShopBench) -> None:
    open_papers(desk)
    desk.press("enter")
    assert "label sent to the printer" in desk.status
    desk.press("down", "enter")
    assert "receipt sent to the printer" in desk.status


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_looks(language: str, size: tuple[int, int], shop: Store, tmp_path: Path) -> None:

    def prepare(session: Session) -> None:
        tell_faults(session, [FAULT])
        session.add(Paper(order_id=WATCH, kind="quote", file_name="q.pdf", dedupe_key="q", created_at=now(), pdf=b"x"))
        session.add(Paper(order_id=WATCH, kind="letter", dedupe_key="l", created_at=now(), last_error="…"))

    shop.write(prepare)
    try:
        set_language(language)
        desk = ShopBench(counter_of(shop, tmp_path), *size)
        set_language(language)
        open_papers(desk)
        assert_snapshot(f"papers-{language}-{size[0]}x{size[1]}", desk.text())
        desk.press("f4")
        assert "letter.typ" in desk.body
    finally:
        set_language("en")
