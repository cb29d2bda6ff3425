"""Shops on a kind of database that a fixture asks for."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from convisav_tui.store.engine import Store
from convisav_tui.store.keyring import keep_keys_in
from convisav_tui.store.migrate import open_store
from tests.shop_builder import first_rows, small_store

_numbers = itertools.count(1)


# Of each server: the databases that others are copied from, by what they hold.
_templates: dict[tuple[str, str], str] = {}


def new_database(server_url: str, template: str = "template1") -> str:
    """The address of a new database on that PostgreSQL server, empty unless it is a copy of another."""
    name = f"shop{next(_numbers)}"
    engine = sa.create_engine(server_url.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return server_url.format(database=name)


def server_shop(server_url: str, folder: Path, filled: str, fill: Callable[[Store], object]) -> Store:
    """A shop on that PostgreSQL server, with its keys in `folder`; `fill` writes what it holds, once for all shops that
    are called `filled`."""
    if (server_url, filled) not in _templates:
        url = new_database(server_url)
        store = open_store(url, folder)
        fill(store)
        store.close()
        _templates[server_url, filled] = str(sa.make_url(url).database)
    store = Store(new_database(server_url, _templates[server_url, filled]))
    keep_keys_in(store.engine, folder)
    return store


def shop_on(request: pytest.FixtureRequest, folder: Path) -> Store:
    """A shop with a clerk and two device types on `request.param`: sqlite or postgresql."""
    if request.param == "sqlite":
        return small_store(folder)
    server_url = request.getfixturevalue("postgresql_server_url")
    return server_shop(server_url, folder, "small", lambda store: store.write(first_rows))
