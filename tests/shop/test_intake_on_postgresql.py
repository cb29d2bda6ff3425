"""The same intake where several machines share a PostgreSQL database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui import ticket_number
from convisav_tui.config import Config, DatabaseConfig, ShopConfig, StaffConfig
from convisav_tui.shop.intake import Received
from convisav_tui.shop.secrets import reveal_secret
from convisav_tui.shop.setup import first_rows
from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import open_store
from convisav_tui.store.models import Payment, RepairOrder
from tests.shop.counter import CLERK, NOW, take_in
from tests.store.databases import new_database

# As CockroachDB and YugabyteDB work: transactions that got into each other's way are refused and must run again.
SERIALIZABLE = "&options=-c%20default_transaction_isolation%3Dserializable"


@pytest.fixture(params=["", SERIALIZABLE], ids=["usual", "serializable"])
def store(
    request: pytest.FixtureRequest, postgresql_server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    monkeypatch.setenv("CONVISAV_NOW", NOW)
    monkeypatch.setenv("CONVISAV_HOME", str(tmp_path))
    opened = open_store(new_database(postgresql_server_url) + request.param, tmp_path)
    config = Config(ShopConfig(), DatabaseConfig(opened.url), tmp_path, staff=(StaffConfig("anna", "Anna"),))
    opened.write(lambda session: first_rows(session, config))
    yield opened
    opened.close()


def at_once(count: int, work: object) -> list[Received]:
    """What `work(n)` gives when `count` threads start it together."""
    start, results = threading.Barrier(count), list[Received]()

    def run(station: int) -> None:
        start.wait(60)
        results.extend(work(station))  # type: ignore[operator]

    threads = [threading.Thread(target=run, args=(station,)) for station in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


def test_stations_number_their_orders_without_a_gap(store: Store) -> None:
    def work(station: int) -> list[Received]:
        return [
            take_in(store, key=f"{station}-{count}", name=f"Client {station} {count}", serial=f"SN-{station}-{count}")
            for count in range(5)
        ]

    numbers = sorted(received.number for received in at_once(4, work))
    assert numbers == [ticket_number.make(2026, counter) for counter in range(1, 21)]


def test_one_key_from_several_stations_opens_one_order(store: Store) -> None:
    results = at_once(4, lambda _station: [take_in(store, key="same", amount="10", means="card")])
    assert len(results) == 4
    assert {received.order_id for received in results} == {results[0].order_id}
    with store.read() as session:
        assert len(session.exec(select(RepairOrder)).all()) == 1
        assert len(session.exec(select(Payment)).all()) == 1


def test_the_key_of_a_code_lies_in_the_data_folder_of_this_machine(store: Store, tmp_path: Path) -> None:
    received = take_in(store, secret="9137")
    assert [key.name for key in (tmp_path / "keys").iterdir()] == [f"order-{received.number}"]
    assert store.write(lambda session: reveal_secret(session, received.order_id, CLERK)).code == "9137"
