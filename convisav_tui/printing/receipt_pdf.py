"""The intake receipt as a PDF page, set by Typst from `templates/receipt.typ`.

The words reach the template as JSON, never as source: whatever people type stays text.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.printing.code128 import bars, width_in_modules
from convisav_tui.printing.receipt import ReceiptWords
from convisav_tui.printing.typography import FONTS

# Typst breaks lines between words only; longer runs than this may be broken anywhere (zero-width space).
_LONG_RUN = re.compile(r"\S{21,}")
_PIECE = re.compile(r".{1,6}")
_MAY_BREAK = "\u200b"
TEMPLATE = Path(__file__).parent / "templates" / "receipt.typ"


class NotSet(ConvisavError):
    """Typst could not set the document; the sentence holds its own words."""


def receipt_pdf(words: ReceiptWords) -> bytes:
    """The receipt as PDF, A4. Raises NotSet when the template cannot be set."""
    return _set(words, "pdf")


def receipt_png(words: ReceiptWords, dots_per_inch: int = 150) -> bytes:
    """The first page of the same as PNG, to look at."""
    return _set(words, "png", dots_per_inch)


def write_whole(content: bytes, path: Path) -> None:
    """Write a file so that it is there whole or not at all, even after a power cut. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _breakable(value: Any) -> Any:
    """The same data, with places to break in words that are longer than a column."""
    if isinstance(value, str):
        return _LONG_RUN.sub(lambda run: _MAY_BREAK.join(_PIECE.findall(run[0])), value)
    if isinstance(value, dict):
        return {key: _breakable(inner) for key, inner in value.items()}
    return [_breakable(inner) for inner in value] if isinstance(value, list) else value


def _set(words: ReceiptWords, form: Literal["pdf", "png"], dots_per_inch: int | None = None) -> bytes:
    import typst

    data = _breakable(asdict(words))
    data["bars"] = bars(words.digits)
    data["modules"] = width_in_modules(words.digits)
    try:
        made = typst.compile(
            str(TEMPLATE),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format=form,
            ppi=dots_per_inch,
            sys_inputs={"data": json.dumps(data)},
        )
    except typst.TypstError as error:
        raise NotSet(_("The receipt cannot be set: {reason}").format(reason=str(error)[:200])) from error
    return made[0] if isinstance(made, list) else bytes(made)
