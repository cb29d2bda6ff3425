"""A copy put in place of a shop: nothing newer goes unasked, what stood there stays, no number is given twice."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import Refusal, StoreError, StoreNewer
from convisav_tui.shop.numbers import next_number
from convisav_tui.store.backup import backup, raw, verify
from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import HEAD, check_version
from convisav_tui.store.models import Device
from convisav_tui.store.restoring import restore
from convisav_tui.store.soundness import faults
from tests.shop_builder import add_order, small_shop
from tests.waiting import wait_until

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def orders(store: Store) -> int:
    with store.read() as session:
        return int(session.execute(sa.text("SELECT count(*) FROM repair_order")).scalar_one())


def one_more(store: Store) -> None:
    store.write(lambda session: add_order(session, session.get(Device, 1)))  # type: ignore[arg-type]


def test_a_newer_shop_is_not_overwritten_unasked(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    copy = backup(store, tmp_path / "backups", NOON)
    one_more(store)
    with pytest.raises(Refusal) as refused:
        restore(store, copy, tmp_path / "backups")
    assert refused.value.guard == "restore_newer"
    assert "1 order, 1 step of an order (26 0000004 6) would be lost" in refused.value.sentence
    assert "--lose-newer" in refused.value.remedy
    assert orders(store) == 4 and not (tmp_path / "backups" / "replaced").exists()


def test_a_copy_is_put_back_under_open_connections(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    copy = backup(store, tmp_path / "backups", NOON)
    one_more(store)
    other = Store(store.url)
    assert orders(other) == 4
    done = restore(store, copy, tmp_path / "backups", lose_newer=True)
    assert orders(other) == orders(store) == 3
    assert done.lost is not None and done.lost.counts["repair_order"] == 1
    assert done.before is not None and done.before.parent == tmp_path / "backups" / "replaced"
    assert verify(done.before).orders == 4
    assert done.before.stat().st_mode & 0o777 == 0o600 and done.before.parent.stat().st_mode & 0o777 == 0o700
    one_more(other)
    assert orders(store) == 4
    with store.read() as session:
        assert session.execute(sa.text("PRAGMA journal_mode")).scalar_one() == "wal"
    assert sorted(path.name for path in tmp_path.glob(".shop*")) == []


def test_what_was_replaced_is_never_dropped_by_later_copies(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    copy = backup(store, tmp_path / "backups", NOON)
    one_more(store)
    kept = restore(store, copy, tmp_path / "backups", lose_newer=True).before
    for _ in range(3):
        backup(store, tmp_path / "backups", datetime.now(UTC))
    assert kept is not None and verify(kept).orders == 4


def test_a_number_on_a_label_is_not_given_again(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    copy = backup(store, tmp_path / "backups", NOON)
    one_more(store)
    one_more(store)
    assert restore(store, copy, tmp_path / "backups", lose_newer=True).skipped == 2
    assert store.write(lambda session: next_number(session, 2026)).startswith("260000006")
    again = backup(store, tmp_path / "backups", NOON + timedelta(hours=1))
    with raw(again) as connection:
        connection.execute("UPDATE counter SET value = 5")
    assert restore(store, again, tmp_path / "backups", lose_newer=True).skipped == 1

    def no_fault(session: Session) -> None:
        assert faults(session) == [], "numbers that were skipped on purpose are not missing"

    with store.read() as session:
        no_fault(session)


def test_a_copy_is_put_back_where_nothing_is(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    copy = backup(store, tmp_path / "backups", NOON)
    new = Store(f"sqlite:///{tmp_path / 'elsewhere' / 'shop.db'}")
    done = restore(new, copy, tmp_path / "backups")
    assert (done.before, done.lost, done.skipped) == (None, None, 0)
    assert check_version(new) == HEAD
    assert orders(new) == 3
    assert (tmp_path / "elsewhere" / "shop.db").stat().st_mode & 0o777 == 0o600


def test_a_damaged_copy_changes_nothing(tmp_path: Path) -> None:
    store = small_shop(tmp_path, orders=50)
    copy = backup(store, tmp_path / "backups", NOON)
    content = bytearray(copy.read_bytes())
    content[8192:16384] = b"\x00" * 8192
    copy.write_bytes(bytes(content))
    with pytest.raises(StoreError):
        restore(store, copy, tmp_path / "backups", lose_newer=True)
    assert orders(store) == 50


def test_a_copy_of_a_newer_program_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    copy = backup(store, tmp_path / "backups", NOON)
    with raw(copy) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreNewer, match="9999"):
        restore(store, copy, tmp_path / "backups", lose_newer=True)
    assert orders(store) == 3 and check_version(store) == HEAD


@pytest.mark.parametrize("damage", ["pages", "heading"])
def test_a_damaged_shop_is_kept_and_replaced(damage: str, tmp_path: Path) -> None:
    store = small_shop(tmp_path, orders=50)
    copy = backup(store, tmp_path / "backups", NOON)
    store.close()
    content = bytearray((tmp_path / "shop.db").read_bytes())
    place = slice(8192, 90_000) if damage == "pages" else slice(0, 100)
    content[place] = b"\xaa" * (place.stop - place.start)
    (tmp_path / "shop.db").write_bytes(bytes(content))
    done = restore(Store(store.url), copy, tmp_path / "backups")
    assert done.before is not None and done.before.read_bytes() == bytes(content)
    again = Store(store.url)
    assert orders(again) == 50
    one_more(again)


STATION = """
import sys
from convisav_tui.store.engine import Store
import sqlalchemy as sa
store = Store(sys.argv[1])
session = store.read()
session.execute(sa.text("SELECT 1 FROM counter")).all()
print("open", flush=True)
sys.stdin.read()
"""


def test_a_damaged_shop_is_not_taken_from_under_a_station(tmp_path: Path) -> None:
    store = small_shop(tmp_path, orders=50)
    copy = backup(store, tmp_path / "backups", NOON)
    store.close()
    station = subprocess.Popen(
        [sys.executable, "-c", STATION, store.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert station.stdout is not None and station.stdout.readline() == "open\n"
        with (tmp_path / "shop.db").open("r+b") as file:
            file.seek(8192)
            file.write(b"\xaa" * 80_000)
        with pytest.raises(StoreError, match="still open somewhere"):
            restore(Store(store.url), copy, tmp_path / "backups")
    finally:
        station.communicate("")
    wait_until(lambda: station.poll() is not None)
    assert restore(Store(store.url), copy, tmp_path / "backups").before is not None
    assert orders(Store(store.url)) == 50
