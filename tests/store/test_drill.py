"""The restore drill: it finds what is wrong with a copy, each way it can be wrong, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from convisav_tui.errors import StoreError
from convisav_tui.store import drill as drills
from convisav_tui.store.backup import backup, raw
from convisav_tui.store.drill import drill
from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import HEAD
from convisav_tui.store.models import Device
from tests.shop_builder import add_order, small_shop

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Store:
    return small_shop(tmp_path, orders=6)


@pytest.fixture
def copy(shop: Store, tmp_path: Path) -> Path:
    return backup(shop, tmp_path / "backups", NOON)


def in_copy(path: Path, *statements: str) -> None:
    with closing(raw(path)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        for statement in statements:
            connection.execute(statement)


def test_a_good_copy(shop: Store, copy: Path, tmp_path: Path) -> None:
    shop.write(lambda session: add_order(session, session.get(Device, 1)))  # type: ignore[arg-type]
    before = copy.read_bytes()
    found = drill(copy, tmp_path, shop)
    assert found.passed and found.faults == () and found.notes == ()
    assert (found.version, found.orders, found.events) == (HEAD, 6, 6)
    rows = {table.name: (table.copy, table.shop) for table in found.tables}
    assert rows["repair_order"] == (6, 7) and rows["party"] == (1, 1)
    assert found.newest is not None and found.newest.isoformat() == "2026-11-20T09:06:00+00:00"
    assert copy.read_bytes() == before
    assert list(tmp_path.glob("drill-*")) == []


WRONG: dict[str, tuple[str, str]] = {
    "a number is missing": ("DELETE FROM repair_order WHERE id = 3", "refers to rows that it does not hold"),
    "a number is missing with all that belongs to it": (
        "DELETE FROM order_event WHERE order_id = 3; DELETE FROM repair_order WHERE id = 3",
        "The number 26 0000003 8 is missing.",
    ),
    "the last numbers are missing": (
        "DELETE FROM order_event WHERE order_id > 4; DELETE FROM repair_order WHERE id > 4",
        "2 numbers are missing, from 26 0000005 1 to 26 0000006 7.",
    ),
    "the counter stands too low": ("UPDATE counter SET value = 2", "stands at 2, below the last number 6"),
    "a check digit": ("UPDATE repair_order SET number = '2600000013' WHERE id = 1", "its check digit is wrong"),
    "a state that no event leads to": (
        "UPDATE repair_order SET state = 'returned' WHERE id = 2",
        "1 orders are not in the state that their events lead to (order 2600000023)",
    ),
    "an order without a history": ("DELETE FROM order_event WHERE order_id = 2", "not in the state"),
    "a broken chain": (
        "UPDATE order_event SET from_state = 'testing' WHERE order_id = 5",
        "begin where the one before",
    ),
    "another holder": (
        "INSERT INTO custody_event (order_id, at, holder, place, note) VALUES (1, '2026-11-20', 'returned', '', '')",
        "not held by whom their custody says",
    ),
    "a fact is missing that the shop has": (
        "DELETE FROM order_event WHERE id = 6; UPDATE order_event SET id = 6 WHERE id = 5",
        "Table order_event: the copy holds 5 rows, the shop 6",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_a_copy_is_found(wrong: str, shop: Store, copy: Path, tmp_path: Path) -> None:
    statements, told = WRONG[wrong]
    in_copy(copy, *statements.split("; "))
    found = drill(copy, tmp_path, shop)
    assert not found.passed
    assert any(told in fault for fault in found.faults), found.faults


def test_a_damaged_a_foreign_and_a_missing_copy(shop: Store, copy: Path, tmp_path: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[8192:60_000] = b"\x55" * (60_000 - 8192)
    copy.write_bytes(bytes(content))
    (tmp_path / "letter.db").write_text("Dear Sir")
    for path in (copy, tmp_path / "letter.db", tmp_path / "none.db"):
        found = drill(path, tmp_path, shop)
        assert not found.passed and found.orders == 0 and len(found.faults) == 1
    assert list(tmp_path.glob("drill-*")) == []


def test_a_shop_that_lost_rows_is_found_by_the_copy(shop: Store, copy: Path, tmp_path: Path) -> None:
    shop.close()
    in_copy(tmp_path / "shop.db", "DELETE FROM party", "DELETE FROM device")
    found = drill(copy, tmp_path, Store(shop.url))
    assert any("Table party: the copy holds 1 rows, the shop 0" in fault for fault in found.faults)


def test_without_a_shop_and_with_an_older_one_nothing_is_compared(shop: Store, copy: Path, tmp_path: Path) -> None:
    alone = drill(copy, tmp_path, None)
    assert alone.passed and all(table.shop is None for table in alone.tables)
    in_copy(tmp_path / "shop.db", "DELETE FROM order_event WHERE id > 3")
    older = drill(copy, tmp_path, Store(shop.url))
    assert older.passed and older.notes == ("The shop is older than the copy: their rows were not compared.",)


def test_no_room_and_no_rights_are_said(
    shop: Store, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def little(_path: object) -> object:
        class Usage:
            free = 1000

        return Usage

    usage: Callable[[object], object] = little
    monkeypatch.setattr(drills.shutil, "disk_usage", usage)
    with pytest.raises(StoreError, match="no room"):
        drill(copy, tmp_path, shop)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError):
        drill(copy, tmp_path / "file", shop)


def test_the_copy_of_a_server_needs_a_server(shop: Store, tmp_path: Path) -> None:
    (tmp_path / "x.dump").write_bytes(b"PGDMP")
    with pytest.raises(StoreError, match="copy of a PostgreSQL database"):
        drill(tmp_path / "x.dump", tmp_path, shop)
