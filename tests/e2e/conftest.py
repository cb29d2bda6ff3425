"""The shop of each end-to-end test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.shop import Shop, make_template, running_shop


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_template(folder)
    return folder


@pytest.fixture
def shop(tmp_path: Path, shop_template: Path) -> Iterator[Shop]:
    with running_shop(tmp_path / "shop", shop_template) as running:
        yield running
