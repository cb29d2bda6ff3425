"""Very many rows into an empty database, as fast as it takes them: indexes and references are put on at the end."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import StoreError
from convisav_tui.i18n import _
from convisav_tui.store.engine import Store, sqlite_driver
from convisav_tui.store.search_index import REBUILD
from convisav_tui.store.server import count_on
from convisav_tui.store.tables import ORDER, PARTY

Row = Sequence[str | int | None]
# What a server may take of its memory for making an index, and SQLite for its pages.
_MEMORY = "512MB"
_SQLITE_PAGES = -262_144


class Load(ABC):
    """A load under way: columns hold what the database keeps (SQLite's texts and numbers), whichever database it is."""

    @abstractmethod
    def add(self, table: sa.Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows; those that others refer to need not come first."""


@contextlib.contextmanager
def bulk_load(store: Store) -> Iterator[Load]:
    """Add rows to a shop that has no customers and orders yet; at the end everything is indexed, searchable, counted.

    Raises StoreError when it has some. A load that is broken off leaves a server as it was; an SQLite file is
    worthless then, because nothing is written twice: make it anew."""
    _refuse_a_shop_in_use(store)
    with _into_file(store) if store.is_sqlite else _into_server(store) as load:
        yield load
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not store.is_sqlite:
            # Also fills the map that lets an index answer alone; the server's own would come minutes later.
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM (ANALYZE)")


def _refuse_a_shop_in_use(store: Store) -> None:
    with store.read() as session:
        if any(session.execute(sa.select(table.c.id).limit(1)).first() for table in (PARTY, ORDER)):
            raise StoreError(
                _("The database {place} is not empty.").format(place=store.place),
                _("Invented orders are never added to a shop: name a database without customers."),
            )


@contextlib.contextmanager
def _into_file(store: Store) -> Iterator[Load]:
    store.close()  # nobody else may have the file open while its journal is changed
    with store.write_lock():
        connection = sqlite_driver().connect(str(store.path))
        try:
            connection.isolation_level = None
            for pragma in (
                "journal_mode=MEMORY",
                "synchronous=OFF",
                f"cache_size={_SQLITE_PAGES}",
                "temp_store=MEMORY",
            ):
                connection.execute(f"PRAGMA {pragma}")
            made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            indexes = made.fetchall()
            for name, _sql in indexes:
                connection.execute(f'DROP INDEX "{name}"')
            connection.execute("BEGIN")
            yield _FileLoad(connection)
            for _name, sql in indexes:
                connection.execute(sql)
            connection.execute(REBUILD)
            connection.execute("ANALYZE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()


class _FileLoad(Load):
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def add(self, table: sa.Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", rows)


@contextlib.contextmanager
def _into_server(store: Store) -> Iterator[Load]:
    """One transaction: COPY, then the indexes and references as they were."""
    with store.engine.begin() as connection:
        for setting in ("statement_timeout = 0", f"maintenance_work_mem = '{_MEMORY}'"):
            connection.exec_driver_sql(f"SET LOCAL {setting}")
        references = connection.exec_driver_sql(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        ).all()
        indexes = connection.exec_driver_sql(
            "SELECT quote_ident(indexname), indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexname"
            " NOT IN (SELECT conindid::regclass::text FROM pg_constraint WHERE conindid <> 0)"
        ).all()
        for table, name, _definition in references:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _definition in indexes:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        yield _ServerLoad(connection)
        for _name, definition in indexes:
            connection.exec_driver_sql(definition)
        for table, name, definition in references:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        count_on(Session(connection))
        connection.exec_driver_sql("ANALYZE")


class _ServerLoad(Load):
    def __init__(self, connection: sa.Connection) -> None:
        self._driver: Any = connection.connection.dbapi_connection

    def add(self, table: sa.Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        with (
            self._driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
