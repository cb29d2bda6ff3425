"""What begins like this, found through an index on every database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session


def begins(session: Session, column: sa.ColumnElement[Any], prefix: str) -> sa.ColumnElement[bool]:
    """The column's text begins with `prefix`, any text. SQLite's LIKE cannot use our indexes, so a range is asked;
    elsewhere the order of letters depends on the database's language, so LIKE is."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.and_(column >= prefix, column < prefix + "\U0010ffff")
    return column.startswith(prefix, autoescape=True)
