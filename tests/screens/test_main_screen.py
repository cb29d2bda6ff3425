"""Every action that a screen shows works there; the keys of the bar are the keys that act."""

from __future__ import annotations

from pathlib import Path

import pytest

from convisav_tui.i18n import _
from convisav_tui.screens.actions import action_for, find
from convisav_tui.store.engine import Store
from tests.screens.shop_bench import LOCKED, READY, WATCH, ShopBench, counter_of

# How each screen is reached from the board.
WAYS: dict[str, tuple[int, tuple[str, ...]]] = {
    "board": (0, ()),
    "sheet": (LOCKED, ()),
    "step": (WATCH, ("f8",)),
    "step-refused": (READY, ("f8", "down")),
    "prints": (WATCH, ("f4",)),
    "prints-job": (WATCH, ("f4", "down", "down")),
    "prints-alone": (0, ("8", "f4")),
    "messages": (0, ("f6",)),
    "messages-due": (0, ("f6", "tab")),
    "till": (0, ("f7",)),
    "payment": (READY, ("f7",)),
    "customer": (READY, ("f9",)),
    "card": (READY, ("f9", "e")),
    "drafts": (0, ("f5",)),
    "intake": (0, ("f2",)),
    "menu": (0, ("f10",)),
    "help": (0, ("f1",)),
}


def reach(desk: ShopBench, way: str) -> None:
    order_id, keys = WAYS[way]
    if order_id:
        desk.open_order(order_id)
    for key in keys:
        desk.command(key) if len(key) == 1 else desk.press(key)
    assert desk.desk.view.name == way.split("-")[0]


@pytest.mark.parametrize("way", WAYS)
def test_every_action_of_the_key_bar_works(shop: Store, tmp_path: Path, way: str) -> None:
    counter = counter_of(shop, tmp_path)
    probe = ShopBench(counter)
    reach(probe, way)
    for action in probe.desk.view.actions():
        desk = ShopBench(counter)
        reach(desk, way)
        desk.desk.act(action)
        desk._settle()
        text = desk.text()
        assert _("Not possible here: {action}").split(":")[0] not in text, f"{way}: {action}"
        assert "internal error" not in text, f"{way}: {action}"


@pytest.mark.parametrize("way", WAYS)
def test_every_key_of_an_action_starts_that_action(shop: Store, tmp_path: Path, way: str) -> None:
    desk = ShopBench(counter_of(shop, tmp_path))
    reach(desk, way)
    view = desk.desk.view
    for action_id in view.actions():
        action = find(action_id)
        for key in (action.key, action.chord if view.typing else action.letter):
            if key and not (view.typing and (key in ("enter", "space") or len(key) == 1)):
                found = action_for(key, view.actions(), view.typing)
                assert found is not None and found.id == action_id, f"{way}: {key}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("width", "height"), [(40, 8), (60, 20), (80, 24), (200, 60)])
def test_every_screen_fits_any_window(shop: Store, tmp_path: Path, way: str, width: int, height: int) -> None:
    from convisav_tui.screens.widgets.painting import row_cells

    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    reach(desk, way)
    for key in ("", "down", "end", "pagedown", "home"):
        if key:
            desk.press(key)
        assert {row_cells(row) for row in desk.rows()} == {width}
        assert len(desk.rows()) == height


@pytest.mark.parametrize("way", [way for way in WAYS if way not in ("board",)])
def test_esc_leads_back_to_the_board(shop: Store, tmp_path: Path, way: str) -> None:
    desk = ShopBench(counter_of(shop, tmp_path))
    reach(desk, way)
    for _level in range(4):
        desk.press("escape")
    assert desk.desk.view.name == "board"


@pytest.mark.parametrize("way", WAYS)
def test_a_resize_to_a_small_window_and_back_changes_nothing(shop: Store, tmp_path: Path, way: str) -> None:
    desk = ShopBench(counter_of(shop, tmp_path))
    reach(desk, way)
    before = desk.text()
    desk.width, desk.height = 60, 20
    desk.text()
    desk.width, desk.height = 30, 5
    assert "too small" in desk.text()
    desk.width, desk.height = 80, 24
    assert desk.text() == before
