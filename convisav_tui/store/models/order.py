"""The repair order, its events and who holds the device."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.board import ASSIGNED, COMEBACK, FROM_PRINCIPAL, ON_STATEMENT, OPEN, SUBCONTRACTED
from convisav_tui.store.models.kinds import (
    Approver,
    BillingState,
    Channel,
    Holder,
    OrderKind,
    OrderState,
    Outcome,
    Payer,
    QuoteState,
    SecretState,
)

_FROM_PRINCIPAL = sa.text(FROM_PRINCIPAL)
_ON_STATEMENT = sa.text(ON_STATEMENT)
_DROPPED_OFF = sa.text("drop_off_id IS NOT NULL")


def _open_index(name: str, condition: str, *columns: str) -> sa.Index:
    """An index that holds only the open orders of one list: it stays small however long the history grows."""
    where = sa.text(condition)
    return sa.Index(f"ix_repair_order__{name}", *columns, sqlite_where=where, postgresql_where=where)


class RepairOrder(Record, Versioned, table=True):
    """One device taken in once: main state, regions beside it, what was agreed at the counter."""

    __tablename__ = "repair_order"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("idempotency_key"),
        sa.CheckConstraint("cap IS NULL OR cap >= 0", name="cap_not_negative"),
        sa.CheckConstraint("length(number) = 10", name="number_ten_digits"),
        sa.Index("ix_repair_order__party_id", "party_id", "opened_at", "id"),
        sa.Index("ix_repair_order__device_id", "device_id"),
        sa.Index("ix_repair_order__origin_order_id", "origin_order_id"),
        sa.Index(
            "ix_repair_order__principal_id",
            "principal_id",
            sqlite_where=_FROM_PRINCIPAL,
            postgresql_where=_FROM_PRINCIPAL,
        ),
        sa.Index(
            "ix_repair_order__principal_reference",
            sa.text("upper(principal_reference)"),
            sqlite_where=_FROM_PRINCIPAL,
            postgresql_where=_FROM_PRINCIPAL,
        ),
        sa.Index(
            "ix_repair_order__on_statement",
            "principal_id",
            "completed_at",
            "id",
            sqlite_where=_ON_STATEMENT,
            postgresql_where=_ON_STATEMENT,
        ),
        # closed_at stands in them so that SQLite need not look at the rows to know what the condition says.
        _open_index("open_by_state", OPEN, "state", "opened_at", "id", "closed_at"),
        _open_index("open_by_age", OPEN, "opened_at", "id", "closed_at"),
        _open_index("open_by_promise", OPEN, "promised_on", "id", "state", "closed_at"),
        _open_index("open_subcontracted", f"{OPEN} AND {SUBCONTRACTED}", "opened_at", "id"),
        _open_index("open_from_principal", f"{OPEN} AND {FROM_PRINCIPAL}", "opened_at", "id"),
        _open_index("open_by_technician", f"{OPEN} AND {ASSIGNED}", "technician_id", "opened_at", "id", "state"),
        _open_index("open_comebacks", f"{OPEN} AND {COMEBACK}", "opened_at", "id"),
        sa.Index("ix_repair_order__by_state", "state", "opened_at", "id"),
        sa.Index(
            "ix_repair_order__drop_off_id", "drop_off_id", sqlite_where=_DROPPED_OFF, postgresql_where=_DROPPED_OFF
        ),
        STRICT,
    )

    id: int | None = primary_key()
    number: str = Field(max_length=10)  # ticket_number.make
    idempotency_key: str = Field(max_length=64)
    state: OrderState = Field(default=OrderState.RECEIVED, sa_type=text_enum(OrderState, "state"))
    kind: OrderKind = Field(default=OrderKind.PAID, sa_type=text_enum(OrderKind, "kind"))
    party_id: int = foreign_key("party.id")  # the customer: owner of the device
    depositor: str = Field(default="", max_length=120)  # who handed it over, when another person
    principal_id: int | None = foreign_key("party.id", default=None, nullable=True)
    principal_reference: str = Field(default="", max_length=60)
    device_id: int = foreign_key("device.id")
    origin_order_id: int | None = foreign_key("repair_order.id", default=None, nullable=True)  # comeback of
    comeback_suspected: bool = False
    reported_fault: str = Field(sa_type=sa.Text)
    found_fault: str = Field(default="", sa_type=sa.Text)
    accessories: str = Field(default="", max_length=400)
    intake_condition: str = Field(default="", max_length=400)
    note: str = Field(default="", sa_type=sa.Text)
    parts_in_warranty: bool = False
    labour_in_warranty: bool = False
    quote_requested: bool = False
    cap: int | None = Field(default=None, sa_type=sa.BigInteger)  # spending cap incl. VAT, minor units
    currency: str = Field(default="EUR", max_length=3)
    promised_on: date | None = None
    quote_channel: Channel = Field(default=Channel.NONE, sa_type=text_enum(Channel, "quote_channel"))
    ready_channel: Channel = Field(default=Channel.NONE, sa_type=text_enum(Channel, "ready_channel"))
    quote_state: QuoteState = Field(default=QuoteState.NONE, sa_type=text_enum(QuoteState, "quote_state"))
    billing_state: BillingState = Field(default=BillingState.NONE, sa_type=text_enum(BillingState, "billing_state"))
    holder: Holder = Field(default=Holder.IN_SHOP, sa_type=text_enum(Holder, "holder"))
    place: str = Field(default="", max_length=40)  # bin or bench
    secret_state: SecretState = Field(default=SecretState.NONE, sa_type=text_enum(SecretState, "secret_state"))
    outcome: Outcome | None = Field(default=None, nullable=True, sa_type=text_enum(Outcome, "outcome"))
    price: int | None = Field(default=None, sa_type=sa.BigInteger)  # due for the work incl. VAT, minor units
    technician_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    received_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    station_id: int | None = foreign_key("station.id", default=None, nullable=True)
    opened_at: datetime = moment()
    updated_at: datetime = moment()
    completed_at: datetime | None = None
    notified_at: datetime | None = None
    returned_at: datetime | None = None
    closed_at: datetime | None = None
    repair_guarantee_until: date | None = None
    drop_off_id: int | None = foreign_key("drop_off.id", default=None, nullable=True)
    payer: Payer = Field(
        default=Payer.CUSTOMER, sa_type=text_enum(Payer, "payer"), sa_column_kwargs={"server_default": "customer"}
    )
    approver: Approver = Field(
        default=Approver.CUSTOMER,
        sa_type=text_enum(Approver, "approver"),
        sa_column_kwargs={"server_default": "customer"},
    )
    priority: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # higher is sooner


class OrderEvent(Record, AppendOnly, table=True):
    """What happened to an order: append-only; replaying `from_state` → `to_state` gives the present state."""

    __tablename__ = "order_event"
    __table_args__ = (
        sa.UniqueConstraint("idempotency_key"),
        sa.Index("ix_order_event__order_id", "order_id", "id"),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    at: datetime = moment()
    event: str = Field(
        max_length=40
    )  # command of rules.md 7.3 (receive, issue_quote …) or a fact (undone, secret_revealed …)
    transition: str = Field(default="", max_length=8)  # T01 … T46
    from_state: str = Field(default="", max_length=32)
    to_state: str = Field(default="", max_length=32)
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    station_id: int | None = foreign_key("station.id", default=None, nullable=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # values an undo puts back
    idempotency_key: str | None = Field(default=None, nullable=True, max_length=64)


class CustodyEvent(Record, AppendOnly, table=True):
    """Who holds the device from this instant on: one holder at a time (rules.md 7.7, 2)."""

    __tablename__ = "custody_event"
    __table_args__ = (sa.Index("ix_custody_event__order_id", "order_id", "id"), STRICT)

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    at: datetime = moment()
    holder: Holder = Field(sa_type=text_enum(Holder, "holder"))
    place: str = Field(default="", max_length=40)
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    note: str = Field(default="", max_length=200)
    party_id: int | None = foreign_key("party.id", default=None, nullable=True)  # subcontractor, manufacturer, receiver
    technician_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    carrier: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})


class DeviceSecret(Record, Versioned, table=True):
    """An unlock code, encrypted; its key lies outside the database and dies first (rules.md 4.5)."""

    __tablename__ = "device_secret"
    __table_args__ = (sa.UniqueConstraint("order_id"), STRICT)

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    kind: str = Field(max_length=8)  # SecretKind
    ciphertext: str = Field(default="", sa_type=sa.Text)  # urlsafe base64; "" once purged
    created_at: datetime = moment()
    purged_at: datetime | None = None
