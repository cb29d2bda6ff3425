"""IPP (RFC 8010, 8011): one request and its answer over HTTP, small enough to be read whole.

The libraries that exist drive CUPS through C (pycups) or bring an HTTP stack of twelve packages and refuse what a busy
printer says (pyipp); none counts what left. See printing.md 3.3.
"""

from __future__ import annotations

import enum
import itertools
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from convisav_tui.i18n import _
from convisav_tui.printing.transport import SNMP_PORT, Address, Patience, connect

if TYPE_CHECKING:
    from http.client import HTTPConnection

Value = int | bool | str
_PORT = 631
_USUAL_PATH = "/ipp/print"
_QUEUES = ("/printers/", "/classes/")
_PIECE = 65536
LARGEST_ANSWER = 4_000_000
_requests = itertools.count(1)
_NAME_OF_OPERATION = "application/ipp"
_DOTS_AN_INCH = 3


class Operation(enum.IntEnum):
    """What is asked of a printer."""

    PRINT_JOB = 0x0002
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


class Tag(enum.IntEnum):
    """Groups and kinds of values."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    RESOLUTION = 0x32
    RANGE = 0x33
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME = 0x49


_FIRST_VALUE, _BEGIN_COLLECTION, _END_COLLECTION = 0x10, 0x34, 0x37


@dataclass(frozen=True)
class Attribute:
    """One attribute with its values, all of one kind."""

    tag: Tag
    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Answer:
    """The status code of an answer, and its groups of attributes after the first, by name."""

    code: int
    groups: tuple[dict[str, tuple[Value, ...]], ...]

    @property
    def good(self) -> bool:
        """Whether the request was carried out."""
        return self.code < 0x0100

    def of(self, name: str) -> tuple[Value, ...]:
        """The values of the first attribute of that name, none when there is none."""
        return next((group[name] for group in self.groups if name in group), ())

    def word(self, name: str) -> str:
        """The first value as text."""
        return str(next(iter(self.of(name)), ""))

    def number(self, name: str) -> int:
        """The first value as a number, 0 when it is none."""
        value = next(iter(self.of(name)), 0)
        return value if isinstance(value, int) else 0


class NotAnswered(Exception):
    """What came back is no answer of a printer; `reason` says it in words, `refused` whether nothing was taken."""

    def __init__(self, reason: str, *, refused: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused


@dataclass(frozen=True)
class Place:
    """Where an office printer or a queue is."""

    address: Address
    path: str
    secure: bool
    any_certificate: bool
    any_media: bool = False
    """Whether what it says of the paper in its trays is not to be believed."""

    @property
    def uri(self) -> str:
        """The name that the printer knows itself by."""
        host = f"[{self.address.host}]" if ":" in self.address.host else self.address.host
        port = "" if self.address.port == _PORT else f":{self.address.port}"
        return f"{'ipps' if self.secure else 'ipp'}://{host}{port}{self.path}"


def parse_place(text: str) -> Place:
    """The place that "ipp://host/printers/NAME" names. Raises ValueError with a sentence."""
    try:
        parts = urlsplit(text)
        if parts.scheme not in ("ipp", "ipps") or not parts.hostname:
            raise ValueError(text)
        options = parse_qs(parts.query)
        # A queue is on a server: what its agent tells is not the printer's state.
        usual = "off" if parts.path.startswith(_QUEUES) else str(SNMP_PORT)
        snmp = options.get("snmp", [usual])[-1]
        address = Address(parts.hostname, parts.port or _PORT, 0 if snmp == "off" else int(snmp))
    except ValueError as error:
        raise ValueError(_("“{text}” is no printer address: write ipp://host/ipp/print.").format(text=text)) from error
    path = parts.path if parts.path not in ("", "/") else _USUAL_PATH
    certificate, media = (options.get(name) == ["any"] for name in ("certificate", "media"))
    return Place(address, path, parts.scheme == "ipps", certificate, media)


def attribute(tag: Tag, name: str, *values: Value) -> Attribute:
    """An attribute."""
    return Attribute(tag, name, values)


def request(
    operation: Operation, place: Place, attributes: Sequence[Attribute], job: Sequence[Attribute] = ()
) -> bytes:
    """The octets of a request, up to the document that may follow."""
    usual = (
        attribute(Tag.CHARSET, "attributes-charset", "utf-8"),
        attribute(Tag.LANGUAGE, "attributes-natural-language", "en"),
        attribute(Tag.URI, "printer-uri", place.uri),
    )
    number = next(_requests) & 0x7FFFFFFF
    octets = struct.pack(">BBHI", 2, 0, operation, number) + bytes((Tag.OPERATION,))
    octets += b"".join(map(_encoded, (*usual, *attributes)))
    if job:
        octets += bytes((Tag.JOB,)) + b"".join(map(_encoded, job))
    return octets + bytes((Tag.END,))


def _encoded(item: Attribute) -> bytes:
    octets = b""
    for index, value in enumerate(item.values):
        name = item.name.encode() if index == 0 else b""
        if isinstance(value, bool):
            content = bytes((value,))
        else:
            content = struct.pack(">i", value) if isinstance(value, int) else value.encode()
        octets += bytes((item.tag,)) + struct.pack(">H", len(name)) + name + struct.pack(">H", len(content)) + content
    return octets


def read_answer(octets: bytes) -> Answer:
    """What a printer answered. Raises ValueError for anything else than a whole answer."""
    if len(octets) < 9:
        raise ValueError("too short")
    code = int.from_bytes(octets[2:4], "big")
    groups: list[dict[str, tuple[Value, ...]]] = []
    place, name, depth = 8, "", 0
    while True:
        if place >= len(octets):
            raise ValueError("cut off")
        tag = octets[place]
        place += 1
        if tag == Tag.END:
            return Answer(code, tuple(groups))
        if tag < _FIRST_VALUE:
            groups.append({})
            continue
        own_name, place = _piece(octets, place)
        content, place = _piece(octets, place)
        depth += (tag == _BEGIN_COLLECTION) - (tag == _END_COLLECTION)
        if depth or tag == _END_COLLECTION or not groups:
            continue
        name = own_name.decode("utf-8", "replace") or name
        groups[-1][name] = (*groups[-1].get(name, ()), _value(tag, content))


def _piece(octets: bytes, place: int) -> tuple[bytes, int]:
    end = place + 2 + int.from_bytes(octets[place : place + 2], "big")
    if end > len(octets) or place + 2 > len(octets):
        raise ValueError("cut off")
    return octets[place + 2 : end], end


def _value(tag: int, content: bytes) -> Value:
    if tag in (Tag.INTEGER, Tag.ENUM):
        return int.from_bytes(content, "big", signed=True)
    if tag == Tag.BOOLEAN:
        return content == b"\x01"
    if tag == Tag.RANGE and len(content) == 8:
        return "{}-{}".format(*struct.unpack(">ii", content))
    if tag == Tag.RESOLUTION and len(content) == 9:
        across, along, unit = struct.unpack(">iib", content)
        size = f"{across}x{along}" if across != along else str(across)
        return size + ("dpi" if unit == _DOTS_AN_INCH else "dpcm")
    return content.decode("utf-8", "replace")


class Call:
    """One request over a connection of its own; `sent` counts the octets of the document that left."""

    def __init__(self, place: Place, patience: Patience) -> None:
        """Connect. Raises Unreachable, NotAnswered (when the printer's certificate is not trusted)."""
        from http.client import HTTPConnection

        self._patience = patience
        self._deadline = time.monotonic() + patience.job
        self._place = place
        self.sent = 0
        plain = connect(place.address, patience)
        try:
            connection = self._secured(plain) if place.secure else plain
        except BaseException:
            plain.close()
            raise
        self._http: HTTPConnection = HTTPConnection(place.address.host, place.address.port)
        self._http.sock = connection

    def _secured(self, plain: socket.socket) -> socket.socket:
        import ssl

        context = ssl.create_default_context()
        if self._place.any_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        plain.settimeout(self._patience.stall)
        try:
            return context.wrap_socket(plain, server_hostname=self._place.address.host)
        except ssl.SSLCertVerificationError as error:
            raise NotAnswered(
                _("The printer's certificate is not known here: add ?certificate=any to trust it all the same.")
            ) from error
        except OSError as error:
            raise NotAnswered(_("The printer does not speak TLS there: write ipp:// instead of ipps://.")) from error

    def ask(self, head: bytes, document: bytes = b"") -> Answer:
        """Send the request and read the answer. Raises OSError when the line breaks or stalls, NotAnswered."""
        http = self._http
        http.putrequest("POST", self._place.path, skip_accept_encoding=True)
        http.putheader("Content-Type", _NAME_OF_OPERATION)
        http.putheader("Content-Length", str(len(head) + len(document)))
        self._wait()
        http.endheaders(head)
        for start in range(0, len(document), _PIECE):
            self._wait()
            http.send(document[start : start + _PIECE])
            self.sent += len(document[start : start + _PIECE])
        return self.hear()

    def hear(self) -> Answer:
        """The answer, also when the printer gave it before it had read everything. Raises OSError, NotAnswered."""
        from http.client import HTTPException

        self._wait(whole=True)
        try:
            response = self._http.getresponse()
            octets = response.read(LARGEST_ANSWER)
        except HTTPException as error:
            raise NotAnswered(_("What answers there is no printer."), refused=False) from error
        if response.status != 200:
            reason = _("The printer refuses this address (HTTP {code}): is the path after the host right?")
            raise NotAnswered(reason.format(code=response.status), refused=400 <= response.status < 500)
        try:
            return read_answer(octets)
        except ValueError as error:
            raise NotAnswered(_("What answers there is no printer."), refused=False) from error

    def _wait(self, *, whole: bool = False) -> None:
        """How long the next step may take: a stall while sending, all that is left for the answer."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._http.sock is not None:
            self._http.sock.settimeout(max(left, self._patience.goodbye) if whole else min(left, self._patience.stall))

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()


def call(place: Place, patience: Patience, head: bytes) -> Answer:
    """Ask without a document. Raises Unreachable, OSError, NotAnswered."""
    asking = Call(place, patience)
    try:
        return asking.ask(head)
    finally:
        asking.close()
