"""What commands print: lines and tables for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any


def print_line(text: str = "") -> None:
    """One line on standard output."""
    sys.stdout.write(text + "\n")


def print_json(data: Any) -> None:
    """JSON with a stable order of keys: as given; days and instants in ISO 8601 (instants in UTC)."""
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what stands in them (terminal cells), two spaces apart."""
    from rich.cells import cell_len

    table = [list(header), *[[cell.replace("\n", " ") for cell in row] for row in rows]]
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
