from __future__ import annotations

import io
import json
import os
from dataclasses import fields, replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from convisav_tui.printing import brother, brother_decoder, receipt, receipt_pdf, typesetting
from convisav_tui.printing.media import MEDIA, MediaRefused
from convisav_tui.printing.receipt import words_of
from convisav_tui.printing.receipt_pdf import NotSet, receipt_png, write_whole
from convisav_tui.printing.receipt_roll import receipt_strip, suits
from convisav_tui.shop.paper import ReceiptPaper
from tests.fake_printer import scanned
from tests.printing.papers import LONG_FAULT, NASTY_NAME, NASTY_RECEIPT, NUMBER, RECEIPT


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_value_of_a_receipt_paper_is_printed() -> None:
    """Whoever adds a fact to the paper must give it a caption here."""
    marked = {field.name: f"«{field.name}»" for field in fields(ReceiptPaper)}
    paper = ReceiptPaper(**marked | {"number": NUMBER, "comeback_of": NUMBER, "language": "en"})
    printed = json.dumps(vars(words_of(paper)), default=vars, ensure_ascii=False)
    missing = [name for name, mark in marked.items() if mark.casefold() not in printed.casefold()]
    assert set(missing) <= {"number", "comeback_of", "language"}
    assert "26 0001234" in printed


@pytest.mark.parametrize("language", ["fr", "en", "ro"])
def test_the_pdf_can_be_read_and_scanned(language: str) -> None:
    words = words_of(replace(RECEIPT, language=language))
    text = squeezed(text_of(receipt_pdf.receipt_pdf(words)))
    for piece in (
        "26 0001234", "Élodie Müller-Łukasiewicz", "12 rue des Écoles", "Miele WCD320", "Fuite légère à l'avant.",
        "Acompte: 30,00 € (carte)", "pièces jusqu'au 12/03/2027, main-d'œuvre échue", "Loi du 31 décembre 1903.",
        "150,00 €", "SIREN 123 456 789", "21/11/2026 14:33",
    ):  # fmt: skip
        assert squeezed(piece) in text
    with Image.open(io.BytesIO(receipt_png(words))) as page:
        assert scanned(page) == [NUMBER]


def test_captions_come_in_the_language_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt, "translate", lambda message, code: f"{code}:{message}")
    words = words_of(replace(RECEIPT, language="ro"), duplicate=True)
    captions = [fact.caption for fact in [*words.customer, *words.device, *words.agreed]]
    assert all(
        text.startswith("ro:") for text in [*captions, words.title, words.signature, words.duplicate, words.paid]
    )


def test_what_people_typed_stays_text_in_the_pdf() -> None:
    words = words_of(NASTY_RECEIPT)
    pdf = receipt_pdf.receipt_pdf(words)
    text = squeezed(text_of(pdf))
    assert squeezed(NASTY_NAME) in text
    assert text.count("#letx=1$y$*gras*`code`\\[/]{name}%s") >= LONG_FAULT.count("%s") - 2
    assert len(PdfReader(io.BytesIO(pdf)).pages) >= 2
    with Image.open(io.BytesIO(receipt_png(words))) as page:
        assert scanned(page) == [NUMBER]


def test_a_word_without_end_stays_on_the_page() -> None:
    words = words_of(replace(RECEIPT, fault="X" * 3000, customer="Y" * 200, serial="Z" * 60))
    pdf = receipt_pdf.receipt_pdf(words)
    text = text_of(pdf)
    assert text.count("X") == 3000
    assert text.count("Y") == 200
    with Image.open(io.BytesIO(receipt_png(words, 72))) as page:
        right_margin = page.convert("L").crop((page.width - 40, 0, page.width, page.height))
        assert right_margin.getextrema()[0] > 250
    assert scanned(receipt_strip(words, MEDIA["62"])) == [NUMBER]


def test_our_fonts_are_embedded_and_no_others() -> None:
    pdf = receipt_pdf.receipt_pdf(words_of(RECEIPT))
    used = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in PdfReader(io.BytesIO(pdf)).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert used == {"DejaVuSans", "DejaVuSans-Bold"}


def test_a_template_that_cannot_be_set_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "intake_receipt.typ"
    broken.write_text("#let x = \n#nothing")
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path)
    with pytest.raises(NotSet, match="The document cannot be set"):
        receipt_pdf.receipt_pdf(words_of(RECEIPT))


def test_the_receipt_on_a_roll_survives_the_printer_and_is_scanned() -> None:
    media = MEDIA["62"]
    strip = receipt_strip(words_of(RECEIPT, duplicate=True, copy="1/2"), media)
    assert strip.width == media.width
    [page] = brother_decoder.pages(brother.encode([strip], "QL-820NWB", media))
    assert ImageChops.difference(page.label.convert("L"), strip.convert("L")).getbbox() is None
    assert scanned(page.image) == [NUMBER]


def test_three_thousand_characters_of_fault_make_a_longer_roll() -> None:
    usual = receipt_strip(words_of(RECEIPT), MEDIA["62"])
    long = receipt_strip(words_of(NASTY_RECEIPT), MEDIA["62"])
    assert long.height > usual.height + 60 * 30
    assert scanned(long) == [NUMBER]


def test_a_receipt_too_long_for_any_printer_is_refused() -> None:
    with pytest.raises(MediaRefused, match="cm long: too long for a roll"):
        receipt_strip(words_of(replace(RECEIPT, terms="mot " * 12_000)), MEDIA["62"])


def test_narrow_rolls_and_die_cut_labels_are_refused() -> None:
    fitting = {media.name for media in MEDIA.values() if suits(media)}
    assert fitting == {"50", "54", "62", "62red", "102", "103"}
    for name in ("29", "62x100"):
        with pytest.raises(MediaRefused, match="A receipt does not fit"):
            receipt_strip(words_of(RECEIPT), MEDIA[name])


def test_nothing_paid_prints_no_amount() -> None:
    assert words_of(replace(RECEIPT, amount="")).paid == ""
    assert words_of(replace(RECEIPT, amount_nature="arrhes", amount_means="")).paid == "Arrhes : 30,00 €"


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "papers" / "one.pdf"
    write_whole(b"first", path)
    assert path.read_bytes() == b"first"

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(b"second, longer", path)
    assert path.read_bytes() == b"first"
    assert [entry.name for entry in path.parent.iterdir()] == ["one.pdf"]
