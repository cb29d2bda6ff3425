"""The list with all counts, the search, the sheet and the first paint's rows, beside SQL written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from benchmarks import shops
from benchmarks.command import Extent, main
from benchmarks.figures import Aim, Figure, cpus, interleaved, timed
from convisav_tui import clock
from convisav_tui.store import fastpath
from convisav_tui.store.engine import Store
from convisav_tui.store.queries.lists import counts, fetch_list
from convisav_tui.store.queries.sheet import sheet
from convisav_tui.store.search import find

LIMIT = 50
HITS = 30
PLAIN = "SQL by hand"
SEARCHES = {"a name": "dupre", "two pieces": "lef mar", "phone digits": "00 00 60"}
LIST_AIM, SEARCH_AIM, SHEET_AIM = Aim(3), Aim(3), Aim(6)

LIST = """SELECT o.*, c.name, c.phone, d.brand, d.model, d.serial FROM repair_order o
 JOIN party c ON c.id = o.party_id JOIN device d ON d.id = o.device_id
 WHERE o.closed_at IS NULL ORDER BY o.opened_at DESC, o.id DESC LIMIT ?"""
FINISHED = "'completed','to_notify','notified','returned','unclaimed','disposal_procedure','disposed','cancelled'"
COUNTS = (
    "SELECT state, count(*) FROM repair_order WHERE closed_at IS NULL GROUP BY state",
    f"SELECT count(*) FROM repair_order WHERE closed_at IS NULL AND promised_on < ? AND state NOT IN ({FINISHED})",
    """SELECT count(*) FROM repair_order WHERE closed_at IS NULL
     AND (kind = 'repair_guarantee' OR origin_order_id IS NOT NULL OR comeback_suspected)""",
    """SELECT count(*) FROM repair_order WHERE closed_at IS NULL
     AND (state = 'subcontracted' OR holder = 'with_subcontractor')""",
    "SELECT count(*) FROM repair_order WHERE closed_at IS NULL AND principal_id IS NOT NULL",
    """SELECT count(DISTINCT order_id) FROM message JOIN repair_order o ON o.id = order_id
     WHERE message.state IN ('dead', 'unknown', 'to_call') AND o.closed_at IS NULL""",
    """SELECT count(DISTINCT order_id) FROM message JOIN repair_order o ON o.id = order_id
     WHERE message.state IN ('dead', 'unknown', 'to_call') AND event = 'repair_ready' AND o.closed_at IS NULL""",
)
FOUND = """SELECT o.id, o.number, o.state, o.opened_at, c.name, d.brand, d.model FROM
 (SELECT rowid FROM party_search_fts WHERE party_search_fts MATCH ? ORDER BY rowid DESC LIMIT 100) f
 JOIN repair_order o ON o.party_id = f.rowid JOIN party c ON c.id = o.party_id JOIN device d ON d.id = o.device_id
 ORDER BY o.opened_at DESC, o.id DESC LIMIT ?"""
FOUND_CUSTOMERS = """SELECT c.id, c.name, c.phone, c.email FROM
 (SELECT rowid FROM party_search_fts WHERE party_search_fts MATCH ? ORDER BY rowid DESC LIMIT 5) f
 JOIN party c ON c.id = f.rowid"""
ORDER = """SELECT o.*, t.name, r.name, s.name FROM repair_order o LEFT JOIN staff t ON t.id = o.technician_id
 LEFT JOIN staff r ON r.id = o.received_by_id LEFT JOIN station s ON s.id = o.station_id WHERE o.number = ?"""
OF_PARTY = "SELECT * FROM party WHERE id = ?"
OF_DEVICE = "SELECT d.*, t.* FROM device d JOIN device_type t ON t.id = d.device_type_id WHERE d.id = ?"
OF_ORDER = (
    """SELECT e.*, s.name, t.name FROM order_event e LEFT JOIN staff s ON s.id = e.staff_id
     LEFT JOIN station t ON t.id = e.station_id WHERE e.order_id = ? ORDER BY e.id""",
    """SELECT q.*, d.accepted, d.decided_by, d.means, d.reason, d.at, s.name FROM quote q
     LEFT JOIN quote_decision d ON d.quote_id = q.id LEFT JOIN staff s ON s.id = q.issued_by_id
     WHERE q.order_id = ? ORDER BY q.revision, d.id""",
    "SELECT p.*, s.name FROM payment p LEFT JOIN staff s ON s.id = p.staff_id WHERE p.order_id = ? ORDER BY p.id",
    "SELECT * FROM message WHERE order_id = ? ORDER BY id",
    """SELECT a.* FROM message_attempt a JOIN message m ON m.id = a.message_id WHERE m.order_id = ? ORDER BY a.id""",
    "SELECT * FROM print_job WHERE order_id = ? ORDER BY id",
    "SELECT a.* FROM print_attempt a JOIN print_job j ON j.id = a.job_id WHERE j.order_id = ? ORDER BY a.id",
    "SELECT c.*, s.name FROM custody_event c LEFT JOIN staff s ON s.id = c.staff_id WHERE c.order_id = ? ORDER BY c.id",
)
EARLIER = "SELECT * FROM repair_order WHERE device_id = ? AND id < ? ORDER BY id DESC"


@dataclass(frozen=True)
class Pair:
    """The same question asked in two ways."""

    name: str
    ours: Callable[[], object]
    plain: Callable[[], object]
    aim: Aim | None = None


def measure(extent: Extent) -> list[Figure]:
    """On shops of these sizes, in this process, everything in memory after the first round."""
    figures = []
    for size in extent.sizes(10_000, 100_000):
        home = shops.shop(size)
        with shops.opened(home) as store, shops.plain_connection(home) as connection:
            day = clock.today(shops.configured(home).shop.timezone)
            pairs = _pairs(Layered(store, day), Plain(connection, day))
            figures += [_figure(size, pair, extent.rounds * 10) for pair in pairs]
    return figures


def _pairs(ours: Layered, plain: Plain) -> list[Pair]:
    searches = [
        Pair(f"search, {name}", partial(ours.search, text), partial(plain.search, text), SEARCH_AIM)
        for name, text in SEARCHES.items()
    ]
    return [
        Pair("list of all open orders with all counts", ours.board, plain.board, LIST_AIM),
        Pair("the same before the store is loaded", ours.first_screen, plain.board),
        *searches,
        Pair("sheet of an order", partial(ours.sheet, plain.number), partial(plain.sheet, plain.number), SHEET_AIM),
    ]


def _figure(size: int, pair: Pair, rounds: int) -> Figure:
    if not pair.ours() or not pair.plain():
        raise AssertionError(f"{pair.name}: nothing found")
    spells = interleaved({"ours": timed(pair.ours), "plain": timed(pair.plain)}, rounds)
    return Figure(
        f"{size:,} orders: {pair.name}", "ms CPU", cpus(spells["ours"]), cpus(spells["plain"]), PLAIN, pair.aim
    )


class Layered:
    """The program's own queries, each in a session of its own as the screens ask them."""

    def __init__(self, store: Store, day: date) -> None:
        self._store = store
        self._day = day

    def board(self) -> object:
        """The first page of all open orders, and the counts."""
        with self._store.read() as session:
            return fetch_list(session, "open", self._day, limit=LIMIT), counts(session, self._day)

    def first_screen(self) -> object:
        """The same by the fast path, which opens and closes the database each time."""
        return fastpath.first_screen(self._store.url, "open", self._day, LIMIT)

    def search(self, text: str) -> object:
        """What is found for this text."""
        with self._store.read() as session:
            return find(session, text, HITS)

    def sheet(self, number: str) -> object:
        """All of an order."""
        with self._store.read() as session:
            return sheet(session, number)


