"""Open Repair Data: reading a partner's CSV file, columns of v0.2.1 and v0.3, one record at a time."""

from __future__ import annotations

import csv
import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, mark
from convisav_tui.text import clean_line, clean_text, fold

REQUIRED = (
    "id", "data_provider", "country", "product_category", "brand", "year_of_manufacture", "repair_status",
    "repair_barrier_if_end_of_life", "group_identifier", "event_date", "problem",
)  # fmt: skip
OUTCOMES = {"fixed": "fixed", "repairable": "repairable", "end of life": "end_of_life", "unknown": ""}
BARRIERS = {"No way to open the product": "No way to open product"}
NO_BRAND = frozenset({"", "unknown", "ukendt", "onbekend", "unbekannt", "inconnu", "inconnue", "none", "n a", "na"})
OLDEST_YEAR = 1850
LONGEST_CELL = 1_000_000
NO_ROW = mark("not a row of CSV")
LONGEST = {"source": 80, "source_id": 80, "category": 80, "brand": 80, "barrier": 120, "country": 3, "place": 120}

# What is left out of a record that is kept.
BAD_YEAR = mark("year of manufacture not plausible")
BAD_DATE = mark("date not readable or in the future")
UNKNOWN_OUTCOME = mark("outcome not known")


@dataclass(frozen=True)
class Record:
    """One repair done elsewhere, cleaned; `line` is where it begins in the file."""

    line: int
    source: str
    source_id: str
    category: str
    brand: str
    brand_key: str
    fault: str
    outcome: str
    barrier: str
    year_of_manufacture: int | None
    repaired_on: date | None
    country: str
    place: str


@dataclass(frozen=True)
class Refused:
    """A row that is no record, and why (msgid)."""

    line: int
    reason: str


@dataclass
class Notes:
    """What was left out of records that were kept: msgid → how often."""

    counts: Counter[str] = field(default_factory=Counter)


def count_lines(path: Path) -> int:
    """How many lines the file has. Raises UsageError, with the line, when it is not UTF-8 text."""
    number = 0
    try:
        with path.open("rb") as file:
            for number, content in enumerate(file, start=1):
                if number == 1 and content.startswith((b"\xff\xfe", b"\xfe\xff")):
                    raise UnicodeDecodeError("utf-8", content, 0, 2, "UTF-16")
                content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            _("{file}, line {line}: this is not UTF-8 text; nothing of it was imported.").format(
                file=path.name, line=number
            ),
            _("Save the file as CSV in UTF-8 and try again."),
        ) from error
    except OSError as error:
        raise UsageError(_("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror)) from error
    return number


def records(path: Path, notes: Notes, today: date) -> Iterator[Record | Refused]:
    """Every row of the file as a record, or as refused with the reason. Raises UsageError when columns are missing."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(newline="", encoding="utf-8-sig") as file:
        first = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter=max(",;\t", key=first.count))
        header = [name.strip().lower() for name in _header(reader)]
        missing = [name for name in REQUIRED if name not in header]
        if missing:
            raise UsageError(
                _("{file}, line 1: these columns are missing: {names}.").format(
                    file=path.name, names=", ".join(missing)
                ),
                _("Open Repair Data of version 0.2.1 or 0.3 is wanted."),
            )
        seen: set[tuple[str, str]] = set()
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Refused(line, NO_ROW)
                continue
            if row:
                yield _record(dict(zip(header, row, strict=False)), len(row) == len(header), line, notes, today, seen)


def _header(reader: Iterator[list[str]]) -> list[str]:
    """The first row, empty where it is none: then all columns are missing."""
    try:
        return next(reader, [])
    except csv.Error:
        return []


def _record(
    row: dict[str, str], complete: bool, line: int, notes: Notes, today: date, seen: set[tuple[str, str]]
) -> Record | Refused:
    if not complete:
        return Refused(line, mark("wrong number of columns"))
    cell = {name: html.unescape(value) for name, value in row.items()}
    source, source_id = _fit("source", cell["data_provider"]), _fit("source_id", cell["id"])
    if not source or not source_id:
        return Refused(line, mark("no identifier or no provider"))
    if (source, source_id) in seen:
        return Refused(line, mark("identifier stands twice in the file"))
    seen.add((source, source_id))
    brand = _fit("brand", cell["brand"])
    key = fold(brand)
    if key in NO_BRAND:
        brand, key = "", ""
    barrier = _fit("barrier", cell["repair_barrier_if_end_of_life"])
    return Record(
        line=line,
        source=source,
        source_id=source_id,
        category=_fit("category", cell["product_category"]),
        brand=brand,
        brand_key=key.replace(" ", "")[: LONGEST["brand"]],
        fault=clean_text(cell["problem"]),
        outcome=_outcome(cell["repair_status"], notes),
        barrier=BARRIERS.get(barrier, barrier),
        year_of_manufacture=_year(cell["year_of_manufacture"], notes, today),
        repaired_on=_day(cell["event_date"], notes, today),
        country=_fit("country", cell["country"]).upper(),
        place=_fit("place", cell["group_identifier"]),
    )


def _fit(name: str, text: str) -> str:
    return clean_line(text)[: LONGEST[name]]


def _outcome(text: str, notes: Notes) -> str:
    word = clean_line(text).lower()
    if word not in OUTCOMES:
        notes.counts[UNKNOWN_OUTCOME] += 1
    return OUTCOMES.get(word, "")


def _year(text: str, notes: Notes, today: date) -> int | None:
    typed = clean_line(text)
    if not typed:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) <= 4 and OLDEST_YEAR <= int(typed) <= today.year:
        return int(typed)
    notes.counts[BAD_YEAR] += 1
    return None


def _day(text: str, notes: Notes, today: date) -> date | None:
    typed = clean_line(text)
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.max
    if date(OLDEST_YEAR, 1, 1) <= day <= today + timedelta(days=1):
        return day
    notes.counts[BAD_DATE] += 1
    return None
