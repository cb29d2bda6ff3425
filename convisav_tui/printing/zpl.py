"""ZPL: labels as one compressed graphic field each, and a Zebra's answer to ~HS.

The picture is drawn by us rather than with the printer's fonts: it is the same on every printer, and ș, ț and ł are
there. Its bars are whole dots of the head, as the printer's own would be.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.printing.media import Media, MediaRefused, in_words
from convisav_tui.printing.sizes import edge, whole
from convisav_tui.printing.status import Condition, PrinterStatus

if TYPE_CHECKING:
    from PIL.Image import Image

ASK = b"~HS"
# The answer is three strings of this form.
ANSWER = re.compile(rb"\x02([^\x02\x03]*)\x03")
STRINGS = 3
_FIELDS = (12, 11, 2)
# Places in the first and the second string.
_PAPER_OUT, _PAUSED, _WAITING_FORMATS, _BUFFER_FULL, _TOO_COLD, _TOO_HOT = 1, 2, 4, 5, 10, 11
_HEAD_OPEN, _RIBBON_OUT, _LABELS_LEFT = 2, 3, 8


def encode(pages: Sequence[Image], media: Media) -> bytes:
    """One job of several labels (black on white, mode "1"). Raises MediaRefused for a page of another size."""
    return b"".join(_label(_as_fed(page, media), media) for page in pages)


def _label(page: Image, media: Media) -> bytes:
    from PIL import ImageChops

    dots = ImageChops.invert(page.convert("1")).tobytes()
    packed = base64.b64encode(zlib.compress(dots, 9))
    width, length = whole(media)
    start = edge(media)
    head = f"^XA^PW{width}^LL{length}^LH0,0^FO{start},{start}^GFA,{len(dots)},{len(dots)},{(page.width + 7) // 8}"
    return head.encode() + b",:Z64:" + packed + f":{binascii.crc_hqx(packed, 0):04X}^FS^PQ1^XZ\n".encode()


def _as_fed(page: Image, media: Media) -> Image:
    """The page as the label runs through the printer: across the roll it is as wide as the label."""
    from PIL import Image as Images

    if (page.width, page.height) == (media.width, media.length):
        return page
    if (page.height, page.width) == (media.width, media.length):
        return page.transpose(Images.Transpose.ROTATE_90)
    raise MediaRefused(
        _("A page of {width} × {height} dots does not fit the {media}.").format(
            width=page.width, height=page.height, media=in_words(media)
        )
    )


def decode(answer: bytes) -> PrinterStatus | None:
    """The condition that an answer to ~HS tells; None when it is not one, or not complete."""
    strings = _strings(answer)
    if strings is None:
        return None
    first, second = strings
    for fields, place, condition in (
        (second, _HEAD_OPEN, Condition.HEAD_OPEN),
        (first, _PAPER_OUT, Condition.MEDIA_END),
        (second, _RIBBON_OUT, Condition.RIBBON_END),
        (first, _TOO_HOT, Condition.TOO_HOT),
        (first, _TOO_COLD, Condition.ERROR),
        (first, _PAUSED, Condition.PAUSED),
    ):
        if fields[place].strip() == b"1":
            return PrinterStatus(condition)
    busy = _number(first[_WAITING_FORMATS]) or _number(second[_LABELS_LEFT]) or _number(first[_BUFFER_FULL])
    return PrinterStatus(Condition.PRINTING if busy else Condition.READY)


def _strings(answer: bytes) -> tuple[list[bytes], list[bytes]] | None:
    found = [string.split(b",") for string in ANSWER.findall(answer)]
    if len(found) < STRINGS or any(len(fields) < least for fields, least in zip(found, _FIELDS, strict=False)):
        return None
    return found[0], found[1]


def _number(field: bytes) -> int:
    return int(field) if field.strip().isdigit() else 0
