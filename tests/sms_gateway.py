"""A real HTTP server on loopback that imitates SMS services: takes, refuses, lies, stalls, hangs up."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

HOST = "127.0.0.1"


@dataclass
class Answer:
    """What the gateway does with one request. `manner`: "" answers, "hang" never does, "cut" closes without a word,
    "drip" sends its body too slowly. Whatever the manner, what is `taken` reached the customer."""

    status: int = 200
    body: object = field(default_factory=lambda: {"id": "sms-4711"})
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = ""
    taken: bool = True


def ok() -> Answer:
    """Taken."""
    return Answer()


def refused(status: int, body: object = "", **headers: str) -> Answer:
    """Not taken, and said so by the status; headers as Retry_After="7"."""
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()}, taken=False)


def vonage(status: str, text: str = "") -> Answer:
    """200 whatever happened: the truth is in the JSON."""
    message = {"status": status, "message-id": "vonage-1"} | ({"error-text": text} if text else {})
    return Answer(200, {"message-count": "1", "messages": [message]}, taken=status == "0")


def hangs() -> Answer:
    """Takes the message and never answers."""
    return Answer(manner="hang")


def cuts() -> Answer:
    """Takes the message and closes the connection."""
    return Answer(manner="cut")


def drips() -> Answer:
    """Answers one byte, then another…"""
    return Answer(manner="drip")


@dataclass
class SmsGateway:
    """The gateway: `port`, every request's fields in `asked`, and in `sent` those that reached a telephone."""

    server: ThreadingHTTPServer
    answers: list[Answer] = field(default_factory=list)  # used up first, one a request
    otherwise: Answer = field(default_factory=ok)
    asked: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    pause: float = 0.0  # seconds between taking a message and saying so
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        """For `notify.sms.url`: a gateway of the shop's own."""
        return f"json://{HOST}:{self.port}/sms?:to={{to}}"

    def next_answer(self) -> Answer:
        """What to do with the present request."""
        return self.answers.pop(0) if self.answers else self.otherwise


class _Handler(BaseHTTPRequestHandler):
    gateway: SmsGateway

    def do_POST(self) -> None:
        gateway = self.gateway
        fields = self._fields()
        answer = gateway.next_answer()
        gateway.asked.append(fields)
        if answer.taken:
            gateway.sent.append(fields)
        gateway.stopped.wait(gateway.pause)
        if answer.manner == "hang":
            gateway.stopped.wait()
        if answer.manner in ("hang", "cut"):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self._write(body.encode(), slowly=answer.manner == "drip")

    def _write(self, body: bytes, slowly: bool) -> None:
        with contextlib.suppress(OSError):
            for at in range(len(body)) if slowly else ():
                self.wfile.write(body[at : at + 1])
                if self.gateway.stopped.wait(0.05):
                    return
            if not slowly:
                self.wfile.write(body)

    def _fields(self) -> dict[str, Any]:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if "json" in self.headers.get("Content-Type", ""):
            return dict(json.loads(text))
        return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def running_gateway() -> Iterator[SmsGateway]:
    """A gateway that takes everything until told otherwise."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer((HOST, 0), handler)
    server.daemon_threads = True
    gateway = SmsGateway(server)
    handler.gateway = gateway  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield gateway
    finally:
        gateway.stopped.set()
        server.shutdown()
        server.server_close()


def free_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
