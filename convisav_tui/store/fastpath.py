"""What the first paint needs, read without SQLAlchemy: the version, the first rows of a list, the counts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from convisav_tui.errors import StoreError
from convisav_tui.i18n import _
from convisav_tui.store import board
from convisav_tui.store.board import BY_KEY, OrderRow
from convisav_tui.store.schema_version import HEAD, VERSION_TABLE

# The first paint does not wait for a writer: SQLAlchemy's session comes a moment later and does.
_PATIENCE = 0.25
_SQLITE = "sqlite:///"
_BOOLEANS = ("quote_requested", "comeback", "message_owed")
_INSTANTS = ("opened_at", "completed_at", "notified_at")
_NAMES = tuple(OrderRow.__dataclass_fields__)[:-1]


@dataclass(frozen=True)
class FirstScreen:
    """The first rows of one list, and the count of every list by its key."""

    rows: list[OrderRow]
    counts: dict[str, int]


@dataclass(frozen=True)
class FirstPerson:
    """Who works at a station that asks nobody: id and role; `asks` says that somebody has to sign in first."""

    asks: bool
    id: int | None = None
    role: str = ""


def first_person(url: str, login: str) -> FirstPerson:
    """The person with this login, else the first one, and whether the shop uses PINs; otherwise as `first_screen`."""
    with _opened(url) as connection:
        asks = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM staff WHERE active AND pin_hash IS NOT NULL)"
        ).fetchone()
        if asks[0]:
            return FirstPerson(asks=True)
        found = connection.execute(
            "SELECT id, role FROM staff WHERE active ORDER BY (login = ?) DESC, id LIMIT 1", (login,)
        ).fetchone()
        return FirstPerson(False, *found) if found else FirstPerson(False)


def first_screen(url: str, key: str, today: date, limit: int = 50, person: int | None = None) -> FirstScreen:
    """The first rows of the list `key` and all counts, equal to `lists.fetch_list` and `lists.counts`.

    Raises StoreError when the database is no SQLite file, missing, of another version, busy or damaged:
    `migrate.open_store`, which comes after the first paint, mends it or says it in words. Writes nothing."""
    with _opened(url) as connection:
        return FirstScreen(_page(connection, key, today, limit, person), _counts(connection, today, person))


def first_page(url: str, key: str, today: date, limit: int = 50, person: int | None = None) -> list[OrderRow]:
    """The first rows of the list `key` alone; otherwise as `first_screen`."""
    with _opened(url) as connection:
        return _page(connection, key, today, limit, person)


def counts(url: str, today: date, person: int | None = None) -> dict[str, int]:
    """The count of every list alone; otherwise as `first_screen`."""
    with _opened(url) as connection:
        return _counts(connection, today, person)


def sqlite_driver() -> ModuleType:
    """pysqlite3 with its own recent SQLite where installed, else the standard library's."""
    try:
        import pysqlite3.dbapi2 as driver
    except ImportError:
        import sqlite3 as driver
    return driver  # type: ignore[no-any-return]


@contextlib.contextmanager
def _opened(url: str) -> Iterator[Any]:
    """A connection in a read transaction: rows and counts are of one moment."""
    if not url.startswith(_SQLITE):
        raise _not_ready()
    path = Path(url.removeprefix(_SQLITE).partition("?")[0])
    driver = sqlite_driver()
    try:
        address = f"{path.resolve().as_uri()}?mode=rw"
        with contextlib.closing(driver.connect(address, uri=True, timeout=_PATIENCE)) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN")
            if connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() != [(HEAD,)]:
                raise _not_ready()
            yield connection
    except driver.Error as error:
        raise _not_ready() from error


def _not_ready() -> StoreError:
    return StoreError(_("The orders are being fetched."))


def _page(connection: Any, key: str, today: date, limit: int, person: int | None) -> list[OrderRow]:
    values = {"today": today.isoformat(), "limit": limit, "person": person}
    if ":warned" in BY_KEY[key].where:
        values["warned"] = _warned(connection, today)
    lines = connection.execute(board.page_statement(BY_KEY[key], hinted=True), values).fetchall()
    return [board.order_row(_typed(line), today) for line in lines]


def _counts(connection: Any, today: date, person: int | None) -> dict[str, int]:
    by_state = dict(connection.execute(board.COUNT_BY_STATE).fetchall())
    values = {"today": today.isoformat(), "warned": _warned(connection, today), "person": person}
    others = connection.execute(board.count_statement(hinted=True), values).fetchone()
    return board.sum_up(by_state, others)


def _warned(connection: Any, today: date) -> str:
    """As the database writes instants: UTC without a zone, with microseconds."""
    (found,) = connection.execute(board.WARNED_AFTER, {"today": today.isoformat()}).fetchone()
    return board.warned_before(today, board.warned_after_days(found)).strftime("%Y-%m-%d %H:%M:%S.%f")


def _typed(line: tuple[Any, ...]) -> tuple[Any, ...]:
    values = dict(zip(_NAMES, line, strict=True))
    values |= {name: bool(values[name]) for name in _BOOLEANS}
    values |= {name: _instant(values[name]) for name in _INSTANTS}
    promised = values["promised_on"]
    values["promised_on"] = date.fromisoformat(promised) if promised else None
    return tuple(values.values())


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
