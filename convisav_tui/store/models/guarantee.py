"""Who owes what under which guarantee, and what advice a customer refused."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.models.kinds import CoverageLine, GuaranteeKind, Payer


class Guarantee(Record, AppendOnly, table=True):
    """A guarantee on a device as from a cause: the sale, a repair (FR-G3), days in the workshop (FR-G6)."""

    __table_args__ = (sa.Index("ix_guarantee__device_id", "device_id", "id"), STRICT)

    id: int | None = primary_key()
    device_id: int = foreign_key("device.id")
    kind: GuaranteeKind = Field(sa_type=text_enum(GuaranteeKind, "kind"))
    parts: bool = True
    labour: bool = True
    travel: bool = False
    starts_on: date
    ends_on: date
    cause: str = Field(max_length=24)  # sale, repair, replacement, immobilisation, extension
    order_id: int | None = foreign_key("repair_order.id", default=None, nullable=True)
    debtor: Payer = Field(default=Payer.SELLER, sa_type=text_enum(Payer, "debtor"))
    debtor_id: int | None = foreign_key("party.id", default=None, nullable=True)
    note: str = Field(default="", max_length=200)
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)


class Coverage(Record, Versioned, table=True):
    """What part of an order somebody else than the customer pays: FR-G11, rules.md 7.5 C."""

    __table_args__ = (
        sa.UniqueConstraint("order_id", "line"),
        sa.CheckConstraint("share >= 0 AND share <= 10000", name="share_in_basis_points"),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name="amount_positive"),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    line: CoverageLine = Field(sa_type=text_enum(CoverageLine, "line"))
    kind: GuaranteeKind = Field(default=GuaranteeKind.NONE, sa_type=text_enum(GuaranteeKind, "kind"))
    share: int = 0  # basis points taken over
    payer: Payer = Field(default=Payer.CUSTOMER, sa_type=text_enum(Payer, "payer"))
    payer_id: int | None = foreign_key("party.id", default=None, nullable=True)
    until: date | None = None
    reason: str = Field(default="", max_length=400)
    decided_at: datetime | None = None
    decided_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    amount: int | None = Field(default=None, sa_type=sa.BigInteger)  # taken over instead of a share, minor units


class RefusedAdvice(Record, AppendOnly, table=True):
    """Advice that a customer declined: shown at the next intake, printed when the device goes back (rules.md 1.7)."""

    __tablename__ = "refused_advice"
    __table_args__ = (sa.Index("ix_refused_advice__device_id", "device_id", "id"), STRICT)

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    device_id: int = foreign_key("device.id")
    text: str = Field(max_length=400)
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
