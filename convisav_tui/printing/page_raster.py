"""Pages as PWG raster (PWG 5102.4) and as Apple raster (image/urf): a head a page, then lines packed as in PackBits.

No library writes these on its own (they come inside browsers, CUPS and Ghostscript), so they are written here. Equal
lines are sent once, and runs of equal dots too; a page of text at 300 dots an inch takes some hundred kilobytes.
"""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from convisav_tui.printing.document_format import LONG_EDGE, ONE_SIDED, PWG, SHORT_EDGE, PageForm

if TYPE_CHECKING:
    from PIL.Image import Image

_PWG_MARK, _URF_MARK = b"RaS2", b"UNIRAST\0"
_PWG_HEAD, _URF_HEAD = 1796, 32
_GRAY, _COLOUR = 18, 19  # sGray and sRGB, 8 bits each
_MOST_ROWS = 256
_STRIP = 256  # lines
# A run of equal dots, or dots of which each differs from the next one: of one byte, of three.
_RUNS = {
    1: re.compile(rb"(.)\1{1,127}|(?:(.)(?!\2)){1,128}", re.DOTALL),
    3: re.compile(rb"(...)\1{1,127}|(?:(...)(?!\2)){1,128}", re.DOTALL),
}
# How the back of a sheet is turned: (across, along), by the printer's wish and whether it turns over the short edge.
_TURNED = {
    ("flipped", False): (1, -1),
    ("flipped", True): (-1, 1),
    ("rotated", False): (-1, -1),
    ("manual-tumble", True): (-1, -1),
}


def encode(pages: Iterable[Image], form: PageForm, size_mm: tuple[float, float], name: str, copies: int = 1) -> bytes:
    """The document of these pages, each taken once and let go before the next; `name` is the paper's in IPP. Where the
    printer makes no copies by itself, they follow one another."""
    packed = [_page(page, number, form, size_mm, name) for number, page in enumerate(pages)]
    if form.repeated and form.sides != ONE_SIDED and len(packed) % 2:
        packed.append(_page(_blank(form), len(packed), form, size_mm, name))  # the next copy begins on a front
    whole = packed * (copies if form.repeated else 1)
    if form.format == PWG:
        return _PWG_MARK + b"".join(_counted(head, len(whole)) + rows for head, rows in whole)
    return _URF_MARK + struct.pack(">I", len(whole)) + b"".join(head + rows for head, rows in whole)


def size_in_dots(size_mm: tuple[float, float], dpi: int) -> tuple[int, int]:
    """Width and length of paper in dots."""
    return round(size_mm[0] / 25.4 * dpi), round(size_mm[1] / 25.4 * dpi)


def _page(page: Image, number: int, form: PageForm, size_mm: tuple[float, float], name: str) -> tuple[bytes, bytes]:
    """Head and lines of one page."""
    turned = _turned(form, number)
    picture = _laid(page, form, size_in_dots(size_mm, form.dpi), turned)
    head = _pwg_head(picture, form, size_mm, name, turned) if form.format == PWG else _urf_head(picture, form)
    return head, b"".join(_lines(picture, 3 if form.colour else 1))


def _turned(form: PageForm, number: int) -> tuple[int, int]:
    """How this page is turned: every second one of a job on both sides, as the printer wants it."""
    if form.sides == ONE_SIDED or number % 2 == 0:
        return 1, 1
    return _TURNED.get((form.back, form.sides == SHORT_EDGE), (1, 1))


def _laid(page: Image, form: PageForm, size: tuple[int, int], turned: tuple[int, int]) -> Image:
    """The page in these colours and exactly this size, never resized: dots stay dots."""
    from PIL import Image

    mode = "RGB" if form.colour else "L"
    picture = page if page.mode == mode else page.convert(mode)
    if picture.size != size:
        sheet = Image.new(mode, size, "white")
        sheet.paste(picture, (0, 0))
        picture = sheet
    if turned[0] < 0:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if turned[1] < 0 else picture


def _pwg_head(
    picture: Image, form: PageForm, size_mm: tuple[float, float], name: str, turned: tuple[int, int]
) -> bytes:
    head = bytearray(_PWG_HEAD)
    dots = 3 if form.colour else 1

    def put(place: int, *numbers: int) -> None:
        struct.pack_into(f">{len(numbers)}i", head, place, *numbers)

    head[0:9] = b"PwgRaster"
    put(272, form.sides != ONE_SIDED)
    put(276, form.dpi, form.dpi)
    put(340, 0)  # copies: as the job says
    put(352, *(round(millimetres / 25.4 * 72) for millimetres in size_mm))
    put(368, form.sides == SHORT_EDGE)
    put(372, picture.width, picture.height)
    put(384, 8, 8 * dots, picture.width * dots)
    put(400, _COLOUR if form.colour else _GRAY)
    put(420, dots)
    put(456, *turned)
    put(480, 0x00FFFFFF)  # white, should it need another colour
    words = name.encode()[:63]
    head[1732 : 1732 + len(words)] = words
    return bytes(head)


def _counted(head: bytes, pages: int) -> bytes:
    """The head with the number of pages, known once all are there."""
    return head[:452] + struct.pack(">I", pages) + head[456:]


def _blank(form: PageForm) -> Image:
    from PIL import Image

    return Image.new("RGB" if form.colour else "L", (1, 1), "white")


def _urf_head(picture: Image, form: PageForm) -> bytes:
    sides = {ONE_SIDED: 1, SHORT_EDGE: 2, LONG_EDGE: 3}[form.sides]
    first = struct.pack(">4B8x", 24 if form.colour else 8, 1 if form.colour else 0, sides, 4)
    return first + struct.pack(">3I8x", picture.width, picture.height, form.dpi)


def _lines(picture: Image, size: int) -> Iterator[bytes]:
    """Lines as they are sent: how often, then runs of dots of `size` bytes."""
    for row, equal in itertools.groupby(_rows(picture, picture.width * size)):
        count, packed = sum(1 for _row in equal), _packed(row, size)
        for done in range(0, count, _MOST_ROWS):
            yield bytes((min(_MOST_ROWS, count - done) - 1,)) + packed


def _rows(picture: Image, length: int) -> Iterator[bytes]:
    """The lines of a picture, of so many bytes each; a strip of them is copied at a time."""
    for top in range(0, picture.height, _STRIP):
        strip = picture.crop((0, top, picture.width, min(top + _STRIP, picture.height))).tobytes()
        yield from (strip[start : start + length] for start in range(0, len(strip), length))


def _packed(row: bytes, size: int) -> bytes:
    packed = bytearray()
    for run in _RUNS[size].finditer(row):
        start, end = run.span()
        count = (end - start) // size
        if run[1] is not None or count == 1:
            packed.append(count - 1)
            packed += row[start : start + size]
        else:
            packed.append(257 - count)
            packed += row[start:end]
    return bytes(packed)
