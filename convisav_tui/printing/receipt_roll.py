"""The intake receipt on the label printer's endless roll: one long bitmap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.printing.canvas import Canvas
from convisav_tui.printing.code128 import dots_a_module
from convisav_tui.printing.media import LONGEST_PAGE, SHORTEST_PAGE, Media, MediaRefused, in_words
from convisav_tui.printing.receipt import Fact, ReceiptWords
from convisav_tui.printing.typography import fit, line_height, printable, width, wrap

if TYPE_CHECKING:
    from PIL.Image import Image

# Narrower rolls would wrap every second word.
NARROWEST = 500
_MARGIN = 6
_TITLE, _NUMBER, _GROUP, _BODY, _SMALL = 46, 52, 30, 29, 23
_BARCODE_HEIGHT = 110
_SIGNATURE_HEIGHT = 150
_CAPTION_SHARE = 0.32

Draw = Callable[[Canvas, int], None]


@dataclass(frozen=True)
class _Row:
    """Something drawn at a height that is known before."""

    height: int
    draw: Draw


def suits(media: Media) -> bool:
    """Whether a receipt may be printed on this medium."""
    return media.endless and media.width >= NARROWEST


def check(media: Media) -> None:
    """Raises MediaRefused when a receipt may not be printed on this medium."""
    if not suits(media):
        raise MediaRefused(
            _("A receipt does not fit the {media}.").format(media=in_words(media)),
            _("Load a 62 mm roll, or take the role “receipt” from this printer: receipts become PDF files."),
        )


def receipt_strip(words: ReceiptWords, media: Media) -> Image:
    """The receipt, black on white (mode "1"), as wide as the roll and as long as needed.

    Raises MediaRefused when the medium is no wide roll, or the receipt would be longer than printers take.
    """
    check(media)
    rows = _rows(words, media.width - 2 * _MARGIN)
    height = sum(row.height for row in rows) + 2 * _MARGIN
    if height > LONGEST_PAGE:
        raise MediaRefused(
            _("This receipt would be {length} cm long: too long for a roll.").format(length=round(height * 2.54 / 300)),
            _("Take the role “receipt” from this printer: receipts become PDF files."),
        )
    canvas = Canvas(media.width, max(SHORTEST_PAGE, height))
    y = _MARGIN
    for row in rows:
        row.draw(canvas, y)
        y += row.height
    return canvas.finished()


def _rows(words: ReceiptWords, room: int) -> list[_Row]:
    rows = [
        *_head(words, room),
        *_group(words.customer_title, words.customer, room),
        *_group(words.device_title, words.device, room),
        _heading(words.fault_title),
        *(row for line in words.fault for row in _paragraph(line, room, _BODY)),
        *_group(words.agreed_title, words.agreed, room),
    ]
    if words.paid:
        rows += [_space(14), _boxed(words.paid, room), _space(6)]
    rows += [_space(16), *(row for line in words.terms for row in _paragraph(line, room, _SMALL))]
    rows += [*_signature(words.signature, room), *_signature(words.for_the_shop, room, tall=False)]
    rows += [row for line in [words.keep, *words.identity] for row in _paragraph(line, room, _SMALL)]
    return rows


def _head(words: ReceiptWords, room: int) -> list[_Row]:
    rows = [*_amid(words.shop, room, 38, bold=True)]
    for line in words.shop_lines:
        rows += _amid(line, room, _SMALL)
    rows += [_space(10), _rule(3), _space(8), *_amid(words.title, room, _TITLE, bold=True)]
    marks = " ".join(part for part in (words.copy, words.duplicate) if part)
    if marks:
        rows.append(_badge(marks))
    rows += [_space(10), _barcode(words.digits), *_amid(words.number, room, _NUMBER, bold=True)]
    rows += [*_amid(words.taken_in, room, _BODY - 3), _space(4)]
    return rows


def _group(title: str, facts: list[Fact], room: int) -> list[_Row]:
    if not facts:
        return []
    return [_heading(title), *(row for fact in facts for row in _fact(fact, room))]


def _heading(title: str) -> _Row:
    def draw(canvas: Canvas, y: int) -> None:
        canvas.rule(y + 12, _MARGIN, canvas.width - _MARGIN)
        canvas.text(_MARGIN, y + 18, printable(title), _GROUP, bold=True)

    return _Row(22 + line_height(_GROUP), draw)


def _fact(fact: Fact, room: int) -> list[_Row]:
    """Caption on the left, value on the right; both may take several lines."""
    left = round(room * _CAPTION_SHARE)
    captions = wrap(printable(fact.caption), left - 10, _SMALL)
    values = [piece for line in fact.lines for piece in wrap(printable(line), room - left, _BODY)]
    rows = []
    for index in range(max(len(captions), len(values))):
        caption = captions[index] if index < len(captions) else ""
        value = values[index] if index < len(values) else ""
        rows.append(_Row(line_height(_BODY), _pair(caption, value, left)))
    return rows


def _pair(caption: str, value: str, left: int) -> Draw:
    def draw(canvas: Canvas, y: int) -> None:
        canvas.text(_MARGIN, y + _BODY - _SMALL, caption, _SMALL)
        canvas.text(_MARGIN + left, y, value, _BODY)

    return draw


def _paragraph(text: str, room: int, size: int) -> list[_Row]:
    return [_Row(line_height(size), _line(line, size)) for line in wrap(printable(text), room, size)]


def _line(text: str, size: int) -> Draw:
    return lambda canvas, y: canvas.text(_MARGIN, y, text, size)


def _amid(text: str, room: int, size: int, bold: bool = False) -> list[_Row]:
    """Centred lines; what is a little too wide shrinks before it wraps."""
    if not text:
        return []
    text = printable(text)
    size = fit(text, room, size, max(_SMALL, round(size * 0.7)), bold)[1]
    return [_Row(line_height(size), _centred(line, size, bold)) for line in wrap(text, room, size, bold)]


def _centred(text: str, size: int, bold: bool) -> Draw:
    return lambda canvas, y: canvas.text_amid(0, canvas.width, y, text, size, bold=bold)


def _badge(text: str) -> _Row:
    def draw(canvas: Canvas, y: int) -> None:
        canvas.badge((canvas.width - width(text, _BODY, bold=True) - 14) // 2, y, text, _BODY)

    return _Row(line_height(_BODY) + 6, draw)


def _barcode(digits: str) -> _Row:
    def draw(canvas: Canvas, y: int) -> None:
        canvas.barcode(0, canvas.width, y, _BARCODE_HEIGHT, digits, dots_a_module(digits, canvas.width))

    return _Row(_BARCODE_HEIGHT + 8, draw)


def _boxed(text: str, room: int) -> _Row:
    """What was paid, in a frame: the line that people look for."""
    fitted, size = fit(printable(text), room - 30, 34, _SMALL, bold=True)
    height = line_height(size) + 20

    def draw(canvas: Canvas, y: int) -> None:
        canvas.frame(_MARGIN, y, canvas.width - _MARGIN, y + height, 3)
        canvas.text_amid(0, canvas.width, y + 10, fitted, size, bold=True)

    return _Row(height, draw)


def _signature(caption: str, room: int, tall: bool = True) -> list[_Row]:
    """A caption with room to sign above a line."""
    height = _SIGNATURE_HEIGHT if tall else _SIGNATURE_HEIGHT // 2
    empty = _Row(height, lambda canvas, y: canvas.rule(y + height - 10, _MARGIN, canvas.width - _MARGIN))
    return [_space(14), *_paragraph(caption, room, _SMALL), empty]


def _rule(thickness: int) -> _Row:
    return _Row(thickness, lambda canvas, y: canvas.rule(y, _MARGIN, canvas.width - _MARGIN, thickness))


def _space(height: int) -> _Row:
    return _Row(height, lambda canvas, y: None)
