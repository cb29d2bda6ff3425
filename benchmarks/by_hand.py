"""What a program without any layer would ask: SQL by hand on SQLite and PostgreSQL, rows left as tuples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from convisav_tui import ticket_number
from convisav_tui.text import digits, fold

FINISHED = (
    "'completed','to_notify','notified','returned','closed','unclaimed','disposal_procedure','disposed',"
    "'relinquished','cancelled'"
)
OWED = "state IN ('dead', 'unknown', 'to_call')"
# Lists by their keys; ? is the day in "late" and the person in "mine".
WHERE = {
    "open": "",
    "waiting": " AND o.state = 'received'",
    "in_repair": " AND o.state IN ('diagnosing', 'in_repair', 'testing')",
    "late": f" AND o.promised_on < ? AND o.state NOT IN ({FINISHED})",
    "mine": f" AND o.technician_id = ? AND o.state NOT IN ({FINISHED})",
    "to_call": f" AND o.id IN (SELECT order_id FROM message WHERE {OWED})",
}
LIST = """SELECT o.*, c.name, c.phone, d.brand, d.model, d.serial FROM repair_order o
 JOIN party c ON c.id = o.party_id JOIN device d ON d.id = o.device_id WHERE o.closed_at IS NULL{where}
 ORDER BY {order} LIMIT ?"""
COUNTS = (
    "SELECT state, count(*) FROM repair_order WHERE closed_at IS NULL GROUP BY state",
    f"""SELECT count(*) FROM repair_order WHERE closed_at IS NULL AND promised_on < ? AND state NOT IN ({FINISHED})""",
    """SELECT count(*) FROM repair_order WHERE closed_at IS NULL
     AND (kind = 'repair_guarantee' OR origin_order_id IS NOT NULL OR comeback_suspected)""",
    """SELECT count(*) FROM repair_order WHERE closed_at IS NULL
     AND (state = 'subcontracted' OR holder = 'with_subcontractor')""",
    "SELECT count(*) FROM repair_order WHERE closed_at IS NULL AND principal_id IS NOT NULL",
    f"""SELECT count(DISTINCT order_id) FROM message JOIN repair_order o ON o.id = order_id
     WHERE message.{OWED} AND o.closed_at IS NULL""",
    f"""SELECT count(DISTINCT order_id) FROM message JOIN repair_order o ON o.id = order_id
     WHERE message.{OWED} AND event = 'repair_ready' AND o.closed_at IS NULL""",
    f"""SELECT count(*) FROM repair_order WHERE closed_at IS NULL AND technician_id = 2
     AND state NOT IN ({FINISHED})""",
)
_HIT = """SELECT o.id, o.number, o.state, o.opened_at, c.name, d.brand, d.model FROM repair_order o
 JOIN party c ON c.id = o.party_id JOIN device d ON d.id = o.device_id"""
NUMBERED = f"{_HIT} WHERE o.number = ?"
NUMBER_BEGINS = f"{_HIT} WHERE o.number BETWEEN ? AND ? ORDER BY o.number DESC LIMIT ?"
SERIAL_BEGINS = f"{_HIT} WHERE d.serial_key >= ? AND d.serial_key < ? ORDER BY o.opened_at DESC LIMIT ?"
FOUND_ORDERS = f"{_HIT} WHERE o.party_id IN ({{found}}) ORDER BY o.opened_at DESC, o.id DESC LIMIT ?"
FOUND_CUSTOMERS = "SELECT c.id, c.name, c.phone, c.email FROM party c WHERE c.id IN ({found})"
FOUND = {
    True: "SELECT rowid FROM party_search_fts WHERE party_search_fts MATCH ? ORDER BY rowid DESC LIMIT {limit}",
    False: "SELECT party_id FROM party_search WHERE {likes} ORDER BY party_id DESC LIMIT {limit}",
}
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


class Plain:
    """It makes no objects of what it reads. `connection` is the driver's own, not in a transaction."""

    def __init__(self, connection: Any, day: date, is_sqlite: bool) -> None:
        self._connection, self._day, self._is_sqlite = connection, day, is_sqlite

    def board(self, key: str, limit: int, person: int) -> list[Any]:
        """The first page of a list, and all counts."""
        given = {"late": [self._today], "mine": [person]}.get(key, [])
        order = "o.promised_on, o.id" if key == "late" else "o.opened_at DESC, o.id DESC"
        rows = self._all(LIST.format(where=WHERE[key], order=order), *given, limit)
        for statement in COUNTS:
            self._all(statement, *([self._today] if "?" in statement else []))
        return rows

    def page(self, at: Any, order_id: int, limit: int, before: bool) -> list[Any]:
        """The page of all open orders after, or before, a row of it."""
        where = f" AND (o.opened_at, o.id) {'>' if before else '<'} (?, ?)"
        order = "o.opened_at, o.id" if before else "o.opened_at DESC, o.id DESC"
        return self._all(LIST.format(where=where, order=order), at, order_id, limit)

    def search(self, text: str, limit: int) -> list[Any]:
        """One box for whatever was typed: the orders and customers that it may mean."""
        reading = ticket_number.read(text)
        if reading is not None:
            return self._all(NUMBERED, reading.number)
        dialled = digits(text) if not any(map(str.isalpha, text)) else ""
        pieces = [dialled] if dialled else [fold(word) for word in text.split()]
        found, given = self._found(pieces)
        parties = [row[0] for row in self._all(found.format(limit=100), *given)]
        marks = ", ".join("?" * len(parties)) or "NULL"
        rows = self._all(FOUND_ORDERS.format(found=marks), *parties, limit)
        marks = ", ".join("?" * len(parties[:limit])) or "NULL"
        rows += self._all(FOUND_CUSTOMERS.format(found=marks), *parties[:limit])
        serial = "".join(pieces)
        if any(map(str.isdigit, serial)):
            rows += self._all(SERIAL_BEGINS, serial, f"{serial}\U0010ffff", limit)
        if dialled and len(dialled) <= ticket_number.LENGTH:
            rows += self._all(NUMBER_BEGINS, dialled.ljust(10, "0"), dialled.ljust(10, "9"), limit)
        return rows

    def sheet(self, number: str) -> list[Any]:
        """All rows of an order."""
        cursor = self._run(ORDER, [number])
        names = [column[0] for column in cursor.description]
        row: Sequence[Any] = cursor.fetchone()
        order = dict(zip(reversed(names), reversed(row), strict=True))
        rows = self._all(OF_PARTY, order["party_id"]) + self._all(OF_DEVICE, order["device_id"])
        for statement in OF_ORDER:
            rows += self._all(statement, order["id"])
        return rows + self._all(EARLIER, order["device_id"], order["id"])

    def one(self, statement: str, *given: object) -> Any:
        """The first row."""
        return self._all(statement, *given)[0]

    @property
    def _today(self) -> object:
        return self._day.isoformat() if self._is_sqlite else self._day

    def _found(self, pieces: Sequence[str]) -> tuple[str, list[object]]:
        if self._is_sqlite:
            return FOUND[True], [" AND ".join(f'"{piece}"' for piece in pieces)]
        likes = " AND ".join("body LIKE ?" for _piece in pieces)
        return FOUND[False].replace("{likes}", likes), [f"%{piece}%" for piece in pieces]

    def _all(self, statement: str, *given: object) -> list[Any]:
        rows: list[Any] = self._run(statement, list(given)).fetchall()
        return rows

    def _run(self, statement: str, given: list[object]) -> Any:
        return self._connection.execute(statement if self._is_sqlite else statement.replace("?", "%s"), given)
