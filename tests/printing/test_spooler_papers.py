"""The spooler on other papers and printers: receipts on a roll or in a file, printers that tell their state."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from convisav_tui.printing import rendering, spooler, typesetting
from convisav_tui.printing.rendering import receipt_path
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import FakePrinter, Mood, StatusAgent, fake_printer, scanned, status_octets
from tests.printing.papers import LABEL, NUMBER, RECEIPT
from tests.printing.shop_with_printers import HASTY, Shop, brother


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
    assert scanned(rendering.picture_of("label", LABEL.as_content())) == [NUMBER]
    assert rendering.picture_of("label", LABEL.as_content(), narrow).size == (991, 306)
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