class Plain:
    """What a program without any layer would ask; it makes no objects of what it reads."""

    def __init__(self, connection: Any, day: date) -> None:
        self._connection = connection
        self._today = day.isoformat()
        # An order that went all the way through the shop's own operations.
        self.number: str = self._all(
            "SELECT o.number FROM repair_order o JOIN message m ON m.order_id = o.id GROUP BY o.id"
            " ORDER BY (SELECT count(*) FROM order_event e WHERE e.order_id = o.id) DESC, o.id DESC LIMIT 1"
        )[0][0]

    def board(self) -> list[Any]:
        """The first page of all open orders, and the counts."""
        rows = self._all(LIST, LIMIT)
        for statement in COUNTS:
            self._all(statement, *([self._today] if "?" in statement else []))
        return rows

    def search(self, text: str) -> list[Any]:
        """Newest orders of the customers found, then customers."""
        pieces = ["".join(text.split())] if text[0].isdigit() else text.split()
        phrases = " AND ".join(f'"{piece}"' for piece in pieces)
        return self._all(FOUND, phrases, HITS) + self._all(FOUND_CUSTOMERS, phrases)

    def sheet(self, number: str) -> list[Any]:
        """All rows of an order."""
        cursor = self._connection.execute(ORDER, (number,))
        names = [column[0] for column in cursor.description]
        row: Sequence[Any] = cursor.fetchone()
        order = dict(zip(reversed(names), reversed(row), strict=True))
        rows = self._all(OF_PARTY, order["party_id"]) + self._all(OF_DEVICE, order["device_id"])
        for statement in OF_ORDER:
            rows += self._all(statement, order["id"])
        return rows + self._all(EARLIER, order["device_id"], order["id"])

    def _all(self, statement: str, *values: object) -> list[Any]:
        found: list[Any] = self._connection.execute(statement, values).fetchall()
        return found


if __name__ == "__main__":
    main(measure, __doc__)
