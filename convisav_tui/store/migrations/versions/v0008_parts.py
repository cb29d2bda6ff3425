"""Spare parts, suppliers, stock, and what orders need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import BIG, INSTANT, one_of, partial_index

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_part()
    _create_supplier_terms()
    _create_supplier_part()
    _create_stock_level()
    _create_supplier_order()
    _create_supplier_order_line()
    _create_part_need()
    _create_stock_movement()


def _create_part() -> None:
    op.create_table(
        "part",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(160), nullable=False),
        sa.Column("ean", sa.String(14), nullable=False),
        sa.Column("brand", sa.String(80), nullable=False),
        sa.Column("device_type_id", BIG, nullable=True),
        sa.Column("condition", sa.String(32), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("reorder_level", sa.BigInteger(), nullable=False),
        sa.Column("tracks_serials", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_part"),
        sa.UniqueConstraint("code", name="uq_part__code"),
        one_of("part", "condition", "new reconditioned circular second_hand customer_supplied"),
        sa.CheckConstraint("price >= 0", name=op.f("ck_part__price_not_negative")),
        sa.ForeignKeyConstraint(["device_type_id"], ["device_type.id"], name="fk_part__device_type_id__device_type"),
        sqlite_strict=True,
    )
    op.create_index("ix_part__ean", "part", ["ean"])
    op.create_index("ix_part__name_key", "part", ["name_key"])


def _create_supplier_terms() -> None:
    op.create_table(
        "supplier_terms",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("customer_number", sa.String(60), nullable=False),
        sa.Column("delivery_days", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_supplier_terms"),
        sa.UniqueConstraint("party_id", name="uq_supplier_terms__party_id"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_supplier_terms__party_id__party"),
        sqlite_strict=True,
    )


def _create_supplier_part() -> None:
    op.create_table(
        "supplier_part",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("supplier_id", BIG, nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_supplier_part"),
        sa.UniqueConstraint("supplier_id", "reference", name="uq_supplier_part__supplier_id_reference"),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk_supplier_part__part_id__part"),
        sa.ForeignKeyConstraint(["supplier_id"], ["party.id"], name="fk_supplier_part__supplier_id__party"),
        sqlite_strict=True,
    )
    op.create_index("ix_supplier_part__part_id", "supplier_part", ["part_id"])


def _create_stock_level() -> None:
    op.create_table(
        "stock_level",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_level"),
        sa.UniqueConstraint("part_id", "place", name="uq_stock_level__part_id_place"),
        sa.CheckConstraint(
            "reserved >= 0 AND reserved <= quantity", name=op.f("ck_stock_level__reserved_within_quantity")
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_level__quantity_not_negative")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk_stock_level__part_id__part"),
        sqlite_strict=True,
    )


def _create_supplier_order() -> None:
    op.create_table(
        "supplier_order",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("supplier_id", BIG, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(400), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_supplier_order"),
        sa.UniqueConstraint("idempotency_key", name="uq_supplier_order__idempotency_key"),
        sa.UniqueConstraint("number", name="uq_supplier_order__number"),
        one_of("supplier_order", "state", "draft sent part_received received cancelled"),
        sa.ForeignKeyConstraint(["supplier_id"], ["party.id"], name="fk_supplier_order__supplier_id__party"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_supplier_order__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_supplier_order__supplier_id", "supplier_order", ["supplier_id", "id"])


def _create_supplier_order_line() -> None:
    op.create_table(
        "supplier_order_line",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("supplier_order_id", BIG, nullable=False),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_supplier_order_line"),
        sa.CheckConstraint("quantity > 0 AND received >= 0", name=op.f("ck_supplier_order_line__quantities")),
        sa.ForeignKeyConstraint(
            ["supplier_order_id"],
            ["supplier_order.id"],
            name="fk_supplier_order_line__supplier_order_id__supplier_order",
        ),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk_supplier_order_line__part_id__part"),
        sqlite_strict=True,
    )
    op.create_index("ix_supplier_order_line__supplier_order_id", "supplier_order_line", ["supplier_order_id", "id"])


def _create_part_need() -> None:
    op.create_table(
        "part_need",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        sa.Column("supplier_order_line_id", BIG, nullable=True),
        sa.Column("serial", sa.String(80), nullable=False),
        sa.Column("removed_given_back", sa.Boolean(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_part_need"),
        one_of("part_need", "state", "to_order ordered backordered received allocated consumed returned cancelled"),
        sa.CheckConstraint(
            "reserved >= 0 AND reserved <= quantity", name=op.f("ck_part_need__reserved_within_quantity")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_part_need__quantity_above_nothing")),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_part_need__order_id__repair_order"),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk_part_need__part_id__part"),
        sa.ForeignKeyConstraint(
            ["supplier_order_line_id"],
            ["supplier_order_line.id"],
            name="fk_part_need__supplier_order_line_id__supplier_order_line",
        ),
        sqlite_strict=True,
    )
    partial_index(
        "ix_part_need__open",
        "part_need",
        ["part_id", "id"],
        "state IN ('to_order', 'ordered', 'backordered', 'received', 'allocated')",
    )
    op.create_index("ix_part_need__order_id", "part_need", ["order_id", "id"])


def _create_stock_movement() -> None:
    op.create_table(
        "stock_movement",
        sa.Column("id", BIG),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("order_id", BIG, nullable=True),
        sa.Column("supplier_order_line_id", BIG, nullable=True),
        sa.Column("serial", sa.String(80), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_movement"),
        sa.UniqueConstraint("idempotency_key", name="uq_stock_movement__idempotency_key"),
        one_of("stock_movement", "reason", "received consumed returned counted moved scrapped corrected"),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_movement__quantity_not_zero")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk_stock_movement__part_id__part"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_stock_movement__order_id__repair_order"),
        sa.ForeignKeyConstraint(
            ["supplier_order_line_id"],
            ["supplier_order_line.id"],
            name="fk_stock_movement__supplier_order_line_id__supplier_order_line",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_stock_movement__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_stock_movement__part_id", "stock_movement", ["part_id", "id"])
