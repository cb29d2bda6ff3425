"""ESC/POS: bitmaps as raster images, each cut off, and the answers of a receipt printer to DLE EOT and GS r.

Everything is printed as a picture: then the code pages that cheap printers are wrong about do not matter
(printing.md 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.printing.media import Media, MediaRefused, in_words
from convisav_tui.printing.status import UNKNOWN, Condition, PrinterStatus

if TYPE_CHECKING:
    from PIL.Image import Image

RESET = b"\x1b@"
RASTER = b"\x1dv0\x00"
# Feed to the knife, then cut nearly through; printers without a knife only feed.
CUT = b"\x1dVB\x00"
# Rows sent as one image: small buffers hold them, and nothing is fed between two of them.
BAND = 256
# Answered at once, even while it prints or is off line: printer, cause of being off line, error, roll.
ASK = tuple(b"\x10\x04" + bytes((number,)) for number in (1, 2, 3, 4))
# Answered in its turn: all that was sent before is printed by then.
ASK_WHEN_DONE = b"\x1dr\x01"
_FIXED, _OF_DLE_EOT, _OF_GS_R = 0x93, 0x12, 0x90
_OFFLINE, _COVER, _NO_PAPER, _KNIFE, _FATAL, _HOT = 0x08, 0x04, 0x20, 0x08, 0x20, 0x40
_ROLL_NEAR_END, _ROLL_END, _DONE_ROLL_END = 0x0C, 0x60, 0x0C


def encode(pages: Sequence[Image], media: Media) -> bytes:
    """One job of several pages (black on white, mode "1"), each cut off. Raises MediaRefused for a page that is not as
    wide as the roll."""
    job = bytearray(RESET)
    for page in pages:
        upright = _across(page, media)
        dots, length = _ink(upright), (upright.width + 7) // 8
        for top in range(0, upright.height, BAND):
            rows = min(BAND, upright.height - top)
            job += RASTER + length.to_bytes(2, "little") + rows.to_bytes(2, "little")
            job += dots[top * length : (top + rows) * length]
        job += CUT
    return bytes(job)


def _across(page: Image, media: Media) -> Image:
    """The page as wide as the roll: labels that were drawn along it are turned."""
    from PIL import Image as Images

    if page.width == media.width:
        return page
    if page.height == media.width:
        return page.transpose(Images.Transpose.ROTATE_90)
    raise MediaRefused(
        _("A page of {width} × {height} dots does not fit the {media}.").format(
            width=page.width, height=page.height, media=in_words(media)
        )
    )


def _ink(page: Image) -> bytes:
    """Rows of whole bytes in which a set bit is ink."""
    from PIL import ImageChops

    return ImageChops.invert(page.convert("1")).tobytes()


def is_answer(octet: int) -> bool:
    """Whether a byte answers DLE EOT."""
    return octet & _FIXED == _OF_DLE_EOT


def is_done(octet: int) -> bool:
    """Whether a byte answers GS r: what was sent before it has been printed."""
    return octet & _OF_GS_R == 0


def after_printing(octet: int) -> PrinterStatus:
    """What the answer to GS r says of the roll."""
    return PrinterStatus(Condition.MEDIA_END if octet & _DONE_ROLL_END else Condition.READY)


def decode(answers: bytes) -> PrinterStatus:
    """The condition that the answers to the four questions tell; UNKNOWN when they are something else."""
    if len(answers) != len(ASK) or not all(is_answer(octet) for octet in answers):
        return UNKNOWN
    printer, cause, error, roll = answers
    warnings = (Condition.MEDIA_LOW,) if roll & _ROLL_NEAR_END else ()
    return PrinterStatus(_condition(printer, cause, error, roll), warnings=warnings)


def _condition(printer: int, cause: int, error: int, roll: int) -> Condition:
    if cause & _COVER:
        return Condition.COVER_OPEN
    if roll & _ROLL_END or cause & _NO_PAPER:
        return Condition.MEDIA_END
    if error & _KNIFE:
        return Condition.CUTTER_JAM
    if error & _HOT:
        return Condition.TOO_HOT
    if error & _FATAL:
        return Condition.ERROR
    return Condition.OFFLINE if printer & _OFFLINE else Condition.READY
