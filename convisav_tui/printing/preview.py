"""A bitmap to look at: as rows of characters in a terminal, or as a PNG file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.printing.label import label
from convisav_tui.printing.media import DOTS_PER_INCH, Media
from convisav_tui.shop.paper import LabelPaper

if TYPE_CHECKING:
    from PIL.Image import Image

# A cell is inked when at least this share of its dots is: a little under half, so that thin letters stay.
_INKED = 0.4
_HALVES = (" ", "▀", "▄", "█")
_QUARTERS = (" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█")
_PLAIN = (" ", "'", ".", "#")


def half_blocks(image: Image, width: int = 80) -> list[str]:
    """The picture in rows of `width` cells, two dots one above the other in each: ink is drawn, paper is blank."""
    return _cells(image, width, 1, _HALVES)


def quarter_blocks(image: Image, width: int = 80) -> list[str]:
    """The same with four dots in each cell, for terminals whose font has the quadrants."""
    return _cells(image, width, 2, _QUARTERS)


def ascii_rows(image: Image, width: int = 80) -> list[str]:
    """The same in plain ASCII."""
    return _cells(image, width, 1, _PLAIN)


def picture_rows(path: Path, width: int = 80) -> list[str]:
    """A picture file in rows of `width` cells. Raises OSError when it cannot be read."""
    from PIL import Image as Images

    with Images.open(path) as image:
        return half_blocks(image.convert("L"), width)


def label_png(paper: LabelPaper, media: Media, path: Path) -> None:
    """Write a label as PNG, exactly as it would be printed. Raises MediaRefused, OSError."""
    label(paper, media).save(path, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))


def _cells(image: Image, width: int, across: int, glyphs: tuple[str, ...]) -> list[str]:
    """Rows of glyphs; a glyph's place tells which of its dots are inked: left to right, then top to bottom."""
    from PIL import Image as Images

    columns = max(1, min(width, image.width // across)) * across
    # A cell is twice as high as wide: half a cell is square, a quarter of one is not.
    rows = max(2, round(image.height * columns / image.width / across))
    rows += rows % 2
    small = image.convert("L").resize((columns, rows), Images.Resampling.BOX)
    inked = [value < 255 * (1 - _INKED) for value in small.tobytes()]
    lines = []
    for top in range(0, rows, 2):
        cells = (
            sum(
                1 << bit
                for bit, (down, right) in enumerate((d, r) for d in (0, 1) for r in range(across))
                if inked[(top + down) * columns + left + right]
            )
            for left in range(0, columns, across)
        )
        lines.append("".join(glyphs[cell] for cell in cells).rstrip())
    return lines
