"""Moving a device by two scans: a place, then what is put there; each move is a fact with who did it (7.5 K, 7.7 2)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, select

from convisav_tui import ticket_number
from convisav_tui.clock import now
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.away import away_of
from convisav_tui.shop.events import append_event
from convisav_tui.shop.movement import move_custody
from convisav_tui.shop.names import name
from convisav_tui.store.models import Holder, OrderEvent, RepairOrder, StorageLocation

_HERE = (Holder.IN_SHOP, Holder.WITH_TECHNICIAN)


@dataclass(frozen=True)
class Moved:
    """A device that lies at `place` now; `before` is the code of where it lay, "" when that was not known."""

    order_id: int
    number: str
    place: str
    before: str


def put_at(session: Session, number: str, place_id: int, actor: Actor, key: str) -> Moved:
    """Put the device of the order with these ten digits at a place; the same `key` again gives what was done first.

    Raises NotFound, and Refusal for a device that is not in the house or a place that is used no more."""
    order = session.exec(select(RepairOrder).where(RepairOrder.number == number)).first()
    if order is None or order.id is None:
        raise NotFound(_("There is no order {number}").format(number=ticket_number.show(number)))
    earlier = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first()
    if earlier is not None:
        return Moved(order.id, number, str(earlier.detail["place"]), str(earlier.detail["from"]))
    place = session.get(StorageLocation, place_id)
    if place is None or not place.active:
        raise NotFound(_("There is no such place in this shop."))
    _refuse_absent(session, order)
    return _put(session, order, place, actor, key)


def _put(session: Session, order: RepairOrder, place: StorageLocation, actor: Actor, key: str) -> Moved:
    assert order.id is not None
    before, moment = order.place, now()
    holder = Holder.WITH_TECHNICIAN if place.technician_id is not None else Holder.IN_SHOP
    if (order.holder, order.place) != (holder, place.code):
        order.holder, order.place, order.updated_at = holder, place.code, moment
        session.add(order)
        move_custody(session, order, actor, moment, technician_id=place.technician_id)
        detail = {"place": place.code, "from": before}
        append_event(session, order, event="moved", actor=actor, detail=detail, key=key)
    return Moved(order.id, order.number, place.code, before)


def _refuse_absent(session: Session, order: RepairOrder) -> None:
    if order.holder in _HERE:
        return
    away = away_of(session, order.id or 0)
    shown = ticket_number.show(order.number)
    if away is not None:
        sentence = _("{number} is with {name}.").format(number=shown, name=away.party.name)
        raise Refusal("device_in_house", sentence, _("Receive it back first."), mended_by="step")
    sentence = _("{number} is not here: {holder}.").format(number=shown, holder=name(order.holder))
    raise Refusal("device_in_house", sentence)
