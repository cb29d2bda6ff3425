"""A bitmap to print on: text, lines, boxes and barcodes in dots, thresholded to pure black and white at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui.printing.code128 import QUIET_MODULES, bars, width_in_modules
from convisav_tui.printing.media import DOTS_PER_INCH
from convisav_tui.printing.typography import font, width

if TYPE_CHECKING:
    from PIL.Image import Image

PAPER = 255
INK = 0
# Grey edges of letters become ink above half; dithering would turn bars and letters into dust.
_HALF = 128


class Canvas:
    """A white page of `width` × `height` dots, `dpi` of them an inch."""

    def __init__(self, width: int, height: int, dpi: int = DOTS_PER_INCH) -> None:
        from PIL import Image, ImageDraw

        self.width = width
        self.height = height
        self.dpi = dpi
        self._image = Image.new("L", (width, height), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def text(self, x: int, y: int, text: str, size: int, *, bold: bool = False, ink: int = INK) -> None:
        """One line of text whose tallest letters touch `y`."""
        self._draw.text((x, y), text, fill=ink, font=font(size, bold), anchor="la")

    def text_to(self, right: int, y: int, text: str, size: int, *, bold: bool = False) -> None:
        """One line of text that ends at `right`."""
        self.text(right - width(text, size, bold), y, text, size, bold=bold)

    def text_amid(self, left: int, right: int, y: int, text: str, size: int, *, bold: bool = False) -> None:
        """One line of text in the middle between `left` and `right`."""
        self.text(left + (right - left - width(text, size, bold)) // 2, y, text, size, bold=bold)

    def badge(self, left: int, y: int, text: str, size: int) -> None:
        """White text on black that begins at `left`."""
        padding = max(3, size // 4)
        right = left + width(text, size, bold=True) + 2 * padding
        self._draw.rectangle((left, y, right - 1, y + round(size * 1.18)), fill=INK)
        self.text(left + padding, y, text, size, bold=True, ink=PAPER)

    def badge_to(self, right: int, y: int, text: str, size: int) -> int:
        """White text on black that ends at `right`; returns where it begins."""
        left = right - width(text, size, bold=True) - 2 * max(3, size // 4)
        self.badge(left, y, text, size)
        return left

    def rule(self, y: int, left: int, right: int, thickness: int = 2) -> None:
        """A horizontal line."""
        self._draw.rectangle((left, y, right - 1, y + thickness - 1), fill=INK)

    def frame(self, left: int, top: int, right: int, bottom: int, thickness: int = 2) -> None:
        """An empty box."""
        self._draw.rectangle((left, top, right - 1, bottom - 1), outline=INK, width=thickness)

    def barcode(self, left: int, right: int, y: int, height: int, digits: str, dots: int) -> None:
        """Code 128 in the middle between `left` and `right`, `dots` a module, quiet zones kept by the caller's room."""
        start = left + (right - left - width_in_modules(digits) * dots) // 2 + QUIET_MODULES * dots
        for first, modules in bars(digits):
            x = start + first * dots
            self._draw.rectangle((x, y, x + modules * dots - 1, y + height - 1), fill=INK)

    def picture(self, left: int, right: int, y: int, picture: Image) -> None:
        """A picture in black and white in the middle between `left` and `right`."""
        self._image.paste(picture.convert("L"), (left + (right - left - picture.width) // 2, y))

    def finished(self, height: int = 0) -> Image:
        """The page in pure black and white (mode "1"), cut to `height` dots when given."""
        page = self._image if not height else self._image.crop((0, 0, self.width, height))
        return page.point(lambda value: PAPER if value >= _HALF else INK, mode="1")
