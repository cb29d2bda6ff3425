"""What older tables need beside the new ones: columns that refer to them, and longer lists of words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import INSTANT, add_reference, lengthen_words, one_of_column, partial_index

revision = "0006"
down_revision = "0005"

_CHANNELS = "none email sms fax letter call"
_EVENTS = (
    "intake quote_ready repair_ready quote_reminder quote_accepted quote_expired delay sent_out collect_reminder "
    "unclaimed_notice loan_overdue cancelled other"
)
_HOLDERS = "with_owner in_shop with_technician with_subcontractor with_manufacturer in_transit returned disposed"


def upgrade() -> None:
    """Add the columns, then the words."""
    _order_columns()
    _party_columns()
    _outbox_and_custody_columns()
    _words()


def _order_columns() -> None:
    add_reference("repair_order", "drop_off_id", "drop_off")
    one_of_column("repair_order", "payer", "customer principal manufacturer seller insurer shop", "customer")
    one_of_column("repair_order", "approver", "customer principal", "customer")
    op.add_column("repair_order", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    partial_index("ix_repair_order__drop_off_id", "repair_order", ["drop_off_id"], "drop_off_id IS NOT NULL")


def _party_columns() -> None:
    op.add_column("party", sa.Column("fax", sa.String(40), server_default="", nullable=False))
    op.add_column("party", sa.Column("fax_e164", sa.String(20), server_default="", nullable=False))
    op.add_column("party", sa.Column("channels", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("party", sa.Column("refused_channels", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("party", sa.Column("anonymised_at", INSTANT, nullable=True))


def _outbox_and_custody_columns() -> None:
    add_reference("print_job", "paper_id", "paper")
    add_reference("message", "paper_id", "paper")
    add_reference("message", "party_id", "party")
    add_reference("custody_event", "party_id", "party")
    add_reference("custody_event", "technician_id", "staff")
    op.add_column("custody_event", sa.Column("carrier", sa.String(80), server_default="", nullable=False))


def _words() -> None:
    lengthen_words("repair_order", "quote_channel", _CHANNELS)
    lengthen_words("repair_order", "ready_channel", _CHANNELS)
    lengthen_words("party", "channel", _CHANNELS)
    lengthen_words("message", "channel", _CHANNELS)
    lengthen_words("message_template", "channel", _CHANNELS)
    lengthen_words("message", "event", _EVENTS)
    lengthen_words("message_template", "event", _EVENTS)
    lengthen_words("message", "state", "queued leased sent dead unknown to_call called to_post posted cancelled")
    lengthen_words("print_job", "kind", "label receipt paper")
    lengthen_words("repair_order", "holder", _HOLDERS)
    lengthen_words("custody_event", "holder", _HOLDERS)
    lengthen_words(
        "repair_order",
        "billing_state",
        "none advance_paid to_invoice part_paid paid not_billable on_statement",
    )
