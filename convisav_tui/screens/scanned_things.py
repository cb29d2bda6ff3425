"""A label that is no order's was scanned: a place (put the device of the sheet there, else show it) or a slip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui import ticket_number
from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.desk import Desk

# Screens in which something is being typed: a scanned place must not hide it.
_BUSY = ("intake", "card", "payment", "step", "place_form", "subcontractor", "parcel", "bulk", "check")


def scanned_thing(desk: Desk, counter: Counter, number: str, on_sheet: str) -> None:
    """Do what the label of a place or the slip of a dispatch asks for. `on_sheet`: the order whose sheet is open, ""
    when none is: a device and then a place, or a place and then devices, are the two scans of a move."""
    if desk.view.name in _BUSY:
        desk.say(_("Finish this first, then scan again"), Role.WARNING)
    elif ticket_number.kind(number) == "place":
        _place(desk, counter, number, on_sheet)
    else:
        _dispatch(desk, counter, number)


def _place(desk: Desk, counter: Counter, number: str, on_sheet: str) -> None:
    from convisav_tui.screens.place_view import PlaceView, put
    from convisav_tui.shop.places import scanned_place

    def read() -> tuple[int, str]:
        with counter.store.read() as session:
            place = scanned_place(session, number)
            return place.id or 0, place.code

    def show(found: tuple[int, str]) -> None:
        if on_sheet:
            put(desk, counter, on_sheet, found[0], lambda _moved: desk.changed_elsewhere())
        elif desk.view.name == "place":
            desk.replace(PlaceView(counter, *found))
        else:
            desk.open(PlaceView(counter, *found))

    desk.run(read, show, label=_("Opening"), leave=True)


def _dispatch(desk: Desk, counter: Counter, number: str) -> None:
    from convisav_tui.screens.receive_view import ReceiveView
    from convisav_tui.store.queries.subcontracts import dispatch_id_of

    def read() -> int | None:
        with counter.store.read() as session:
            return dispatch_id_of(session, number)

    def show(found: int | None) -> None:
        if found is None:
            desk.say(_("There is no such dispatch."), Role.WARNING)
        elif desk.view.name == "receive":
            desk.replace(ReceiveView(counter, found, number))
        else:
            desk.open(ReceiveView(counter, found, number))

    desk.run(read, show, label=_("Opening"), leave=True)
