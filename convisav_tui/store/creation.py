"""Makes the tables of a new database as they are today, without replaying how they came to be so."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from convisav_tui.store import models
from convisav_tui.store.schema_version import HEAD, VERSION_TABLE

assert models  # importing them fills the metadata

_log = logging.getLogger(__name__)


def create_tables(connection: sa.Connection) -> None:
    """All tables, indexes and the version of this program, in a database that has none of them."""
    SQLModel.metadata.create_all(connection, checkfirst=False)
    if connection.dialect.name == "postgresql":
        _find_pieces_of_words(connection)
    versions = sa.Table(
        VERSION_TABLE,
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
    )
    versions.create(connection, checkfirst=False)
    connection.execute(versions.insert().values(version_num=HEAD))


def _find_pieces_of_words(connection: sa.Connection) -> None:
    """By pg_trgm, where that may be installed; FTS5 on SQLite comes with its table."""
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                sa.text("CREATE INDEX ix_party_search__body_trigrams ON party_search USING gin (body gin_trgm_ops)")
            )
    except DBAPIError as error:
        _log.warning("Search will be slower: pg_trgm cannot be installed (%s)", error.orig)
