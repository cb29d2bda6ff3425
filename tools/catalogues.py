#!/usr/bin/env python3
"""Bring the gettext catalogues up to date with the source: `python tools/catalogues.py`, then translate what is empty.

Reads every message of the program, adds the new ones to the catalogue of each language with an empty translation, drops
those that are gone, and compiles the catalogues. The same source gives the same files: no dates, no line numbers.
Messages are the text constants in `_("…")`, `ngettext("…", "…", n)`, `mark("…")` and `translate("…", code)`, even in
an f-string, where Babel's own reader does not look. An empty or missing translation fails tests/test_languages.py.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "convisav_tui"
LOCALES = SOURCE / "locales"
LANGUAGES = ("fr", "en", "ro")
DOMAIN = "convisav"
# How many arguments, from the first, are messages.
KEYWORDS = {"_": 1, "mark": 1, "translate": 1, "ngettext": 2}
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "en": "nplurals=2; plural=(n != 1);",
    "ro": "nplurals=3; plural=(n == 1 ? 0 : n == 0 || (n != 1 && n % 100 >= 1 && n % 100 <= 19) ? 1 : 2);",
}
HEADING = """\
# {name} of convisav-tui.
# Copyright (C) the convisav-tui project. Licence: GPL-3.0-or-later.
msgid ""
msgstr ""
"Project-Id-Version: convisav-tui\\n"
"Last-Translator: The convisav-tui project\\n"
"Language-Team: The convisav-tui project\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
NAMES = {"fr": "French", "en": "English", "ro": "Romanian"}

Message = str | tuple[str, str]


def messages(source: Path = SOURCE) -> dict[Message, list[str]]:
    """Every message of the program with the files where it stands, in the order of files and lines."""
    found: dict[Message, list[str]] = {}
    for path in sorted(source.rglob("*.py")):
        place = path.relative_to(source.parent).as_posix()
        for message in _messages_of(ast.parse(path.read_text(encoding="utf-8"))):
            places = found.setdefault(message, [])
            if place not in places:
                places.append(place)
    return found


def _messages_of(tree: ast.AST) -> Iterator[Message]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        assert isinstance(call.func, ast.Name)
        count = KEYWORDS.get(call.func.id, 0)
        texts = [text for argument in call.args[:count] for text in _constants(argument)]
        if count == 2 and len(texts) == 2:
            yield texts[0], texts[1]
        elif count == 1:
            yield from (text for text in texts if text)


def _constants(argument: ast.expr) -> Iterator[str]:
    """The texts that an argument may be: a constant, or either branch of a condition."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from _constants(argument.body)
        yield from _constants(argument.orelse)


def path_of(code: str) -> Path:
    """Where the catalogue of a language stands."""
    return LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def catalogue_of(code: str) -> Catalog:
    """The catalogue of a language as it stands in the tree, empty when there is none."""
    path = path_of(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def text_of(code: str, catalogue: Catalog, found: dict[Message, list[str]]) -> str:
    """The text of a .po file: the messages that were found, with the translations that the catalogue has for them."""
    written = Catalog(locale=code)
    for message, places in sorted(found.items(), key=lambda item: _first(item[0])):
        known = catalogue.get(_first(message))
        kept = known.string if known is not None and known.pluralizable == isinstance(message, tuple) else None
        written.add(message, kept, [(place, 0) for place in places])
    file = BytesIO()
    write_po(file, written, width=110, omit_header=True, include_lineno=False)
    heading = HEADING.format(name=NAMES[code], code=code, plurals=PLURALS[code])
    return heading + file.getvalue().decode("utf-8").lstrip("\n")


def _first(message: Message) -> str:
    """By what a message is known: in this order they stand, so that code which moves leaves them in their place."""
    return message[0] if isinstance(message, tuple) else message


def main() -> int:
    """Write the catalogues, compile them, and say how many translations are missing."""
    sys.path.insert(0, str(ROOT))
    from hatch_build import compile_catalogues

    found = messages()
    for code in LANGUAGES:
        path = path_of(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(code, catalogue_of(code), found), encoding="utf-8")
        missing = sum(1 for entry in catalogue_of(code) if entry.id and not all(_strings(entry.string)))
        sys.stdout.write(f"{code}: {len(found)} messages, {missing} to translate\n")
    compile_catalogues(LOCALES)
    return 0


def _strings(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


if __name__ == "__main__":
    sys.exit(main())
