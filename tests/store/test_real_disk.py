"""A disk that is really full, and one that is really read-only: said in words, nothing half written, everything there
afterwards."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import StoreError, StoreFull, StoreReadOnly
from convisav_tui.store.backup import backup, raw, verify
from convisav_tui.store.drill import drill
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Device
from convisav_tui.store.restoring import restore
from tests.commands.convisav import convisav
from tests.shop_builder import add_order, small_shop

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SMALL = 4 << 20


@dataclass(frozen=True)
class Disk:
    """A folder on a disk of some megabytes of its own; where none can be mounted, files cannot grow any more."""

    folder: Path
    mounted: bool

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not a page more."""
        if not self.mounted:
            soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            return
        filler = self.folder / "filler"
        descriptor = os.open(filler, os.O_CREAT | os.O_WRONLY, 0o600)
        with contextlib.suppress(OSError):
            while os.write(descriptor, b"\0" * 4096):
                continue
        os.close(descriptor)
        try:
            yield
        finally:
            filler.unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """As a card with its lock, or a file system that found a fault in itself."""
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)
        try:
            yield
        finally:
            subprocess.run(["mount", "-o", "remount,rw", self.folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=700", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def orders(store: Store) -> int:
    with store.read() as session:
        return int(session.execute(sa.text("SELECT count(*) FROM repair_order")).scalar_one())


def much(session: Session) -> None:
    device = session.get_one(Device, 1)
    for _ in range(300):
        add_order(session, device, note="x" * 9000)


def test_a_full_disk_saves_nothing_and_says_so(disk: Disk) -> None:
    store = small_shop(disk.folder)
    with disk.full(), pytest.raises((StoreFull, StoreReadOnly)) as told:
        store.write(much)
    assert told.value.remedy
    assert orders(store) == 3
    with raw(disk.folder / "shop.db", "mode=ro") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    store.write(lambda session: add_order(session, session.get(Device, 1)))  # type: ignore[arg-type]
    assert orders(store) == 4
    store.close()


def test_a_copy_a_drill_and_a_restore_on_a_full_disk_leave_all_as_it_was(disk: Disk, tmp_path: Path) -> None:
    store = small_shop(disk.folder)
    copy = backup(store, tmp_path / "elsewhere", NOON)
    with disk.full():
        with pytest.raises(StoreError):
            backup(store, disk.folder / "backups", NOON)
        with pytest.raises(StoreError):
            drill(copy, disk.folder, store)
        with pytest.raises(StoreError):
            restore(store, copy, disk.folder / "backups")
    assert orders(store) == 3
    left = {path.name for path in disk.folder.rglob("*") if path.is_file()}
    assert left <= {"shop.db", "shop.db-wal", "shop.db-shm", "shop.db.wlock"}
    assert verify(backup(store, disk.folder / "backups", NOON)).orders == 3
    store.close()


def test_a_read_only_disk_is_told(disk: Disk) -> None:
    small_shop(disk.folder).close()
    if not disk.mounted:
        pytest.skip("no disk of its own can be mounted here (it takes root); rights are tested in test_engine.py")
    with disk.read_only():
        store = Store(f"sqlite:///{disk.folder / 'shop.db'}")
        with pytest.raises(StoreReadOnly) as told:
            store.write(lambda session: add_order(session, session.get(Device, 1)))  # type: ignore[arg-type]
        assert told.value.remedy
        store.close()
        done = convisav(disk.folder, "orders")
        assert done.code == 5 and len(done.err.splitlines()) == 1 and "Traceback" not in done.err, done.err
        doctor = convisav(disk.folder, "doctor")
        assert doctor.code == 1 and "cannot be written" in doctor.out
    assert orders(Store(f"sqlite:///{disk.folder / 'shop.db'}")) == 3
