"""The TAC table of Osmocom: which model an IMEI belongs to; spreadsheets took the leading zeros of some codes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convisav_tui.commands.open_repair import LONGEST_CELL, NO_ROW, Refused
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, mark
from convisav_tui.text import clean_line

TAC_LENGTH = 8


@dataclass(frozen=True)
class Allocation:
    """A type allocation code of eight digits with its model."""

    line: int
    tac: str
    brand: str
    model: str


def allocations(path: Path) -> Iterator[Allocation | Refused]:
    """Every row of the file; the first of several rows for one code counts. Raises UsageError for another file."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        rows = _rows(reader)
        for header in rows:
            if header and header[0].strip().lower() == "tac" and len(header) >= 3:
                break
        else:
            raise UsageError(
                _("{file}: there is no line “tac,name,name”.").format(file=path.name),
                _("The CSV file of the Osmocom TAC database is wanted."),
            )
        seen: set[str] = set()
        for row in rows:
            if row is None:
                yield Refused(max(1, reader.line_num), NO_ROW)
            elif row:
                yield _allocation(row, reader.line_num, seen)


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """The rows; None for what is none."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _allocation(row: list[str], line: int, seen: set[str]) -> Allocation | Refused:
    digits = row[0].strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= TAC_LENGTH):
        return Refused(line, mark("no code of eight digits"))
    tac = digits.zfill(TAC_LENGTH)
    brand, model = (clean_line(cell) for cell in (*row[1:3], "", "")[:2])
    if not brand or not model:
        return Refused(line, mark("no brand or no model"))
    if tac in seen:
        return Refused(line, mark("identifier stands twice in the file"))
    seen.add(tac)
    return Allocation(line, tac, brand[:80], model[:120])
