"""A shop that the tests of a module share: opening one costs more than most of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from convisav_tui.config import PrinterConfig
from convisav_tui.printing.transport import Patience
from convisav_tui.store.engine import Store
from tests.printing.shop_with_printers import PATIENT, Shop
from tests.shop_builder import empty_store


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = empty_store(tmp_path_factory.mktemp("shop"))
    yield opened
    opened.close()


@pytest.fixture
def open_shop(tmp_path: Path, shared_store: Store) -> Iterator[Callable[..., Shop]]:
    """Opens the shop of this module with these printers; nothing waits in it before and after a test."""
    opened: list[Shop] = []

    def at(*printers: PrinterConfig, patience: Patience = PATIENT) -> Shop:
        opened.append(Shop(tmp_path, *printers, patience=patience, store=shared_store))
        return opened[-1]

    yield at
    for shop in opened:
        shop.forget()
