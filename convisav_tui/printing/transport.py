"""Bytes to a network printer (raw TCP, port 9100), and honestly what became of them.

A printer says nothing on this port (printing.md 1.3). What can be known is whether it took the connection, how many
bytes left, and whether it closed its side after ours: only then a job counts as sent. Once a single byte left, nobody
but a person may decide to send again.
"""

from __future__ import annotations

import enum
import socket
import struct
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from convisav_tui.i18n import _

CONNECT_SECONDS = 3.0
# Without any progress for so long, a printer hangs; a whole job may take longer.
STALL_SECONDS = 10.0
JOB_SECONDS = 30.0
GOODBYE_SECONDS = 5.0
_RAW_PORT = 9100
SNMP_PORT = 161
_PIECE = 65536
# Closing with this throws away what the kernel still holds, so that a job given up is not printed later.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class DeliveryKind(enum.StrEnum):
    """How a try to send ended. Only `not_connected` and `refused` may be tried again without asking."""

    NOT_CONNECTED = "not_connected"
    REFUSED = "refused"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Delivery:
    """The end of a try: its kind, the bytes that left this machine, and a sentence for people."""

    kind: DeliveryKind
    bytes_sent: int = 0
    reason: str = ""


class Unreachable(Exception):
    """No connection, so not a byte left; `delivery` says how and why."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery.reason)
        self.delivery = delivery


@dataclass(frozen=True)
class Address:
    """Where a printer listens, and on which UDP port it tells its status (0 = it does not).

    `answers`: whether printers that talk on the very connection (ESC/POS, ZPL) do so here."""

    host: str
    port: int
    snmp_port: int
    answers: bool = True


@dataclass(frozen=True)
class Patience:
    """How long we wait for what, in seconds."""

    connect: float = CONNECT_SECONDS
    stall: float = STALL_SECONDS
    job: float = JOB_SECONDS
    goodbye: float = GOODBYE_SECONDS


def parse_address(text: str) -> Address:
    """The place that "tcp://host:9100", "tcp://[::1]:9100" or "tcp://host:9100?snmp=off" names.

    Raises ValueError with a sentence.
    """
    try:
        parts = urlsplit(text if "://" in text else f"tcp://{text}")
        if parts.scheme != "tcp" or not parts.hostname:
            raise ValueError(text)
        options = parse_qs(parts.query)
        snmp = options.get("snmp", [str(SNMP_PORT)])[-1]
        answers = options.get("status", [""])[-1] != "off"
        return Address(parts.hostname, parts.port or _RAW_PORT, 0 if snmp == "off" else int(snmp), answers)
    except ValueError as error:
        raise ValueError(_("“{text}” is no printer address: write tcp://host:9100.").format(text=text)) from error


def connect(address: Address, patience: Patience = Patience()) -> socket.socket:
    """A connection to the printer; raises Unreachable after `patience.connect` seconds, all its addresses tried."""
    deadline = time.monotonic() + patience.connect
    place = f"{address.host}:{address.port}"
    try:
        targets = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError as error:
        reason = _("The printer's name {host} is not known on this network.").format(host=address.host)
        raise Unreachable(Delivery(DeliveryKind.NOT_CONNECTED, reason=reason)) from error
    failure: OSError = TimeoutError()
    for family, kind, protocol, _name, target in targets:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(max(0.05, deadline - time.monotonic()))
        try:
            connection.connect(target)
        except OSError as error:
            connection.close()
            failure = error
            continue
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
    raise Unreachable(_no_connection(failure, place)) from failure


def deliver(connection: socket.socket, job: bytes, patience: Patience = Patience()) -> Delivery:
    """Send a whole job, say that it is all, and wait for the printer to close too. Always closes the connection."""
    with connection:
        delivery = send_all(connection, job, patience)
        if delivery.kind is not DeliveryKind.SENT:
            return delivery
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError as error:
            reset(connection)
            return interrupted(error, delivery.bytes_sent, len(job))
        return _goodbye(connection, delivery.bytes_sent, patience.goodbye)


def send_all(connection: socket.socket, job: bytes, patience: Patience = Patience()) -> Delivery:
    """Send a whole job and leave the connection open; `sent` means here that the last byte left this machine.

    A connection over which it did not all leave is reset, so that the rest is not printed later.
    """
    sent = 0
    try:
        deadline = time.monotonic() + patience.job
        while sent < len(job):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(min(patience.stall, left))
            sent += connection.send(memoryview(job)[sent : sent + _PIECE])
    except OSError as error:
        reset(connection)
        return interrupted(error, sent, len(job))
    return Delivery(DeliveryKind.SENT, sent)


def _goodbye(connection: socket.socket, sent: int, seconds: float) -> Delivery:
    """Wait until the printer closes its side: it read everything. What it may say meanwhile is not for us."""
    deadline = time.monotonic() + seconds
    try:
        while True:
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            if not connection.recv(4096):
                return Delivery(DeliveryKind.SENT, sent)
            if time.monotonic() >= deadline:
                raise TimeoutError
    except TimeoutError:
        reset(connection)
        return Delivery(DeliveryKind.UNCONFIRMED, sent, not_confirmed())
    except OSError as error:
        return interrupted(error, sent, sent)


def not_confirmed() -> str:
    """The sentence on a printer that took all and then said nothing."""
    return _("The printer took everything but did not say that it was done.")


def interrupted(error: OSError, sent: int, total: int) -> Delivery:
    """A broken transmission. If nothing at all had left, the printer merely turned us away."""
    if sent == 0:
        reason = _("The printer closed the connection before anything was sent.")
        return Delivery(DeliveryKind.REFUSED, 0, reason)
    if isinstance(error, TimeoutError):
        reason = _("The printer stopped reading after {sent} of {total} bytes.").format(sent=sent, total=total)
    else:
        reason = _("The printer broke the connection after {sent} of {total} bytes.").format(sent=sent, total=total)
    return Delivery(DeliveryKind.INTERRUPTED, sent, reason)


def _no_connection(error: OSError, place: str) -> Delivery:
    if isinstance(error, ConnectionRefusedError):
        reason = _("The printer at {place} refuses connections: it starts, or is busy with another job.")
        return Delivery(DeliveryKind.REFUSED, reason=reason.format(place=place))
    if isinstance(error, TimeoutError):
        reason = _("The printer at {place} does not answer: is it on, and on the network?")
    else:
        reason = _("The printer at {place} cannot be reached: is it on, and on the network?")
    return Delivery(DeliveryKind.NOT_CONNECTED, reason=reason.format(place=place))


def reset(connection: socket.socket) -> None:
    """Make the coming close throw away what has not left yet."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
