"""Orders to suppliers: what orders miss and what the stock runs out of, by supplier, tied to who waits for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from convisav_tui.clock import now
from convisav_tui.csv_cells import as_csv
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.message_trace import note_deed
from convisav_tui.shop.needs import AUTHORISED, NOT_HERE
from convisav_tui.shop.numbers import next_supplier_order_number
from convisav_tui.shop.order_off import call_off_order, knows_of_order, of_order_off
from convisav_tui.shop.partner_messages import of_supplier_order, owe_partner
from convisav_tui.shop.parts import preferred_supplier
from convisav_tui.shop.promise import postpone_for_parts
from convisav_tui.shop.stock import ONE, shown
from convisav_tui.shop.supplier_order_paper import ask_for_paper
from convisav_tui.shop.suppliers import supplier_terms
from convisav_tui.store.models import (
    NeedState,
    Part,
    PartNeed,
    Party,
    RepairOrder,
    StockLevel,
    SupplierOrder,
    SupplierOrderLine,
    SupplierOrderState,
)
from convisav_tui.text import clean_line

_OPEN = (SupplierOrderState.SENT, SupplierOrderState.PART_RECEIVED)


@dataclass(frozen=True)
class Wanted:
    """A part to be ordered: how much of it in thousandths, for which orders (ten digits each), from whom."""

    part_id: int
    code: str
    name: str
    quantity: int
    supplier_id: int | None
    supplier: str
    reference: str
    cost: int
    orders: tuple[str, ...]


@dataclass(frozen=True)
class OrderedRow:
    """A supplier order as the list shows it."""

    id: int
    number: str
    supplier: str
    state: str
    sent_at: datetime | None
    expected_on: date | None
    lines: int
    left: int  # thousandths still to come


@dataclass(frozen=True)
class LineRow:
    """A line of a supplier order, and who waits for it."""

    id: int
    part_id: int
    order: str
    supplier: str
    code: str
    name: str
    reference: str
    quantity: int
    received: int
    expected_on: date | None
    orders: tuple[str, ...]

    @property
    def left(self) -> int:
        """What is still to come, thousandths."""
        return max(0, self.quantity - self.received)


def to_order(session: Session) -> list[Wanted]:
    """What is to be ordered now: what authorised orders miss, and what is free below its reorder level and not on its
    way; by supplier and code, those without a supplier last."""
    missing = _missing(session)
    short = _short(session)
    wanted = []
    for part_id in missing.keys() | short.keys():
        needs = missing.get(part_id, [])
        quantity = sum(need.quantity - need.reserved for need, _number in needs) + short.get(part_id, 0)
        if quantity > 0:
            wanted.append(_wanted(session, part_id, _whole(quantity), [number for _need, number in needs]))
    return sorted(wanted, key=lambda one: (one.supplier_id is None, one.supplier, one.code))


def order_parts(
    session: Session, actor: Actor, shop: ShopContext, key: str, *, tell: bool = True
) -> list[SupplierOrder]:
    """Order all that is to be ordered and has a supplier: one order and its paper each; the needs that it was made for
    wait for it. Customers hear of a delay when `tell`. The same `key` again gives the orders that were made. Raises
    Refusal when there is nothing to order."""
    earlier = session.exec(select(SupplierOrder).where(col(SupplierOrder.idempotency_key).startswith(key))).all()
    if earlier:
        return list(earlier)
    by_supplier: dict[int, list[Wanted]] = defaultdict(list)
    for one in to_order(session):
        if one.supplier_id is not None:
            by_supplier[one.supplier_id].append(one)
    if not by_supplier:
        raise Refusal("something_to_order", _("Nothing can be ordered: no part is missing, or none has a supplier."))
    needs = _missing(session)
    waiting = waiting_orders(session, [part for one in by_supplier.values() for part in one])
    made = []
    for place, (supplier_id, wanted) in enumerate(sorted(by_supplier.items())):
        order = _open_order(session, supplier_id, actor, shop, f"{key}:{place}")
        for one in wanted:
            _add_line(session, order, one, [need for need, _number in needs.get(one.part_id, [])])
        ask_for_paper(session, order, shop, actor)
        owe_partner(session, of_supplier_order(session, order, shop), shop)
        made.append(order)
    postpone_for_parts(session, waiting, actor, shop, tell=tell)
    return made


def waiting_orders(session: Session, wanted: Iterable[Wanted]) -> list[int]:
    """The ids of the orders that wait for these parts, each once."""
    needs = _missing(session)
    return list(dict.fromkeys(need.order_id for one in wanted for need, _number in needs.get(one.part_id, ())))


def cancel_order(
    session: Session, order_id: int, actor: Actor, shop: ShopContext, *, reason: str = "", tell: bool = True
) -> SupplierOrder:
    """What has not come of a supplier order comes no more; who waited for it has to order anew. The supplier is told,
    with the `reason`, if he can know of the order and somebody wants to `tell` him. Raises NotFound."""
    order = _order(session, order_id)
    if order.state not in _OPEN:
        return order
    lines = session.exec(select(SupplierOrderLine).where(SupplierOrderLine.supplier_order_id == order_id)).all()
    waiting = select(PartNeed).where(
        col(PartNeed.supplier_order_line_id).in_([line.id for line in lines]), col(PartNeed.state).in_(NOT_HERE)
    )
    for need in session.exec(waiting):
        need.supplier_order_line_id, need.state = None, NeedState.TO_ORDER
        session.add(need)
    knows, why = knows_of_order(session, order_id), clean_line(reason)[:400]
    order.state, order.note = SupplierOrderState.CANCELLED, why or order.note
    session.add(order)
    call_off_order(session, order_id)
    session.flush()
    if tell and knows:
        message = owe_partner(session, of_order_off(session, order, shop, why), shop, earliest=now())
        if message is not None:
            note_deed(session, message, "message_asked", actor, {"reason": why} if why else {})
    return order


def ordered_rows(session: Session, order_id: int | None = None) -> list[OrderedRow]:
    """The supplier orders, those under way first, then the newest; or one of them."""
    sums = (
        select(
            SupplierOrderLine.supplier_order_id,
            func.count().label("lines"),
            func.sum(SupplierOrderLine.quantity - SupplierOrderLine.received).label("left"),
        )
        .group_by(col(SupplierOrderLine.supplier_order_id))
        .subquery()
    )
    chosen = (
        select(SupplierOrder, Party.name, sums.c.lines, sums.c.left)
        .join(Party, col(Party.id) == col(SupplierOrder.supplier_id))
        .outerjoin(sums, sums.c.supplier_order_id == col(SupplierOrder.id))
        .order_by(col(SupplierOrder.state).in_(_OPEN).desc(), col(SupplierOrder.id).desc())
        .limit(200)
    )
    rows = session.exec(chosen if order_id is None else chosen.where(SupplierOrder.id == order_id))
    return [
        OrderedRow(
            id=order.id or 0,
            number=order.number,
            supplier=supplier,
            state=order.state.value,
            sent_at=order.sent_at,
            expected_on=order.expected_on,
            lines=int(lines or 0),
            left=max(0, int(left or 0)) if order.state in _OPEN else 0,
        )
        for order, supplier, lines, left in rows
    ]


def line_rows(session: Session, order_id: int | None = None) -> list[LineRow]:
    """The lines of a supplier order; without one, of all that are under way and still miss something."""
    rows = (
        select(SupplierOrderLine, SupplierOrder, Part, Party.name)
        .join(SupplierOrder, col(SupplierOrder.id) == col(SupplierOrderLine.supplier_order_id))
        .join(Part, col(Part.id) == col(SupplierOrderLine.part_id))
        .join(Party, col(Party.id) == col(SupplierOrder.supplier_id))
        .order_by(col(SupplierOrder.expected_on), col(SupplierOrderLine.id))
    )
    if order_id is not None:
        rows = rows.where(SupplierOrderLine.supplier_order_id == order_id)
    else:
        rows = rows.where(
            col(SupplierOrder.state).in_(_OPEN), col(SupplierOrderLine.received) < col(SupplierOrderLine.quantity)
        )
    found = session.exec(rows).all()
    waiting = _waiting(session, [line.id for line, _order_, _part, _supplier in found])
    return [
        LineRow(
            id=line.id or 0,
            part_id=line.part_id,
            order=order.number,
            supplier=supplier,
            code=part.code,
            name=part.name,
            reference=line.reference,
            quantity=line.quantity,
            received=line.received,
            expected_on=order.expected_on,
            orders=tuple(waiting.get(line.id or 0, ())),
        )
        for line, order, part, supplier in found
    ]


def order_csv(session: Session, order_id: int) -> str:
    """A supplier order as a CSV file; no cell is taken for a formula. Raises NotFound."""
    order = _order(session, order_id)
    head = ("order", "reference", "code", "name", "quantity")
    lines = (
        (order.number, row.reference, row.code, row.name, shown(row.quantity)) for row in line_rows(session, order_id)
    )
    return "".join(as_csv((head, *lines)))


def open_line(session: Session, part_id: int) -> SupplierOrderLine | None:
    """The oldest line under way that still misses pieces of this part."""
    lines = (
        select(SupplierOrderLine)
        .join(SupplierOrder, col(SupplierOrder.id) == col(SupplierOrderLine.supplier_order_id))
        .where(
            SupplierOrderLine.part_id == part_id,
            col(SupplierOrder.state).in_(_OPEN),
            col(SupplierOrderLine.received) < col(SupplierOrderLine.quantity),
        )
    )
    return session.exec(lines.order_by(col(SupplierOrderLine.id))).first()


def note_received(session: Session, line: SupplierOrderLine, quantity: int) -> SupplierOrder:
    """`quantity` of a line came: its order is complete, or came in part."""
    line.received += quantity
    session.add(line)
    session.flush()
    order = _order(session, line.supplier_order_id)
    left = select(SupplierOrderLine.id).where(
        SupplierOrderLine.supplier_order_id == order.id,
        col(SupplierOrderLine.received) < col(SupplierOrderLine.quantity),
    )
    rest = session.exec(left).first() is not None
    order.state = SupplierOrderState.PART_RECEIVED if rest else SupplierOrderState.RECEIVED
    session.add(order)
    session.flush()
    return order


def _missing(session: Session) -> dict[int, list[tuple[PartNeed, str]]]:
    """What authorised orders miss and nobody has ordered, by part, with the number of each order."""
    rows = session.exec(
        select(PartNeed, RepairOrder.number)
        .join(RepairOrder, col(RepairOrder.id) == col(PartNeed.order_id))
        .where(PartNeed.state == NeedState.TO_ORDER, col(RepairOrder.state).in_(AUTHORISED))
        .order_by(col(PartNeed.id))
    )
    found: dict[int, list[tuple[PartNeed, str]]] = defaultdict(list)
    for need, number in rows:
        found[need.part_id].append((need, number))
    return found


def _short(session: Session) -> dict[int, int]:
    """How much is free, or comes and is promised to nobody, below the reorder level; by part, thousandths."""
    free = dict(
        session.exec(
            select(StockLevel.part_id, func.sum(StockLevel.quantity - StockLevel.reserved)).group_by(
                col(StockLevel.part_id)
            )
        ).all()
    )
    coming = dict(
        session.exec(
            select(SupplierOrderLine.part_id, func.sum(SupplierOrderLine.quantity - SupplierOrderLine.received))
            .join(SupplierOrder, col(SupplierOrder.id) == col(SupplierOrderLine.supplier_order_id))
            .where(
                col(SupplierOrder.state).in_(_OPEN), col(SupplierOrderLine.received) < col(SupplierOrderLine.quantity)
            )
            .group_by(col(SupplierOrderLine.part_id))
        ).all()
    )
    awaited = dict(
        session.exec(
            select(PartNeed.part_id, func.sum(PartNeed.quantity - PartNeed.reserved))
            .where(col(PartNeed.state).in_((NeedState.ORDERED, NeedState.BACKORDERED)))
            .group_by(col(PartNeed.part_id))
        ).all()
    )
    kept = session.exec(select(Part.id, Part.reorder_level).where(col(Part.active), col(Part.reorder_level) > 0))
    short = {}
    for part_id, level in kept:
        surplus = max(0, int(coming.get(part_id or 0, 0)) - int(awaited.get(part_id or 0, 0)))
        gap = level - int(free.get(part_id or 0, 0)) - surplus
        if gap > 0:
            short[part_id or 0] = gap
    return short


def _wanted(session: Session, part_id: int, quantity: int, numbers: Sequence[str]) -> Wanted:
    part, sold = session.get_one(Part, part_id), preferred_supplier(session, part_id)
    party = session.get(Party, sold.supplier_id) if sold is not None else None
    return Wanted(
        part_id=part_id,
        code=part.code,
        name=part.name,
        quantity=quantity,
        supplier_id=sold.supplier_id if sold is not None else None,
        supplier=party.name if party is not None else "",
        reference=sold.reference if sold is not None else "",
        cost=(sold.cost or part.cost) if sold is not None else part.cost,
        orders=tuple(dict.fromkeys(numbers)),
    )


def _whole(quantity: int) -> int:
    """Nobody sells half a piece of what is missing."""
    return -(-quantity // ONE) * ONE


def _open_order(session: Session, supplier_id: int, actor: Actor, shop: ShopContext, key: str) -> SupplierOrder:
    terms = supplier_terms(session, supplier_id)
    days = terms.delivery_days if terms is not None else 0
    order = SupplierOrder(
        number=next_supplier_order_number(session),
        idempotency_key=key,
        supplier_id=supplier_id,
        state=SupplierOrderState.SENT,
        sent_at=now(),
        expected_on=shop.today() + timedelta(days=days),
        staff_id=actor.staff_id,
    )
    session.add(order)
    session.flush()
    return order


def _add_line(session: Session, order: SupplierOrder, one: Wanted, needs: Iterable[PartNeed]) -> None:
    assert order.id is not None
    line = SupplierOrderLine(
        supplier_order_id=order.id, part_id=one.part_id, reference=one.reference, quantity=one.quantity, cost=one.cost
    )
    session.add(line)
    session.flush()
    for need in needs:
        need.supplier_order_line_id, need.state = line.id, NeedState.ORDERED
        session.add(need)
    session.flush()


def _waiting(session: Session, line_ids: Sequence[int | None]) -> dict[int, list[str]]:
    rows = session.exec(
        select(PartNeed.supplier_order_line_id, RepairOrder.number)
        .join(RepairOrder, col(RepairOrder.id) == col(PartNeed.order_id))
        .where(col(PartNeed.supplier_order_line_id).in_(line_ids), PartNeed.state != NeedState.CANCELLED)
        .order_by(col(PartNeed.id))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for line_id, number in rows:
        if line_id is not None and number not in found[line_id]:
            found[line_id].append(number)
    return found


def _order(session: Session, order_id: int) -> SupplierOrder:
    order = session.get(SupplierOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such supplier order."))
    return order
