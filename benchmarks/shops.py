"""Shops of a given size to measure on: made once, kept in a folder for the next run, copied where they are changed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import convisav_tui
from convisav_tui.commands.worker_start import LOCK_NAME
from convisav_tui.config import DATABASE_NAME, Config, load
from convisav_tui.demo.companion import Ports
from convisav_tui.demo.shop import build_shop, config_file, move_ports, ports_of, write_demo_config
from convisav_tui.store.engine import Store
from convisav_tui.store.fastpath import sqlite_driver

# Nobody listens there: what is not measured is not to be printed or sent.
NOWHERE = Ports(printer=9, mail=10, sms=11)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY")
KEPT_IN = "CONVISAV_BENCHMARK_SHOPS"


def shop(orders: int) -> Path:
    """The data folder of a shop with so many orders; it must not be changed."""
    home = _folder() / f"{_schema()}-{orders}"
    if not config_file(home).exists():
        shutil.rmtree(home, ignore_errors=True)
        half = home.with_name(f"{home.name}.half-{os.getpid()}")
        half.mkdir(parents=True, mode=0o700)
        write_demo_config(half, "en", NOWHERE)
        build_shop(half, orders)
        half.rename(home)
    return home


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
    """A connection as hand-written programs have it, with the store's own settings and the store's own SQLite."""
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
