"""A PostgreSQL server that is far away: who committed, a line that breaks, one that falls silent, a lost answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import StoreError, StoreUncertain, StoreUnreachable
from convisav_tui.store.engine import Store
from convisav_tui.store.feed import Ticker
from convisav_tui.store.migrate import open_store
from convisav_tui.store.models import Counter
from convisav_tui.store.server import CONNECT_SECONDS, SILENCE_SECONDS
from tests.store.line import Line
from tests.store.postgresql_server import Server
from tests.waiting import wait_until


@pytest.fixture
def line(postgresql_server: Server) -> Iterator[Line]:
    with Line(postgresql_server.socket) as line:
        yield line


@pytest.fixture
def near(postgresql_url: str, tmp_path: Path) -> Iterator[Store]:
    """The shop, without the line: another station, or the test itself."""
    store = open_store(postgresql_url, tmp_path)
    yield store
    store.close()


@pytest.fixture
def far(near: Store, line: Line) -> Iterator[Store]:
    """The same database at the end of the line."""
    store = Store(line.url(near.url))
    yield store
    store.close()


def add(session: Session, name: str) -> None:
    session.add(Counter(name=name))


def names(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.execute(sa.text("SELECT name FROM counter")).scalars())


def test_another_station_is_told_long_before_a_second_is_over(near: Store, far: Store) -> None:
    with Ticker(far) as ticker:
        delays = []
        for number in range(20):
            wait_until(lambda: not ticker.changed())
            near.write(lambda session, number=number: add(session, f"n{number}"))  # type: ignore[misc]
            begun = time.monotonic()
            wait_until(ticker.changed, 1.0)
            delays.append(time.monotonic() - begun)
    print(f"told after {sorted(delays)[10] * 1000:.1f} ms (median of 20), at most {max(delays) * 1000:.1f} ms")


def test_a_commit_that_nobody_announced_is_told_too(near: Store) -> None:
    with Ticker(near) as ticker:
        wait_until(lambda: not ticker.changed())
        with sa.create_engine(near.url).begin() as connection:
            connection.execute(sa.text("INSERT INTO counter (name, value) VALUES ('by hand', 1)"))
        wait_until(ticker.changed, 3)


def test_a_transaction_that_wrote_nothing_wakes_nobody(near: Store) -> None:
    with sa.create_engine(near.url, isolation_level="AUTOCOMMIT").connect() as listening:
        driver = listening.connection.driver_connection
        assert driver is not None
        driver.execute("LISTEN convisav")
        near.write(lambda session: session.execute(sa.text("DELETE FROM counter WHERE name = 'none'")))
        near.write(lambda session: add(session, "one"))
        assert len(list(driver.notifies(timeout=5, stop_after=2))) == 1


def test_a_broken_line_is_said_and_mends_by_itself(near: Store, far: Store, line: Line) -> None:
    with Ticker(far) as ticker:
        wait_until(lambda: not ticker.changed())
        assert ticker.trouble == ""
        line.cut()
        assert wait_until(lambda: ticker.trouble, 3)
        near.write(lambda session: add(session, "meanwhile"))
        assert not ticker.changed()
        line.mend()
        wait_until(lambda: not ticker.trouble, 10)
        wait_until(ticker.changed, 3)
        assert "meanwhile" in names(far)
        wait_until(lambda: not ticker.changed())
        near.write(lambda session: add(session, "after"))
        wait_until(ticker.changed, 3)


def test_a_server_that_ends_connections_is_listened_to_again(near: Store) -> None:
    with Ticker(near) as ticker:
        wait_until(lambda: not ticker.changed())
        end_others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        with sa.create_engine(near.url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sa.text(end_others + " AND datname = current_database()"))
        wait_until(ticker.changed, 10)
        near.write(lambda session: add(session, "after"))
        wait_until(ticker.changed, 3)
        assert "after" in names(near)


def test_a_silent_server_is_said_and_keeps_nobody_waiting_for_ever(near: Store, far: Store, line: Line) -> None:
    with Ticker(far) as ticker:
        names(far)
        line.stall()
        begun = time.monotonic()
        said = ""

        def ticks() -> bool:
            nonlocal said
            ticker.changed()
            said = said or ticker.trouble
            return bool(said)

        wait_until(ticks, SILENCE_SECONDS)
        assert said == "no answer"
        failed: list[StoreError] = []

        def save() -> None:
            try:
                far.write(lambda session: add(session, "into the silence"))
            except StoreError as error:
                failed.append(error)

        saving = threading.Thread(target=save)
        saving.start()
        wait_until(lambda: ticker.changed() or not saving.is_alive(), 60)
        took = time.monotonic() - begun
        assert isinstance(failed[0], StoreUnreachable)
        assert took < 2 * SILENCE_SECONDS + 3 * CONNECT_SECONDS
        line.mend()
        wait_until(lambda: not ticker.trouble, 20)
    assert "into the silence" not in names(near)


def test_a_transaction_whose_line_broke_runs_again(near: Store, far: Store, line: Line) -> None:
    runs = []

    def operation(session: Session) -> None:
        add(session, "once")
        session.flush()
        runs.append(1)
        if len(runs) == 1:
            line.cut()
            line.mend()

    far.write(operation)
    assert len(runs) == 2
    assert "once" in names(near)


def test_a_lost_answer_is_not_guessed(near: Store, far: Store, line: Line) -> None:
    names(far)
    line.swallow_commit = True
    with pytest.raises(StoreUncertain, match="broke while saving"):
        far.write(lambda session: add(session, "perhaps"))
    assert line.swallowed == 1
    assert "perhaps" in names(near)


def test_what_has_a_key_of_its_own_is_done_again_after_a_lost_answer(near: Store, far: Store, line: Line) -> None:
    names(far)
    line.swallow_commit = True
    found = []

    def operation(session: Session) -> None:
        there = session.get(Counter, "keyed")
        found.append(there is not None)
        if there is None:
            add(session, "keyed")

    far.write(operation, repeatable=True)
    assert line.swallowed == 1
    assert found == [False, True]


def test_without_a_line_the_trouble_is_told_soon(near: Store, far: Store, line: Line) -> None:
    line.cut()
    begun = time.monotonic()
    with pytest.raises(StoreUnreachable, match="is not reached"), far.read() as session:
        session.execute(sa.text("SELECT 1"))
    with pytest.raises(StoreUnreachable, match="nothing was saved"):
        far.write(lambda session: add(session, "never"))
    assert time.monotonic() - begun < 10
    assert "never" not in names(near)
