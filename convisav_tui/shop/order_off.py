"""A supplier order that is called off: its supplier is told so, and why, if he can know of it at all."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.outbox import PlannedMessage, held_fast
from convisav_tui.shop.partner_messages import PartnerNews, of_supplier_order, plan_partner, wanted_order
from convisav_tui.shop.stock import shown
from convisav_tui.store.models import Message, MessageEvent, MessageState, Part, SupplierOrder, SupplierOrderLine
from convisav_tui.text import clean_line

# In the key of a message, before the order that it calls off.
_OFF = "off-"
_NEVER_LEFT = (MessageState.QUEUED, MessageState.DEAD, MessageState.TO_CALL, MessageState.CANCELLED)


def of_order_off(session: Session, order: SupplierOrder, shop: ShopContext, reason: str) -> PartnerNews:
    """That what has not come of an order is not wanted any more, and why."""
    told = of_supplier_order(session, order, shop)
    facts, key = replace(told.facts, promised_on=None), f"{told.event.value}:{_OFF}{order.id}:0"
    values = {"reason": reason, "lines": _lines_left(session, order.id or 0)}
    return replace(told, facts=facts, key=key, paper="", wording="order_off", values=values)


def _lines_left(session: Session, order_id: int) -> str:
    lines = (
        select(SupplierOrderLine, Part)
        .join(Part, col(Part.id) == col(SupplierOrderLine.part_id))
        .where(
            SupplierOrderLine.supplier_order_id == order_id,
            col(SupplierOrderLine.received) < col(SupplierOrderLine.quantity),
        )
        .order_by(col(SupplierOrderLine.id))
    )
    return "\n".join(
        f"{shown(line.quantity - line.received)} × {line.reference or part.code} {part.name}"
        for line, part in session.exec(lines)
    )


def call_off_order(session: Session, order_id: int) -> None:
    """The supplier is not told any more of an order that was called off, as far as nobody has told him yet."""
    for message in session.exec(held_fast(_of_order(order_id))):
        if message.state in _NEVER_LEFT:
            message.state = MessageState.CANCELLED
            session.add(message)


def knows_of_order(session: Session, order_id: int) -> bool:
    """Whether the supplier may have the order: something of it left, or nothing was to leave (paper, telephone)."""
    states = [message.state for message in session.exec(_of_order(order_id))]
    return not states or any(state not in _NEVER_LEFT for state in states)


def tells_of_end(message: Message) -> bool:
    """Whether a message calls an order off: its lines do not go along."""
    return message.dedupe_key.startswith(f"{MessageEvent.SUPPLIER_ORDER.value}:{_OFF}")


def _of_order(order_id: int) -> SelectOfScalar[Message]:
    return select(Message).where(
        Message.supplier_order_id == order_id,
        col(Message.order_id).is_(None),
        ~col(Message.dedupe_key).startswith(f"{MessageEvent.SUPPLIER_ORDER.value}:{_OFF}"),
    )


def planned_order_off(session: Session, order_id: int, shop: ShopContext, reason: str) -> PlannedMessage | None:
    """What its supplier would be told if the order were called off now; None when he is not written to, or cannot know
    of the order. Raises NotFound, Refusal once it was called off."""
    order = wanted_order(session, order_id)
    if not knows_of_order(session, order_id):
        return None
    return plan_partner(session, of_order_off(session, order, shop, clean_line(reason)), shop)
