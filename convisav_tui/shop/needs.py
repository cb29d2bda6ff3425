"""The parts that a repair order needs: asked for, reserved, fitted, given back (region P of rules.md 7.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlmodel import Session, col, select

from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop import stock
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.assigning import refuse_over
from convisav_tui.shop.events import append_event
from convisav_tui.store.models import (
    NeedState,
    OrderEvent,
    OrderState,
    Part,
    PartNeed,
    RepairOrder,
    StockReason,
    SupplierOrder,
    SupplierOrderLine,
)

# The customer agreed to the work, or nobody has to: parts are taken out of the stock for it, and ordered.
AUTHORISED = frozenset(
    {
        OrderState.QUOTE_ACCEPTED,
        OrderState.AWAITING_PARTS,
        OrderState.SUBCONTRACTED,
        OrderState.IN_REPAIR,
        OrderState.TESTING,
    }
)
NOT_HERE = frozenset({NeedState.TO_ORDER, NeedState.ORDERED, NeedState.BACKORDERED, NeedState.RECEIVED})
OPEN = NOT_HERE | {NeedState.ALLOCATED}


@dataclass(frozen=True)
class NeedRow:
    """A part of an order as the sheet shows it; quantities in thousandths."""

    id: int
    version: int
    part_id: int
    code: str
    name: str
    quantity: int
    reserved: int
    place: str
    state: str
    blocking: bool
    serial: str
    removed_given_back: bool | None
    supplier_order: str = ""
    expected_on: date | None = None


def needs_of(session: Session, order_id: int) -> list[PartNeed]:
    """All that was ever asked for on an order, oldest first."""
    rows = session.exec(select(PartNeed).where(PartNeed.order_id == order_id).order_by(col(PartNeed.id)))
    return list(rows)


def need_rows(session: Session, order_id: int) -> list[NeedRow]:
    """The same as rows to be shown, with the supplier order that brings each."""
    rows = session.exec(
        select(PartNeed, Part, SupplierOrder)
        .join(Part, col(Part.id) == col(PartNeed.part_id))
        .outerjoin(SupplierOrderLine, col(SupplierOrderLine.id) == col(PartNeed.supplier_order_line_id))
        .outerjoin(SupplierOrder, col(SupplierOrder.id) == col(SupplierOrderLine.supplier_order_id))
        .where(PartNeed.order_id == order_id)
        .order_by(col(PartNeed.id))
    )
    return [_row(need, part, ordered) for need, part, ordered in rows]


def missing(needs: Iterable[PartNeed]) -> list[PartNeed]:
    """Those without which the work cannot go on and that are not here."""
    return [need for need in needs if need.blocking and need.state in NOT_HERE]


def add_need(
    session: Session, order_id: int, part_id: int, quantity: int, actor: Actor, key: str, *, blocking: bool = True
) -> PartNeed:
    """Ask for a part on an order; where the customer agreed to the work it is reserved at once, as far as it lies
    there. The same `key` again gives the same need. Raises NotFound, Refusal when the work is over."""
    earlier = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first()
    if earlier is not None:
        return session.get_one(PartNeed, int(earlier.detail["need"]))
    order, part = _order(session, order_id), stock.part_of(session, part_id)
    refuse_over(order)
    if quantity <= 0:
        raise Refusal("quantity_given", _("Ask for one piece at least."))
    need = PartNeed(order_id=order_id, part_id=part_id, quantity=quantity, blocking=blocking)
    session.add(need)
    session.flush()
    if order.state in AUTHORISED:
        allocate(session, need)
    detail = {"need": need.id, "part": part.code, "quantity": quantity, "state": need.state.value}
    append_event(session, order, event="part_needed", actor=actor, detail=detail, key=key)
    return need


def drop_need(session: Session, need_id: int, actor: Actor, key: str) -> PartNeed:
    """The order needs this part no more: what was reserved is free again. Raises Refusal when it was fitted."""
    need = _need(session, need_id)
    if need.state not in OPEN:
        return need
    order, part = _order(session, need.order_id), stock.part_of(session, need.part_id)
    cancel(session, need)
    append_event(
        session, order, event="part_dropped", actor=actor, detail={"need": need.id, "part": part.code}, key=key
    )
    return need


def put_back(session: Session, need_id: int, actor: Actor, key: str) -> PartNeed:
    """A fitted part lies in the stock again, where it came from; the same `key` again puts nothing back.

    Raises Refusal when it was not fitted."""
    need = _need(session, need_id)
    if stock.is_booked(session, key):
        return need
    if need.state is not NeedState.CONSUMED:
        raise Refusal("part_fitted", _("This part was not fitted."))
    order, part = _order(session, need.order_id), stock.part_of(session, need.part_id)
    booking = stock.Booking(StockReason.RETURNED, actor, key, order_id=need.order_id, serial=need.serial)
    stock.book(session, need.part_id, need.place, need.quantity, booking)
    need.state = NeedState.RETURNED
    session.add(need)
    append_event(session, order, event="part_returned", actor=actor, detail={"need": need.id, "part": part.code})
    return need


# --- what steps do with them ------------------------------------------------------------------------------------------


def allocate(session: Session, need: PartNeed) -> bool:
    """Take the need out of the free stock: all of it from one place if possible, else what there is. Whether all of it
    is reserved now."""
    release(session, need)
    levels = [level for level in stock.levels_of(session, need.part_id) if level.quantity > level.reserved]
    if not levels:
        return False
    best = max(
        levels,
        key=lambda level: (level.quantity - level.reserved >= need.quantity, not level.place, stock.free((level,))),
    )
    taken = min(need.quantity, best.quantity - best.reserved)
    best.reserved += taken
    need.reserved, need.place = taken, best.place
    if taken == need.quantity:
        need.state = NeedState.ALLOCATED
    session.add_all((best, need))
    session.flush()
    return need.state is NeedState.ALLOCATED


def release(session: Session, need: PartNeed) -> None:
    """What was reserved for the need is free again; it is to be ordered, or awaited, as before."""
    if need.reserved:
        level = stock.level_at(session, need.part_id, need.place)
        level.reserved -= need.reserved
        session.add(level)
    need.reserved, need.place = 0, ""
    if need.state is NeedState.ALLOCATED:
        need.state = NeedState.ORDERED if need.supplier_order_line_id is not None else NeedState.TO_ORDER
    session.add(need)
    session.flush()


def cancel(session: Session, need: PartNeed) -> None:
    """Nobody needs it any more."""
    release(session, need)
    need.state = NeedState.CANCELLED
    session.add(need)
    session.flush()


def consume(
    session: Session, need: PartNeed, actor: Actor, *, serial: str = "", given_back: bool | None = None
) -> None:
    """The reserved pieces are fitted: they leave the stock."""
    place, quantity = need.place, need.quantity
    release(session, need)
    key = f"need:{need.id}:{uuid4().hex}"
    booking = stock.Booking(StockReason.CONSUMED, actor, key, order_id=need.order_id, serial=serial)
    stock.book(session, need.part_id, place, -quantity, booking)
    need.state, need.place = NeedState.CONSUMED, place
    need.serial, need.removed_given_back = serial, given_back
    session.add(need)
    session.flush()


def noted(need: PartNeed) -> dict[str, Any]:
    """The need as it is before a step changes it, for the step's event."""
    return {"need": need.id, "state": need.state.value, "reserved": need.reserved}


