"""A list of any length: it holds a few pages around the cursor and asks its source for more by key."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from convisav_tui.i18n import _
from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.painting import Align, Page, Role, Row, Span, pad

MOST_ROWS = 600
KEPT_BEFORE = 200
Where = Literal["first", "last", "after", "before", "at"]


class Request(NamedTuple):
    """Which rows are wanted: the first or last `limit`, or those after, before, or from (`at`, inclusive) a
    position."""

    where: Where
    position: Hashable
    limit: int


@dataclass(frozen=True, slots=True)
class Record:
    """A row: its sort position (for paging), its identity (for cursor and marks), a text a column, roles that mean
    something."""

    position: Hashable
    identity: Hashable
    cells: Mapping[str, str]
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column: label (message id), cells at 80 columns, from which terminal width it is shown, share of spare
    width."""

    key: str
    label: str
    width: int
    from_width: int = 0
    grow: int = 0
    align: Align = "left"


Fetch = Callable[[Request], Sequence[Record]]
Run = Callable[[Callable[[], Sequence[Record]], Callable[[Sequence[Record]], None], bool], None]
"""Runs `job` and gives its rows to the callback; the flag says whether keys must wait. Usually made from `Host.run`."""


def at_once(job: Callable[[], Sequence[Record]], done: Callable[[Sequence[Record]], None], hold: bool) -> None:
    """A `Run` that reads on the spot, for reads below 5 ms and for tests."""
    done(job())


