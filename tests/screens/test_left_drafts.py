"""Who begins to work is told what was left half typed; what is others' business is not told."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.drafts import INTAKE, left_here, save_draft
from convisav_tui.shop.staff import person_at_station
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Role, Staff
from tests.screens.shop_bench import ShopBench, counter_of


def _person(store: Store, login: str, station: str) -> Actor:
    with store.read() as session:
        known = session.exec(select(Staff).where(Staff.login == login)).first()
    if known is None:
        store.write(lambda session: session.add(Staff(login=login, name=login.title(), role=Role.CLERK)))
    return store.write(lambda session: person_at_station(session, login, station))


def _leave(store: Store, key: str, actor: Actor, *, parked: bool = True) -> None:
    store.write(lambda session: save_draft(session, key, INTAKE, key, {"fault": "x"}, actor, parked=parked))


@pytest.mark.parametrize(
    ("login", "station", "parked", "told"),
    [
        ("anna", "another counter", True, True),  # her own, wherever she left it
        ("theo", "counter 1", True, True),  # this station's, whoever typed it
        ("theo", "bench", True, False),
        ("theo", "bench", False, False),
        ("anna", "counter 1", False, True),  # killed while it was typed
        ("anna", "another counter", False, False),  # typed there now
    ],
)
def test_what_is_told(shop: Store, login: str, station: str, parked: bool, told: bool, tmp_path: Path) -> None:
    _leave(shop, "half", _person(shop, login, station), parked=parked)
    bench = ShopBench(counter_of(shop, tmp_path))
    assert ("1 intake waits under F5" in bench.status) == told
    with shop.read() as session:
        assert left_here(session, bench.counter.actor) == int(told)


def test_nothing_is_said_where_nothing_waits(shop: Store, tmp_path: Path) -> None:
    assert "F5" not in ShopBench(counter_of(shop, tmp_path)).status
