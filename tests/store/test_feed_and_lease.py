from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from convisav_tui.errors import Conflict
from convisav_tui.store.engine import Store
from convisav_tui.store.feed import Ticker
from convisav_tui.store.lease import acquire, fence, holder_of, release, renew
from convisav_tui.store.models import Counter
from tests.waiting import wait_until

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def touch(store: Store, name: str) -> None:
    store.write(lambda session: session.add(Counter(name=name)))


# --- the feed ---


def told(ticker: Ticker) -> bool:
    """At the next look on SQLite, within a second on a server; then no more."""
    wait_until(ticker.changed, 5, "a tick")
    return wait_until(lambda: not ticker.changed())


def test_a_commit_is_told_once(any_store: Store) -> None:
    with Ticker(any_store) as ticker:
        wait_until(lambda: not ticker.changed())
        touch(any_store, "here")
        assert told(ticker)
        other = Store(any_store.url)
        touch(other, "elsewhere")
        other.close()
        assert told(ticker)
        touch(any_store, "third")
        touch(any_store, "fourth")
        assert told(ticker)


def test_nothing_is_told_when_nothing_was_written(store: Store) -> None:
    with Ticker(store) as ticker:
        with store.read() as session:
            session.execute(sa.text("SELECT count(*) FROM party")).one()
        assert not ticker.changed()
        with store.read() as session:
            session.add(Counter(name="never"))
            session.flush()
            session.rollback()
        assert not ticker.changed()


def test_what_is_told_is_visible_and_nothing_is_missed(any_store: Store) -> None:
    """Whoever reads after each tick, and only then, has seen everything when the writers are done."""
    seen = 0

    def read_when_told() -> bool:
        nonlocal seen
        if ticker.changed():
            with any_store.read() as session:
                seen = int(session.execute(sa.text("SELECT count(*) FROM counter")).scalar_one())
        return seen == 60

    with Ticker(any_store) as ticker:
        writers = [
            threading.Thread(target=lambda n=n: [touch(any_store, f"{n}-{i}") for i in range(20)])  # type: ignore[misc]
            for n in range(3)
        ]
        for writer in writers:
            writer.start()
        wait_until(read_when_told, 60)
        for writer in writers:
            writer.join()


def test_the_feed_outlives_its_connection(store: Store) -> None:
    ticker = Ticker(store)
    ticker.close()
    assert ticker.changed()
    touch(store, "later")
    assert ticker.changed()
    ticker.close()


# --- the lease ---


def test_one_holder_at_a_time(any_store: Store) -> None:
    mine = acquire(any_store, "worker", "first", 30, NOON)
    assert mine is not None
    assert acquire(any_store, "worker", "second", 30, NOON + timedelta(seconds=29)) is None
    assert acquire(any_store, "other", "second", 30, NOON) is not None
    with any_store.read() as session:
        assert holder_of(session, "worker", NOON) == "first"
        assert holder_of(session, "worker", NOON + timedelta(seconds=31)) == ""
        assert holder_of(session, "nobody's", NOON) == ""


def test_a_lease_that_ran_out_goes_to_the_next_and_fences_the_first(any_store: Store) -> None:
    first = acquire(any_store, "worker", "first", 30, NOON)
    assert first is not None
    second = acquire(any_store, "worker", "second", 30, NOON + timedelta(seconds=30))
    assert second is not None and second.token != first.token
    assert renew(any_store, first, 30, NOON + timedelta(seconds=31)) is None
    release(any_store, first)
    with any_store.read() as session:
        assert holder_of(session, "worker", NOON + timedelta(seconds=31)) == "second"
        fence(session, second)
        with pytest.raises(Conflict):
            fence(session, first)


def test_a_renewed_lease_lasts_and_a_released_one_is_free(any_store: Store) -> None:
    mine = acquire(any_store, "worker", "first", 30, NOON)
    assert mine is not None
    renewed = renew(any_store, mine, 30, NOON + timedelta(seconds=20))
    assert renewed is not None and renewed.token == mine.token
    assert acquire(any_store, "worker", "second", 30, NOON + timedelta(seconds=45)) is None
    release(any_store, renewed)
    assert acquire(any_store, "worker", "second", 30, NOON + timedelta(seconds=46)) is not None


def test_of_many_that_ask_at_once_one_gets_it(any_store: Store) -> None:
    won: list[str] = []
    start = threading.Barrier(6)

    def ask(name: str) -> None:
        start.wait()
        if acquire(any_store, "worker", name, 30, NOON) is not None:
            won.append(name)

    threads = [threading.Thread(target=ask, args=(str(number),)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    with any_store.read() as session:
        assert holder_of(session, "worker", NOON) == won[0]


def test_a_fenced_process_writes_nothing(store: Store, tmp_path: Path) -> None:
    first = acquire(store, "worker", "first", 1, NOON)
    assert first is not None
    acquire(store, "worker", "second", 30, NOON + timedelta(seconds=2))

    def late_work(session: object) -> None:
        fence(session, first)  # type: ignore[arg-type]
        session.add(Counter(name="late"))  # type: ignore[attr-defined]

    with pytest.raises(Conflict):
        store.write(late_work)
    with store.read() as session:
        assert session.get(Counter, "late") is None
