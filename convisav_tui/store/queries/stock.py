"""What came and went of a part, and the parts of an order, read for screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.tables import (
    ORDER,
    PART,
    PART_NEED,
    STAFF,
    STOCK_MOVEMENT,
    SUPPLIER_ORDER,
    SUPPLIER_ORDER_LINE,
)

MOST = 500


@dataclass(frozen=True)
class MovementFacts:
    """Pieces that came or went; thousandths, negative when they went."""

    id: int
    at: datetime
    reason: str
    quantity: int
    place: str
    number: str
    supplier_order: str
    serial: str
    note: str
    staff: str


@dataclass(frozen=True)
class NeedFacts:
    """A part of an order; quantity in thousandths."""

    code: str
    name: str
    quantity: int
    state: str
    place: str
    serial: str
    removed_given_back: bool | None
    supplier_order: str
    expected_on: date | None


_LINE = STOCK_MOVEMENT.outerjoin(
    SUPPLIER_ORDER_LINE, SUPPLIER_ORDER_LINE.c.id == STOCK_MOVEMENT.c.supplier_order_line_id
).outerjoin(SUPPLIER_ORDER, SUPPLIER_ORDER.c.id == SUPPLIER_ORDER_LINE.c.supplier_order_id)
_MOVEMENTS = (
    sa.select(
        STOCK_MOVEMENT.c.id,
        STOCK_MOVEMENT.c.at,
        STOCK_MOVEMENT.c.reason,
        STOCK_MOVEMENT.c.quantity,
        STOCK_MOVEMENT.c.place,
        sa.func.coalesce(ORDER.c.number, ""),
        sa.func.coalesce(SUPPLIER_ORDER.c.number, ""),
        STOCK_MOVEMENT.c.serial,
        STOCK_MOVEMENT.c.note,
        sa.func.coalesce(STAFF.c.name, ""),
    )
    .select_from(
        _LINE.outerjoin(ORDER, ORDER.c.id == STOCK_MOVEMENT.c.order_id).outerjoin(
            STAFF, STAFF.c.id == STOCK_MOVEMENT.c.staff_id
        )
    )
    .where(STOCK_MOVEMENT.c.part_id == sa.bindparam("part_id"))
    .order_by(STOCK_MOVEMENT.c.id.desc())
    .limit(MOST)
)
_NEEDS = (
    sa.select(
        PART.c.code,
        PART.c.name,
        PART_NEED.c.quantity,
        PART_NEED.c.state,
        PART_NEED.c.place,
        PART_NEED.c.serial,
        PART_NEED.c.removed_given_back,
        sa.func.coalesce(SUPPLIER_ORDER.c.number, ""),
        SUPPLIER_ORDER.c.expected_on,
    )
    .select_from(
        PART_NEED.join(PART, PART.c.id == PART_NEED.c.part_id)
        .outerjoin(SUPPLIER_ORDER_LINE, SUPPLIER_ORDER_LINE.c.id == PART_NEED.c.supplier_order_line_id)
        .outerjoin(SUPPLIER_ORDER, SUPPLIER_ORDER.c.id == SUPPLIER_ORDER_LINE.c.supplier_order_id)
    )
    .where(PART_NEED.c.order_id == sa.bindparam("order_id"))
    .order_by(PART_NEED.c.id)
)


def movements_of(session: Session, part_id: int) -> list[MovementFacts]:
    """What came and went of a part, newest first."""
    return [MovementFacts(*row) for row in session.execute(_MOVEMENTS, {"part_id": part_id})]


def need_facts(session: Session, order_id: int) -> tuple[NeedFacts, ...]:
    """The parts that were asked for on an order, oldest first."""
    return tuple(NeedFacts(*row) for row in session.execute(_NEEDS, {"order_id": order_id}))
