"""Shops on a kind of database that a fixture asks for."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import sqlalchemy as sa

from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import open_store
from tests.shop_builder import first_rows, small_store

_numbers = itertools.count(1)


def new_database(server_url: str) -> str:
    """The address of a new empty database on that PostgreSQL server."""
    name = f"shop{next(_numbers)}"
    engine = sa.create_engine(server_url.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server_url.format(database=name)


def shop_on(request: pytest.FixtureRequest, folder: Path) -> Store:
    """A shop with a clerk and two device types on `request.param`: sqlite or postgresql."""
    if request.param == "sqlite":
        return small_store(folder)
    store = open_store(new_database(request.getfixturevalue("postgresql_server_url")), folder)
    store.write(first_rows)
    return store
