"""What the versions share: types of columns, lists of words under a named CHECK, partial indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.base import UTC_INSTANT

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = UTC_INSTANT


def one_of(table: str, column: str, words: str) -> sa.CheckConstraint:
    """The column holds one of these words, given in one text with spaces between them."""
    listed = ", ".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}__{column}"))


def partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over some of the rows, on every database."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def is_sqlite() -> bool:
    """Whether the database that is being migrated is a SQLite file."""
    return op.get_bind().dialect.name == "sqlite"
