"""Moves a shop from one database to another: every table, counted and summed up on both sides before it counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from convisav_tui.clock import now
from convisav_tui.errors import StoreError
from convisav_tui.i18n import _
from convisav_tui.store.carrying import station_seen_since
from convisav_tui.store.engine import Store
from convisav_tui.store.lease import holder_of
from convisav_tui.store.migrate import HEAD, build, check_version
from convisav_tui.store.move_marker import Mark, read_mark, remove_mark, set_mark
from convisav_tui.store.search_index import rebuild
from convisav_tui.store.server import count_on
from convisav_tui.store.tables import LEASE, PARTY_SEARCH
from convisav_tui.store.troubles import in_words

Advance = Callable[[int], None]

BATCH = 2000
# A station or worker that gave a sign of life so lately may still write.
SEEN_LATELY = timedelta(minutes=2)
_SUM_BITS = 64


@dataclass(frozen=True)
class TableSum:
    """What a table holds: its rows, and the sum of a hash of each, in hexadecimal; the order of rows is no matter."""

    name: str
    rows: int
    checksum: str


@dataclass(frozen=True)
class Moved:
    """The tables that were moved, and how many rows were there already from a move that was broken off."""

    tables: tuple[TableSum, ...]
    found: int

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(table.rows for table in self.tables)


def tables() -> list[sa.Table]:
    """What is moved, those that others refer to first. Not the leases of processes, nor the text that is searched,
    which is made anew."""
    return [table for table in SQLModel.metadata.sorted_tables if table not in (LEASE, PARTY_SEARCH)]


def rows_in(store: Store) -> int:
    """How many rows there are to move."""
    with store.read() as session:
        return sum(_count(session, table) for table in tables())


def move(source: Store, target: Store, again: bool = False, advance: Advance = lambda amount: None) -> Moved:
    """Copy all rows of `source` into the empty database `target`, then compare both. `advance` is told of each batch,
    copied or compared. With `again` a move that was broken off goes on where it stopped.

    Raises StoreError, in words: the source is in use or of another version, the target holds something or is half done,
    the sums differ. The source is only read. Until the end the target is marked: no program opens it as a shop."""
    refuse_in_use(source)
    return _carry_over(source, target, again, advance)


def copy_out(source: Store, target: Store) -> Moved:
    """The same out of a server while others work there: a copy of one moment. Raises StoreError."""
    return _carry_over(source, target, False, lambda amount: None)


def _carry_over(source: Store, target: Store, again: bool, advance: Advance) -> Moved:
    begun_before = _prepare(source, target, again)
    with source.write_lock(), _snapshot(source) as reading:
        if not source.is_sqlite:  # the other side may take its time
            reading.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        found = 0
        for table in tables():
            found += _copy(reading, target, table, begun_before, advance)
        target.write(_finish)
        sums = [_compared(reading, target, table, advance) for table in tables()]
    target.write(remove_mark)
    return Moved(tuple(sums), found)


# --- before -------------------------------------------------------------------------------------------------------


def refuse_in_use(source: Store) -> None:
    """Raise StoreError unless it is a shop of this version in which nobody works now."""
    version = check_version(source)
    if version is None:
        raise StoreError(_("There is no shop in {place}.").format(place=source.place))
    if version != HEAD:
        raise StoreError(
            _("The database {place} is of version {version}.").format(place=source.place, version=version),
            _("Bring it to this version first: convisav migrate."),
        )
    with source.read() as session:
        holder = holder_of(session, "worker")
        seen = station_seen_since(session, now() - SEEN_LATELY)
    if holder or seen:
        who = _("A worker prints and sends for it ({holder}).").format(holder=holder) if holder else ""
        raise StoreError(
            _("The database {place} is in use.").format(place=source.place),
            " ".join(filter(None, (who, _("Leave the program at every station, then wait two minutes.")))),
        )


def _prepare(source: Store, target: Store, again: bool) -> bool:
    """Make the tables and the mark. Whether a move was begun before, which may have copied something."""
    mark = read_mark(target)
    if mark is None:
        version = check_version(target)
        if version is not None and (version != HEAD or rows_in(target)):
            raise StoreError(
                _("The database {place} is not empty.").format(place=target.place),
                _("Name one that holds nothing: a shop is never moved into another one."),
            )
        set_mark(target, Mark(source.place, now()))
    elif mark.source != source.place:
        raise StoreError(
            _("A move from {source} into {place} was broken off.").format(source=mark.source, place=target.place),
            _("Go on with that one, or empty the database and begin anew."),
        )
    elif not again:
        raise StoreError(
            _("A move into {place} was begun on {day} and broken off; it is half done.").format(
                place=target.place, day=f"{mark.begun_at:%Y-%m-%d %H:%M} UTC"
            ),
            _("Add --again to go on with it, or empty the database and begin anew."),
        )
    build(target)
    return mark is not None


def _snapshot(source: Store) -> sa.Connection:
    """A connection that sees one moment of the source, however long it reads."""
    connection = source.engine.connect()
    return connection if source.is_sqlite else connection.execution_options(isolation_level="REPEATABLE READ")


# --- copying ------------------------------------------------------------------------------------------------------


def _copy(reading: sa.Connection, target: Store, table: sa.Table, resumed: bool, advance: Advance) -> int:
    """Copy one table in batches, each committed; how many rows were there already."""
    key = _number_key(table)
    after: int | None = None
    found = 0
    if resumed and key is not None:
        with target.read() as session:
            after, found = session.execute(sa.select(sa.func.max(key), sa.func.count()).select_from(table)).one()
        advance(found)
    elif resumed:
        target.write(lambda session: session.execute(sa.delete(table)))
    for batch in _batches(reading, table, after):
        try:
            target.write(lambda session, batch=batch: session.execute(sa.insert(table), batch))  # type: ignore[misc]
        except StoreError as error:
            raise type(error)(
                _("Table {table}: {reason}").format(table=table.name, reason=error.sentence), error.remedy
            ) from error
        advance(len(batch))
    return found


def _batches(connection: sa.Connection, table: sa.Table, after: int | None = None) -> Iterator[list[dict[str, Any]]]:
    """The rows in the order of the primary key: what a row of the same table refers to comes before it."""
    key = _number_key(table)
    if key is None:
        yield from _whole(connection, table)
        return
    while True:
        chosen = sa.select(table).order_by(key).limit(BATCH)
        rows = _rows(connection, chosen if after is None else chosen.where(key > after))
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        after = rows[-1][key.name]


def _whole(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    """A table without a number for a key is a small one: read at once."""
    rows = _rows(connection, sa.select(table))
    if rows:
        yield rows


def _rows(connection: sa.Connection, chosen: sa.Select[Any]) -> list[dict[str, Any]]:
    try:
        return [dict(row) for row in connection.execute(chosen).mappings()]
    except DBAPIError as error:
        raise in_words(error) from error


def _finish(session: Session) -> None:
    """What follows from the rows: the next numbers, and the text that is searched."""
    rebuild(session)
    if session.get_bind().dialect.name != "sqlite":
        count_on(session)


# --- comparing ----------------------------------------------------------------------------------------------------


def _compared(reading: sa.Connection, target: Store, table: sa.Table, advance: Advance) -> TableSum:
    there = sum_up(reading, table)
    with _snapshot(target) as connection:
        here = sum_up(connection, table, advance)
    if there != here:
        raise StoreError(
            _("Table {table} is not the same on both sides: {there} rows there, {here} rows here.").format(
                table=table.name, there=there.rows, here=here.rows
            ),
            _("The source was changed meanwhile: empty the new database and begin anew."),
        )
    return here


def sum_up(connection: sa.Connection, table: sa.Table, advance: Advance = lambda amount: None) -> TableSum:
    """Count and sum up a table."""
    total, count = 0, 0
    for batch in _batches(connection, table):
        total += sum(_hash(row) for row in batch)
        count += len(batch)
        advance(len(batch))
    return TableSum(table.name, count, f"{total % (1 << _SUM_BITS):016x}")


def _hash(row: dict[str, Any]) -> int:
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, default=_plain)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=_SUM_BITS // 8).digest(), "big")


def _plain(value: object) -> object:
    """A value as both kinds of databases give it back."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(type(value).__name__)


def _number_key(table: sa.Table) -> sa.Column[Any] | None:
    """The primary key, if it is one number that the database counts."""
    columns = list(table.primary_key.columns)
    return columns[0] if len(columns) == 1 and isinstance(columns[0].type, sa.Integer) else None


def _count(session: Session, table: sa.Table) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


__all__ = ["Moved", "TableSum", "move", "rows_in", "sum_up", "tables"]
