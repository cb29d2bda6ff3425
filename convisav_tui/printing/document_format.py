"""In which form an office printer gets a paper: the PDF as it is, else its pages as pictures.

PWG raster is what IPP Everywhere asks of every printer (PWG 5102.4, 5100.14), Apple raster what AirPrint does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PDF, PWG, URF = "application/pdf", "image/pwg-raster", "image/urf"
ONE_SIDED, LONG_EDGE, SHORT_EDGE = "one-sided", "two-sided-long-edge", "two-sided-short-edge"
# Dots an inch: barcodes are sure from the coarsest on; the finest takes some 150 MB a page while it is drawn.
COARSEST, USUAL, FINEST = 150, 300, 600
_URF_BACKS = {"DM1": "normal", "DM2": "flipped", "DM3": "rotated", "DM4": "manual-tumble"}


@dataclass(frozen=True)
class Abilities:
    """What a printer says that it takes, in the words of IPP; nothing where it does not tell."""

    formats: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    pwg_types: frozenset[str] = frozenset()
    pwg_resolutions: tuple[str, ...] = ()
    pwg_back: str = ""
    urf: tuple[str, ...] = ()
    colour: bool = False
    sides: str = ""
    """What it does with pages when nobody says otherwise."""
    most_copies: int = 0
    """How often it repeats a job by itself; 0: it does not say."""


@dataclass(frozen=True)
class PageForm:
    """How pages become pictures; `back` is how the printer wants the second side of a sheet turned."""

    format: str
    dpi: int = USUAL
    colour: bool = False
    sides: str = ONE_SIDED
    back: str = "normal"
    repeated: bool = False
    """Whether the copies stand in the document, because the printer makes none by itself."""


def takes_pdf(abilities: Abilities) -> bool:
    """Whether it takes a PDF, as far as it says; one that says nothing of formats is believed to."""
    return not abilities.formats or PDF in abilities.formats


def takes_no_paper(abilities: Abilities) -> bool:
    """Whether it takes a paper in none of the forms that can be made here."""
    return not takes_pdf(abilities) and page_form(abilities) is None


def page_form(abilities: Abilities, copies: int = 1) -> PageForm | None:
    """The pictures that it takes; None when there are none that can be made here."""
    repeated = 0 < abilities.most_copies < copies
    sides = abilities.sides if abilities.sides in (LONG_EDGE, SHORT_EDGE) else ONE_SIDED
    if PWG in abilities.formats:
        dpi = _best([_square(text) for text in abilities.pwg_resolutions])
        colour = abilities.colour and "srgb_8" in abilities.pwg_types
        if dpi and (colour or not abilities.pwg_types or "sgray_8" in abilities.pwg_types):
            return PageForm(PWG, dpi, colour, sides, abilities.pwg_back or "normal", repeated)
        if dpi and "srgb_8" in abilities.pwg_types:
            return PageForm(PWG, dpi, True, sides, abilities.pwg_back or "normal", repeated)
    if URF in abilities.formats:
        dpi = _best([int(one) for word in abilities.urf if word.startswith("RS") for one in _numbers(word)])
        colour = "SRGB24" in abilities.urf and (abilities.colour or "W8" not in abilities.urf)
        back = next((_URF_BACKS[word] for word in abilities.urf if word in _URF_BACKS), "normal")
        if dpi:
            return PageForm(URF, dpi, colour, sides, back, repeated)
    return None


def _numbers(word: str) -> list[str]:
    return re.findall(r"\d{2,4}", word)


def _square(text: str) -> int:
    """The dots an inch of "300dpi" or "300x300dpi"; 0 when it has not the same along and across."""
    found = re.fullmatch(r"(\d{2,4})(?:x(\d{2,4}))?dpi", text)
    return int(found[1]) if found and found[2] in (None, found[1]) else 0


def _best(resolutions: list[int]) -> int:
    """The usual resolution, else the one next to it; where none is told, the usual one is tried. 0: none will do."""
    if not resolutions:
        return USUAL
    fitting = [dpi for dpi in resolutions if COARSEST <= dpi <= FINEST]
    return min(fitting, key=lambda dpi: abs(dpi - USUAL), default=0)


NOTHING_TOLD = Abilities()
