"""Where the board's rows come from: the fast path until the store is loaded, its queries afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.order_columns import hit_record, order_record
from convisav_tui.screens.reading import part_of
from convisav_tui.screens.widgets.record_list import Fetch, Record, Request

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.board import OrderRow

HITS = 30


class BoardReader:
    """Reads lists, counts and search hits: a file on the screen's thread, a server in the store's (`reading`)."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._rows: dict[object, OrderRow] = {}
        self._found: dict[object, OrderRow | None] = {}
        self.counts: dict[str, int] = {}
        """How many orders each list holds; empty while that is not known."""
        self.trouble = ""
        """What needs somebody although no order shows it: papers that do not come out, messages that do not leave."""

    def count(self) -> None:
        """Read counts and troubles again. Raises StoreError in words; what was known before stays."""
        if self._counter.opened is None:
            self.counts = self._first_counts()
            return
        from convisav_tui.store.queries.lists import counts

        with self._counter.store.read() as session:
            self.counts = counts(session, self._counter.today, self._person)
            troubles = (_clock_trouble(session), *_printing_trouble(session), *_sending_trouble(session))
            self.trouble = " · ".join(filter(None, troubles))
        self._found.clear()

    def page_of(self, key: str) -> Fetch:
        """What reads pages of one list."""
        return lambda request: self._page(key, request)

    def hits_of(self, typed: str) -> Fetch:
        """What reads the hits of a search."""
        return lambda request: self._hits(typed, request)

    @property
    def _person(self) -> int | None:
        """Whose own orders the list of that name holds."""
        return self._counter.person.staff_id if self._counter.person is not None else None

    def row_of(self, record: Record) -> OrderRow | None:
        """The order behind a row of a list or behind a hit; None for a customer."""
        if not isinstance(record.identity, tuple):
            return self._rows.get(record.identity)
        kind, number = record.identity[:2]
        if kind != "order" or self._counter.opened is None:
            return None
        if number not in self._found and self._counter.reads_on_the_spot:
            self._found[number] = self._row(int(number))
        return self._found.get(number)

    def _row(self, order_id: int) -> OrderRow | None:
        from convisav_tui.store.queries.lists import find_row

        try:
            with self._counter.store.read() as session:
                return find_row(session, order_id, self._counter.today)
        except ConvisavError:
            return None  # the row itself says the most needful; the next reading says what is wrong

    def _page(self, key: str, request: Request) -> Sequence[Record]:
        rows = self._first_page(key, request) if self._counter.opened is None else self._stored_page(key, request)
        known = {} if request.where == "first" else self._rows
        self._rows = {**known, **{row.id: row for row in rows}}
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
                person=self._person,
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
        if not typed.strip() or self._counter.opened is None:
            return []
        from convisav_tui.store.queries.lists import fetch_rows
        from convisav_tui.store.search import search

        hits = search(self._counter.store, typed, HITS)
        if not self._counter.reads_on_the_spot:
            orders = [hit.order_id for hit in hits if hit.order_id is not None]
            with self._counter.store.read() as session:
                self._found = {row.id: row for row in fetch_rows(session, orders, self._counter.today)}
        return part_of([hit_record(index, hit, self._counter) for index, hit in enumerate(hits)], request)


def _clock_trouble(session: Session) -> str:
    """A clock that was put back."""
    from convisav_tui.store.precautions import clock_trouble

    return clock_trouble(session)


def _printing_trouble(session: Session) -> list[str]:
    """Papers that wait for a person, or for a printer that does not answer."""
    from convisav_tui.store.queries.outbox import job_counts, print_jobs

    counts = job_counts(session)
    stuck, waiting = counts["needs_attention"], counts["queued"]
    said = []
    if stuck:
        said.append(ngettext("{count} paper needs you", "{count} papers need you", stuck).format(count=stuck))
    if waiting and any(job.last_error for job in print_jobs(session, states=("queued",), limit=5)):
        sentence = ngettext(
            "{count} paper waits for its printer", "{count} papers wait for their printer", waiting
        ).format(count=waiting)
        said.append(sentence)
    return [_("{trouble} (F4)").format(trouble=" · ".join(said))] if said else []


def _sending_trouble(session: Session) -> list[str]:
    """Channels that carry nothing because our own account is refused."""
    from convisav_tui.notifying.holds import CARRIED, hold_of

    holds = [hold.sentence for channel in CARRIED if (hold := hold_of(session, channel)) is not None]
    return [_("{trouble} (F6)").format(trouble=" · ".join(holds))] if holds else []


def _just_before(key: str, row: OrderRow) -> OrderRow:
    """A position between `row` and the one above it: a page after it begins with `row` itself."""
    from dataclasses import replace

    from convisav_tui.store.board import BY_KEY

    return replace(row, id=row.id - 1 if BY_KEY[key].by_promise else row.id + 1)
