"""The tracking label of a device: barcode, number in clear, device, customer code, promised day.

Never the customer's name, the fault or the unlock code (rules.md 1.3, 4.5): they are not even in `LabelPaper`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from convisav_tui import ticket_number
from convisav_tui.i18n import mark, translate
from convisav_tui.printing.canvas import PAPER, Canvas
from convisav_tui.printing.code128 import dots_a_module, fewest_dots, most_dots, width_in_modules
from convisav_tui.printing.media import SHORTEST_PAGE, Media, MediaKind
from convisav_tui.printing.typography import fit, line_height, printable, shorten, width, wrap
from convisav_tui.shop.paper import LabelPaper

if TYPE_CHECKING:
    from PIL.Image import Image as Bitmap

PROMISED = mark("For {day}")
COMEBACK = mark("Comeback of {number}")
DUPLICATE = mark("DUPLICATE")

# Labels at least this much wider than high carry the barcode on the left and the text on the right.
_SIDE_BY_SIDE = 2.9
_SMALLEST_TEXT = 18
_LOWEST_BARCODE = 56
# Labels lower than this put code and day on one line.
_LOW = 130


@dataclass(frozen=True)
class Printing:
    """Which of how many copies this is, and whether it was printed before."""

    copy: int = 1
    copies: int = 1
    duplicate: bool = False


@dataclass(frozen=True)
class _Words:
    """What stands on the label, worded and drawable."""

    digits: str
    number: str
    device: str
    comeback: str
    principal: str
    kind: str
    code: str
    promised: str
    shop: str
    count: str
    duplicate: str

    @property
    def detail(self) -> str:
        return " · ".join(part for part in (self.comeback, self.principal, self.kind) if part)

    @property
    def marked(self) -> bool:
        return bool(self.count or self.duplicate)


def label(paper: LabelPaper, media: Media, printing: Printing = Printing()) -> Bitmap:
    """One label as people read it, black on white (mode "1"), in the printable dots of `media`.

    Raises MediaRefused when the barcode cannot be wide enough for readers there.
    """
    words = _worded(paper, printing)
    page_width, page_height = page_size(media)
    dots_a_module(words.digits, page_width, media.dpi)
    canvas = Canvas(page_width, page_height, media.dpi)
    if page_width >= _SIDE_BY_SIDE * page_height:
        _side_by_side(canvas, words)
    else:
        _stacked(canvas, words)
    image = canvas.finished()
    return amid_round(image, media) if media.kind is MediaKind.ROUND else image


def page_size(media: Media) -> tuple[int, int]:
    """Width and height in dots of a label as it is read: across a wide roll, along narrow ones and die-cut ones."""
    across, along = media.inscribed
    if not media.endless:
        return max(across, along), min(across, along)
    if across >= width_in_modules("0" * ticket_number.LENGTH) * (fewest_dots(media.dpi) + 1):
        return across, max(SHORTEST_PAGE, round(across * 0.46))
    return (860 if across < 240 else 620), across


def _worded(paper: LabelPaper, printing: Printing) -> _Words:
    say = _Speaker(paper.language)
    kind = paper.device_type if paper.device_type.casefold() != paper.device.casefold() else ""
    back = say(COMEBACK, number=ticket_number.show(paper.comeback_of)) if paper.comeback_of else ""
    return _Words(
        digits=paper.number,
        number=ticket_number.show(paper.number),
        device=printable(paper.device or paper.device_type),
        comeback=printable(back),
        principal=printable(paper.principal),
        kind=printable(kind),
        code=printable(" · ".join(part for part in (paper.customer_code, paper.place) if part)),
        promised=printable(say(PROMISED, day=paper.promised_on)) if paper.promised_on else "",
        shop=printable(paper.shop_name),
        count=f"{printing.copy}/{printing.copies}" if printing.copies > 1 else "",
        duplicate=printable(say(DUPLICATE)) if printing.duplicate else "",
    )


class _Speaker:
    """Words of the program in the language of the paper; what is filled in stays data."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, message: str, **values: str) -> str:
        return translate(message, self.language).format(**values)


