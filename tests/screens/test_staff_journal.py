"""The journal of the staff: reached from the menu, for managers only, leads to the order of a code that was shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session

from convisav_tui.shop import staffing
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.secrets import reveal_secret
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Role
from tests.screens.shop_bench import LOCKED, ShopBench, assert_snapshot, counter_of, number_of


@pytest.fixture
def managed(shop: Store, tmp_path: Path) -> Store:
    def people(session: Session) -> None:
        staffing.add_person(session, "mia", "Mia [bold]", Role.MANAGER, PROGRAM)

    shop.write(people)
    mia = counter_of(shop, tmp_path, "mia").actor
    shop.write(lambda session: reveal_secret(session, LOCKED, mia))
    return shop


def journal_of(store: Store, folder: Path, login: str, width: int = 80) -> ShopBench:
    desk = ShopBench(counter_of(store, folder, login), width)
    desk.press("f10")
    desk.type("journal")
    desk.press("enter")
    return desk


@pytest.mark.parametrize("width", [80, 120])
def test_looks(managed: Store, tmp_path: Path, width: int) -> None:
    desk = journal_of(managed, tmp_path, "mia", width)
    assert desk.desk.view.name == "journal"
    assert_snapshot(f"journal-{width}x24", desk.text())


def test_a_code_that_was_shown_leads_to_its_order(managed: Store, tmp_path: Path) -> None:
    desk = journal_of(managed, tmp_path, "mia")
    desk.press("home")
    if "unlock code" not in desk.under_cursor():
        desk.press("down")
    desk.press("enter")
    assert desk.desk.view.name == "sheet"
    assert number_of(managed, LOCKED)[2:9] in desk.text()


def test_who_does_not_manage_is_told_so(managed: Store, tmp_path: Path) -> None:
    desk = journal_of(managed, tmp_path, "anna")
    assert desk.desk.view.name == "board"
    assert "Only a manager" in desk.status
