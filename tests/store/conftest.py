"""What several tests of the store need: databases, and a PostgreSQL server where one can be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.store.engine import Store
from tests.shop_builder import small_store
from tests.store.databases import new_database, shop_on


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A shop with a clerk and two device types, in a file."""
    opened = small_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def postgresql_url(postgresql_server_url: str) -> str:
    """The address of a new empty database."""
    return new_database(postgresql_server_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The same shop on each kind of database that can be had here."""
    opened = shop_on(request, tmp_path)
    yield opened
    opened.close()