def _stacked(canvas: Canvas, words: _Words) -> None:
    """Shop and marks, device, detail, barcode, number, code and day: from top to bottom."""
    left, right = _margin(canvas), canvas.width - _margin(canvas)
    title = _clamp(min(canvas.height * 0.155, canvas.width * 0.085), 30, 96)
    small = _clamp(title * 0.58, _SMALLEST_TEXT, 48)
    number = _clamp(title * 1.05, 32, 100)
    one_line = _bottom_fits(words, number, small, right - left)
    bottom = line_height(number) + (0 if one_line else line_height(small))
    device_row = round(title * 1.18)
    spare = canvas.height - _margin(canvas) - 2 * _gap(canvas) - bottom - device_row - _LOWEST_BARCODE
    header = bool(words.marked or words.comeback) or (bool(words.shop) and spare >= line_height(small))
    spare -= line_height(small) if header else 0
    detail = bool(words.detail) and spare >= line_height(small)
    top = words.comeback if words.comeback and not detail else words.shop
    y = _margin(canvas) // 2
    if header:
        _header(canvas, words, top, (left, right), y, small)
        y += line_height(small)
    device, size = fit(words.device, right - left, title, small, bold=True)
    canvas.text(left, y + (title - size) // 2, device, size, bold=True)
    y += device_row
    if detail:
        canvas.text(left, y, shorten(words.detail, right - left, small), small)
        y += line_height(small)
    y += _gap(canvas)
    space = canvas.height - y - bottom - _gap(canvas)
    tall = min(space, canvas.height * 2 // 5)
    y += (space - tall) // 2
    canvas.barcode(0, canvas.width, y, tall, words.digits, dots_a_module(words.digits, canvas.width, canvas.dpi))
    _bottom(canvas, words, left, right, (canvas.height - bottom - _margin(canvas) // 3, number, small), one_line)


def _bottom_fits(words: _Words, number: int, small: int, room: int) -> bool:
    """Whether code, number and day go on one line with the number in the middle."""
    sides = max(width(words.code, small, bold=True), width(words.promised, small, bold=True))
    return width(words.number, number, bold=True) + 2 * sides + 2 * small <= room


def _bottom(canvas: Canvas, words: _Words, left: int, right: int, place: tuple[int, int, int], one_line: bool) -> None:
    y, number, small = place
    clear, size = fit(words.number, right - left, number, _SMALLEST_TEXT, bold=True)
    canvas.text_amid(left, right, y, clear, size, bold=True)
    y += round((number - small) * 0.9) if one_line else line_height(number)
    promised = shorten(words.promised, right - left, small, bold=True)
    room = right - left - width(promised, small, bold=True) - small
    canvas.text(left, y, shorten(words.code, max(room, small), small, bold=True), small, bold=True)
    canvas.text_to(right, y, promised, small, bold=True)


def _header(canvas: Canvas, words: _Words, text: str, sides: tuple[int, int], y: int, size: int) -> None:
    left, end = sides
    if words.duplicate:
        end = canvas.badge_to(end, y, words.duplicate, size - 2) - size // 2
    if words.count:
        canvas.text_to(end, y, words.count, size, bold=True)
        end -= width(words.count, size, bold=True) + size // 2
    room = end - left
    if room > 3 * size:
        canvas.text(left, y, shorten(text, room, size), size)


def _side_by_side(canvas: Canvas, words: _Words) -> None:
    """Barcode and number on the left; device, detail, code and day, shop in a column on the right."""
    margin = _margin(canvas)
    dots = _dots_beside_text(words.digits, canvas.width, canvas.dpi)
    column = width_in_modules(words.digits) * dots
    number = _clamp(canvas.height * 0.21, 26, 64)
    below = line_height(number)
    canvas.barcode(0, column, margin, canvas.height - below - margin - margin // 2, words.digits, dots)
    canvas.text_amid(0, column, canvas.height - below - margin // 4, words.number, number, bold=True)
    _column(canvas, words, column + margin // 2, canvas.width - margin)


def _dots_beside_text(digits: str, room: int, dpi: int) -> int:
    """The widest module that leaves a third of the label to the text, never too narrow for readers."""
    for dots in range(most_dots(dpi), fewest_dots(dpi), -1):
        if width_in_modules(digits) * dots <= room * 0.62:
            return dots
    return fewest_dots(dpi)


def _column(canvas: Canvas, words: _Words, left: int, right: int) -> None:
    """The text beside the barcode: what matters least is left out first when there is no room."""
    margin, room = _margin(canvas), right - left
    title = _clamp(canvas.height * 0.17, 24, 54)
    small = _clamp(canvas.height * 0.115, _SMALLEST_TEXT + 2, 38)
    marks = " ".join(part for part in (words.count, words.duplicate) if part)
    facts = [text for text in (words.code, words.promised) if text]
    must = [(text, small, True) for text in ([" · ".join(facts)] if canvas.height < _LOW else facts) if text]
    if words.marked:
        must.append((marks, small, True))
    if words.comeback:
        must.insert(0, (words.comeback, small, True))
    space = canvas.height - margin - sum(line_height(size) for _text, size, _bold in must)
    lines, title = _title(words.device, room, title, small, 1 if space < 2 * line_height(title) else 2)
    space -= len(lines) * line_height(title)
    rows = [(line, title, True) for line in lines]
    if words.kind and space >= line_height(small):
        rows.append((words.kind, small, False))
        space -= line_height(small)
    rows += must
    if words.shop and space >= line_height(small):
        rows.append((words.shop, small, False))
        space -= line_height(small)
    y = margin // 2 + max(0, space) // 2
    for text, size, bold in rows:
        fitted, fitted_size = fit(text, room, size, _SMALLEST_TEXT, bold)
        if text == marks and words.duplicate:
            canvas.badge(left, y, fitted, fitted_size - 2)
        else:
            canvas.text(left, y, fitted, fitted_size, bold=bold)
        y += line_height(size)


def _title(text: str, room: int, largest: int, smallest: int, most: int) -> tuple[list[str], int]:
    """The device in at most so many lines, and the largest size in dots at which all of it is there."""
    for size in range(largest, smallest, -2):
        lines = wrap(text, room, size, bold=True)
        if len(lines) <= most:
            return lines, size
    return wrap(text, room, smallest, bold=True, most=most), smallest


def _gap(canvas: Canvas) -> int:
    return _clamp(canvas.height * 0.025, 5, 20)


def _margin(canvas: Canvas) -> int:
    return _clamp(canvas.height * 0.04, 6, 24)


def _clamp(value: float, low: int, high: int) -> int:
    return max(low, min(high, round(value)))


def amid_round(image: Bitmap, media: Media) -> Bitmap:
    """The rectangle in the middle of a round label."""
    from PIL import Image

    page = Image.new("1", (media.width, media.length), PAPER)
    page.paste(image, ((media.width - image.width) // 2, (media.length - image.height) // 2))
    return page
