"""kill -9 of the process that prints, at every moment that matters."""

from __future__ import annotations

import signal
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from convisav_tui import clock, ticket_number
from convisav_tui.store.models import JobState
from tests.fake_printer import Mood, fake_printer
from tests.printing.killed_worker import start
from tests.printing.shop_with_printers import Shop, brother
from tests.waiting import wait_until


def kill(worker: ForkServerProcess) -> None:
    """Not even a handler runs."""
    worker.kill()
    worker.join(10)
    assert worker.exitcode == -signal.SIGKILL


def test_a_label_that_was_leaving_is_not_printed_again(server_url: str, tmp_path: Path) -> None:
    with fake_printer(Mood.FULL) as printer:
        shop = Shop(tmp_path, brother(printer.address), server_url=server_url)
        shop.clock.now = clock.now()
        job = shop.add(copies=5)
        worker = start(shop.store.url, printer.address, shop.config.home)
        try:
            assert printer.reading.wait(30)
            wait_until(lambda: shop.state(job) is JobState.SENDING)
        finally:
            kill(worker)
        printer.mood = Mood.PRINT
        connections = printer.connections
        shop.clock.now = clock.now()
        shop.print()
        assert shop.state(job) is JobState.SENDING
        shop.clock.forward(50)
        for _time in range(3):
            shop.print()
        assert printer.connections == connections
    row = shop.job(job)
    assert row.state is JobState.NEEDS_ATTENTION
    assert row.last_error == (
        "The program stopped while it was printing. It may have come out: look before you print it again."
    )
    assert shop.outcomes(job) == ["unknown"]


@pytest.mark.parametrize("kills", [3])
def test_killed_again_and_again_no_label_is_lost_or_doubled(server_url: str, tmp_path: Path, kills: int) -> None:
    numbers = [ticket_number.make(2026, counter) for counter in range(1, 3 * kills + 1)]
    with fake_printer(Mood.SLOW) as printer:
        shop = Shop(tmp_path, brother(printer.address), server_url=server_url)
        shop.clock.now = clock.now()
        jobs = {number: shop.add_label(number) for number in numbers}
        for round_number in range(kills):
            before = printer.connections
            worker = start(shop.store.url, printer.address, shop.config.home)
            try:
                # One round is killed with the first connection, the next one with the second, within its bytes.
                wait_until(lambda seen=before + 1 + round_number % 2: printer.connections >= seen, 30)  # type: ignore[misc]
            finally:
                kill(worker)
            # The lease of the dead one is over, without waiting for it.
            shop.clock.now = clock.now()
            shop.clock.forward(50)
            shop.new_spooler()
            _recover(shop)
        printer.mood = Mood.PRINT
        shop.print(60)
        wait_until(lambda: all(shop.state(job) is not JobState.SENDING for job in jobs.values()))
        printed = _whole_pages(printer.jobs)
    states = {number: shop.state(job) for number, job in jobs.items()}
    assert set(states.values()) <= {JobState.SENT, JobState.NEEDS_ATTENTION}
    assert sum(state is JobState.NEEDS_ATTENTION for state in states.values()) <= kills
    assert len(printed) == len(set(printed)), "a label came out twice"
    assert {number for number, state in states.items() if state is JobState.SENT} <= set(printed)


def _recover(shop: Shop) -> None:
    from convisav_tui.printing import job_queue

    job_queue.recover(shop.store, shop.clock)


def _whole_pages(jobs: list[bytes]) -> list[str]:
    """The numbers on the pages that came out; a job torn by a kill has none, or one."""
    from convisav_tui.printing.brother_decoder import pages
    from tests.fake_printer import scanned

    numbers: list[str] = []
    for job in jobs:
        try:
            printed = pages(job)
        except (ValueError, IndexError):
            continue
        numbers += [text for page in printed for text in scanned(page.image)]
    return numbers
