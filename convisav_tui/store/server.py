"""How the program talks to a PostgreSQL server: how long it waits for what, and what belongs to every write."""

from __future__ import annotations

import contextlib
import os
import socket
import weakref
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlmodel import Session, SQLModel, create_engine

# Seconds. A key that waits for the store waits for their sum at most (docs/postgresql.md).
CONNECT_SECONDS = 4
SILENCE_SECONDS = 5
STATEMENT_SECONDS = 20
LOCK_SECONDS = 10
IDLE_TRANSACTION_SECONDS = 60

# Told by every transaction that wrote something: wakes the other stations (feed.py).
CHANNEL = "convisav"

_ANNOUNCEMENT = sa.text(f"SELECT pg_notify('{CHANNEL}', '') WHERE pg_current_xact_id_if_assigned() IS NOT NULL")

# The driver's connections of each engine, as long as they live.
_OPENED: weakref.WeakKeyDictionary[Engine, weakref.WeakSet[Any]] = weakref.WeakKeyDictionary()

# What libpq and the server are asked for unless the address says otherwise.
_ASKED: dict[str, str] = {
    "connect_timeout": str(CONNECT_SECONDS),
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": str(SILENCE_SECONDS * 1000),
    "application_name": "convisav",
    "options": (
        f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s"
        f" -c idle_in_transaction_session_timeout={IDLE_TRANSACTION_SECONDS}s -c timezone=UTC"
    ),
}


def server_engine(url: str) -> Engine:
    """An engine for that server; a connection is tried before it is used, so that a restart costs one round trip."""
    address = make_url(url)
    engine = create_engine(
        address,
        connect_args=connect_arguments(address),
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,  # errors never quote what was written: it is about customers, and errors go to logs
    )
    opened: weakref.WeakSet[Any] = weakref.WeakSet()
    _OPENED[engine] = opened
    event.listen(engine, "connect", lambda connection, _record: opened.add(connection))
    return engine


def open_listener(engine: Engine) -> Any:
    """A connection of the driver's own, outside the pool, that is told of every announcement. Raises its errors."""
    arguments, options = engine.dialect.create_connect_args(engine.url)
    connection = engine.dialect.loaded_dbapi.connect(
        *arguments, **{**connect_arguments(engine.url), **options}, autocommit=True
    )
    _OPENED[engine].add(connection)
    connection.execute(f"LISTEN {CHANNEL}")
    return connection


def sever(engine: Engine) -> None:
    """Break every connection of this process, so that whoever waits for an answer gets an error instead. Does not wait;
    safe while other threads use the connections."""
    for connection in list(_OPENED.get(engine, ())):
        if not connection.closed:
            # Not close(): another thread is inside of it. The socket ends, and that thread is told.
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)


def connect_arguments(address: URL) -> dict[str, Any]:
    """Time limits for what the address itself does not set."""
    return {name: value for name, value in _ASKED.items() if name not in address.query}


def announce(session: Session) -> None:
    """Wake the other stations when this transaction is committed; not if it wrote nothing, or workers would wake each
    other for ever. A database that only speaks PostgreSQL's language has another dialect and is asked every second."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ANNOUNCEMENT)


def count_on(session: Session) -> None:
    """Let a server count on from the highest id of each table, after rows that came with ids of their own."""
    for table in SQLModel.metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and isinstance(keys[0].type, sa.Integer):
            last = session.execute(sa.select(sa.func.max(keys[0]))).scalar()
            sequence = sa.func.pg_get_serial_sequence(table.name, keys[0].name)
            session.execute(sa.select(sa.func.setval(sequence, last or 1, last is not None)))
