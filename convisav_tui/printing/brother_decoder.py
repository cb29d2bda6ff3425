"""What a Brother QL printer would print, read back from the bytes of a job: for the demo's printer and the tests."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convisav_tui.printing.media import MEDIA, Media

if TYPE_CHECKING:
    from PIL.Image import Image

_BLACK_ROW = b"g\x00"
_FIRST_COLOUR_ROW = b"w\x01"
_SECOND_COLOUR_ROW = b"w\x02"
_MEDIA = b"\x1biz"
_EXPANDED = b"\x1biK"
_COMPRESSION = b"M"
_NEXT_PAGE = b"\x0c"
_LAST_PAGE = b"\x1a"
_ROW_HEADER = 3


@dataclass(frozen=True)
class Page:
    """One printed page: the ink under the whole print head (mode "1", black on white) and what the job asked for."""

    image: Image
    width_mm: int
    length_mm: int
    rows: int
    cut: bool
    two_colours: bool
    red_dots: int
    last: bool

    @property
    def media(self) -> Media | None:
        """The medium that the job asked the printer to check."""
        size = (self.width_mm, self.length_mm)
        return next(
            (m for m in MEDIA.values() if (m.width_mm, m.length_mm) == size and m.red is self.two_colours), None
        )

    @property
    def label(self) -> Image:
        """The printable part alone, upright as people read it: what does not lie along the roll is turned back."""
        media = self.media
        if media is None:
            return self.image
        # Heads wider than 90 bytes begin 44 dots further left.
        right = self.image.width - media.right_margin - (44 if self.image.width > 720 else 0)
        fed = self.image.crop((right - media.width, 0, right, self.image.height))
        if fed.height <= fed.width or (media.endless and media.width >= 500):
            return fed
        from PIL import Image as Images

        return fed.transpose(Images.Transpose.ROTATE_270)


class _Sheet:
    """A page while its rows arrive."""

    def __init__(self) -> None:
        self.black: list[bytes] = []
        self.red: list[bytes] = []
        self.compressed = False
        self.size = (0, 0)
        self.announced = 0
        self.cut = False
        self.two_colours = False

    def take(self, instruction: bytes) -> None:
        if instruction.startswith((_BLACK_ROW, _FIRST_COLOUR_ROW)):
            self.black.append(self._row(instruction))
        elif instruction.startswith(_SECOND_COLOUR_ROW):
            self.red.append(self._row(instruction))
        elif instruction.startswith(_MEDIA):
            self.size = (instruction[5], instruction[6])
            self.announced = struct.unpack("<L", instruction[7:11])[0]
        elif instruction.startswith(_EXPANDED):
            self.cut = bool(instruction[3] & 0x08)
            self.two_colours = bool(instruction[3] & 0x01)
        elif instruction.startswith(_COMPRESSION):
            self.compressed = instruction[1] == 0x02

    def finished(self, last: bool) -> Page:
        red = sum(byte.bit_count() for row in self.red for byte in row)
        image = _picture(self.black)
        return Page(image, *self.size, self.announced, self.cut, self.two_colours, red, last)

    def next(self) -> None:
        self.black, self.red = [], []

    def _row(self, instruction: bytes) -> bytes:
        row = instruction[_ROW_HEADER:]
        if not self.compressed:
            return row
        import packbits

        return bytes(packbits.decode(row))


def pages(job: bytes) -> list[Page]:
    """The pages of a job, in order; rows of a page that was never ended are not there, as on paper.

    Raises ValueError on bytes that no Brother QL understands, or that stop within an instruction.
    """
    from brother_ql.reader import chunker

    sheet = _Sheet()
    done: list[Page] = []
    for instruction in chunker(job, raise_exception=True):
        if instruction in (_NEXT_PAGE, _LAST_PAGE):
            done.append(sheet.finished(instruction == _LAST_PAGE))
            sheet.next()
        else:
            sheet.take(instruction)
    return done


def _picture(rows: list[bytes]) -> Image:
    """Rows of set dots as black ink on white, in reading direction."""
    from PIL import Image as Images
    from PIL import ImageChops

    if not rows:
        return Images.new("1", (8, 1), 255)
    inked = Images.frombytes("1", (len(rows[0]) * 8, len(rows)), b"".join(rows))
    return ImageChops.invert(inked).transpose(Images.Transpose.FLIP_LEFT_RIGHT)
