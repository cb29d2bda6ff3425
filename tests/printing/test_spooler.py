from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from convisav_tui import ticket_number
from convisav_tui.errors import StoreError
from convisav_tui.printing import job_queue, line, rendering, spooler, typesetting
from convisav_tui.printing.rendering import receipt_path
from convisav_tui.printing.spooler import Spooler, run_due
from convisav_tui.store.models import JobKind, JobState, PrintJob
from tests.fake_printer import FakePrinter, Mood, StatusAgent, fake_printer, free_port, scanned, status_octets
from tests.printing.papers import NUMBER, RECEIPT
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


def test_a_job_called_off_while_it_waits_is_not_printed(shop: Shop, printer: FakePrinter) -> None:
    job = shop.add()

    def cancel(session) -> None:  # type: ignore[no-untyped-def]
        session.get_one(PrintJob, job).state = JobState.CANCELLED

    shop.store.write(cancel)
    shop.print()
    assert printer.jobs == []


def test_a_job_called_off_at_the_last_moment_is_not_printed(
    shop: Shop, printer: FakePrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between rendering and claiming somebody cancels: the connection is there, but not a byte leaves."""
    job = shop.add()
    real = line.connect

    def cancel_then_connect(*arguments: object) -> object:
        def cancel(session) -> None:  # type: ignore[no-untyped-def]
            session.get_one(PrintJob, job).state = JobState.CANCELLED

        shop.store.write(cancel)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(line, "connect", cancel_then_connect)
    shop.print()
    assert printer.jobs in ([], [b""])
    assert shop.tries(job) == []


def test_the_attempt_is_on_disk_before_the_first_byte_leaves(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    job = shop.add()
    seen: list[tuple[JobState, int, bool]] = []
    real = line.deliver

    def look(*arguments: object) -> object:
        [attempt] = shop.tries(job)
        seen.append((shop.state(job), shop.job(job).attempts, attempt.finished_at is None))
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(line, "deliver", look)
    shop.print()
    assert seen == [(JobState.SENDING, 1, True)]


def test_a_database_that_fails_after_sending_never_leads_to_a_second_label(
    shop: Shop, printer: FakePrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = shop.add()

    def full(*_arguments: object) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(job_queue, "close", full)
        shop.print()
    assert shop.state(job) is JobState.SENDING
    shop.clock.forward(46)
    shop.print()
    assert shop.state(job) is JobState.NEEDS_ATTENTION
    assert shop.job(job).last_error.startswith("The program stopped while it was printing.")
    assert shop.outcomes(job) == ["unknown"]
    assert len(printer.jobs) == 1


def test_a_sender_whose_lease_ran_out_changes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    job = shop.add()
    real = line.deliver

    def sleep_over(*arguments: object) -> object:
        shop.clock.forward(100)
        shop.new_spooler().dispatch()
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(line, "deliver", sleep_over)
    shop.print()
    assert shop.state(job) is JobState.NEEDS_ATTENTION
    assert shop.outcomes(job) == ["unknown"]


# --- receipts ---


def test_a_receipt_goes_to_the_roll_when_there_is_one(shop: Shop, printer: FakePrinter) -> None:
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    [page] = printer.printed()
    assert page.image.height > 1000
    assert scanned(page.image) == [NUMBER]
    assert shop.state(job) is JobState.SENT
    assert not receipt_path(shop.config.home, NUMBER, job).exists()


def test_a_receipt_becomes_a_file_where_there_is_no_roll(tmp_path: Path, printer: FakePrinter) -> None:
    shop = Shop(tmp_path, brother(printer.address, media=("29x90",)))
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    path = receipt_path(shop.config.home, NUMBER, job)
    assert path == tmp_path / "papers" / f"{NUMBER}-{job}.pdf"
    text = PdfReader(io.BytesIO(path.read_bytes())).pages[0].extract_text()
    assert RECEIPT.customer in text
    assert shop.state(job) is JobState.SENT
    [attempt] = shop.tries(job)
    assert (attempt.outcome, attempt.detail) == ("filed", f"papers/{NUMBER}-{job}.pdf")
    assert printer.connections == 0
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_a_job_can_be_looked_at_as_its_printer_would_print_it(printer: FakePrinter) -> None:
    wide, narrow = brother(printer.address), brother(printer.address, media=("29x90",))
    assert scanned(rendering.picture_of("label", shop_content())) == [NUMBER]
    assert rendering.picture_of("label", shop_content(), narrow).size == (991, 306)
    assert rendering.picture_of("receipt", RECEIPT.as_content(), wide).width == 696


def test_a_full_disk_puts_the_file_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tmp_path)
    job = shop.add(JobKind.RECEIPT)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(spooler, "write_whole", full)
        shop.print()
    assert shop.state(job) is JobState.QUEUED
    assert "No space left on device" in shop.job(job).last_error
    shop.clock.forward(2)
    shop.print()
    assert shop.state(job) is JobState.SENT


def test_a_broken_template_asks_for_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tmp_path)
    broken = tmp_path / "intake_receipt.typ"
    broken.write_text("#nothing")
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path)
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.NEEDS_ATTENTION
    assert "unknown variable" in shop.job(job).last_error


# --- printers that tell their state ---


@pytest.fixture
def agent() -> Iterator[StatusAgent]:
    answering = StatusAgent(status_octets())
    yield answering
    answering.close()


def telling(printer: FakePrinter, agent: StatusAgent, *media: str) -> object:
    return brother(f"tcp://127.0.0.1:{printer.port}?snmp={agent.port}", media=media or ("62",))


@pytest.mark.parametrize(
    ("octets", "word"),
    [
        (status_octets(width=0, kind=0, error_1=1), "No roll"),
        (status_octets(error_2=0x10), "cover is open"),
        (status_octets(width=29, length=90), "change the roll"),
    ],
)
def test_a_printer_that_is_not_ready_is_sent_nothing_until_it_is(
    tmp_path: Path, printer: FakePrinter, agent: StatusAgent, octets: bytes, word: str
) -> None:
    shop = Shop(tmp_path, telling(printer, agent))  # type: ignore[arg-type]
    agent.octets = octets
    job = shop.add()
    shop.print()
    assert shop.state(job) is JobState.QUEUED
    assert word in shop.job(job).last_error
    assert printer.connections == 0
    agent.octets = status_octets()
    shop.clock.forward(2)
    shop.print()
    assert shop.state(job) is JobState.SENT
    assert printer.numbers() == [NUMBER]


def test_the_roll_that_is_loaded_is_used(tmp_path: Path, printer: FakePrinter, agent: StatusAgent) -> None:
    shop = Shop(tmp_path, telling(printer, agent, "62", "29x90"))  # type: ignore[arg-type]
    agent.octets = status_octets(width=29, length=90)
    label, receipt = shop.add(), shop.add(JobKind.RECEIPT)
    shop.print()
    [page] = printer.printed()
    assert page.media is not None and page.media.name == "29x90"
    assert shop.state(label) is JobState.SENT
    assert shop.state(receipt) is JobState.QUEUED
    assert "this needs the 62 mm roll" in shop.job(receipt).last_error


def test_a_roll_that_ends_within_the_job_asks_for_a_person(
    tmp_path: Path, printer: FakePrinter, agent: StatusAgent
) -> None:
    shop = Shop(tmp_path, telling(printer, agent))  # type: ignore[arg-type]
    agent.later = [status_octets(phase=1), status_octets(error_1=2)]
    job = shop.add(copies=3)
    shop.print()
    row = shop.job(job)
    assert row.state is JobState.NEEDS_ATTENTION
    assert row.last_error == (
        "The roll is at its end: load a new one. It may have come out: look before you print it again."
    )
    shop.print()
    assert len(printer.jobs) == 1


def test_a_printer_that_keeps_the_line_open_but_is_ready_again_has_printed(tmp_path: Path, agent: StatusAgent) -> None:
    with fake_printer(Mood.MUTE) as printer:
        shop = Shop(tmp_path, telling(printer, agent), patience=HASTY)  # type: ignore[arg-type]
        job = shop.add()
        shop.print()
        assert shop.state(job) is JobState.SENT
        assert printer.numbers() == [NUMBER]


# --- secrets ---


def test_no_unlock_code_can_reach_paper(shop: Shop, printer: FakePrinter) -> None:
    """Even a content that holds one by mistake: unknown keys are never drawn."""
    plain = shop.add(content=shop_content())
    secret = shop.add(content=shop_content() | {"secret": "4711-geheim", "customer": "Élodie", "unlock": "4711"})
    shop.print()
    assert shop.state(plain) is shop.state(secret) is JobState.SENT
    assert printer.jobs[0] == printer.jobs[1]


def shop_content() -> dict[str, object]:
    from tests.printing.papers import LABEL

    return dict(LABEL.as_content())


def test_closing_lets_the_job_at_the_printer_end_and_begins_no_other(tmp_path: Path) -> None:
    with fake_printer(Mood.SLOW) as printer:
        shop = Shop(tmp_path, brother(printer.address))
        first, second = shop.add_label(NUMBERS[0]), shop.add_label(NUMBERS[1])
        shop.spooler.dispatch()
        assert printer.reading.wait(5)
        assert shop.spooler.close(20)
        assert (shop.state(first), shop.state(second)) == (JobState.SENT, JobState.QUEUED)
        assert shop.spooler.dispatch() == 0
