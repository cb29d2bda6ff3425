"""The evening check of a place: what was scanned there against what should lie there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.store.models import Device, RepairOrder, ShelfCheck, StorageLocation


@dataclass(frozen=True)
class Lying:
    """A device that should lie somewhere: `place` "" where that is not known."""

    order_id: int
    number: str
    device: str
    fault: str
    state: str
    holder: str
    place: str


@dataclass(frozen=True)
class Checked:
    """What a check found, as ticket numbers: all that was scanned, what should be there and is not, what is there and
    should not be."""

    scanned: tuple[str, ...]
    missing: tuple[str, ...]
    surplus: tuple[str, ...]


def lying_at(session: Session, code: str) -> list[Lying]:
    """What should lie at a place, by number."""
    open_there = select(RepairOrder, Device).join(Device, col(Device.id) == col(RepairOrder.device_id))
    rows = open_there.where(col(RepairOrder.closed_at).is_(None), RepairOrder.place == code)
    return [_lying(order, device) for order, device in session.exec(rows.order_by(col(RepairOrder.number)))]


def device_scanned(session: Session, number: str) -> Lying | None:
    """The device of an order wherever it should lie; None when there is no such order."""
    rows = select(RepairOrder, Device).join(Device, col(Device.id) == col(RepairOrder.device_id))
    found = session.exec(rows.where(RepairOrder.number == number)).first()
    return None if found is None else _lying(*found)


def compare(expected: Sequence[str], scanned: Sequence[str]) -> Checked:
    """What is missing and what is too much; a label scanned twice counts once."""
    seen = tuple(dict.fromkeys(scanned))
    return Checked(
        seen,
        tuple(number for number in expected if number not in seen),
        tuple(number for number in seen if number not in expected),
    )


def check_shelf(session: Session, place_id: int, scanned: Sequence[str], actor: Actor, key: str) -> Checked:
    """Keep what a check of a place found, against what should lie there at this moment; the same `key` again gives
    what was found first. Raises NotFound."""
    earlier = session.exec(select(ShelfCheck).where(ShelfCheck.idempotency_key == key)).first()
    if earlier is not None:
        return Checked(tuple(earlier.scanned), tuple(earlier.missing), tuple(earlier.surplus))
    place = session.get(StorageLocation, place_id)
    if place is None:
        raise NotFound(_("There is no such place in this shop."))
    found = compare([lying.number for lying in lying_at(session, place.code)], scanned)
    session.add(
        ShelfCheck(
            idempotency_key=key,
            place=place.code,
            staff_id=actor.staff_id,
            scanned=list(found.scanned),
            missing=list(found.missing),
            surplus=list(found.surplus),
        )
    )
    session.flush()
    return found


def _lying(order: RepairOrder, device: Device) -> Lying:
    assert order.id is not None
    fault = " ".join(order.reported_fault.split())[:200]
    return Lying(order.id, order.number, device.title, fault, order.state.value, order.holder.value, order.place)
