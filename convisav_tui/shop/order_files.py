"""A principal's file of devices: its encoding and separators guessed, its columns mapped, its rows read (7.8).

A file is data: whatever stands in it, reading it ends in rows, or in one sentence.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, mark
from convisav_tui.text import clean_line, clean_text, fold

LARGEST_FILE = 10_000_000  # bytes
MOST_ROWS = 5_000
MOST_COLUMNS = 100
_SEPARATORS = (";", "\t", ",", "|")
_SAMPLE_LINES = 20
_NUMBER_OF = re.compile(r"^(n|no|nr|num|numero) (de |du )?")
# Fields that a column can fill: keys of INTAKE_FIELDS, with words and other names that files give them.
MAPPED: Mapping[str, str] = {
    "principal_reference": mark("His reference"),
    "device_type": mark("Type"),
    "brand": mark("Brand"),
    "model": mark("Model"),
    "serial": mark("Serial no."),
    "fault": mark("Fault"),
    "purchased_on": mark("Bought"),
    "accessories": mark("Accessories"),
    "condition": mark("Condition"),
    "note": mark("Note"),
    "name": mark("Customer"),
    "phone": mark("Phone"),
    "email": mark("E-mail"),
    "street": mark("Street"),
    "postcode": mark("Postcode"),
    "city": mark("City"),
    "cap": mark("Cap"),
}
_KNOWN_AS: Mapping[str, tuple[str, ...]] = {
    "principal_reference": (
        "reference",
        "ref",
        "no dossier",
        "dossier",
        "n commande",
        "commande",
        "order",
        "referinta",
    ),
    "device_type": ("type", "categorie", "famille", "category", "tip"),
    "brand": ("marque", "brand", "marca"),
    "model": ("modele", "model", "designation", "article", "libelle"),
    "serial": ("serial", "serie", "no serie", "n serie", "numero de serie", "imei", "sn", "serial number", "s n"),
    "fault": ("panne", "defaut", "fault", "symptome", "description", "defect", "defectiune"),
    "purchased_on": ("date achat", "achat", "date d achat", "purchase date", "bought", "data cumpararii"),
    "accessories": ("accessoires", "accessories", "accesorii"),
    "condition": ("etat", "condition", "stare"),
    "note": ("note", "remarque", "commentaire", "comment", "observatii"),
    "name": ("client", "nom", "nom client", "customer", "name", "nume"),
    "phone": ("telephone", "tel", "mobile", "phone", "telefon"),
    "email": ("email", "e mail", "mail", "courriel"),
    "street": ("adresse", "rue", "address", "street", "adresa"),
    "postcode": ("code postal", "cp", "postcode", "zip", "cod postal"),
    "city": ("ville", "city", "oras"),
    "cap": ("plafond", "cap", "limite", "plafon"),
}


@dataclass(frozen=True)
class FileRow:
    """A row of the file: its line (the heading is line 1) and its texts by column."""

    line: int
    texts: Mapping[str, str]


@dataclass(frozen=True)
class OrderFile:
    """What stands in a file: how it was written, its columns, its rows; `uneven` are lines with too many values."""

    encoding: str
    separator: str
    columns: tuple[str, ...]
    rows: tuple[FileRow, ...]
    uneven: tuple[int, ...] = ()


def read_order_file(content: bytes) -> OrderFile:
    """Read a file in UTF-8 (with or without mark), UTF-16 or Windows-1252, separated by ; , tab or |.

    Raises UsageError with one sentence for what is no such file: empty, too large, binary, without a heading.
    """
    if len(content) > LARGEST_FILE:
        limit = LARGEST_FILE // 1_000_000
        raise UsageError(_("This file is larger than {limit} MB.").format(limit=limit), _("Split it."))
    text, encoding = _decoded(content)
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise UsageError(_("This file is empty."), "")
    separator = _separator(lines)
    try:
        records = list(csv.reader(text.splitlines(keepends=True), delimiter=separator))
    except csv.Error as error:
        raise UsageError(_("This is no table of rows and columns: {reason}.").format(reason=error), "") from error
    begun = [(number, record) for number, record in _numbered(records) if any(cell.strip() for cell in record)]
    if not begun:
        raise UsageError(_("This file is empty."), "")
    columns = _columns(begun[0][1])
    rows, uneven = [], []
    for number, record in begun[1:]:
        if len(record) > len(columns) and any(cell.strip() for cell in record[len(columns) :]):
            uneven.append(number)
        padded = [*record, *[""] * (len(columns) - len(record))]
        rows.append(FileRow(number, {name: clean_text(cell) for name, cell in zip(columns, padded, strict=False)}))
    if len(rows) > MOST_ROWS:
        raise UsageError(_("This file has more than {most} rows.").format(most=MOST_ROWS), _("Split it."))
    return OrderFile(encoding, separator, columns, tuple(rows), tuple(uneven))


def guess_mapping(columns: Sequence[str], remembered: Mapping[str, object] | None = None) -> dict[str, str]:
    """Intake field → column: as it was last time where the file still has that column, else by the column's name."""
    found = {
        key: column
        for key, column in (remembered or {}).items()
        if key in MAPPED and isinstance(column, str) and column in columns
    }
    if found:
        return found
    folded = {_bare(column): column for column in reversed(columns)}
    for key, names in _KNOWN_AS.items():
        column = next(
            (folded[name] for name in map(_bare, names) if name in folded and folded[name] not in found.values()), None
        )
        if column is not None:
            found[key] = column
    return found


