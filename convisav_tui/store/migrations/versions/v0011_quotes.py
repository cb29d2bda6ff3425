"""Quotes with lines, the ledger of announced prices, PDF forms as checklists, messages about no single order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import (
    BIG,
    INSTANT,
    add_reference,
    allow_null,
    lengthen_words,
    one_of,
    one_of_column,
)

revision = "0011"
down_revision = "0010"

_EVENTS = (
    "intake quote_ready repair_ready quote_reminder quote_accepted quote_expired delay sent_out collect_reminder "
    "unclaimed_notice loan_overdue cancelled supplier_order subcontract other"
)
_FROM_PRINCIPAL = "principal_id IS NOT NULL"


def upgrade() -> None:
    """Lengthen what is there, then create the tables, those that others refer to first."""
    _quote_columns()
    _message_columns()
    op.create_index(
        "ix_repair_order__principal_reference",
        "repair_order",
        [sa.text("upper(principal_reference)")],
        sqlite_where=sa.text(_FROM_PRINCIPAL),
        postgresql_where=sa.text(_FROM_PRINCIPAL),
    )
    for table in ("message", "message_template", "principal_wording", "notification_rule", "reminder_step"):
        lengthen_words(table, "event", _EVENTS)
    _create_quote_line()
    _create_quote_draft()
    _create_quote_draft_line()
    _create_price_consent()
    _create_check_form()


def _quote_columns() -> None:
    op.add_column("quote", sa.Column("offer", sa.Integer(), server_default="0", nullable=False))
    op.add_column("quote", sa.Column("variant", sa.String(1), server_default="", nullable=False))
    op.add_column("quote", sa.Column("prices_with_vat", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("quote", sa.Column("net", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("quote", sa.Column("vat_groups", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("quote", sa.Column("fee", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("quote", sa.Column("execution", sa.String(120), server_default="", nullable=False))
    op.add_column("quote_decision", sa.Column("amount", sa.BigInteger(), nullable=True))
    op.add_column("quote_decision", sa.Column("lines", sa.JSON(), server_default="[]", nullable=False))
    one_of_column("quote_decision", "circular_choice", "yes no partial", None)


def _message_columns() -> None:
    allow_null("message", "order_id", "INTEGER")
    add_reference("message", "supplier_order_id", "supplier_order")
    add_reference("message", "dispatch_id", "dispatch")


def _create_quote_line() -> None:
    op.create_table(
        "quote_line",
        sa.Column("id", BIG),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("billed", sa.Boolean(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("part_id", BIG, nullable=True),
        sa.Column("work_id", BIG, nullable=True),
        sa.Column("condition", sa.String(32), nullable=True),
        sa.Column("circular_offer", sa.String(32), nullable=True),
        sa.Column("circular_price", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quote_line"),
        one_of("quote_line", "kind", "part labour work travel discount other"),
        one_of("quote_line", "condition", "new reconditioned circular second_hand customer_supplied"),
        one_of("quote_line", "circular_offer", "offered not_in_time unsafe"),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name="fk_quote_line__quote_id__quote"),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk_quote_line__part_id__part"),
        sa.ForeignKeyConstraint(["work_id"], ["predefined_work.id"], name="fk_quote_line__work_id__predefined_work"),
        sqlite_strict=True,
    )
    op.create_index("ix_quote_line__quote_id", "quote_line", ["quote_id", "position"])


def _create_quote_draft() -> None:
    op.create_table(
        "quote_draft",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("prices_with_vat", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("execution", sa.String(120), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quote_draft"),
        sa.UniqueConstraint("order_id", name="uq_quote_draft__order_id"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_quote_draft__order_id__repair_order"),
        sa.ForeignKeyConstraint(["updated_by_id"], ["staff.id"], name="fk_quote_draft__updated_by_id__staff"),
        sqlite_strict=True,
    )


def _create_quote_draft_line() -> None:
    op.create_table(
        "quote_draft_line",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("variant", sa.String(1), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("billed", sa.Boolean(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("part_id", BIG, nullable=True),
        sa.Column("work_id", BIG, nullable=True),
        sa.Column("condition", sa.String(32), nullable=True),
        sa.Column("circular_offer", sa.String(32), nullable=True),
        sa.Column("circular_price", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quote_draft_line"),
        one_of("quote_draft_line", "kind", "part labour work travel discount other"),
        one_of("quote_draft_line", "condition", "new reconditioned circular second_hand customer_supplied"),
        one_of("quote_draft_line", "circular_offer", "offered not_in_time unsafe"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_quote_draft_line__order_id__repair_order"),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk_quote_draft_line__part_id__part"),
        sa.ForeignKeyConstraint(
            ["work_id"], ["predefined_work.id"], name="fk_quote_draft_line__work_id__predefined_work"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_quote_draft_line__order_id", "quote_draft_line", ["order_id", "variant", "position"])


def _create_price_consent() -> None:
    op.create_table(
        "price_consent",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("quote_id", BIG, nullable=True),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("told", sa.String(120), nullable=False),
        sa.Column("means", sa.String(16), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(400), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_consent"),
        sa.UniqueConstraint("idempotency_key", name="uq_price_consent__idempotency_key"),
        one_of("price_consent", "basis", "cap quote fee extra terms coverage_refused"),
        one_of("price_consent", "answer", "announced agreed refused withdrawn"),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_price_consent__amount_not_negative")),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_price_consent__order_id__repair_order"),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name="fk_price_consent__quote_id__quote"),
        sa.ForeignKeyConstraint(["event_id"], ["order_event.id"], name="fk_price_consent__event_id__order_event"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_price_consent__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_price_consent__order_id", "price_consent", ["order_id", "id"])


def _create_check_form() -> None:
    op.create_table(
        "check_form",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("device_type_id", BIG, nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_form"),
        sa.UniqueConstraint("device_type_id", "stage", name="uq_check_form__device_type_id_stage"),
        one_of("check_form", "stage", "intake diagnosis final_test"),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_check_form__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )
