"""Sets a paper with Typst. Words reach a template as JSON, never as source: whatever people type stays text.

The shipped templates are set in this process, which keeps the fonts open; a shop's own in another (`template_jail`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.printing import shop_templates
from convisav_tui.printing.typography import FONTS, drawable

if TYPE_CHECKING:
    import typst

# What Typst calls the sizes of paper.
_TYPST_SIZES = {"A4": "a4", "A5": "a5", "Letter": "us-letter"}
TEMPLATES = shop_templates.SHIPPED
OTHERWISE = "document"  # the template of a paper that has none of its own
Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
Form = Literal["pdf", "png"]
ARCHIVE: tuple[Literal["a-3b"], ...] = ("a-3b",)  # PDF/A-3b, to be kept for years and to take a Factur-X in

# Typst breaks lines between words only; longer runs than this may be broken anywhere (zero-width space).
_LONG_RUN = re.compile(r"\S{21,}")
_PIECE = re.compile(r".{1,6}")
_MAY_BREAK = "\u200b"


class NotSet(ConvisavError):
    """Typst could not set the document; the sentence holds its own words."""


def typeset(
    kind: str, data: Mapping[str, Json], form: Form = "pdf", dots_per_inch: int | None = None, logo: bytes = b""
) -> bytes:
    """The paper of this kind: a PDF/A-3b, or the first page as PNG; by the shop's template where that can be set.
    A logo that cannot be drawn is left out. Raises NotSet when the shipped template cannot be set either."""
    shown = {key: _shown(value) for key, value in data.items()}
    size = shop_templates.USUAL_SIZE if kind == "fax" else shop_templates.in_use().paper_size  # faxes know A4
    shown["paper"] = _TYPST_SIZES[size]
    kind = kind if kind in shop_templates.shipped_kinds() else OTHERWISE
    try:
        return _set(kind, json.dumps(shown | {"logo": list(logo)}), form, dots_per_inch)
    except NotSet:
        if not logo:
            raise
        return _set(kind, json.dumps(shown | {"logo": []}), form, dots_per_inch)


def _set(kind: str, words: str, form: Form, dots_per_inch: int | None) -> bytes:
    standards = ARCHIVE if form == "pdf" else ()
    own = shop_templates.in_use().set(kind, words, form, dots_per_inch, standards)
    return own or set_shipped(kind, words, form, dots_per_inch)


def set_shipped(kind: str, words: str, form: Form = "pdf", dots_per_inch: int | None = None) -> bytes:
    """The same by the shipped template; as a plain PDF where it cannot be a PDF/A. Raises NotSet."""
    import typst

    path = TEMPLATES / f"{kind}{shop_templates.SUFFIX}"
    try:
        try:
            return _compile(path, words, form, dots_per_inch, ARCHIVE if form == "pdf" else ())
        except typst.TypstError as error:
            if "PDF/A" not in error.message:
                raise
            return _compile(path, words, form, dots_per_inch, ())
    except typst.TypstError as error:
        raise NotSet(_("The document cannot be set: {reason}").format(reason=str(error)[:200])) from error


def breakable(value: Json) -> Json:
    """The same data, with places to break in words that are longer than a column."""
    if isinstance(value, str):
        return _LONG_RUN.sub(lambda run: _MAY_BREAK.join(_PIECE.findall(run[0])), value)
    if isinstance(value, dict):
        return {key: breakable(inner) for key, inner in value.items()}
    return [breakable(inner) for inner in value] if isinstance(value, list) else value


def _compile(
    path: Path, words: str, form: Form, dots_per_inch: int | None, standards: tuple[Literal["a-3b"], ...]
) -> bytes:
    import typst

    made = typst.compile(
        str(path),
        root=str(path.parent),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format=form,
        ppi=dots_per_inch,
        pdf_standards=list(standards),
        sys_inputs={"data": words},
    )
    return made[0] if isinstance(made, list) else bytes(made)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Our fonts, opened once."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _shown(value: Json) -> Json:
    """The same data with what the font cannot draw replaced: a PDF to be kept may hold no letter without a shape."""
    if isinstance(value, str):
        return value if value.isascii() else "".join(c if c == _MAY_BREAK else drawable(c) for c in value)
    if isinstance(value, dict):
        return {key: _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list) else value
