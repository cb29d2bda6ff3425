"""F1: what the keys of a screen do, taken from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from convisav_tui.i18n import _
from convisav_tui.screens.actions import ALWAYS, find
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, pad, wrap

GAP = 2  # cells between the columns


class HelpView(View):
    """The actions that work on a screen, with all their keys; arrows scroll, Esc goes back."""

    name: ClassVar[str] = "help"

    def __init__(self, about: View) -> None:
        self.title = _("Help: {screen}").format(screen=about.title)
        own = about.actions()
        self._about = (*own, *(action for action in ALWAYS if find(action).keys and action not in own))
        self._rows: list[Row] = []
        self._top = 0
        self._height = 1

    def actions(self) -> Sequence[str]:
        """Only Esc and the arrows work here."""
        return ()

    def hint(self) -> Row:
        """How to go on."""
        return [Span(" " + label("escape"), Role.KEY), Span(" " + _("Back"), Role.DIM)]

    def render(self, width: int, height: int) -> Page:
        """The part of the list that fits."""
        self._height = height
        self._rows = _rows(self._about, width)
        self._top = max(0, min(self._top, len(self._rows) - height))
        return Page(self._rows[self._top : self._top + height], (0, 0))

    def key(self, key: Key) -> None:
        """Scroll, or go back."""
        steps = {"down": 1, "up": -1, "pagedown": self._height, "pageup": -self._height}
        steps |= {"home": -len(self._rows), "end": len(self._rows)}
        if key.name in steps:
            self._top += steps[key.name]
        elif key.name in ("escape", "enter", "f1"):
            self.host.back()


def _rows(ids: Sequence[str], width: int) -> list[Row]:
    """Keys, name and purpose of each action, then the keys of editing; long texts go on below themselves."""
    actions = [find(action_id) for action_id in ids]
    named = [("  ".join(map(label, action.keys)), _(action.label), _(action.help)) for action in actions]
    keyed = [("  ".join(map(label, keys)), text) for keys, text in _editing()]
    keys_width = max(cells(row[0]) for row in (*named, *keyed)) + GAP
    names_width = max((cells(name) for _keys, name, _text in named), default=0) + GAP
    rows: list[Row] = []
    for keys, name, text in named:
        before = [Span(" " + pad(keys, keys_width), Role.KEY), Span(pad(name, names_width), Role.VALUE)]
        rows += _under(before, 1 + keys_width + names_width, text, width)
    rows.append([])
    for keys, text in keyed:
        rows += _under([Span(" " + pad(keys, keys_width), Role.KEY)], 1 + keys_width, text, width)
    return rows


def _under(before: Row, indent: int, text: str, width: int) -> list[Row]:
    """What stands before a text, and the text in as many rows as it needs."""
    first, *others = wrap(text, max(10, width - indent)) or [""]
    return [[*before, Span(first, Role.DIM)], *([Span(" " * indent + line.strip(), Role.DIM)] for line in others)]


def _editing() -> tuple[tuple[tuple[str, ...], str], ...]:
    return (
        (("enter", "tab"), _("Next field; Enter passes over fields that are filled in already")),
        (("shift+tab",), _("Field before")),
        (("up", "down"), _("Choose a suggestion, a row")),
        (("ctrl+u", "ctrl+k"), _("Delete to the start, to the end of the field")),
        (("ctrl+w",), _("Delete the word before the cursor")),
        (("escape",), _("Back; what was typed is kept")),
    )
