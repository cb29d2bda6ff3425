"""Text from people: cleaned where it enters, folded for search."""

from __future__ import annotations

import unicodedata
from pathlib import Path

# Letters that NFKD leaves whole although people type them without their stroke.
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "ħ": "h", "ŧ": "t"}
)
# Bidirectional overrides and other invisible characters that make a text look like another one.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


def clean_text(text: str) -> str:
    """Text of several lines as it may be kept: NFC, no control characters, surrogates or direction overrides."""
    if text.isprintable():  # nothing to drop: most texts
        return unicodedata.normalize("NFC", text).strip()
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u2028", "\n")
    kept = "".join(c for c in unified if c == "\n" or _may_be_kept(c))
    return unicodedata.normalize("NFC", kept).strip()


def clean_line(text: str) -> str:
    """The same on one line, with single spaces."""
    return " ".join(clean_text(text).split())


def typed_path(typed: str) -> Path:
    """The file or folder that somebody typed: without what no name can hold, `~` being his own folder; that of a person
    whom this machine does not know stays as it was typed."""
    named = Path(typed.strip().replace("\0", "").encode("utf-8", "ignore").decode("utf-8"))
    try:
        return named.expanduser()
    except RuntimeError:
        return named


def one_line(text: str) -> str:
    """Text for a log: on one line, what does not print written out as \\n or \\x1b."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)


def fold(text: str) -> str:
    """What search and sorting compare: case, accents and strokes taken away, single spaces."""
    # Compatibility forms first: a styled capital has no lower case of its own.
    lowered = unicodedata.normalize("NFKD", text).casefold().translate(_STROKES)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain.replace("'", "").replace("’", "")).split())


def digits(text: str) -> str:
    """The ASCII digits of a text, in order."""
    return "".join(c for c in text if c in "0123456789")


def is_typed(character: str) -> bool:
    """Whether a character is text that people type: printable, or one of the spaces that do not break a line."""
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _may_be_kept(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn") and character not in _INVISIBLE
