"""SMS text: GSM 03.38 transliteration and the number of segments that a text costs."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_SUBSTITUTES = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "„": '"', "…": "...", "–": "-", "—": "-",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "œ": "oe", "Œ": "OE", "ç": "c", "•": "-", "№": "n.", "º": "o",
    "°": "o", "×": "x", "\t": " ",
}  # fmt: skip


@dataclass(frozen=True)
class Segments:
    """What a text costs: its encoding ("GSM-7" or "UCS-2"), its units, and the messages it is cut into."""

    encoding: str
    units: int
    count: int


def to_gsm(text: str) -> str:
    """The text with what GSM-7 lacks replaced by what reads the same; what has no substitute stays."""
    return "".join(_substitute(character) for character in unicodedata.normalize("NFC", text))


def segments(text: str) -> Segments:
    """Count the segments of a text; an escaped character is never cut in two."""
    if all(c in _BASIC or c in _EXTENDED for c in text):
        return _count("GSM-7", [2 if c in _EXTENDED else 1 for c in text], single=160, joined=153)
    return _count("UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text], single=70, joined=67)


def _count(encoding: str, units: list[int], single: int, joined: int) -> Segments:
    total = sum(units)
    if total <= single:
        return Segments(encoding, total, 1 if total else 0)
    count, room = 1, joined
    for unit in units:
        if unit > room:
            count, room = count + 1, joined
        room -= unit
    return Segments(encoding, total, count)


def _substitute(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    if character in _SUBSTITUTES:
        return _SUBSTITUTES[character]
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return base if base and all(c in _BASIC or c in _EXTENDED for c in base) else character
