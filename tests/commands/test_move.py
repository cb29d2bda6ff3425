"""`convisav migrate --from … --to …` as people run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from convisav_tui.store.engine import Store
from tests.commands.convisav import command, convisav, surroundings
from tests.shop.counter import counter_store, take_in
from tests.store.databases import new_database
from tests.waiting import wait_until


@pytest.fixture
def source(tmp_path: Path) -> Store:
    store = counter_store(tmp_path)
    for number in range(5):
        take_in(store, f"key-{number}", name=f"Client {number}", serial=f"SN{number:05d}")
    store.write(lambda session: session.execute(sa.text("UPDATE station SET last_seen_at = '2026-01-01 00:00:00'")))
    store.close()
    return store


def test_a_move_tells_rows_sums_and_where_the_keys_stay(
    source: Store, postgresql_server_url: str, tmp_path: Path
) -> None:
    target = new_database(postgresql_server_url)
    done = convisav(tmp_path, "migrate", "--from", source.url, "--to", target)
    assert done.code == 0, done.err
    assert "repair_order" in done.out and "the same as before" in done.out
    assert f"they stay in {tmp_path / 'keys'}" in done.out
    again = convisav(tmp_path, "migrate", "--from", source.url, "--to", target)
    assert again.code == 5
    assert "is not empty" in again.err
    back = convisav(tmp_path, "migrate", "--json", "--from", target, "--to", f"sqlite:///{tmp_path / 'back.db'}")
    assert back.code == 0, back.err
    told = json.loads(back.out)
    (orders,) = [table for table in told["tables"] if table["name"] == "repair_order"]
    assert orders["rows"] == 5 and orders["checksum"] in done.out
    assert convisav(tmp_path, "orders", "--json", CONVISAV_DATABASE_URL=target).code == 0


def test_a_command_line_that_cannot_be_meant(source: Store, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    for arguments, said in (
        (("--from", source.url), "--to"),
        (("--again",), "--again"),
        (("--from", source.url, "--to", source.url), "same database"),
        (("--from", "mysql://shop", "--to", other), "no database address"),
    ):
        done = convisav(tmp_path, "migrate", *arguments)
        assert (done.code, said in done.err) == (2, True), done
    done = convisav(
        tmp_path, "migrate", "--from", source.url, "--to", "postgresql+psycopg://shop:pass@127.0.0.1:1/none"
    )
    assert done.code == 5
    assert "is not reached" in done.err and "pass" not in done.err


def test_a_killed_move_says_so_and_goes_on(source: Store, postgresql_server_url: str, tmp_path: Path) -> None:
    target = new_database(postgresql_server_url)
    arguments = ["migrate", "--from", source.url, "--to", target]
    moving = subprocess.Popen([*command(), *arguments], env=surroundings(tmp_path), stdout=subprocess.DEVNULL)
    engine = sa.create_engine(target)

    def begun() -> bool:
        return sa.inspect(engine).has_table("convisav_move") or moving.poll() is not None

    wait_until(begun, 60)
    os.kill(moving.pid, signal.SIGKILL)
    assert moving.wait(10) == -signal.SIGKILL, "it had ended already"
    engine.dispose()
    half = convisav(tmp_path, *arguments)
    assert half.code == 5
    assert "half done" in half.err and "--again" in half.err
    shop = convisav(tmp_path, "orders", CONVISAV_DATABASE_URL=target)
    assert shop.code == 5 and "being moved" in shop.err
    done = convisav(tmp_path, *arguments, "--again")
    assert done.code == 0, done.err
    assert convisav(tmp_path, "orders", CONVISAV_DATABASE_URL=target).code == 0
