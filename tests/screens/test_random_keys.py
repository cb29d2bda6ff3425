"""Random keys on every screen, few of them here (`benchmarks/random_keys.py` presses a hundred thousand)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui import screens
from convisav_tui.screens.view import View
from tests.screens.random_keys import NOT_OPENED, OPENING, run

KEYS = 20


@pytest.mark.parametrize("screen", OPENING)
def test_random_keys_break_nothing(orders_template: Path, screen: str) -> None:
    monkey = run(screen, 1, KEYS, orders_template)
    assert screen in monkey.seen


def test_every_screen_has_its_keys() -> None:
    """A new screen is opened by random keys too, or says that this shop cannot reach it."""
    for module in pkgutil.iter_modules(screens.__path__):
        importlib.import_module(f"{screens.__name__}.{module.name}")
    found = {name for view in _below(View) if view.__module__.startswith("convisav_tui.") for name in _name_of(view)}
    assert not found - OPENING.keys() - NOT_OPENED, "in OPENING or NOT_OPENED of random_keys.py"
    assert not (OPENING.keys() | NOT_OPENED) - found - {"locked"}, "screens that are no more"
    assert not OPENING.keys() & NOT_OPENED


def _below(view: type) -> Iterator[type]:
    yield view
    for one in view.__subclasses__():
        yield from _below(one)


def _name_of(view: type) -> tuple[str, ...]:
    return (view.__dict__["name"],) if view.__dict__.get("name") else ()
