"""Copies of a PostgreSQL database: made, read through, put back, and what is said where they cannot be made."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import Refusal, StoreError
from convisav_tui.shop.numbers import next_number
from convisav_tui.store import server_backup
from convisav_tui.store.drill import drill
from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import open_store
from convisav_tui.store.models import Device, Station
from convisav_tui.store.server_backup import dump, load
from convisav_tui.store.soundness import faults
from tests.commands.convisav import convisav
from tests.shop_builder import add_device, add_order, add_party, first_rows
from tests.store.postgresql_server import Server

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def shop(
    postgresql_server: Server, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """Three orders on the server, whose own pg_dump is the first on the path."""
    monkeypatch.setenv("PATH", f"{postgresql_server.programs}:{os.environ['PATH']}")
    store = open_store(postgresql_url, tmp_path)
    store.write(first_rows)
    store.write(lambda session: [add_order(session, add_device(session, add_party(session))) for _ in range(3)])
    yield store
    store.close()


def test_a_copy_is_read_through_and_can_be_put_back(
    shop: Store, postgresql_server: Server, postgresql_server_url: str, tmp_path: Path
) -> None:
    report = dump(shop, tmp_path / "copies", NOON)
    assert report.path.name == "convisav-20261121T120000Z.dump"
    assert (report.orders, report.parties) == (3, 3)
    assert report.size == report.path.stat().st_size > 0
    assert stat.S_IMODE(report.path.stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "copies").iterdir()] == [report.path.name]
    from tests.store.databases import new_database

    url = new_database(postgresql_server_url)
    address = url.replace("+psycopg", "")
    restore = [postgresql_server.programs / "pg_restore", f"--dbname={address}", "--exit-on-error", report.path]
    subprocess.run(restore, check=True)
    again = open_store(url, tmp_path)
    with again.read() as session:
        assert session.execute(sa.text("SELECT count(*) FROM repair_order")).scalar_one() == 3
    again.close()


def test_older_copies_go(shop: Store, tmp_path: Path) -> None:
    for minutes in range(3):
        last = dump(shop, tmp_path / "copies", NOON + timedelta(minutes=minutes))
    assert [path.name for path in (tmp_path / "copies").iterdir()] == [last.path.name]


def test_the_command_makes_one(shop: Store, tmp_path: Path) -> None:
    done = convisav(tmp_path, "backup", "--to", str(tmp_path / "copies"), CONVISAV_DATABASE_URL=shop.url)
    assert done.code == 0, done.err
    assert ".dump: checked, 3 orders, 3 customers" in done.out


@pytest.fixture(params=["none", "old"])
def unfitting(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with no pg_dump, or with one that is older than the server."""
    monkeypatch.setattr(server_backup, "_INSTALLED", tmp_path)
    if request.param == "none":
        monkeypatch.setenv("PATH", str(tmp_path))
        return
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:/bin:/usr/bin")
    monkeypatch.setattr(server_backup.shutil, "which", lambda name: str(old))


def test_without_a_fitting_pg_dump_the_program_copies_itself(shop: Store, unfitting: None, tmp_path: Path) -> None:
    with shop.read() as busy:  # somebody works there meanwhile
        busy.execute(sa.text("SELECT 1"))
        report = dump(shop, tmp_path / "copies", NOON)
    assert report.path.name == "convisav-20261121T120000Z.db" and (report.orders, report.parties) == (3, 3)
    assert [path.name for path in (tmp_path / "copies").iterdir()] == [report.path.name]
    assert stat.S_IMODE(report.path.stat().st_mode) == 0o600
    found = drill(report.path, tmp_path, shop)
    assert found.passed, found.faults
    with pytest.raises(StoreError, match="pg_dump"):
        load(shop, report.path, tmp_path / "copies")


# --- drill, and putting back ---


def orders(store: Store) -> int:
    with store.read() as session:
        return int(session.execute(sa.text("SELECT count(*) FROM repair_order")).scalar_one())


