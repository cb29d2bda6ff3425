"""Papers, rules and wordings of messages, calls, guarantees, coverage, advice, consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import BIG, INSTANT, one_of, partial_index

revision = "0005"
down_revision = "0004"

_EVENTS = (
    "intake quote_ready repair_ready quote_reminder quote_accepted quote_expired delay sent_out collect_reminder "
    "unclaimed_notice loan_overdue cancelled other"
)


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_paper()
    _create_call_attempt()
    _create_principal_wording()
    _create_notification_rule()
    _create_reminder_step()
    _create_guarantee()
    _create_coverage()
    _create_refused_advice()
    _create_consent()


def _create_paper() -> None:
    op.create_table(
        "paper",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=True),
        sa.Column("party_id", BIG, nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("dedupe_key", sa.String(120), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("last_error", sa.String(300), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_id", BIG, nullable=True),
        sa.Column("rendered_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_paper"),
        sa.UniqueConstraint("dedupe_key", name="uq_paper__dedupe_key"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_paper__order_id__repair_order"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_paper__party_id__party"),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name="fk_paper__created_by_id__staff"),
        sqlite_strict=True,
    )
    partial_index("ix_paper__due", "paper", ["id"], "rendered_at IS NULL")
    op.create_index("ix_paper__order_id", "paper", ["order_id", "id"])


def _create_call_attempt() -> None:
    op.create_table(
        "call_attempt",
        sa.Column("id", BIG),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("next_call_at", INSTANT, nullable=True),
        sa.Column("staff_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_call_attempt"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_call_attempt__message_id__message"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_call_attempt__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_call_attempt__message_id", "call_attempt", ["message_id", "id"])


def _create_principal_wording() -> None:
    op.create_table(
        "principal_wording",
        sa.Column("id", BIG),
        sa.Column("principal_id", BIG, nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_principal_wording"),
        sa.UniqueConstraint(
            "principal_id",
            "event",
            "channel",
            "language",
            name="uq_principal_wording__principal_id_event_channel_language",
        ),
        one_of(
            "principal_wording",
            "event",
            _EVENTS,
        ),
        one_of("principal_wording", "channel", "none email sms fax letter call"),
        sa.ForeignKeyConstraint(["principal_id"], ["party.id"], name="fk_principal_wording__principal_id__party"),
        sqlite_strict=True,
    )


def _create_notification_rule() -> None:
    op.create_table(
        "notification_rule",
        sa.Column("id", BIG),
        sa.Column("principal_id", BIG, nullable=True),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("told", sa.String(32), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("delay_minutes", sa.Integer(), nullable=False),
        sa.Column("expires_hours", sa.Integer(), nullable=False),
        sa.Column("keeps_quiet_hours", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notification_rule"),
        sa.UniqueConstraint("principal_id", "event", name="uq_notification_rule__principal_id_event"),
        one_of(
            "notification_rule",
            "event",
            _EVENTS,
        ),
        one_of("notification_rule", "told", "customer principal both nobody"),
        sa.ForeignKeyConstraint(["principal_id"], ["party.id"], name="fk_notification_rule__principal_id__party"),
        sqlite_strict=True,
    )
    partial_index("uq_notification_rule__shop", "notification_rule", ["event"], "principal_id IS NULL", unique=True)


def _create_reminder_step() -> None:
    op.create_table(
        "reminder_step",
        sa.Column("id", BIG),
        sa.Column("ladder", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("after_days", sa.Integer(), nullable=False),
        sa.Column("after_months", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_step"),
        sa.UniqueConstraint("ladder", "position", name="uq_reminder_step__ladder_position"),
        one_of(
            "reminder_step",
            "event",
            _EVENTS,
        ),
        sqlite_strict=True,
    )


def _create_guarantee() -> None:
    op.create_table(
        "guarantee",
        sa.Column("id", BIG),
        sa.Column("device_id", BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("parts", sa.Boolean(), nullable=False),
        sa.Column("labour", sa.Boolean(), nullable=False),
        sa.Column("travel", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(24), nullable=False),
        sa.Column("order_id", BIG, nullable=True),
        sa.Column("debtor", sa.String(32), nullable=False),
        sa.Column("debtor_id", BIG, nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guarantee"),
        one_of("guarantee", "kind", "legal commercial manufacturer repair goodwill none"),
        one_of("guarantee", "debtor", "customer principal manufacturer seller insurer shop"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_guarantee__device_id__device"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_guarantee__order_id__repair_order"),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name="fk_guarantee__debtor_id__party"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_guarantee__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_guarantee__device_id", "guarantee", ["device_id", "id"])


def _create_coverage() -> None:
    op.create_table(
        "coverage",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("line", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(32), nullable=False),
        sa.Column("payer_id", BIG, nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_coverage"),
        sa.UniqueConstraint("order_id", "line", name="uq_coverage__order_id_line"),
        one_of("coverage", "line", "parts labour travel"),
        one_of("coverage", "kind", "legal commercial manufacturer repair goodwill none"),
        one_of("coverage", "payer", "customer principal manufacturer seller insurer shop"),
        sa.CheckConstraint("share >= 0 AND share <= 10000", name=op.f("ck_coverage__share_in_basis_points")),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_coverage__order_id__repair_order"),
        sa.ForeignKeyConstraint(["payer_id"], ["party.id"], name="fk_coverage__payer_id__party"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name="fk_coverage__decided_by_id__staff"),
        sqlite_strict=True,
    )


def _create_refused_advice() -> None:
    op.create_table(
        "refused_advice",
        sa.Column("id", BIG),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("device_id", BIG, nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_refused_advice"),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name="fk_refused_advice__order_id__repair_order"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_refused_advice__device_id__device"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_refused_advice__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_refused_advice__device_id", "refused_advice", ["device_id", "id"])


def _create_consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", BIG),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.String(400), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        one_of("consent", "channel", "none email sms fax letter call"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_consent__party_id__party"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_consent__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_consent__party_id", "consent", ["party_id", "id"])