def _bare(name: str) -> str:
    """A column's name as it is compared: folded, without spaces, without the "n°" of a number in front."""
    return _NUMBER_OF.sub("", fold(name.replace("°", " "))).replace(" ", "")


def row_key(row: FileRow, mapping: Mapping[str, str]) -> str:
    """What makes a row the same one when the file comes again: his reference with the serial number, else all of it."""
    reference = clean_line(row.texts.get(mapping.get("principal_reference", ""), ""))
    serial = clean_line(row.texts.get(mapping.get("serial", ""), ""))
    if reference:
        return f"{fold(reference)[:58]}|{fold(serial)[:58]}"
    told = "\x1f".join(clean_line(row.texts.get(column, "")) for column in mapping.values())
    return "#" + hashlib.sha256(told.encode()).hexdigest()


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        attempts: tuple[str, ...] = ("utf-16",)
    else:
        attempts = ("utf-8-sig", "cp1252")
    if b"\x00" in content and attempts != ("utf-16",):
        raise UsageError(_("This is no text file: save the table as CSV first."), "")
    for encoding in attempts:
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise UsageError(_("The letters of this file cannot be read: save it as CSV in UTF-8."), "")


def _separator(lines: Sequence[str]) -> str:
    """The one that the first lines have most evenly: as often in each as in the heading."""
    sample = [line for line in lines if line.strip()][:_SAMPLE_LINES]

    def weight(separator: str) -> tuple[int, int]:
        heading = sample[0].count(separator)
        even = sum(line.count(separator) >= heading for line in sample) if heading else 0
        return even * bool(heading), heading

    return max(_SEPARATORS, key=weight)


def _numbered(records: Sequence[Sequence[str]]) -> list[tuple[int, Sequence[str]]]:
    """Each record with the line it begins on: a quoted cell may hold line ends."""
    numbered, line = [], 1
    for record in records:
        numbered.append((line, record))
        line += 1 + sum(cell.count("\n") for cell in record)
    return numbered


def _columns(heading: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, none twice, none empty."""
    if len(heading) > MOST_COLUMNS:
        raise UsageError(_("This file has more than {most} columns.").format(most=MOST_COLUMNS), "")
    names: list[str] = []
    for place, cell in enumerate(heading, start=1):
        name = clean_line(cell)[:60] or _("column {place}").format(place=place)
        names.append(name if name not in names else f"{name} ({place})")
    return tuple(names)
