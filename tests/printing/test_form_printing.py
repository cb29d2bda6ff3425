"""Filled PDF forms on paper: marked when printed again, their fields drawn where a printer takes pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from PIL.Image import Image
from pypdf import PdfReader, PdfWriter

from convisav_tui.config import PrinterConfig
from convisav_tui.errors import UsageError
from convisav_tui.printing.page_pictures import pages_of
from convisav_tui.shop.pdf_form_child import fill
from convisav_tui.shop.pdf_form_print_child import printed
from convisav_tui.shop.pdf_forms import form_language, printed_form
from convisav_tui.store.models import JobKind, JobState, Paper, PrintJob
from tests import pdf_forms
from tests.office_printer import OfficePrinter, draws, office_printer
from tests.printing.shop_with_printers import Shop
from tests.raster_reader import read_raster

CONTENT = {"kind": "check_form", "title": "Fiche", "number": "", "language": "fr"}
# Where the check box of the form is, in points from the left and from above, and where the mark.
TICKED, MARK = (225, 74), (535, 30)


@cache
def form(mark: bool = False) -> bytes:
    blank = pdf_forms.form(pdf_forms.text("client", "Client"), pdf_forms.text("remarque"), pdf_forms.box("joint"))
    filled = fill(blank, {"client": "Élodie Müller", "joint": "x"})
    return printed(filled, "DUPLICATA") if mark else filled


@pytest.fixture
def printer() -> Iterator[OfficePrinter]:
    with office_printer() as working:
        yield working


def add(shop: Shop, duplicate: bool) -> int:
    """A job about a paper whose filled form is kept."""
    job_id = shop.add(JobKind.PAPER, CONTENT, duplicate=duplicate)

    def keep(session) -> None:  # type: ignore[no-untyped-def]
        paper = Paper(kind="check_form", content=dict(CONTENT), dedupe_key=f"paper of {job_id}", pdf=form())
        paper.created_at = paper.rendered_at = shop.clock()
        session.add(paper)
        session.flush()
        session.get_one(PrintJob, job_id).paper_id = paper.id

    shop.store.write(keep)
    return job_id


def dark(page: Image, at: tuple[int, int], dpi: int) -> bool:
    """Whether it is black there."""
    return int(page.convert("L").getpixel((round(at[0] / 72 * dpi), round(at[1] / 72 * dpi)))) < 80  # type: ignore[arg-type]


def test_what_is_printed_again_is_marked_and_the_first_is_as_it_was_kept(
    open_shop: Callable[..., Shop], printer: OfficePrinter
) -> None:
    shop = open_shop(PrinterConfig("office", printer.address, "ipp", "any", ("A4",), ("paper",)))
    first, again = add(shop, False), add(shop, True)
    shop.print()
    assert [shop.state(job) for job in (first, again)] == [JobState.SENT] * 2
    assert printer.documents[0] == form()
    page = PdfReader(io.BytesIO(printer.documents[1])).pages[0]
    assert "DUPLICATA" in page.extract_text() and "Élodie Müller" in page.extract_text()
    assert PdfReader(io.BytesIO(printer.documents[1])).get_fields() is None


def test_a_printer_of_pictures_gets_the_fields_too(open_shop: Callable[..., Shop], printer: OfficePrinter) -> None:
    shop = open_shop(PrinterConfig("office", printer.address, "ipp", "any", ("A4",), ("paper",)))
    printer.formats, printer.more = ["image/pwg-raster"], [*draws(150)]
    for duplicate in (False, True):
        add(shop, duplicate)
    shop.print()
    pages = [read_raster(document)[0].image for document in printer.documents]
    assert [dark(page, TICKED, 150) for page in pages] == [True, True]
    assert [dark(page, (MARK[0], MARK[1] - 8), 150) for page in pages] == [False, True]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_mark_stands_upright_in_the_corner_of_a_turned_page(turn: int) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(form())))
    writer.pages[0].rotate(turn)
    stream = io.BytesIO()
    writer.write(stream)
    marked = printed(stream.getvalue(), "DUPLICATA")
    page = PdfReader(io.BytesIO(marked)).pages[0]
    wide, high = (842, 595) if turn % 180 else (595, 842)
    assert (round(page.mediabox.width), round(page.mediabox.height), page.rotation) == (wide, high, 0)
    drawn = next(pages_of(marked, (wide / 72 * 25.4, high / 72 * 25.4), 72, False))
    assert dark(drawn, (wide - 19, 20), 72)
    left, low = TICKED if turn in (0, 180) else (TICKED[1], TICKED[0])
    corners = {0: (left, low), 90: (wide - left, low), 180: (wide - left, high - low), 270: (left, high - low)}
    assert dark(drawn, corners[turn], 72)


def test_hidden_fields_stay_hidden_and_other_annotations_stay() -> None:
    hidden = printed(form().replace(b"/Subtype /Widget", b"/F 2 /Subtype /Widget"), "")
    assert "Élodie" not in PdfReader(io.BytesIO(hidden)).pages[0].extract_text()
    link = printed(form().replace(b"/Subtype /Widget", b"/Subtype /Link", 1), "")
    assert len(PdfReader(io.BytesIO(link)).pages[0]["/Annots"]) == 1  # type: ignore[arg-type]


def test_it_is_done_in_a_process_of_its_own_and_nonsense_ends_in_words() -> None:
    assert "DUPLICATA" in PdfReader(io.BytesIO(printed_form(form(), "DUPLICATA"))).pages[0].extract_text()
    with pytest.raises(UsageError, match="damaged"):
        printed_form(b"%PDF-1.7 nothing", "DUPLICATA")


@pytest.mark.parametrize(
    ("catalog", "language"),
    [
        ("/Lang (fr-FR)", "fr"),
        ("/Lang(RO)", "ro"),
        ("/Lang (\xfe\xff\0f\0r\0-\0F\0R)", "fr"),
        ("", ""),
        ("/Lang ()", ""),
        ("/Lang <6672>", "fr"),
        ("/Lang <66722>", ""),
    ],
)
def test_the_language_that_a_form_says_it_is_written_in(catalog: str, language: str) -> None:
    assert form_language(pdf_forms.form(pdf_forms.text("x"), catalog=catalog)) == language
