"""F1: what the keys of a screen do, taken from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from convisav_tui.i18n import _
from convisav_tui.screens.actions import find
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, pad

KEYS_WIDTH = 24
LABEL_WIDTH = 22


class HelpView(View):
    """The actions that work on a screen, with all their keys; arrows scroll, Esc goes back."""

    name: ClassVar[str] = "help"

    def __init__(self, about: View) -> None:
        self.title = _("Help: {screen}").format(screen=about.title)
        self._rows = [*_actions(about.actions()), [], *_editing()]
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


def _actions(ids: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for action_id in ids:
        action = find(action_id)
        keys = "  ".join(label(key) for key in action.keys)
        rows.append(
            [
                Span(" " + pad(keys, KEYS_WIDTH), Role.KEY),
                Span(pad(_(action.label), LABEL_WIDTH), Role.VALUE),
                Span(_(action.help), Role.DIM),
            ]
        )
    return rows


def _editing() -> list[Row]:
    entries = [
        (("enter", "tab"), _("Next field; Enter passes over fields that are filled in already")),
        (("shift+tab",), _("Field before")),
        (("up", "down"), _("Choose a suggestion, a row")),
        (("ctrl+u", "ctrl+k"), _("Delete to the start, to the end of the field")),
        (("ctrl+w",), _("Delete the word before the cursor")),
        (("escape",), _("Back; what was typed is kept")),
    ]
    return [
        [Span(" " + pad("  ".join(label(key) for key in keys), KEYS_WIDTH), Role.KEY), Span(text, Role.DIM)]
        for keys, text in entries
    ]
