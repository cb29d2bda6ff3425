"""The PINs of the staff, who gave them, wrong tries, and the orders of each technician."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import BIG, INSTANT, partial_index

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns, the tables and the index."""
    op.add_column("staff", sa.Column("pin_hash", sa.String(160), nullable=True))
    op.add_column("staff", sa.Column("pin_set_at", INSTANT, nullable=True))
    _create_staff_event()
    _create_failed_sign_in()
    partial_index(
        "ix_repair_order__open_by_technician",
        "repair_order",
        ["technician_id", "opened_at", "id", "state"],
        "closed_at IS NULL AND technician_id IS NOT NULL",
    )


def _create_staff_event() -> None:
    op.create_table(
        "staff_event",
        sa.Column("id", BIG),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("station_name", sa.String(80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_event"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_event__staff_id__staff"),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_staff_event__by_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_staff_event__staff_id", "staff_event", ["staff_id", "id"])


def _create_failed_sign_in() -> None:
    op.create_table(
        "failed_sign_in",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_failed_sign_in"),
        sqlite_strict=True,
    )
