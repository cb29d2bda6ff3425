"""What was agreed with principals and subcontractors, what was sent to the latter, what the former were billed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.board import JOB_UNBILLED
from convisav_tui.store.models.kinds import Approver, Invoicing, SubcontractState

_AWAY = sa.text("returned_at IS NULL")
_UNBILLED = sa.text(JOB_UNBILLED)


class PrincipalTerms(Record, Versioned, table=True):
    """What was agreed with a principal (donneur d'ordre): rules.md 7.8."""

    __tablename__ = "principal_terms"
    __table_args__ = (
        sa.UniqueConstraint("party_id"),
        sa.CheckConstraint("discount >= 0 AND discount <= 10000", name="discount_in_basis_points"),
        STRICT,
    )

    id: int | None = primary_key()
    party_id: int = foreign_key("party.id")
    active: bool = True
    discount: int = 0  # basis points off the shop's prices
    cap: int | None = Field(default=None, sa_type=sa.BigInteger)  # incl. VAT, minor units; None: no cap agreed
    quote_above: int | None = Field(default=None, sa_type=sa.BigInteger)  # a quote is needed above it, minor units
    reference_required: bool = False  # no order without the principal's own reference
    approver: Approver = Field(default=Approver.PRINCIPAL, sa_type=text_enum(Approver, "approver"))
    invoicing: Invoicing = Field(default=Invoicing.EACH, sa_type=text_enum(Invoicing, "invoicing"))
    payment_days: int = 30
    promised_days: int | None = None
    delivery_place: str = Field(default="", max_length=200)
    heading: str = Field(default="", max_length=400)  # stands on papers instead of the shop's name
    logo: bytes | None = Field(default=None, nullable=True, sa_type=sa.LargeBinary)  # PNG
    csv_mapping: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # intake field → column of his file
    note: str = Field(default="", max_length=2000)


class PrincipalPrice(Record, Versioned, table=True):
    """A flat price of a principal's list, for one type of device or for all."""

    __tablename__ = "principal_price"
    __table_args__ = (
        sa.UniqueConstraint("principal_id", "label"),
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        STRICT,
    )

    id: int | None = primary_key()
    principal_id: int = foreign_key("party.id")
    device_type_id: int | None = foreign_key("device_type.id", default=None, nullable=True)
    label: str = Field(max_length=120)
    amount: int = Field(sa_type=sa.BigInteger)  # incl. VAT, minor units


class SubcontractorTerms(Record, Versioned, table=True):
    """What was agreed with a subcontractor (sous-traitant): rules.md 7.8, T18."""

    __tablename__ = "subcontractor_terms"
    __table_args__ = (
        sa.UniqueConstraint("party_id"),
        sa.CheckConstraint("margin >= 0", name="margin_not_negative"),
        STRICT,
    )

    id: int | None = primary_key()
    party_id: int = foreign_key("party.id")
    active: bool = True
    margin: int = 0  # basis points added to his price
    usual_days: int = 14
    secret_allowed: bool = False  # unlock codes may go along
    data_agreement: bool = False  # a data-processing agreement was signed (GD-6)
    passes_on: bool = False  # "boîte aux lettres": the shop does no work of its own
    families: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # values of DeviceFamily; []: all
    note: str = Field(default="", max_length=2000)


class Dispatch(Record, Versioned, table=True):
    """One parcel to a subcontractor, with its slip."""

    __table_args__ = (sa.UniqueConstraint("number"), sa.UniqueConstraint("idempotency_key"), STRICT)

    id: int | None = primary_key()
    number: str = Field(max_length=12)
    idempotency_key: str = Field(max_length=64)
    subcontractor_id: int = foreign_key("party.id")
    sent_at: datetime = moment()
    sent_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    station_id: int | None = foreign_key("station.id", default=None, nullable=True)
    expected_on: date | None = None
    carrier: str = Field(default="", max_length=80)
    tracking: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=400)


