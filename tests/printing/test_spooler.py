"""The spooler: each label once, in order, whatever the printer does; what cannot be printed stops no other job."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from convisav_tui import ticket_number
from convisav_tui.printing import rendering
from convisav_tui.printing.spooler import Spooler, run_due
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import FakePrinter, Mood, fake_printer, free_port, scanned
from tests.printing.papers import NUMBER
from tests.printing.shop_with_printers import HASTY, PATIENT, Shop, brother
from tests.waiting import wait_until

NUMBERS = [ticket_number.make(2026, counter) for counter in range(1, 9)]
LATER = replace(PATIENT, stall=3.0, goodbye=3.0)
DOUBTFUL_MOODS = [Mood.HANG, Mood.FULL, Mood.RESET, Mood.CLOSE_EARLY, Mood.MUTE]


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    with fake_printer() as working:
        yield working


@pytest.fixture
def shop(server_url: str, tmp_path: Path, printer: FakePrinter) -> Iterator[Shop]:
    """Printing to a printer that works, from a file and from a server."""
    opened = Shop(tmp_path, brother(printer.address), server_url=server_url)
    yield opened
    opened.store.close()


def absent() -> str:
    return f"tcp://127.0.0.1:{free_port()}?snmp=off"


def test_a_label_is_printed_once_and_recorded(shop: Shop, printer: FakePrinter) -> None:
    job = shop.add()
    assert shop.print() == 1
    assert printer.numbers() == [NUMBER]
    row = shop.job(job)
    assert (row.state, row.attempts, row.last_error, row.lease_token) == (JobState.SENT, 1, "", "")
    assert row.sent_at == shop.clock()
    [attempt] = shop.tries(job)
    assert (attempt.outcome, attempt.bytes_sent) == ("sent", len(printer.jobs[0]))
    assert shop.print() == 0
    assert len(printer.jobs) == 1


def test_run_due_does_the_same(shop: Shop, printer: FakePrinter) -> None:
    shop.add()
    assert run_due(shop.store, shop.config, shop.clock()) == 1
    assert printer.numbers() == [NUMBER]


def test_copies_go_in_one_stream_each_cut_off(shop: Shop, printer: FakePrinter) -> None:
    shop.add(copies=3)
    shop.print()
    assert len(printer.jobs) == 1
    assert [page.cut for page in printer.printed()] == [True] * 3
    assert printer.numbers() == [NUMBER] * 3
    assert len({page.image.tobytes() for page in printer.printed()}) == 3


def test_order_is_kept(shop: Shop, printer: FakePrinter) -> None:
    for number in NUMBERS:
        shop.add_label(number)
    shop.print()
    assert printer.numbers() == NUMBERS


@pytest.mark.parametrize("media", ["29x90", "17x54", "12", "62x29"])
def test_the_configured_media_is_used(tmp_path: Path, printer: FakePrinter, media: str) -> None:
    shop = Shop(tmp_path, brother(printer.address, media=(media,)))
    shop.add()
    shop.print()
    [page] = printer.printed()
    assert page.media is not None and page.media.name == media
    assert scanned(page.image) == [NUMBER]


def test_an_absent_printer_loses_nothing_and_is_tried_again_with_patience(tmp_path: Path) -> None:
    shop = Shop(tmp_path, brother(absent()))
    jobs = [shop.add_label(number) for number in NUMBERS[:3]]
    waits = []
    for _time in range(6):
        shop.print()
        assert {shop.state(job) for job in jobs} == {JobState.QUEUED}
        wait = (shop.job(jobs[0]).not_before - shop.clock()).total_seconds()
        assert {shop.job(job).not_before for job in jobs} == {shop.job(jobs[0]).not_before}
        waits.append(wait)
        shop.clock.forward(wait - 0.5)
        assert shop.print() == 0
        shop.clock.forward(0.5)
    assert waits == [2, 5, 15, 60, 300, 300]
    assert "refuses connections" in shop.job(jobs[2]).last_error
    assert shop.outcomes(jobs[0]) == ["refused"] * 6
    assert shop.outcomes(jobs[1]) == []
    assert {shop.job(job).attempts for job in jobs} == {0}
    with fake_printer() as printer:
        shop.spooler.config = replace(shop.config, printers=(brother(printer.address),))
        shop.print()
        assert printer.numbers() == NUMBERS[:3]
    assert {shop.state(job) for job in jobs} == {JobState.SENT}
    assert {shop.job(job).last_error for job in jobs} == {""}


def test_a_new_label_tries_a_failed_printer_at_once_and_comes_after_the_older_ones(tmp_path: Path) -> None:
    shop = Shop(tmp_path, brother(absent()))
    shop.add_label(NUMBERS[0])
    shop.print()
    with fake_printer() as printer:
        shop.spooler.config = replace(shop.config, printers=(brother(printer.address),))
        assert shop.print() == 0
        shop.add_label(NUMBERS[1])
        assert shop.print() == 2
        assert printer.numbers() == NUMBERS[:2]


def test_a_printer_that_turns_us_away_before_any_byte_may_be_tried_again(tmp_path: Path) -> None:
    """Whether the reset is seen before or after the first bytes is a race: either way nothing prints twice."""
    with fake_printer(Mood.TURN_AWAY) as printer:
        shop = Shop(tmp_path, brother(printer.address))
        job = shop.add()
        shop.print()
    row = shop.job(job)
    left = sum(attempt.bytes_sent for attempt in shop.tries(job))
    assert row.state is (JobState.NEEDS_ATTENTION if left else JobState.QUEUED)


@pytest.mark.parametrize("mood", DOUBTFUL_MOODS, ids=lambda mood: mood.name.lower())
def test_once_bytes_left_nothing_is_sent_again_by_itself(tmp_path: Path, mood: Mood) -> None:
    with fake_printer(mood) as printer:
        shop = Shop(tmp_path, brother(printer.address), patience=HASTY)
        job = shop.add(copies=3)
        for _time in range(5):
            shop.print()
            shop.clock.forward(400)
        assert printer.connections == 1
        assert len(printer.jobs) <= 1
        printer.mood = Mood.PRINT
        shop.print()
        assert printer.connections == 1
    row = shop.job(job)
    assert row.state is JobState.NEEDS_ATTENTION
    assert row.last_error.endswith("It may have come out: look before you print it again.")
    assert row.attempts == 1
    [attempt] = shop.tries(job)
    assert attempt.outcome in ("interrupted", "unconfirmed")
    assert attempt.bytes_sent > 0


def test_a_slow_printer_prints(tmp_path: Path) -> None:
    with fake_printer(Mood.SLOW) as printer:
        shop = Shop(tmp_path, brother(printer.address))
        job = shop.add()
        shop.print()
        assert printer.numbers() == [NUMBER]
    assert shop.state(job) is JobState.SENT


def test_a_hanging_printer_does_not_eat_the_whole_queue(tmp_path: Path) -> None:
    with fake_printer(Mood.HANG) as printer:
        shop = Shop(tmp_path, brother(printer.address), patience=HASTY)
        jobs = [shop.add_label(number) for number in NUMBERS]
        shop.print()
        states = [shop.state(job) for job in jobs]
        assert states == [JobState.NEEDS_ATTENTION] + [JobState.QUEUED] * 7
        printer.mood = Mood.PRINT
        shop.clock.forward(3)
        shop.patience = PATIENT
        shop.spooler = shop.new_spooler()
        shop.print()
        assert printer.numbers() == NUMBERS[1:]


def test_a_dead_printer_delays_no_other(tmp_path: Path) -> None:
    with fake_printer(Mood.HANG) as dead, fake_printer() as working:
        shop = Shop(tmp_path, brother(dead.address, "bench"), brother(working.address, "counter"), patience=LATER)
        stuck = shop.add(printer="bench")
        shop.spooler.dispatch()
        assert dead.reading.wait(5)
        job = shop.add_label(NUMBERS[1], printer="counter")
        shop.spooler.dispatch()
        wait_until(lambda: shop.state(job) is JobState.SENT)
        assert shop.state(stuck) is JobState.SENDING
        assert shop.spooler.wait(20)
    assert shop.state(stuck) is JobState.NEEDS_ATTENTION


def test_a_printer_gets_one_job_at_a_time(tmp_path: Path) -> None:
    with fake_printer(Mood.SLOW) as printer:
        shop = Shop(tmp_path, brother(printer.address))
        for number in NUMBERS[:3]:
            shop.add_label(number)
        shop.spooler.dispatch()
        assert printer.reading.wait(5)
        assert shop.spooler.dispatch() == 0
        assert shop.new_spooler().dispatch() >= 0
        assert printer.connections <= 2
        assert shop.spooler.wait(20)
        shop.print()
        assert sorted(printer.numbers()) == sorted(NUMBERS[:3])


def test_two_spoolers_print_nothing_twice(shop: Shop, printer: FakePrinter) -> None:
    jobs = [shop.add_label(number) for number in NUMBERS]
    both = [shop.new_spooler() for _one in range(2)]
    gate = threading.Barrier(2)

    def run(one: Spooler) -> None:
        gate.wait()
        one.dispatch()
        one.wait()

    threads = [threading.Thread(target=run, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shop.print()
    assert sorted(printer.numbers()) == NUMBERS
    assert {shop.state(job) for job in jobs} == {JobState.SENT}


def test_without_a_label_printer_labels_wait_and_say_what_to_configure(tmp_path: Path, printer: FakePrinter) -> None:
    shop = Shop(tmp_path, brother(printer.address, roles=("receipt",)))
    job, named = shop.add(), shop.add(printer="attic")
    shop.print()
    assert shop.state(job) is shop.state(named) is JobState.QUEUED
    assert "role “label”" in shop.job(job).last_error
    assert "“attic” is not in the configuration" in shop.job(named).last_error
    assert shop.tries(job) == []
    shop.spooler.config = replace(shop.config, printers=(brother(printer.address),))
    shop.print()
    assert shop.state(job) is JobState.SENT


def test_media_that_cannot_hold_the_barcode_ask_for_a_person_at_once(tmp_path: Path, printer: FakePrinter) -> None:
    shop = Shop(tmp_path, brother(printer.address, media=("23x23",)))
    job = shop.add()
    shop.print()
    row = shop.job(job)
    assert (row.state, row.attempts) == (JobState.NEEDS_ATTENTION, 0)
    assert row.last_error.startswith("A barcode that scanners read needs 28 mm here, and this label has 17 mm.")
    assert printer.connections == 0


@pytest.mark.parametrize(
    "content", [{}, {"number": "abc"}, {"number": 12}, {"number": NUMBER[:-1] + "0"}, {"number": NUMBER}]
)
def test_a_job_that_cannot_be_rendered_does_not_stop_the_others(
    shop: Shop, printer: FakePrinter, content: dict[str, object]
) -> None:
    broken = shop.add(JobKind.RECEIPT, content)
    good = shop.add()
    shop.print()
    assert shop.state(broken) is JobState.NEEDS_ATTENTION
    assert "cannot be printed" in shop.job(broken).last_error
    assert shop.state(good) is JobState.SENT


def test_a_fault_of_our_own_stops_one_job_only(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, good = shop.add(), shop.add_label(NUMBERS[1])
    real = rendering.raster

    def fail_once(task: rendering.Task, *rest: object) -> bytes:
        if task.job_id == broken:
            raise ZeroDivisionError
        return real(task, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "raster", fail_once)
    shop.print()
    assert shop.state(broken) is JobState.NEEDS_ATTENTION
    assert shop.job(broken).last_error == "This job cannot be prepared: ZeroDivisionError."
    assert shop.state(good) is JobState.SENT


def test_closing_lets_the_job_at_the_printer_end_and_begins_no_other(tmp_path: Path) -> None:
    with fake_printer(Mood.SLOW) as printer:
        shop = Shop(tmp_path, brother(printer.address))
        first, second = shop.add_label(NUMBERS[0]), shop.add_label(NUMBERS[1])
        shop.spooler.dispatch()
        assert printer.reading.wait(5)
        assert shop.spooler.close(20)
        assert (shop.state(first), shop.state(second)) == (JobState.SENT, JobState.QUEUED)
        assert shop.spooler.dispatch() == 0
