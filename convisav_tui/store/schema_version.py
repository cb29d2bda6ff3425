"""The versions of the tables that this program knows, oldest first; free of libraries, for the first paint."""

from __future__ import annotations

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
HEAD = REVISIONS[-1]

# The table in which Alembic keeps the version of a database.
VERSION_TABLE = "alembic_version"
# A table that stands in a database only while a shop is being moved into it.
MOVE_TABLE = "convisav_move"
