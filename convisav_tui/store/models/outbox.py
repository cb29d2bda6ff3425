"""What must leave the building: print jobs and messages, each with its attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.board import JOB_OPEN, MESSAGE_OWED, MESSAGE_TO_POST
from convisav_tui.store.models.kinds import Channel, JobKind, JobState, MessageEvent, MessageState, Told

_DUE_JOB = sa.text("state IN ('queued', 'sending')")
_DUE_MESSAGE = sa.text("state IN ('queued', 'leased')")
_OPEN_JOB = sa.text(JOB_OPEN)
_OWED = sa.text(MESSAGE_OWED)
_TO_POST = sa.text(MESSAGE_TO_POST)
_OF_THE_SHOP = sa.text("principal_id IS NULL")
_UNRENDERED = sa.text("rendered_at IS NULL")


class PrintJob(Record, table=True):
    """Something to print, with what stands on it frozen when it was asked for."""

    __tablename__ = "print_job"
    __table_args__ = (
        sa.UniqueConstraint("dedupe_key"),
        sa.Index("ix_print_job__due", "not_before", "id", sqlite_where=_DUE_JOB, postgresql_where=_DUE_JOB),
        sa.Index("ix_print_job__open", "id", sqlite_where=_OPEN_JOB, postgresql_where=_OPEN_JOB),
        sa.Index("ix_print_job__order_id", "order_id", "id"),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int | None = foreign_key("repair_order.id", default=None, nullable=True)
    kind: JobKind = Field(sa_type=text_enum(JobKind, "kind"))
    printer: str = Field(default="", max_length=60)  # name in the configuration; "" = the one with the role
    copies: int = 1
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    duplicate: bool = False  # printed again: says so on paper
    dedupe_key: str = Field(max_length=120)
    state: JobState = Field(default=JobState.QUEUED, sa_type=text_enum(JobState, "state"))
    attempts: int = 0
    not_before: datetime = moment()
    lease_until: datetime | None = None
    lease_token: str = Field(default="", max_length=36)
    last_error: str = Field(default="", max_length=300)
    created_at: datetime = moment()
    created_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    sent_at: datetime | None = None
    paper_id: int | None = foreign_key("paper.id", default=None, nullable=True)  # what a job of kind `paper` prints


class PrintAttempt(Record, AppendOnly, table=True):
    """One try to print: opened before the bytes leave, closed after."""

    __tablename__ = "print_attempt"
    __table_args__ = (sa.Index("ix_print_attempt__job_id", "job_id", "id"), STRICT)
    completed_later: ClassVar[frozenset[str]] = frozenset({"finished_at", "outcome", "detail", "bytes_sent"})

    id: int | None = primary_key()
    job_id: int = foreign_key("print_job.id")
    started_at: datetime = moment()
    finished_at: datetime | None = None
    outcome: str = Field(default="", max_length=16)
    detail: str = Field(default="", max_length=300)
    bytes_sent: int = 0


class Message(Record, table=True):
    """A message owed to a customer until a channel accepted it or somebody spoke to him."""

    __table_args__ = (
        sa.UniqueConstraint("dedupe_key"),
        sa.Index("ix_message__due", "not_before", "id", sqlite_where=_DUE_MESSAGE, postgresql_where=_DUE_MESSAGE),
        sa.Index("ix_message__owed", "order_id", "event", "state", sqlite_where=_OWED, postgresql_where=_OWED),
        sa.Index("ix_message__order_id", "order_id", "id"),
        sa.Index("ix_message__to_post", "id", sqlite_where=_TO_POST, postgresql_where=_TO_POST),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int | None = foreign_key("repair_order.id", default=None, nullable=True)  # None: about no single order
    event_id: int | None = foreign_key("order_event.id", default=None, nullable=True)  # undone with it
    event: MessageEvent = Field(sa_type=text_enum(MessageEvent, "event"))
    channel: Channel = Field(sa_type=text_enum(Channel, "channel"))
    recipient: str = Field(max_length=254)
    language: str = Field(default="fr", max_length=2)
    subject: str = Field(default="", max_length=200)
    body: str = Field(sa_type=sa.Text)
    dedupe_key: str = Field(max_length=120)  # event:order:revision:channel
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=text_enum(MessageState, "state"))
    attempts: int = 0
    not_before: datetime = moment()
    expires_at: datetime | None = None
    lease_until: datetime | None = None
    lease_token: str = Field(default="", max_length=36)
    last_kind: str = Field(default="", max_length=16)
    last_code: str = Field(default="", max_length=40)
    last_text: str = Field(default="", max_length=300)
    provider_id: str = Field(default="", max_length=200)
    created_at: datetime = moment()
    sent_at: datetime | None = None
    paper_id: int | None = foreign_key("paper.id", default=None, nullable=True)  # attached; waits until it is rendered
    party_id: int | None = foreign_key("party.id", default=None, nullable=True)  # who is told; None: the customer
    supplier_order_id: int | None = foreign_key("supplier_order.id", default=None, nullable=True)  # what it orders
    dispatch_id: int | None = foreign_key("dispatch.id", default=None, nullable=True)  # the sending it is about
    statement_id: int | None = foreign_key("principal_statement.id", default=None, nullable=True)  # that it brings


class MessageAttempt(Record, AppendOnly, table=True):
    """One try to deliver: opened and committed before the send, closed after."""

    __tablename__ = "message_attempt"
    __table_args__ = (sa.Index("ix_message_attempt__message_id", "message_id", "id"), STRICT)
    completed_later: ClassVar[frozenset[str]] = frozenset({"finished_at", "kind", "code", "text", "provider_id"})

    id: int | None = primary_key()
    message_id: int = foreign_key("message.id")
    token: str = Field(max_length=36)
    attempt: int
    started_at: datetime = moment()
    finished_at: datetime | None = None
    kind: str = Field(default="", max_length=16)
    code: str = Field(default="", max_length=40)
    text: str = Field(default="", max_length=300)
    provider_id: str = Field(default="", max_length=200)


class Paper(Record, table=True):
    """A document as it was asked for, and its PDF once the worker has rendered it; the PDF then never changes."""

    __table_args__ = (
        sa.UniqueConstraint("dedupe_key"),
        sa.Index("ix_paper__order_id", "order_id", "id"),
        sa.Index("ix_paper__due", "id", sqlite_where=_UNRENDERED, postgresql_where=_UNRENDERED),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int | None = foreign_key("repair_order.id", default=None, nullable=True)
    party_id: int | None = foreign_key("party.id", default=None, nullable=True)  # to whom it is addressed
    kind: str = Field(max_length=40)  # quote, dispatch_slip, loan_agreement, letter …: a template of printing
    language: str = Field(default="fr", max_length=2)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    file_name: str = Field(default="", max_length=120)
    dedupe_key: str = Field(max_length=120)
    pdf: bytes | None = Field(default=None, nullable=True, sa_type=sa.LargeBinary)
    sha256: str = Field(default="", max_length=64)
    last_error: str = Field(default="", max_length=300)
    created_at: datetime = moment()
    created_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    rendered_at: datetime | None = None


class CallAttempt(Record, AppendOnly, table=True):
    """One telephone call about a message that is to be told by voice."""

    __tablename__ = "call_attempt"
    __table_args__ = (sa.Index("ix_call_attempt__message_id", "message_id", "id"), STRICT)

    id: int | None = primary_key()
    message_id: int = foreign_key("message.id")
    at: datetime = moment()
    outcome: str = Field(max_length=16)  # reached, voicemail, no_answer, wrong_number
    note: str = Field(default="", max_length=300)
    next_call_at: datetime | None = None
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)


class MessageTemplate(Record, table=True):
    """The shop's wording of a message: string.Template with a closed list of names."""

    __tablename__ = "message_template"
    __table_args__ = (sa.UniqueConstraint("event", "channel", "language"), STRICT)

    id: int | None = primary_key()
    event: MessageEvent = Field(sa_type=text_enum(MessageEvent, "event"))
    channel: Channel = Field(sa_type=text_enum(Channel, "channel"))
    language: str = Field(max_length=2)
    subject: str = Field(default="", max_length=200)
    body: str = Field(sa_type=sa.Text)


