"""The places where devices lie: which there are, how much lies in each, their labels; the last row makes a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.places import Place

NEW = 0


class PlacesView(ListingView):
    """Enter shows what lies at a place, `e` changes it, F4 prints its label."""

    name: ClassVar[str] = "places"
    columns = (
        ColumnSpec("code", mark("Code"), 14),
        ColumnSpec("name", mark("Name"), 20, grow=2),
        ColumnSpec("kind", mark("Kind"), 8),
        ColumnSpec("technician", mark("Technician"), 14, grow=1),
        ColumnSpec("lying", mark("Devices"), 9, align="right"),
        ColumnSpec("active", "", 10),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Places")
        self._places: dict[object, Place] = {}

    def actions(self) -> Sequence[str]:
        """What to do with the place under the cursor."""
        return ("print", "change", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        return (("enter", _("What lies there")), ("e", _("Change")), ("f4", _("Label")), ("escape", _("Back")))

    def act(self, action: str) -> bool:
        """Label and change."""
        place = self._current
        if action == "print" and place is not None:
            print_label(self.host, self.counter, place)
        elif action == "change" and place is not None:
            self.host.open(PlaceFormView(self.counter, place))
        else:
            return action in ("print", "change")
        return True

    def records(self, session: Session) -> list[Record]:
        """All places, and the row that makes one."""
        from convisav_tui.shop.places import places

        found = places(session)
        self._places = {place.id: place for place in found}
        return [*(_record(place) for place in found), Record(NEW, NEW, {"code": "+", "name": _("New place")})]

    def chosen(self, record: Record) -> None:
        """What lies there, or a new place."""
        from convisav_tui.screens.place_view import PlaceView

        place = self._places.get(record.identity)
        if place is None:
            self.host.open(PlaceFormView(self.counter, None))
        else:
            self.host.open(PlaceView(self.counter, place.id, place.code))

    @property
    def _current(self) -> Place | None:
        record = self._list.current
        return self._places.get(record.identity) if record is not None else None


def print_label(host: Host, counter: Counter, place: Place) -> None:
    """Print the label of a place."""
    from convisav_tui.shop.places import print_place_label

    key = f"place-{uuid4()}"
    host.run(
        lambda: counter.store.write(
            lambda session: print_place_label(session, place.id, counter.actor, counter.shop, key), repeatable=True
        ),
        lambda _job: host.say(_("Label of {place} sent to the printer").format(place=place.code), Role.SUCCESS),
        label=_("Saving"),
    )


class PlaceFormView(RecordFormView):
    """Ctrl+S saves; Esc goes back."""

    name: ClassVar[str] = "place_form"
    repeatable = False

    def __init__(self, counter: Counter, place: Place | None) -> None:
        self._place = place
        title = _("Place {code}").format(code=place.code) if place is not None else _("New place")
        super().__init__(counter, _fields(counter, place), title, label_width=14)

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save it."""
        from convisav_tui.shop.places import save_place

        place = self._place
        save_place(
            session,
            raw,
            self.counter.actor,
            place_id=place.id if place is not None else None,
            expected_version=place.version if place is not None else None,
        )
        return ""


def _record(place: Place) -> Record:
    return Record(
        position=place.id,
        identity=place.id,
        cells={
            "code": place.code,
            "name": place.name,
            "kind": words.word(words.PLACE_KINDS, place.kind),
            "technician": place.technician,
            "lying": str(place.lying) if place.lying else "",
            "active": "" if place.active else _("not used"),
        },
    )


def _fields(counter: Counter, place: Place | None) -> tuple[FieldSpec, ...]:
    from convisav_tui.shop.staff import people_by_id

    with counter.store.read() as session:
        people = people_by_id(session)
    kinds = tuple((code, _(text)) for code, text in words.PLACE_KINDS.items())
    technician = str(place.technician_id or "") if place is not None else ""
    return (
        FieldSpec("code", mark("Code"), row=0, width=20, required=True, default=place.code if place else ""),
        FieldSpec("name", mark("Name"), row=1, width=40, grow=1, default=place.name if place else "", longest=80),
        FieldSpec(
            "kind", mark("Kind"), "choice", row=2, width=20, choices=kinds, default=place.kind if place else "bin"
        ),
        FieldSpec(
            "technician",
            mark("Bench of"),
            "choice",
            row=3,
            width=30,
            choices=(("", _("nobody")), *people),
            default=technician,
        ),
        FieldSpec(
            "active", mark("In use"), "check", row=4, width=1, default=CHECKED if place is None or place.active else ""
        ),
    )
