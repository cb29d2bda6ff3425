"""The mark of a database into which a shop is being moved: as long as it stands, no program opens it as a shop."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.engine import Store
from convisav_tui.store.schema_version import MOVE_TABLE

# Not among the metadata: a shop never has it.
_MARK = sa.Table(MOVE_TABLE, sa.MetaData(), sa.Column("source", sa.Text()), sa.Column("begun_at", sa.Text()))


@dataclass(frozen=True)
class Mark:
    """From where (an address without its password) and since when."""

    source: str
    begun_at: datetime


def set_mark(store: Store, mark: Mark) -> None:
    """Mark an empty database."""
    if store.path is not None:
        store.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(store.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    def write(session: Session) -> None:
        _MARK.create(session.connection())
        session.execute(sa.insert(_MARK).values(source=mark.source, begun_at=mark.begun_at.isoformat()))

    store.write(write)


def read_mark(store: Store) -> Mark | None:
    """The mark, None where there is none (or no database yet)."""
    if store.path is not None and not store.path.exists():
        return None
    with store.read() as session:
        if MOVE_TABLE not in sa.inspect(session.connection()).get_table_names():
            return None
        row = session.execute(sa.select(_MARK)).first()
    return Mark(row.source, datetime.fromisoformat(row.begun_at)) if row else Mark("", datetime.now(UTC))


def remove_mark(session: Session) -> None:
    """The move has ended well."""
    _MARK.drop(session.connection())