class PrincipalWording(Record, table=True):
    """Wording of a message for the orders of one principal; it goes before the shop's."""

    __tablename__ = "principal_wording"
    __table_args__ = (sa.UniqueConstraint("principal_id", "event", "channel", "language"), STRICT)

    id: int | None = primary_key()
    principal_id: int = foreign_key("party.id")
    event: MessageEvent = Field(sa_type=text_enum(MessageEvent, "event"))
    channel: Channel = Field(sa_type=text_enum(Channel, "channel"))
    language: str = Field(max_length=2)
    subject: str = Field(default="", max_length=200)
    body: str = Field(sa_type=sa.Text)


class NotificationRule(Record, table=True):
    """Who is told of an event, how and when: for the shop (no principal) or for one principal's orders."""

    __tablename__ = "notification_rule"
    __table_args__ = (
        sa.Index(
            "uq_notification_rule__shop",
            "event",
            unique=True,
            sqlite_where=_OF_THE_SHOP,
            postgresql_where=_OF_THE_SHOP,
        ),
        sa.UniqueConstraint("principal_id", "event"),
        STRICT,
    )

    id: int | None = primary_key()
    principal_id: int | None = foreign_key("party.id", default=None, nullable=True)
    event: MessageEvent = Field(sa_type=text_enum(MessageEvent, "event"))
    told: Told = Field(default=Told.CUSTOMER, sa_type=text_enum(Told, "told"))
    channels: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # values of Channel; []: as the customer wishes
    delay_minutes: int = 0
    expires_hours: int = 0  # 0: never
    keeps_quiet_hours: bool = True


class ReminderStep(Record, table=True):
    """A rung of a ladder of reminders: rules.md FR-U7."""

    __tablename__ = "reminder_step"
    __table_args__ = (sa.UniqueConstraint("ladder", "position"), STRICT)

    id: int | None = primary_key()
    ladder: str = Field(max_length=32)  # quote_unanswered, not_collected
    position: int
    after_days: int = 0
    after_months: int = 0
    event: MessageEvent = Field(sa_type=text_enum(MessageEvent, "event"))
    channels: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # []: as the customer wishes
    registered: bool = False  # a registered letter
    active: bool = True
