"""The one widget of the program: it shows the desk's pages and sends to the terminal only the cells that changed."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Offset
from textual.strip import Strip
from textual.widget import Widget

from convisav_tui.screens.driver import TerminalDriver
from convisav_tui.screens.theme import RESET, Theme
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, crop

if TYPE_CHECKING:
    from rich.style import Style

    from convisav_tui.screens.desk import Desk

SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"
# Two changes on a row with fewer equal cells between them are sent as one: moving the cursor costs about as much.
NEAR = 10


class Canvas(Widget, can_focus=True):
    """Fills the terminal. Changes go straight to the driver; whole repaints (start, resize) go through Textual."""

    DEFAULT_CSS: ClassVar[str] = "Canvas { width: 100%; height: 100%; }"

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__()
        self._desk = desk
        self._theme = theme
        self._page = Page([])
        self._styles: dict[Role, Style] = {}
        self._behind = False

    def show_page(self) -> None:
        """Render the desk's page and bring the terminal up to it."""
        width, height = self.size
        if width == 0 or height == 0:
            return
        driver = self.app._driver
        direct = isinstance(driver, TerminalDriver) and self.is_mounted
        if direct and isinstance(driver, TerminalDriver) and driver.busy():
            self._behind = True  # the line is stalled: one repaint when it moves again, not one a key
            return
        before, self._page = self._page, self._desk.page(width, height)
        if direct and isinstance(driver, TerminalDriver) and len(before.rows) == len(self._page.rows) == height:
            driver.write(self._changes(before, self._page))
        else:
            self.refresh()
        if self._page.cursor is not None:
            self.app.cursor_position = Offset(*self._page.cursor)

    def catch_up(self) -> None:
        """The terminal has taken all that was written: paint what was left out."""
        if self._behind:
            self._behind = False
            self.show_page()

    def on_resize(self) -> None:
        """The terminal has another size: render for it; Textual repaints the whole."""
        self._page = Page([])
        self.show_page()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A whole row, for Textual's own repaints and for pictures of the screen."""
        width = self.size.width
        if y >= len(self._page.rows):
            return Strip([Segment(" " * width)], width)
        segments = [Segment(self._theme.show(text), self._style(role)) for text, role in self._page.rows[y]]
        return Strip(segments)

    def _style(self, role: Role) -> Style:
        if role not in self._styles:
            self._styles[role] = self._theme.style(role)
        return self._styles[role]

    def _changes(self, before: Page, after: Page) -> str:
        """The escape sequences that turn the page `before` into `after`."""
        parts: list[str] = []
        for y, (old, new) in enumerate(zip(before.rows, after.rows, strict=True)):
            if old != new:
                for x, row in changed_pieces(old, new):
                    parts.append(f"\x1b[{y + 1};{x + 1}H")
                    parts.append(self._row(row))
        if not parts and before.cursor == after.cursor:
            return ""
        if after.cursor is None:
            return "".join(parts) + (HIDE_CURSOR if before.cursor is not None else "")
        x, y = after.cursor
        shown = SHOW_CURSOR if before.cursor is None else ""
        return f"{''.join(parts)}\x1b[{y + 1};{x + 1}H{shown}"

    def _row(self, row: Row) -> str:
        """A piece of a row with its sequences; the terminal's attributes are off before and after."""
        parts: list[str] = []
        for text, role in row:
            sequence = self._theme.sequence(role)
            shown = self._theme.show(text)
            parts.append(f"{sequence}{shown}{RESET}" if sequence else shown)
        return "".join(parts)


def changed_pieces(old: Row, new: Row) -> list[tuple[int, Row]]:
    """The pieces of `new` that differ from `old`, each with its first column; near ones are joined."""
    old_cells, new_cells = cell_list(old), cell_list(new)
    spans: list[list[int]] = []
    for x, (was, now) in enumerate(zip_longest(old_cells, new_cells)):
        if was == now:
            continue
        if spans and x - spans[-1][1] <= NEAR:
            spans[-1][1] = x + 1
        else:
            spans.append([x, x + 1])
    pieces = []
    for start, end in spans:
        while start > 0 and new_cells[start][0] == "":
            start -= 1
        while end < len(new_cells) and new_cells[end][0] == "":
            end += 1
        pieces.append((start, crop(new, start, end)))
    return pieces


def cell_list(row: Row) -> list[tuple[str, Role]]:
    """A row cell by cell: a wide character is followed by an empty cell, a combining one is with its base."""
    listed: list[tuple[str, Role]] = []
    for span in row:
        _add_cells(listed, span)
    return listed


def _add_cells(listed: list[tuple[str, Role]], span: Span) -> None:
    text, role = span
    if text.isascii():
        listed.extend((character, role) for character in text)
        return
    for character in text:
        size = cells(character)
        if size == 0 and listed:
            listed[-1] = (listed[-1][0] + character, listed[-1][1])
        else:
            listed.append((character, role))
            listed.extend(("", role) for _ in range(size - 1))
