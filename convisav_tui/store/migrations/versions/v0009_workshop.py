"""Checklists and their answers, works, time, open points, fixes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import BIG, INSTANT, one_of, partial_index

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_checkpoint()
    _create_check_answer()
    _create_predefined_work()
    _create_procedure_text()
    _create_order_technician()
    _create_work_time()
    _create_open_point()
    _create_fix()


def _create_checkpoint() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("device_type_id", BIG, nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("opens_when", sa.JSON(), nullable=False),
        sa.Column("suggests", sa.JSON(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoint"),
        sa.UniqueConstraint("device_type_id", "stage", "code", name="uq_checkpoint__device_type_id_stage_code"),
        one_of("checkpoint", "stage", "intake diagnosis final_test"),
        one_of("checkpoint", "kind", "check choice measure text photo"),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_checkpoint__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )


def _create_check_answer() -> None:
    op.create_table(
        "check_answer",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("checkpoint_id", BIG, nullable=False),
        sa.Column("answer", sa.String(400), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.Column("evidence", sa.String(400), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_check_answer"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_check_answer__order_id__repair_order"),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoint.id"], name="fk_check_answer__checkpoint_id__checkpoint"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_check_answer__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_check_answer__order_id", "check_answer", ["order_id", "id"])


def _create_predefined_work() -> None:
    op.create_table(
        "predefined_work",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("device_type_id", BIG, nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_predefined_work"),
        sa.UniqueConstraint("code", name="uq_predefined_work__code"),
        sa.CheckConstraint("minutes >= 0 AND price >= 0", name=op.f("ck_predefined_work__not_negative")),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_predefined_work__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )


def _create_procedure_text() -> None:
    op.create_table(
        "procedure_text",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("device_type_id", BIG, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_procedure_text"),
        sa.UniqueConstraint("device_type_id", "language", name="uq_procedure_text__device_type_id_language"),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_procedure_text__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )


def _create_order_technician() -> None:
    op.create_table(
        "order_technician",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_order_technician"),
        sa.UniqueConstraint("order_id", "staff_id", name="uq_order_technician__order_id_staff_id"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_order_technician__order_id__repair_order"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_order_technician__staff_id__staff"),
        sqlite_strict=True,
    )


def _create_work_time() -> None:
    op.create_table(
        "work_time",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("corrected_minutes", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_time"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_work_time__order_id__repair_order"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_work_time__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_work_time__order_id", "work_time", ["order_id", "id"])
    partial_index("uq_work_time__running", "work_time", ["staff_id"], "stopped_at IS NULL", unique=True)


def _create_open_point() -> None:
    op.create_table(
        "open_point",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=True),
        sa.Column("device_id", BIG, nullable=True),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_id", BIG, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_open_point"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_open_point__order_id__repair_order"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_open_point__device_id__device"),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name="fk_open_point__created_by_id__staff"),
        sa.ForeignKeyConstraint(["done_by_id"], ["staff.id"], name="fk_open_point__done_by_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_open_point__device_id", "open_point", ["device_id", "id"])
    partial_index("ix_open_point__open", "open_point", ["id"], "done_at IS NULL")
    op.create_index("ix_open_point__order_id", "open_point", ["order_id", "id"])


def _create_fix() -> None:
    op.create_table(
        "fix",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("device_type_id", BIG, nullable=False),
        sa.Column("brand", sa.String(80), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("model_key", sa.String(200), nullable=False),
        sa.Column("symptom", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("order_id", BIG, nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_fix"),
        sa.ForeignKeyConstraint(["device_type_id"], ["device_type.id"], name="fk_fix__device_type_id__device_type"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_fix__order_id__repair_order"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_fix__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_fix__device_type_id", "fix", ["device_type_id", "model_key"])
