"""A document as PDF, A4, set by Typst from the template of its kind."""

from __future__ import annotations

import re

from convisav_tui import ticket_number
from convisav_tui.i18n import translate
from convisav_tui.printing.code128 import bars, width_in_modules
from convisav_tui.printing.receipt import DUPLICATE
from convisav_tui.printing.typesetting import Json, breakable, typeset
from convisav_tui.shop.document import Document, Table
from convisav_tui.text import clean_line, clean_text

# A column is as wide as its longest word or as this share of its longest cell, in characters, within these limits.
_NARROWEST, _WIDEST = 6, 40
PNG = b"\x89PNG\r\n\x1a\n"
# A sum, a rate or a number of pieces; not a ticket number, a date or a telephone number.
_FIGURE = re.compile(r"[-−+]?[\d\s.,]*\d\s?(%|€|[A-Z]{3})|[-−+]?\d{1,3}([\s.]\d{3})*,\d+|[-−+]?\d{1,4}([.,]\d+)?")
_NUMBER = re.compile(r"\d\d \d{7} \d")


def document_pdf(document: Document, duplicate: bool = False, logo: bytes = b"") -> bytes:
    """The document as PDF; `logo` is a PNG or nothing. Raises NotSet when the template cannot be set."""
    return typeset(document.kind, words_of_document(document, duplicate), logo=drawn(logo))


def document_png(document: Document, duplicate: bool = False, logo: bytes = b"", dots_per_inch: int = 150) -> bytes:
    """The first page of the same as PNG, to look at."""
    return typeset(document.kind, words_of_document(document, duplicate), "png", dots_per_inch, drawn(logo))


def drawn(logo: bytes) -> bytes:
    """The logo as far as it is a picture that can be drawn."""
    return logo if logo.startswith(PNG) else b""


def words_of_document(document: Document, duplicate: bool = False) -> dict[str, Json]:
    """What a template is given, as `templates/base.typ` describes it."""
    code = document.number if _has_barcode(document.number) else ""
    facts: list[Json] = [[clean_line(caption), _lines(value)] for caption, value in document.facts if value.strip()]
    return {
        "language": document.language,
        "title": clean_line(document.title),
        "number": document.number,
        "shown": ticket_number.show(code) if ticket_number.is_valid(code) else clean_line(document.number),
        "dated": clean_line(document.dated),
        "sender": [breakable(line) for part in document.sender for line in _lines(part)],
        "addressee": [breakable(line) for part in document.addressee for line in _lines(part)],
        "facts": breakable(facts),
        "tables": [_table(table) for table in document.tables],
        "paragraphs": [breakable(_lines(text)) for text in document.paragraphs if text.strip()],
        "signatures": [clean_line(caption) for caption in document.signatures],
        "footer": [breakable(line) for part in document.footer for line in _lines(part)],
        "duplicate": translate(DUPLICATE, document.language) if duplicate else "",
        "bars": [list(bar) for bar in bars(code)] if code else [],
        "modules": width_in_modules(code) if code else 0,
    }


def _unbroken(cell: str) -> str:
    """A ticket number stays on one line."""
    return cell.replace(" ", "\u00a0") if _NUMBER.fullmatch(cell) else cell


def _table(table: Table) -> dict[str, Json]:
    """A table whose rows are all as long as its head, with widths that follow what stands in the columns."""
    width = len(table.columns)
    rows = [[_unbroken(clean_line(cell)) for cell in (*row, *[""] * width)[:width]] for row in table.rows]
    widths: list[Json] = [
        min(_WIDEST, max(_NARROWEST, len(column), *(len(row[index]) for row in rows), 0))
        for index, column in enumerate(table.columns)
    ]
    return {
        "caption": clean_line(table.caption),
        "columns": [clean_line(column) for column in table.columns],
        "rows": [breakable(list[Json](row)) for row in rows],
        "widths": widths,
        "right": [_is_of_figures([row[index] for row in rows]) for index in range(width)],
        "total": clean_line(table.total),
    }


def _is_of_figures(cells: list[str]) -> bool:
    """Whether a column holds sums or quantities, which are read from the right."""
    filled = [cell for cell in cells if cell not in ("", "—")]
    return bool(filled) and all(_FIGURE.fullmatch(cell) for cell in filled)


def _lines(text: str) -> list[Json]:
    return [clean_line(line) for line in clean_text(text).split("\n") if line.strip()]


def _has_barcode(number: str) -> bool:
    """Whether Code 128 can hold it: printable ASCII without blanks."""
    return bool(number) and number.isascii() and number.isprintable() and " " not in number
