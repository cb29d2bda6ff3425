"""A principal's logo on the receipt: drawn where it can be, and never a reason for a paper not to come."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from convisav_tui.config import PrinterConfig
from convisav_tui.printing import rendering
from convisav_tui.printing.document_pdf import document_pdf
from convisav_tui.printing.media import MEDIA
from convisav_tui.printing.receipt import words_of
from convisav_tui.printing.receipt_roll import receipt_strip
from convisav_tui.printing.samples import sample_document
from tests.fake_printer import scanned
from tests.printing.papers import NUMBER, RECEIPT


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 30), "red").save(buffer, "PNG")
    return buffer.getvalue()


def receipt(logo: bytes) -> PdfReader:
    task = rendering.Task(1, "receipt", "", 1, RECEIPT.as_content(), duplicate=False)
    return PdfReader(io.BytesIO(rendering.file_of(task, logo)))


def test_a_logo_stands_on_the_receipt() -> None:
    assert len(receipt(picture()).pages[0].images) == 1
    assert len(receipt(b"").pages[0].images) == 0


@pytest.mark.parametrize("name", ["62", "54"])
def test_a_logo_stands_on_the_roll_and_the_barcode_is_read_all_the_same(name: str) -> None:
    words = words_of(RECEIPT)
    plain, headed = receipt_strip(words, MEDIA[name]), receipt_strip(words, MEDIA[name], picture())
    head = headed.height - plain.height
    assert 30 <= head <= 60, "as high as the picture, and a gap"
    assert headed.crop((0, 0, headed.width, head)).convert("L").point(lambda value: 255 - value).getbbox() is not None
    assert scanned(headed) == [NUMBER]
    below, was = headed.crop((0, head + 6, headed.width, headed.height)), plain.crop((0, 6, plain.width, plain.height))
    assert below.tobytes() == was.tobytes(), "the rest stands as it was"


def test_a_large_logo_is_drawn_smaller_and_a_broken_one_not_at_all() -> None:
    words = words_of(RECEIPT)
    buffer = io.BytesIO()
    Image.new("RGBA", (3000, 2000), (200, 0, 0, 128)).save(buffer, "PNG")
    plain = receipt_strip(words, MEDIA["62"])
    assert receipt_strip(words, MEDIA["62"], buffer.getvalue()).height <= plain.height + 200
    for broken in (picture()[:40], b"\x89PNG\r\n\x1a\n", b"GIF89a"):
        assert receipt_strip(words, MEDIA["62"], broken).tobytes() == plain.tobytes()


def test_a_receipt_printer_gets_the_logo_with_the_job() -> None:
    printer = PrinterConfig("counter", address="file:/tmp/none")
    task = rendering.Task(1, "receipt", "counter", 1, RECEIPT.as_content(), duplicate=False)
    assert rendering.raster(task, printer, MEDIA["62"], picture()) != rendering.raster(task, printer, MEDIA["62"])


def test_a_broken_picture_keeps_no_receipt_back() -> None:
    broken = receipt(picture()[:40])
    assert RECEIPT.customer.split()[0] in broken.pages[0].extract_text()


def test_a_broken_picture_keeps_no_other_paper_back_either() -> None:
    pdf = document_pdf(sample_document("return_receipt"), logo=picture()[:40])
    assert "26 0001234" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
