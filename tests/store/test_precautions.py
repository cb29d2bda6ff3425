"""A clock that was put back, and tables that a newer program has changed under an open station: nothing wrong is
written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from convisav_tui import clock
from convisav_tui.errors import StoreNewer
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Counter, Device, OrderEvent
from convisav_tui.store.precautions import accept_clock, clock_trouble
from tests.shop_builder import add_device, add_order, add_party
from tests.store.databases import shop_on


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = shop_on(request, tmp_path)
    made.write(lambda session: add_order(session, add_device(session, add_party(session))))
    yield made
    made.close()


def times(session: Session) -> list[datetime]:
    return list(session.exec(select(OrderEvent.at).order_by(col(OrderEvent.id))))


def event_at(store: Store, at: datetime) -> None:
    """Something that was written when the clock said that."""
    store.write(lambda session: add_order(session, session.get(Device, 1), opened_at=at))  # type: ignore[arg-type]


def append(session: Session) -> datetime:
    instant = clock.of_fact()
    session.add(OrderEvent(order_id=1, at=instant, event="noted"))
    return instant


def test_what_is_written_after_the_clock_was_put_back_is_not_earlier(store: Store) -> None:
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    event_at(store, ahead)
    assert store.write(append) == ahead == store.write(append)
    assert clock.of_fact() < ahead, "outside a write the clock is what it is"
    with store.read() as session:
        assert times(session) == sorted(times(session))
        assert "steps get that time" in clock_trouble(session)


def test_a_clock_that_is_right_needs_nothing(store: Store) -> None:
    before = datetime.now(UTC)
    event_at(store, before - timedelta(seconds=1))
    assert store.write(append) >= before
    with store.read() as session:
        assert clock_trouble(session) == ""
    event_at(store, datetime.now(UTC) + timedelta(seconds=30))
    with store.read() as session:
        assert clock_trouble(session) == "", "two machines may differ by that much"


def test_a_clock_that_ran_ahead_is_forgotten_once_it_is_said(store: Store) -> None:
    event_at(store, datetime.now(UTC) + timedelta(days=3000))
    store.write(accept_clock)
    assert store.write(append) < datetime.now(UTC) + timedelta(seconds=1)
    with store.read() as session:
        assert clock_trouble(session) == ""


def test_a_pretended_time_is_believed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    event_at(store, datetime.now(UTC) + timedelta(days=3))
    monkeypatch.setenv(clock.PRETENDED_NOW, "2026-01-01T10:00:00+00:00")
    assert store.write(append) == datetime(2026, 1, 1, 10, tzinfo=UTC)


def test_a_station_does_not_write_into_tables_of_a_newer_program(store: Store) -> None:
    store.write(lambda session: session.add(Counter(name="before", value=1)))
    other = Store(store.url)
    with other.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreNewer, match="9999"):
        store.write(lambda session: session.add(Counter(name="after", value=1)))
    with other.read() as session:
        assert session.get(Counter, "after") is None
    other.close()


def test_a_database_that_is_being_made_is_written(tmp_path: Path) -> None:
    fresh = Store(f"sqlite:///{tmp_path / 'fresh.db'}")
    fresh.write(lambda session: session.execute(sa.text("CREATE TABLE alembic_version (version_num TEXT)")))
    fresh.close()