def restore(session: Session, before: Mapping[str, Any], actor: Actor) -> None:
    """A step is taken back: the need is as `noted` before it, as far as its pieces are still there."""
    need = session.get_one(PartNeed, int(before["need"]))
    state = NeedState(before["state"])
    if need.state is NeedState.CONSUMED and state is not NeedState.CONSUMED:
        key = f"need:{need.id}:{uuid4().hex}"
        booking = stock.Booking(StockReason.RETURNED, actor, key, order_id=need.order_id, serial=need.serial)
        stock.book(session, need.part_id, need.place, need.quantity, booking)
        need.serial, need.removed_given_back, need.state = "", None, NeedState.ALLOCATED
    elif need.state is NeedState.CANCELLED:
        need.state = NeedState.ALLOCATED
    release(session, need)
    if state in NOT_HERE:
        need.state = state
        session.add(need)
        session.flush()
    if before["reserved"]:
        allocate(session, need)


def _row(need: PartNeed, part: Part, ordered: SupplierOrder | None) -> NeedRow:
    assert need.id is not None
    return NeedRow(
        id=need.id,
        version=need.version,
        part_id=need.part_id,
        code=part.code,
        name=part.name,
        quantity=need.quantity,
        reserved=need.reserved,
        place=need.place,
        state=need.state.value,
        blocking=need.blocking,
        serial=need.serial,
        removed_given_back=need.removed_given_back,
        supplier_order=ordered.number if ordered is not None else "",
        expected_on=ordered.expected_on if ordered is not None else None,
    )


def _order(session: Session, order_id: int) -> RepairOrder:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _need(session: Session, need_id: int) -> PartNeed:
    need = session.get(PartNeed, need_id)
    if need is None:
        raise NotFound(_("There is no such part."))
    return need
