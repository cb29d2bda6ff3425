"""Shops of a given size to measure on: made once, kept in a folder for the next run, copied where they are changed."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import convisav_tui
from convisav_tui.commands.bench import REAL_DATA
from convisav_tui.commands.bench_pool import real_pool
from convisav_tui.commands.worker_start import LOCK_NAME
from convisav_tui.config import DATABASE_NAME, Config, load
from convisav_tui.demo.companion import Ports
from convisav_tui.demo.pool import Pool
from convisav_tui.demo.shop import build_shop, config_file, move_ports, ports_of, write_demo_config
from convisav_tui.store.engine import Store
from convisav_tui.store.fastpath import sqlite_driver
from tests.store.postgresql_server import Server

# Nobody listens there: what is not measured is not to be printed or sent.
NOWHERE = Ports(printer=9, mail=10, sms=11)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY")
KEPT_IN, SERVER = "CONVISAV_BENCHMARK_SHOPS", "CONVISAV_BENCHMARK_SERVER"


def shop(orders: int) -> Path:
    """The data folder of a shop with so many orders; it must not be changed."""
    home = _folder() / f"{_schema()}-{orders}"
    if not config_file(home).exists():
        shutil.rmtree(home, ignore_errors=True)
        half = home.with_name(f"{home.name}.half-{os.getpid()}")
        half.mkdir(parents=True, mode=0o700)
        write_demo_config(half, "en", NOWHERE)
        build_shop(half, orders, pool=_pool())
        half.rename(home)
    return home


@contextlib.contextmanager
def database(kind: str, orders: int) -> Iterator[tuple[Store, Any]]:
    """The store of such a shop on that kind of database, and a connection as hand-written programs have it."""
    if kind == "SQLite":
        with opened(shop(orders)) as store, plain_connection(shop(orders)) as connection:
            yield store, connection
        return
    import psycopg

    store = Store(server_shop(orders))
    address = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            yield store, connection
    finally:
        store.close()


def server_shop(orders: int) -> str:
    """The address of such a shop on the server that CONVISAV_BENCHMARK_SERVER names ({database} stands for the
    database), where it is kept; else on one of our own, which is gone with this process."""
    server = os.environ.get(SERVER) or _own_server()
    name = f"bench_{_schema()}_{orders}"
    engine = sa.create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        there = connection.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).first()
        if not there:
            half = f"{name}_half_{os.getpid()}"
            connection.execute(sa.text(f"CREATE DATABASE {half}"))
            with tempfile.TemporaryDirectory(prefix="convisav-benchmark-") as folder:
                write_demo_config(Path(folder), "en", NOWHERE)
                build_shop(Path(folder), orders, pool=_pool(), url=server.format(database=half))
            connection.execute(sa.text(f"ALTER DATABASE {half} RENAME TO {name}"))
    engine.dispose()
    return server.format(database=name)


@cache
def _own_server() -> str:
    server = Server()
    atexit.register(server.remove)
    return server.url


def _pool() -> Pool | None:
    """Real names, brands and faults where the folder of real data is."""
    folder = Path(os.environ.get(REAL_DATA) or Path(__file__).parents[2] / "shared" / "data")
    return real_pool(folder, "en") if folder.is_dir() else None


@contextlib.contextmanager
def copied(orders: int, printer: int = NOWHERE.printer) -> Iterator[Path]:
    """The data folder of such a shop, to be changed; its printer listens on that port of this machine."""
    with tempfile.TemporaryDirectory(prefix="convisav-benchmark-") as folder:
        home = Path(folder) / "shop"
        shutil.copytree(shop(orders), home)
        before = ports_of(configured(home))
        move_ports(home, before, Ports(printer, before.mail, before.sms))
        yield home


@contextlib.contextmanager
def without_worker(home: Path) -> Iterator[None]:
    """Nobody prints and sends meanwhile: the program believes that a worker runs already."""
    descriptor = os.open(home / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(descriptor, 0)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def configured(home: Path) -> Config:
    """The configuration of that shop, whatever the environment says."""
    return load(config_file(home), {})


@contextlib.contextmanager
def opened(home: Path) -> Iterator[Store]:
    """Its store."""
    store = Store(configured(home).database.url)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def plain_connection(home: Path) -> Iterator[Any]:
    """A connection as hand-written programs have it, with the store's own SQLite and settings, and a larger cache."""
    connection = sqlite_driver().connect(str(home / DATABASE_NAME))
    connection.isolation_level = None
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        yield connection
    finally:
        connection.close()


def _folder() -> Path:
    named = os.environ.get(KEPT_IN)
    return Path(named) if named else Path(tempfile.gettempdir()) / "convisav-benchmark-shops"


def _schema() -> str:
    """Changes with the tables: a shop of an older program is made again."""
    migrations = sorted((Path(convisav_tui.__file__).parent / "store" / "migrations" / "versions").glob("v*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in migrations)).hexdigest()[:8]
