"""A HylaFAX server on loopback, as far as its own client `sendfax` needs one: takes documents, makes jobs, refuses."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"


@dataclass
class FaxJob:
    """What a client submitted: the parameters of the job, and the bytes of its document."""

    parameters: dict[str, str]
    document: bytes


@dataclass
class HylaFaxServer:
    """The server: `jobs` that were submitted; `refusals` maps a command ("USER", "JNEW", "JSUBM") to a reply."""

    listener: socket.socket
    jobs: list[FaxJob] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    silent: bool = False  # takes connections and says nothing
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        """For `notify.fax.url`."""
        return f"hylafax://{HOST}:{self.port}?from=sav@shop.example"

    def serve(self) -> None:
        """Take one client after the other until the listener is closed."""
        while not self.stopped.is_set():
            try:
                connection, _place = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=_Session(self, connection).run, daemon=True).start()


class _Session:
    def __init__(self, server: HylaFaxServer, connection: socket.socket) -> None:
        self.server, self.connection = server, connection
        self.stream: Any = connection.makefile("rwb")
        self.data_place = ("", 0)
        self.document = b""
        self.parameters: dict[str, str] = {}

    def run(self) -> None:
        with contextlib.suppress(OSError), self.connection:
            if self.server.silent:
                self.server.stopped.wait()
                return
            self._say("220 fake server (HylaFAX (tm) Version 6.0.7) ready.")
            for line in self.stream:
                self._answer(line.decode("utf-8", "replace").strip())

    def _answer(self, line: str) -> None:
        verb, _space, rest = line.partition(" ")
        if verb in self.server.refusals:
            self._say(self.server.refusals[verb])
        elif verb == "USER":
            self._say("230 User logged in.")
        elif verb == "EPRT":
            _net, host, port = rest.strip("|").split("|")
            self.data_place = (host, int(port))
            self._say("200 EPRT command successful.")
        elif verb == "PORT":
            parts = rest.split(",")
            self.data_place = (".".join(parts[:4]), int(parts[4]) * 256 + int(parts[5]))
            self._say("200 PORT command successful.")
        elif verb in ("STOT", "STOU"):
            self._take_document()
        elif verb == "JNEW":
            self.parameters = {}
            self._say("200 New job created: jobid: 42 groupid: 42.")
        elif verb == "JPARM":
            name, _gap, value = rest.partition(" ")
            self.parameters[name] = value.strip('"')
            self._say("200 Parameter set.")
        elif verb == "JSUBM":
            self.server.jobs.append(FaxJob(self.parameters, self.document))
            self._say("200 Job 42 submitted.")
        else:
            self._say("200 OK.")

    def _take_document(self) -> None:
        self._say("150 FILE: /tmp/doc1.pdf (Opening new data connection).")
        with socket.create_connection(self.data_place) as data:
            self.document = b"".join(iter(lambda: data.recv(65_536), b""))
        self._say("226 Transfer complete (FILE: /tmp/doc1.pdf).")

    def _say(self, text: str) -> None:
        self.stream.write((text + "\r\n").encode())
        self.stream.flush()


@contextlib.contextmanager
def running_fax_server() -> Iterator[HylaFaxServer]:
    """A server that takes everything until told otherwise."""
    server = HylaFaxServer(socket.create_server((HOST, 0)))
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.listener.close()
