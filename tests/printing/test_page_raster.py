"""Papers as pictures for printers that take no PDF, read back dot by dot."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter

from convisav_tui.config import PrinterConfig
from convisav_tui.printing.document_format import PDF, PWG, URF, Abilities, PageForm, page_form, takes_no_paper
from convisav_tui.printing.office_payload import office_payload
from convisav_tui.printing.page_pictures import NotDrawn, pages_of
from convisav_tui.printing.page_raster import encode, size_in_dots
from convisav_tui.printing.receipt import words_of
from convisav_tui.printing.receipt_pdf import receipt_pdf
from convisav_tui.printing.sizes import A4
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import scanned
from tests.office_printer import OfficePrinter, copies_up_to, draws, office_printer
from tests.printing.papers import NUMBER, RECEIPT
from tests.printing.shop_with_printers import Shop
from tests.raster_reader import read_raster

BOTH = frozenset(["sgray_8", "srgb_8"])
LONG, SHORT = "two-sided-long-edge", "two-sided-short-edge"


def noisy(width: int = 400, height: int = 600, mode: str = "L") -> Image.Image:
    """A picture with runs, dots that all differ, equal lines and a white rest, in which no corner is like another."""
    picture = Image.effect_noise((width, height), 90).convert(mode)
    picture.paste("white", (150, 0, width, height // 2))
    picture.paste("black", (0, 300, 40, height))
    return picture


@pytest.mark.parametrize(("format", "colour"), [(PWG, False), (PWG, True), (URF, False), (URF, True)])
def test_every_dot_comes_back(format: str, colour: bool) -> None:
    size_mm = (34, 51)
    width, height = size_in_dots(size_mm, 300)
    pictures = [noisy(width, height, "RGB" if colour else "L") for _page in range(2)]
    document = encode(iter(pictures), PageForm(format, 300, colour), size_mm, "om_small_34x51mm")
    pages = read_raster(document)
    assert [page.image.tobytes() for page in pages] == [picture.tobytes() for picture in pictures]
    assert {(page.dpi, page.sides, page.pages) for page in pages} == {(300, "one-sided", 2)}
    assert len(document) < 2 * width * height * (3 if colour else 1)
    if format == PWG:
        assert {(page.size, page.name) for page in pages} == {((96, 145), "om_small_34x51mm")}


@pytest.mark.parametrize(
    ("back", "sides", "transform"),
    [
        ("normal", LONG, (1, 1)),
        ("flipped", LONG, (1, -1)),
        ("flipped", SHORT, (-1, 1)),
        ("rotated", LONG, (-1, -1)),
        ("rotated", SHORT, (1, 1)),
        ("manual-tumble", LONG, (1, 1)),
        ("manual-tumble", SHORT, (-1, -1)),
        ("rotated", "one-sided", (1, 1)),
    ],
)
def test_the_back_of_a_sheet_is_turned_as_the_printer_wants_it(
    back: str, sides: str, transform: tuple[int, int]
) -> None:
    size_mm = (34, 51)
    picture = noisy(*size_in_dots(size_mm, 300))
    document = encode([picture, picture], PageForm(PWG, 300, False, sides, back), size_mm, "x")
    front, behind = read_raster(document)
    assert (front.transform, behind.transform) == ((1, 1), transform)
    assert {front.sides, behind.sides} == {sides} and front.image.tobytes() == picture.tobytes()
    turned = behind.image
    if transform[0] < 0:
        turned = turned.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if transform[1] < 0:
        turned = turned.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    assert turned.tobytes() == picture.tobytes()


def test_copies_that_the_printer_does_not_make_follow_each_other_each_on_a_front() -> None:
    picture = noisy(*size_in_dots((34, 51), 300))
    one = read_raster(encode([picture], PageForm(PWG, 300, repeated=True), (34, 51), "x", 3))
    assert len(one) == 3
    both = read_raster(encode([picture], PageForm(PWG, 300, False, LONG, repeated=True), (34, 51), "x", 2))
    assert [page.image.getextrema() == (255, 255) for page in both] == [False, True, False, True]


def test_pages_are_drawn_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next page is asked for only when the one before is packed."""
    alive = 0

    def pages() -> Iterator[Image.Image]:
        nonlocal alive
        for _page in range(3):
            alive += 1
            assert alive == 1
            yield noisy(100, 100)

    from convisav_tui.printing import page_raster

    real = page_raster._laid

    def laid(*arguments: object) -> Image.Image:
        nonlocal alive
        alive -= 1
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(page_raster, "_laid", laid)
    assert len(read_raster(encode(pages(), PageForm(PWG, 300), (34, 51), "x"))) == 3


