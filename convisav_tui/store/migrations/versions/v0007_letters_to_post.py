"""Letters that wait to be posted are found without reading every message."""

from __future__ import annotations

from convisav_tui.store.migrations.ddl import partial_index

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One small index over what is to be posted."""
    partial_index("ix_message__to_post", "message", ["id"], "state = 'to_post'")
