"""A line between the program and a PostgreSQL server that a test cuts, stalls, or cuts at the worst moment."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from pathlib import Path

# What the driver sends to end a transaction: a query message that holds this word.
COMMIT = b"COMMIT"
_PIECE = 65536


class Line:
    """Forwards connections to 127.0.0.1:`port` to the socket of a server. Use it as a context manager."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self._up = True
        self._ends = False
        self.swallow_commit = False
        """The next commit reaches the server; its answer does not come back, the connection breaks instead."""
        self.swallow_after = b""
        """The same for the commit of the transaction in which this was sent."""
        self.swallowed = 0
        self._marked: socket.socket | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, address: str) -> str:
        """The address of a database, by this line."""
        user, rest = address.removeprefix("postgresql+psycopg://").split("@/")
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{rest.partition('?')[0]}"

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._up = False
        self._break_all()

    def mend(self) -> None:
        """Let connections be made again, and what was stalled flow."""
        self._up = True
        self._flowing.set()

    def stall(self) -> None:
        """Take everything, forward nothing: the other end seems to live and says nothing."""
        self._flowing.clear()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ends = True
        self._flowing.set()
        self._listening.close()
        self._break_all()

    def _break_all(self) -> None:
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _end(*pair)

    def _accept(self) -> None:
        while not self._ends:
            try:
                client, _address = self._listening.accept()
            except OSError:
                return
            if not self._up:
                client.close()
                continue
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        self._pairs.append((client, server))
        try:
            self._flowing.wait()
            server.connect(str(self._server))
            while not self._ends and self._pass_on(client, server):
                pass
        except OSError:
            return
        finally:
            _end(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> bool:
        """What came from either side to the other; False at the end."""
        ready, _w, _x = select.select([client, server], [], [], 0.5)
        self._flowing.wait()
        for source in ready:
            data = source.recv(_PIECE)
            if not data:
                return False
            (server if source is client else client).sendall(data)
            if source is not client:
                continue
            if self.swallow_after and self.swallow_after in data:
                self.swallow_after, self._marked = b"", client
            if COMMIT in data and (self.swallow_commit or self._marked is client):
                self.swallow_commit, self._marked = False, None
                server.recv(1)  # the answer: it is committed
                self.swallowed += 1
                return False
        return True


def _end(*lines: socket.socket) -> None:
    for line in lines:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
