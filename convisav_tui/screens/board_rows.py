"""Where the board's rows come from: the fast path until the store is loaded, its queries afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convisav_tui.errors import ConvisavError
from convisav_tui.screens.widgets.record_list import Fetch, Record, Request

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.board import OrderRow

HITS = 30


class BoardReader:
    """Reads lists, counts and search hits; each takes well under a frame (store.md 2), so they are read on the spot."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._rows: dict[object, OrderRow] = {}
        self.trouble = ""
        """Why nothing can be read, for the title bar; empty when all is well."""

    def counts(self) -> dict[str, int]:
        """How many orders each list holds."""
        if self._counter.opened is None:
            return self._first_counts()
        from convisav_tui.store.queries.lists import counts

        with self._counter.store.read() as session:
            return counts(session, self._counter.today)

    def page_of(self, key: str) -> Fetch:
        """What reads pages of one list."""
        return lambda request: self._page(key, request)

    def hits_of(self, typed: str) -> Fetch:
        """What reads the hits of a search."""
        return lambda request: self._hits(typed, request)

    def row_of(self, record: Record) -> OrderRow | None:
        """The order behind a row, if it is one of a list."""
        return self._rows.get(record.identity)

    def _page(self, key: str, request: Request) -> Sequence[Record]:
        rows = self._first_page(key, request) if self._counter.opened is None else self._stored_page(key, request)
        if request.where == "first":
            self._rows.clear()
        self._rows.update({row.id: row for row in rows})
        from convisav_tui.screens.board import order_record

        return [order_record(row, self._counter) for row in rows]

    def _stored_page(self, key: str, request: Request) -> Sequence[OrderRow]:
        from convisav_tui.store.queries.lists import fetch_list

        edge = request.position
        if request.where == "at":
            edge = _just_before(key, edge)  # type: ignore[arg-type]
        with self._counter.store.read() as session:
            return fetch_list(
                session,
                key,
                self._counter.today,
                after=edge if request.where in ("after", "at") else None,  # type: ignore[arg-type]
                before=edge if request.where == "before" else None,  # type: ignore[arg-type]
                limit=request.limit,
                from_end=request.where == "last",
            )

    def _first_counts(self) -> dict[str, int]:
        from convisav_tui.store import fastpath

        try:
            return fastpath.counts(self._counter.config.database.url, self._counter.today)
        except ConvisavError:
            return {}

    def _first_page(self, key: str, request: Request) -> Sequence[OrderRow]:
        from convisav_tui.store import fastpath

        if request.where != "first":
            return []
        try:
            return fastpath.first_page(self._counter.config.database.url, key, self._counter.today, request.limit)
        except ConvisavError:
            return []

    def _hits(self, typed: str, request: Request) -> Sequence[Record]:
        if not typed.strip() or self._counter.opened is None or request.where not in ("first", "at"):
            return []
        from convisav_tui import ticket_number
        from convisav_tui.store.search import find

        with self._counter.store.read() as session:
            hits = find(session, typed, HITS)
        return [
            Record(
                position=index,
                identity=("order", hit.number) if hit.number else ("party", hit.party_id),
                cells={
                    "number": ticket_number.show(hit.number) if hit.number else "",
                    "title": hit.title,
                    "detail": hit.detail,
                },
            )
            for index, hit in enumerate(hits)
        ]


def _just_before(key: str, row: OrderRow) -> OrderRow:
    """A position between `row` and the one above it: a page after it begins with `row` itself."""
    from dataclasses import replace

    from convisav_tui.store.board import BY_KEY

    return replace(row, id=row.id - 1 if BY_KEY[key].by_promise else row.id + 1)
