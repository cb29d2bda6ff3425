"""Open points (tâches en suspens) on an order or a device, also as leads for a sale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import Device, OpenPoint, Party, RepairOrder
from convisav_tui.text import clean_line

LENGTH = 400


@dataclass(frozen=True)
class Point:
    """An open point with what it hangs on; `number` "" where it is about a device alone."""

    id: int
    text: str
    is_lead: bool
    number: str
    device: str
    customer: str
    created_at: datetime
    done_at: datetime | None


@asks(Permission.MOVE_ORDER)
def add_point(
    session: Session,
    text: str,
    actor: Actor,
    *,
    order_id: int | None = None,
    device_id: int | None = None,
    lead: bool = False,
) -> int:
    """Write a point down on an order (and its device), or on a device alone; the same words that are still open on it
    are written once. Its id. Raises FieldErrors, NotFound, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    words = clean_line(text)
    if not words:
        raise FieldErrors({"text": _("Type what is left open")})
    if len(words) > LENGTH:
        raise FieldErrors({"text": _("This text is too long: {longest} characters at most").format(longest=LENGTH)})
    if order_id is not None:
        order = session.get(RepairOrder, order_id)
        if order is None:
            raise NotFound(_("There is no such order."))
        device_id = order.device_id
    elif device_id is None or session.get(Device, device_id) is None:
        raise NotFound(_("There is no such device."))
    same = select(OpenPoint).where(
        OpenPoint.device_id == device_id,
        OpenPoint.order_id == order_id,
        OpenPoint.text == words,
        col(OpenPoint.done_at).is_(None),
    )
    row = session.exec(same).first() or OpenPoint(
        order_id=order_id, device_id=device_id, text=words, created_at=now(), created_by_id=actor.staff_id
    )
    row.is_lead = row.is_lead or lead
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


@asks(Permission.MOVE_ORDER)
def settle_point(session: Session, point_id: int, actor: Actor, *, done: bool = True) -> None:
    """A point is done, or open again. Raises NotFound, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    row = session.get(OpenPoint, point_id)
    if row is None:
        raise NotFound(_("This point was removed."))
    row.done_at = now() if done else None
    row.done_by_id = actor.staff_id if done else None
    session.add(row)
    session.flush()


def open_points(session: Session, *, order_id: int | None = None, leads: bool | None = None) -> Sequence[Point]:
    """What is left open in the shop, or on an order and its device; oldest first. `leads`: only those, or none."""
    chosen = (
        select(OpenPoint, RepairOrder.number, Device, Party.name)
        .join(Device, col(Device.id) == col(OpenPoint.device_id))
        .join(Party, col(Party.id) == col(Device.party_id))
        .join(RepairOrder, col(RepairOrder.id) == col(OpenPoint.order_id), isouter=True)
        .where(col(OpenPoint.done_at).is_(None))
    )
    if order_id is not None:
        device = select(RepairOrder.device_id).where(RepairOrder.id == order_id).scalar_subquery()
        chosen = chosen.where(col(OpenPoint.device_id) == device)
    if leads is not None:
        chosen = chosen.where(col(OpenPoint.is_lead).is_(leads))
    return [
        Point(row.id or 0, row.text, row.is_lead, number or "", device.title, name, row.created_at, row.done_at)
        for row, number, device, name in session.exec(chosen.order_by(col(OpenPoint.id)).limit(500))
    ]
