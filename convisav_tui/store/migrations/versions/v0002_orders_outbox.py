"""Repair orders with all that happens to them, and what must leave the building."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import BIG, INSTANT, one_of, partial_index

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_repair_order()
    _create_custody_event()
    _create_device_secret()
    _create_order_event()
    _create_payment()
    _create_print_job()
    _create_quote()
    _create_message()
    _create_print_attempt()
    _create_quote_decision()
    _create_message_attempt()


def _create_repair_order() -> None:
    op.create_table(
        "repair_order",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("number", sa.String(10), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("depositor", sa.String(120), nullable=False),
        sa.Column("principal_id", BIG, nullable=True),
        sa.Column("principal_reference", sa.String(60), nullable=False),
        sa.Column("device_id", BIG, nullable=False),
        sa.Column("origin_order_id", BIG, nullable=True),
        sa.Column("comeback_suspected", sa.Boolean(), nullable=False),
        sa.Column("reported_fault", sa.Text(), nullable=False),
        sa.Column("found_fault", sa.Text(), nullable=False),
        sa.Column("accessories", sa.String(400), nullable=False),
        sa.Column("intake_condition", sa.String(400), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("parts_in_warranty", sa.Boolean(), nullable=False),
        sa.Column("labour_in_warranty", sa.Boolean(), nullable=False),
        sa.Column("quote_requested", sa.Boolean(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("quote_channel", sa.String(32), nullable=False),
        sa.Column("ready_channel", sa.String(32), nullable=False),
        sa.Column("quote_state", sa.String(32), nullable=False),
        sa.Column("billing_state", sa.String(32), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("secret_state", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("technician_id", BIG, nullable=True),
        sa.Column("received_by_id", BIG, nullable=True),
        sa.Column("station_id", BIG, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("notified_at", INSTANT, nullable=True),
        sa.Column("returned_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("repair_guarantee_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_repair_order"),
        sa.UniqueConstraint("number", name="uq_repair_order__number"),
        sa.UniqueConstraint("idempotency_key", name="uq_repair_order__idempotency_key"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_repair_order__party_id__party"),
        sa.ForeignKeyConstraint(["principal_id"], ["party.id"], name="fk_repair_order__principal_id__party"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_repair_order__device_id__device"),
        sa.ForeignKeyConstraint(
            ["origin_order_id"], ["repair_order.id"], name="fk_repair_order__origin_order_id__repair_order"
        ),
        sa.ForeignKeyConstraint(["technician_id"], ["staff.id"], name="fk_repair_order__technician_id__staff"),
        sa.ForeignKeyConstraint(["received_by_id"], ["staff.id"], name="fk_repair_order__received_by_id__staff"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_repair_order__station_id__station"),
        one_of(
            "repair_order",
            "state",
            "received diagnosing quote_requested quote_issued quote_accepted quote_refused quote_expired "
            "awaiting_coverage awaiting_parts subcontracted in_repair testing completed to_notify notified "
            "returned closed unclaimed disposal_procedure disposed relinquished cancelled",
        ),
        one_of(
            "repair_order", "kind", "paid legal_guarantee manufacturer_guarantee repair_guarantee contract goodwill"
        ),
        one_of("repair_order", "quote_channel", "none email sms call"),
        one_of("repair_order", "ready_channel", "none email sms call"),
        one_of("repair_order", "quote_state", "none issued accepted refused expired superseded"),
        one_of("repair_order", "billing_state", "none advance_paid to_invoice part_paid paid not_billable"),
        one_of("repair_order", "holder", "with_owner in_shop with_technician with_subcontractor returned disposed"),
        one_of("repair_order", "secret_state", "none refused stored purged"),
        one_of(
            "repair_order",
            "outcome",
            "repaired partly_repaired no_fault_found not_repairable refused_returned_as_is replaced "
            "coverage_refused_returned",
        ),
        sa.CheckConstraint("length(number) = 10", name=op.f("ck_repair_order__number_ten_digits")),
        sa.CheckConstraint("cap IS NULL OR cap >= 0", name=op.f("ck_repair_order__cap_not_negative")),
        sqlite_strict=True,
    )
    op.create_index("ix_repair_order__by_state", "repair_order", ["state", "opened_at", "id"])
    op.create_index("ix_repair_order__device_id", "repair_order", ["device_id"])
    partial_index("ix_repair_order__open_by_age", "repair_order", ["opened_at", "id", "closed_at"], "closed_at IS NULL")
    partial_index(
        "ix_repair_order__open_by_promise",
        "repair_order",
        ["promised_on", "id", "state", "closed_at"],
        "closed_at IS NULL",
    )
    partial_index(
        "ix_repair_order__open_by_state", "repair_order", ["state", "opened_at", "id", "closed_at"], "closed_at IS NULL"
    )
    partial_index(
        "ix_repair_order__open_comebacks",
        "repair_order",
        ["opened_at", "id"],
        "closed_at IS NULL AND (kind = 'repair_guarantee' OR origin_order_id IS NOT NULL OR comeback_suspected)",
    )
    partial_index(
        "ix_repair_order__open_from_principal",
        "repair_order",
        ["opened_at", "id"],
        "closed_at IS NULL AND principal_id IS NOT NULL",
    )
    partial_index(
        "ix_repair_order__open_subcontracted",
        "repair_order",
        ["opened_at", "id"],
        "closed_at IS NULL AND (state = 'subcontracted' OR holder = 'with_subcontractor')",
    )
    op.create_index("ix_repair_order__origin_order_id", "repair_order", ["origin_order_id"])
    op.create_index("ix_repair_order__party_id", "repair_order", ["party_id", "opened_at", "id"])
    partial_index("ix_repair_order__principal_id", "repair_order", ["principal_id"], "principal_id IS NOT NULL")


def _create_custody_event() -> None:
    op.create_table(
        "custody_event",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custody_event"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_custody_event__order_id__repair_order"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_custody_event__staff_id__staff"),
        one_of("custody_event", "holder", "with_owner in_shop with_technician with_subcontractor returned disposed"),
        sqlite_strict=True,
    )
    op.create_index("ix_custody_event__order_id", "custody_event", ["order_id", "id"])


def _create_device_secret() -> None:
    op.create_table(
        "device_secret",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("purged_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_device_secret"),
        sa.UniqueConstraint("order_id", name="uq_device_secret__order_id"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_device_secret__order_id__repair_order"),
        sqlite_strict=True,
    )


def _create_order_event() -> None:
    op.create_table(
        "order_event",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("transition", sa.String(8), nullable=False),
        sa.Column("from_state", sa.String(32), nullable=False),
        sa.Column("to_state", sa.String(32), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("station_id", BIG, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_order_event"),
        sa.UniqueConstraint("idempotency_key", name="uq_order_event__idempotency_key"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_order_event__order_id__repair_order"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_order_event__staff_id__staff"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_order_event__station_id__station"),
        sqlite_strict=True,
    )
    op.create_index("ix_order_event__order_id", "order_event", ["order_id", "id"])


def _create_payment() -> None:
    op.create_table(
        "payment",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("nature", sa.String(32), nullable=False),
        sa.Column("means", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("station_id", BIG, nullable=True),
        sa.Column("reverses_id", BIG, nullable=True),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("idempotency_key", name="uq_payment__idempotency_key"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_payment__order_id__repair_order"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_payment__staff_id__staff"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="fk_payment__station_id__station"),
        sa.ForeignKeyConstraint(["reverses_id"], ["payment.id"], name="fk_payment__reverses_id__payment"),
        one_of("payment", "nature", "acompte arrhes diagnostic_fee guarantee_deposit balance refund"),
        one_of("payment", "means", "cash card cheque transfer"),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_payment__amount_not_zero")),
        sqlite_strict=True,
    )
    op.create_index("ix_payment__order_id", "payment", ["order_id", "id"])


def _create_print_job() -> None:
    op.create_table(
        "print_job",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("printer", sa.String(60), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("dedupe_key", sa.String(120), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("lease_token", sa.String(36), nullable=False),
        sa.Column("last_error", sa.String(300), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_id", BIG, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_print_job"),
        sa.UniqueConstraint("dedupe_key", name="uq_print_job__dedupe_key"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_print_job__order_id__repair_order"),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name="fk_print_job__created_by_id__staff"),
        one_of("print_job", "kind", "label receipt"),
        one_of("print_job", "state", "queued sending sent needs_attention cancelled"),
        sqlite_strict=True,
    )
    partial_index("ix_print_job__due", "print_job", ["not_before", "id"], "state IN ('queued', 'sending')")
    partial_index("ix_print_job__open", "print_job", ["id"], "state IN ('queued', 'sending', 'needs_attention')")
    op.create_index("ix_print_job__order_id", "print_job", ["order_id", "id"])


def _create_quote() -> None:
    op.create_table(
        "quote",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("issued_by_id", BIG, nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quote"),
        sa.UniqueConstraint("order_id", "revision", name="uq_quote__order_id_revision"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_quote__order_id__repair_order"),
        sa.ForeignKeyConstraint(["issued_by_id"], ["staff.id"], name="fk_quote__issued_by_id__staff"),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_quote__amount_not_negative")),
        sqlite_strict=True,
    )


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(120), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("lease_token", sa.String(36), nullable=False),
        sa.Column("last_kind", sa.String(16), nullable=False),
        sa.Column("last_code", sa.String(40), nullable=False),
        sa.Column("last_text", sa.String(300), nullable=False),
        sa.Column("provider_id", sa.String(200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("dedupe_key", name="uq_message__dedupe_key"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_message__order_id__repair_order"),
        sa.ForeignKeyConstraint(["event_id"], ["order_event.id"], name="fk_message__event_id__order_event"),
        one_of("message", "event", "intake quote_ready repair_ready"),
        one_of("message", "channel", "none email sms call"),
        one_of("message", "state", "queued leased sent dead unknown to_call called cancelled"),
        sqlite_strict=True,
    )
    partial_index("ix_message__due", "message", ["not_before", "id"], "state IN ('queued', 'leased')")
    op.create_index("ix_message__order_id", "message", ["order_id", "id"])
    partial_index(
        "ix_message__owed", "message", ["order_id", "event", "state"], "state IN ('dead', 'unknown', 'to_call')"
    )


def _create_print_attempt() -> None:
    op.create_table(
        "print_attempt",
        sa.Column("id", BIG),
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.Column("bytes_sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_print_attempt"),
        sa.ForeignKeyConstraint(["job_id"], ["print_job.id"], name="fk_print_attempt__job_id__print_job"),
        sqlite_strict=True,
    )
    op.create_index("ix_print_attempt__job_id", "print_attempt", ["job_id", "id"])


def _create_quote_decision() -> None:
    op.create_table(
        "quote_decision",
        sa.Column("id", BIG),
        sa.Column("quote_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("means", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quote_decision"),
        sa.UniqueConstraint("quote_id", "event_id", name="uq_quote_decision__quote_id_event_id"),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name="fk_quote_decision__quote_id__quote"),
        sa.ForeignKeyConstraint(["event_id"], ["order_event.id"], name="fk_quote_decision__event_id__order_event"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name="fk_quote_decision__recorded_by_id__staff"),
        sqlite_strict=True,
    )


def _create_message_attempt() -> None:
    op.create_table(
        "message_attempt",
        sa.Column("id", BIG),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("token", sa.String(36), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("provider_id", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message_attempt"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_message_attempt__message_id__message"),
        sqlite_strict=True,
    )
    op.create_index("ix_message_attempt__message_id", "message_attempt", ["message_id", "id"])
