"""The database: connections, one write transaction an operation, retries, and errors in words."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, create_engine

from convisav_tui import clock
from convisav_tui.errors import Conflict, StoreError, StoreReadOnly, StoreUncertain, StoreUnreachable
from convisav_tui.i18n import _
from convisav_tui.store.base import AppendOnly
from convisav_tui.store.precautions import Precautions
from convisav_tui.store.server import announce, server_engine
from convisav_tui.store.troubles import in_words, is_already_there, is_collision, is_lost, locked, uncertain

# SQLite before this version may corrupt a WAL file that several processes share; the write lock covers it.
SAFE_SQLITE = (3, 51, 3)
LOCK_SECONDS = 10.0
ATTEMPTS = 16  # some seven seconds: stations that count the same series at once collide most
# How often a transaction runs again because its key exists, and for how long because the server does not answer.
KEY_ATTEMPTS = 3
LOST_SECONDS = 2.0
# KiB of pages that each connection of a process without a screen keeps: it asks small questions, all day long.
SMALL_CACHE = 8_192
# The same for one with a screen. More gained nothing at a million orders, and each connection may fill its own.
CACHE = 16_384

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"cache_size=-{CACHE}",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
    "trusted_schema=OFF",
)

Result = TypeVar("Result")


class Store:
    """One database, opened. `write` runs an operation in one transaction; `read` gives a session to query with."""

    def __init__(self, url: str, lock_seconds: float = LOCK_SECONDS) -> None:
        """Open `url` ("sqlite:////path/shop.db" or "postgresql+psycopg://…") without touching it yet."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.lock_seconds = lock_seconds
        self._lock_path: Path | None = None
        if self.is_sqlite:
            self.engine = self._sqlite_engine(url)
        else:
            self.engine = server_engine(url)
        event.listen(self.engine, "handle_error", _reading_in_words)
        self._writing = self.engine.execution_options(write=True)
        self._precautions = Precautions()

    def read(self) -> Session:
        """A session for queries: short-lived, never kept open while a person thinks."""
        return Session(self.engine, expire_on_commit=False)

    def look(self, statement: str, values: Any) -> Sequence[Any] | None:
        """The first row of one question in the driver's own words, as the driver gives it, in no transaction but the
        question's own; None without one. `values` as the driver takes them. Raises StoreError."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                driver: Any = connection.connection.driver_connection
                with contextlib.suppress(self.engine.dialect.loaded_dbapi.Error):
                    row: Sequence[Any] | None = driver.execute(statement, values).fetchone()
                    return row
            # A server, or trouble: asked once more it is said in words, or it was a moment's.
            return connection.exec_driver_sql(statement, values).first()

    def write(
        self, operation: Callable[[Session], Result], attempts: int = ATTEMPTS, *, repeatable: bool = False
    ) -> Result:
        """Run `operation` in one write transaction and commit. It may run again after a collision, so it must leave
        no trace but rows; `repeatable` says that its own key keeps it from being done twice, so that it also runs again
        when the answer to the commit was lost. Raises StoreError for the database's own troubles (StoreUncertain for
        such an answer), Conflict when somebody else was faster."""
        given_up, unsure = time.monotonic() + LOST_SECONDS, False
        for attempt in range(1, attempts + 1):
            last = attempt == attempts
            try:
                return self._write_once(operation)
            except StaleDataError as error:
                if last:
                    raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again.")) from error
            except StoreUnreachable as error:
                unsure = unsure or isinstance(error, StoreUncertain)
                if last or time.monotonic() >= given_up or (unsure and not repeatable):
                    if unsure:
                        raise uncertain() from error
                    raise
            except DBAPIError as error:
                if last or not (is_collision(error) or (is_already_there(error) and attempt < KEY_ATTEMPTS)):
                    raise in_words(error) from error
            time.sleep(min(0.5, 0.01 * 2**attempt) * random.uniform(0.5, 1.5))
        raise AssertionError("unreachable")

    def _write_once(self, operation: Callable[[Session], Result]) -> Result:
        """One transaction. StoreUnreachable when the connection broke before the commit, StoreUncertain in it."""
        committing = False
        try:
            with self.write_lock(), Session(self._writing, expire_on_commit=False) as session:
                with clock.not_before(self._precautions.look(session)):
                    result = operation(session)
                    session.flush()
                announce(session)
                committing = True
                session.commit()
                return result
        except DBAPIError as error:
            if not is_lost(error):
                raise
            raise (uncertain() if committing else in_words(error)) from error

    def spare_memory(self) -> None:
        """Keep few pages of a SQLite file in memory from now on: for a process that no person waits for."""
        if self.is_sqlite:
            event.listen(self.engine, "connect", _spare_memory)
            self.engine.dispose()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None for a server."""
        database = self.engine.url.database
        return Path(database) if self.is_sqlite and database else None

    @property
    def place(self) -> str:
        """Where it is, fit for a message: the file, or the address without its password."""
        return str(self.path) if self.path is not None else self.engine.url.render_as_string(hide_password=True)

    def _sqlite_engine(self, url: str) -> Engine:
        driver = sqlite_driver()
        options = {"timeout": self.lock_seconds, "check_same_thread": False}
        # Errors never quote what was written: it is about customers, and errors go to logs.
        engine = create_engine(url, module=driver, connect_args=options, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        if engine.url.database:
            self._lock_path = Path(engine.url.database + ".wlock")
        return engine

    @contextlib.contextmanager
    def write_lock(self) -> Iterator[None]:
        """A queue of writers on SQLite: fairer than its own busy handler, and it covers checkpoints (store.md 0.3)."""
        if self._lock_path is None:
            yield
            return
        try:
            descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreReadOnly(
                _("The folder of the database cannot be written: {reason}.").format(reason=error.strerror),
                _("Give this account the right to write there."),
            ) from error
        try:
            _wait_for_lock(descriptor, self.lock_seconds)
            yield
        finally:
            os.close(descriptor)


def sqlite_driver() -> ModuleType:
    """pysqlite3 with its own recent SQLite where installed, else the standard library's."""
    try:
        import pysqlite3.dbapi2 as driver
    except ImportError:
        import sqlite3 as driver
    return driver  # type: ignore[no-any-return]


def _reading_in_words(context: ExceptionContext) -> None:
    """Queries of screens and scripts raise our own errors; `write` needs the driver's, to know what to try again, and
    so does the pool when it looks whether a connection still stands."""
    if context.is_pre_ping:
        return
    writing = context.connection is not None and context.connection.get_execution_options().get("write", False)
    if not writing and isinstance(context.sqlalchemy_exception, DBAPIError):
        raise in_words(context.sqlalchemy_exception) from context.original_exception


def _wait_for_lock(descriptor: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise locked() from error
            time.sleep(0.002)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _spare_memory(connection: Any, _record: Any) -> None:
    connection.execute(f"PRAGMA cache_size=-{SMALL_CACHE}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("write", False)
    if writing:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # Touches no file and waits for nobody: what it might complain of comes with the first question.
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")


@event.listens_for(OrmSession, "before_flush")
def _guard_append_only(session: OrmSession, _context: Any, _instances: Any) -> None:
    """Refuse to change or delete what is append-only (architecture: facts that never change)."""
    for row in session.deleted:
        if isinstance(row, AppendOnly):
            raise StoreError(_("{table} rows are never deleted.").format(table=type(row).__name__))
    for row in session.dirty:
        if isinstance(row, AppendOnly) and session.is_modified(row):
            changed = {a.key for a in sa.inspect(row).attrs if a.history.has_changes()}
            if not changed <= row.completed_later or any(_was_filled(row, key) for key in changed):
                raise StoreError(_("{table} rows never change.").format(table=type(row).__name__))


def _was_filled(row: AppendOnly, key: str) -> bool:
    before = sa.inspect(row).attrs[key].history.deleted
    return any(value not in (None, "", 0) for value in before)
