"""How a printer is, in words; and what a Brother QL says of itself by SNMP, the 32 bytes of its status."""

from __future__ import annotations

import enum
import threading
import time
from dataclasses import dataclass, replace

from convisav_tui.i18n import _
from convisav_tui.printing import snmp
from convisav_tui.printing.document_format import NOTHING_TOLD, Abilities
from convisav_tui.printing.media import MEDIA, Media, MediaKind, in_words
from convisav_tui.printing.transport import Address

# Brother's developer FAQ: the same 32 bytes as the answer to ESC i S (printing.md 1.3).
STATUS_OBJECT = "1.3.6.1.4.1.2435.3.3.9.1.6.1.0"
STATUS_LENGTH = 32
_HEADER = b"\x80\x20\x42"
_ERROR_1, _ERROR_2, _WIDTH, _TYPE, _LENGTH, _STATUS, _PHASE = 8, 9, 10, 11, 17, 18, 19
_CONTINUOUS, _DIE_CUT = 0x0A, 0x0B
# A printer without an agent is not asked again for so long: the question costs time on every label.
SILENCE_SECONDS = 300.0


class Condition(enum.StrEnum):
    """How a printer is."""

    UNKNOWN = "unknown"
    READY = "ready"
    PRINTING = "printing"
    NO_MEDIA = "no_media"
    MEDIA_END = "media_end"
    COVER_OPEN = "cover_open"
    CUTTER_JAM = "cutter_jam"
    CANNOT_FEED = "cannot_feed"
    HEAD_OPEN = "head_open"
    RIBBON_END = "ribbon_end"
    TOO_HOT = "too_hot"
    PAUSED = "paused"
    OFFLINE = "offline"
    NO_PAPER = "no_paper"
    OTHER_PAPER = "other_paper"
    PAPER_JAM = "paper_jam"
    NO_TONER = "no_toner"
    TAKES_NO_JOBS = "takes_no_jobs"
    GAVE_UP = "gave_up"
    SILENT = "silent"
    ERROR = "error"
    # These only warn.
    MEDIA_LOW = "media_low"
    PAPER_LOW = "paper_low"
    TRAY_EMPTY = "tray_empty"
    TONER_LOW = "toner_low"
    UNREACHED = "unreached"


# First match wins; bits of the two error bytes.
_ERRORS = (
    (_ERROR_2, 0x10, Condition.COVER_OPEN),
    (_ERROR_1, 0x01, Condition.NO_MEDIA),
    (_ERROR_1, 0x02, Condition.MEDIA_END),
    (_ERROR_2, 0x01, Condition.MEDIA_END),
    (_ERROR_1, 0x04, Condition.CUTTER_JAM),
    (_ERROR_2, 0x40, Condition.CANNOT_FEED),
)


@dataclass(frozen=True)
class PrinterStatus:
    """The condition of a printer, and the width and length in mm of what is loaded (0 = endless; None = not known).

    `warnings` are what it says without stopping for it; `said` its own words; `abilities` what it takes."""

    condition: Condition
    loaded_mm: tuple[int, int] | None = None
    warnings: tuple[Condition, ...] = ()
    said: str = ""
    abilities: Abilities = NOTHING_TOLD
    trays_mm: frozenset[tuple[int, int]] = frozenset()
    """The sizes in all its trays, of which `loaded_mm` is the usual one."""

    @property
    def known(self) -> bool:
        """Whether the printer answered at all."""
        return self.condition is not Condition.UNKNOWN

    @property
    def stopped(self) -> bool:
        """Whether a person must do something before it prints."""
        return self.condition not in (Condition.UNKNOWN, Condition.READY, Condition.PRINTING)

    def holds(self, media: Media) -> bool:
        """Whether this medium may be loaded: true as well when the printer does not say."""
        size = (media.width_mm, media.length_mm)
        return self.loaded_mm is None or self.loaded_mm == size or size in self.trays_mm


UNKNOWN = PrinterStatus(Condition.UNKNOWN)


def decode(octets: bytes) -> PrinterStatus:
    """The status that 32 bytes tell; UNKNOWN when they are something else."""
    if len(octets) < STATUS_LENGTH or not octets.startswith(_HEADER):
        return UNKNOWN
    loaded = (octets[_WIDTH], octets[_LENGTH] if octets[_TYPE] == _DIE_CUT else 0)
    known_media = loaded if octets[_TYPE] in (_CONTINUOUS, _DIE_CUT) and octets[_WIDTH] else None
    for place, bit, condition in _ERRORS:
        if octets[place] & bit:
            return PrinterStatus(condition, known_media)
    if octets[_ERROR_1] or octets[_ERROR_2] or octets[_STATUS] == 0x02:
        return PrinterStatus(Condition.ERROR, known_media)
    return PrinterStatus(Condition.PRINTING if octets[_PHASE] else Condition.READY, known_media)


def in_sentence(status: PrinterStatus) -> str:
    """The condition as a sentence with what to do, the warnings and the printer's own words behind it."""
    said = _("It says: “{words}”.").format(words=status.said) if status.said else ""
    return " ".join(part for part in (*map(_sentence, (status.condition, *status.warnings)), said) if part)


