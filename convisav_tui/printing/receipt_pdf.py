"""The intake receipt as a PDF page, set by Typst from `templates/intake_receipt.typ`.

The words reach the template as JSON, never as source: whatever people type stays text.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

from convisav_tui.printing.code128 import bars, width_in_modules
from convisav_tui.printing.document_pdf import drawn
from convisav_tui.printing.receipt import ReceiptWords
from convisav_tui.printing.typesetting import Form, Json, NotSet, breakable, typeset

KIND = "intake_receipt"


def receipt_pdf(words: ReceiptWords, logo: bytes = b"") -> bytes:
    """The receipt as PDF, A4; `logo` is a PNG or nothing. Raises NotSet when the template cannot be set."""
    return _set(words, "pdf", logo=logo)


def receipt_png(words: ReceiptWords, dots_per_inch: int = 150) -> bytes:
    """The first page of the same as PNG, to look at."""
    return _set(words, "png", dots_per_inch)


def words_of_receipt(words: ReceiptWords) -> dict[str, Json]:
    """What the template is given: what every paper has (`templates/base.typ`), and what only a receipt has."""
    own: dict[str, Json] = {name: breakable(value) for name, value in asdict(words).items()}
    shared: dict[str, Json] = {
        "shown": words.number,
        "dated": words.taken_in,
        "sender": breakable([words.shop, *words.shop_lines]),
        "footer": breakable([*words.identity]),
        "bars": [list(bar) for bar in bars(words.digits)],
        "modules": width_in_modules(words.digits),
    }
    return own | shared


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


def _set(words: ReceiptWords, form: Form, dots_per_inch: int | None = None, logo: bytes = b"") -> bytes:
    return typeset(KIND, words_of_receipt(words), form, dots_per_inch, drawn(logo))


__all__ = ["KIND", "NotSet", "receipt_pdf", "receipt_png", "words_of_receipt", "write_whole"]
