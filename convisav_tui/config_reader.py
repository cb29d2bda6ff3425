"""Reading the configuration file: every fault is found and told with file, line and key."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convisav_tui import printer_kinds
from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import _
from convisav_tui.settings import BY_KEY, REPEATED, SETTINGS, Setting, Value, nearest

_HEADER = re.compile(r"^\s*(\[{1,2})\s*([A-Za-z0-9_.\-\s\"']+?)\s*\]{1,2}")
_ASSIGNMENT = re.compile(r"^\s*([A-Za-z0-9_.\-\"']+)\s*=")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PASSWORD = re.compile(r"^[A-Za-z0-9+.\-]+://[^/@\s]*:[^@\s]+@|[?&]pass=[^&]", re.IGNORECASE)
_LINE_OF_SYNTAX = re.compile(r"\(at line (\d+), column \d+\)")
# Schemes of an SMS address that name a host only; with any other the host itself is the key of the account.
_OPEN_SCHEMES = ("json", "jsons", "xml", "xmls", "form", "forms")


@dataclass(frozen=True)
class Problem:
    """One fault: the key, the line (0 when it comes from the environment or the whole file), and what to do."""

    key: str
    line: int
    sentence: str


@dataclass
class Reading:
    """What was read: checked values by key, the tables that repeat, and what is wrong."""

    path: Path
    found: bool = False
    single: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, tuple[dict[str, Value], ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def error(self) -> ConfigurationError:
        """The first problem as an error that counts the others."""
        first = self.problems[0]
        remedy = _("Correct it there.") if first.line else ""
        if len(self.problems) > 1:
            count = len(self.problems) - 1
            remedy = _("{count} more: convisav doctor lists them all.").format(count=count)
        return ConfigurationError(describe(self.path, first), remedy)


def describe(path: Path, problem: Problem) -> str:
    """The problem with its place."""
    place = str(path)
    if problem.line:
        place = _("{path}, line {line}").format(path=path, line=problem.line)
    return ", ".join(part for part in (place, problem.key) if part) + ": " + problem.sentence


def read(path: Path, environ: Mapping[str, str]) -> Reading:
    """Read and check `path`, the environment over it; a missing file reads as an empty one. Raises nothing."""
    reading = Reading(path)
    document, lines = _parse(reading)
    if reading.problems:
        return reading
    _report_unknown(document, lines, reading)
    for setting in SETTINGS:
        if setting.section not in REPEATED:
            reading.single[setting.key] = _single(setting, document, lines, environ, reading)
    for table in REPEATED:
        reading.repeated[table] = _rows(table, document, lines, environ, reading)
    _report_readable_secret(document, lines, reading)
    return reading


def _parse(reading: Reading) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        text = reading.path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}, {}
    except UnicodeDecodeError as error:
        line = reading.path.read_bytes()[: error.start].count(b"\n") + 1
        reading.problems.append(Problem("", line, _("This is not UTF-8 text.")))
        return {}, {}
    except OSError as error:
        reading.problems.append(Problem("", 0, _("It cannot be read: {reason}.").format(reason=error.strerror)))
        return {}, {}
    reading.found = True
    try:
        return tomllib.loads(text), lines_of(text)
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, brackets in brackets in brackets
        where = _LINE_OF_SYNTAX.search(str(error))
        line = int(where[1]) if where else text.count("\n") + 1
        reason = _LINE_OF_SYNTAX.sub("", str(error)).replace("(at end of document)", "").strip()
        reading.problems.append(Problem("", line, _("This is not TOML: {reason}.").format(reason=reason)))
        return {}, {}


def lines_of(text: str) -> dict[str, int]:
    """Key → line number, counted from 1; the rows of a repeated table are "printers[0]", "printers[1]" …"""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            table = re.sub(r"[\s\"']", "", header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}[{counts[table]}]"
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(content):
            key = re.sub(r"[\"']", "", assignment[1])
            lines.setdefault(f"{table}.{key}" if table else key, number)
    return lines


def _leaves(document: Mapping[str, Any], place: str = "", key: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every value as (place with row number, key of the setting, value)."""
    for name, value in document.items():
        here, known = (f"{place}.{name}", f"{key}.{name}") if place else (name, name)
        if isinstance(value, dict):
            yield from _leaves(value, here, known)
        elif known in REPEATED and isinstance(value, list) and all(isinstance(row, dict) for row in value):
            for index, row in enumerate(value):
                yield from _leaves(row, f"{here}[{index}]", known)
        else:
            yield here, known, value


def _report_unknown(document: Mapping[str, Any], lines: Mapping[str, int], reading: Reading) -> None:
    for place, key, _value in _leaves(document):
        if key in BY_KEY:
            continue
        like = nearest(key, tuple(BY_KEY))
        sentence = _("There is no such setting; did you mean {like}?").format(like=like) if like else ""
        reading.problems.append(Problem(place, _line(lines, place), sentence or _("There is no such setting.")))


def _single(
    setting: Setting, document: Mapping[str, Any], lines: Mapping[str, int], environ: Mapping[str, str], to: Reading
) -> str:
    if setting.environment and environ.get(setting.environment):
        value = environ[setting.environment]
        if setting.key == "data.folder":
            value = str(Path(value).expanduser().absolute())
        return str(_checked(setting, value, setting.environment, 0, environ, to))
    found: Any = document
    for part in setting.key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if found is None:
        return str(setting.default)
    return str(_checked(setting, found, setting.key, _line(lines, setting.key), environ, to))


