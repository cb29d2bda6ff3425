"""What commands print: lines and tables for people, JSON and CSV for programs. Text from people moves no terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

# What moves the cursor, changes the terminal or turns the direction of a text: all controls but the end of a line.
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")


def harmless(text: str) -> str:
    """The text with every control character and direction mark written out, as \\x1b."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def print_line(text: str = "") -> None:
    """A line on standard output, or several."""
    sys.stdout.write(harmless(text) + "\n")


def print_json(data: Any) -> None:
    """JSON with a stable order of keys: as given; days and instants in ISO 8601 (instants in UTC)."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def print_csv(rows: Iterable[Sequence[str]]) -> None:
    """CSV for a spreadsheet: no cell is taken for a formula (`csv_cells`)."""
    from convisav_tui.csv_cells import as_csv

    for line in as_csv([harmless(cell) for cell in row] for row in rows):
        sys.stdout.write(line)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what stands in them (terminal cells), two spaces apart."""
    from rich.cells import cell_len

    table = [list(header), *[[harmless(cell.replace("\n", " ")) for cell in row] for row in rows]]
    widths = [max(cell_len(row[index]) for row in table) for index in range(len(header))]
    for row in table:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        print_line("  ".join(padded).rstrip())


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)
