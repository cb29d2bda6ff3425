"""One question to a printer by SNMP version 1 (RFC 1157): a GET of one value, nothing more."""

from __future__ import annotations

import itertools
import os
import socket
import time

_INTEGER, _OCTETS, _NULL, _OBJECT, _SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
_GET, _RESPONSE = 0xA0, 0xA2
_VERSION_1 = 0
_LARGEST_ANSWER = 65535
_requests = itertools.count(int.from_bytes(os.urandom(3), "big"))


class NoAnswer(Exception):
    """Nobody answered, or not to what was asked."""


def get(host: str, port: int, name: str, seconds: float = 0.4, community: str = "public") -> bytes:
    """The octets of object `name` ("1.3.6.1…"); raises NoAnswer within `seconds`, at once when the port is closed."""
    number = next(_requests) & 0x7FFFFFFF
    try:
        target = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(target[0], socket.SOCK_DGRAM) as asking:
            asking.connect(target[4])
            asking.send(request(number, name, community))
            return _answer(asking, number, time.monotonic() + seconds)
    except OSError as error:
        raise NoAnswer(str(error)) from error


def request(number: int, name: str, community: str = "public") -> bytes:
    """The datagram that asks for `name`."""
    wanted = _item(_SEQUENCE, _item(_OBJECT, _object(name)) + _item(_NULL, b""))
    question = _number(number) + _number(0) + _number(0) + _item(_SEQUENCE, wanted)
    return _item(_SEQUENCE, _number(_VERSION_1) + _item(_OCTETS, community.encode()) + _item(_GET, question))


def read_answer(datagram: bytes) -> tuple[int, bytes]:
    """Request number and octets of an answer; raises ValueError on anything else than one good value."""
    tag, message, _end = _read(datagram, 0)
    _tag, _version, place = _read(message, 0)
    _tag, _community, place = _read(message, place)
    kind, answer, _end = _read(message, place)
    if tag != _SEQUENCE or kind != _RESPONSE:
        raise ValueError("no answer")
    _tag, number, place = _read(answer, 0)
    _tag, trouble, place = _read(answer, place)
    _tag, _index, place = _read(answer, place)
    if int.from_bytes(trouble, "big"):
        raise ValueError("the agent refused")
    _tag, values, _end = _read(answer, place)
    _tag, first, _end = _read(values, 0)
    _tag, _name, place = _read(first, 0)
    kind, octets, _end = _read(first, place)
    if kind != _OCTETS:
        raise ValueError("no octets")
    return int.from_bytes(number, "big", signed=True), octets


def _answer(asking: socket.socket, number: int, deadline: float) -> bytes:
    while True:
        asking.settimeout(max(0.001, deadline - time.monotonic()))
        datagram = asking.recv(_LARGEST_ANSWER)
        try:
            answered, octets = read_answer(datagram)
        except ValueError as error:
            raise NoAnswer(str(error)) from error
        if answered == number:
            return octets


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
