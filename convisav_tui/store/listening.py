"""Listens to a PostgreSQL server in a thread of its own: who committed something, and whether it still answers."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

from convisav_tui.i18n import _
from convisav_tui.store.engine import Store
from convisav_tui.store.server import SILENCE_SECONDS, open_listener, sever
from convisav_tui.store.troubles import first_line

# Which transactions are under way or done: the text differs whenever one began or ended. It finds what was committed
# without an announcement, and whether the server answers.
_LOOK = "SELECT pg_current_snapshot()::text"
LOOK_SECONDS = 1.0
RETRY_SECONDS = 1.0
# A look at the server that takes longer is told to people; after SILENCE_SECONDS every connection is given up.
SLOW_SECONDS = 2.0


class Listener:
    """`changed` and `trouble` answer at once, from any thread; the connection is the thread's own."""

    def __init__(self, store: Store) -> None:
        """Listen to the server of `store`, from the return on; what keeps it from listening is in `trouble`."""
        self._store = store
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._begun = threading.Event()
        self._asked_at: float | None = None
        self._trouble = ""
        threading.Thread(target=self._work, name="listener", daemon=True).start()
        self._begun.wait()

    def changed(self) -> bool:
        """Whether anything was committed since the last call, or may have been while there was no connection."""
        self._give_up_silent()
        if not self._changed.is_set():
            return False
        self._changed.clear()
        return True

    @property
    def trouble(self) -> str:
        """Why the server is not reached, as it or the network said; "" while it answers."""
        if not self._trouble and self._silent_for() > SLOW_SECONDS:
            return _("no answer")
        return self._trouble

    def close(self) -> None:
        """End the thread; it may take a second to notice."""
        self._stopping.set()

    def _silent_for(self) -> float:
        asked_at = self._asked_at
        return 0.0 if asked_at is None else time.monotonic() - asked_at

    def _give_up_silent(self) -> None:
        """A server that takes what is sent and says nothing would keep a key waiting for ever: break with it."""
        if self._silent_for() > SILENCE_SECONDS:
            self._asked_at = None
            sever(self._store.engine)

    def _work(self) -> None:
        driver_error = self._store.engine.dialect.loaded_dbapi.Error
        while not self._stopping.is_set():
            self._asked_at = None
            try:
                with contextlib.closing(open_listener(self._store.engine)) as connection:
                    self._listen(connection)
            except driver_error as error:
                self._trouble = first_line(error)
            finally:
                self._begun.set()
            self._stopping.wait(RETRY_SECONDS)

    def _listen(self, connection: Any) -> None:
        seen = self._look(connection)
        if self._begun.is_set():
            self._changed.set()  # what happened meanwhile was not told
        self._trouble = ""
        self._begun.set()
        while not self._stopping.is_set():
            if any(True for _notice in connection.notifies(timeout=LOOK_SECONDS, stop_after=1)):
                self._changed.set()
            before, seen = seen, self._look(connection)
            if seen != before:
                self._changed.set()

    def _look(self, connection: Any) -> str:
        self._asked_at = time.monotonic()
        state: str = connection.execute(_LOOK).fetchone()[0]
        self._asked_at = None
        return state
