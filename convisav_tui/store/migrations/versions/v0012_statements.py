"""Sums taken over instead of shares, invoices of subcontractors, monthly statements of principals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import (
    BIG,
    INSTANT,
    add_check,
    add_reference,
    lengthen_words,
    partial_index,
)

revision = "0012"
down_revision = "0011"

_EVENTS = (
    "intake quote_ready repair_ready quote_reminder quote_accepted quote_expired delay sent_out collect_reminder "
    "unclaimed_notice loan_overdue cancelled supplier_order subcontract statement other"
)


def upgrade() -> None:
    """Lengthen what is there, then create the tables, those that others refer to first."""
    op.add_column("coverage", sa.Column("amount", sa.BigInteger(), nullable=True))
    add_check("coverage", "amount_positive", "amount IS NULL OR amount > 0")
    _invoice_columns()
    partial_index(
        "ix_repair_order__on_statement",
        "repair_order",
        ["principal_id", "completed_at", "id"],
        "billing_state = 'on_statement'",
    )
    for table in ("message", "message_template", "principal_wording", "notification_rule", "reminder_step"):
        lengthen_words(table, "event", _EVENTS)
    _create_principal_statement()
    _create_statement_line()
    add_reference("message", "statement_id", "principal_statement")


def _invoice_columns() -> None:
    op.add_column("subcontract_job", sa.Column("invoice_number", sa.String(40), server_default="", nullable=False))
    op.add_column("subcontract_job", sa.Column("invoice_on", sa.Date(), nullable=True))
    op.add_column("subcontract_job", sa.Column("invoice_amount", sa.BigInteger(), nullable=True))
    add_check("subcontract_job", "invoice_amount_not_negative", "invoice_amount IS NULL OR invoice_amount >= 0")
    partial_index(
        "ix_subcontract_job__unbilled",
        "subcontract_job",
        ["returned_at", "id"],
        "returned_at IS NOT NULL AND invoice_amount IS NULL",
    )


def _create_principal_statement() -> None:
    op.create_table(
        "principal_statement",
        sa.Column("id", BIG),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paper_id", BIG, nullable=True),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("issued_by_id", BIG, nullable=True),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_principal_statement"),
        sa.UniqueConstraint("idempotency_key", name="uq_principal_statement__idempotency_key"),
        sa.UniqueConstraint("number", name="uq_principal_statement__number"),
        sa.UniqueConstraint("party_id", "month", "part", name="uq_principal_statement__party_id_month_part"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_principal_statement__party_id__party"),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_principal_statement__paper_id__paper"),
        sa.ForeignKeyConstraint(["issued_by_id"], ["staff.id"], name="fk_principal_statement__issued_by_id__staff"),
        sqlite_strict=True,
    )


def _create_statement_line() -> None:
    op.create_table(
        "statement_line",
        sa.Column("id", BIG),
        sa.Column("statement_id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("vat_groups", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statement_line"),
        sa.UniqueConstraint("order_id", name="uq_statement_line__order_id"),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["principal_statement.id"], name="fk_statement_line__statement_id__principal_statement"
        ),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_statement_line__order_id__repair_order"),
        sqlite_strict=True,
    )
    op.create_index("ix_statement_line__statement_id", "statement_line", ["statement_id", "position"])
