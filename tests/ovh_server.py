"""OVHcloud's SMS interface on loopback: its own clock, signatures checked as its documentation says, its answers."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
KEY, SECRET, CONSUMER = "7kbG7Bk7S9Nt7ZSV", "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF", "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"
SERVICE = "sms-xx12345-1"
AHEAD = 3_600  # seconds that its clock is ahead of ours
SIGNED_FOR = 30  # seconds that a signature is good for


@dataclass
class OvhServer:
    """What it was asked to send in `jobs`; `answers` (status, body) are used up first, one a job."""

    server: ThreadingHTTPServer
    answers: list[tuple[int, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    times_asked: int = 0
    ahead: int = AHEAD

    @property
    def endpoint(self) -> str:
        """Where its interface is."""
        return f"http://{HOST}:{self.server.server_address[1]}/1.0"

    def url(self, sender: str = "Atelier", secret: str = SECRET) -> str:
        """For `notify.sms.url`."""
        name = f"&from={sender}" if sender else ""
        return f"ovhsms://{KEY}:{secret}@{CONSUMER}/{SERVICE}/{{number}}?endpoint={self.endpoint}{name}"


class _Handler(BaseHTTPRequestHandler):
    ovh: OvhServer

    def do_GET(self) -> None:
        assert self.path == "/1.0/auth/time"
        self.ovh.times_asked += 1
        self._answer(200, self._clock())

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"])).decode()
        wrong = self._wrong(data)
        if wrong is not None:
            self.ovh.refused.append(wrong[1]["message"])
            self._answer(*wrong)
            return
        job = json.loads(data)
        status, body = self.ovh.answers.pop(0) if self.ovh.answers else (200, _taken(job))
        if status == 200 and not body.get("invalidReceivers"):
            self.ovh.jobs.append(job)
        self._answer(status, body)

    def _wrong(self, data: str) -> tuple[int, dict[str, str]] | None:
        headers = self.headers
        signed = "+".join((SECRET, CONSUMER, "POST", self.ovh.endpoint.removesuffix("/1.0") + self.path, data,
                           headers["X-Ovh-Timestamp"]))  # fmt: skip
        if headers["X-Ovh-Application"] != KEY or headers["X-Ovh-Consumer"] != CONSUMER:
            return 403, {"message": "This credential does not exist", "errorCode": "INVALID_CREDENTIAL"}
        if abs(int(headers["X-Ovh-Timestamp"]) - self._clock()) > SIGNED_FOR:
            return 400, {"message": "Query out of time", "errorCode": "QUERY_TIME_OUT"}
        if headers["X-Ovh-Signature"] != "$1$" + hashlib.sha1(signed.encode()).hexdigest():
            return 400, {"message": "Invalid signature", "errorCode": "INVALID_SIGNATURE"}
        if self.path != f"/1.0/sms/{SERVICE}/jobs":
            return 404, {"message": "This service does not exist"}
        return None

    def _clock(self) -> int:
        return int(time.time()) + self.ovh.ahead

    def _answer(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _taken(job: dict[str, Any]) -> dict[str, Any]:
    return {"totalCreditsRemoved": 1, "invalidReceivers": [], "ids": [4711], "validReceivers": job["receivers"]}


@contextlib.contextmanager
def running_ovh() -> Iterator[OvhServer]:
    """A service that takes everything that is signed well."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer((HOST, 0), handler)
    server.daemon_threads = True
    ovh = OvhServer(server)
    handler.ovh = ovh  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield ovh
    finally:
        server.shutdown()
        server.server_close()
