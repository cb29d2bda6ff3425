"""An office printer that speaks IPP on a socket, in every mood; its octets are packed here, not by the program."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PRINT_JOB, GET_JOB, GET_JOBS, GET_PRINTER = 0x0002, 0x0009, 0x000A, 0x000B
_RESET = struct.pack("ii", 1, 0)
_ENUM, _INTEGER, _BOOLEAN, _KEYWORD, _NAME, _MIME, _TEXT = 0x23, 0x21, 0x22, 0x44, 0x42, 0x49, 0x41
Group = Sequence[tuple[int, str, Sequence[object]]]


def _attribute(tag: int, name: str, values: Sequence[object]) -> bytes:
    packed = b""
    for place, value in enumerate(values):
        if tag in (_ENUM, _INTEGER):
            content = struct.pack(">i", value)
        elif tag == _BOOLEAN:
            content = bytes([bool(value)])
        else:
            content = value if isinstance(value, bytes) else str(value).encode()
        own = name.encode() if place == 0 else b""
        packed += struct.pack(f">BH{len(own)}sH{len(content)}s", tag, len(own), own, len(content), content)
    return packed


def answer(code: int, *groups: tuple[int, Group]) -> bytes:
    """An IPP answer: its status, then groups by tag (2: job, 4: printer)."""
    octets = struct.pack(">BBHI", 2, 0, code, 1) + b"\x01" + _attribute(0x47, "attributes-charset", ["utf-8"])
    for tag, group in groups:
        octets += bytes([tag]) + b"".join(_attribute(*item) for item in group)
    return octets + b"\x03"


class OfficePrinter:
    """Keeps what it printed in `documents`; `mood` says how it treats Print-Job."""

    def __init__(self) -> None:
        self.mood = ""
        self.code = 0
        """The answer to Print-Job: 0x0507 busy, 0x040a wrong format …"""
        self.state = 3
        self.reasons = ["none"]
        self.message = ""
        self.accepting = True
        self.media = ["iso_a4_210x297mm"]
        self.formats = ["application/pdf", "image/urf"]
        self.more: list[tuple[int, str, Sequence[object]]] = []
        """What else it says of itself."""
        self.job_state = 9
        self.documents: list[bytes] = []
        self.jobs: list[dict[str, str]] = []
        self.torn = 0
        self.asked: list[int] = []
        printer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                with contextlib.suppress(OSError):
                    printer._treat(self)

            def log_message(self, *_arguments: object) -> None:
                """Nothing is written to the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._hold = threading.Event()
        self.address = f"ipp://127.0.0.1:{self._server.server_address[1]}/ipp/print"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._hold.set()
        self._server.shutdown()
        self._server.server_close()

    def _treat(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers["Content-Length"])
        head = request.rfile.read(min(length, 8))
        operation = struct.unpack(">H", head[2:4])[0]
        self.asked.append(operation)
        if operation == PRINT_JOB:
            self._print(request, head, length)
        elif self.mood == "mute":
            self._hold.wait(30)
        elif self.mood == "web server":
            self._reply(request, b"<html>", 404)
        elif self.mood == "garbage":
            self._reply(request, b"\x02\x00")
        else:
            request.rfile.read(length - len(head))
            self._reply(request, self._told(operation))

    def _told(self, operation: int) -> bytes:
        if operation == GET_PRINTER:
            return answer(0, (4, self._attributes()))
        if operation == GET_JOB:
            said = "Cancelled at the\x1b panel" if self.job_state in (7, 8) else ""
            return answer(0, (2, [(_ENUM, "job-state", [self.job_state]), (_TEXT, "job-state-message", [said])]))
        listed = [
            (2, [(_INTEGER, "job-id", [place + 1]), (_NAME, "job-name", [job["job-name"]])])
            for place, job in enumerate(self.jobs)
        ]
        return answer(0, *listed)  # type: ignore[arg-type]

    def _attributes(self) -> Group:
        return [
            (_ENUM, "printer-state", [self.state]),
            (_KEYWORD, "printer-state-reasons", self.reasons),
            (_TEXT, "printer-state-message", [self.message]),
            (_BOOLEAN, "printer-is-accepting-jobs", [self.accepting]),
            (_KEYWORD, "media-ready", self.media),
            (_MIME, "document-format-supported", self.formats),
            *self.more,
        ]

    def _print(self, request: BaseHTTPRequestHandler, head: bytes, length: int) -> None:
        if self.mood in ("reset", "full"):
            self.torn += len(request.rfile.read(4096))
            if self.mood == "full":
                self._hold.wait(30)
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            request.connection.close()
            request.close_connection = True
            return
        if self.code and self.mood == "early":
            self._reply(request, answer(self.code))
            request.close_connection = True
            return
        body = head + request.rfile.read(length - len(head))
        if not self.code and self.mood != "lost":
            self._keep(body)
        if self.mood in ("lost", "answer lost"):
            request.connection.close()
            request.close_connection = True
        elif self.mood == "broken":
            self._reply(request, b"", 500)
        elif self.code:
            self._reply(request, answer(self.code))
        else:
            number = (_INTEGER, "job-id", [len(self.jobs)])
            self._reply(request, answer(0, (2, [number, (_ENUM, "job-state", [5])])))

    def _keep(self, body: bytes) -> None:
        place, name, attributes = 8, "", {}
        while body[place] != 0x03:
            if body[place] < 0x10:
                place += 1
                continue
            size = int.from_bytes(body[place + 1 : place + 3], "big")
            name = body[place + 3 : place + 3 + size].decode() or name
            place += 3 + size
            size = int.from_bytes(body[place : place + 2], "big")
            value = body[place + 2 : place + 2 + size]
            attributes[name] = str(int.from_bytes(value, "big")) if name == "copies" else value.decode()
            place += 2 + size
        self.jobs.append(attributes)
        self.documents.append(body[place + 1 :])

    def _reply(self, request: BaseHTTPRequestHandler, octets: bytes, code: int = 200) -> None:
        request.send_response(code)
        request.send_header("Content-Type", "application/ipp")
        request.send_header("Content-Length", str(len(octets)))
        request.end_headers()
        request.wfile.write(octets)


def draws(*resolutions: int, types: Sequence[str] = ("sgray_8",), **more: str) -> Group:
    """What a printer of PWG raster says of it; `more` are keywords, with _ for -."""
    dots = [struct.pack(">iib", dpi, dpi, 3) for dpi in resolutions]
    keywords = [(_KEYWORD, name.replace("_", "-"), [value]) for name, value in more.items()]
    types_told = (_KEYWORD, "pwg-raster-document-type-supported", types)
    return [(0x32, "pwg-raster-document-resolution-supported", dots), types_told, *keywords]


def copies_up_to(most: int) -> tuple[int, str, Sequence[object]]:
    """How often a printer says that it repeats a job."""
    return 0x33, "copies-supported", [struct.pack(">ii", 1, most)]


@contextlib.contextmanager
def office_printer() -> Iterator[OfficePrinter]:
    printer = OfficePrinter()
    try:
        yield printer
    finally:
        printer.close()
