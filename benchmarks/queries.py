"""Lists with counts, pages, searches, the sheet: on SQLite and PostgreSQL, beside SQL written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from benchmarks import shops
from benchmarks.by_hand import Plain
from benchmarks.command import Extent, main
from benchmarks.figures import Aim, Figure, cpus, interleaved, timed, walls
from convisav_tui import clock
from convisav_tui.store import fastpath
from convisav_tui.store.engine import Store
from convisav_tui.store.queries.lists import counts, fetch_list
from convisav_tui.store.queries.sheet import sheet
from convisav_tui.store.search import search

LIMIT = 50
HITS = 30
PERSON = 2  # the technician
PLAIN = "SQL by hand"
LISTS = {"open": "all open", "waiting": "waiting", "in_repair": "in repair", "late": "late", "mine": "mine"}
LIST_AIM, SEARCH_AIM, SHEET_AIM = Aim(3), Aim(3), Aim(6)
SOME_ORDER = """SELECT o.number, c.name_key, c.phone, c.phone_e164, d.serial, d.brand, d.model FROM repair_order o
 JOIN party c ON c.id = o.party_id JOIN device d ON d.id = o.device_id JOIN device_type t ON t.id = d.device_type_id
 WHERE o.id <= (SELECT max(id) / 2 + 1 FROM repair_order) AND d.serial <> '' AND {condition}
 ORDER BY o.id DESC LIMIT 1"""
FULLEST = """SELECT number FROM repair_order o WHERE id IN (SELECT order_id FROM quote ORDER BY id DESC LIMIT 200)
 ORDER BY (SELECT count(*) FROM order_event e WHERE e.order_id = o.id) DESC, o.id DESC LIMIT 1"""


@dataclass(frozen=True)
class Pair:
    """The same question asked in two ways."""

    name: str
    ours: Callable[[], object]
    plain: Callable[[], object]
    aim: Aim | None = None


def measure(extent: Extent) -> list[Figure]:
    """On shops of these sizes, in this process, everything in memory after the first round. SQLite works in this
    thread, so its CPU is measured; of a server the time by the clock, with everything it and its line take."""
    figures = []
    for kind in extent.databases:
        for size in extent.sizes(10_000, 100_000):
            with shops.database(kind, size) as (store, connection):
                day = clock.today(shops.configured(shops.shop(size)).shop.timezone)
                ours, plain = Layered(store, day), Plain(connection, day, store.is_sqlite)
                for pair in pairs(ours, plain):
                    figures.append(_figure(kind, size, pair, extent.rounds * 10, store.is_sqlite))
    return figures


def pairs(ours: Layered, plain: Plain) -> Iterator[Pair]:
    """Every question."""
    for key, name in LISTS.items():
        yield Pair(
            f"list “{name}” with all counts",
            partial(ours.board, key),
            partial(plain.board, key, LIMIT, PERSON),
            LIST_AIM,
        )
    if ours.is_sqlite:
        first = partial(plain.board, "open", LIMIT, PERSON)
        yield Pair("“all open” before the store is loaded", ours.first_screen, first)
    middle = ours.middle()
    for name, before in (("next page", False), ("page before", True)):
        at = ours.as_kept(middle.opened_at)
        by_hand = partial(plain.page, at, middle.id, LIMIT, before)
        yield Pair(f"{name}, from the middle", partial(ours.page, middle, before), by_hand, LIST_AIM)
    for name, text in searches(plain).items():
        yield Pair(f"search: {name}", partial(ours.search, text), partial(plain.search, text, HITS), SEARCH_AIM)
    number = plain.one(FULLEST)[0]
    yield Pair("sheet of an order", partial(ours.sheet, number), partial(plain.sheet, number), SHEET_AIM)


def searches(plain: Plain) -> dict[str, str]:
    """What is typed or scanned for an order from the middle of the past."""
    number, name, phone, world, serial, brand, model = plain.one(SOME_ORDER.format(condition="t.code <> 'phone'"))
    imei = plain.one(SOME_ORDER.format(condition="t.code = 'phone'"))[4]
    first, _space, last = name.rpartition(" ")
    return {
        "a name": last,
        "a name in pieces": f"{last[:3]} {first[:3]}",
        "digits of a phone": phone.replace(" ", "")[-8:],
        "a phone with +33": f"{world[:3]} {world[3]} {world[4:]}",
        "a serial": serial,
        "an IMEI": imei,
        "a ticket number": number,
        "brand and model": f"{brand} {model}",
    }


def _figure(kind: str, size: int, pair: Pair, rounds: int, is_sqlite: bool) -> Figure:
    if not pair.ours() or not pair.plain():
        raise AssertionError(f"{pair.name}: nothing found")
    spells = interleaved({"ours": timed(pair.ours), "plain": timed(pair.plain)}, rounds)
    unit, read = ("ms CPU", cpus) if is_sqlite else ("ms", walls)
    return Figure(f"{kind}, {size:,}: {pair.name}", unit, read(spells["ours"]), read(spells["plain"]), PLAIN, pair.aim)


class Layered:
    """The program's own queries, each in a session of its own as the screens ask them."""

    def __init__(self, store: Store, day: date) -> None:
        self._store, self._day, self.is_sqlite = store, day, store.is_sqlite

    def board(self, key: str) -> object:
        """The first page of a list, and the counts."""
        with self._store.read() as session:
            rows = fetch_list(session, key, self._day, limit=LIMIT, person=PERSON)
            return rows, counts(session, self._day, PERSON)

    def first_screen(self) -> object:
        """The same by the fast path, which opens and closes the database each time."""
        return fastpath.first_screen(self._store.url, "open", self._day, LIMIT)

    def middle(self) -> Any:
        """A row in the middle of all open orders."""
        with self._store.read() as session:
            many = fetch_list(session, "open", self._day, limit=800)
        return many[len(many) // 2]

    def as_kept(self, instant: Any) -> object:
        """An instant as the database has it."""
        return instant.replace(tzinfo=None).isoformat(" ", "microseconds") if self.is_sqlite else instant

    def page(self, row: Any, before: bool) -> object:
        """The page of all open orders after, or before, that row."""
        edge = {"before": row} if before else {"after": row}
        with self._store.read() as session:
            return fetch_list(session, "open", self._day, limit=LIMIT, **edge)

    def search(self, text: str) -> object:
        """What is found for this text."""
        return search(self._store, text, HITS)

    def sheet(self, number: str) -> object:
        """All of an order."""
        with self._store.read() as session:
            return sheet(session, number)


if __name__ == "__main__":
    main(measure, __doc__)