@pytest.mark.parametrize(
    ("abilities", "expected"),
    [
        (Abilities(frozenset([PWG, URF]), pwg_resolutions=("600dpi", "300dpi")), PageForm(PWG, 300)),
        (Abilities(frozenset([PWG]), pwg_types=BOTH, colour=True), PageForm(PWG, 300, True)),
        (Abilities(frozenset([PWG]), pwg_types=BOTH), PageForm(PWG, 300)),
        (Abilities(frozenset([PWG]), pwg_types=frozenset(["srgb_8"])), PageForm(PWG, 300, True)),
        (Abilities(frozenset([PWG]), pwg_types=frozenset(["black_1"])), None),
        (Abilities(frozenset([PWG]), pwg_resolutions=("1200dpi", "600x300dpi")), None),
        (Abilities(frozenset([PWG, URF]), pwg_types=frozenset(["x"]), urf=("W8", "RS300-600")), PageForm(URF, 300)),
        (Abilities(frozenset([URF]), urf=("SRGB24", "RS600", "DM3"), sides=LONG),
         PageForm(URF, 600, True, LONG, "rotated")),
        (Abilities(frozenset(["image/jpeg"])), None),
    ],
)  # fmt: skip
def test_the_form_follows_from_what_the_printer_takes(abilities: Abilities, expected: PageForm | None) -> None:
    assert page_form(abilities) == expected
    assert takes_no_paper(abilities) == (expected is None)


def test_pages_are_drawn_whole_and_a_lying_one_is_turned() -> None:
    pdf = receipt_pdf(words_of(RECEIPT, False))
    writer = PdfWriter()
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    writer.add_page(page)
    writer.add_page(page).rotate(90)
    stream = io.BytesIO()
    writer.write(stream)
    upright, turned = pages_of(stream.getvalue(), (210, 297), 150, False)
    assert upright.size == turned.size == size_in_dots((210, 297), 150)
    assert scanned(upright) == scanned(turned) == [NUMBER]
    back = turned.transpose(Image.Transpose.ROTATE_180)
    assert min(_unlike(upright, turned), _unlike(upright, back)) < 3


def _unlike(one: Image.Image, other: Image.Image) -> float:
    return sum(level * count for level, count in enumerate(ImageChops.difference(one, other).histogram())) / (
        one.width * one.height
    )


def test_what_is_no_pdf_is_told_in_words() -> None:
    with pytest.raises(NotDrawn, match="cannot be drawn for the printer"):
        list(pages_of(b"nothing", (210, 297), 150, False))


def test_a_printer_of_pdf_gets_the_pdf() -> None:
    payload = office_payload(b"%PDF", "x", 2, A4, Abilities(frozenset([PDF, PWG])))
    assert (payload.octets, payload.format, payload.copies, payload.sides) == (b"%PDF", PDF, 2, "")


@pytest.fixture
def printer() -> Iterator[OfficePrinter]:
    with office_printer() as working:
        yield working


def test_the_job_says_format_copies_and_sides(open_shop: Callable[..., Shop], printer: OfficePrinter) -> None:
    shop = open_shop(PrinterConfig("office", printer.address, "ipp", "any", ("A4",), ("paper", "receipt")))
    printer.formats = [PWG]
    printer.more = [*draws(150, sides_default=LONG), copies_up_to(99)]
    job = shop.add(JobKind.RECEIPT, copies=2)
    shop.print()
    assert shop.state(job) is JobState.SENT
    [told], [document] = printer.jobs, printer.documents
    assert (told["document-format"], told["copies"], told["sides"]) == (PWG, "2", LONG)
    pages = read_raster(document)
    assert {page.sides for page in pages} == {LONG} and scanned(pages[0].image) == [NUMBER]
    assert len(document) == shop.tries(job)[-1].bytes_sent
