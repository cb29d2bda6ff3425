"""A principal's logo on the receipt: drawn where it can be, and never a reason for a paper not to come."""

from __future__ import annotations

import io

from PIL import Image
from pypdf import PdfReader

from convisav_tui.printing import rendering
from convisav_tui.printing.document_pdf import document_pdf
from convisav_tui.printing.samples import sample_document
from tests.printing.papers import RECEIPT


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


def test_a_broken_picture_keeps_no_receipt_back() -> None:
    broken = receipt(picture()[:40])
    assert RECEIPT.customer.split()[0] in broken.pages[0].extract_text()


def test_a_broken_picture_keeps_no_other_paper_back_either() -> None:
    pdf = document_pdf(sample_document("return_receipt"), logo=picture()[:40])
    assert "26 0001234" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
