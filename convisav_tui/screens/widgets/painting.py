"""What a screen is made of: pages of rows of spans, measured in terminal cells, with nothing in them but text and
roles."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

Align = Literal["left", "right"]
MORE = "…"


class Role(StrEnum):
    """What a span means; the theme decides how it looks, and never by colour alone."""

    NORMAL = "normal"
    DIM = "dim"
    TITLE = "title"
    LABEL = "label"
    VALUE = "value"
    HEADING = "heading"
    SELECTED = "selected"
    MARKED = "marked"
    ERROR = "error"
    WARNING = "warning"
    SUCCESS = "success"
    KEY = "key"
    FIELD = "field"
    FIELD_FOCUS = "field_focus"
    SUGGESTION = "suggestion"
    SUGGESTION_FOCUS = "suggestion_focus"
    RULE = "rule"


class Span(NamedTuple):
    """A piece of a row: text as people wrote it (data, never markup) and its role."""

    text: str
    role: Role = Role.NORMAL


Row = list[Span]


@dataclass(slots=True)
class Page:
    """What a view shows: rows from the top, and where the terminal's cursor stands as (column, row), if anywhere."""

    rows: list[Row]
    cursor: tuple[int, int] | None = None


# Format characters that terminals disagree about: joiners, variation selectors, skin tones, direction marks. Without
# them
# every terminal advances by the same number of cells.
_DROPPED = {0x200B: None, 0x200C: None, 0x200D: None, 0x00AD: None, 0x2060: None, 0xFEFF: None}
_DROPPED.update({code: None for code in range(0xFE00, 0xFE10)})
_DROPPED.update({code: None for code in range(0x1F3FB, 0x1F400)})
_DROPPED.update({code: None for code in (0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))})
_DROPPED.update({code: None for code in range(0xE0000, 0xE0200)})
# Flags are pairs of regional indicators, one or two cells each depending on the terminal: shown as their letters.
_FLAGS = {0x1F1E6 + offset: chr(ord("A") + offset) for offset in range(26)}
_UNSAFE = {**_DROPPED, **_FLAGS}


def clean(text: str) -> str:
    """The text without anything that could move the cursor or change the terminal: the last wall before the screen.

    Tabs and line ends become spaces, other control characters and lone surrogates a replacement sign.
    """
    if text.isascii() and text.isprintable():
        return text
    return _clean(text)


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    return "".join(_safe(character) for character in unicodedata.normalize("NFC", text).translate(_UNSAFE))


def _safe(character: str) -> str:
    if character in "\t\n\r\v\f\u0085":
        return " "
    category = unicodedata.category(character)
    if category.startswith("Z"):
        return " "
    return "\ufffd" if category in ("Cc", "Cs", "Cn", "Co", "Cf") else character


def cells(text: str) -> int:
    """How many cells a cleaned text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int, more: str = MORE) -> str:
    """The text in at most `width` cells; what is left out is announced by `more`."""
    if width <= 0:
        return ""
    if cells(text) <= width:
        return text
    room = width - cells(more)
    if room < 0:
        return ""
    kept, used = 0, 0
    for character in text:
        size = cells(character)
        if used + size > room:
            break
        used += size
        kept += 1
    return text[:kept] + more


def pad(text: str, width: int, align: Align = "left") -> str:
    """The text in exactly `width` cells: cleaned, cut or filled with spaces."""
    shown = cut(clean(text), width)
    blank = " " * (width - cells(shown))
    return blank + shown if align == "right" else shown + blank


def row_cells(row: Iterable[Span]) -> int:
    """How many cells a row takes, once cleaned."""
    return sum(cells(clean(span.text)) for span in row)


def fit(row: Sequence[Span], width: int) -> Row:
    """The row in exactly `width` cells: cleaned, neighbours of one role joined, cut or filled with plain spaces."""
    fitted: Row = []
    left = width
    for text, role in row:
        shown = clean(text)
        size = cells(shown)
        if size > left:
            shown = cut(shown, left)
            size = cells(shown)
        if not shown:
            continue
        left -= size
        _append(fitted, shown, role)
    if left > 0:
        _append(fitted, " " * left, Role.NORMAL)
    return fitted


def _append(row: Row, text: str, role: Role) -> None:
    if row and row[-1].role == role:
        row[-1] = Span(row[-1].text + text, role)
    else:
        row.append(Span(text, role))


def crop(row: Sequence[Span], start: int, end: int) -> Row:
    """The cells `start` to `end` of a fitted row; half of a wide character becomes a space."""
    cropped: Row = []
    x = 0
    for text, role in row:
        size = cells(text)
        if x + size > start and x < end:
            piece = text if start <= x and x + size <= end else _crop_text(text, start - x, end - x)
            _append(cropped, piece, role)
        x += size
    return cropped


def _crop_text(text: str, start: int, end: int) -> str:
    if text.isascii():
        return text[max(0, start) : max(0, end)]
    piece, x = "", 0
    for character in text:
        size = cells(character)
        if start <= x and x + size <= end:
            piece += character if size or piece else ""
        elif x < end and x + size > start:
            piece += " " * (min(end, x + size) - max(start, x))
        x += size
    return piece


def overlay(row: Sequence[Span], x: int, spans: Sequence[Span], width: int) -> Row:
    """The row of `width` cells with `spans` laid over it from column `x`."""
    base = fit(row, width)
    size = row_cells(spans)
    return fit([*crop(base, 0, x), *spans, *crop(base, x + size, width)], width)


def side_by_side(left: Sequence[Span], right: Sequence[Span], width: int) -> Row:
    """`left` at the left edge and `right` at the right edge; the left is cut first when both do not fit."""
    room = max(0, width - row_cells(right))
    return fit([*fit(left, room), *right], width)


def wrap(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` cells, broken at spaces where there are some; line ends are kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(clean(paragraph), max(1, width)))
    return lines


def _wrap_paragraph(text: str, width: int) -> list[str]:
    lines: list[str] = []
    while cells(text) > width:
        head = cut(text, width, more="") or text[:1]
        space = head.rfind(" ")
        if space > 0 and text[len(head) : len(head) + 1] not in ("", " "):
            head = head[: space + 1]
        lines.append(head.rstrip() if head.strip() else head)
        text = text[len(head) :].lstrip(" ")
    return [*lines, text]
