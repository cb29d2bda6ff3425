"""Labels and rolls that printers take: size in mm, printable dots; those of Brother's label printers are listed."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from convisav_tui.errors import Refusal
from convisav_tui.i18n import _

DOTS_PER_INCH = 300
# The shortest page that every model accepts (QL-1100: 301 dots), and the longest (QL-500 to QL-820: 1 m).
SHORTEST_PAGE = 302
LONGEST_PAGE = 11_811


class MediaRefused(Refusal):
    """This medium cannot hold what should stand on it, or the printer cannot take it; nothing is printed."""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__("media", sentence, remedy)


class MediaKind(enum.StrEnum):
    """Cut by the printer, cut beforehand, or sheets of paper."""

    ENDLESS = "endless"
    DIE_CUT = "die_cut"
    ROUND = "round"
    SHEET = "sheet"


@dataclass(frozen=True)
class Media:
    """One kind of label: width and length in mm (0 = endless), printable width and length in dots (0 = as needed)."""

    name: str
    width_mm: int
    length_mm: int
    width: int
    length: int
    right_margin: int  # dots between the print head's right end and the printable area
    feed_margin: int = 0  # dots fed before and after a page
    kind: MediaKind = MediaKind.DIE_CUT
    red: bool = False  # black and red roll: takes two colours, and must be told so
    dpi: int = DOTS_PER_INCH

    @property
    def endless(self) -> bool:
        """Whether the page may be as long as needed."""
        return self.kind is MediaKind.ENDLESS

    @property
    def inscribed(self) -> tuple[int, int]:
        """Width and length, in dots, of the rectangle that may be printed: less than all on round labels."""
        if self.kind is MediaKind.ROUND:
            side = math.floor(self.width / math.sqrt(2))
            return side, side
        return self.width, self.length


def _roll(name: str, width_mm: int, width: int, right_margin: int, feed_margin: int = 35, red: bool = False) -> Media:
    return Media(name, width_mm, 0, width, 0, right_margin, feed_margin, MediaKind.ENDLESS, red)


def _round(name: str, width_mm: int, width: int, right_margin: int, feed_margin: int = 0) -> Media:
    return Media(name, width_mm, width_mm, width, width, right_margin, feed_margin, MediaKind.ROUND)


# Facts of the printers' documentation; a test compares them with those that brother_ql-next knows.
_ALL = (
    _roll("12", 12, 106, 29),
    _roll("18", 18, 234, 171, 14),
    _roll("29", 29, 306, 6),
    _roll("38", 38, 413, 12),
    _roll("50", 50, 554, 12),
    _roll("54", 54, 590, 0),
    _roll("62", 62, 696, 12),
    _roll("62red", 62, 696, 12, red=True),
    _roll("102", 102, 1164, 12),
    _roll("103", 104, 1200, 12),
    Media("17x54", 17, 54, 165, 566, 0),
    Media("17x87", 17, 87, 165, 956, 0),
    Media("23x23", 23, 23, 202, 202, 42),
    Media("29x42", 29, 42, 306, 425, 6),
    Media("29x90", 29, 90, 306, 991, 6),
    Media("39x90", 38, 90, 413, 991, 12),
    Media("39x48", 39, 48, 425, 495, 6),
    Media("52x29", 52, 29, 578, 271, 0),
    Media("54x29", 54, 29, 598, 271, 60),
    Media("60x86", 60, 87, 672, 954, 18),
    Media("62x29", 62, 29, 696, 271, 12),
    Media("62x100", 62, 100, 696, 1109, 12),
    Media("102x51", 102, 51, 1164, 526, 12),
    Media("102x152", 102, 153, 1164, 1660, 12),
    Media("103x164", 104, 164, 1200, 1822, 12),
    _round("d12", 12, 94, 113, 35),
    _round("d24", 24, 236, 42),
    _round("d58", 58, 618, 51),
)

MEDIA = {media.name: media for media in _ALL}


def media_named(name: str) -> Media:
    """The medium of that name ("62", "29x90"); raises MediaRefused when there is none."""
    found = MEDIA.get(name)
    if found is None:
        raise MediaRefused(
            _("There is no label or roll called “{name}”.").format(name=name),
            _("Known ones are {names}.").format(names=", ".join(MEDIA)),
        )
    return found


def in_words(media: Media) -> str:
    """The medium as people call it: "62 mm roll", "29 × 90 mm labels", "A4 paper"."""
    if media.kind is MediaKind.SHEET:
        return _("{name} paper").format(name=media.name)
    if media.endless:
        return _("{width} mm roll").format(width=media.width_mm)
    return _("{width} × {length} mm labels").format(width=media.width_mm, length=media.length_mm)
