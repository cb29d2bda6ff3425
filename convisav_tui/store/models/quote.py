"""What a repair is to cost: the quote being written, its issued versions, the answers, each price ever announced."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.models.kinds import (
    CircularChoice,
    CircularOffer,
    ConsentAnswer,
    ConsentBasis,
    PartCondition,
    QuoteLineKind,
)


class Quote(Record, AppendOnly, table=True):
    """A version of a quote as it was issued: frozen and hashed."""

    __table_args__ = (
        sa.UniqueConstraint("order_id", "revision"),
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    revision: int = 1
    amount: int = Field(sa_type=sa.BigInteger)  # incl. VAT, minor units
    currency: str = Field(default="EUR", max_length=3)
    text: str = Field(default="", sa_type=sa.Text)
    valid_until: date | None = None
    issued_at: datetime = moment()
    issued_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    sha256: str = Field(default="", max_length=64)
    # Variants are issued together: one row each with its own revision, all with the revision of the first as `offer`.
    offer: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    variant: str = Field(default="", max_length=1, sa_column_kwargs={"server_default": ""})  # "", A, B …
    prices_with_vat: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})  # as lines are shown
    net: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})  # excl. VAT
    # {"rate": basis points, "net": …, "vat": …} a rate, minor units
    vat_groups: list[Any] = Field(default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})
    fee: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})  # 0: free
    execution: str = Field(default="", max_length=120, sa_column_kwargs={"server_default": ""})  # date or delay of work


class QuoteLine(Record, AppendOnly, table=True):
    """A line of an issued version, as it was shown."""

    __tablename__ = "quote_line"
    __table_args__ = (sa.Index("ix_quote_line__quote_id", "quote_id", "position"), STRICT)

    id: int | None = primary_key()
    quote_id: int = foreign_key("quote.id")
    position: int
    kind: QuoteLineKind = Field(sa_type=text_enum(QuoteLineKind, "kind"))
    text: str = Field(max_length=400)
    quantity: int = Field(default=1000, sa_type=sa.BigInteger)  # thousandths
    unit: str = Field(default="", max_length=16)
    unit_price: int = Field(sa_type=sa.BigInteger)  # with or without VAT as the version says, minor units
    discount: int = 0  # basis points
    amount: int = Field(sa_type=sa.BigInteger)  # of the line, with or without VAT as the version says
    vat_rate: int = 2000  # basis points
    billed: bool = True
    cost: int = Field(default=0, sa_type=sa.BigInteger)  # of one, excl. VAT, minor units
    part_id: int | None = foreign_key("part.id", default=None, nullable=True)
    work_id: int | None = foreign_key("predefined_work.id", default=None, nullable=True)
    condition: PartCondition | None = Field(default=None, nullable=True, sa_type=text_enum(PartCondition, "condition"))
    circular_offer: CircularOffer | None = Field(
        default=None, nullable=True, sa_type=text_enum(CircularOffer, "circular_offer")
    )
    circular_price: int | None = Field(default=None, sa_type=sa.BigInteger)  # of one, in the line's basis


class QuoteDraft(Record, Versioned, table=True):
    """The next version of an order's quote while it is written."""

    __tablename__ = "quote_draft"
    __table_args__ = (sa.UniqueConstraint("order_id"), STRICT)

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    prices_with_vat: bool = True
    text: str = Field(default="", sa_type=sa.Text)
    valid_until: date | None = None
    fee: int = Field(default=0, sa_type=sa.BigInteger)  # incl. VAT, minor units; 0: free
    execution: str = Field(default="", max_length=120)
    updated_at: datetime = moment()
    updated_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)


class QuoteDraftLine(Record, Versioned, table=True):
    """A line of the quote being written."""

    __tablename__ = "quote_draft_line"
    __table_args__ = (sa.Index("ix_quote_draft_line__order_id", "order_id", "variant", "position"), STRICT)

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    variant: str = Field(default="", max_length=1)
    position: int = 0
    kind: QuoteLineKind = Field(sa_type=text_enum(QuoteLineKind, "kind"))
    text: str = Field(max_length=400)
    quantity: int = Field(default=1000, sa_type=sa.BigInteger)  # thousandths
    unit: str = Field(default="", max_length=16)
    unit_price: int = Field(default=0, sa_type=sa.BigInteger)  # with or without VAT as the draft says, minor units
    discount: int = 0  # basis points
    vat_rate: int = 2000  # basis points
    billed: bool = True
    cost: int = Field(default=0, sa_type=sa.BigInteger)  # of one, excl. VAT, minor units
    part_id: int | None = foreign_key("part.id", default=None, nullable=True)
    work_id: int | None = foreign_key("predefined_work.id", default=None, nullable=True)
    condition: PartCondition | None = Field(default=None, nullable=True, sa_type=text_enum(PartCondition, "condition"))
    circular_offer: CircularOffer | None = Field(
        default=None, nullable=True, sa_type=text_enum(CircularOffer, "circular_offer")
    )
    circular_price: int | None = Field(default=None, sa_type=sa.BigInteger)  # of one, in the line's basis


class QuoteDecision(Record, AppendOnly, table=True):
    """The customer's answer to a quote: who, how, when, and who wrote it down."""

    __tablename__ = "quote_decision"
    __table_args__ = (sa.UniqueConstraint("quote_id", "event_id"), STRICT)

    id: int | None = primary_key()
    quote_id: int = foreign_key("quote.id")
    event_id: int = foreign_key("order_event.id")
    accepted: bool
    decided_by: str = Field(default="", max_length=120)
    means: str = Field(default="", max_length=16)  # counter, signature, phone, sms, email
    reason: str = Field(default="", max_length=400)
    at: datetime = moment()
    recorded_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    amount: int | None = Field(default=None, sa_type=sa.BigInteger)  # of the accepted lines incl. VAT; None: of all
    lines: list[Any] = Field(default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})  # ids
    circular_choice: CircularChoice | None = Field(
        default=None, nullable=True, sa_type=text_enum(CircularChoice, "circular_choice")
    )


class PriceConsent(Record, AppendOnly, table=True):
    """A price that was announced, and what came of it: to whom, by whom, how, for what and until when."""

    __tablename__ = "price_consent"
    __table_args__ = (
        sa.UniqueConstraint("idempotency_key"),
        sa.Index("ix_price_consent__order_id", "order_id", "id"),
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    quote_id: int | None = foreign_key("quote.id", default=None, nullable=True)
    event_id: int | None = foreign_key("order_event.id", default=None, nullable=True)  # undone with it
    basis: ConsentBasis = Field(sa_type=text_enum(ConsentBasis, "basis"))
    answer: ConsentAnswer = Field(sa_type=text_enum(ConsentAnswer, "answer"))
    amount: int = Field(sa_type=sa.BigInteger)  # incl. VAT, minor units
    currency: str = Field(default="EUR", max_length=3)
    told: str = Field(default="", max_length=120)  # to whom it was announced, who answered
    means: str = Field(default="", max_length=16)  # signature, counter, phone, sms, email, letter, fax
    lines: list[Any] = Field(default_factory=list, sa_type=sa.JSON)  # ids of quote lines; []: all
    until: date | None = None
    evidence: str = Field(default="", max_length=400)
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    idempotency_key: str = Field(max_length=64)
