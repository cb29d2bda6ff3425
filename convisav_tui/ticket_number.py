"""Ticket numbers: two digits of the year, seven of a counter, one Damm check digit, ten in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LENGTH = 10
# First pairs that no order of this century has: labels of loaners and places and slips of dispatches are read like
# tickets, garbled keyboards and all.
LOANER_PAIR = 95
PLACE_PAIR = 97
DISPATCH_PAIR = 98
Kind = Literal["order", "loaner", "place", "dispatch"]
# On the sheet that tries a scanner out: every digit once, and a first pair that no order of this century has either.
SHEET = "9601235478"

# Damm's quasigroup of order 10: finds every single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

# What a wrongly set scanner types for the digits: a US one on AZERTY, the same with Caps Lock, a French one on US.
_GARBLINGS = (
    str.maketrans("à&é\"'(-è_ç", "0123456789"),
    str.maketrans("À&É\"'(-È_Ç", "0123456789"),
    str.maketrans(")!@#$%^&*(", "0123456789"),
)


@dataclass(frozen=True)
class Reading:
    """A ticket number read from a scanner or typed; `repaired` when the keyboard layout had garbled it."""

    number: str
    repaired: bool


def make(year: int, counter: int) -> str:
    """The number of the `counter`-th order of `year` (counter 1 to 9,999,999). Raises ValueError beyond."""
    if not 1 <= counter <= 9_999_999:
        raise ValueError(f"counter {counter} is outside 1..9999999")
    stem = f"{year % 100:02d}{counter:07d}"
    return stem + str(_remainder(stem))


def kind(number: str) -> Kind:
    """What a number of ten digits names: an order, a loaner, a place, or a dispatch to a subcontractor."""
    kinds: dict[str, Kind] = {str(LOANER_PAIR): "loaner", str(PLACE_PAIR): "place", str(DISPATCH_PAIR): "dispatch"}
    return kinds.get(number[:2], "order")


def counter(number: str) -> int:
    """The counter in a number: the id of a place or a loaner on its label."""
    return int(number[2:9])


def is_valid(text: str) -> bool:
    """Whether these are ten digits whose check digit is right."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and _remainder(text) == 0


def show(number: str) -> str:
    """As people read it: 26 0001234 5."""
    return f"{number[:2]} {number[2:9]} {number[9:]}"


def read(raw: str) -> Reading | None:
    """The number in what was scanned or typed, spaces allowed; None if the check digit does not prove one."""
    squeezed = "".join(raw.split())
    if is_valid(squeezed):
        return Reading(squeezed, repaired=False)
    for garbling in _GARBLINGS:
        candidate = squeezed.translate(garbling)
        if candidate != squeezed and is_valid(candidate):
            return Reading(candidate, repaired=True)
    return None


def _remainder(decimal: str) -> int:
    interim = 0
    for character in decimal:
        interim = _DAMM[interim][int(character)]
    return interim
