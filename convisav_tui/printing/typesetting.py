"""Sets a template with Typst. Words reach it as JSON, never as source: whatever people type stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.printing.typography import FONTS

TEMPLATES = Path(__file__).parent / "templates"
Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

# Typst breaks lines between words only; longer runs than this may be broken anywhere (zero-width space).
_LONG_RUN = re.compile(r"\S{21,}")
_PIECE = re.compile(r".{1,6}")
_MAY_BREAK = "\u200b"


class NotSet(ConvisavError):
    """Typst could not set the document; the sentence holds its own words."""


def typeset(
    template: Path, data: Mapping[str, Json], form: Literal["pdf", "png"] = "pdf", dots_per_inch: int | None = None
) -> bytes:
    """The template filled with the data: a PDF, or the first page as PNG. Raises NotSet."""
    import typst

    try:
        made = typst.compile(
            str(template),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format=form,
            ppi=dots_per_inch,
            sys_inputs={"data": json.dumps(data)},
        )
    except typst.TypstError as error:
        raise NotSet(_("The document cannot be set: {reason}").format(reason=str(error)[:200])) from error
    return made[0] if isinstance(made, list) else bytes(made)


def breakable(value: Json) -> Json:
    """The same data, with places to break in words that are longer than a column."""
    if isinstance(value, str):
        return _LONG_RUN.sub(lambda run: _MAY_BREAK.join(_PIECE.findall(run[0])), value)
    if isinstance(value, dict):
        return {key: breakable(inner) for key, inner in value.items()}
    return [breakable(inner) for inner in value] if isinstance(value, list) else value
