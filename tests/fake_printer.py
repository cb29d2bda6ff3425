"""A label printer on a socket, in every mood that printers have, and an SNMP agent that tells its state."""

from __future__ import annotations

import contextlib
import enum
import functools
import socket
import struct
import threading
from collections.abc import Iterator

import zxingcpp

from convisav_tui.printing.brother_decoder import Page, pages
from convisav_tui.printing.snmp import _item, _number, _object, _read
from convisav_tui.printing.status import STATUS_OBJECT

RESET = struct.pack("ii", 1, 0)


class Mood(enum.Enum):
    """How the printer treats a connection."""

    PRINT = "reads everything, prints, closes"
    HANG = "takes the connection and never reads"
    FULL = "reads a little, then stops for ever"
    SLOW = "reads a few bytes at a time"
    RESET = "reads a little, then resets"
    CLOSE_EARLY = "reads a little, then closes"
    TURN_AWAY = "resets at once"
    MUTE = "reads everything, prints, never closes"


class FakePrinter:
    """Listens on 127.0.0.1 (or [::1]); keeps what it printed in `jobs`, what it was sent in vain in `torn`."""

    def __init__(self, mood: Mood = Mood.PRINT, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.bind((host, 0))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        self.host = host
        self.mood = mood
        self.jobs: list[bytes] = []
        self.torn: list[bytes] = []
        self.connections = 0
        self.reading = threading.Event()
        self._held: list[socket.socket] = []
        self._stop = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}?snmp=off"

    def close(self) -> None:
        self._stop.set()
        self._listener.close()
        for connection in self._held:
            connection.close()

    def printed(self) -> list[Page]:
        return [page for page, _texts in self.scans()]

    def scans(self) -> list[tuple[Page, tuple[str, ...]]]:
        """Each printed page, with what a scanner reads from it."""
        return [scan for job in self.jobs for scan in _scans(job)]

    def numbers(self) -> list[str]:
        """What a scanner reads from each printed page."""
        return [text for _page, texts in self.scans() for text in texts]

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._meet, args=(connection,), daemon=True).start()

    def _meet(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self._treat(connection, self.mood)

    def _treat(self, connection: socket.socket, mood: Mood) -> None:
        self._held.append(connection)
        if mood is Mood.HANG:
            self.reading.set()
            return
        if mood is Mood.TURN_AWAY:
            self._reset(connection)
            return
        if mood in (Mood.FULL, Mood.RESET, Mood.CLOSE_EARLY):
            self.torn.append(connection.recv(2048))
            self.reading.set()
            if mood is Mood.RESET:
                self._reset(connection)
            elif mood is Mood.CLOSE_EARLY:
                connection.close()
            return
        self._print(connection, mood)

    def _print(self, connection: socket.socket, mood: Mood) -> None:
        job = bytearray()
        while piece := connection.recv(512 if mood is Mood.SLOW else 65536):
            self.reading.set()
            job += piece
            if mood is Mood.SLOW:
                self._stop.wait(0.002)
        self.jobs.append(bytes(job))
        if mood is not Mood.MUTE:
            connection.close()

    def _reset(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()


class StatusAgent:
    """Answers the SNMP question for a printer's status with `octets`; says nothing while they are empty."""

    def __init__(self, octets: bytes = b"") -> None:
        self.octets = octets
        self.later: list[bytes] = []
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                datagram, peer = self._socket.recvfrom(65535)
            except OSError:
                return
            self.asked += 1
            octets = self.octets
            if self.later:
                self.octets = self.later.pop(0)
            if octets:
                self._socket.sendto(self._answer(datagram, octets), peer)

    def _answer(self, datagram: bytes, octets: bytes) -> bytes:
        _tag, message, _end = _read(datagram, 0)
        _tag, _version, place = _read(message, 0)
        _tag, community, place = _read(message, place)
        _tag, question, _end = _read(message, place)
        _tag, number, _place = _read(question, 0)
        value = _item(0x30, _item(0x06, _object(STATUS_OBJECT)) + _item(0x04, octets))
        answer = _item(0x02, number) + _number(0) + _number(0) + _item(0x30, value)
        return _item(0x30, _number(0) + _item(0x04, community) + _item(0xA2, answer))


def status_octets(
    *, width: int = 62, length: int = 0, error_1: int = 0, error_2: int = 0, phase: int = 0, kind: int | None = None
) -> bytes:
    """The 32 bytes of a Brother QL's status."""
    octets = bytearray(32)
    octets[0:4] = b"\x80\x20\x42\x34"
    octets[8], octets[9], octets[10], octets[17], octets[19] = error_1, error_2, width, length, phase
    octets[11] = (0x0B if length else 0x0A) if kind is None else kind
    return bytes(octets)


@functools.cache
def _scans(job: bytes) -> tuple[tuple[Page, tuple[str, ...]], ...]:
    """Once a job, however often a test looks whether its label is there."""
    return tuple((page, tuple(scanned(page.image))) for page in pages(job))


def scanned(image: object) -> list[str]:
    """What a scanner reads in a picture."""
    return [code.text for code in zxingcpp.read_barcodes(image.convert("L"))]  # type: ignore[attr-defined]


@contextlib.contextmanager
def fake_printer(mood: Mood = Mood.PRINT, host: str = "127.0.0.1") -> Iterator[FakePrinter]:
    printer = FakePrinter(mood, host)
    try:
        yield printer
    finally:
        printer.close()


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
