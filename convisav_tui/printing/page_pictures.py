"""The pages of a PDF as pictures, for printers that take no PDF: drawn by Typst, one at a time.

That is done in the jailed process (`template_jail`): a page takes up to 150 MB while it is drawn, and a shop's PDF form
may be anything. What the worker keeps is one picture.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.printing.template_jail import Jail, TemplateWrong

if TYPE_CHECKING:
    from PIL.Image import Image

_SHEET = """#let w = json(bytes(sys.inputs.data))
#set page(width: w.width * 1mm, height: w.height * 1mm, margin: 0mm)
#let turned = if w.turn { ((w.height * 1mm, w.width * 1mm), 90deg) } else { ((w.width * 1mm, w.height * 1mm), 0deg) }
#place(center + horizon, rotate(turned.at(1), reflow: true, box(
  width: turned.at(0).at(0),
  height: turned.at(0).at(1),
  image("paper.pdf", page: w.page, width: 100%, height: 100%, fit: "contain"),
)))
"""
_SECONDS = 20.0


class NotDrawn(ConvisavError):
    """The pages of this paper cannot be drawn; the sentence says why. No retry helps."""


def pages_of(pdf: bytes, size_mm: tuple[float, float], dpi: int, colour: bool) -> Iterator[Image]:
    """Each page on paper of that size, in order, in colours or gray; a lying one is turned upright. Raises NotDrawn."""
    from PIL import Image

    turns = [(width > height) != (size_mm[0] > size_mm[1]) for width, height in _sizes(pdf)]
    with tempfile.TemporaryDirectory(prefix="convisav-pages-") as name, contextlib.closing(Jail(_SECONDS)) as jail:
        folder = Path(name)
        (folder / "paper.pdf").write_bytes(pdf)
        (folder / "page.typ").write_text(_SHEET)
        for number, turn in enumerate(turns, 1):
            words = json.dumps({"width": size_mm[0], "height": size_mm[1], "page": number, "turn": turn})
            try:
                drawn = jail.set(folder, "page.typ", words, "png", dpi)
            except TemplateWrong as error:
                raise NotDrawn(_unable(error.reason)) from error
            with Image.open(io.BytesIO(drawn)) as picture:
                page = picture.convert("RGB" if colour else "L")
            yield page


def _sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page as it is looked at. Raises NotDrawn."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        sizes = []
        for page in PdfReader(io.BytesIO(pdf)).pages:
            width, height = float(page.cropbox.width), float(page.cropbox.height)
            sizes.append((height, width) if (page.rotation or 0) % 180 else (width, height))
    except (PyPdfError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise NotDrawn(_unable(str(error))) from error
    return sizes


def _unable(reason: str) -> str:
    return _("The pages of this paper cannot be drawn for the printer: {reason}.").format(
        reason=" ".join(reason.split())[:120].rstrip(".")
    )
