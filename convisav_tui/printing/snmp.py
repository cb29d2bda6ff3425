"""Questions to a printer by SNMP version 1 (RFC 1157): one value (GET), or tables column by column (GETNEXT)."""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Sequence

_INTEGER, _OCTETS, _NULL, _OBJECT, _SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
_GET, _GET_NEXT, _RESPONSE = 0xA0, 0xA1, 0xA2
_NO_SUCH_NAME = 2
_VERSION_1 = 0
_LARGEST_ANSWER = 65535
_MOST_ROWS = 24
Value = int | bytes | None
_requests = itertools.count(int.from_bytes(os.urandom(3), "big"))


class NoAnswer(Exception):
    """Nobody answered, or not to what was asked."""


class Refused(NoAnswer):
    """Somebody answered that there is no such object."""


def get(host: str, port: int, name: str, seconds: float = 0.4) -> bytes:
    """The octets of object `name` ("1.3.6.1…"); raises NoAnswer within `seconds`, at once when the port is closed."""
    found = value_of(host, port, name, seconds)
    if not isinstance(found, bytes):
        raise NoAnswer("no octets")
    return found


def value_of(host: str, port: int, name: str, seconds: float = 0.4) -> Value:
    """The number or the octets of object `name`; None for what is neither. Raises NoAnswer, Refused."""
    number = next(_requests) & 0x7FFFFFFF
    datagram = _asked(host, port, number, request(number, name), seconds)
    try:
        _number_again, trouble, _place, values = read_answer(datagram)
    except ValueError as error:
        raise NoAnswer(str(error)) from error
    if trouble or not values:
        raise Refused("there is no such object")
    return values[0][1]


def columns(
    host: str, port: int, names: Sequence[str], seconds: float = 0.4, deadline: float = 1.0
) -> dict[str, dict[str, Value]]:
    """Row → column → value of these columns of a table, some rows at most; what comes late is left out. `seconds` is
    for one answer, `deadline` for all. Raises NoAnswer when there is not even a first one."""
    rows: dict[str, dict[str, Value]] = {}
    place = {name: name for name in names}
    end = time.monotonic() + deadline
    while place and len(rows) < _MOST_ROWS and time.monotonic() < end:
        try:
            found = _next(host, port, list(place.values()), min(seconds, max(0.05, end - time.monotonic())))
        except NoAnswer:
            if not rows:
                raise
            break
        for (column, before), (name, value) in zip(list(place.items()), found, strict=True):
            if not name.startswith(f"{column}.") or _order(name) <= _order(before):
                del place[column]
                continue
            rows.setdefault(name[len(column) + 1 :], {})[column] = value
            place[column] = name
    return rows


def request(number: int, *names: str, community: str = "public", kind: int = _GET) -> bytes:
    """The datagram that asks for these objects."""
    wanted = b"".join(_item(_SEQUENCE, _item(_OBJECT, _object(name)) + _item(_NULL, b"")) for name in names)
    question = _number(number) + _number(0) + _number(0) + _item(_SEQUENCE, wanted)
    return _item(_SEQUENCE, _number(_VERSION_1) + _item(_OCTETS, community.encode()) + _item(kind, question))


def read_answer(datagram: bytes) -> tuple[int, int, int, list[tuple[str, Value]]]:
    """Request number, error, place of the error, and the values by name. Raises ValueError for anything else."""
    tag, message, _end = _read(datagram, 0)
    _tag, _version, place = _read(message, 0)
    _tag, _community, place = _read(message, place)
    kind, answer, _end = _read(message, place)
    if tag != _SEQUENCE or kind != _RESPONSE:
        raise ValueError("no answer")
    heads = []
    place = 0
    for _head in range(3):
        _tag, octets, place = _read(answer, place)
        heads.append(int.from_bytes(octets, "big", signed=True))
    _tag, listed, _end = _read(answer, place)
    values, place = [], 0
    while place < len(listed):
        _tag, item, place = _read(listed, place)
        _tag, name, after = _read(item, 0)
        kind, octets, _end = _read(item, after)
        value: Value = octets if kind == _OCTETS else int.from_bytes(octets, "big", signed=True)
        values.append((_name(name), value if kind in (_OCTETS, _INTEGER) else None))
    return heads[0], heads[1], heads[2], values


def _next(host: str, port: int, names: list[str], seconds: float) -> list[tuple[str, Value]]:
    """What follows each of these objects; nothing ("") follows the last one that an agent has."""
    asked = list(names)
    found: dict[str, tuple[str, Value]] = {}
    while asked:
        number = next(_requests) & 0x7FFFFFFF
        datagram = _asked(host, port, number, request(number, *asked, kind=_GET_NEXT), seconds)
        try:
            _number_again, trouble, place, values = read_answer(datagram)
        except ValueError as error:
            raise NoAnswer(str(error)) from error
        if trouble == _NO_SUCH_NAME and 0 < place <= len(asked):
            del asked[place - 1]
            continue
        if trouble or len(values) != len(asked):
            raise NoAnswer("the agent refused")
        found |= dict(zip(asked, values, strict=True))
        break
    return [found.get(name, ("", None)) for name in names]


def _asked(host: str, port: int, number: int, question: bytes, seconds: float) -> bytes:
    """The datagram that answers this one. Raises NoAnswer."""
    try:
        target = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(target[0], socket.SOCK_DGRAM) as asking:
            asking.connect(target[4])
            asking.send(question)
            return _answer(asking, number, time.monotonic() + seconds)
    except OSError as error:
        raise NoAnswer(str(error)) from error


def _answer(asking: socket.socket, number: int, deadline: float) -> bytes:
    while True:
        asking.settimeout(max(0.001, deadline - time.monotonic()))
        datagram = asking.recv(_LARGEST_ANSWER)
        try:
            answered = read_answer(datagram)[0]
        except ValueError as error:
            raise NoAnswer(str(error)) from error
        if answered == number:
            return datagram


def _order(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("."))


def _name(octets: bytes) -> str:
    """The object as "1.3.6.1…"; the reverse of `_object`."""
    if not octets:
        raise ValueError("no name")
    arcs, arc = [octets[0] // 40, octets[0] % 40], 0
    for octet in octets[1:]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    return ".".join(map(str, arcs))


def _item(tag: int, content: bytes) -> bytes:
    if len(content) < 128:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _number(value: int) -> bytes:
    return _item(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def _object(name: str) -> bytes:
    first, second, *rest = (int(part) for part in name.split("."))
    out = bytearray((first * 40 + second,))
    for arc in rest:
        pieces = [arc & 0x7F]
        while arc := arc >> 7:
            pieces.append(0x80 | arc & 0x7F)
        out += bytes(reversed(pieces))
    return bytes(out)


def _read(octets: bytes, place: int) -> tuple[int, bytes, int]:
    """Tag and content of the item at `place`, and where the next one begins."""
    if place + 2 > len(octets):
        raise ValueError("cut off")
    tag, length = octets[place], octets[place + 1]
    place += 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(octets[place : place + count], "big")
        place += count
    if place + length > len(octets):
        raise ValueError("cut off")
    return tag, octets[place : place + length], place + length
