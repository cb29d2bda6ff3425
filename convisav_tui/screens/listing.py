"""A screen that is one list, read whole and read again when something changed: places, subcontractors, what is out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import _
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.reading import part_of, rows_of
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record, RecordList, Request

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter


class ListingView(View):
    """Subclasses say what is read (`records`), what Enter does (`chosen`) and what the status row tells (`keys`)."""

    columns: ClassVar[tuple[ColumnSpec, ...]] = ()

    def __init__(self, counter: Counter, empty: str = "") -> None:
        self.counter = counter
        self._list = RecordList(self.columns, self._page, rows_of(self, counter), empty=empty)

    def records(self, session: Session) -> list[Record]:
        """All rows, in their order."""
        raise NotImplementedError

    def chosen(self, record: Record) -> None:
        """Enter on a row."""

    def keys(self) -> Sequence[tuple[str, str]]:
        """Keys and what they do, for the status row; names of keys or letters."""
        return ()

    def head(self, width: int) -> list[Row]:
        """Rows above the list."""
        return []

    def opened(self) -> None:
        """Read."""
        self._list.load()

    def resumed(self) -> None:
        """Read again."""
        self._list.refresh()

    def changed_elsewhere(self) -> None:
        """Read again."""
        self._list.refresh()

    def hint(self) -> Row:
        """What the keys do here."""
        return [
            part
            for key, text in self.keys()
            for part in (Span(f" {label(key)}", Role.KEY), Span(f" {text} ", Role.DIM))
        ]

    def render(self, width: int, height: int) -> Page:
        """The head, then the list."""
        self.title_right = self.counter.title_right()
        head = self.head(width)
        page = self._list.render(width, max(2, height - len(head)))
        cursor = (page.cursor[0], page.cursor[1] + len(head)) if page.cursor is not None else None
        return Page([*head, *page.rows][:height], cursor)

    def key(self, key: Key) -> None:
        """Move, choose, go back."""
        current = self._list.current
        if key.name == "enter" and current is not None:
            self.chosen(current)
        elif key.name == "space" or not self._list.key(key):
            super().key(key)

    def _page(self, request: Request) -> Sequence[Record]:
        with self.counter.store.read() as session:
            rows = self.records(session)
        return part_of(rows, request)


class GuardedListingView(ListingView):
    """A list that not everybody may see: who may not is told so, and is where he came from."""

    def __init__(self, counter: Counter, empty: str = "") -> None:
        self.counter = counter
        self._rows: Sequence[Record] | None = None
        self._list = RecordList(self.columns, lambda request: part_of(self._rows or (), request), empty=empty)

    def opened(self) -> None:
        """Read it."""
        self.host.when_loaded(self._read)

    def resumed(self) -> None:
        """Read again."""
        self._read()

    def changed_elsewhere(self) -> None:
        """Read again."""
        self._read()

    def _read(self) -> None:
        def read() -> list[Record]:
            with self.counter.store.read() as session:
                return self.records(session)

        self.host.run(read, self._show, self._refused, label=_("Reading"), hold=False, group=self.name)

    def _show(self, rows: Sequence[Record]) -> None:
        self._rows = rows
        self._list.refresh()
        self.host.repaint()

    def _refused(self, error: Exception) -> None:
        if self._rows is None:
            self.host.back()
        self.host.say_error(error)
