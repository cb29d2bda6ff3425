"""The size of the shop's paper: in what is set, in what is asked of printers, and in what they can take."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from convisav_tui.config import PrinterConfig, load
from convisav_tui.printing import shop_templates
from convisav_tui.printing.document_format import PWG
from convisav_tui.printing.page_pictures import pages_of
from convisav_tui.printing.present_state import Level, state_of
from convisav_tui.printing.samples import sample_pdf, sampled_kinds
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import scanned
from tests.office_printer import OfficePrinter, draws, office_printer
from tests.printing.papers import NUMBER
from tests.printing.shop_with_printers import Shop
from tests.raster_reader import read_raster

POINTS = {"A4": (595, 842), "A5": (420, 595), "Letter": (612, 792)}


@pytest.fixture(autouse=True)
def the_usual_again() -> Iterator[None]:
    yield
    shop_templates.use(None)


@pytest.fixture
def printer() -> Iterator[OfficePrinter]:
    with office_printer() as working:
        yield working


def size_of(pdf: bytes) -> tuple[int, int]:
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    return round(float(box.width)), round(float(box.height))


def config(printer: OfficePrinter, *media: str) -> PrinterConfig:
    return PrinterConfig("office", printer.address, "ipp", "any", media, ("paper", "receipt"))


@pytest.mark.parametrize("size", POINTS)
def test_every_paper_is_set_for_the_shops_size_but_faxes(size: str) -> None:
    shop_templates.use(None, size)
    for kind in sampled_kinds() if size == "A5" else ("quote", "intake_receipt", "fax"):
        assert size_of(sample_pdf(kind)) == POINTS["A4" if kind == "fax" else size], kind


def test_a_barcode_on_small_paper_is_read_and_no_word_leaves_the_page() -> None:
    shop_templates.use(None, "A5")
    for kind in ("intake_receipt", "job_sheet", "work_statement"):
        page = next(pages_of(sample_pdf(kind, "fr"), (148, 210), 200, False))
        assert len(scanned(page)) == 1, kind
        edges = [page.crop(box) for box in ((0, 0, 40, page.height), (page.width - 40, 0, page.width, page.height))]
        assert all(edge.getextrema() == (255, 255) for edge in edges), kind


def test_a_template_of_the_shop_is_told_the_size(tmp_path: Path) -> None:
    (tmp_path / "quote.typ").write_text('#import "base.typ": *\n#show: sheet\n#paper\n#title-bar()')
    shop_templates.use(tmp_path, "Letter")
    pdf = sample_pdf("quote")
    assert size_of(pdf) == POINTS["Letter"] and "us-letter" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("size", "ready", "asked"),
    [("A5", "iso_a5_148x210mm", "iso_a5_148x210mm"), ("Letter", "na_letter_8.5x11in", "na_letter_8.5x11in")],
)
def test_the_job_asks_for_that_paper(
    open_shop: Callable[..., Shop], printer: OfficePrinter, size: str, ready: str, asked: str
) -> None:
    shop_templates.use(None, size)
    shop = open_shop(config(printer, size))
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.QUEUED and f"this needs {size} paper" in shop.job(job).last_error
    printer.media = ["iso_a4_210x297mm", ready]
    shop.clock.forward(2)
    shop.print()
    assert shop.state(job) is JobState.SENT and printer.jobs[0]["media"] == asked
    assert size_of(printer.documents[0]) == POINTS[size]


def test_pictures_of_pages_have_the_dots_of_that_paper(open_shop: Callable[..., Shop], printer: OfficePrinter) -> None:
    shop_templates.use(None, "Letter")
    shop = open_shop(config(printer, "Letter"))
    printer.media, printer.formats, printer.more = ["na_letter_8.5x11in"], [PWG], [*draws(150)]
    shop.add(JobKind.RECEIPT)
    shop.print()
    [page] = read_raster(printer.documents[0])
    assert (page.image.size, page.size, page.name) == ((1275, 1650), (612, 792), "na_letter_8.5x11in")
    assert scanned(page.image) == [NUMBER]


def test_paper_that_the_printer_never_takes_is_found_before_anybody_prints(printer: OfficePrinter) -> None:
    printer.media = []
    printer.more = [(0x44, "media-supported", ["iso_a4_210x297mm", "na_letter_8.5x11in"])]
    state = state_of(config(printer, "A5"))
    assert state.level is Level.WARNING and state.sentence == "The printer takes no A5 paper: name other paper."
    assert state_of(config(printer, "A5", "A4")).level is Level.GOOD


def test_an_office_printer_holds_the_shops_paper_where_nothing_else_is_said(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    office = '[[printers]]\nname = "{}"\nkind = "ipp"\naddress = "ipp://h/ipp/print"\n'
    file.write_text(
        '[shop]\nname = "Atelier"\n[papers]\nsize = "A5"\n'
        + office.format("a")
        + office.format("b")
        + 'media = ["A4"]\n'
    )
    read = load(file, {})
    assert read.paper_size == "A5" and [printer.media for printer in read.printers] == [("A5",), ("A4",)]
