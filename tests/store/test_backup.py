from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from convisav_tui.errors import StoreError
from convisav_tui.store.backup import backup, backups, rotate, verify
from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import HEAD
from convisav_tui.store.models import Device
from tests.shop_builder import add_order, small_shop

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def one_more(store: Store) -> None:
    store.write(lambda session: add_order(session, session.get(Device, 1)))  # type: ignore[arg-type]


def test_a_copy_holds_everything_in_one_private_file(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    copy = backup(store, tmp_path / "backups", NOON)
    assert copy.name == "convisav-20261121T120000Z.db"
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "backups").stat().st_mode & 0o777 == 0o700
    report = verify(copy)
    assert (report.orders, report.parties, report.version, report.size) == (3, 1, HEAD, copy.stat().st_size)
    later = backup(store, tmp_path / "backups", NOON)
    assert later != copy and backups(tmp_path / "backups") == [later]  # the newest of an hour, and of a second


def test_copies_taken_while_others_write_are_whole(tmp_path: Path) -> None:
    store = small_shop(tmp_path, orders=1)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            one_more(store)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reports = [verify(backup(store, tmp_path / "backups", NOON + timedelta(hours=hour))) for hour in range(5)]
    finally:
        stop.set()
        writer.join()
    counts = [report.orders for report in reports]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_a_damaged_copy_is_refused(tmp_path: Path) -> None:
    store = small_shop(tmp_path, orders=50)
    copy = backup(store, tmp_path / "backups", NOON)
    content = bytearray(copy.read_bytes())
    content[8192:16384] = b"\x00" * 8192
    copy.write_bytes(bytes(content))
    (tmp_path / "letter.db").write_text("Dear Sir")
    for path in (copy, tmp_path / "letter.db", tmp_path / "missing.db", tmp_path):
        with pytest.raises(StoreError):
            verify(path)


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError):
        backup(store, tmp_path / "file", NOON)
    folder = tmp_path / "backups"
    folder.mkdir()
    store.close()
    (tmp_path / "shop.db").write_bytes(b"damaged" * 1000)
    with pytest.raises(StoreError):
        backup(Store(store.url), folder, NOON)
    assert list(folder.iterdir()) == []


def test_old_copies_go_by_the_hour_the_day_and_the_month(tmp_path: Path) -> None:
    taken = [NOON - timedelta(hours=hours) for hours in range(0, 24 * 500, 5)]
    for instant in taken:
        (tmp_path / f"convisav-{instant:%Y%m%dT%H%M%S}Z.db").touch()
    (tmp_path / "convisav-by hand.db").touch()
    (tmp_path / "letter.txt").touch()
    rotate(tmp_path)
    kept = [path.name for path in backups(tmp_path)]
    instants = [datetime.strptime(name, "convisav-%Y%m%dT%H%M%SZ.db").replace(tzinfo=UTC) for name in kept]
    assert instants[:24] == taken[:24]
    months = {instant.strftime("%Y%m") for instant in instants}
    assert len(months) == 12
    assert max(taken) in instants
    assert len(kept) <= 24 + 7 + 12
    assert (tmp_path / "convisav-by hand.db").exists() and (tmp_path / "letter.txt").exists()
    assert rotate(tmp_path) == []
