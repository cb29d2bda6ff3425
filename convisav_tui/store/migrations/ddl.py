"""What the versions share: types of columns, lists of words under a named CHECK, partial indexes."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.base import UTC_INSTANT

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = UTC_INSTANT


def one_of(table: str, column: str, words: str) -> sa.CheckConstraint:
    """The column holds one of these words, given in one text with spaces between them."""
    return sa.CheckConstraint(_in_words(column, words), name=op.f(f"ck_{table}__{column}"))


def _in_words(column: str, words: str) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{word}'" for word in words.split()))


def partial_index(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    """An index over some of the rows, on every database."""
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def add_reference(table: str, column: str, target: str) -> None:
    """A new column that may refer to a row of `target`."""
    op.add_column(table, sa.Column(column, BIG, nullable=True))
    name = f"fk_{table}__{column}__{target}"
    if is_sqlite():
        _add_constraint(table, f"CONSTRAINT {name} FOREIGN KEY({column}) REFERENCES {target} (id)")
    else:
        op.create_foreign_key(op.f(name), table, target, [column], ["id"])


def one_of_column(table: str, column: str, words: str, default: str | None) -> None:
    """A new column that holds one of these words; without a default it may hold none."""
    op.add_column(table, sa.Column(column, sa.String(32), server_default=default, nullable=default is None))
    name = f"ck_{table}__{column}"
    if is_sqlite():
        _add_constraint(table, f"CONSTRAINT {name} CHECK ({_in_words(column, words)})")
    else:
        op.create_check_constraint(op.f(name), table, _in_words(column, words))


def add_check(table: str, name: str, condition: str) -> None:
    """A condition that every row must keep, and that every row there is keeps already."""
    full = f"ck_{table}__{name}"
    if is_sqlite():
        _add_constraint(table, f"CONSTRAINT {full} CHECK ({condition})")
    else:
        op.create_check_constraint(op.f(full), table, condition)


def lengthen_words(table: str, column: str, words: str) -> None:
    """Allow more words in a column: `words` are the old ones and the new ones."""
    name = f"ck_{table}__{column}"
    if is_sqlite():
        _edit_definition(
            table,
            rf"CONSTRAINT {name} CHECK \({column} IN \([^)]*\)\)",
            f"CONSTRAINT {name} CHECK ({_in_words(column, words)})",
        )
    else:
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, _in_words(column, words))


def allow_null(table: str, column: str, sqlite_type: str) -> None:
    """A column that had to hold something may be empty from now on; `sqlite_type` is its type in SQLite's catalogue."""
    if is_sqlite():
        _edit_definition(table, rf"\b{column} {sqlite_type} NOT NULL", f"{column} {sqlite_type}")
    else:
        op.alter_column(table, column, nullable=True)


def _add_constraint(table: str, constraint: str) -> None:
    _edit_definition(table, r"\)\s*STRICT\s*$", f", {constraint}) STRICT")


def _edit_definition(table: str, pattern: str, replacement: str) -> None:
    """Change the text of a table in SQLite's catalogue, as its manual allows for constraints that every row already
    keeps (lang_altertable, "Making Other Kinds Of Table Schema Changes"): no row is copied, however many there are.

    The upgrade checks the whole file and all references before it commits."""
    connection = op.get_bind()
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    before = connection.execute(query, {"table": table}).scalar_one()
    after, found = re.subn(pattern, lambda _match: replacement, before)
    if found != 1:
        raise RuntimeError(f"the definition of {table} is not as this version expects it")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    change = sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table")
    connection.execute(change, {"sql": after, "table": table})
    connection.exec_driver_sql(f"PRAGMA schema_version={int(version) + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")


def is_sqlite() -> bool:
    """Whether the database that is being migrated is a SQLite file."""
    return op.get_bind().dialect.name == "sqlite"
