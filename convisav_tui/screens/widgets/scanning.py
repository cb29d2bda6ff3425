"""Telling a barcode scanner from a person, by speed and shape.

A scanner on a keyboard wedge types its characters a few milliseconds apart and ends with CR, LF, CR LF or Tab, by its
set-up. A burst counts as a scan if it has at least six characters without a space, 35 ms apart or less on average,
never more than 100 ms (times are taken when the bytes arrive, not when the key is handled, so keys held back behind a
loading screen keep their speed).

Speed alone proves little: a stalled SSH line delivers `anna⇥bob⇥` in one packet, as fast as any scanner. So the shape
decides:

* where the present field asks for scans (a serial number), any burst of serial-like text (digits, capitals,
  `-./+_#*:$%`) is its scan;
* elsewhere only a ticket number is acted upon: ten digits proven by their check digit, also as an AZERTY keyboard
  garbles them. Ten digits that begin with 0 are a telephone number, never ours. Everything else lands where it was
  typed, followed by its Enter or Tab.

What a burst has already typed is taken back (`View.mark`, `View.restore`) when it turns out to be a scan. Letters and
digits that are commands (on lists) wait 50 ms to see whether a scan goes on; that is below what a hand notices. The
group separator of GS1 barcodes (0x1D) belongs to scans and is never typed into a text.
"""

from __future__ import annotations

from typing import NamedTuple

from convisav_tui import ticket_number
from convisav_tui.screens.keys import Key

AVERAGE_GAP = 0.035
LONGEST_GAP = 0.100
COMMAND_DELAY = 0.050
FEWEST = 6
_SERIAL = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./+_#*:$%\x1d")
# The same keys as an AZERTY keyboard types them, unshifted row above the letters.
_GARBLED = frozenset("àÀ&éÉ\"'(-èÈ_çÇ)!@#$%^&*")


class Arrival(NamedTuple):
    """A key, and when it arrived (monotonic seconds)."""

    key: Key
    time: float


class Burst:
    """The characters typed since the last pause, and the note taken before the first of them."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.mark: object = None

    def begins(self, time: float) -> bool:
        """Whether a character that arrives now is the first of a burst."""
        return not self.arrivals or not 0 <= time - self.arrivals[-1].time <= LONGEST_GAP

    def start(self, mark: object) -> None:
        """Forget what came before; `mark` says where to go back to if a scan begins here."""
        self.arrivals.clear()
        self.mark = mark

    def add(self, key: Key, time: float) -> None:
        """One more character."""
        self.arrivals.append(Arrival(key, time))

    def forget(self) -> None:
        """A key that is no character ends a burst."""
        self.arrivals.clear()
        self.mark = None

    def scan(self, time: float) -> str:
        """The text of the scan that an Enter or Tab at `time` ends; empty if a person typed it."""
        count = len(self.arrivals)
        if count < FEWEST or self.begins(time):
            return ""
        if self.arrivals[-1].time - self.arrivals[0].time > AVERAGE_GAP * (count - 1):
            return ""
        text = "".join(arrival.key.character for arrival in self.arrivals)
        return text if _SERIAL.union(_GARBLED).issuperset(text) else ""


def ticket_in(text: str) -> ticket_number.Reading | None:
    """The ticket number that a scan holds, and whether another keyboard had garbled it; None if it holds none."""
    return None if text.startswith("0") else ticket_number.read(text)


def is_serial(text: str) -> bool:
    """Whether a scan is made of the characters of a serial number."""
    return _SERIAL.issuperset(text)
