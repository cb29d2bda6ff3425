"""Lines to printers that answer on the connection they are printed over: ESC/POS receipt printers and Zebras."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

from convisav_tui.printing import escpos, zpl
from convisav_tui.printing.line import Payload, Waits
from convisav_tui.printing.status import UNKNOWN, Condition, PrinterStatus, StatusReader, in_sentence
from convisav_tui.printing.transport import (
    Address,
    Delivery,
    DeliveryKind,
    Unreachable,
    connect,
    deliver,
    interrupted,
    not_confirmed,
    reset,
    send_all,
)

# A printer on the network answers within milliseconds; one that does not in this time is not going to.
ANSWER_SECONDS = 1.0
_PAUSE = 0.25


class _TalkingLine:
    """One connection for the question, the job and the question whether it is done."""

    def __init__(self, address: Address, waits: Waits, reader: StatusReader) -> None:
        """Nothing is connected yet."""
        self._address = address
        self._waits = waits
        self._reader = reader
        self._connection: socket.socket | None = None
        self._after = UNKNOWN

    def open(self) -> None:
        """See `Line`."""
        if self._connection is None:
            self._connection = connect(self._address, self._waits.patience)

    def settle(self) -> PrinterStatus:
        """What it said of itself when the job was done; by SNMP when it says nothing on this line."""
        return self._after if self._after.known else self._told_by_agent(self._after)

    def close(self) -> None:
        """See `Line`."""
        if self._connection is not None:
            self._connection.close()

    @property
    def _open(self) -> socket.socket:
        assert self._connection is not None
        return self._connection

    def _ask(self, question: bytes) -> None:
        """Send a question; a printer that is gone is found when its answer is read."""
        self._open.settimeout(ANSWER_SECONDS)
        self._open.sendall(question)

    def _hear(self, seconds: float) -> bytes:
        """What comes next within that time; nothing when nothing comes. Raises OSError when the line breaks."""
        self._open.settimeout(max(0.01, seconds))
        try:
            heard = self._open.recv(4096)
        except TimeoutError:
            return b""
        if not heard:
            raise ConnectionResetError
        return heard

    def _told_by_agent(self, status: PrinterStatus) -> PrinterStatus:
        """The same, or what its agent says where that is more."""
        from convisav_tui.printing.printer_mib import joined

        mib = self._reader.ask_any_make(self._address)
        return joined(status, replace(mib, loaded_mm=None, trays_mm=frozenset()))

    def _look(self) -> PrinterStatus:
        """Its state before anything is sent. Raises Unreachable when it breaks the line over the question."""
        try:
            return self._status()
        except OSError as error:
            raise Unreachable(interrupted(error, 0, 0)) from error

    def _state_after(self) -> PrinterStatus:
        """Its state after everything was sent; unknown when the line broke."""
        try:
            return self._status()
        except OSError:
            return UNKNOWN

    def _status(self) -> PrinterStatus:
        raise NotImplementedError

    def _ended(self, sent: int) -> Delivery:
        """After all left: what the printer's own word, kept in `_after`, makes of it."""
        if self._after.stopped:
            return Delivery(DeliveryKind.INTERRUPTED, sent, in_sentence(self._after))
        if self._after.known:
            return Delivery(DeliveryKind.SENT, sent)
        reset(self._open)
        return Delivery(DeliveryKind.UNCONFIRMED, sent, not_confirmed())


class EscposLine(_TalkingLine):
    """DLE EOT before, GS r after; printers that do not answer are believed when they close the connection."""

    _tells = False

    def look(self) -> PrinterStatus:
        """Its answers to DLE EOT; unknown when it gives none, and it is then not asked again for a while."""
        self.open()
        if not self._address.answers or self._reader.leaves_alone(self._address):
            return self._told_by_agent(UNKNOWN)
        status = self._look()
        self._tells = status.known
        if not status.known:
            self._reader.leave_alone(self._address)
            return self._told_by_agent(status)
        return status

    def send(self, payload: Payload) -> Delivery:
        """See `Line`."""
        if not self._tells:
            return deliver(self._open, payload.octets, self._waits.patience)
        left = send_all(self._open, payload.octets + escpos.ASK_WHEN_DONE, self._waits.patience)
        sent = min(left.bytes_sent, len(payload.octets))
        if left.kind is not DeliveryKind.SENT:
            return Delivery(left.kind, sent, left.reason)
        self._after = self._done()
        return self._ended(sent)

    def _done(self) -> PrinterStatus:
        """Wait for the answer that comes after the last row; without one, how the printer is instead."""
        deadline = time.monotonic() + self._waits.patience.goodbye
        try:
            while time.monotonic() < deadline:
                for octet in self._hear(deadline - time.monotonic()):
                    if escpos.is_done(octet):
                        return escpos.after_printing(octet)
        except OSError:
            return UNKNOWN
        return self._state_after()

    def _status(self) -> PrinterStatus:
        """The answers to the four questions, one after another."""
        answers = bytearray()
        deadline = time.monotonic() + ANSWER_SECONDS
        for question in escpos.ASK:
            self._ask(question)
            wanted = len(answers) + 1
            while len(answers) < wanted and time.monotonic() < deadline:
                heard = self._hear(deadline - time.monotonic())
                answers += bytes(octet for octet in heard if escpos.is_answer(octet))
            if len(answers) < wanted:
                return UNKNOWN
        return escpos.decode(bytes(answers[: len(escpos.ASK)]))


class ZebraLine(_TalkingLine):
    """~HS before and after. A Zebra that is out of labels says nothing at all: silence is no good sign
    (printing.md 3.1)."""

    def look(self) -> PrinterStatus:
        """Its answer to ~HS; SILENT without one, unless it is known to give none (?status=off)."""
        self.open()
        status = self._look() if self._address.answers else UNKNOWN
        return status if status.condition not in (Condition.SILENT, Condition.UNKNOWN) else self._told_by_agent(status)

    def send(self, payload: Payload) -> Delivery:
        """See `Line`."""
        if not self._address.answers:
            return deliver(self._open, payload.octets, self._waits.patience)
        left = send_all(self._open, payload.octets, self._waits.patience)
        if left.kind is not DeliveryKind.SENT:
            return left
        self._after = self._once_printed()
        return self._ended(left.bytes_sent)

    def _once_printed(self) -> PrinterStatus:
        deadline = time.monotonic() + self._waits.settle
        while True:
            status = self._state_after()
            if status.condition is not Condition.PRINTING or time.monotonic() >= deadline:
                return status
            if self._waits.stopping.wait(_PAUSE):
                return status

    def _status(self) -> PrinterStatus:
        answer = b""
        deadline = time.monotonic() + ANSWER_SECONDS
        self._ask(zpl.ASK)
        while time.monotonic() < deadline:
            answer += self._hear(deadline - time.monotonic())
            status = zpl.decode(answer)
            if status is not None:
                return status
        return PrinterStatus(Condition.SILENT)
