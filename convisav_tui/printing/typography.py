"""Text on a bitmap: our own fonts, shrunk, wrapped or shortened to its room; letters the font lacks are replaced."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.text import clean_line

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FONTS = Path(__file__).parent / "fonts"
ELLIPSIS = "…"
# Stands for a letter that the font cannot draw, such as an emoji.
MISSING = "□"
_PLAIN = "DejaVuSans.ttf"
_BOLD = "DejaVuSans-Bold.ttf"
# A private-use code point: what the font draws for it is what it draws for everything it lacks.
_SURELY_MISSING = "\uf8f0"


@lru_cache(maxsize=128)
def font(size: int, bold: bool = False) -> FreeTypeFont:
    """DejaVu Sans of `size` dots."""
    from PIL import ImageFont

    return ImageFont.truetype(str(FONTS / (_BOLD if bold else _PLAIN)), size)


@lru_cache(maxsize=4096)
def drawable(character: str) -> str:
    """The character, or its base letter, or a box when the font has neither."""
    if character.isascii() or character == ELLIPSIS:
        return character
    for candidate in (character, unicodedata.normalize("NFKD", character)[:1]):
        if candidate.isascii() or not _is_missing(candidate):
            return candidate
    return MISSING


def printable(text: str) -> str:
    """One line of text that the font can draw whole."""
    return "".join(drawable(character) for character in clean_line(text) if not _joins(character))


def width(text: str, size: int, bold: bool = False) -> int:
    """Width of a text in dots, rounded up."""
    return int(font(size, bold).getlength(text) + 0.999)


def line_height(size: int) -> int:
    """Distance between two lines of `size` dots, in dots."""
    return round(size * 1.22)


def fit(text: str, room: int, largest: int, smallest: int, bold: bool = False) -> tuple[str, int]:
    """The text and the size in dots at which it fits in `room` dots: shrunk first, then shortened."""
    if not text:
        return text, largest
    wanted = width(text, largest, bold)
    size = largest if wanted <= room else max(smallest, largest * room // wanted)
    while size > smallest and width(text, size, bold) > room:
        size -= 1
    return shorten(text, room, size, bold), size


def shorten(text: str, room: int, size: int, bold: bool = False) -> str:
    """The text, cut with an ellipsis so that it takes at most `room` dots."""
    if width(text, size, bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + ELLIPSIS, size, bold) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def wrap(text: str, room: int, size: int, bold: bool = False, most: int = 0) -> list[str]:
    """The text in lines of at most `room` dots; words longer than a line are broken.

    With `most` > 0 there are at most so many lines, the last one shortened.
    """
    lines: list[str] = []
    rest = text.split()
    while rest:
        if most and len(lines) == most - 1:
            lines.append(shorten(" ".join(rest), room, size, bold))
            return lines
        line = rest.pop(0)
        if width(line, size, bold) > room:
            kept = _that_fits(line, room, size, bold)
            rest.insert(0, line[kept:])
            line = line[:kept]
        else:
            while rest and width(f"{line} {rest[0]}", size, bold) <= room:
                line = f"{line} {rest.pop(0)}"
        lines.append(line)
    return lines


def _that_fits(word: str, room: int, size: int, bold: bool) -> int:
    low, high = 1, max(1, len(word) - 1)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle], size, bold) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _is_missing(character: str) -> bool:
    if not character:
        return True
    return bytes(font(24).getmask(character)) == _missing_glyph()


@lru_cache(maxsize=1)
def _missing_glyph() -> bytes:
    return bytes(font(24).getmask(_SURELY_MISSING))


def _joins(character: str) -> bool:
    """Whether a character only changes the one before it: variation selectors and joiners of emoji."""
    return character in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= character <= "\U0001f3ff"
