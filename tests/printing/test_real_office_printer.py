"""A real ippeveprinter and a real CUPS queue print our papers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from convisav_tui import ticket_number
from convisav_tui.config import PrinterConfig
from convisav_tui.printing.ipp_line import IppLine
from convisav_tui.printing.line import Waits
from convisav_tui.printing.status import Condition
from convisav_tui.printing.transport import Unreachable
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import scanned
from tests.printing.papers import NUMBER
from tests.printing.shop_with_printers import Shop
from tests.raster_reader import read_raster
from tests.real_office_printer import RealOfficePrinter, missing
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def office() -> Iterator[RealOfficePrinter]:
    if missing():
        pytest.skip(missing())
    printer = RealOfficePrinter()
    try:
        printer.start()
        yield printer
    finally:
        printer.stop()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path)
    yield opened
    opened.store.close()


def prints_to(shop: Shop, address: str) -> None:
    from dataclasses import replace

    printer = PrinterConfig("office", address, "ipp", "any", ("A4",), ("paper", "receipt"))
    shop.spooler.config = replace(shop.config, printers=(printer,))


def printed(office: RealOfficePrinter, count: int) -> list[bytes]:
    wait_until(lambda: len(list(office.documents.iterdir())) >= count, 30.0, "the paper")
    return [path.read_bytes() for path in sorted(office.documents.iterdir(), key=lambda path: path.stat().st_mtime_ns)]


def test_ippeveprinter_gets_the_receipt_octet_by_octet(office: RealOfficePrinter, shop: Shop) -> None:
    prints_to(shop, office.holding_letter)
    job = shop.add(JobKind.RECEIPT)
    before = len(list(office.documents.iterdir()))
    shop.print()
    assert shop.state(job) is JobState.QUEUED and "paper of 216 × 279 mm" in shop.job(job).last_error
    prints_to(shop, office.address)
    shop.clock.forward(2)
    shop.print()
    assert shop.state(job) is JobState.SENT
    document = printed(office, before + 1)[-1]
    attempt = shop.tries(job)[-1]
    assert len(document) == attempt.bytes_sent
    assert ticket_number.show(NUMBER) in PdfReader(io.BytesIO(document)).pages[0].extract_text()


def test_cups_takes_the_receipt_and_passes_it_on(office: RealOfficePrinter, shop: Shop) -> None:
    office.start_queue()
    prints_to(shop, office.queue)
    before = len(list(office.documents.iterdir()))
    wait_until(lambda: office.state().condition is Condition.READY, 30.0, "an idle printer")  # type: ignore[union-attr]
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.SENT
    document = printed(office, before + 1)[-1]
    assert ticket_number.show(NUMBER) in PdfReader(io.BytesIO(document)).pages[0].extract_text()


def test_what_ippeveprinter_says_of_its_trays_and_toner_is_told(office: RealOfficePrinter, shop: Shop) -> None:
    """Without a word on how grave it is, and it goes on: it is told, and keeps nothing back."""
    (office.folder / "reasons").write_text("+media-empty,toner-low\n")
    prints_to(shop, office.address)
    wait_until(lambda: office.state().condition is Condition.READY, 30.0, "an idle printer")  # type: ignore[union-attr]
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    expected = {Condition.TRAY_EMPTY, Condition.TONER_LOW}
    wait_until(lambda: expected <= set(office.state().warnings), 10.0, "the warnings")  # type: ignore[union-attr]
    assert shop.state(job) is JobState.SENT


@pytest.mark.parametrize("format", ["image/pwg-raster", "image/urf"])
def test_ippeveprinter_without_pdf_gets_pages_as_pictures(
    office: RealOfficePrinter, shop: Shop, tmp_path: Path, format: str
) -> None:
    """Both make no copies by themselves, the second one draws at 600 dots an inch."""
    documents = tmp_path / "printed"
    address = office.start_printer(format, documents)
    copies, dpi = (1, 600) if format == "image/urf" else (2, 300)
    prints_to(shop, f"{address}?media=any")
    job = shop.add(JobKind.RECEIPT, copies=copies)
    shop.print()
    assert shop.state(job) is JobState.SENT, shop.job(job).last_error
    wait_until(lambda: list(documents.iterdir()), 30.0, "the paper")
    wait_until(lambda: office.state(address).condition is Condition.READY, 30.0, "the end")  # type: ignore[union-attr]
    [document] = [path.read_bytes() for path in documents.iterdir()]
    assert len(document) == shop.tries(job)[-1].bytes_sent
    pages = read_raster(document)
    assert len(pages) == copies and {page.dpi for page in pages} == {dpi}
    assert all(scanned(page.image.reduce(dpi // 300)) == [NUMBER] for page in pages)


def test_its_own_certificate_is_only_trusted_when_told_so(office: RealOfficePrinter) -> None:
    secure = office.holding_letter.replace("ipp://127.0.0.1", "ipps://localhost")
    with pytest.raises(Unreachable, match="certificate is not known here"):
        IppLine(secure, Waits()).look()
    assert IppLine(f"{secure}?certificate=any", Waits()).look().known
