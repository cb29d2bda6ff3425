"""The form of a batch as data: what the devices share above, the serial numbers below."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from convisav_tui.i18n import mark
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec, FormState, Suggestion

LABEL_WIDTH = 15
ROW_OF_LINES = 6
LINES = "lines"  # the text of a draft that holds the serial numbers
Suggest = Callable[[str, FormState], list[Suggestion]]
BOXES = ("principal", "what", "type", "serial", "name", "phone", "slip")


@dataclass(frozen=True, slots=True)
class Line:
    """A serial number of the batch with its end customer; `number` once it is an order (ten digits)."""

    serial: str
    name: str = ""
    phone: str = ""
    number: str = ""


def _never(state: FormState) -> bool:
    return False


# What all devices of the batch have in common, but for their type.
_SHARED = (
    FieldSpec(
        "principal",
        mark("Principal"),
        row=0,
        width=24,
        grow=2,
        pick_first=True,
        suggest_empty=True,
        longest=120,
        help=mark("Who brings the devices; part of his name is enough"),
    ),
    FieldSpec("principal_reference", mark("His reference"), row=0, width=16, grow=1, enter_stops=False, longest=60),
    FieldSpec(
        "what",
        mark("Devices"),
        row=1,
        width=30,
        grow=1,
        pick_first=True,
        longest=120,
        help=mark("A model that the shop knows; otherwise type, brand and model below"),
    ),
)
_OF_DEVICES = (
    FieldSpec("brand", mark("Brand"), row=2, width=12, grow=1, longest=80),
    FieldSpec("model", mark("Model"), row=2, width=12, grow=1, longest=120),
    FieldSpec("fault", mark("Fault"), row=3, width=60, grow=1, longest=2000, help=mark("The same for all of them")),
    FieldSpec("accessories", mark("Accessories"), row=4, width=14, grow=1, enter_stops=False, longest=400),
    FieldSpec("promised_on", mark("For"), "date", row=4, width=12, enter_stops=False, longest=20),
    FieldSpec("cap", mark("Cap"), "amount", row=4, width=8, enter_stops=False, longest=16),
    FieldSpec("quote_requested", mark("Quote"), "check", row=4, width=1, enter_stops=False),
    FieldSpec("labels", mark("Labels"), row=5, width=2, default="1", enter_stops=False, longest=2),
    FieldSpec("slip", mark("Slip"), "check", row=5, width=1, default=CHECKED, enter_stops=False),
)
# What each device has of its own.
_OF_ONE = (
    FieldSpec(
        "serial",
        mark("Serial no."),
        "scan",
        row=ROW_OF_LINES,
        width=18,
        longest=80,
        help=mark("Scan one after the other, from any field; Enter takes what was typed, Del the last one away"),
    ),
    FieldSpec(
        "name",
        mark("Customer"),
        row=ROW_OF_LINES,
        width=11,
        grow=1,
        enter_stops=False,
        longest=120,
        help=mark("Whose the next device is, where it is not the principal's own"),
    ),
    FieldSpec("phone", mark("Tel."), row=ROW_OF_LINES, width=11, enter_stops=False, longest=40),
    FieldSpec("device_type", "", visible_when=_never),
)


def fields(types: Suggest) -> tuple[FieldSpec, ...]:
    """The fields; `types` offers the types of devices."""
    kind = FieldSpec("type", mark("Type"), row=2, width=16, grow=1, pick_first=True, suggest_empty=True, suggest=types)
    return (*_SHARED, kind, *_OF_DEVICES, *_OF_ONE)


def lines_text(lines: Sequence[Line]) -> str:
    """The serial numbers as a draft keeps them."""
    return json.dumps([[line.serial, line.name, line.phone] for line in lines])


def lines_of(fields: Mapping[str, str]) -> list[Line]:
    """The serial numbers of a draft; what is malformed is passed over."""
    try:
        found = json.loads(fields.get(LINES, "[]"))
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    rows = [row for row in found if isinstance(row, list) and len(row) == 3 and all(isinstance(c, str) for c in row)]
    return [Line(*row) for row in rows]
