"""A label printer that takes everything at once and remembers when it came."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Arrival:
    """One job: its size, and when its first and last bytes were here (`time.perf_counter`)."""

    size: int
    first: float
    last: float


class Listener:
    """Listens on a free port of this machine."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._jobs: list[Arrival] = []
        self._came = threading.Condition()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more jobs."""
        self._socket.close()

    @property
    def count(self) -> int:
        """How many jobs have come."""
        with self._came:
            return len(self._jobs)

    def job(self, place: int, seconds: float = 20.0) -> Arrival:
        """The job at that place, counted from 0; TimeoutError when it does not come."""
        with self._came:
            if not self._came.wait_for(lambda: len(self._jobs) > place, seconds):
                raise TimeoutError(f"only {len(self._jobs)} jobs were printed")
            return self._jobs[place]

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = self._socket.accept()
                with connection:
                    self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        size, first, last = 0, 0.0, 0.0
        while part := connection.recv(65536):
            last = time.perf_counter()
            first = first or last
            size += len(part)
        with self._came:
            self._jobs.append(Arrival(size, first, last))
            self._came.notify_all()


@contextlib.contextmanager
def listener() -> Iterator[Listener]:
    """One, closed at the end."""
    printer = Listener()
    try:
        yield printer
    finally:
        printer.close()
