"""Pieces that arrive: by scan or by hand, for the order that waits for them, which moves on by itself (T15); counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop import needs, stock
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.events import append_event
from convisav_tui.shop.parts import scanned_part
from convisav_tui.shop.supplier_orders import note_received, open_line
from convisav_tui.shop.workflow import follow_up
from convisav_tui.store.models import (
    NeedState,
    PartNeed,
    RepairOrder,
    StockMovement,
    StockReason,
    SupplierOrder,
    SupplierOrderLine,
)


@dataclass(frozen=True)
class Served:
    """An order that got its part: its number, the state before and after, as words of rules.md 7.2."""

    order_id: int
    number: str
    before: str
    state: str

    @property
    def moved_on(self) -> bool:
        """Whether that was the last part it waited for."""
        return self.before != self.state


@dataclass(frozen=True)
class Arrival:
    """What came, in thousandths, and for whom; `supplier_order` is "" for what nobody had ordered."""

    part_id: int
    code: str
    name: str
    quantity: int
    supplier_order: str = ""
    served: tuple[Served, ...] = ()


@dataclass(frozen=True)
class Counted:
    """What a count found: before and after in thousandths, and how many needs lost what was reserved for them."""

    part_id: int
    code: str
    before: int
    after: int
    lost: int = 0


def receive_scanned(
    session: Session, text: str, actor: Actor, shop: ShopContext, key: str, quantity: int = stock.ONE
) -> Arrival:
    """Receive what a scan names (the shop's code, EAN, supplier's reference): for the oldest supplier order that waits
    for it, else into the stock. Raises NotFound when no part is called that."""
    part = scanned_part(session, text)
    if part is None or part.id is None:
        raise NotFound(
            _("No part is called {text}.").format(text=text[:60]), _("Write its EAN or reference on its card (F10).")
        )
    return receive_part(session, part.id, quantity, actor, shop, key)


def receive_part(
    session: Session,
    part_id: int,
    quantity: int,
    actor: Actor,
    shop: ShopContext,
    key: str,
    *,
    line_id: int | None = None,
    place: str = "",
) -> Arrival:
    """Receive pieces of a part for a line of a supplier order (the oldest that waits, when none is given); who waits
    for the part gets it, and moves on. The same `key` again receives nothing. Raises NotFound, Refusal."""
    part = stock.part_of(session, part_id)
    if quantity <= 0:
        raise Refusal("moves_something", _("Nothing would move."))
    line = session.get(SupplierOrderLine, line_id) if line_id is not None else open_line(session, part_id)
    if stock.is_booked(session, key):
        return Arrival(part_id, part.code, part.name, quantity)
    booking = stock.Booking(StockReason.RECEIVED, actor, key, supplier_order_line_id=line.id if line else None)
    stock.book(session, part_id, place, quantity, booking)
    order: SupplierOrder | None = note_received(session, line, quantity) if line is not None else None
    served = serve(session, part_id, actor, shop, line_id=line.id if line else None)
    return Arrival(part_id, part.code, part.name, quantity, order.number if order else "", served)


def serve(
    session: Session, part_id: int, actor: Actor, shop: ShopContext, line_id: int | None = None
) -> tuple[Served, ...]:
    """Reserve what is free of a part for the orders that wait for it: those that it was ordered for first, then the
    urgent, then the oldest; those that miss nothing more move on (T15)."""
    rows = session.exec(
        select(PartNeed, RepairOrder)
        .join(RepairOrder, col(RepairOrder.id) == col(PartNeed.order_id))
        .where(
            PartNeed.part_id == part_id,
            col(PartNeed.state).in_(needs.NOT_HERE),
            col(RepairOrder.state).in_(needs.AUTHORISED),
        )
    ).all()
    first = sorted(
        rows,
        key=lambda row: (
            line_id is None or row[0].supplier_order_line_id != line_id,
            -row[1].priority,
            row[0].id or 0,
        ),
    )
    served = []
    for need, order in first:
        if not needs.allocate(session, need):
            continue
        before = order.state.value
        detail = {"need": need.id, "part": stock.part_of(session, part_id).code, "quantity": need.quantity}
        append_event(session, order, event="part_came", actor=actor, detail=detail)
        after = follow_up(session, order.id or 0, actor, shop)
        served.append(Served(order.id or 0, order.number, before, after.value))
    return tuple(served)


def count_stock(
    session: Session, place: str, counted: Mapping[int, int], actor: Actor, shop: ShopContext, key: str
) -> list[Counted]:
    """What was counted of each part (id: thousandths) lies at a place now, whatever was thought before; the difference
    is a movement. Where less lies than was promised, the youngest needs lose their pieces; where more lies, who waits
    gets it. The same `key` again changes nothing. Raises NotFound."""
    found = []
    for part_id, quantity in sorted(counted.items()):
        own = f"{key}:{part_id}"
        level, part = stock.level_at(session, part_id, place), stock.part_of(session, part_id)
        before = level.quantity
        if quantity < 0:
            raise Refusal("quantity_given", _("A count cannot be negative."))
        if stock.is_booked(session, own):
            found.append(Counted(part_id, part.code, _before(session, own, before), before))
            continue
        lost = _take_from_needs(session, part_id, place, quantity)
        if quantity != before:
            stock.book(session, part_id, place, quantity - before, stock.Booking(StockReason.COUNTED, actor, own))
        serve(session, part_id, actor, shop)
        found.append(Counted(part_id, part.code, before, quantity, lost))
    return found


def put_back_and_serve(session: Session, need_id: int, actor: Actor, shop: ShopContext, key: str) -> PartNeed:
    """A fitted part lies in the stock again, and who waits for one gets it. Raises Refusal when it was not fitted."""
    need = needs.put_back(session, need_id, actor, key)
    serve(session, need.part_id, actor, shop)
    return need


def drop_and_serve(session: Session, need_id: int, actor: Actor, shop: ShopContext, key: str) -> PartNeed:
    """An order needs a part no more: what was reserved goes to who waits for it, and the order moves on itself if it
    missed nothing else."""
    need = needs.drop_need(session, need_id, actor, key)
    serve(session, need.part_id, actor, shop)
    follow_up(session, need.order_id, actor, shop)
    return need


def _take_from_needs(session: Session, part_id: int, place: str, quantity: int) -> int:
    """Release the youngest needs at a place until no more is promised than lies there; how many."""
    level, lost = stock.level_at(session, part_id, place), 0
    holding = select(PartNeed).where(
        PartNeed.part_id == part_id,
        PartNeed.place == place,
        col(PartNeed.reserved) > 0,
        col(PartNeed.state).in_((*needs.NOT_HERE, NeedState.ALLOCATED)),
    )
    for need in session.exec(holding.order_by(col(PartNeed.id).desc())).all():
        if level.reserved <= quantity:
            break
        needs.release(session, need)
        lost += 1
    return lost


def _before(session: Session, key: str, now: int) -> int:
    movement = session.exec(select(StockMovement).where(StockMovement.idempotency_key == key)).one()
    return now - movement.quantity
