"""Where devices lie: bins, shelves and benches with a code and a label that is scanned (rules.md 7.5, K)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from convisav_tui import ticket_number
from convisav_tui.errors import Conflict, FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.paper import LabelPaper
from convisav_tui.store.models import JobKind, PrintJob, RepairOrder, Staff, StorageLocation

PLACE_FIELDS = ("code", "name", "kind", "technician", "active")
KINDS = ("bin", "shelf", "bench")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


@dataclass(frozen=True)
class Place:
    """A place as lists show it; `lying`: open orders whose device is there."""

    id: int
    version: int
    code: str
    name: str
    kind: str
    technician_id: int | None
    technician: str
    active: bool
    lying: int = 0

    @property
    def number(self) -> str:
        """The ten digits of its barcode."""
        return ticket_number.make(ticket_number.PLACE_PAIR, self.id)


def places(session: Session) -> list[Place]:
    """All places by code, those in use first, each with how many devices lie there."""
    lying = dict(
        session.exec(
            select(RepairOrder.place, func.count())
            .where(col(RepairOrder.closed_at).is_(None), RepairOrder.place != "")
            .group_by(col(RepairOrder.place))
        ).all()
    )
    rows = session.exec(
        select(StorageLocation, Staff.name)
        .outerjoin(Staff, col(Staff.id) == col(StorageLocation.technician_id))
        .order_by(col(StorageLocation.active).desc(), col(StorageLocation.code))
    )
    return [_place(row, technician or "", lying.get(row.code, 0)) for row, technician in rows]


def scanned_place(session: Session, number: str) -> StorageLocation:
    """The place whose label was scanned. Raises NotFound when its label is of another shop, or it is used no more."""
    place = session.get(StorageLocation, ticket_number.counter(number))
    if place is None or not place.active:
        raise NotFound(_("There is no such place in this shop."), _("F10, places, shows those that there are."))
    return place


def bench_of(session: Session, technician_id: int | None) -> str:
    """The code of a technician's bench; "" when he has none."""
    if technician_id is None:
        return ""
    benches = select(StorageLocation.code).where(
        StorageLocation.technician_id == technician_id, col(StorageLocation.active)
    )
    return session.exec(benches.order_by(col(StorageLocation.id))).first() or ""


def save_place(
    session: Session,
    raw: Mapping[str, str],
    actor: Actor,
    *,
    place_id: int | None = None,
    expected_version: int | None = None,
) -> StorageLocation:
    """Write a place as typed (PLACE_FIELDS; technician is the id of a person); a new one without `place_id`.

    Raises FieldErrors for a code that is none, is taken, or would be taken from what lies there, NotFound, Conflict."""
    values = _values(session, raw)
    place = session.get(StorageLocation, place_id) if place_id is not None else StorageLocation(code="?")
    if place is None:
        raise NotFound(_("There is no such place in this shop."))
    if expected_version is not None and place.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    _refuse_code(session, place, str(values["code"]), active=bool(values["active"]))
    for key, value in values.items():
        setattr(place, key, value)
    session.add(place)
    session.flush()
    return place


def print_place_label(session: Session, place_id: int, actor: Actor, shop: ShopContext, key: str) -> PrintJob:
    """Ask for the label of a place: its barcode, its code in large letters; the same `key` again prints nothing."""
    earlier = session.exec(select(PrintJob).where(PrintJob.dedupe_key == key)).first()
    if earlier is not None:
        return earlier
    place = session.get(StorageLocation, place_id)
    if place is None or place.id is None:
        raise NotFound(_("There is no such place in this shop."))
    number = ticket_number.make(ticket_number.PLACE_PAIR, place.id)
    paper = LabelPaper(
        number=number, device=place.code, device_type=place.name, shop_name=shop.name, language=shop.language
    )
    job = PrintJob(kind=JobKind.LABEL, content=dict(paper.as_content()), dedupe_key=key, created_by_id=actor.staff_id)
    session.add(job)
    session.flush()
    return job


def _place(row: StorageLocation, technician: str, lying: int) -> Place:
    assert row.id is not None
    return Place(row.id, row.version, row.code, row.name, row.kind, row.technician_id, technician, row.active, lying)


def _values(session: Session, raw: Mapping[str, str]) -> dict[str, object]:
    reader = FieldReader(raw)
    code = reader.typed("code").upper()
    if not _CODE.fullmatch(code):
        reader.errors["code"] = _("Letters, digits and dashes, as A1-03")
    kind = reader.typed("kind") or "bin"
    if kind not in KINDS:
        reader.errors["kind"] = _("Choose one of the list")
    technician = reader.row("technician", _("Choose one of the list"))
    if technician is not None and session.get(Staff, technician) is None:
        reader.errors["technician"] = _("Choose one of the list")
    values: dict[str, object] = {
        "code": code,
        "name": reader.line("name", 80),
        "kind": kind,
        "technician_id": technician,
    }
    active = reader.ticked("active")
    if reader.errors:
        raise FieldErrors(reader.errors)
    return values | {"active": active}


def _refuse_code(session: Session, place: StorageLocation, code: str, active: bool) -> None:
    taken = select(StorageLocation.id).where(StorageLocation.code == code, StorageLocation.id != (place.id or 0))
    if session.exec(taken).first() is not None:
        raise FieldErrors({"code": _("Another place has this code")})
    if place.id is None or (code == place.code and active):
        return
    lying = select(RepairOrder.id).where(col(RepairOrder.closed_at).is_(None), RepairOrder.place == place.code)
    if session.exec(lying.limit(1)).first() is not None:
        raise FieldErrors(
            {"code" if code != place.code else "active": _("Devices lie there: put them elsewhere first")}
        )
