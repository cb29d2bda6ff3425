"""What the spooler writes down, and when: jobs called off, attempts, faults of the database, leases, no secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.errors import StoreError
from convisav_tui.printing import job_queue, line
from convisav_tui.store.models import JobState, PrintJob
from tests.fake_printer import FakePrinter, fake_printer
from tests.printing.papers import LABEL
from tests.printing.shop_with_printers import Shop, brother


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


# --- secrets ---


def test_no_unlock_code_can_reach_paper(shop: Shop, printer: FakePrinter) -> None:
    """Even a content that holds one by mistake: unknown keys are never drawn."""
    plain = shop.add(content=LABEL.as_content())
    secret = shop.add(content=LABEL.as_content() | {"secret": "4711-geheim", "customer": "Élodie", "unlock": "4711"})
    shop.print()
    assert shop.state(plain) is shop.state(secret) is JobState.SENT
    assert printer.jobs[0] == printer.jobs[1]
