"""Pages for a thin line (`convisav --slow`): no lines, no colours, no blanks, no cursor movement that can be spared.

What the terminal shows is the same text. A screen that changes as a whole is wiped and written without its blanks;
where the cursor already stands nothing is said about it, so that the echo of a letter is the letter.
"""

from __future__ import annotations

from convisav_tui.screens.theme import RESET, Palette, Theme
from convisav_tui.screens.widgets.page_writer import HIDE_CURSOR, SHOW_CURSOR, PageWriter, cell_list
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span

CLEAR, ERASE_TO_END = "\x1b[2J", "\x1b[K"
# Cells between two changes that are written again rather than passed over: moving the cursor costs about as much.
SMALL_GAP = 5
# Below it every terminal gives a character one cell: Latin letters and signs.
FIRST_DOUBTFUL = "\u0300"
_BOX = str.maketrans(dict.fromkeys("─│┌┐└┘├┤┬┴┼", " "))

Cell = tuple[str, str]
"""What stands in a cell ("" in the second half of a wide character), and the sequence that turns its look on."""
BLANK: Cell = (" ", "")


def writer_of(theme: Theme) -> PageWriter:
    """The writer for a theme."""
    return SpareWriter(theme) if theme.palette is Palette.SPARE else PageWriter(theme)


class SpareWriter(PageWriter):
    """See the module. Reads the cursor's place from the page before: nobody else may write to the terminal."""

    def whole(self, page: Page) -> str:
        """All rows on a wiped screen."""
        out = _Output(None)
        out.parts.append(CLEAR)
        for y, row in enumerate(page.rows):
            cells = self._bare(row)
            _lay(out, y, [BLANK] * len(cells), cells)
        return out.ended(page.cursor) + (SHOW_CURSOR if page.cursor is not None else HIDE_CURSOR)

    def changes(self, before: Page, after: Page) -> str:
        """What turns the page `before` into `after`, or `after` as a whole if that is shorter."""
        out = _Output(before.cursor)
        for y, (old, new) in enumerate(zip(before.rows, after.rows, strict=True)):
            if old != new:
                _lay(out, y, self._bare(old), self._bare(new))
        if not out.parts and before.cursor == after.cursor:
            return ""
        text = out.ended(after.cursor)
        if (before.cursor is None) != (after.cursor is None):
            text += HIDE_CURSOR if after.cursor is None else SHOW_CURSOR
        anew = self.whole(after) if len(text) > len(after.rows) * 10 else ""
        return anew if anew and len(anew) < len(text) else text

    def _bare(self, row: Row) -> list[Cell]:
        """The cells of a row without its lines; a blank that looks like any other is one."""
        plain = [Span(text.translate(_BOX) if role is Role.RULE else text, role) for text, role in row]
        shown = cell_list([Span(self._theme.show(text), role) for text, role in plain])
        return _without_tail([(character, self._sequence(character, role)) for character, role in shown])

    def _sequence(self, character: str, role: Role) -> str:
        look = self._theme.look(role)
        seen = character != " " or look.reverse or look.underline or look.back is not None
        return self._theme.sequence(role) if seen else ""


def _without_tail(cells: list[Cell]) -> list[Cell]:
    """Where a marked row ends in blanks, its mark ends with its text."""
    end = len(cells)
    while end and cells[end - 1][0] == " ":
        end -= 1
    return cells[:end] + [BLANK] * (len(cells) - end)


class _Output:
    """What is sent, and where the cursor stands after it; None when that is not known."""

    def __init__(self, cursor: tuple[int, int] | None) -> None:
        self.parts: list[str] = []
        self._at = cursor

    def move(self, x: int, y: int) -> None:
        """The cursor to a cell, in as few bytes as there are."""
        if self._at == (x, y):
            return
        if self._at is not None and self._at[1] == y and x > self._at[0]:
            distance = x - self._at[0]
            self.parts.append("\x1b[C" if distance == 1 else f"\x1b[{distance}C")
        else:
            self.parts.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
        self._at = (x, y)

    def write(self, cells: list[Cell], width: int) -> None:
        """Cells from where the cursor stands. Beyond the last column its place is not known, nor after characters about
        whose width terminals disagree."""
        look = ""
        for character, sequence in cells:
            if sequence != look:
                self.parts.append((RESET if look else "") + sequence)
                look = sequence
            self.parts.append(character)
        if look:
            self.parts.append(RESET)
        assert self._at is not None, "nothing is written before the cursor was moved"
        end = self._at[0] + len(cells)
        sure = all(len(character) == 1 and character < FIRST_DOUBTFUL for character, _sequence in cells)
        self._at = (end, self._at[1]) if sure and end < width else None

    def ended(self, cursor: tuple[int, int] | None) -> str:
        """All of it, with the cursor at its place."""
        if cursor is not None:
            self.move(*cursor)
        return "".join(self.parts)


def _lay(out: _Output, y: int, old: list[Cell], new: list[Cell]) -> None:
    """What turns one row into the other: pieces that differ, then the rest erased where only blanks follow."""
    end = len(new)
    while end and new[end - 1] == BLANK:
        end -= 1
    x = 0
    while x < end:
        if old[x] == new[x]:
            x += 1
            continue
        last, look = x, x + 1
        while look < end and look - last <= SMALL_GAP:
            if old[look] != new[look]:
                last = look
            look += 1
        while new[x][0] == "":
            x -= 1
        while last + 1 < len(new) and new[last + 1][0] == "":
            last += 1
        out.move(x, y)
        out.write(new[x : last + 1], len(new))
        x = last + 1
    if any(cell != BLANK for cell in old[end:]):
        out.move(end, y)
        out.parts.append(ERASE_TO_END)
