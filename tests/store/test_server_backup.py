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

from convisav_tui.errors import StoreError
from convisav_tui.store import server_backup
from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import open_store
from convisav_tui.store.server_backup import dump
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


def test_without_pg_dump_it_is_said(shop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(server_backup, "_INSTALLED", tmp_path)
    with pytest.raises(StoreError, match=r"pg_dump is not installed here.*PostgreSQL client"):
        dump(shop, tmp_path / "copies")
    assert not (tmp_path / "copies").exists()


def test_a_pg_dump_older_than_the_server_is_not_used(
    shop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:/bin:/usr/bin")
    monkeypatch.setattr(server_backup, "_INSTALLED", tmp_path)
    monkeypatch.setattr(server_backup.shutil, "which", lambda name: str(old))
    with pytest.raises(StoreError, match="pg_dump is of version 9"):
        dump(shop, tmp_path / "copies")


def test_a_copy_that_fails_leaves_nothing(shop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(programs: Path, part: Path, final: Path) -> server_backup.BackupReport:
        raise StoreError("broken")

    monkeypatch.setattr(server_backup, "_read_through", broken)
    with pytest.raises(StoreError, match="broken"):
        dump(shop, tmp_path / "copies")
    assert list((tmp_path / "copies").iterdir()) == []
