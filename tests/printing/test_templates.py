"""Each kind of paper: read back as text, by a scanner and as an archive; whatever people type stays text in it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from convisav_tui.i18n import LANGUAGES
from convisav_tui.printing.document_pdf import document_pdf
from convisav_tui.printing.receipt import words_of
from convisav_tui.printing.receipt_pdf import receipt_pdf
from convisav_tui.printing.samples import (
    NUMBER,
    RECEIPT,
    sample_document,
    sample_pdf,
    sample_receipt,
    sample_words,
    sampled_kinds,
)
from convisav_tui.printing.typesetting import typeset
from convisav_tui.shop.document import Document, Table
from convisav_tui.text import clean_line
from convisav_tui.words import PAPERS
from tests.fake_printer import scanned
from tests.security.hostile import HOSTILE

KINDS = sampled_kinds()
WITHOUT_BARCODE = ("fax",)
RTL = "שלום مرحبا"
LONG = ("[bold]Ça & là[/] #import \"x\": y $x^2$ 'q' \\ @ref <lab> " * 70)[:3000]


def in_turn(kind: str) -> str:
    """Another language from one kind to the next, so that all are seen and few are set."""
    return LANGUAGES[KINDS.index(kind) % len(LANGUAGES)]


def squeezed(text: str) -> str:
    return "".join(text.split())


def in_ascii(text: str) -> str:
    return "".join(c for c in squeezed(text) if c.isascii() and c.isprintable())


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def embedded(font: DictionaryObject) -> bool:
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font  # type: ignore[index]
    return any(name in inner["/FontDescriptor"] for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def is_archive(reader: PdfReader) -> None:
    """What PDF/A-3b asks for and a reader can see without a validator."""
    root = reader.trailer["/Root"]
    said = root["/Metadata"].get_object().get_data().decode()  # type: ignore[index]
    assert re.search(r"pdfaid:part(>|=\")3", said) and re.search(r"pdfaid:conformance(>|=\")B", said)
    (intent,) = root["/OutputIntents"]  # type: ignore[index]
    assert intent.get_object()["/S"] == "/GTS_PDFA1" and "/DestOutputProfile" in intent.get_object()
    assert "/ID" in reader.trailer and not reader.is_encrypted
    assert "/JavaScript" not in root.get("/Names", {}) and "/AA" not in root  # type: ignore[attr-defined]
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts and all(embedded(font) for font in fonts)
    for page in reader.pages:
        for image in page["/Resources"].get("/XObject", {}).values():  # type: ignore[index]
            assert image.get_object().get("/Interpolate") is not True


def test_every_kind_that_is_made_has_a_template_and_a_word() -> None:
    assert set(KINDS) - {"document"} <= set(PAPERS)
    assert {"quote", "job_sheet", "work_statement", "repair_information_form", "supplier_order", RECEIPT} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_can_be_read_scanned_and_kept(kind: str) -> None:
    language = in_turn(kind)
    words, pdf = sample_words(kind, language), sample_pdf(kind, language)
    reader = PdfReader(io.BytesIO(pdf))
    is_archive(reader)
    assert str(reader.trailer["/Root"].get("/Lang", "")) == language  # type: ignore[attr-defined]
    text = squeezed(text_of(pdf))
    assert squeezed(str(words["title"])) in text and squeezed("26 0001234 9"[:10]) in text
    for value in ("Brunelle WB 320",) if kind in ("job_sheet", "quote", "return_receipt", RECEIPT) else ():
        assert squeezed(value) in text
    png = typeset(kind, words, "png", 110)
    with Image.open(io.BytesIO(png)) as page:
        assert scanned(page) == ([] if kind in WITHOUT_BARCODE else [NUMBER])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != RECEIPT])
def test_whatever_people_type_stays_text(kind: str) -> None:
    nasty = tuple(text for name, text in HOSTILE.items() if name != "long")
    rows = tuple((f"«{place}»", text) for place, text in enumerate(nasty))
    document = replace(
        sample_document(kind, in_turn(kind)),
        title=nasty[0],
        dated=nasty[6],
        sender=(nasty[6], *nasty[:2]),
        addressee=nasty[3:6],
        facts=(('#eval("6*7")', LONG), (RTL, RTL)),
        tables=(Table(("N", '#read("/etc/passwd")'), rows),),
        paragraphs=(nasty[6], RTL, "日本 🙂 \ue000 \u0378"),
        signatures=(nasty[6],),
        footer=(nasty[6],),
    )
    pdf = document_pdf(document)
    text = in_ascii(text_of(pdf))
    is_archive(PdfReader(io.BytesIO(pdf)))
    assert text.count(in_ascii(LONG)[:60]) >= 1 and in_ascii(LONG)[-200:-120] in text
    for place, wrong in enumerate(nasty):
        wanted = in_ascii(clean_line(wrong))[:24]
        assert wanted in text, (place, wanted)
    assert "root:" not in text and '#eval("6*7")' in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_people_type_stays_text_on_a_receipt(language: str) -> None:
    paper = replace(sample_receipt(language), fault=LONG, customer=HOSTILE["typst"], terms=f"{RTL}\n日本 🙂")
    pdf = receipt_pdf(words_of(paper))
    text = in_ascii(text_of(pdf))
    is_archive(PdfReader(io.BytesIO(pdf)))
    assert in_ascii(LONG)[-200:-120] in text and in_ascii(HOSTILE["typst"])[:40] in text


def test_sums_stand_to_the_right_and_numbers_do_not_break() -> None:
    columns = ("N", "Appareil", "Prix", "Taux", "Pièces", "Jour")
    rows = (("26 0001234 9", "a", "1 234,50 €", "20 %", "1,5", "21/11/2026"), ("", "b", "—", "", "12", "22/11/2026"))
    document = Document("quote", "Devis", "fr", tables=(Table(columns, rows),))
    from convisav_tui.printing.document_pdf import words_of_document

    (table,) = words_of_document(document)["tables"]  # type: ignore[misc, union-attr]
    assert table["right"] == [False, False, True, True, True, False]  # type: ignore[call-overload, index]
    assert table["rows"][0][0] == "26\u00a00001234\u00a09"  # type: ignore[call-overload, index]
