"""The sheet that helps to set a barcode scanner up: what to do, and two codes that prove that it was done.

The codes that program a scanner are its maker's and stand in its manual. What every maker's scanner must do here can be
tried: ten digits that the program recognises and answers, and letters that keyboards keep in different places
(printing.md 2.1). On a wide roll it is one strip, on other media three labels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convisav_tui import ticket_number
from convisav_tui.i18n import mark, translate
from convisav_tui.printing.canvas import Canvas
from convisav_tui.printing.code128 import dots_a_module
from convisav_tui.printing.label import amid_round, page_size
from convisav_tui.printing.media import Media, MediaKind
from convisav_tui.printing.receipt_roll import suits
from convisav_tui.printing.typography import fit, line_height, printable, shorten, wrap
from convisav_tui.shop.paper import ScannerSheet

if TYPE_CHECKING:
    from PIL.Image import Image

TITLE = mark("Barcode scanner: set-up sheet")
STEPS = (
    mark("1. In the scanner's manual, scan the code for the keyboard of this computer (keyboard country or layout)."),
    mark("2. Also scan those for “Enter (CR) after each code” and “Caps Lock off”."),
    mark("3. On the board of ConviSAV scan the digits: it says whether the scanner is set right."),
    mark("4. Scan the letters: what appears must be what stands under the code."),
)
DIGITS = mark("Digits: {text}")
LETTERS = mark("Letters: {text}")

# They move between US, French and German keyboards.
MOVING_LETTERS = "AZQWM"
_MARGIN, _BARCODE = 12, 120
_LARGEST, _SMALLEST, _CAPTION = 30, 16, 30

Say = Callable[..., str]


def sheet_pages(sheet: ScannerSheet, media: Media) -> list[Image]:
    """The sheet, black on white (mode "1"), as one strip or as labels. Raises MediaRefused when a code does not fit."""

    def say(message: str, **values: str) -> str:
        return printable(translate(message, sheet.language).format(**values))

    codes = (
        (ticket_number.SHEET, say(DIGITS, text=ticket_number.show(ticket_number.SHEET))),
        (MOVING_LETTERS, say(LETTERS, text=MOVING_LETTERS)),
    )
    if suits(media):
        return [_strip(say, codes, media.width, media.dpi)]
    width, height = page_size(media)
    labels = (_code(text, caption, width, height, media.dpi) for text, caption in codes)
    pages = [_instructions(say, width, height), *labels]
    return [amid_round(page, media) for page in pages] if media.kind is MediaKind.ROUND else pages


def _strip(say: Say, codes: tuple[tuple[str, str], ...], width: int, dpi: int) -> Image:
    room = width - 2 * _MARGIN
    lines = _lines(say, room, 27)
    height = 2 * _MARGIN + line_height(38) + len(lines) * line_height(27)
    height += len(codes) * (2 * _LARGEST + _BARCODE + line_height(_CAPTION))
    canvas = Canvas(width, height, dpi)
    y = _MARGIN
    title, size = fit(say(TITLE), room, 36, _CAPTION - 6, bold=True)
    canvas.text(_MARGIN, y, title, size, bold=True)
    y += line_height(38)
    for line in lines:
        canvas.text(_MARGIN, y, line, 27)
        y += line_height(27)
    for text, caption in codes:
        y += 2 * _LARGEST
        canvas.barcode(0, width, y, _BARCODE, text, dots_a_module(text, width, canvas.dpi))
        y += _BARCODE
        canvas.text_amid(0, width, y + 4, caption, _CAPTION, bold=True)
        y += line_height(_CAPTION)
    return canvas.finished()


def _lines(say: Say, room: int, size: int) -> list[str]:
    return [line for step in STEPS for line in wrap(say(step), room, size)]


def _instructions(say: Say, width: int, height: int) -> Image:
    """Title and steps in the largest letters that leave room for all of them."""
    room = width - 2 * _MARGIN
    for size in range(_LARGEST, _SMALLEST - 1, -1):
        lines = [*wrap(say(TITLE), room, size, bold=True), *_lines(say, room, size)]
        if len(lines) * line_height(size) <= height - _MARGIN:
            break
    canvas = Canvas(width, height)
    for index, line in enumerate(lines):
        canvas.text(_MARGIN, _MARGIN // 2 + index * line_height(size), line, size, bold=index == 0)
    return canvas.finished()


def _code(text: str, caption: str, width: int, height: int, dpi: int) -> Image:
    canvas = Canvas(width, height, dpi)
    size = max(_SMALLEST, min(_CAPTION, height // 5))
    tall = height - line_height(size) - 2 * _MARGIN
    canvas.barcode(0, width, _MARGIN, tall, text, dots_a_module(text, width, canvas.dpi))
    canvas.text_amid(
        0, width, height - line_height(size) - 2, shorten(caption, width, size, bold=True), size, bold=True
    )
    return canvas.finished()
