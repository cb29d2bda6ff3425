"""What printers of any make say of themselves by SNMP: Host Resources MIB (RFC 2790) and Printer MIB (RFC 3805).

How grave a fault is stands in hrDeviceStatus: down, or only a warning. Everything is what a stranger sent: numbers are
compared, texts are cut and cleaned, and whatever is missing stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from convisav_tui.printing import snmp
from convisav_tui.printing.ipp_status import clean_words, usual_of
from convisav_tui.printing.snmp import Value
from convisav_tui.printing.status import UNKNOWN, Condition, PrinterStatus

_DEVICE_STATUS = "1.3.6.1.2.1.25.3.2.1.5"
_PRINTER_STATUS, _ERRORS = "1.3.6.1.2.1.25.3.5.1.1", "1.3.6.1.2.1.25.3.5.1.2"
_COVER = "1.3.6.1.2.1.43.6.1.1.3"
_INPUT = "1.3.6.1.2.1.43.8.2.1."
_UNIT, _FED, _ACROSS, _FED_NOW, _ACROSS_NOW = (f"{_INPUT}{number}" for number in (3, 4, 5, 6, 7))
_MOST, _LEVEL, _MEDIA_NAME = (f"{_INPUT}{number}" for number in (9, 10, 12))
_ALERT = "1.3.6.1.2.1.43.18.1.1."
_SEVERITY, _CODE, _WORDS = (f"{_ALERT}{number}" for number in (2, 7, 8))

_WARNING, _DOWN = 3, 5  # hrDeviceStatus
_OTHER, _UNKNOWN, _PRINTING, _WARMUP = 1, 2, 4, 5  # hrPrinterStatus
_OPEN = (3, 5)  # prtCoverStatus: coverOpen, interlockOpen
_CRITICAL = 3  # prtAlertSeverityLevel
# Bits of hrPrinterDetectedErrorState: what each is when the printer is down, and what when it goes on.
_BITS = {
    0: (None, Condition.PAPER_LOW),
    1: (Condition.NO_PAPER, Condition.TRAY_EMPTY),
    2: (None, Condition.TONER_LOW),
    3: (Condition.NO_TONER, Condition.TONER_LOW),
    4: (Condition.COVER_OPEN, Condition.COVER_OPEN),
    5: (Condition.PAPER_JAM, Condition.PAPER_JAM),
    6: (Condition.OFFLINE, Condition.OFFLINE),
    8: (Condition.NO_PAPER, Condition.TRAY_EMPTY),
    10: (Condition.NO_TONER, Condition.TONER_LOW),
    13: (Condition.NO_PAPER, Condition.TRAY_EMPTY),
}
_STOPPING_BITS = (1, 3, 4, 5, 6)
# prtAlertCode.
_ALERTS = {
    3: (Condition.COVER_OPEN, Condition.COVER_OPEN),
    5: (Condition.COVER_OPEN, Condition.COVER_OPEN),
    501: (Condition.COVER_OPEN, Condition.COVER_OPEN),
    8: (Condition.PAPER_JAM, Condition.PAPER_JAM),
    22: (Condition.OFFLINE, Condition.OFFLINE),
    801: (Condition.NO_PAPER, Condition.TRAY_EMPTY),
    802: (Condition.OTHER_PAPER, Condition.OTHER_PAPER),
    804: (Condition.OTHER_PAPER, Condition.OTHER_PAPER),
    807: (None, Condition.PAPER_LOW),
    808: (Condition.NO_PAPER, Condition.TRAY_EMPTY),
    809: (Condition.OTHER_PAPER, Condition.OTHER_PAPER),
    810: (Condition.OTHER_PAPER, Condition.OTHER_PAPER),
    1101: (Condition.NO_TONER, Condition.TONER_LOW),
    1102: (Condition.NO_TONER, Condition.TONER_LOW),
    1103: (Condition.RIBBON_END, Condition.RIBBON_END),
    1104: (None, Condition.TONER_LOW),
    1105: (None, Condition.TONER_LOW),
}
# Most telling first.
_TELLING = (
    Condition.COVER_OPEN,
    Condition.PAPER_JAM,
    Condition.OTHER_PAPER,
    Condition.NO_PAPER,
    Condition.NO_TONER,
    Condition.RIBBON_END,
    Condition.OFFLINE,
)
PHYSICAL = frozenset(_TELLING) - {Condition.OFFLINE}
"""What a person must see to at the printer itself."""
_MILLIMETRES = {3: 0.00254, 4: 0.001}  # of prtInputDimUnit: ten thousandths of an inch, micrometres
_SHEETS = {"a3": (297, 420), "a4": (210, 297), "a5": (148, 210), "letter": (216, 279), "legal": (216, 356)}
_MOST_ALERTS_TOLD = 2
Rows = Mapping[str, Mapping[str, Value]]


def ask(host: str, port: int, seconds: float = 0.4) -> PrinterStatus:
    """How the only printer at that address is; UNKNOWN when there is none or several (a print server).
    Raises NoAnswer."""
    printers = snmp.columns(host, port, (_PRINTER_STATUS, _ERRORS), seconds)
    if len(printers) != 1:
        return UNKNOWN
    [(index, own)] = printers.items()
    if not index.isdecimal():
        return UNKNOWN
    try:
        device = snmp.value_of(host, port, f"{_DEVICE_STATUS}.{index}", seconds)
    except snmp.NoAnswer:
        device = None
    return read(
        own,
        device,
        _table(host, port, seconds, _COVER),
        _table(host, port, seconds, _UNIT, _FED, _ACROSS, _FED_NOW, _ACROSS_NOW, _MOST, _LEVEL, _MEDIA_NAME),
        _table(host, port, seconds, _SEVERITY, _CODE, _WORDS),
    )


def read(own: Mapping[str, Value], device: Value, covers: Rows, inputs: Rows, alerts: Rows) -> PrinterStatus:
    """The status that these rows tell; `own` is the row of hrPrinterTable, `device` hrDeviceStatus (None: not told)."""
    printing, bits = own.get(_PRINTER_STATUS), _bits(own.get(_ERRORS))
    down = device == _DOWN
    if device not in (2, _WARNING, 4, _DOWN):
        down = printing in (_OTHER, _UNKNOWN) and any(bit in _STOPPING_BITS for bit in bits)
    found = [_BITS[bit] for bit in bits if bit in _BITS]
    found += [(Condition.COVER_OPEN, Condition.COVER_OPEN) for row in covers.values() if row.get(_COVER) in _OPEN]
    found += [_ALERTS[code] for code in _codes(alerts) if code in _ALERTS]
    found += _levels(inputs)
    stopping = {stop for stop, _warn in found if stop is not None}
    condition = Condition.PRINTING if printing in (_PRINTING, _WARMUP) else Condition.READY
    if down:
        condition = next((one for one in _TELLING if one in stopping), Condition.ERROR)
    warnings = () if down else tuple(dict.fromkeys(warn for _stop, warn in found))
    sizes = _sizes(inputs)
    said = _said(alerts, critical=True) if down else _said(alerts, critical=False) if warnings else ""
    return PrinterStatus(condition, usual_of(sizes), warnings, said, trays_mm=frozenset(sizes))


def joined(told: PrinterStatus, mib: PrinterStatus) -> PrinterStatus:
    """What a printer said on its own line, made more telling by what it says here: a state that it did not name, a
    cover that somebody left open, warnings, paper. A state in general words does not stop one that says it is ready."""
    if not mib.known:
        return told
    words = told.said or mib.said
    if told.stopped:
        vague = told.condition in (Condition.ERROR, Condition.SILENT) and mib.stopped
        return replace(told, condition=mib.condition if vague else told.condition, said=words)
    told = replace(told, loaded_mm=told.loaded_mm or mib.loaded_mm, trays_mm=told.trays_mm or mib.trays_mm)
    if mib.condition in PHYSICAL:
        return replace(told, condition=mib.condition, said=mib.said, warnings=())
    warnings = tuple(dict.fromkeys((*told.warnings, *mib.warnings)))
    condition = told.condition if told.known else mib.condition
    return replace(told, condition=condition, warnings=warnings, said=words if warnings else told.said)


def _table(host: str, port: int, seconds: float, *names: str) -> Rows:
    """A table that may be missing."""
    try:
        return snmp.columns(host, port, names, seconds)
    except snmp.NoAnswer:
        return {}


def _bits(value: Value) -> list[int]:
    """The numbers of the bits that are set, the first one the highest of the first octet."""
    octets = value[:4] if isinstance(value, bytes) else b""
    return [place * 8 + bit for place, octet in enumerate(octets) for bit in range(8) if octet & 0x80 >> bit]


def _codes(alerts: Rows) -> list[int]:
    return [code for row in alerts.values() if isinstance(code := row.get(_CODE), int)]


def _levels(inputs: Rows) -> list[tuple[Condition | None, Condition]]:
    """Trays that are empty, or have at most a tenth of what they hold; negative levels are none."""
    found: list[tuple[Condition | None, Condition]] = []
    for row in inputs.values():
        level, most = row.get(_LEVEL), row.get(_MOST)
        if not isinstance(level, int) or level < 0:
            continue
        if level == 0:
            found.append((Condition.NO_PAPER, Condition.TRAY_EMPTY))
        elif isinstance(most, int) and level * 10 <= most:
            found.append((None, Condition.PAPER_LOW))
    return found


def _sizes(inputs: Rows) -> list[tuple[int, int]]:
    """Width and length in mm of what the trays hold that are not known to be empty."""
    sizes = []
    for row in inputs.values():
        unit = row.get(_UNIT)
        scale = _MILLIMETRES.get(unit, 0.0) if isinstance(unit, int) else 0.0
        sides = sorted(_side(row, now, declared, scale) for now, declared in ((_FED_NOW, _FED), (_ACROSS_NOW, _ACROSS)))
        size = (sides[0], sides[1]) if sides[0] > 0 else _named(row.get(_MEDIA_NAME))
        if size is not None and row.get(_LEVEL) != 0:
            sizes.append(size)
    return sizes


def _side(row: Mapping[str, Value], now: str, declared: str, scale: float) -> int:
    values = [value for value in (row.get(now), row.get(declared)) if isinstance(value, int) and value > 0]
    return round(values[0] * scale) if values else 0


def _named(name: Value) -> tuple[int, int] | None:
    """The size of "iso-a4", "na-letter" or "A4 Plain"."""
    if not isinstance(name, bytes):
        return None
    words = re.split(r"[^a-z0-9]+", name.decode("utf-8", "replace").lower())
    return next((_SHEETS[word] for word in words if word in _SHEETS), None)


def _said(alerts: Rows, *, critical: bool) -> str:
    """The first words of its alerts; of those that stop it only where it stands."""
    told = []
    for row in alerts.values():
        words = row.get(_WORDS)
        if isinstance(words, bytes) and (row.get(_SEVERITY) == _CRITICAL or not critical):
            told.append(clean_words(words.decode("utf-8", "replace")))
    return clean_words(" / ".join(list(dict.fromkeys(filter(None, told)))[:_MOST_ALERTS_TOLD]))