class RecordList:
    """The list. Call `load` when shown first, `refresh` when the store changed, `render` and `key` as a view does.

    `fetch` returns rows in the order of the list, also for `before` and `last`. A result of fewer rows than asked for
    is the end.
    """

    def __init__(
        self,
        columns: Sequence[ColumnSpec],
        fetch: Fetch,
        run: Run = at_once,
        *,
        on_move: Callable[[Record | None], None] | None = None,
        empty: str = "",
    ) -> None:
        self.columns = tuple(columns)
        self.fetch = fetch
        self.empty = empty
        self.focused = True
        self._run = run
        self._on_move = on_move
        self._rows: list[Record] = []
        self._cursor = 0
        self._top = 0
        self._height = 20
        self._at_start = self._at_end = False
        self._serial = 0
        self._reading = False
        self._marked: dict[Hashable, Record] = {}

    # --- what the view uses ---------------------------------------------------------------------------------------

    @property
    def current(self) -> Record | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    @property
    def marked(self) -> list[Record]:
        """The marked rows, in the order of marking."""
        return list(self._marked.values())

    def clear_marks(self) -> None:
        """Unmark all."""
        self._marked.clear()

    def load(self, fetch: Fetch | None = None) -> None:
        """Read from the start, with another source if given (another list, another search)."""
        if fetch is not None:
            self.fetch = fetch
            self._marked.clear()
        self._ask(Request("first", None, self._page() * 2), self._replace_at_start, hold=True)

    def refresh(self) -> None:
        """Read again what is on screen; the cursor stays on its row, wherever that went."""
        if not self._rows or (self._top == 0 and self._at_start):
            request = Request("first", None, max(self._page() * 2, len(self._rows[: MOST_ROWS // 2])))
        else:
            request = Request("at", self._rows[self._top].position, self._page() * 2)
        self._ask(request, lambda rows: self._replace_around(request, rows), hold=False)

    def render(self, width: int, height: int) -> Page:
        """Header and rows; the cursor stands at the start of the current row."""
        self._height = max(1, height - 1)
        self._keep_in_sight()
        # Before the rows are drawn: what comes at once fills a window that has just grown.
        self._prefetch()
        self._keep_in_sight()
        columns = self._layout(width)
        rows: list[Row] = [header(columns)]
        for index in range(self._top, min(len(self._rows), self._top + self._height)):
            rows.append(self._row(index, columns, width))
        if not self._rows and self._at_end:
            rows.append([Span("  " + (self.empty or _("Nothing here")), Role.DIM)])
        return Page(rows, (0, 1 + self._cursor - self._top))

    def key(self, key: Key) -> bool:
        """Move or mark; False for keys that mean nothing here."""
        page = max(1, self._height - 1)
        moves = {"down": 1, "up": -1, "pagedown": page, "pageup": -page}
        if key.name in moves:
            self._move(moves[key.name])
        elif key.name == "home":
            self._to_start()
        elif key.name == "end":
            self._to_end()
        elif key.name == "space":
            self.toggle_mark()
        else:
            return False
        return True

    def toggle_mark(self) -> None:
        """Mark or unmark the current row and go on to the next."""
        current = self.current
        if current is None:
            return
        if self._marked.pop(current.identity, None) is None:
            self._marked[current.identity] = current
        self._move(1)

    def invert_marks(self) -> None:
        """Mark the rows on screen that are not marked and unmark the others: all of them when none was marked."""
        for record in self._rows[self._top : self._top + self._height]:
            if self._marked.pop(record.identity, None) is None:
                self._marked[record.identity] = record

    def go(self, identity: Hashable) -> bool:
        """Put the cursor on a row among those held; False if it is not."""
        for index, record in enumerate(self._rows):
            if record.identity == identity:
                self._cursor = index
                self._moved()
                return True
        return False

    # --- moving ---------------------------------------------------------------------------------------------------

    def _page(self) -> int:
        return max(self._height, 10)

    def _move(self, by: int) -> None:
        target = self._cursor + by
        if target >= len(self._rows) and not self._at_end and self._rows:
            request = Request("after", self._rows[-1].position, self._page() * 2)
            self._ask(request, lambda rows: self._append(request, rows, lambda: self._move_within(by)), hold=True)
        elif target < 0 and not self._at_start and self._rows:
            request = Request("before", self._rows[0].position, self._page() * 2)
            self._ask(request, lambda rows: self._prepend(request, rows, lambda: self._move_within(by)), hold=True)
        else:
            self._move_within(by)

    def _move_within(self, by: int) -> None:
        before = self._cursor
        self._cursor = max(0, min(len(self._rows) - 1, self._cursor + by))
        if abs(by) > 1:
            self._top += self._cursor - before
        self._keep_in_sight()
        self._moved()

    def _keep_in_sight(self) -> None:
        """At an edge move by half a page: one repaint for many rows instead of one a row."""
        half = max(1, self._height // 2)
        if self._cursor >= self._top + self._height:
            self._top = max(self._cursor - self._height + 1, min(self._top + half, self._cursor))
        elif self._cursor < self._top:
            self._top = min(self._cursor, max(self._top - half, 0))
        self._top = max(0, min(self._top, len(self._rows) - self._height))

    def _to_start(self) -> None:
        if self._at_start:
            self._move_within(-len(self._rows))
        else:
            self.load()

    def _to_end(self) -> None:
        if self._at_end:
            self._move_within(len(self._rows))
        else:
            self._ask(Request("last", None, self._page() * 2), self._replace_at_end, hold=True)

    def _moved(self) -> None:
        if self._on_move is not None:
            self._on_move(self.current)

    # --- rows -----------------------------------------------------------------------------------------------------

    def _ask(self, request: Request, done: Callable[[Sequence[Record]], None], *, hold: bool) -> None:
        """Fetch; an answer that a later question has overtaken is dropped."""
        self._serial += 1
        serial, fetch = self._serial, self.fetch
        self._reading = True

        def deliver(rows: Sequence[Record]) -> None:
            if serial == self._serial:
                self._reading = False
                done(rows)

        self._run(lambda: fetch(request), deliver, hold)

    def _replace_at_start(self, rows: Sequence[Record]) -> None:
        self._set(rows, at_start=True, at_end=len(rows) < self._page() * 2)
        self._cursor = self._top = 0
        self._moved()

    def _replace_at_end(self, rows: Sequence[Record]) -> None:
        self._set(rows, at_start=len(rows) < self._page() * 2, at_end=True)
        self._cursor = max(0, len(rows) - 1)
        self._top = max(0, len(rows) - self._height)
        self._moved()

    def _replace_around(self, request: Request, rows: Sequence[Record]) -> None:
        if not rows and request.where == "at":  # all rows from here on are gone: those above are left
            self._ask(Request("last", None, self._page() * 2), self._replace_at_end, hold=False)
            return
        current, offset = self.current, self._cursor - self._top
        self._set(rows, at_start=request.where == "first", at_end=len(rows) < request.limit)
        self._top = 0 if request.where == "at" else min(self._top, max(0, len(rows) - 1))
        found = (index for index, record in enumerate(rows) if current and record.identity == current.identity)
        self._cursor = next(found, max(0, min(len(rows) - 1, self._top + offset)))
        if len(rows) < self._height and not self._at_start and rows:
            self._move(0)
            more = Request("before", rows[0].position, self._page() * 2)
            self._ask(more, lambda found: self._prepend(more, found, self._moved), hold=False)
        self._moved()

    def _set(self, rows: Sequence[Record], *, at_start: bool, at_end: bool) -> None:
        self._rows = list(rows)
        self._at_start, self._at_end = at_start, at_end
        for record in rows:
            if record.identity in self._marked:
                self._marked[record.identity] = record

    def _append(self, request: Request, rows: Sequence[Record], then: Callable[[], None]) -> None:
        self._at_end = len(rows) < request.limit
        self._rows.extend(rows)
        surplus = len(self._rows) - MOST_ROWS
        if surplus > 0 and self._top - surplus >= KEPT_BEFORE // 2:
            del self._rows[:surplus]
            self._cursor -= surplus
            self._top -= surplus
            self._at_start = False
        then()

    def _prepend(self, request: Request, rows: Sequence[Record], then: Callable[[], None]) -> None:
        self._at_start = len(rows) < request.limit
        self._rows[:0] = rows
        self._cursor += len(rows)
        self._top += len(rows)
        if len(self._rows) > MOST_ROWS and self._top + self._height < MOST_ROWS:
            del self._rows[MOST_ROWS:]
            self._at_end = False
        then()

    def _prefetch(self) -> None:
        """Read on before the cursor is at the edge, so that nobody waits there."""
        if self._reading or not self._rows:
            return
        if not self._at_end and self._top + 2 * self._height > len(self._rows):
            request = Request("after", self._rows[-1].position, self._page() * 2)
            self._ask(request, lambda rows: self._append(request, rows, lambda: None), hold=False)
        elif not self._at_start and self._top < self._height:
            before = Request("before", self._rows[0].position, self._page() * 2)
            self._ask(before, lambda rows: self._prepend(before, rows, lambda: None), hold=False)

    # --- looks ----------------------------------------------------------------------------------------------------

    def _layout(self, width: int) -> list[tuple[ColumnSpec, int]]:
        """The columns that this width shows, and the cells of each."""
        shown = [column for column in self.columns if column.from_width <= width]
        spare = width - 2 - sum(column.width + 1 for column in shown)
        shares = sum(column.grow for column in shown)
        return [(column, max(3, column.width + (spare * column.grow // shares if shares else 0))) for column in shown]

    def _row(self, index: int, columns: list[tuple[ColumnSpec, int]], width: int) -> Row:
        record, current = self._rows[index], index == self._cursor
        signs = ("▸" if current else " ") + ("•" if record.identity in self._marked else " ")
        if current and self.focused:
            return [Span(pad(signs + joined(record, columns), width), Role.SELECTED)]
        row: Row = [Span(signs, Role.MARKED if record.identity in self._marked else Role.NORMAL)]
        if not record.roles:
            return [*row, Span(joined(record, columns))]
        for column, size in columns:
            text = pad(record.cells.get(column.key, ""), size, column.align) + " "
            row.append(Span(text, record.roles.get(column.key, Role.NORMAL)))
        return row


def joined(record: Record, columns: Sequence[tuple[ColumnSpec, int]]) -> str:
    """A row as one text."""
    return " ".join(pad(record.cells.get(column.key, ""), size, column.align) for column, size in columns)


def header(columns: Sequence[tuple[ColumnSpec, int]]) -> Row:
    """The names of the columns."""
    text = " ".join(pad(_(column.label), size, column.align) for column, size in columns)
    return [Span("  " + text, Role.HEADING)]
