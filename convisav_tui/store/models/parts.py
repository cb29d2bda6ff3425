"""Spare parts: what they are, who sells them, where they lie, which order needs them."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.models.kinds import NeedState, PartCondition, StockReason, SupplierOrderState

_OPEN_NEED = sa.text("state IN ('to_order', 'ordered', 'backordered', 'received', 'allocated')")


class Part(Record, Versioned, table=True):
    """A spare part of the catalogue."""

    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.Index("ix_part__ean", "ean"),
        sa.Index("ix_part__name_key", "name_key"),
        sa.CheckConstraint("price >= 0", name="price_not_negative"),
        STRICT,
    )

    id: int | None = primary_key()
    code: str = Field(max_length=40)  # the shop's own, on its label
    name: str = Field(max_length=120)
    name_key: str = Field(max_length=160)  # text.fold of code, name, brand
    ean: str = Field(default="", max_length=14)
    brand: str = Field(default="", max_length=80)
    device_type_id: int | None = foreign_key("device_type.id", default=None, nullable=True)
    condition: PartCondition = Field(default=PartCondition.NEW, sa_type=text_enum(PartCondition, "condition"))
    cost: int = Field(default=0, sa_type=sa.BigInteger)  # excl. VAT, minor units
    price: int = Field(default=0, sa_type=sa.BigInteger)  # incl. VAT, minor units
    vat_rate: int = 2000  # basis points
    reorder_level: int = Field(default=0, sa_type=sa.BigInteger)  # thousandths; below it the part is to be ordered
    tracks_serials: bool = False
    active: bool = True
    note: str = Field(default="", max_length=400)


class SupplierTerms(Record, Versioned, table=True):
    """What was agreed with a supplier of parts."""

    __tablename__ = "supplier_terms"
    __table_args__ = (sa.UniqueConstraint("party_id"), STRICT)

    id: int | None = primary_key()
    party_id: int = foreign_key("party.id")
    active: bool = True
    customer_number: str = Field(default="", max_length=60)
    delivery_days: int = 3
    note: str = Field(default="", max_length=2000)


class SupplierPart(Record, Versioned, table=True):
    """A part as a supplier sells it."""

    __tablename__ = "supplier_part"
    __table_args__ = (
        sa.UniqueConstraint("supplier_id", "reference"),
        sa.Index("ix_supplier_part__part_id", "part_id"),
        STRICT,
    )

    id: int | None = primary_key()
    part_id: int = foreign_key("part.id")
    supplier_id: int = foreign_key("party.id")
    reference: str = Field(max_length=60)
    cost: int = Field(default=0, sa_type=sa.BigInteger)  # excl. VAT, minor units
    preferred: bool = False


class StockLevel(Record, Versioned, table=True):
    """How much of a part lies at a place, and how much of it is promised to orders. Never negative."""

    __tablename__ = "stock_level"
    __table_args__ = (
        sa.UniqueConstraint("part_id", "place"),
        sa.CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        sa.CheckConstraint("reserved >= 0 AND reserved <= quantity", name="reserved_within_quantity"),
        STRICT,
    )

    id: int | None = primary_key()
    part_id: int = foreign_key("part.id")
    place: str = Field(default="", max_length=40)  # StorageLocation.code, "" for the shop's stock
    quantity: int = Field(default=0, sa_type=sa.BigInteger)  # thousandths
    reserved: int = Field(default=0, sa_type=sa.BigInteger)  # thousandths


class SupplierOrder(Record, Versioned, table=True):
    """An order to a supplier."""

    __tablename__ = "supplier_order"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("idempotency_key"),
        sa.Index("ix_supplier_order__supplier_id", "supplier_id", "id"),
        STRICT,
    )

    id: int | None = primary_key()
    number: str = Field(max_length=12)
    idempotency_key: str = Field(max_length=64)
    supplier_id: int = foreign_key("party.id")
    state: SupplierOrderState = Field(default=SupplierOrderState.DRAFT, sa_type=text_enum(SupplierOrderState, "state"))
    created_at: datetime = moment()
    sent_at: datetime | None = None
    expected_on: date | None = None
    note: str = Field(default="", max_length=400)
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)


class SupplierOrderLine(Record, Versioned, table=True):
    """A part of a supplier order, and how much of it came."""

    __tablename__ = "supplier_order_line"
    __table_args__ = (
        sa.Index("ix_supplier_order_line__supplier_order_id", "supplier_order_id", "id"),
        sa.CheckConstraint("quantity > 0 AND received >= 0", name="quantities"),
        STRICT,
    )

    id: int | None = primary_key()
    supplier_order_id: int = foreign_key("supplier_order.id")
    part_id: int = foreign_key("part.id")
    reference: str = Field(default="", max_length=60)
    quantity: int = Field(sa_type=sa.BigInteger)  # thousandths
    received: int = Field(default=0, sa_type=sa.BigInteger)  # thousandths
    cost: int = Field(default=0, sa_type=sa.BigInteger)  # of one, excl. VAT, minor units


class PartNeed(Record, Versioned, table=True):
    """A part that a repair order needs: region P of rules.md 7.5."""

    __tablename__ = "part_need"
    __table_args__ = (
        sa.Index("ix_part_need__order_id", "order_id", "id"),
        sa.Index("ix_part_need__open", "part_id", "id", sqlite_where=_OPEN_NEED, postgresql_where=_OPEN_NEED),
        sa.CheckConstraint("quantity > 0", name="quantity_above_nothing"),
        sa.CheckConstraint("reserved >= 0 AND reserved <= quantity", name="reserved_within_quantity"),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    part_id: int = foreign_key("part.id")
    quantity: int = Field(default=1000, sa_type=sa.BigInteger)  # thousandths
    reserved: int = Field(default=0, sa_type=sa.BigInteger)  # thousandths taken out of the free stock
    place: str = Field(default="", max_length=40)  # where the reserved pieces lie
    state: NeedState = Field(default=NeedState.TO_ORDER, sa_type=text_enum(NeedState, "state"))
    blocking: bool = True
    supplier_order_line_id: int | None = foreign_key("supplier_order_line.id", default=None, nullable=True)
    serial: str = Field(default="", max_length=80)  # of the piece that was fitted
    removed_given_back: bool | None = None  # whether the customer got the old part
    created_at: datetime = moment()


class StockMovement(Record, AppendOnly, table=True):
    """Pieces that came, went or were counted: the sum of a place's movements is what lies there."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        sa.UniqueConstraint("idempotency_key"),
        sa.CheckConstraint("quantity <> 0", name="quantity_not_zero"),
        sa.Index("ix_stock_movement__part_id", "part_id", "id"),
        STRICT,
    )

    id: int | None = primary_key()
    part_id: int = foreign_key("part.id")
    place: str = Field(default="", max_length=40)
    quantity: int = Field(sa_type=sa.BigInteger)  # thousandths; negative when they go
    reason: StockReason = Field(sa_type=text_enum(StockReason, "reason"))
    order_id: int | None = foreign_key("repair_order.id", default=None, nullable=True)
    supplier_order_line_id: int | None = foreign_key("supplier_order_line.id", default=None, nullable=True)
    serial: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=200)
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    idempotency_key: str = Field(max_length=64)
