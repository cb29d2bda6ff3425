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

# A page that lies where the paper stands is turned; what is larger or smaller than the paper is fitted to it.
_SHEET = """#let w = json(bytes(sys.inputs.data))
#let (wide, high) = (w.width * 1mm, w.height * 1mm)
#set page(width: wide, height: high, margin: 0mm)
#let drawn(..size) = image("paper.pdf", page: w.page, ..size)
#context {
  let own = measure(drawn())
  let lies = (own.width > own.height) != (wide > high)
  let (across, along) = if lies { (high, wide) } else { (wide, high) }
  let turn = if lies { 90deg } else { 0deg }
  place(center + horizon, rotate(turn, reflow: true, drawn(width: across, height: along, fit: "contain")))
}
"""
_NO_SUCH_PAGE = "does not exist"  # in Typst's words, which come with its version
_MOST_PAGES = 400
_SECONDS = 20.0


class NotDrawn(ConvisavError):
    """The pages of this paper cannot be drawn; the sentence says why. No retry helps."""


def pages_of(pdf: bytes, size_mm: tuple[float, float], dpi: int, colour: bool) -> Iterator[Image]:
    """Each page on paper of that size, in order, in colours or gray; a lying one is turned upright. Raises NotDrawn."""
    from PIL import Image

    with tempfile.TemporaryDirectory(prefix="convisav-pages-") as name, contextlib.closing(Jail(_SECONDS)) as jail:
        folder = Path(name)
        (folder / "paper.pdf").write_bytes(pdf)
        (folder / "page.typ").write_text(_SHEET)
        for number in range(1, _MOST_PAGES + 1):
            words = json.dumps({"width": size_mm[0], "height": size_mm[1], "page": number})
            try:
                drawn = jail.set(folder, "page.typ", words, "png", dpi)
            except TemplateWrong as error:
                if number > 1 and _NO_SUCH_PAGE in error.reason:
                    return
                raise NotDrawn(_unable(error.reason)) from error
            with Image.open(io.BytesIO(drawn)) as picture:
                page = picture.convert("RGB" if colour else "L")
            yield page


def _unable(reason: str) -> str:
    return _("The pages of this paper cannot be drawn for the printer: {reason}.").format(
        reason=" ".join(reason.split())[:120].rstrip(".")
    )
