"""Says that somebody committed something, so that a screen reads its page again; carries no data (store.md 4)."""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from convisav_tui.errors import StoreError
from convisav_tui.store.engine import Store, sqlite_driver

# Which transactions are under way or done: the text differs whenever one began or ended.
_SNAPSHOT = sa.text("SELECT pg_current_snapshot()::text")


class Ticker:
    """Asked every quarter of a second, by one thread. A false alarm may happen, a missed commit may not."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: sa.Connection | None = None
        self._raw: Any = None
        self._seen: object = None
        self.changed()

    def changed(self) -> bool:
        """Whether anything was committed since the last call; microseconds on SQLite. After an error of the database
        (the server went away) the answer is yes, once the next call works again."""
        try:
            state = self._state()
        except (StoreError, sqlite_driver().Error):
            self.close()
            return False
        changed = state != self._seen
        self._seen = state
        return changed

    def close(self) -> None:
        """Give the connection back; asking again opens another."""
        self._seen = None
        if self._connection is not None:
            with contextlib.suppress(StoreError):
                self._connection.close()
        if self._raw is not None:
            self._raw.close()
        self._connection = self._raw = None

    def __enter__(self) -> Ticker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _state(self) -> object:
        if self._store.path is None:
            if self._connection is None:
                self._connection = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return self._connection.execute(_SNAPSHOT).scalar_one()
        if self._raw is None:
            # A connection of its own outside any transaction: the number tells what others committed.
            self._raw = sqlite_driver().connect(self._store.path, check_same_thread=False, timeout=1)
            self._raw.isolation_level = None
        return self._raw.execute("PRAGMA data_version").fetchone()[0]
