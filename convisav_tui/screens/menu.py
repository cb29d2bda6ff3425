"""F10: all actions by name, for keyboards and terminals that lack a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from convisav_tui.i18n import _
from convisav_tui.screens.actions import ALWAYS, Action, find
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, pad
from convisav_tui.screens.widgets.text_line import TextLine
from convisav_tui.text import fold


class MenuView(View):
    """Type part of a name, Enter starts the action on the screen below."""

    name: ClassVar[str] = "menu"

    def __init__(self, below: View) -> None:
        self.title = _("Menu")
        named = [action for action in below.actions() if action not in ("menu", *ALWAYS)]
        self._all = [find(action) for action in (*named, *ALWAYS)]
        self._line = TextLine()
        self._cursor = 0
        self._top = 0

    @property
    def typing(self) -> bool:
        """Letters filter the list."""
        return True

    def actions(self) -> Sequence[str]:
        """The registry's keys belong to the screen below."""
        return ()

    def hint(self) -> Row:
        """How to go on."""
        keys = (("enter", _("Do it")), ("escape", _("Back")))
        return [span for key, text in keys for span in (Span(" " + label(key), Role.KEY), Span(f" {text} ", Role.DIM))]

    def render(self, width: int, height: int) -> Page:
        """The filter line and the actions that match it."""
        shown, x = self._line.render(30)
        found = self._found()
        self.title_right = f"{self._cursor + 1}/{len(found)}" if found else ""
        rows: list[Row] = [
            [Span(" " + _("Action") + " ", Role.LABEL), Span(shown, Role.FIELD_FOCUS)],
            self._told(found),
        ]
        room = max(1, height - 2)
        widths = _widths(self._all)
        self._top = max(min(self._top, self._cursor), self._cursor - room + 1, 0)
        for index in range(self._top, min(len(found), self._top + room)):
            rows.append(_entry(found[index], index == self._cursor, widths))
        return Page(rows, (len(_("Action")) + 2 + x, 0))

    def _told(self, found: Sequence[Action]) -> Row:
        """The whole help of the action under the cursor, which its row may have no room for; or that there is none."""
        if not found:
            return [Span(" " + _("No action is called that; less of the word finds more."), Role.WARNING)]
        return [Span(" " + _(found[min(self._cursor, len(found) - 1)].help), Role.DIM)]

    def key(self, key: Key) -> None:
        """Filter, choose, start."""
        found = self._found()
        steps = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "tab": 1, "shift+tab": -1}
        if key.name in steps:
            self._cursor = max(0, min(len(found) - 1, self._cursor + steps[key.name]))
        elif key.name == "enter" and found:
            action = found[min(self._cursor, len(found) - 1)].id
            self.host.back()
            self.host.act(action)
        elif key.name in ("escape", "f10"):
            self.host.back()
        elif self._line.key(key):
            self._cursor = 0

    def _found(self) -> list[Action]:
        """Those whose name begins so, then those with it in their name, then in their help."""
        sought = fold(self._line.text)
        ranked = ((_rank(action, sought), action) for action in self._all)
        return [action for rank, action in sorted(ranked, key=lambda entry: entry[0]) if rank < len(_RANKS)]


_RANKS = ("begins", "word", "name", "help")


def _rank(action: Action, sought: str) -> int:
    """How well an action fits what was typed: an index of `_RANKS`, or one more for not at all."""
    name = fold(_(action.label))
    fits = (name.startswith(sought), f" {sought}" in name, sought in name, sought in fold(_(action.help)))
    return fits.index(True) if True in fits else len(fits)


def _widths(actions: Sequence[Action]) -> tuple[int, int]:
    """The cells that the longest name and the longest keys take."""
    names = max((cells(_(action.label)) for action in actions), default=0)
    return names, max((cells(_keys(action)) for action in actions), default=0)


def _keys(action: Action) -> str:
    return "  ".join(label(key) for key in action.keys)


def _entry(action: Action, hot: bool, widths: tuple[int, int]) -> Row:
    name, keys = pad(_(action.label), widths[0]), pad(_keys(action), widths[1])
    text = f" {'▸' if hot else ' '} {name}  {keys}  {_(action.help)}"
    return [Span(text, Role.SELECTED if hot else Role.NORMAL)]
