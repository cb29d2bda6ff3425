"""Every F-key has a second way, on every screen: a letter on lists, a Ctrl chord where text is typed, the menu for all.

The table of them is printed by `pytest -rP`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from convisav_tui.i18n import _
from convisav_tui.screens.actions import ACTIONS, EDITING_CHORDS, FORBIDDEN_CHORDS, Action, find
from convisav_tui.screens.decoding import Decoder
from convisav_tui.screens.keys import Key, label
from convisav_tui.store.engine import Store
from tests.screens.shop_bench import READY, ShopBench, counter_of

F_KEYS = [action for action in ACTIONS if action.key.startswith("f") and action.key[1:].isdigit()]
BY_NAME = [pytest.param(action, id=action.id) for action in F_KEYS]
# What terminals send for the F-keys, by kind.
SENT = {
    "xterm, screen, tmux, vt220": "OP OQ OR OS [15~ [17~ [18~ [19~ [20~ [21~ [23~ [24~",
    "linux": "[[A [[B [[C [[D [[E [17~ [18~ [19~ [20~ [21~ [23~ [24~",
    "rxvt, putty": "[11~ [12~ [13~ [14~ [15~ [17~ [18~ [19~ [20~ [21~ [23~ [24~",
}


def test_all_of_them() -> None:
    """F1 to F12; no two the same; none that a terminal sends as something else or takes for itself."""
    for action in F_KEYS:
        print(f"{action.key.upper():4} {action.letter}   {action.chord:7} {action.label}")
    assert sorted(int(action.key[1:]) for action in F_KEYS) == [*range(1, 13)]
    assert all(len(action.letter) == 1 and action.chord for action in F_KEYS)
    assert len({action.letter for action in F_KEYS}) == len({action.chord for action in F_KEYS}) == len(F_KEYS)
    assert not (FORBIDDEN_CHORDS | EDITING_CHORDS) & {action.chord for action in ACTIONS}


@pytest.mark.parametrize("kind", SENT)
def test_what_terminals_send_for_them(kind: str) -> None:
    found = [item for sequence in SENT[kind].split() for item in Decoder().feed(b"\x1b" + sequence.encode(), 0.0)]
    assert [key.name for key in found if isinstance(key, Key)] == [f"f{n}" for n in range(1, 13)]


@pytest.mark.parametrize("action", BY_NAME)
def test_the_chord_is_one_byte_of_its_own(action: Action) -> None:
    """Or Esc and a letter, in the one packet in which a terminal sends them."""
    modifier, letter = action.chord.split("+")
    sent = bytes([ord(letter.upper()) & 0x1F]) if modifier == "ctrl" else b"\x1b" + letter.encode()
    assert Decoder().feed(sent, 0.0) == [Key(action.chord)]


def _there(desk: ShopBench) -> tuple[object, ...]:
    """Which screen this is, and what is asked on it."""
    return desk.desk.view.name, desk.desk.prompt is not None, desk.status


def _on_the_sheet(store: Store, folder: Path) -> ShopBench:
    desk = ShopBench(counter_of(store, folder))
    desk.open_order(READY)
    return desk


@pytest.mark.parametrize("action", BY_NAME)
def test_a_letter_on_a_screen_without_text(shop: Store, tmp_path: Path, action: Action) -> None:
    one, other = _on_the_sheet(shop, tmp_path), _on_the_sheet(shop, tmp_path)
    one.press(action.key)
    other.command(action.letter)
    assert _there(one) == _there(other)
    assert _there(one) != _there(_on_the_sheet(shop, tmp_path)), "the key does something"


@pytest.mark.parametrize("screen", ["board", "intake"])
@pytest.mark.parametrize("action", BY_NAME)
def test_a_chord_where_text_is_typed(shop: Store, tmp_path: Path, action: Action, screen: str) -> None:
    reached = []
    for key in (action.key, action.chord):
        desk = ShopBench(counter_of(shop, tmp_path))
        if screen == "intake":
            desk.press("f2")
        desk.press(key)
        reached.append(_there(desk))
    assert reached[0] == reached[1]


@pytest.mark.parametrize("action", [param for param in BY_NAME if param.id != "menu"])
def test_the_menu_for_all(shop: Store, tmp_path: Path, action: Action) -> None:
    by_key, by_menu = _on_the_sheet(shop, tmp_path), _on_the_sheet(shop, tmp_path)
    by_key.press(action.key)
    by_menu.press("f10")
    by_menu.type(_(action.label))
    by_menu.press("enter")
    assert _there(by_key) == _there(by_menu)


@pytest.mark.parametrize("screen", ["board", "intake", "sheet"])
def test_help_names_them(shop: Store, tmp_path: Path, screen: str) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), 100, 60)
    if screen == "sheet":
        desk.open_order(READY)
    elif screen == "intake":
        desk.press("f2")
    offered = [*desk.desk.view.actions(), "person"]
    desk.press("f1")
    text = desk.text()
    for action in map(find, offered):
        if action in F_KEYS:
            assert "  ".join(label(key) for key in action.keys) in text, action.id
