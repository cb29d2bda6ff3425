"""The line to one printer for one job: ask how it is, connect, send everything once, and learn what became of it."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import Protocol

from convisav_tui.config import PrinterConfig
from convisav_tui.printer_kinds import OFFICE, RECEIPT_PRINTER, ZEBRA
from convisav_tui.printing.media import Media
from convisav_tui.printing.status import UNKNOWN, PrinterStatus, StatusReader, in_sentence
from convisav_tui.printing.transport import Address, Delivery, DeliveryKind, Patience, connect, deliver, parse_address

# How long a printer that tells its state may take to finish a job before we believe that it will.
SETTLE_SECONDS = 5.0


@dataclass(frozen=True)
class Payload:
    """A whole job in the printer's language; `name` is like no other job's, for printers that keep lists of them."""

    octets: bytes
    name: str = ""
    copies: int = 1
    media: Media | None = None
    format: str = ""
    sides: str = ""
    """Whether a document of pictures is on both sides, as its pages say too; "": as the printer is set."""


@dataclass(frozen=True)
class Waits:
    """How long lines wait for what; `stopping` set ends the waiting for a printer that prints."""

    patience: Patience = field(default_factory=Patience)
    settle: float = SETTLE_SECONDS
    stopping: threading.Event = field(default_factory=threading.Event)


class Line(Protocol):
    """One job's way to a printer; `close` in any case."""

    def look(self) -> PrinterStatus:
        """How the printer is before anything is sent. Raises Unreachable."""

    def open(self) -> None:
        """Connect, unless `look` did. Raises Unreachable: not a byte left."""

    def send(self, payload: Payload) -> Delivery:
        """Send everything, once; `sent` only when the printer has it for certain."""

    def settle(self) -> PrinterStatus:
        """How the printer is once it has printed what was sent, or after a while."""

    def close(self) -> None:
        """Give the connection back."""


def line_to(printer: PrinterConfig, waits: Waits, reader: StatusReader) -> Line:
    """The line to a printer of the configuration. Raises ValueError with a sentence for an address that is none."""
    if printer.kind == OFFICE:
        from convisav_tui.printing.ipp_line import IppLine

        return IppLine(printer.address, waits, reader)
    address = parse_address(printer.address)
    if printer.kind in (RECEIPT_PRINTER, ZEBRA):
        from convisav_tui.printing.talking_lines import EscposLine, ZebraLine

        return (EscposLine if printer.kind == RECEIPT_PRINTER else ZebraLine)(address, waits, reader)
    return BrotherLine(address, waits, reader)


class BrotherLine:
    """Raw bytes to a port that answers nothing; its state by SNMP."""

    def __init__(self, address: Address, waits: Waits, reader: StatusReader) -> None:
        """Nothing is connected yet."""
        self._address = address
        self._waits = waits
        self._reader = reader
        self._tells = False
        self._connection: socket.socket | None = None

    def look(self) -> PrinterStatus:
        """What it says by SNMP, unknown when it says nothing."""
        status = self._reader.ask(self._address)
        self._tells = status.known
        return status

    def open(self) -> None:
        """See `Line`."""
        self._connection = connect(self._address, self._waits.patience)

    def send(self, payload: Payload) -> Delivery:
        """See `Line`: certain when it closed its side, or is ready again although it did not."""
        assert self._connection is not None
        delivery = deliver(self._connection, payload.octets, self._waits.patience)
        if delivery.kind is not DeliveryKind.UNCONFIRMED or not self._tells:
            return delivery
        after = self.settle()
        if after.known and not after.stopped:
            return Delivery(DeliveryKind.SENT, delivery.bytes_sent)
        reason = in_sentence(after) if after.stopped else delivery.reason
        return Delivery(DeliveryKind.INTERRUPTED, delivery.bytes_sent, reason)

    def settle(self) -> PrinterStatus:
        """See `Line`; unknown at once when it did not answer before."""
        if not self._tells:
            return UNKNOWN
        return self._reader.settle(self._address, self._waits.settle, self._waits.stopping)

    def close(self) -> None:
        """See `Line`."""
        if self._connection is not None:
            self._connection.close()