class SubcontractJob(Record, Versioned, table=True):
    """One device in a dispatch, until it is back: region X of rules.md 7.5."""

    __tablename__ = "subcontract_job"
    __table_args__ = (
        sa.UniqueConstraint("dispatch_id", "order_id"),
        sa.Index("uq_subcontract_job__away", "order_id", unique=True, sqlite_where=_AWAY, postgresql_where=_AWAY),
        sa.Index("ix_subcontract_job__expected", "expected_on", "id", sqlite_where=_AWAY, postgresql_where=_AWAY),
        sa.Index(
            "ix_subcontract_job__unbilled", "returned_at", "id", sqlite_where=_UNBILLED, postgresql_where=_UNBILLED
        ),
        sa.CheckConstraint("invoice_amount IS NULL OR invoice_amount >= 0", name="invoice_amount_not_negative"),
        STRICT,
    )

    id: int | None = primary_key()
    dispatch_id: int = foreign_key("dispatch.id")
    order_id: int = foreign_key("repair_order.id")
    state: SubcontractState = Field(default=SubcontractState.SENT, sa_type=text_enum(SubcontractState, "state"))
    fault: str = Field(default="", sa_type=sa.Text)  # what he is asked to do
    secret_included: bool = False
    expected_on: date | None = None
    their_reference: str = Field(default="", max_length=60)
    cost: int | None = Field(default=None, sa_type=sa.BigInteger)  # his price incl. VAT, minor units
    price: int | None = Field(default=None, sa_type=sa.BigInteger)  # ours, with the margin
    quoted_at: datetime | None = None
    decided_at: datetime | None = None
    returned_at: datetime | None = None
    returned_condition: str = Field(default="", max_length=400)
    received_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    invoice_number: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})  # his own
    invoice_on: date | None = None  # the day that stands on it
    invoice_amount: int | None = Field(
        default=None, sa_type=sa.BigInteger
    )  # incl. VAT, minor units; 0: he bills nothing


class ImportedRow(Record, AppendOnly, table=True):
    """A row of a principal's file that became an order: the same row again makes no second one."""

    __tablename__ = "imported_row"
    __table_args__ = (sa.UniqueConstraint("principal_id", "row_key"), STRICT)

    id: int | None = primary_key()
    principal_id: int = foreign_key("party.id")
    row_key: str = Field(max_length=120)  # his reference, or a hash of the row
    order_id: int = foreign_key("repair_order.id")
    at: datetime = moment()


class PrincipalStatement(Record, AppendOnly, table=True):
    """What a principal owes for the operations of one month (FR-V11): a statement, no fiscal invoice."""

    __tablename__ = "principal_statement"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("party_id", "month", "part"),
        sa.UniqueConstraint("idempotency_key"),
        STRICT,
    )

    id: int | None = primary_key()
    number: str = Field(max_length=12)
    party_id: int = foreign_key("party.id")
    month: date  # its first day
    part: int = 1  # 2 and more: what came after the statement of that month was issued
    total: int = Field(sa_type=sa.BigInteger)  # incl. VAT, minor units
    currency: str = Field(default="EUR", max_length=3)
    due_on: date | None = None
    paper_id: int | None = foreign_key("paper.id", default=None, nullable=True)
    issued_at: datetime = moment()
    issued_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    idempotency_key: str = Field(max_length=64)


class StatementLine(Record, AppendOnly, table=True):
    """One operation on a statement; an order stands on one only."""

    __tablename__ = "statement_line"
    __table_args__ = (
        sa.UniqueConstraint("order_id"),
        sa.Index("ix_statement_line__statement_id", "statement_id", "position"),
        STRICT,
    )

    id: int | None = primary_key()
    statement_id: int = foreign_key("principal_statement.id")
    order_id: int = foreign_key("repair_order.id")
    position: int
    done_on: date  # the day of the operation
    price: int = Field(sa_type=sa.BigInteger)  # of the work incl. VAT, minor units
    amount: int = Field(sa_type=sa.BigInteger)  # what of it is on the statement, the rest was paid; minor units
    # {"rate": basis points, "net": …, "vat": …} a rate, minor units; []: no quote tells them apart
    vat_groups: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
