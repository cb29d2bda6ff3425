"""The intake receipt on the label printer's endless roll: one long bitmap."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.printing.canvas import Canvas
from convisav_tui.printing.code128 import dots_a_module
from convisav_tui.printing.document_pdf import drawn
from convisav_tui.printing.media import DOTS_PER_INCH, LONGEST_PAGE, SHORTEST_PAGE, Media, MediaRefused, in_words
from convisav_tui.printing.receipt import Fact, ReceiptWords
from convisav_tui.printing.typography import fit, line_height, printable, width, wrap

if TYPE_CHECKING:
    from PIL.Image import Image

# Narrower rolls would wrap every second word; dots at 300 an inch.
NARROWEST = 500
# The letters below are for a roll of this many dots; on the coarser heads of receipt printers they shrink with the
# roll, but not so far that thin strokes break up.
_FULL_WIDTH, _SMALLEST_SCALE = 696, 0.72
_MARGIN = 6
_TITLE, _NUMBER, _GROUP, _BODY, _SMALL = 46, 52, 30, 29, 23
_BARCODE_HEIGHT = 110
_SIGNATURE_HEIGHT = 150
_LOGO_HEIGHT = 180
# Captions take this part of the line; more of it on the narrowest rolls, where long words would break.
_CAPTION_SHARE, _NARROW_SHARE, _NARROW = 0.32, 0.42, 400

Draw = Callable[[Canvas, int], None]


@dataclass(frozen=True)
class _Page:
    """The dots between the margins of the roll, and how large letters are on it."""

    room: int
    scale: float

    def size(self, usual: int) -> int:
        """The dots of letters that have `usual` ones on a wide roll at 300 dots an inch."""
        return round(usual * self.scale)


def _scale(media: Media) -> float:
    if media.dpi >= DOTS_PER_INCH:
        return 1.0
    return max(_SMALLEST_SCALE, min(1.0, media.width / _FULL_WIDTH))


@dataclass(frozen=True)
class _Row:
    """Something drawn at a height that is known before."""

    height: int
    draw: Draw


def suits(media: Media) -> bool:
    """Whether a receipt may be printed on this medium."""
    return media.endless and media.width * DOTS_PER_INCH >= NARROWEST * media.dpi


def check(media: Media) -> None:
    """Raises MediaRefused when a receipt may not be printed on this medium."""
    if not suits(media):
        raise MediaRefused(
            _("A receipt does not fit the {media}.").format(media=in_words(media)),
            _("Load a 62 mm roll, or take the role “receipt” from this printer: receipts become PDF files."),
        )


def receipt_strip(words: ReceiptWords, media: Media, logo: bytes = b"") -> Image:
    """The receipt, black on white (mode "1"), as wide as the roll and as long as needed; `logo` (PNG) stands at its
    head where it can be drawn.

    Raises MediaRefused when the medium is no wide roll, or the receipt would be longer than printers take.
    """
    check(media)
    page = _Page(media.width - 2 * _MARGIN, _scale(media))
    rows = [*_logo(logo, page), *_rows(words, page)]
    height = sum(row.height for row in rows) + 2 * _MARGIN
    if height > LONGEST_PAGE:
        raise MediaRefused(
            _("This receipt would be {length} cm long: too long for a roll.").format(
                length=round(height * 2.54 / media.dpi)
            ),
            _("Take the role “receipt” from this printer: receipts become PDF files."),
        )
    canvas = Canvas(media.width, max(SHORTEST_PAGE, height), media.dpi)
    y = _MARGIN
    for row in rows:
        row.draw(canvas, y)
        y += row.height
    return canvas.finished()


def _rows(words: ReceiptWords, page: _Page) -> list[_Row]:
    rows = [
        *_head(words, page),
        *_group(words.customer_title, words.customer, page),
        *_group(words.device_title, words.device, page),
        _heading(words.fault_title, page),
        *(row for line in words.fault for row in _paragraph(line, page, _BODY)),
        *_group(words.agreed_title, words.agreed, page),
    ]
    if words.paid:
        rows += [_space(14), _boxed(words.paid, page), _space(6)]
    rows += [_space(16), *(row for line in words.terms for row in _paragraph(line, page, _SMALL))]
    rows += [*_signature(words.signature, page), *_signature(words.for_the_shop, page, tall=False)]
    rows += [row for line in [words.keep, *words.identity] for row in _paragraph(line, page, _SMALL)]
    return rows


def _head(words: ReceiptWords, page: _Page) -> list[_Row]:
    rows = [*_amid(words.shop, page, 38, bold=True)]
    for line in words.shop_lines:
        rows += _amid(line, page, _SMALL)
    rows += [_space(10), _rule(3), _space(8), *_amid(words.title, page, _TITLE, bold=True)]
    marks = " ".join(part for part in (words.copy, words.duplicate) if part)
    if marks:
        rows.append(_badge(marks, page))
    rows += [_space(10), _barcode(words.digits), *_amid(words.number, page, _NUMBER, bold=True)]
    rows += [*_amid(words.taken_in, page, _BODY - 3), _space(4)]
    return rows


def _logo(png: bytes, page: _Page) -> list[_Row]:
    """The principal's logo in dots, never larger than it is; nothing where the picture cannot be drawn."""
    if not drawn(png):
        return []
    from PIL import Image

    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as picture:
            coloured = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    white = Image.new("RGBA", coloured.size, "white")
    grey = Image.alpha_composite(white, coloured).convert("L")
    grey.thumbnail((page.room * 2 // 3, page.size(_LOGO_HEIGHT)))
    dots = grey.convert("1")  # dithered: a logo has shades, unlike letters
    return [_Row(dots.height, lambda canvas, y: canvas.picture(0, canvas.width, y, dots)), _space(10)]


def _group(title: str, facts: list[Fact], page: _Page) -> list[_Row]:
    if not facts:
        return []
    return [_heading(title, page), *(row for fact in facts for row in _fact(fact, page))]


def _heading(title: str, page: _Page) -> _Row:
    size = page.size(_GROUP)

    def draw(canvas: Canvas, y: int) -> None:
        canvas.rule(y + 12, _MARGIN, canvas.width - _MARGIN)
        canvas.text(_MARGIN, y + 18, printable(title), size, bold=True)

    return _Row(22 + line_height(size), draw)


def _fact(fact: Fact, page: _Page) -> list[_Row]:
    """Caption on the left, value on the right; both may take several lines."""
    left, small, body = (
        round(page.room * (_NARROW_SHARE if page.room < _NARROW else _CAPTION_SHARE)),
        page.size(_SMALL),
        page.size(_BODY),
    )
    captions = wrap(printable(fact.caption), left - 10, small)
    values = [piece for line in fact.lines for piece in wrap(printable(line), page.room - left, body)]
    rows = []
    for index in range(max(len(captions), len(values))):
        caption = captions[index] if index < len(captions) else ""
        value = values[index] if index < len(values) else ""
        rows.append(_Row(line_height(body), _pair((caption, small), (value, body), left)))
    return rows


def _pair(caption: tuple[str, int], value: tuple[str, int], left: int) -> Draw:
    """Two texts, each with the size of its letters."""

    def draw(canvas: Canvas, y: int) -> None:
        canvas.text(_MARGIN, y + value[1] - caption[1], *caption)
        canvas.text(_MARGIN + left, y, *value)

    return draw


def _paragraph(text: str, page: _Page, size: int) -> list[_Row]:
    size = page.size(size)
    return [_Row(line_height(size), _line(line, size)) for line in wrap(printable(text), page.room, size)]


def _line(text: str, size: int) -> Draw:
    return lambda canvas, y: canvas.text(_MARGIN, y, text, size)


def _amid(text: str, page: _Page, size: int, bold: bool = False) -> list[_Row]:
    """Centred lines; what is a little too wide shrinks before it wraps."""
    if not text:
        return []
    text = printable(text)
    size = page.size(size)
    size = fit(text, page.room, size, max(page.size(_SMALL), round(size * 0.7)), bold)[1]
    return [_Row(line_height(size), _centred(line, size, bold)) for line in wrap(text, page.room, size, bold)]


def _centred(text: str, size: int, bold: bool) -> Draw:
    return lambda canvas, y: canvas.text_amid(0, canvas.width, y, text, size, bold=bold)


def _badge(text: str, page: _Page) -> _Row:
    size = page.size(_BODY)

    def draw(canvas: Canvas, y: int) -> None:
        canvas.badge((canvas.width - width(text, size, bold=True) - 14) // 2, y, text, size)

    return _Row(line_height(size) + 6, draw)


def _barcode(digits: str) -> _Row:
    def draw(canvas: Canvas, y: int) -> None:
        canvas.barcode(0, canvas.width, y, _BARCODE_HEIGHT, digits, dots_a_module(digits, canvas.width, canvas.dpi))

    return _Row(_BARCODE_HEIGHT + 8, draw)


def _boxed(text: str, page: _Page) -> _Row:
    """What was paid, in a frame: the line that people look for."""
    fitted, size = fit(printable(text), page.room - 30, page.size(34), page.size(_SMALL), bold=True)
    height = line_height(size) + 20

    def draw(canvas: Canvas, y: int) -> None:
        canvas.frame(_MARGIN, y, canvas.width - _MARGIN, y + height, 3)
        canvas.text_amid(0, canvas.width, y + 10, fitted, size, bold=True)

    return _Row(height, draw)


def _signature(caption: str, page: _Page, tall: bool = True) -> list[_Row]:
    """A caption with room to sign above a line."""
    height = _SIGNATURE_HEIGHT if tall else _SIGNATURE_HEIGHT // 2
    empty = _Row(height, lambda canvas, y: canvas.rule(y + height - 10, _MARGIN, canvas.width - _MARGIN))
    return [_space(14), *_paragraph(caption, page, _SMALL), empty]


def _rule(thickness: int) -> _Row:
    return _Row(thickness, lambda canvas, y: canvas.rule(y, _MARGIN, canvas.width - _MARGIN, thickness))


def _space(height: int) -> _Row:
    return _Row(height, lambda canvas, y: None)
