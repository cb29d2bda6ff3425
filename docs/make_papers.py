"""Draws the sample papers of the documentation again: `python docs/make_papers.py`, which fills docs/papers/.

The words are invented (`printing/samples.py`); each kind is drawn by its shipped template, in one language, in few
shades of grey so that a picture stays small.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from convisav_tui.printing.samples import sample_words, sampled_kinds
from convisav_tui.printing.typesetting import typeset

PAPERS = Path(__file__).parent / "papers"
DOTS_PER_INCH = 72
SHADES = 12
LANGUAGES = {"repair_information_form": "en", "letter": "en", "work_statement": "ro", "drop_off_receipt": "ro"}
OTHERWISE = "fr"
MARGIN = 12  # dots of white that stay below the last line


def drawn(kind: str) -> Image.Image:
    """The first page, without the white below what stands on it."""
    page = Image.open(
        io.BytesIO(typeset(kind, sample_words(kind, LANGUAGES.get(kind, OTHERWISE)), "png", DOTS_PER_INCH))
    )
    grey = page.convert("L")
    footer = grey.height * 93 // 100
    used = grey.crop((0, 0, grey.width, footer)).point(lambda shade: 255 - shade).getbbox()
    low = min(footer, used[3] + MARGIN) if used else footer
    return grey.crop((0, 0, grey.width, low)).quantize(SHADES)


def main() -> None:
    """Draw every kind."""
    PAPERS.mkdir(exist_ok=True)
    for kind in sampled_kinds():
        drawn(kind).save(PAPERS / f"{kind}.png", "PNG", optimize=True)


if __name__ == "__main__":
    main()
