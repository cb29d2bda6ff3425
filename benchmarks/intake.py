"""Taking a device in: `shop.intake.receive` and its commit, beside plain SQL that inserts the same rows as durably."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from benchmarks import shops
from benchmarks.command import Extent, main
from benchmarks.figures import Figure, Spell, cpus, interleaved, timed, walls
from convisav_tui import clock, ticket_number
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.loading import shop_context
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.intake import receive
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.shop.staff import person_at_station
from convisav_tui.store.engine import Store

OURS, PLAIN = "receive", "plain SQL, same rows"
SERIES = "benchmark"
FIELDS = {
    "name": "Odile Quessoy", "phone": "01 99 00 55 11", "email": "odile@rivoli.example", "brand": "Ostéa",
    "device_type": "washing_machine", "model": "Lavis 700", "purchased_on": "12/03/2024",
    "fault": "does not drain any more", "accessories": "hose", "condition": "scratches on the left",
    "ready_channel": "email", "labels": "1", "receipt": "x",
}  # fmt: skip

Row = dict[str, Any]


def measure(extent: Extent) -> list[Figure]:
    """A new customer with a new device, on shops of these sizes; each side has a copy of its own."""
    figures = []
    for size in extent.sizes(60, 10_000, 100_000):
        with contextlib.ExitStack() as stack:
            first, second = (stack.enter_context(shops.copied(size)) for _side in (OURS, PLAIN))
            with shops.opened(second) as other:
                Intake(other, second).receive()  # the same staff and station on both sides
            program = Intake(stack.enter_context(shops.opened(first)), first)
            program.receive()
            plain = PlainIntake(stack.enter_context(shops.plain_connection(second)), program.rows_of_one())
            plain.insert()
            spells = interleaved({OURS: timed(program.receive), PLAIN: timed(plain.insert)}, extent.rounds * 10)
        figures += _figures(size, spells[OURS], spells[PLAIN])
    return figures


def _figures(size: int, ours: list[Spell], plain: list[Spell]) -> list[Figure]:
    what = f"{size:,} orders: intake committed"
    return [
        Figure(what, "ms", walls(ours), walls(plain), PLAIN),
        Figure(what, "ms CPU", cpus(ours), cpus(plain), PLAIN),
    ]


class Intake:
    """The program's own way."""

    def __init__(self, store: Store, home: Path) -> None:
        config = shops.configured(home)
        self._store = store
        self._shop = shop_context(Counter(config))
        self._actor: Actor = store.write(lambda session: person_at_station(session, "anna", "benchmark"))
        self._place = 0

    def receive(self) -> None:
        """Parse, receive, commit."""
        self._place += 1
        raw = FIELDS | {"name": f"Odile Quessoy {self._place}", "serial": f"BM{self._place:06d}"}
        form = parse_intake(raw, self._shop)
        key = f"benchmark-{self._place}"
        self._store.write(lambda session: receive(session, form, self._actor, self._shop, key))

    def rows_of_one(self) -> list[tuple[sa.Table, list[Row]]]:
        """The rows that one intake adds, by table, in the order in which they can be inserted."""
        tables = [table for table in SQLModel.metadata.sorted_tables if _single_key(table) is not None]
        with self._store.read() as session:
            before = {table: session.execute(sa.select(sa.func.max(_single_key(table)))).scalar() for table in tables}
        self.receive()
        with self._store.read() as session:
            connection = session.connection()
            added = {
                table: [
                    dict(row)
                    for row in connection.execute(
                        sa.text(f"SELECT * FROM {table.name} WHERE {_single_key(table).name} > :last"),
                        {"last": before[table] or 0},
                    ).mappings()
                ]
                for table in tables
            }
        return [(table, rows) for table, rows in added.items() if rows]


class PlainIntake:
    """The same rows by hand: one transaction, one statement a row, the counter and the search index too."""

    def __init__(self, connection: Any, rows: list[tuple[sa.Table, list[Row]]]) -> None:
        self._connection = connection
        self._rows = rows
        self._unique = {table.name: _unique_texts(connection, table.name) for table, _rows in rows}
        self._statements = {
            table.name: "INSERT INTO {} ({}) VALUES ({})".format(
                table.name, ", ".join(_inserted(table, rows[0])), ", ".join("?" * len(_inserted(table, rows[0])))
            )
            for table, rows in rows
        }
        self._place = 0

    def insert(self) -> None:
        """Once more, under other numbers."""
        self._place += 1
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(
            "INSERT INTO counter (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
            (SERIES,),
        )
        ids: dict[tuple[str, int], int] = {}
        for table, rows in self._rows:
            for row in rows:
                self._insert(table, row, ids)
        self._connection.execute("COMMIT")

    def _insert(self, table: sa.Table, row: Row, ids: dict[tuple[str, int], int]) -> None:
        values = []
        for name in _inserted(table, row):
            value = row[name]
            for key in table.c[name].foreign_keys:
                value = ids.get((key.column.table.name, value), value)
            if name in self._unique[table.name] and value is not None:
                value = self._fresh(table.name, name, str(value))
            values.append(value)
        cursor = self._connection.execute(self._statements[table.name], values)
        key_column = _single_key(table)
        if key_column is not None and key_column.name == "id":
            ids[table.name, row["id"]] = cursor.lastrowid
        elif table.name == "party_search":
            self._connection.execute("INSERT INTO party_search_fts (rowid, body) VALUES (?, ?)", values)

    def _fresh(self, table: str, name: str, value: str) -> str:
        if (table, name) == ("repair_order", "number"):
            return ticket_number.make(clock.now().year + 50, self._place)
        return f"{value[:40]}-{self._place}"


def _single_key(table: sa.Table) -> sa.Column[Any] | None:
    """The primary key where it is a number that grows."""
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 and isinstance(keys[0].type, sa.Integer) else None


def _inserted(table: sa.Table, row: Row) -> list[str]:
    """All columns but the number that the database gives."""
    return [name for name in row if name != "id"]


def _unique_texts(connection: Any, table: str) -> set[str]:
    """Text columns of which no two rows may be alike."""
    found: set[str] = set()
    for _place, index, unique, _origin, _partial in connection.execute(f"PRAGMA index_list({table})"):
        columns = [line[2] for line in connection.execute(f"PRAGMA index_info({index})")]
        if unique and len(columns) == 1:
            found.update(columns)
    types = {line[1]: line[2] for line in connection.execute(f"PRAGMA table_info({table})")}
    return {name for name in found if types.get(name) == "TEXT"}


if __name__ == "__main__":
    main(measure, __doc__)
