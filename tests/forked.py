"""Processes of the tests, forked from one that has imported the shop already: importing it takes a second of each."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path

# Once a test process: whoever comes first starts it.
IMPORTED = [
    "tests.forked",
    "tests.shop.test_intake",
    "tests.shop_builder",
    "tests.printing.killed_worker",
    "convisav_tui.store.migrate",
    "convisav_tui.store.creation",
    "convisav_tui.printing.brother",
    "convisav_tui.printing.label",
    "psycopg",
]


def process(run: Callable[..., object], *arguments: object) -> ForkServerProcess:
    """A process that is not started yet, in the environment of now; `run` is a function of a module."""
    context = get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    return context.Process(target=_surrounded, args=(dict(os.environ), run, *arguments), daemon=True)


def barrier(parties: int) -> Barrier:
    """Where so many of them wait for one another."""
    return get_context("forkserver").Barrier(parties)


def _surrounded(environment: dict[str, str], run: Callable[..., object], *arguments: object) -> None:
    os.environ.clear()
    os.environ.update(environment)
    run(*arguments)


def write_for_ever(url: str, said: str) -> None:
    """Take orders in, and say each number after its commit."""
    from convisav_tui.store.engine import Store
    from convisav_tui.store.models import Device
    from tests.shop_builder import add_order

    store = Store(url)
    with Path(said).open("a") as lines:
        while True:
            order = store.write(lambda session: add_order(session, session.get_one(Device, 1)))
            lines.write(f"{order.number}\n")
            lines.flush()


def open_and_tell(url: str, home: str, said: str, with_lock: bool) -> None:
    """Open the database as a program does at its start, and write its version down, or what went wrong."""
    from convisav_tui.store import migrate

    if not with_lock:
        run = migrate._run
        migrate._run = lambda store, lock=False: run(store)
    with Path(said).open("w") as lines, contextlib.redirect_stderr(lines):
        store = migrate.open_store(url, Path(home))
        lines.write(str(migrate.check_version(store)))
        store.close()


def opened_at_once(url: str, home: Path, with_lock: bool = True) -> list[str]:
    """What four programs that open it at the same time say of its version, or nothing."""
    files = [home / f"said-{number}" for number in range(4)]
    started: list[ForkServerProcess] = [process(open_and_tell, url, str(home), str(said), with_lock) for said in files]
    for one in started:
        one.start()
    for one in started:
        one.join(120)
    return [said.read_text() if one.exitcode == 0 else "" for one, said in zip(started, files, strict=True)]