def one_more(session: Session) -> None:
    add_order(session, session.get(Device, 1), opened_at=datetime.now(UTC))  # type: ignore[arg-type]


def test_a_drill_loads_the_copy_into_a_database_of_its_own(shop: Store, tmp_path: Path) -> None:
    report = dump(shop, tmp_path / "copies", NOON)
    found = drill(report.path, tmp_path, shop)
    assert found.passed, found.faults
    assert found.orders == 3 and {table.name: table.shop for table in found.tables}["repair_order"] == 3
    names = sa.text("SELECT count(*) FROM pg_database WHERE datname LIKE 'convisav_drill%'")
    with shop.read() as session:
        assert session.execute(names).scalar_one() == 0
    shop.write(lambda session: session.execute(sa.text("DELETE FROM order_event WHERE order_id = 1")))
    lost = drill(report.path, tmp_path, shop)
    assert not lost.passed and any("order_event" in fault for fault in lost.faults)


def test_a_newer_shop_is_kept_and_a_copy_put_back(shop: Store, tmp_path: Path) -> None:
    report = dump(shop, tmp_path / "copies", NOON)
    shop.write(one_more)
    with pytest.raises(Refusal, match="1 order, 1 step of an order"):
        load(shop, report.path, tmp_path / "copies")
    assert orders(shop) == 4
    done = load(shop, report.path, tmp_path / "copies", lose_newer=True)
    assert orders(shop) == 3 and done.skipped == 1 and done.lost is not None and done.lost.numbers
    assert done.before is not None and done.before.parent.name == "replaced"
    with shop.read() as session:
        assert faults(session) == []
    number = shop.write(lambda session: next_number(session, 2026))
    assert number.startswith("260000005"), "4 stands on a label"
    assert load(shop, done.before, tmp_path / "copies", lose_newer=True).report.orders == 4
    assert orders(shop) == 4


def test_a_shop_in_which_somebody_works_is_not_replaced(shop: Store, tmp_path: Path) -> None:
    report = dump(shop, tmp_path / "copies", NOON)
    shop.write(lambda session: session.add(Station(name="counter 1")))
    with pytest.raises(StoreError, match="in use"):
        load(shop, report.path, tmp_path / "copies", lose_newer=True)


def test_a_copy_that_is_none_changes_nothing(shop: Store, tmp_path: Path) -> None:
    report = dump(shop, tmp_path / "copies", NOON)
    report.path.write_bytes(report.path.read_bytes()[:3000])
    for path in (report.path, tmp_path / "none.dump"):
        with pytest.raises(StoreError):
            load(shop, path, tmp_path / "copies", lose_newer=True)
    assert orders(shop) == 3


def test_the_commands_on_a_server(shop: Store, tmp_path: Path) -> None:
    url = {"CONVISAV_DATABASE_URL": shop.url}
    assert convisav(tmp_path, "backup", **url).code == 0
    held = convisav(tmp_path, "restore", "--drill", **url)
    assert held.code == 0 and "GOOD" in held.out, held.err + held.out
    told = convisav(tmp_path, "doctor", **url).out
    assert "found the copy" in told and "The newest copy is 0 hours old" in told
    (copy,) = (tmp_path / "backups").glob("*.dump")
    assert "would replace" in convisav(tmp_path, "restore", str(copy), **url).err
    done = convisav(tmp_path, "restore", str(copy), "--yes", **url)
    assert done.code == 0 and "Restored 3 orders." in done.out, done.err


def test_a_copy_that_fails_leaves_nothing(shop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(programs: Path, part: Path, final: Path) -> server_backup.BackupReport:
        raise StoreError("broken")

    monkeypatch.setattr(server_backup, "_read_through", broken)
    with pytest.raises(StoreError, match="broken"):
        dump(shop, tmp_path / "copies")
    assert list((tmp_path / "copies").iterdir()) == []
