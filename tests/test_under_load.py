"""Several stations at once, and stations killed at work: short here, a minute and fifty kills by the benchmarks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks import kills, stations
from benchmarks.stations import Shop
from tests.store.databases import new_database
from tests.store.postgresql_server import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """An empty shop on each kind of database."""
    if request.param == "sqlite":
        with stations.on_file() as opened:
            yield opened
        return
    server: Server = request.getfixturevalue("postgresql_server")
    yield stations.filled(Shop(new_database(server.url), tmp_path, server))


def test_stations_at_once_lose_and_double_nothing(shop: Shop) -> None:
    stations.work_together(shop, 4, 2.5)
    proof = stations.prove(shop)
    assert proof.troubles == []
    assert proof.orders == proof.done("intake") > 0 and proof.done("step") + proof.done("payment") > 0
    assert not proof.unasked, "nobody was killed, so everybody heard what became of his work"


def test_killed_stations_lose_nothing_that_was_acknowledged(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kills, "STATIONS", 2)
    monkeypatch.setattr(kills, "EVERY", 3)
    kills.kill_again_and_again(shop, 3)
    proof = stations.prove(shop)
    assert proof.troubles == []
    assert proof.orders >= proof.done("intake") > 0


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE payment SET amount = amount + 1 WHERE idempotency_key LIKE 'p%'", "payment p"),
        ("UPDATE repair_order SET number = '2600000000' WHERE id = 1", "no ticket number"),
        ("UPDATE repair_order SET state = 'testing' WHERE id = 1", "the log ends at"),
        ("UPDATE repair_order SET reported_fault = 'x' WHERE id = 1", "holds 'x'"),
        ("UPDATE repair_order SET holder = 'returned' WHERE id = 1", "held by returned"),
        ("UPDATE party SET note = '' WHERE id <= 12", "stands there 0 times"),
        ("UPDATE counter SET value = value + 1", "numbers of"),
    ],
)
def test_the_proof_sees_what_is_wrong(worked: Path, tmp_path: Path, sql: str, told: str) -> None:
    shutil.copytree(worked, tmp_path, dirs_exist_ok=True)
    copy = Shop(f"sqlite:///{tmp_path}/shop.db", tmp_path)
    store = copy.opened()
    with store.engine.begin() as connection:
        connection.execute(sa.text(sql))
    store.close()
    assert any(told in trouble for trouble in stations.prove(copy).troubles)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop in which two stations have worked for a while."""
    folder = tmp_path_factory.mktemp("worked")
    shop = stations.filled(Shop(f"sqlite:///{folder}/shop.db", folder))
    stations.work_together(shop, 2, 2.5)
    assert stations.prove(shop).done("note") and stations.prove(shop).done("payment")
    return folder
