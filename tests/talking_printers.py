"""Printers on sockets that answer on the connection: an ESC/POS receipt printer and a Zebra, in every mood."""

from __future__ import annotations

import contextlib
import io
import re
import socket
import struct
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.waiting import wait_until

if TYPE_CHECKING:
    from PIL.Image import Image

_RESET = struct.pack("ii", 1, 0)
READY = b"\x16\x12\x12\x12"
ROLL_END = b"\x1e\x32\x12\x72"
COVER_OPEN = b"\x1e\x16\x12\x12"
NEAR_END = b"\x16\x12\x12\x1e"


class _Talking:
    """Listens on 127.0.0.1; `connections` counts who came."""

    def __init__(self) -> None:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._held: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        for connection in self._held:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._held.append(connection)
            threading.Thread(target=self._meet, args=(connection,), daemon=True).start()

    def _meet(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError):
            self.talk(connection)

    def talk(self, connection: socket.socket) -> None:
        raise NotImplementedError

    def _reset(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.close()


class ReceiptPrinter(_Talking):
    """Understands what we send of ESC/POS, and nothing else: any other byte is a fault of ours, kept in `fault`."""

    def __init__(self) -> None:
        self.state = READY
        """The answers to DLE EOT 1 to 4; empty: it gives none."""
        self.answers_when_done = True
        self.roll_ends_after: int | None = None
        """After so many rows the roll is at its end: it reads no more."""
        self.resets_after: int | None = None
        self.end_of_roll_when_done = False
        self.receipts: list[Image] = []
        self.rows = 0
        self.fault = b""
        super().__init__()

    def talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb", buffering=512)
        page: list[bytes] = []
        width = 0
        while byte := stream.read(1):
            if byte == b"\x10":
                self._answer(connection, _exactly(stream, 2))
                continue
            command = byte + _exactly(stream, 1)
            if command == b"\x1b@":
                page = []
            elif command == b"\x1dv":
                width = self._print_rows(connection, stream, page)
            elif command == b"\x1dV":
                assert _exactly(stream, 2) == b"B\x00"
                self.receipts.append(_picture(page, width))
                page = []
            elif command == b"\x1dr":
                assert _exactly(stream, 1) == b"\x01"
                if self.answers_when_done:
                    connection.sendall(b"\x0c" if self.end_of_roll_when_done else b"\x00")
            else:
                self.fault += command
        connection.close()

    def _print_rows(self, connection: socket.socket, stream: io.BufferedReader, page: list[bytes]) -> int:
        kind, mode, across, rows = struct.unpack("<BBHH", _exactly(stream, 6))
        assert (kind, mode) == (0x30, 0)
        for _row in range(rows):
            if self.resets_after is not None and self.rows >= self.resets_after:
                self._reset(connection)
                raise EOFError
            if self.roll_ends_after is not None and self.rows >= self.roll_ends_after:
                self.state = ROLL_END
                self._only_answer(connection)
            page.append(_exactly(stream, across))
            self.rows += 1
        return across * 8

    def _only_answer(self, connection: socket.socket) -> None:
        """Off line: of all that comes only the questions in real time are looked at."""
        while heard := connection.recv(4096):
            for question in re.findall(rb"\x10\x04[\x01-\x04]", heard[-12:]):
                self._answer(connection, question[1:])
        raise EOFError

    def _answer(self, connection: socket.socket, question: bytes) -> None:
        assert question[0] == 0x04
        if self.state:
            connection.sendall(self.state[question[1] - 1 : question[1]])


class Zebra(_Talking):
    """Keeps the ZPL it gets in `labels`; answers ~HS with its flags, or not at all."""

    def __init__(self) -> None:
        self.flags: set[str] = set()
        self.answers = True
        self.goes_out_while_printing = ""
        self.resets_after: int | None = None
        self.stops_reading = False
        self.zpl = b""
        self.asked = 0
        super().__init__()

    @property
    def labels(self) -> list[bytes]:
        return re.findall(rb"\^XA.*?\^XZ", self.zpl, re.DOTALL)

    def talk(self, connection: socket.socket) -> None:
        pending = b""
        while heard := connection.recv(2048):
            pending += heard
            if b"^XA" in pending and self.stops_reading:
                threading.Event().wait(30)
            if b"^XA" in pending and self.resets_after is not None and len(pending) >= self.resets_after:
                self._reset(connection)
                return
            while found := re.search(rb"~HS|\^XZ", pending):
                before, pending = pending[: found.end()], pending[found.end() :]
                if found[0] == b"~HS":
                    self._say(connection)
                else:
                    self._print(before)
        self.zpl += pending
        connection.close()

    def _print(self, label: bytes) -> None:
        self.zpl += label
        if self.goes_out_while_printing == "silent":
            self.answers = False
        elif self.goes_out_while_printing:
            self.flags.add(self.goes_out_while_printing)

    def _say(self, connection: socket.socket) -> None:
        self.asked += 1
        if not self.answers:
            return
        out, paused, head, ribbon = (int(flag in self.flags) for flag in ("paper", "pause", "head", "ribbon"))
        first = f"030,{out},{paused},0256,000,0,0,0,000,0,0,0"
        second = f"001,0,{head},{ribbon},1,2,4,0,00000000,1,000"
        connection.sendall("".join(f"\x02{string}\x03\r\n" for string in (first, second, "1234,0")).encode())

    def wait_for(self, labels: int) -> list[bytes]:
        wait_until(lambda: len(self.labels) >= labels, 5.0, "the labels")
        return self.labels


def _exactly(stream: io.BufferedReader, count: int) -> bytes:
    read = stream.read(count)
    if read is None or len(read) < count:
        raise EOFError
    return read


def _picture(rows: list[bytes], width: int) -> Image:
    from PIL import Image as Images

    inverted = bytes(octet ^ 0xFF for octet in b"".join(rows))
    return Images.frombytes("1", (width, len(rows)), inverted)


@contextlib.contextmanager
def receipt_printer() -> Iterator[ReceiptPrinter]:
    printer = ReceiptPrinter()
    try:
        yield printer
    finally:
        printer.close()


@contextlib.contextmanager
def zebra() -> Iterator[Zebra]:
    printer = Zebra()
    try:
        yield printer
    finally:
        printer.close()
