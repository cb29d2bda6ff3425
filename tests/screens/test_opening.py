"""The start of the program, and what still works when its database cannot be used."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.errors import StoreFull
from convisav_tui.screens.counter import Counter
from convisav_tui.store.engine import Store
from tests.screens.conftest import NOW
from tests.screens.intake_bench import config_of
from tests.screens.shop_bench import LATE, QUOTED, ShopBench, assert_snapshot, number_of, shown_number


@pytest.fixture
def folder(orders_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's folder, closed."""
    monkeypatch.setenv(PRETENDED_NOW, NOW)
    shutil.copytree(orders_template, tmp_path, dirs_exist_ok=True)
    return tmp_path


def starting(folder: Path, width: int = 80, height: int = 24) -> ShopBench:
    """The program before its store is loaded."""
    return ShopBench(Counter(config_of(folder)), width, height, loaded=False)


def test_the_first_page_comes_before_the_store(folder: Path) -> None:
    desk = starting(folder)
    first = desk.body
    assert "Late Lison" in first and "All open         6" in first
    desk.load()
    assert desk.body == first
    assert "Anna 14:33" in desk.line(0)


def test_where_the_cursor_was_put_meanwhile_it_stays(folder: Path) -> None:
    desk = starting(folder)
    desk.press("down")
    desk.load()
    assert desk.under_cursor().split("▸")[-1].split()[:3] == ["26", "0000004", "6"]


def test_keys_pressed_meanwhile_are_carried_out_in_order(folder: Path) -> None:
    desk = starting(folder)
    desk.press("f2")
    desk.type("zo")
    assert desk.desk.view.name == "board"
    desk.load()
    assert desk.desk.view.name == "intake" and "[zo" in desk.text()


def test_a_search_typed_meanwhile_opens_what_was_meant(folder: Path) -> None:
    desk = starting(folder)
    desk.type("haddad\r")
    assert desk.desk.view.name == "board"
    desk.load()
    assert desk.line(0).startswith(" Order 26 0000004 6")


def test_a_scan_meanwhile_opens_its_order(folder: Path) -> None:
    desk = starting(folder)
    with Store(f"sqlite:///{folder / 'shop.db'}").read() as session:
        from convisav_tui.store.models import RepairOrder

        number = session.get_one(RepairOrder, QUOTED).number
    desk.scan(number)
    desk.load()
    assert desk.line(0).startswith(" Order 26 0000001 4")


def test_a_new_shop_starts_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRETENDED_NOW, NOW)
    desk = starting(tmp_path)
    assert "The orders are being fetched." in desk.body
    desk.load()
    assert "No order here. F2 takes a device in" in desk.body and desk.counter.trouble == ""
    assert (tmp_path / "shop.db").exists()


def break_newer(folder: Path) -> None:
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def break_garbage(folder: Path) -> None:
    (folder / "shop.db").write_bytes(b"this is no database " * 500)


def break_folder(folder: Path) -> None:
    (folder / "shop.db").unlink()
    (folder / "shop.db").mkdir()


def break_foreign(folder: Path) -> None:
    (folder / "shop.db").unlink()
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


TROUBLES = [
    (break_newer, "newer version of the program"),
    (break_garbage, ""),
    (break_folder, ""),
    (break_foreign, "tables of another program"),
]


@pytest.mark.parametrize(("break_it", "sentence"), TROUBLES)
def test_a_database_that_cannot_be_used_is_said_and_the_program_stays(
    folder: Path, break_it: object, sentence: str
) -> None:
    assert callable(break_it)
    for left_over in folder.glob("shop.db-*"):
        left_over.unlink()
    break_it(folder)
    desk = starting(folder)
    desk.load()
    assert desk.counter.trouble and sentence in " ".join(desk.body.split())
    assert "Enter tries again" in desk.body and "convisav doctor" in desk.body
    for key in ("f2", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "tab", "down", "end", "ctrl+r", "escape"):
        desk.press(key)
        assert desk.desk.view.name == "board", key
    desk.type("haddad 06")
    desk.scan("2600000014")
    desk.elsewhere()
    assert desk.desk.view.name == "board" and "The orders cannot be shown." in desk.body
    desk.press("f1")
    assert desk.desk.view.name == "help"
    desk.press("escape", "ctrl+x")
    desk.answer("y")
    assert desk.left == 0


def test_it_can_be_tried_again(folder: Path) -> None:
    kept = (folder / "shop.db").read_bytes()
    break_garbage(folder)
    desk = starting(folder)
    desk.load()
    desk.press("enter")
    assert "The orders cannot be shown." in desk.body
    (folder / "shop.db").write_bytes(kept)
    desk.press("enter")
    assert "Late Lison" in desk.body and "All open         6" in desk.body
    desk.type("haddad\r")
    assert desk.line(0).startswith(" Order 26 0000004 6")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20)])
def test_looks_of_a_newer_database(folder: Path, width: int, height: int) -> None:
    break_newer(folder)
    desk = starting(folder, width, height)
    desk.load()
    assert_snapshot(f"board-newer-{width}x{height}", desk.text())


def test_with_a_full_disk_orders_can_still_be_looked_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Store, operation: object, **options: object) -> object:
        raise StoreFull("The disk is full: nothing was saved.", "Make room on the disk.")

    monkeypatch.setattr(Store, "write", full)
    desk = starting(folder)
    desk.load()
    assert "The disk is full: nothing was saved. Make room on the disk." in desk.status
    assert "Anna" in desk.line(0) and "Late Lison" in desk.body
    desk.press("enter")
    assert desk.line(0).startswith(f" Order {shown_number(desk.counter.store, LATE)}")
    desk.press("f8", "enter")
    assert "The disk is full" in desk.status and desk.desk.view.name == "step"


def test_a_worker_that_cannot_be_started_is_said_once(folder: Path) -> None:
    desk = starting(folder)
    from convisav_tui.errors import ConvisavError

    def broken() -> None:
        raise ConvisavError("Nobody prints here.")

    desk.program._keep_worker = broken
    desk.load()
    said = []
    for _tick in range(45):
        desk.program.tick(desk.desk)
        desk._settle()
        said.append(desk.status)
        desk.press("left", "right")
    assert sum("Nobody prints here." in status for status in said) == 1


def test_a_worker_is_looked_for_once_the_store_is_there_and_every_five_seconds(folder: Path) -> None:
    desk, looked = starting(folder), []
    desk.program._keep_worker = lambda: looked.append(True)
    for _tick in range(3):
        desk.program.tick(desk.desk)
    assert not looked
    desk.load()
    for _second in range(2):
        for _tick in range(20):
            desk.program.tick(desk.desk)
            desk._settle()
    assert len(looked) == 2


def test_ticks_show_what_another_station_changed(folder: Path) -> None:
    desk = starting(folder)
    desk.program.tick(desk.desk)  # before the store is loaded: nothing to ask
    desk.load()
    from convisav_tui.store.models import OrderState
    from tests.screens.shop_bench import change

    other = Store(f"sqlite:///{folder / 'shop.db'}")
    change(other, LATE, state=OrderState.DIAGNOSING)
    desk.program.tick(desk.desk)
    assert "Late Lison" not in desk.body and "In repair        1" in desk.body
    assert number_of(other, LATE)
    other.close()
