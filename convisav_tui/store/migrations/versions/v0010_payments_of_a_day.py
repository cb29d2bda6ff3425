"""The payments of a day are found without reading those of all years."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_payment__at", "payment", ["at", "id"])
