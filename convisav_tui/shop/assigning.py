"""Who does the work, and what comes first: facts about an order that are no steps of it."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.clock import now
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.events import append_event
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import OrderEvent, OrderState, RepairOrder, Staff

PRIORITIES = (0, 1, 2)  # words.PRIORITIES
_OVER = (OrderState.RETURNED, OrderState.CLOSED, OrderState.CANCELLED)


@asks(Permission.MOVE_ORDER)
def assign(session: Session, order_id: int, technician_id: int, actor: Actor, key: str) -> RepairOrder:
    """Give an order to a person of the staff; the same `key` again changes nothing. Raises Refusal when he has it
    already or the work is over, NotFound."""
    order = _order(session, order_id)
    if _done(session, key):
        return order
    require(session, actor, Permission.MOVE_ORDER)
    person = session.get(Staff, technician_id)
    if person is None or not person.active:
        raise NotFound(_("There is no such person."))
    refuse_over(order)
    if order.technician_id == technician_id:
        raise Refusal("assigned_otherwise", _("{name} has this order already.").format(name=person.name))
    before = order.technician_id
    order.technician_id, order.updated_at = technician_id, now()
    session.add(order)
    detail = {"technician": technician_id, "note": person.name, "from": before}
    append_event(session, order, event="assigned", actor=actor, detail=detail, key=key)
    return order


@asks(Permission.MOVE_ORDER)
def set_priority(session: Session, order_id: int, priority: int, actor: Actor, key: str) -> RepairOrder:
    """Say how soon an order is to be done (PRIORITIES, higher is sooner); the same `key` again changes nothing.
    Raises Refusal when it has that priority or the work is over, NotFound."""
    if priority not in PRIORITIES:
        raise ValueError(f"priority {priority} is none of {PRIORITIES}")
    order = _order(session, order_id)
    if _done(session, key):
        return order
    require(session, actor, Permission.MOVE_ORDER)
    refuse_over(order)
    if order.priority == priority:
        raise Refusal("priority_otherwise", _("It has this priority already."))
    before, order.priority, order.updated_at = order.priority, priority, now()
    session.add(order)
    append_event(
        session, order, event="prioritised", actor=actor, detail={"priority": priority, "from": before}, key=key
    )
    return order


def _order(session: Session, order_id: int) -> RepairOrder:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _done(session: Session, key: str) -> bool:
    return session.exec(select(OrderEvent.id).where(OrderEvent.idempotency_key == key)).first() is not None


def refuse_over(order: RepairOrder) -> None:
    """Raise Refusal when the work on an order is over: nobody is given it, nothing about it is urgent."""
    if order.state in _OVER:
        raise Refusal("work_goes_on", _("The device is back with its owner: there is nothing more to do."))