def _rows(
    table: str, document: Mapping[str, Any], lines: Mapping[str, int], environ: Mapping[str, str], to: Reading
) -> tuple[dict[str, Value], ...]:
    rows = document.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        sentence = _("This repeats: write [[{table}]] above each.").format(table=table)
        to.problems.append(Problem(table, _line(lines, table), sentence))
        return ()
    read_rows: list[dict[str, Value]] = []
    for index, row in enumerate(rows):
        values: dict[str, Value] = {}
        for setting in (setting for setting in SETTINGS if setting.section == table):
            place = f"{table}[{index}].{setting.name}"
            if setting.name in row:
                value = _checked(setting, row[setting.name], place, _line(lines, place), environ, to)
            else:
                value = setting.default
                if setting.required:
                    to.problems.append(Problem(place, _line(lines, place), _("This is missing.")))
            values[setting.name] = value
        if table == "printers":
            _fit_to_kind(row, values, f"{table}[{index}]", lines, to)
        read_rows.append(values)
    _report_twins(table, read_rows, lines, to)
    return tuple(read_rows)


def _fit_to_kind(
    row: Mapping[str, Any], values: dict[str, Value], place: str, lines: Mapping[str, int], to: Reading
) -> None:
    """What a printer's kind says where nothing is written; what is written must be for that kind."""
    kind = printer_kinds.KINDS[str(values["kind"])]
    media = () if kind.name == printer_kinds.OFFICE else kind.usual_media  # an office printer holds the shop's paper
    usual: dict[str, Value] = {"model": kind.models[0], "media": media, "roles": kind.roles}
    if any(problem.key.startswith(f"{place}.") for problem in to.problems):
        return
    for name in ("address", "model", "media", "roles"):
        if name not in row or not row[name]:
            values[name] = usual.get(name, values[name])
        value = values[name]
        faults = [printer_kinds.misfit(kind, name, part) for part in (value if isinstance(value, tuple) else (value,))]
        for fault in filter(None, faults):
            to.problems.append(Problem(f"{place}.{name}", _line(lines, f"{place}.{name}"), fault))


def _report_twins(table: str, rows: list[dict[str, Value]], lines: Mapping[str, int], to: Reading) -> None:
    name = "login" if table == "staff" else "name"
    seen: set[Value] = set()
    for index, row in enumerate(rows):
        if row[name] in seen:
            place = f"{table}[{index}].{name}"
            sentence = _("“{text}” stands here twice.").format(text=row[name])
            to.problems.append(Problem(place, _line(lines, place), sentence))
        seen.add(row[name])


def _checked(setting: Setting, value: Any, place: str, line: int, environ: Mapping[str, str], to: Reading) -> Value:
    """The value with its variables filled in and checked; the default, and a problem noted, when it is wrong."""
    written = value if isinstance(value, list) else [value]
    try:
        if isinstance(value, list) and not setting.many:
            raise ValueError(_("One value is wanted here, not a list."))
        if not all(isinstance(part, str) for part in written):
            raise ValueError(_("Text in quotation marks is wanted here."))
        filled = [_with_variables(part, environ) for part in written]
        checked = tuple(setting.check(part) if part.strip() else "" for part in filled)
        if setting.required and not any(checked):
            raise ValueError(_("This is empty."))
    except ValueError as error:
        to.problems.append(Problem(place, line, str(error)))
        return setting.default
    if setting.many:
        return tuple(part for part in checked if part)
    return checked[0] if checked[0] else str(setting.default)


def _with_variables(text: str, environ: Mapping[str, str]) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise ValueError(_("The environment variable {name} is not set.").format(name=match[1]))
        return environ[match[1]]

    return _VARIABLE.sub(fill, text)


def _report_readable_secret(document: Mapping[str, Any], lines: Mapping[str, int], reading: Reading) -> None:
    """Refuse a file that others can read and that holds a password."""
    if not reading.found or not reading.path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return
    for place, key, value in _leaves(document):
        setting = BY_KEY.get(key)
        if setting is not None and setting.secret and isinstance(value, str) and holds_secret(value):
            sentence = _("It holds a secret, and others can read this file: run chmod 600 {path}.")
            reading.problems.append(Problem(place, _line(lines, place), sentence.format(path=reading.path)))
            return


def holds_secret(url: str) -> bool:
    """Whether an address holds a password or a key in clear, not by ${VARIABLE}."""
    literal = _VARIABLE.sub("", url)
    scheme = literal.partition("://")[0].lower()
    if scheme.startswith(("sqlite", "postgresql", "mailto", *_OPEN_SCHEMES)):
        return _PASSWORD.search(literal) is not None
    return bool(re.sub(r"[/:@?]|\{(number|to|sender)\}", "", literal.partition("://")[2].partition("?")[0]))


def _line(lines: Mapping[str, int], place: str) -> int:
    """The line of a key, else of the table it should stand in."""
    while place:
        if place in lines:
            return lines[place]
        place = place.rpartition(".")[0]
    return 1 if lines else 0
