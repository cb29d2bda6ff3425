"""Which medium a printer's configuration names: its dots depend on who prints."""

from __future__ import annotations

from functools import lru_cache

from convisav_tui.config import PrinterConfig
from convisav_tui.i18n import _
from convisav_tui.printer_kinds import BROTHER, LABEL_SIZE, OFFICE, RECEIPT_PRINTER
from convisav_tui.printing.media import Media, MediaKind, MediaRefused, media_named

# Millimetres left free at each edge of a Zebra's label: labels are never fed quite straight.
_EDGE_MM = 1
# Dots across what a receipt printer's head can reach, by dots an inch and the width of the roll in mm.
_ROLLS = {(203, 80): 576, (203, 58): 384, (180, 80): 512, (180, 58): 360}
A4 = Media("A4", 210, 297, 0, 0, 0, kind=MediaKind.SHEET)
SHEETS = {
    "A4": A4,
    "A5": Media("A5", 148, 210, 0, 0, 0, kind=MediaKind.SHEET),
    "Letter": Media("Letter", 216, 279, 0, 0, 0, kind=MediaKind.SHEET),
}
# What sheets are called in IPP (PWG 5101.1), and their size in mm where it is no whole number.
SHEETS_IN_IPP = {"A4": "iso_a4_210x297mm", "A5": "iso_a5_148x210mm", "Letter": "na_letter_8.5x11in"}
_EXACT_MM = {"Letter": (215.9, 279.4)}


def media_of(printer: PrinterConfig, name: str) -> Media:
    """The medium of that name in this printer. Raises MediaRefused when there is none."""
    if printer.kind == BROTHER:
        return media_named(name)
    try:
        if printer.kind == OFFICE:
            return SHEETS[name]
        return _measured(printer.kind, _dots_an_inch(printer.model), name)
    except (KeyError, ValueError) as error:
        raise MediaRefused(
            _("There is no label or roll called “{name}”.").format(name=name), _("Correct it in the configuration.")
        ) from error


@lru_cache(maxsize=64)
def _measured(kind: str, dpi: int, name: str) -> Media:
    if kind == RECEIPT_PRINTER:
        across = int(name.removesuffix("mm"))
        return Media(name, across, 0, _ROLLS[dpi, across], 0, 0, kind=MediaKind.ENDLESS, dpi=dpi)
    size = LABEL_SIZE.fullmatch(name)
    if size is None:
        raise ValueError(name)
    across, along = int(size[1]), int(size[2])
    return Media(name, across, along, _dots(across - 2 * _EDGE_MM, dpi), _dots(along - 2 * _EDGE_MM, dpi), 0, dpi=dpi)


def exact_size(media: Media) -> tuple[float, float]:
    """Width and length of a sheet in mm."""
    return _EXACT_MM.get(media.name, (float(media.width_mm), float(media.length_mm)))


def edge(media: Media) -> int:
    """The dots left free at each edge of a Zebra's label."""
    return _dots(_EDGE_MM, media.dpi)


def whole(media: Media) -> tuple[int, int]:
    """Width and length of a Zebra's whole label, edges included, in dots."""
    return _dots(media.width_mm, media.dpi), _dots(media.length_mm, media.dpi)


def _dots(millimetres: int, dpi: int) -> int:
    """Dots in a length: the heads have 8, 12 or 24 a millimetre (203, 300, 600 an inch)."""
    return millimetres * {203: 8, 300: 12, 600: 24}[dpi]


def _dots_an_inch(model: str) -> int:
    return int(model.removesuffix("dpi"))
