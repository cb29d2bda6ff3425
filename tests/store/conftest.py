"""What several tests of the store need: databases, and a PostgreSQL server where one can be had."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import open_store
from tests.shop_builder import first_rows, small_store
from tests.store import postgresql_server

_numbers = itertools.count(1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A shop with a clerk and two device types, in a file."""
    opened = small_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgresql_server_url() -> Iterator[str]:
    """The address of a running server, with {database} in it; skips and says what is missing."""
    if postgresql_server.missing():
        pytest.skip(postgresql_server.missing())
    with postgresql_server.running_server() as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_server_url: str) -> str:
    """The address of a new empty database."""
    name = f"shop{next(_numbers)}"
    engine = sa.create_engine(postgresql_server_url.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgresql_server_url.format(database=name)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The same shop on each kind of database that can be had here."""
    if request.param == "sqlite":
        opened = small_store(tmp_path)
    else:
        opened = open_store(request.getfixturevalue("postgresql_url"), tmp_path)
        opened.write(first_rows)
    yield opened
    opened.close()
