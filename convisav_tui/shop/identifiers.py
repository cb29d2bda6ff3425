"""Serial numbers and IMEIs, typed or scanned: cleaned of what a barcode adds, checked where they can be."""

from __future__ import annotations

import re

from convisav_tui.i18n import _, ngettext
from convisav_tui.text import clean_line, fold

IMEI_LENGTH = 15
TAC_LENGTH = 8
SERIAL_LENGTH = 80
# Shorter ones, and those of one repeated character, identify nothing: "0000", "n/a".
_SHORTEST_TELLING_KEY = 4
_WORDS_FOR_NONE = frozenset({"aucun", "sans", "inconnu", "illisible", "none", "unknown", "fara", "necunoscut"})

# FNC1 between the elements of a GS1 barcode, and the symbology identifier that scanners may put before it.
_FNC1 = "\x1d"
_SYMBOLOGY = re.compile(r"^\](?:C[0-4]|d[0-6]|Q[0-6]|E[0-4]|e[0-3]|A[0-9])")
_GS1_SYMBOLOGY = re.compile(r"^\](?:C1|d2|Q3|e0)")
# Lengths of the GS1 elements that need no FNC1 after them; those of the identifiers that are two digits long.
_GS1_FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
_GS1_VARIABLE = {"10": 20, "21": 20, "22": 20}
_GS1_SERIAL = "21"

_CAPTION = re.compile(r"^(?:IMEI\d?|S/?N|N/S|SERIAL(?: ?(?:NO\.?|NUMBER))?|N°(?: ?(?:DE )?S[ÉE]RIE)?)\s*[:#=]\s*", re.I)
_IMEI_SEPARATORS = re.compile(r"[\s\-/.]")


def clean_serial(raw: str) -> str:
    """The serial number in what was typed or scanned: the GS1 serial element if it is a GS1 barcode, else the text
    without control characters, symbology identifier, caption ("S/N:") and doubled spaces."""
    scanned = raw.strip(" \t\r\n")
    element = _gs1_serial(scanned)
    if element is not None:
        return _printable(element)
    return _CAPTION.sub("", _printable(_SYMBOLOGY.sub("", scanned.lstrip(_FNC1)))).strip()


def serial_key(serial: str) -> str:
    """What serials are compared by: folded, without spaces; "" for one that identifies nothing."""
    key = fold(serial).replace(" ", "")
    telling = len(key) >= _SHORTEST_TELLING_KEY and len(set(key)) > 1 and key not in _WORDS_FOR_NONE
    return key if telling else ""


def looks_like_imei(serial: str) -> bool:
    """Whether this is meant as an IMEI: 14 to 17 digits, whatever stands between them."""
    squeezed = _IMEI_SEPARATORS.sub("", serial)
    return squeezed.isascii() and squeezed.isdigit() and 14 <= len(squeezed) <= 17


def parse_imei(text: str) -> str:
    """The 15 digits of an IMEI. ValueError with a sentence on which rule of its digits is broken."""
    squeezed = _IMEI_SEPARATORS.sub("", text)
    if not (squeezed.isascii() and squeezed.isdigit()):
        raise ValueError(_("An IMEI holds digits only"))
    if len(squeezed) != IMEI_LENGTH:
        raise ValueError(
            _("An IMEI has 15 digits, this has {count}: type *#06# on the phone").format(count=len(squeezed))
        )
    expected = luhn_digit(squeezed[:-1])
    if squeezed[-1] != expected:
        sentence = _("The last digit of this IMEI must be {expected} by the Luhn rule, not {found}: a digit is wrong")
        raise ValueError(sentence.format(expected=expected, found=squeezed[-1]))
    if set(squeezed) == {"0"}:
        raise ValueError(_("An IMEI is not made of zeros"))
    return squeezed


def checked_serial(serial: str, *, has_imei: bool) -> str:
    """The serial as it is kept: an IMEI as its 15 digits. ValueError when it is too long, or a wrong IMEI on a type of
    device that has one."""
    if len(serial) > SERIAL_LENGTH:
        sentence = ngettext("{limit} character at most", "{limit} characters at most", SERIAL_LENGTH)
        raise ValueError(sentence.format(limit=SERIAL_LENGTH))
    return parse_imei(serial) if has_imei and looks_like_imei(serial) else serial


def luhn_digit(payload: str) -> str:
    """The check digit that Luhn's rule puts behind these digits."""
    total = 0
    for position, character in enumerate(reversed(payload)):
        doubled = int(character) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def type_allocation_code(imei: str) -> str:
    """The first eight digits of an IMEI, which name the model; "" if this is no IMEI."""
    squeezed = _IMEI_SEPARATORS.sub("", imei)
    return squeezed[:TAC_LENGTH] if looks_like_imei(squeezed) else ""


def _printable(text: str) -> str:
    return clean_line("".join(c for c in clean_line(text) if c.isprintable()))


def _gs1_serial(scanned: str) -> str | None:
    """The element 21 of a GS1 barcode, or None if this is no GS1 barcode or has none."""
    if not _GS1_SYMBOLOGY.match(scanned) and _FNC1 not in scanned.rstrip(_FNC1):
        return None
    rest = _SYMBOLOGY.sub("", scanned)
    while rest := rest.lstrip(_FNC1):
        identifier, rest = rest[:2], rest[2:]
        if identifier in _GS1_FIXED:
            element, rest = rest[: _GS1_FIXED[identifier]], rest[_GS1_FIXED[identifier] :]
        elif identifier in _GS1_VARIABLE:
            element, _mark, rest = rest.partition(_FNC1)
        else:
            return None
        if identifier == _GS1_SERIAL and element:
            return element
    return None
