"""How each role looks: sixteen colours that every terminal has, or none at all; and glyphs for terminals that have
few."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from convisav_tui.screens.widgets.painting import Role, cells

if TYPE_CHECKING:
    from rich.style import Style

ESC = "\x1b["
RESET = ESC + "0m"


class Palette(StrEnum):
    """Which colours may be sent."""

    ANSI = "ansi"
    MONO = "mono"
    SPARE = "spare"
    """No colour and few attributes, for thin lines."""


@dataclass(frozen=True, slots=True)
class Look:
    """Attributes of a role: colours by their number 0 to 15 (None is the terminal's own), and what remains without
    colour."""

    front: int | None = None
    back: int | None = None
    bold: bool = False
    underline: bool = False
    reverse: bool = False


# Numbers as in SGR 30–37 and 90–97: 1 red, 2 green, 3 yellow, 4 blue, 5 magenta, 6 cyan, 7 white; 8 and above bright.
_ANSI: dict[Role, Look] = {
    Role.NORMAL: Look(),
    Role.DIM: Look(),
    Role.TITLE: Look(front=15, back=4, bold=True),
    Role.LABEL: Look(front=6),
    Role.VALUE: Look(),
    Role.HEADING: Look(front=6, bold=True),
    Role.SELECTED: Look(front=0, back=6),
    Role.MARKED: Look(front=3, bold=True),
    Role.ERROR: Look(front=1, bold=True),
    Role.WARNING: Look(front=3),
    Role.SUCCESS: Look(front=2),
    Role.KEY: Look(front=6, bold=True),
    Role.FIELD: Look(underline=True),
    Role.FIELD_FOCUS: Look(front=15, back=4),
    Role.SUGGESTION: Look(front=0, back=7),
    Role.SUGGESTION_FOCUS: Look(front=0, back=6),
    Role.RULE: Look(front=6),
}
_MONO: dict[Role, Look] = {
    Role.TITLE: Look(reverse=True, bold=True),
    Role.HEADING: Look(bold=True),
    Role.SELECTED: Look(reverse=True),
    Role.MARKED: Look(bold=True),
    Role.ERROR: Look(bold=True),
    Role.WARNING: Look(bold=True),
    Role.KEY: Look(bold=True),
    Role.FIELD: Look(underline=True),
    Role.FIELD_FOCUS: Look(reverse=True),
    Role.SUGGESTION: Look(underline=True),
    Role.SUGGESTION_FOCUS: Look(reverse=True),
}
# What cannot be told without: which row, tab or suggestion is chosen, and that something is wrong.
_SPARE: dict[Role, Look] = {
    Role.SELECTED: Look(reverse=True),
    Role.MARKED: Look(bold=True),
    Role.ERROR: Look(bold=True),
    Role.WARNING: Look(bold=True),
    Role.SUGGESTION_FOCUS: Look(reverse=True),
}
_LOOKS = {Palette.ANSI: _ANSI, Palette.MONO: _MONO, Palette.SPARE: _SPARE}
_PLAIN = Look()

# For terminals without line glyphs and accents.
_ASCII_GLYPHS = str.maketrans(
    {
        "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+",
        "▸": ">", "▾": "v", "▴": "^", "·": ".", "•": "*", "…": "~", "⌕": "?", "⚠": "!", "✗": "x", "✓": "v", "→": ">",
        "←": "<", "↑": "^", "↓": "v", "≤": "<", "≥": ">", "—": "-", "–": "-", "«": "<", "»": ">", "’": "'", "€": "E",
        "œ": "o", "Œ": "O", "æ": "a", "Æ": "A", "ß": "s", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
        "\xa0": " ", "\u202f": " ", "°": "o", "×": "x", "“": '"', "”": '"', "„": '"', "☐": "_",
    }
)  # fmt: skip
_LINE_GLYPHS = {code: sign for code, sign in _ASCII_GLYPHS.items() if code >= 0x100}
# Signs that console fonts lack, although they have accents and lines.
_CONSOLE_GLYPHS = str.maketrans({"▸": ">", "▾": "v", "▴": "^", "⌕": "?", "⚠": "!", "✗": "x", "✓": "v"})


@dataclass(frozen=True, slots=True)
class Theme:
    """Turns roles into escape sequences, and texts into what the terminal can show."""

    palette: Palette = Palette.ANSI
    glyphs: str = "unicode"
    """`unicode`, `console` (accents and lines but few signs), `latin` (accents of Latin-1, no lines) or `ascii`."""

    def look(self, role: Role) -> Look:
        """The attributes of a role."""
        return _LOOKS[self.palette].get(role, _PLAIN)

    def sequence(self, role: Role) -> str:
        """The escape sequence that turns the role on after a reset; empty for plain text."""
        codes = _codes(self.look(role))
        return f"{ESC}{';'.join(codes)}m" if codes else ""

    def style(self, role: Role) -> Style:
        """The role as a Rich style, for whole repaints."""
        from rich.color import Color
        from rich.style import Style

        look = self.look(role)
        return Style(
            color=None if look.front is None else Color.parse(f"color({look.front})"),
            bgcolor=None if look.back is None else Color.parse(f"color({look.back})"),
            bold=look.bold or None,
            underline=look.underline or None,
            reverse=look.reverse or None,
        )

    def show(self, text: str) -> str:
        """A cleaned text as the terminal can show it, in as many cells."""
        if self.glyphs == "unicode" or text.isascii():
            return text
        if self.glyphs == "console":
            return text.translate(_CONSOLE_GLYPHS)
        if self.glyphs == "latin":
            return "".join(c if c < "\u0100" else _ascii(c) for c in text.translate(_LINE_GLYPHS))
        return "".join(_ascii(character) for character in text.translate(_ASCII_GLYPHS))


def _codes(look: Look) -> list[str]:
    codes = []
    if look.bold:
        codes.append("1")
    if look.underline:
        codes.append("4")
    if look.reverse:
        codes.append("7")
    if look.front is not None:
        codes.append(str(30 + look.front if look.front < 8 else 82 + look.front))
    if look.back is not None:
        codes.append(str(40 + look.back if look.back < 8 else 92 + look.back))
    return codes


def _ascii(character: str) -> str:
    if character.isascii():
        return character
    width = cells(character)
    plain = unicodedata.normalize("NFKD", character)[0]
    return plain if plain.isascii() and width == 1 else "?" * width
