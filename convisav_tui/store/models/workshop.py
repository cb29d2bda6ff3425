"""The workshop: what is checked on a type of device and found on an order, works, time, open points, fixes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.models.kinds import AnswerKind, CheckStage

_RUNNING = sa.text("stopped_at IS NULL")
_OPEN_POINT = sa.text("done_at IS NULL")


class Checkpoint(Record, Versioned, table=True):
    """A question of the checklist of a type of device; its answer may open others."""

    __table_args__ = (sa.UniqueConstraint("device_type_id", "stage", "code"), STRICT)

    id: int | None = primary_key()
    device_type_id: int = foreign_key("device_type.id")
    stage: CheckStage = Field(default=CheckStage.DIAGNOSIS, sa_type=text_enum(CheckStage, "stage"))
    code: str = Field(max_length=40)
    position: int = 0
    texts: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)  # language code → question
    kind: AnswerKind = Field(default=AnswerKind.CHECK, sa_type=text_enum(AnswerKind, "kind"))
    unit: str = Field(default="", max_length=16)
    choices: list[Any] = Field(default_factory=list, sa_type=sa.JSON)  # {"code": …, "fr": …, "en": …, "ro": …}
    opens_when: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # code of a question → answers
    suggests: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # codes of works when it is faulty
    required: bool = False
    active: bool = True


class CheckAnswer(Record, AppendOnly, table=True):
    """What was found at a checkpoint of an order: the newest row of a checkpoint and stage holds."""

    __tablename__ = "check_answer"
    __table_args__ = (sa.Index("ix_check_answer__order_id", "order_id", "id"), STRICT)

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    checkpoint_id: int = foreign_key("checkpoint.id")
    answer: str = Field(max_length=400)  # ok, faulty, not_checked, a choice's code, a measure, a text
    note: str = Field(default="", max_length=400)
    evidence: str = Field(default="", max_length=400)  # path of a photo or file
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)


class PredefinedWork(Record, Versioned, table=True):
    """A work with its usual time and price."""

    __tablename__ = "predefined_work"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("minutes >= 0 AND price >= 0", name="not_negative"),
        STRICT,
    )

    id: int | None = primary_key()
    code: str = Field(max_length=40)
    device_type_id: int | None = foreign_key("device_type.id", default=None, nullable=True)  # None: every type
    names: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    minutes: int = 0
    cost: int = Field(default=0, sa_type=sa.BigInteger)  # excl. VAT, minor units
    price: int = Field(default=0, sa_type=sa.BigInteger)  # incl. VAT, minor units
    vat_rate: int = 2000  # basis points
    position: int = 0
    active: bool = True


class ProcedureText(Record, Versioned, table=True):
    """How a type of device is worked on, step by step."""

    __tablename__ = "procedure_text"
    __table_args__ = (sa.UniqueConstraint("device_type_id", "language"), STRICT)

    id: int | None = primary_key()
    device_type_id: int = foreign_key("device_type.id")
    language: str = Field(max_length=2)
    text: str = Field(sa_type=sa.Text)


class OrderTechnician(Record, table=True):
    """A technician of an order beside the one who answers for it."""

    __tablename__ = "order_technician"
    __table_args__ = (sa.UniqueConstraint("order_id", "staff_id"), STRICT)

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    staff_id: int = foreign_key("staff.id")
    at: datetime = moment()


class WorkTime(Record, Versioned, table=True):
    """Time that a person worked on an order; one clock a person runs at a time."""

    __tablename__ = "work_time"
    __table_args__ = (
        sa.Index("ix_work_time__order_id", "order_id", "id"),
        sa.Index("uq_work_time__running", "staff_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int = foreign_key("repair_order.id")
    staff_id: int = foreign_key("staff.id")
    started_at: datetime = moment()
    stopped_at: datetime | None = None
    corrected_minutes: int | None = None  # what a person says it was instead
    note: str = Field(default="", max_length=200)


class OpenPoint(Record, Versioned, table=True):
    """Something left open on an order or a device (tâche en suspens), also as a lead for a sale."""

    __tablename__ = "open_point"
    __table_args__ = (
        sa.Index("ix_open_point__open", "id", sqlite_where=_OPEN_POINT, postgresql_where=_OPEN_POINT),
        sa.Index("ix_open_point__order_id", "order_id", "id"),
        sa.Index("ix_open_point__device_id", "device_id", "id"),
        STRICT,
    )

    id: int | None = primary_key()
    order_id: int | None = foreign_key("repair_order.id", default=None, nullable=True)
    device_id: int | None = foreign_key("device.id", default=None, nullable=True)
    text: str = Field(max_length=400)
    is_lead: bool = False
    created_at: datetime = moment()
    created_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    done_at: datetime | None = None
    done_by_id: int | None = foreign_key("staff.id", default=None, nullable=True)


class Fix(Record, Versioned, table=True):
    """What was learnt: symptom, cause and fix of a type and model, from an order or written up by hand."""

    __table_args__ = (sa.Index("ix_fix__device_type_id", "device_type_id", "model_key"), STRICT)

    id: int | None = primary_key()
    device_type_id: int = foreign_key("device_type.id")
    brand: str = Field(default="", max_length=80)
    model: str = Field(default="", max_length=120)
    model_key: str = Field(default="", max_length=200)  # text.fold(brand and model); "" for the whole type
    symptom: str = Field(sa_type=sa.Text)
    cause: str = Field(default="", sa_type=sa.Text)
    remedy: str = Field(default="", sa_type=sa.Text)
    parts: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # codes
    order_id: int | None = foreign_key("repair_order.id", default=None, nullable=True)
    uses: int = 0
    created_at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)


class CheckForm(Record, Versioned, table=True):
    """A PDF form that serves as checklist of a type of device at a stage."""

    __tablename__ = "check_form"
    __table_args__ = (sa.UniqueConstraint("device_type_id", "stage"), STRICT)

    id: int | None = primary_key()
    device_type_id: int = foreign_key("device_type.id")
    stage: CheckStage = Field(default=CheckStage.DIAGNOSIS, sa_type=text_enum(CheckStage, "stage"))
    file_name: str = Field(max_length=120)
    pdf: bytes = Field(sa_type=sa.LargeBinary)
    sha256: str = Field(max_length=64)
    # name of a field of the form → "fact:…" (filled from the order) or "check:…" (code of a checkpoint)
    fields: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    active: bool = True
