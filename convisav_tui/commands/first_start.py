"""The few questions of the first start, each with a default, all from the description of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from convisav_tui.config import default_home
from convisav_tui.config_file import write_config
from convisav_tui.i18n import _, language_of_environment, mark, set_language
from convisav_tui.printer_kinds import KINDS, OFFICE
from convisav_tui.settings import BY_KEY, SETTINGS, Setting, Value
from convisav_tui.text import clean_line, fold

PRINTER_NAME = mark("label printer")
Ask = Callable[[str], str]
Tell = Callable[[str], None]


def ask_and_write(path: Path, ask: Ask = input, tell: Tell = print) -> None:
    """Ask, check each answer at once, write the file (mode 0600). The end of input skips the rest; Ctrl+C writes
    nothing. Raises OSError when the folder cannot be written."""
    tell(_("Welcome. A few questions; Enter takes what stands in brackets or skips. All can be changed later in"))
    tell(f"  {path}")
    answers: dict[str, str] = {}
    try:
        for setting in (setting for setting in SETTINGS if setting.question):
            answers[setting.key] = _asked(setting, ask, tell)
            if setting.key == "shop.language" and answers[setting.key]:
                set_language(answers[setting.key])
    except EOFError:
        tell("")
    write_config(path, *_as_file(answers))
    tell(_("Written to {path}; data go into {folder}.").format(path=path, folder=default_home()))
    tell(_("`convisav doctor` says what is missing."))


def _asked(setting: Setting, ask: Ask, tell: Tell) -> str:
    """The answer, checked; "" when it is skipped."""
    usual = _usual(setting)
    offered = f" [{usual}]" if usual else ""
    choices = f" ({', '.join(setting.choices)})" if setting.choices else ""
    while True:
        typed = ask(f"{_(setting.question)}{choices}{offered}: ").strip()
        if not typed:
            return usual
        try:
            return setting.check(typed)
        except ValueError as error:
            tell(f"  {error}")


def _usual(setting: Setting) -> str:
    if setting.key == "shop.language":
        return language_of_environment()
    return setting.default if isinstance(setting.default, str) and not setting.required else ""


def _as_file(answers: Mapping[str, str]) -> tuple[dict[str, Value], dict[str, list[dict[str, Value]]]]:
    """Single settings by key, and the rows of the tables that repeat."""
    values: dict[str, Value] = {}
    rows: dict[str, list[dict[str, Value]]] = {"printers": [], "staff": []}
    for key, answer in answers.items():
        if not answer:
            continue
        if key == "printers.address":
            rows["printers"].append({"name": _(PRINTER_NAME), "address": answer, **_kind_at(str(answer))})
        elif key == "staff.name":
            rows["staff"].append({"login": _login(answer), "name": answer, "role": "manager"})
        else:
            values[key] = answer
    return values, rows


def _kind_at(address: str) -> dict[str, Value]:
    """What kind of printer listens there: at ipp://, an office printer, which takes papers instead of labels."""
    if address.startswith(KINDS[OFFICE].schemes):
        return {"kind": OFFICE, "roles": KINDS[OFFICE].roles}
    return {"media": BY_KEY["printers.media"].default}


def _login(name: str) -> str:
    words = fold(clean_line(name)).split()
    return words[0] if words else "staff"
