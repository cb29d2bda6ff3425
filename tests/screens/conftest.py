"""A counter with a few customers, for the screens of the shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convisav_tui.clock import PRETENDED_NOW

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.engine import Store
    from tests.screens.intake_bench import IntakeBench
    from tests.screens.shop_bench import ShopBench

NOW = "2026-11-21T13:33:00+00:00"


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop that tests copy."""
    from tests.screens.intake_bench import shop_with_customers

    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(PRETENDED_NOW, NOW)
        shop_with_customers(folder).close()
    return folder


@pytest.fixture
def store(shop_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    from tests.screens.intake_bench import copy_of

    monkeypatch.setenv(PRETENDED_NOW, NOW)
    store = copy_of(shop_template, tmp_path)
    yield store
    store.close()


@pytest.fixture
def counter(store: Store, tmp_path: Path) -> Counter:
    from tests.screens.intake_bench import counter_on

    return counter_on(store, tmp_path)


@pytest.fixture
def bench(counter: Counter) -> IntakeBench:
    from tests.screens.intake_bench import IntakeBench

    return IntakeBench(counter)


@pytest.fixture(scope="session")
def orders_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop with orders in many states, that tests copy."""
    from tests.screens.shop_bench import shop_with_orders

    folder = tmp_path_factory.mktemp("orders")
    with pytest.MonkeyPatch.context() as patched:
        shop_with_orders(folder, patched).close()
    return folder


@pytest.fixture
def shop(orders_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store of that shop."""
    from tests.screens.intake_bench import copy_of

    monkeypatch.setenv(PRETENDED_NOW, NOW)
    store = copy_of(orders_template, tmp_path)
    yield store
    store.close()


@pytest.fixture
def desk(shop: Store, tmp_path: Path) -> ShopBench:
    """The program on that shop, with its board on screen."""
    from tests.screens.shop_bench import ShopBench, counter_of

    return ShopBench(counter_of(shop, tmp_path))
