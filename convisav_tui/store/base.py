"""What every table shares: names of constraints, STRICT tables, types, the version column, the append-only mark."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig
from sqlmodel.sql.sqltypes import UTCDateTime

from convisav_tui.clock import now

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "uq": "uq_%(table_name)s__%(column_0_N_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
    "fk": "fk_%(table_name)s__%(column_0_N_name)s__%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STRICT = {"sqlite_strict": True}
BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_INSTANT = UTCDateTime()


@compiles(sa.String, "sqlite")
@compiles(sa.Text, "sqlite")
@compiles(sa.DateTime, "sqlite")
@compiles(sa.Date, "sqlite")
@compiles(sa.JSON, "sqlite")
@compiles(sa.Enum, "sqlite")
def _strict_text(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "TEXT"


@compiles(sa.Boolean, "sqlite")
@compiles(sa.BigInteger, "sqlite")
def _strict_integer(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "INTEGER"


@compiles(sa.JSON, "postgresql")
def _binary_json(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "JSONB"


class Record(SQLModel):
    """Base of the tables: assignments and constructors are validated."""

    model_config = SQLModelConfig(validate_assignment=True)


class Versioned(SQLModel):
    """Rows that two people may edit: a lost update raises instead of overwriting."""

    version: int = Field(default=1, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


class AppendOnly(SQLModel):
    """Rows that never change once written; `engine` refuses updates and deletions before the flush."""

    # Columns that may be filled in later, once (an attempt is opened before the send and closed after it).
    completed_later: ClassVar[frozenset[str]] = frozenset()


def primary_key() -> Any:
    """The surrogate key of a table."""
    return Field(default=None, primary_key=True, sa_type=BIG_INTEGER)


def foreign_key(target: str, **options: Any) -> Any:
    """A reference to `table.column`."""
    return Field(foreign_key=target, sa_type=BIG_INTEGER, **options)


def text_enum(values: type[enum.Enum], name: str) -> sa.Enum:
    """A column that holds the values of an enum as text under a named CHECK."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


def moment() -> Any:
    """An instant, aware UTC, by default now."""
    return Field(default_factory=now)


__all__ = [
    "BIG_INTEGER",
    "STRICT",
    "UTC_INSTANT",
    "AppendOnly",
    "Record",
    "Versioned",
    "datetime",
    "foreign_key",
    "moment",
    "primary_key",
    "text_enum",
]
