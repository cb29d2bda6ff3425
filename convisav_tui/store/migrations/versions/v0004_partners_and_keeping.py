"""What was agreed with principals and subcontractors, and what the shop keeps and lends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import BIG, INSTANT, one_of, partial_index

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_drop_off()
    _create_principal_terms()
    _create_principal_price()
    _create_subcontractor_terms()
    _create_dispatch()
    _create_subcontract_job()
    _create_imported_row()
    _create_storage_location()
    _create_shelf_check()
    _create_loaner_unit()
    _create_loan()


def _create_drop_off() -> None:
    op.create_table(
        "drop_off",
        sa.Column("id", BIG),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("depositor", sa.String(120), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("station_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_drop_off"),
        sa.UniqueConstraint("idempotency_key", name="uq_drop_off__idempotency_key"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_drop_off__party_id__party"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_drop_off__staff_id__staff"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_drop_off__station_id__station"),
        sqlite_strict=True,
    )
    op.create_index("ix_drop_off__party_id", "drop_off", ["party_id"])


def _create_principal_terms() -> None:
    op.create_table(
        "principal_terms",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=True),
        sa.Column("quote_above", sa.BigInteger(), nullable=True),
        sa.Column("reference_required", sa.Boolean(), nullable=False),
        sa.Column("approver", sa.String(32), nullable=False),
        sa.Column("invoicing", sa.String(32), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("promised_days", sa.Integer(), nullable=True),
        sa.Column("delivery_place", sa.String(200), nullable=False),
        sa.Column("heading", sa.String(400), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("csv_mapping", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_principal_terms"),
        sa.UniqueConstraint("party_id", name="uq_principal_terms__party_id"),
        one_of("principal_terms", "approver", "customer principal"),
        one_of("principal_terms", "invoicing", "each monthly"),
        sa.CheckConstraint(
            "discount >= 0 AND discount <= 10000",
            name=op.f("ck_principal_terms__discount_in_basis_points"),
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_principal_terms__party_id__party"),
        sqlite_strict=True,
    )


def _create_principal_price() -> None:
    op.create_table(
        "principal_price",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("principal_id", BIG, nullable=False),
        sa.Column("device_type_id", BIG, nullable=True),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_principal_price"),
        sa.UniqueConstraint("principal_id", "label", name="uq_principal_price__principal_id_label"),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_principal_price__amount_not_negative")),
        sa.ForeignKeyConstraint(["principal_id"], ["party.id"], name="fk_principal_price__principal_id__party"),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_principal_price__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )


def _create_subcontractor_terms() -> None:
    op.create_table(
        "subcontractor_terms",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("margin", sa.Integer(), nullable=False),
        sa.Column("usual_days", sa.Integer(), nullable=False),
        sa.Column("secret_allowed", sa.Boolean(), nullable=False),
        sa.Column("data_agreement", sa.Boolean(), nullable=False),
        sa.Column("passes_on", sa.Boolean(), nullable=False),
        sa.Column("families", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subcontractor_terms"),
        sa.UniqueConstraint("party_id", name="uq_subcontractor_terms__party_id"),
        sa.CheckConstraint("margin >= 0", name=op.f("ck_subcontractor_terms__margin_not_negative")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_subcontractor_terms__party_id__party"),
        sqlite_strict=True,
    )


def _create_dispatch() -> None:
    op.create_table(
        "dispatch",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("subcontractor_id", BIG, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("sent_by_id", BIG, nullable=True),
        sa.Column("station_id", BIG, nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("carrier", sa.String(80), nullable=False),
        sa.Column("tracking", sa.String(80), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch"),
        sa.UniqueConstraint("idempotency_key", name="uq_dispatch__idempotency_key"),
        sa.UniqueConstraint("number", name="uq_dispatch__number"),
        sa.ForeignKeyConstraint(["subcontractor_id"], ["party.id"], name="fk_dispatch__subcontractor_id__party"),
        sa.ForeignKeyConstraint(["sent_by_id"], ["staff.id"], name="fk_dispatch__sent_by_id__staff"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_dispatch__station_id__station"),
        sqlite_strict=True,
    )


def _create_subcontract_job() -> None:
    op.create_table(
        "subcontract_job",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("dispatch_id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("secret_included", sa.Boolean(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("their_reference", sa.String(60), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("quoted_at", INSTANT, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("returned_at", INSTANT, nullable=True),
        sa.Column("returned_condition", sa.String(400), nullable=False),
        sa.Column("received_by_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subcontract_job"),
        sa.UniqueConstraint("dispatch_id", "order_id", name="uq_subcontract_job__dispatch_id_order_id"),
        one_of("subcontract_job", "state", "prepared sent quoted approved rejected returned"),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name="fk_subcontract_job__dispatch_id__dispatch"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_subcontract_job__order_id__repair_order"),
        sa.ForeignKeyConstraint(["received_by_id"], ["staff.id"], name="fk_subcontract_job__received_by_id__staff"),
        sqlite_strict=True,
    )
    partial_index("ix_subcontract_job__expected", "subcontract_job", ["expected_on", "id"], "returned_at IS NULL")
    partial_index("uq_subcontract_job__away", "subcontract_job", ["order_id"], "returned_at IS NULL", unique=True)


def _create_imported_row() -> None:
    op.create_table(
        "imported_row",
        sa.Column("id", BIG),
        sa.Column("principal_id", BIG, nullable=False),
        sa.Column("row_key", sa.String(120), nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imported_row"),
        sa.UniqueConstraint("principal_id", "row_key", name="uq_imported_row__principal_id_row_key"),
        sa.ForeignKeyConstraint(["principal_id"], ["party.id"], name="fk_imported_row__principal_id__party"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_imported_row__order_id__repair_order"),
        sqlite_strict=True,
    )


def _create_storage_location() -> None:
    op.create_table(
        "storage_location",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("technician_id", BIG, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_storage_location"),
        sa.UniqueConstraint("code", name="uq_storage_location__code"),
        sa.ForeignKeyConstraint(["technician_id"], ["staff.id"], name="fk_storage_location__technician_id__staff"),
        sqlite_strict=True,
    )


def _create_shelf_check() -> None:
    op.create_table(
        "shelf_check",
        sa.Column("id", BIG),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("scanned", sa.JSON(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("surplus", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_check"),
        sa.UniqueConstraint("idempotency_key", name="uq_shelf_check__idempotency_key"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_shelf_check__staff_id__staff"),
        sqlite_strict=True,
    )


def _create_loaner_unit() -> None:
    op.create_table(
        "loaner_unit",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("device_type_id", BIG, nullable=True),
        sa.Column("brand", sa.String(80), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("serial", sa.String(80), nullable=False),
        sa.Column("serial_key", sa.String(80), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("condition", sa.String(400), nullable=False),
        sa.Column("accessories", sa.String(400), nullable=False),
        sa.Column("deposit", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_loaner_unit"),
        sa.UniqueConstraint("code", name="uq_loaner_unit__code"),
        one_of("loaner_unit", "state", "available lent in_repair retired"),
        sa.CheckConstraint("deposit >= 0", name=op.f("ck_loaner_unit__deposit_not_negative")),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_loaner_unit__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )


def _create_loan() -> None:
    op.create_table(
        "loan",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("lent_at", INSTANT, nullable=False),
        sa.Column("lent_by_id", BIG, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("condition_out", sa.String(400), nullable=False),
        sa.Column("accessories_out", sa.String(400), nullable=False),
        sa.Column("deposit", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("condition_in", sa.String(400), nullable=False),
        sa.Column("billed", sa.BigInteger(), nullable=False),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.Column("data_erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_loan"),
        sa.UniqueConstraint("idempotency_key", name="uq_loan__idempotency_key"),
        one_of("loan", "outcome", "returned_ok returned_damaged lost billed"),
        sa.ForeignKeyConstraint(["unit_id"], ["loaner_unit.id"], name="fk_loan__unit_id__loaner_unit"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_loan__order_id__repair_order"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_loan__party_id__party"),
        sa.ForeignKeyConstraint(["lent_by_id"], ["staff.id"], name="fk_loan__lent_by_id__staff"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["staff.id"], name="fk_loan__ended_by_id__staff"),
        sqlite_strict=True,
    )
    partial_index("ix_loan__due", "loan", ["due_on", "id"], "ended_at IS NULL")
    op.create_index("ix_loan__order_id", "loan", ["order_id", "id"])
    partial_index("uq_loan__open_unit", "loan", ["unit_id"], "ended_at IS NULL", unique=True)
