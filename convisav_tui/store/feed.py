"""Says that somebody committed something, so that a screen reads its page again; carries no data (store.md 4)."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol

from convisav_tui.store.engine import Store, sqlite_driver


class _Watch(Protocol):
    @property
    def trouble(self) -> str: ...

    def changed(self) -> bool: ...

    def close(self) -> None: ...


class Ticker:
    """Asked every quarter of a second, by one thread; it never waits. A false alarm may happen, a missed commit not:
    on SQLite the next call tells it, on PostgreSQL one within a second (`listening`)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watch: _Watch | None = None
        self._opened()

    def changed(self) -> bool:
        """Whether anything was committed since the last call; microseconds. After an error of the database (the server
        went away) the answer is yes, once it can be read again."""
        fresh = self._watch is None
        return self._opened().changed() or fresh

    @property
    def trouble(self) -> str:
        """Why the server of the database is not reached now; "" while it is, and always with a file."""
        return self._watch.trouble if self._watch is not None else ""

    def close(self) -> None:
        """Give the connection back; asking again opens another."""
        if self._watch is not None:
            self._watch.close()
        self._watch = None

    def __enter__(self) -> Ticker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self) -> _Watch:
        if self._watch is None:
            if self._store.path is None:
                from convisav_tui.store.listening import Listener

                self._watch = Listener(self._store)
            else:
                self._watch = _FileWatch(self._store)
        return self._watch


class _FileWatch:
    """Compares the number that SQLite counts up at each commit of another connection."""

    trouble = ""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Any = None
        self._seen: object = None
        self.changed()

    def changed(self) -> bool:
        try:
            state = self._state()
        except sqlite_driver().Error:
            self.close()
            return False
        changed = state != self._seen
        self._seen = state
        return changed

    def close(self) -> None:
        self._seen = None
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _state(self) -> object:
        if self._connection is None:
            # A connection of its own outside any transaction: the number tells what others committed.
            self._connection = sqlite_driver().connect(self._store.path, check_same_thread=False, timeout=1)
            self._connection.isolation_level = None
        return self._connection.execute("PRAGMA data_version").fetchone()[0]
