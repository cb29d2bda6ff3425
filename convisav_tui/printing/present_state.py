"""How a printer is now, in words: for the print screen and the doctor. It waits for the printer; nobody else may."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from convisav_tui.config import PrinterConfig
from convisav_tui.i18n import _
from convisav_tui.printing.document_format import takes_no_paper
from convisav_tui.printing.line import Line, Waits, line_to
from convisav_tui.printing.media import MediaRefused, in_words
from convisav_tui.printing.sizes import SHEETS_IN_IPP, media_of
from convisav_tui.printing.status import StatusReader, in_no_format, in_sentence, wrong_roll
from convisav_tui.printing.transport import Unreachable


class Level(enum.StrEnum):
    """What a state means for who wants to print."""

    GOOD = "good"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class PresentState:
    """The state of one printer: `reached` is False when nobody answered at its address."""

    sentence: str
    level: Level
    reached: bool = True


def state_of(printer: PrinterConfig, waits: Waits | None = None, reader: StatusReader | None = None) -> PresentState:
    """Ask the printer, for some seconds at most. Raises nothing that a printer or its address may cause."""
    try:
        line = line_to(printer, waits or Waits(), reader or StatusReader())
    except ValueError as error:
        return PresentState(str(error), Level.WRONG, reached=False)
    try:
        return _told(printer, line)
    except Unreachable as error:
        return PresentState(error.delivery.reason, Level.WRONG, reached=False)
    except MediaRefused as error:
        return PresentState(str(error), Level.WRONG)
    finally:
        line.close()


def _told(printer: PrinterConfig, line: Line) -> PresentState:
    status = line.look()
    if status.stopped:
        return PresentState(in_sentence(status), Level.WRONG)
    if not status.known:
        line.open()  # at least somebody is there
    media = [media_of(printer, name) for name in printer.media]
    if media and not any(map(status.holds, media)):
        return PresentState(wrong_roll(status, media[0]), Level.WARNING)
    if status.abilities.media and not any(SHEETS_IN_IPP.get(one.name) in status.abilities.media for one in media):
        wanted = " / ".join(in_words(one) for one in media)
        return PresentState(_("The printer takes no {wanted}: name other paper.").format(wanted=wanted), Level.WARNING)
    if takes_no_paper(status.abilities):
        return PresentState(in_no_format(), Level.WARNING)
    return PresentState(in_sentence(status), Level.WARNING if status.warnings else Level.GOOD)
