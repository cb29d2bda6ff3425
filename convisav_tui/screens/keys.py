"""Keys as the views see them: one name for each key, whatever the terminal sent for it."""

from __future__ import annotations

from typing import NamedTuple

from convisav_tui.text import is_typed


class Key(NamedTuple):
    """One key: its name (`enter`, `f2`, `ctrl+s`, `a`) and the character it types, empty if it types none."""

    name: str
    character: str = ""

    @property
    def types(self) -> bool:
        """Whether the key puts a character into a text."""
        return bool(self.character) and is_typed(self.character)


def typed(character: str) -> Key:
    """The key that types this character."""
    return Key("space" if character == " " else character, character)


ENTER = Key("enter")
TAB = Key("tab")
BACKTAB = Key("shift+tab")
ESCAPE = Key("escape")
GROUP_SEPARATOR = "\x1d"  # FNC1 of a barcode: part of a scan, never of a text

# Names that Textual or a terminal gives to the same key.
_SAME = {
    "return": "enter",
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "newline": "enter",
    "shift+enter": "enter",
    "ctrl+enter": "enter",
    "ctrl+i": "tab",
    "backtab": "shift+tab",
    "ctrl+h": "backspace",
    "shift+backspace": "backspace",
    "ctrl+backspace": "ctrl+w",
    "ctrl+left_square_brace": "escape",
    "shift+space": "space",
    "ctrl+space": "space",
    "ctrl+at": "space",
    "ctrl+underscore": "ctrl+_",
    "ctrl+@": "space",
    "shift+up": "up",
    "shift+down": "down",
    "shift+home": "home",
    "shift+end": "end",
    "shift+left": "left",
    "shift+right": "right",
    "f25": "ctrl+f1",
}
# Shift+F1..F8 arrive as F13..F20 (xterm, linux console, PuTTY): the function key is what was meant.
_SAME.update({f"f{12 + number}": f"shift+f{number}" for number in range(1, 9)})


def from_textual(name: str, character: str | None) -> Key | None:
    """The key for a Textual key event; None for keys that mean nothing here."""
    if character == GROUP_SEPARATOR or name == "ctrl+right_square_bracket":
        return Key("group_separator", GROUP_SEPARATOR)
    if character == "\n":
        return Key("enter", "\n")
    shown = _SAME.get(name, name)
    if shown == "enter":
        return Key("enter", "\r")
    if shown == "tab":
        return Key("tab", "\t")
    if shown == "space":
        return Key("space", " ")
    if character and character.isprintable() and len(character) == 1:
        return Key(character, character) if not shown.startswith("alt+") else Key(shown)
    if len(shown) == 1 and shown.isprintable():
        return Key(shown, shown)
    return None if shown in ("<ignore>", "ignore") else Key(shown.lower())


def label(name: str) -> str:
    """A key as the key bar shows it: `F2`, `Ctrl+S`, `Enter`."""
    from convisav_tui.i18n import _

    words = {
        "enter": _("Enter"),
        "escape": _("Esc"),
        "space": _("Space"),
        "tab": _("Tab"),
        "shift+tab": _("Shift+Tab"),
        "up": "↑",
        "down": "↓",
        "left": "←",
        "right": "→",
        "pageup": _("PgUp"),
        "pagedown": _("PgDn"),
        "home": _("Home"),
        "end": _("End"),
        "delete": _("Del"),
        "insert": _("Ins"),
    }
    if name in words:
        return words[name]
    modifier, plus, letter = name.partition("+")
    if plus and modifier in ("ctrl", "alt"):
        return f"{modifier.capitalize()}+{letter.upper()}"
    return name.upper() if len(name) > 1 and name[0] == "f" and name[1:].isdigit() else name
