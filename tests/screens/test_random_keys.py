"""Random keys on every screen, few of them here (`benchmarks/random_keys.py` presses a hundred thousand)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.random_keys import OPENING, Monkey, pretended_time, run

KEYS = 80


@pytest.mark.parametrize("screen", OPENING)
def test_random_keys_break_nothing(orders_template: Path, screen: str) -> None:
    monkey = run(screen, 1, KEYS, orders_template)
    assert screen in monkey.seen


@pytest.mark.parametrize("screen", OPENING)
def test_each_screen_is_reached_by_its_keys(orders_template: Path, tmp_path: Path, screen: str) -> None:
    with pretended_time():
        monkey = Monkey(screen, 0, orders_template, tmp_path)
        monkey._go_there()
        assert screen == ("locked" if monkey.bench.desk.cover is not None else monkey.bench.desk.view.name)
        monkey.store.close()
