"""What the shop keeps and lends: drop-offs, places, shelf checks, loaner units and loans."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.models.kinds import LoanerState, LoanOutcome

_OPEN_LOAN = sa.text("ended_at IS NULL")


class DropOff(Record, table=True):
    """Several devices that one person brought at once: one receipt for all, one order each."""

    __tablename__ = "drop_off"
    __table_args__ = (sa.UniqueConstraint("idempotency_key"), sa.Index("ix_drop_off__party_id", "party_id"), STRICT)

    id: int | None = primary_key()
    idempotency_key: str = Field(max_length=64)
    party_id: int = foreign_key("party.id")
    depositor: str = Field(default="", max_length=120)
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    station_id: int | None = foreign_key("station.id", default=None, nullable=True)


class StorageLocation(Record, Versioned, table=True):
    """A bin, shelf or bench with a code that can be scanned."""

    __tablename__ = "storage_location"
    __table_args__ = (sa.UniqueConstraint("code"), STRICT)

    id: int | None = primary_key()
    code: str = Field(max_length=20)  # upper-case letters, digits, dashes; stands in RepairOrder.place
    name: str = Field(default="", max_length=80)
    kind: str = Field(default="bin", max_length=16)  # bin, bench
    technician_id: int | None = foreign_key("staff.id", default=None, nullable=True)  # whose bench
    active: bool = True


class ShelfCheck(Record, AppendOnly, table=True):
    """An evening check of a place: what should be there and what was scanned."""

    __tablename__ = "shelf_check"
    __table_args__ = (sa.UniqueConstraint("idempotency_key"), STRICT)

    id: int | None = primary_key()
    idempotency_key: str = Field(max_length=64)
    place: str = Field(max_length=40)
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    scanned: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # ticket numbers
    missing: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    surplus: list[str] = Field(default_factory=list, sa_type=sa.JSON)


class LoanerUnit(Record, Versioned, table=True):
    """A device that the shop lends while it repairs: FR-R3."""

    __tablename__ = "loaner_unit"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("deposit >= 0", name="deposit_not_negative"),
        STRICT,
    )

    id: int | None = primary_key()
    code: str = Field(max_length=20)  # on its own label
    device_type_id: int | None = foreign_key("device_type.id", default=None, nullable=True)
    brand: str = Field(default="", max_length=80)
    model: str = Field(default="", max_length=120)
    serial: str = Field(default="", max_length=80)
    serial_key: str = Field(default="", max_length=80)
    state: LoanerState = Field(default=LoanerState.AVAILABLE, sa_type=text_enum(LoanerState, "state"))
    condition: str = Field(default="", max_length=400)
    accessories: str = Field(default="", max_length=400)
    deposit: int = Field(default=0, sa_type=sa.BigInteger)  # guarantee deposit asked, minor units
    value: int = Field(default=0, sa_type=sa.BigInteger)  # billed when it never comes back, minor units
    note: str = Field(default="", max_length=400)


class Loan(Record, Versioned, table=True):
    """A unit lent with an order, until it is back or billed: region L of rules.md 7.5."""

    __table_args__ = (
        sa.UniqueConstraint("idempotency_key"),
        sa.Index("uq_loan__open_unit", "unit_id", unique=True, sqlite_where=_OPEN_LOAN, postgresql_where=_OPEN_LOAN),
        sa.Index("ix_loan__due", "due_on", "id", sqlite_where=_OPEN_LOAN, postgresql_where=_OPEN_LOAN),
        sa.Index("ix_loan__order_id", "order_id", "id"),
        STRICT,
    )

    id: int | None = primary_key()
    idempotency_key: str = Field(max_length=64)
    unit_id: int = foreign_key("loaner_unit.id")
    order_id: int = foreign_key("repair_order.id")
    party_id: int = foreign_key("party.id")
    lent_at: datetime = moment()
    lent_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    due_on: date | None = None
    condition_out: str = Field(default="", max_length=400)
    accessories_out: str = Field(default="", max_length=400)
    deposit: int = Field(default=0, sa_type=sa.BigInteger)  # minor units; the payment itself is a Payment
    ended_at: datetime | None = None
    outcome: LoanOutcome | None = Field(default=None, nullable=True, sa_type=text_enum(LoanOutcome, "outcome"))
    condition_in: str = Field(default="", max_length=400)
    billed: int = Field(default=0, sa_type=sa.BigInteger)  # minor units
    ended_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    data_erased: bool = False
