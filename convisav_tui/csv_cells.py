"""Cells of a CSV file that a spreadsheet opens: a text is never taken for a formula, and can be read back as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

# What a spreadsheet takes for the begin of a formula (OWASP, "CSV Injection"), also in its full-width form.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_MARK = "'"


def defused(text: str) -> str:
    """The text as a spreadsheet shows it: an apostrophe before what would begin a formula, or was one already."""
    return _MARK + text if text.lstrip(" ").startswith((*_FORMULA, _MARK)) else text


def restored(cell: str) -> str:
    """The text that `defused` was given."""
    rest = cell.removeprefix(_MARK)
    return rest if rest != cell and rest.lstrip(" ").startswith((*_FORMULA, _MARK)) else cell


def as_csv(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180: commas, CRLF), every cell defused and in quotation marks."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow([defused(cell) for cell in row])
        yield line.getvalue()


def from_csv(text: str) -> list[list[str]]:
    """What was given to `as_csv`."""
    return [[restored(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
