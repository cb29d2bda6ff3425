"""Calls from any thread to the screen's thread, kept until there is a loop to carry them out."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Mailbox:
    """`post` may be called from any thread; `connect` says who carries the calls out, in order, from now on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Callable[[], None]] = []
        self._carry: Callable[[Callable[[], None]], None] | None = None

    def post(self, callback: Callable[[], None]) -> None:
        """Have `callback` called on the screen's thread."""
        with self._lock:
            if self._carry is None:
                self._waiting.append(callback)
            else:
                self._carry(callback)

    def connect(self, carry: Callable[[Callable[[], None]], None]) -> None:
        """Hand over what waits, and everything that follows."""
        with self._lock:
            for callback in self._waiting:
                carry(callback)
            self._waiting = []
            self._carry = carry
