"""From pages to escape sequences: a whole page, or only the cells in which two pages differ."""

from __future__ import annotations

from itertools import zip_longest

from convisav_tui.screens.theme import RESET, Theme
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, crop

SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"
# Two changes on a row with fewer equal cells between them are sent as one: moving the cursor costs about as much.
NEAR = 10


class PageWriter:
    """Writes pages in a theme. The terminal's attributes are off before and after each piece."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def whole(self, page: Page) -> str:
        """All rows; for a screen whose content is not known."""
        rows = "".join(f"\x1b[{y + 1}H{self._row(row)}" for y, row in enumerate(page.rows))
        return rows + (HIDE_CURSOR if page.cursor is None else _at(page.cursor) + SHOW_CURSOR)

    def changes(self, before: Page, after: Page) -> str:
        """What turns the page `before` into `after`; both have the same size."""
        parts: list[str] = []
        for y, (old, new) in enumerate(zip(before.rows, after.rows, strict=True)):
            if old != new:
                for x, row in changed_pieces(old, new):
                    parts.append(f"\x1b[{y + 1};{x + 1}H{self._row(row)}")
        if not parts and before.cursor == after.cursor:
            return ""
        if after.cursor is None:
            return "".join(parts) + (HIDE_CURSOR if before.cursor is not None else "")
        return "".join(parts) + _at(after.cursor) + (SHOW_CURSOR if before.cursor is None else "")

    def _row(self, row: Row) -> str:
        parts: list[str] = []
        for text, role in row:
            sequence = self._theme.sequence(role)
            shown = self._theme.show(text)
            parts.append(f"{sequence}{shown}{RESET}" if sequence else shown)
        return "".join(parts)


def _at(cursor: tuple[int, int]) -> str:
    return f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H"


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
