"""Random keys on every screen, few of them here (`benchmarks/random_keys.py` presses a hundred thousand)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.random_keys import OPENING, run

KEYS = 70


@pytest.mark.parametrize("screen", OPENING)
def test_random_keys_break_nothing(orders_template: Path, screen: str) -> None:
    monkey = run(screen, 1, KEYS, orders_template)
    assert screen in monkey.seen
