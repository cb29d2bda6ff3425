"""Sums taken at the counter: preset intake amounts and payments."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.models.kinds import Means, Nature


class IntakeAmountType(Record, Versioned, table=True):
    """A preset "montant de prise en charge" with its amount and nature."""

    __tablename__ = "intake_amount_type"
    __table_args__ = (sa.UniqueConstraint("code"), STRICT)

    id: int | None = primary_key()
    code: str = Field(max_length=32)
    names: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    amount: int = Field(default=0, sa_type=sa.BigInteger)  # minor units
    nature: Nature = Field(default=Nature.ACOMPTE, sa_type=text_enum(Nature, "nature"))
    position: int = 0
    active: bool = True


class Payment(Record, AppendOnly, table=True):
    """A sum that changed hands: append-only; a correction is another row with the opposite amount."""

    __table_args__ = (
        sa.UniqueConstraint("idempotency_key"),
        sa.CheckConstraint("amount <> 0", name="amount_not_zero"),
        sa.Index("ix_payment__order_id", "order_id", "id"),
        sa.Index("ix_payment__at", "at", "id"),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    at: datetime = moment()
    nature: Nature = Field(sa_type=text_enum(Nature, "nature"))
    means: Means = Field(sa_type=text_enum(Means, "means"))
    amount: int = Field(sa_type=sa.BigInteger)  # minor units; negative when given back
    currency: str = Field(default="EUR", max_length=3)
    label: str = Field(default="", max_length=80)  # name of the preset type
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    station_id: int | None = foreign_key("station.id", default=None, nullable=True)
    reverses_id: int | None = foreign_key("payment.id", default=None, nullable=True)
    idempotency_key: str = Field(max_length=64)
