"""What an office printer or a CUPS queue says of itself: printer-state-reasons and their like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convisav_tui.printing.document_format import Abilities
from convisav_tui.printing.ipp import Answer
from convisav_tui.printing.sizes import A4
from convisav_tui.printing.status import Condition, PrinterStatus

ASKED = (
    "printer-state",
    "printer-state-reasons",
    "printer-state-message",
    "printer-is-accepting-jobs",
    "media-ready",
    "document-format-supported",
    "media-supported",
    "pwg-raster-document-resolution-supported",
    "pwg-raster-document-type-supported",
    "pwg-raster-document-sheet-back",
    "urf-supported",
    "color-supported",
    "print-color-mode-default",
    "sides-default",
    "copies-supported",
)
_PROCESSING, _STOPPED = 4, 5
_GRAY = ("monochrome", "process-monochrome", "auto-monochrome", "bi-level")
_SIZE = re.compile(r"_(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(mm|in)$")
_MM = {"mm": 1.0, "in": 25.4}
_SEVERITIES = ("-error", "-warning", "-report")
# What each reason is when it stops the printer, most telling first.
_STOPS = {
    "cover-open": Condition.COVER_OPEN,
    "door-open": Condition.COVER_OPEN,
    "interlock-open": Condition.COVER_OPEN,
    "media-jam": Condition.PAPER_JAM,
    "media-empty": Condition.NO_PAPER,
    "input-tray-missing": Condition.NO_PAPER,
    "media-needed": Condition.OTHER_PAPER,
    "toner-empty": Condition.NO_TONER,
    "marker-supply-empty": Condition.NO_TONER,
    "paused": Condition.PAUSED,
    "moving-to-paused": Condition.PAUSED,
    "offline": Condition.OFFLINE,
    "shutdown": Condition.OFFLINE,
}
# What each is when the printer goes on.
_WARNS = {
    "media-low": Condition.PAPER_LOW,
    "media-empty": Condition.TRAY_EMPTY,
    "toner-low": Condition.TONER_LOW,
    "toner-empty": Condition.TONER_LOW,
    "marker-supply-low": Condition.TONER_LOW,
    "marker-supply-empty": Condition.TONER_LOW,
    "connecting-to-device": Condition.UNREACHED,
    "offline": Condition.UNREACHED,
    "timed-out": Condition.UNREACHED,
}
_LONGEST_WORDS = 120


def read_status(answer: Answer) -> PrinterStatus:
    """The state that an answer to Get-Printer-Attributes tells. What stops the printer is what it calls an error, and
    everything it names once it stands still."""
    reasons = [str(value) for value in answer.of("printer-state-reasons")]
    stands = answer.number("printer-state") == _STOPPED
    condition = _condition(answer, reasons, stands)
    stopped = condition not in (Condition.READY, Condition.PRINTING)
    names = [_name(reason) for reason in reasons]
    warnings = [] if stopped else list(dict.fromkeys(_WARNS[name] for name in names if name in _WARNS))
    trays = _trays([str(value) for value in answer.of("media-ready")])
    return PrinterStatus(
        condition,
        usual_of(trays),
        tuple(warnings),
        clean_words(answer.word("printer-state-message")) if stopped or warnings else "",
        read_abilities(answer),
        frozenset(trays),
    )


def read_abilities(answer: Answer) -> Abilities:
    """What the same answer tells of formats and pages."""
    words = {name: tuple(str(value) for value in answer.of(name)) for name in ASKED}
    most = words["copies-supported"][0].rpartition("-")[2] if words["copies-supported"] else ""
    return Abilities(
        formats=frozenset(words["document-format-supported"]),
        media=frozenset(words["media-supported"]),
        pwg_types=frozenset(words["pwg-raster-document-type-supported"]),
        pwg_resolutions=words["pwg-raster-document-resolution-supported"],
        pwg_back=answer.word("pwg-raster-document-sheet-back"),
        urf=words["urf-supported"],
        colour=answer.of("color-supported") == (True,) and answer.word("print-color-mode-default") not in _GRAY,
        sides=answer.word("sides-default"),
        most_copies=int(most) if most.isdecimal() else 0,
    )


def _condition(answer: Answer, reasons: list[str], stands: bool) -> Condition:
    stopping = {_name(reason) for reason in reasons if stands or reason.endswith("-error")}
    found = next((condition for name, condition in _STOPS.items() if name in stopping), None)
    if found is not None:
        return found
    if answer.of("printer-is-accepting-jobs") == (False,):
        return Condition.TAKES_NO_JOBS
    if stands:
        return Condition.ERROR
    return Condition.PRINTING if answer.number("printer-state") == _PROCESSING else Condition.READY


def _name(reason: str) -> str:
    for severity in _SEVERITIES:
        reason = reason.removesuffix(severity)
    return reason


def _trays(ready: list[str]) -> list[tuple[int, int]]:
    """The sizes in mm that are loaded; none when it does not say."""
    found = [size for size in map(_SIZE.search, ready) if size]
    return [(round(float(size[1]) * _MM[size[3]]), round(float(size[2]) * _MM[size[3]])) for size in found]


def usual_of(trays: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The size to tell when there are several: A4 where there is some, else the first; None of none."""
    usual = (A4.width_mm, A4.length_mm)
    return usual if usual in trays else next(iter(trays), None)


def clean_words(text: str) -> str:
    """The printer's own words on one short line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST_WORDS]
