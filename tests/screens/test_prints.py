"""Printing: a paper once more in two actions, every job with its state, retry and cancel with their reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.config import PrinterConfig
from convisav_tui.screens.counter import Counter
from convisav_tui.store.engine import Store
from convisav_tui.store.models import JobState, PrintJob
from tests.screens.shop_bench import WATCH, ShopBench, add_waiting, assert_snapshot, counter_of, shown_number
from tests.waiting import wait_until


def jobs(store: Store) -> list[PrintJob]:
    with store.read() as session:
        return list(session.exec(select(PrintJob).order_by(col(PrintJob.id).desc())))


def set_job(store: Store, **values: object) -> PrintJob:
    """The newest job becomes like that."""

    def operation(session: Session) -> PrintJob:
        job = session.exec(select(PrintJob).order_by(col(PrintJob.id).desc())).first()
        assert job is not None
        for key, value in values.items():
            setattr(job, key, value)
        session.add(job)
        session.flush()
        return job

    return store.write(operation)


def add_jobs(store: Store, count: int) -> None:
    def operation(session: Session) -> None:
        template = session.exec(select(PrintJob)).first()
        assert template is not None
        for index in range(count):
            values = template.model_dump(exclude={"id", "dedupe_key"})
            session.add(PrintJob(**values, dedupe_key=f"more-{index}"))

    store.write(operation)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40)])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    set_job(shop, state=JobState.NEEDS_ATTENTION, last_error="the printer was switched off in the middle", attempts=3)
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    desk.open_order(WATCH)
    desk.press("f4", "down", "down")
    assert_snapshot(f"prints-{width}x{height}", desk.text())


@pytest.mark.parametrize(("downs", "kind"), [(0, "label"), (1, "receipt")])
def test_a_paper_once_more_is_two_actions_from_the_sheet(desk: ShopBench, downs: int, kind: str) -> None:
    desk.open_order(WATCH)
    before = len(jobs(desk.counter.store))
    desk.press("f4", *["down"] * downs, "enter")
    assert "sent to the printer" in desk.status
    newest = jobs(desk.counter.store)[0]
    assert len(jobs(desk.counter.store)) == before + 1
    assert (newest.order_id, newest.kind.value, newest.state) == (WATCH, kind, JobState.QUEUED)
    assert newest.duplicate is (kind == "label")  # the first receipt of this order is no duplicate


def test_from_the_board_it_is_the_order_under_the_cursor(desk: ShopBench) -> None:
    desk.press("down", "down", "f4")
    assert desk.body.count(shown_number(desk.counter.store, WATCH)) >= 2
    desk.press("enter")
    assert jobs(desk.counter.store)[0].order_id == WATCH


def test_without_an_order_only_the_jobs_are_there(desk: ShopBench) -> None:
    desk.command("8")
    desk.press("f4")
    assert "again" not in desk.body


@pytest.mark.parametrize(
    ("state", "offered", "not_offered"),
    [
        (JobState.NEEDS_ATTENTION, ("Print it once more", "Print it no more"), ()),
        (JobState.QUEUED, ("Try it now", "Print it no more"), ("Print it once more",)),
        (JobState.SENT, ("Print it once more",), ("Print it no more",)),
        (JobState.CANCELLED, ("Print it once more",), ("Print it no more",)),
    ],
)
def test_enter_offers_what_may_be_done(
    desk: ShopBench, state: JobState, offered: tuple[str, ...], not_offered: tuple[str, ...]
) -> None:
    set_job(desk.counter.store, state=state)
    desk.press("f4", "down", "down", "enter")
    for text in offered:
        assert text in desk.text()
    for text in not_offered:
        assert text not in desk.text()
    desk.press("escape")
    assert jobs(desk.counter.store)[0].state is state


def test_a_job_at_the_printer_is_left_alone(desk: ShopBench) -> None:
    set_job(desk.counter.store, state=JobState.SENDING)
    desk.press("f4", "down", "down", "enter")
    assert "This is at the printer now" in desk.status
    desk.press("delete")
    assert "This is already at the printer." in desk.status
    assert jobs(desk.counter.store)[0].state is JobState.SENDING


def test_retry_and_cancel_by_their_keys(desk: ShopBench) -> None:
    store = desk.counter.store
    set_job(store, state=JobState.NEEDS_ATTENTION, attempts=1, last_error="paper is out")
    desk.press("f4", "down", "down")
    assert "paper is out" in desk.body and "Look at the printer" in desk.body and "1 try" in desk.body
    desk.command("r")
    assert jobs(store)[0].state is JobState.QUEUED and jobs(store)[0].duplicate
    desk.command("x")
    assert jobs(store)[0].state is JobState.CANCELLED and "printed no more" in desk.status
    desk.command("r")
    assert jobs(store)[0].state is JobState.QUEUED
    desk.command("r")
    assert "This job is not waiting for anybody." in desk.status


def test_what_waits_for_its_next_try_is_tried_now(desk: ShopBench) -> None:
    set_job(desk.counter.store, state=JobState.QUEUED, attempts=2, not_before=now() + timedelta(minutes=5))
    desk.press("f4", "down", "down", "enter")
    desk.answer("1")
    newest = jobs(desk.counter.store)[0]
    assert (newest.state, newest.not_before) == (JobState.QUEUED, now()) and "sent to the printer" in desk.status


def test_a_printed_job_once_more_is_a_new_one(desk: ShopBench) -> None:
    before = jobs(desk.counter.store)
    desk.press("f4", "down", "down")
    desk.command("r")
    after = jobs(desk.counter.store)
    assert len(after) == len(before) + 1 and after[0].duplicate and after[1].state is JobState.SENT


def test_keys_on_a_paper_that_is_offered_say_so(desk: ShopBench) -> None:
    desk.press("f4")
    for key in ("r", "x"):
        desk.command(key)
        assert "Put the cursor on a paper that was asked for" in desk.status


@pytest.mark.parametrize("number_on_top", [True, False])
def test_many_jobs_can_be_paged_to_the_end_and_back(shop: Store, tmp_path: Path, number_on_top: bool) -> None:
    add_jobs(shop, 130)
    total = len(jobs(shop)) + (2 if number_on_top else 0)
    desk = ShopBench(counter_of(shop, tmp_path))
    if not number_on_top:
        desk.command("8")
    desk.press("f4")
    view = desk.desk.view

    def walk(key: str, at: Callable[[], object]) -> list[object]:
        seen: list[object] = []
        while at() not in seen:
            seen.append(at())
            desk.press(key)
            desk.elsewhere()
        return seen

    def current() -> object:
        record = view._list.current  # type: ignore[attr-defined]
        return record.identity if record is not None else None

    down = walk("down", current)
    assert len(down) == total == len(set(down))
    assert walk("up", current) == down[::-1]
    desk.press("end")
    assert current() == down[-1]
    desk.press("home")
    assert current() == down[0]
    desk.press("end", *["pageup"] * 15)
    assert current() == down[0]


def test_the_spooler_moves_a_job_on_under_the_cursor(desk: ShopBench) -> None:
    job = set_job(desk.counter.store, state=JobState.QUEUED)
    desk.press("f4", "down", "down")
    assert "waiting" in desk.under_cursor()
    desk.counter.store.write(
        lambda session: session.execute(sa.update(PrintJob).where(col(PrintJob.id) == job.id).values(state="sent"))
    )
    desk.elsewhere()
    assert "printed" in desk.under_cursor()


def test_a_shop_that_printed_nothing_says_so(shop: Store, tmp_path: Path) -> None:
    shop.write(lambda session: session.execute(sa.delete(PrintJob)))
    add_waiting(shop, 1)
    desk = ShopBench(counter_of(shop, tmp_path))
    desk.command("8")
    desk.press("f4")
    assert "Nothing was printed yet" in desk.body
    desk.press("enter", "down", "end")
    desk.command("r")
    assert desk.desk.view.name == "prints"


def with_printers(shop: Store, folder: Path, *printers: PrinterConfig) -> Counter:
    counter = counter_of(shop, folder)
    counter.config = replace(counter.config, printers=printers)
    return counter


def test_how_the_printers_are_stands_there_in_words_and_changes(shop: Store, tmp_path: Path) -> None:
    """One is off, one is out of paper, one is well: those that need somebody come first, and no key waits for any."""
    from convisav_tui.i18n import set_language
    from convisav_tui.screens import printer_watch
    from tests.fake_printer import free_port
    from tests.office_printer import office_printer
    from tests.talking_printers import receipt_printer

    with office_printer() as office, receipt_printer() as till:
        office.state, office.reasons = 5, ["media-empty-error"]
        counter = with_printers(
            shop,
            tmp_path,
            PrinterConfig("till", till.address, "escpos", "203dpi", ("80mm",), ("receipt",)),
            PrinterConfig("office", office.address, "ipp", "any", ("A4",), ("paper",)),
            PrinterConfig("labels", f"tcp://127.0.0.1:{free_port()}?snmp=off"),
        )
        desk = ShopBench(counter, 120, 30)
        desk.open_order(WATCH)
        desk.press("f4")
        assert "till: asked how it is…" in desk.text()

        def told(*sentences: str) -> bool:
            desk.pass_time(printer_watch.LOOK_SECONDS)
            return all(sentence in desk.text() for sentence in sentences)

        refused = "labels: The printer at 127.0.0.1"
        wait_until(lambda: told("office: The printer is out of paper", refused, "till: The printer is ready."), 20.0)
        text = desk.text()
        assert text.index("office:") < text.index("till:") and text.index("labels:") < text.index("till:")
        set_language("fr")
        office.state, office.reasons = 3, ["toner-low-warning"]
        view = desk.desk.views[-1] if hasattr(desk, "desk") else desk.views[-1]
        view._printers._asked_at = float("-inf")
        view.changed_elsewhere()
        wait_until(lambda: told("office: L'imprimante est prête. Il reste peu de toner"), 20.0)