def _sentence(condition: Condition) -> str:
    return {
        Condition.UNKNOWN: _("The printer does not tell its state."),
        Condition.READY: _("The printer is ready."),
        Condition.PRINTING: _("The printer is printing."),
        Condition.NO_MEDIA: _("No roll is loaded in the printer: load one."),
        Condition.MEDIA_END: _("The roll is at its end: load a new one."),
        Condition.COVER_OPEN: _("The printer's cover is open: close it."),
        Condition.CUTTER_JAM: _("The printer's cutter is jammed: free it."),
        Condition.CANNOT_FEED: _("The printer cannot move its roll: load it again."),
        Condition.HEAD_OPEN: _("The printer's head is open: close it."),
        Condition.RIBBON_END: _("The printer's ribbon is at its end: load a new one."),
        Condition.TOO_HOT: _("The printer is too hot: it goes on when it has cooled down."),
        Condition.PAUSED: _("The printer is paused: press its pause key, or resume its queue."),
        Condition.OFFLINE: _("The printer is off line: look at its display."),
        Condition.NO_PAPER: _("The printer is out of paper: load some."),
        Condition.OTHER_PAPER: _("The printer asks for other paper: load it."),
        Condition.PAPER_JAM: _("Paper is jammed in the printer: take it out."),
        Condition.NO_TONER: _("The printer has no more toner or ink: change the cartridge."),
        Condition.TAKES_NO_JOBS: _("The printer takes no jobs: see its settings or its queue."),
        Condition.GAVE_UP: _("The printer gave the job up."),
        Condition.SILENT: _(
            "The printer does not say how it is: it may be out of labels or ribbon, or its head may be open. If it"
            " never says, add ?status=off to its address."
        ),
        Condition.ERROR: _("The printer reports an error: look at its display."),
        Condition.MEDIA_LOW: _("The roll is nearly at its end."),
        Condition.PAPER_LOW: _("Paper is running low."),
        Condition.TRAY_EMPTY: _("One of its trays is empty."),
        Condition.TONER_LOW: _("Toner or ink is running low."),
        Condition.UNREACHED: _("Its queue does not reach the printer: is it on?"),
    }[condition]


def in_no_format() -> str:
    """The sentence on an office printer that takes none of the forms in which papers can be sent."""
    return _(
        "This printer takes neither PDF nor PWG raster nor Apple raster: make a CUPS queue for it, and write that"
        " queue's address: {address}."
    ).format(address="ipp://localhost/printers/NAME")


def wrong_roll(status: PrinterStatus, wanted: Media) -> str:
    """The sentence that says which roll, or paper, is loaded instead of the wanted one."""
    if wanted.kind is MediaKind.SHEET:
        width, length = status.loaded_mm or (0, 0)
        return _("The printer holds paper of {width} × {length} mm; this needs {wanted}: change the paper.").format(
            width=width, length=length, wanted=in_words(wanted)
        )
    loaded = next(
        (m for m in MEDIA.values() if (m.width_mm, m.length_mm) == status.loaded_mm and m.kind is not MediaKind.ROUND),
        None,
    )
    return _("The printer holds the {loaded}; this needs the {wanted}: change the roll.").format(
        loaded=in_words(loaded) if loaded else "?", wanted=in_words(wanted)
    )


class StatusReader:
    """Asks printers for their status, and remembers for a while which ones never answer. Used by several threads."""

    def __init__(self, seconds: float = 0.4, silence: float = SILENCE_SECONDS) -> None:
        """Wait `seconds` for an answer; after none, leave that printer alone for `silence` seconds."""
        self._seconds = seconds
        self._silence = silence
        self._silent_until: dict[Address, float] = {}
        self._guard = threading.Lock()

    def ask(self, address: Address) -> PrinterStatus:
        """The status now; UNKNOWN when the printer has no agent or does not answer."""
        if not address.snmp_port:
            return UNKNOWN
        if self.leaves_alone(address):
            return UNKNOWN
        try:
            status = decode(snmp.get(address.host, address.snmp_port, STATUS_OBJECT, self._seconds))
        except snmp.Refused:
            return replace(self.ask_any_make(address), loaded_mm=None, trays_mm=frozenset())
        except snmp.NoAnswer:
            self.leave_alone(address)
            return UNKNOWN
        return status

    def ask_any_make(self, address: Address) -> PrinterStatus:
        """What a printer of any make tells by SNMP now; UNKNOWN when it has no agent, or does not answer."""
        from convisav_tui.printing import printer_mib

        agent = Address(address.host, 0, address.snmp_port)
        if not address.snmp_port or self.leaves_alone(agent):
            return UNKNOWN
        try:
            return printer_mib.ask(address.host, address.snmp_port, self._seconds)
        except snmp.NoAnswer:
            self.leave_alone(agent)
            return UNKNOWN

    def leaves_alone(self, address: Address) -> bool:
        """Whether this printer did not answer a while ago."""
        with self._guard:
            return time.monotonic() < self._silent_until.get(address, 0.0)

    def leave_alone(self, address: Address) -> None:
        """This printer did not answer: it is not asked again for a while."""
        with self._guard:
            self._silent_until[address] = time.monotonic() + self._silence

    def settle(self, address: Address, seconds: float, pause: threading.Event) -> PrinterStatus:
        """The status once the printer no longer prints, after `seconds` at most; `pause` set ends the waiting."""
        deadline = time.monotonic() + seconds
        while True:
            status = self.ask(address)
            if status.condition is not Condition.PRINTING or time.monotonic() >= deadline or pause.wait(0.25):
                return status
