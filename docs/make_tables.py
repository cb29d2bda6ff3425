"""Writes the tables of the documentation again from the program's own: `python docs/make_tables.py`.

Between `<!-- table: NAME -->` and `<!-- end of table -->` of a document stands what the function of that name in
`TABLES` says. A test keeps every document equal to it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from convisav_tui import screens
from convisav_tui.i18n import _, set_language

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
PLACE = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def keys() -> str:
    """Every action that a screen offers, with all its keys."""
    from convisav_tui.screens.actions import ACTIONS, EVERYWHERE
    from convisav_tui.screens.keys import label

    there = {EVERYWHERE, "demo", *_names_of_views()}
    rows = []
    for action in ACTIONS:
        where = [view for view in action.views if view in there]
        if where:
            places = "everywhere" if EVERYWHERE in where else ", ".join(where)
            shown = [_key(label(key)) if key else "" for key in (action.key, action.letter, action.chord)]
            rows.append((_(action.label), *shown, _(action.help), places))
    return _table(("Action", "Key", "Letter", "Chord", "What it does", "Where"), rows)


def settings() -> str:
    """Every setting of the configuration file."""
    from convisav_tui.settings import SETTINGS

    rows = []
    for setting in SETTINGS:
        default = ", ".join(setting.default) if isinstance(setting.default, tuple) else setting.default
        named = "required" if setting.required else f"`{default}`" if default else ""
        rows.append((f"`{setting.key}`", _(setting.help), named, f"`{setting.environment}`"))
    return _table(("Key", "What it is", "Default", "Environment"), [_without_empty_code(row) for row in rows])


def intake_fields() -> str:
    """The fields of the intake, in the order of the screen."""
    from convisav_tui.screens.intake_fields import INTAKE

    rows = []
    for field in INTAKE:
        words = _(field.label) if field.label else f"({field.key.replace('_', ' ')})"
        if field.row >= 0 and field.key not in ("device_type", "takes_secret", "comeback_of"):
            rows.append((words, "" if field.enter_stops else "passed over", _(field.help) if field.help else ""))
    return _table(("Field", "Enter", "What to type"), rows)


def lists() -> str:
    """The lists of the board."""
    from convisav_tui.store.board import LISTS

    rows = [(_key(spec.digit) if spec.digit else "", _(spec.label), f"`{spec.key}`") for spec in LISTS]
    return _table(("Key", "List", "In the shell"), rows)


def commands() -> str:
    """The commands of `convisav`."""
    from convisav_tui.cli import COMMANDS

    return _table(
        ("Command", "What it does"), [(f"`convisav {name}`", _(help)) for name, (_m, help) in COMMANDS.items()]
    )


def exit_codes() -> str:
    """The exit codes, from the errors that have them."""
    from convisav_tui import errors
    from convisav_tui.cli import BROKEN_PIPE, CRASHED, INTERRUPTED
    from convisav_tui.screens.terminal import TerminalError

    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    meanings: dict[int, str] = {0: "Done."}
    for kind in (*kinds, TerminalError):
        text = (kind.__doc__ or "").splitlines()[0]
        meanings.setdefault(kind.exit_code, "It failed." if kind is errors.ConvisavError else text)  # type: ignore[attr-defined]
    meanings |= {CRASHED: "A fault of the program; its log is named.", INTERRUPTED: "Interrupted by Ctrl+C."}
    meanings |= {BROKEN_PIPE: "Whoever read the output went away."}
    return _table(("Code", "Meaning"), [(str(code), text) for code, text in sorted(meanings.items())])


def media() -> str:
    """Labels and rolls, and what each can hold."""
    from convisav_tui.printing.media import MEDIA, MediaRefused, in_words
    from convisav_tui.printing.receipt_roll import suits
    from convisav_tui.printing.rendering import label_room

    rows = []
    for medium in MEDIA.values():
        try:
            label_room(medium)
            holds = "yes"
        except MediaRefused:
            holds = "refused: the barcode does not fit"
        rows.append((f"`{medium.name}`", in_words(medium), holds, "yes" if suits(medium) else ""))
    return _table(("Name", "Size", "Label", "Receipt"), rows)


def transitions() -> str:
    """The table of the workflow, row by row."""
    from convisav_tui.shop.transitions import TRANSITIONS

    rows = []
    for row in TRANSITIONS:
        sources = ", ".join(sorted(f"`{state.value}`" for state in row.sources)) or "—"
        guards = ", ".join(f"`{guard.__name__}`" for guard in row.guards)
        who = "people" if row.offered else "by itself" if row.automatic else "the program"
        rows.append((row.id, f"`{row.event}`", _(row.label), sources, f"`{row.target.value}`", guards, who))
    return _table(("Rule", "Event", "Words", "From", "To", "Guards", "Taken by"), rows)


def diagram() -> str:
    """The same as a picture (Mermaid)."""
    from convisav_tui.shop.transitions import TRANSITIONS

    lines = ["```mermaid", "stateDiagram-v2"]
    for row in TRANSITIONS:
        if row.id == "T39":
            continue  # from nearly everywhere: said below the picture
        for source in sorted(state.value for state in row.sources) or ["[*]"]:
            lines.append(f"    {source} --> {row.target.value}: {row.event}")
    return "\n".join([*lines, "```", ""])


def languages() -> str:
    """The names that a message may hold."""
    from convisav_tui.shop.wording import NAMES

    return _table(("Name", "Stands for"), [(f"`${name}`", _(help)) for name, help in NAMES.items()])


TABLES: dict[str, Callable[[], str]] = {
    "keys": keys,
    "settings": settings,
    "intake-fields": intake_fields,
    "lists": lists,
    "commands": commands,
    "exit-codes": exit_codes,
    "media": media,
    "transitions": transitions,
    "diagram": diagram,
    "message-names": languages,
}


def rewritten(text: str) -> str:
    """The document with its tables as they are now. Raises KeyError for a table that nobody makes."""
    return PLACE.sub(lambda place: place[1] + TABLES[place[2]]() + place[3], text)


def main() -> None:
    """Write every document again."""
    set_language("en")
    for document in DOCUMENTS:
        before = document.read_text(encoding="utf-8")
        after = rewritten(before)
        if after != before:
            document.write_text(after, encoding="utf-8")


def _names_of_views() -> set[str]:
    from convisav_tui.screens.view import View

    for module in pkgutil.iter_modules(screens.__path__):
        importlib.import_module(f"{screens.__name__}.{module.name}")
    return {view.name for view in _below(View) if view.__module__.startswith(screens.__name__)}


def _below(kind: type) -> Iterable[type]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


def _key(name: str) -> str:
    return f"`{name}`"


def _without_empty_code(row: Sequence[str]) -> tuple[str, ...]:
    return tuple("" if cell == "``" else cell for cell in row)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
