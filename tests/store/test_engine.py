from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import Conflict, StoreError, StoreFull, StoreLocked, StoreReadOnly
from convisav_tui.store.engine import CACHE, SMALL_CACHE, Store, sqlite_driver
from convisav_tui.store.models import (
    Counter,
    Means,
    MessageAttempt,
    Nature,
    OrderEvent,
    Party,
    Payment,
    RepairOrder,
)
from tests.forked import process, write_for_ever
from tests.shop_builder import add_device, add_message, add_order, add_party, small_shop, small_store
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


def payment(order_id: int, key: str = "once") -> Payment:
    return Payment(
        order_id=order_id, nature=Nature.ACOMPTE, means=Means.CARD, amount=3000, currency="EUR", idempotency_key=key
    )


# --- what never changes ---


def test_events_and_payments_never_change(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    store.write(lambda session: session.add(payment(1)))

    def change_event(session: Session) -> None:
        event = session.get(OrderEvent, 1)
        assert event is not None
        event.event = "cancel"

    def change_payment(session: Session) -> None:
        paid = session.get(Payment, 1)
        assert paid is not None
        paid.amount = 1

    for change in (change_event, change_payment):
        with pytest.raises(StoreError, match="never change"):
            store.write(change)
    for kind in (OrderEvent, Payment):
        with pytest.raises(StoreError, match="never deleted"):
            store.write(lambda session, kind=kind: session.delete(session.get(kind, 1)))  # type: ignore[misc]
    with store.read() as session:
        assert session.get(OrderEvent, 1).event == "receive"  # type: ignore[union-attr]
        assert session.get(Payment, 1).amount == 3000  # type: ignore[union-attr]


def test_an_attempt_is_closed_once(tmp_path: Path) -> None:
    store = small_shop(tmp_path)

    def begin(session: Session) -> None:
        order = session.get(RepairOrder, 1)
        assert order is not None
        message = add_message(session, order)
        session.add(MessageAttempt(message_id=message.id, token="t", attempt=1))

    def close(session: Session) -> None:
        attempt = session.get(MessageAttempt, 1)
        assert attempt is not None
        attempt.finished_at = datetime(2026, 11, 21, tzinfo=UTC)
        attempt.kind = "accepted"

    def close_otherwise(session: Session) -> None:
        attempt = session.get(MessageAttempt, 1)
        assert attempt is not None
        attempt.kind = "permanent"

    store.write(begin)
    store.write(close)
    with pytest.raises(StoreError, match="never change"):
        store.write(close_otherwise)


# --- two people ---


def test_the_second_of_two_writers_is_told_instead_of_overwriting(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    with store.read() as mine, store.read() as theirs:
        my_party, their_party = mine.get(Party, 1), theirs.get(Party, 1)
        assert my_party is not None and their_party is not None
        mine.expunge(my_party)
        their_party.city = "Lille"
        theirs.commit()

        def save_mine(session: Session) -> None:
            my_party.city = "Paris"
            session.add(my_party)

        with pytest.raises(Conflict):
            store.write(save_mine, attempts=1)
    with store.read() as session:
        assert session.get(Party, 1).city == "Lille"  # type: ignore[union-attr]


def test_a_lost_race_is_run_again_on_fresh_rows(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    runs = []

    def change(session: Session) -> None:
        runs.append(1)
        party = session.get(Party, 1)
        assert party is not None
        if len(runs) == 1:  # somebody else commits between our reading and our writing
            session.execute(sa.text("UPDATE party SET version = version + 1, city = 'Lille' WHERE id = 1"))
        party.street = "1 rue Haute"

    store.write(change)
    assert len(runs) == 2


@pytest.mark.parametrize("table", ["order", "payment", "event"])
def test_the_same_command_twice_leaves_one_row(tmp_path: Path, table: str) -> None:
    store = small_shop(tmp_path)

    def again(session: Session) -> None:
        if table == "payment":
            session.add(payment(1))
        elif table == "event":
            session.add(OrderEvent(order_id=1, event="note", idempotency_key="once"))
        else:
            order = session.get(RepairOrder, 1)
            assert order is not None
            values = order.model_dump(exclude={"id", "number", "version"})
            session.add(RepairOrder(number="9900000000", **values))

    if table != "order":
        store.write(again)
    with pytest.raises(StoreError, match="idempotency_key"):
        store.write(again)


def test_increments_of_many_threads_all_count(tmp_path: Path) -> None:
    store = small_store(tmp_path)
    store.write(lambda session: session.add(Counter(name="test", value=0)))

    def increment(session: Session) -> None:
        counter = session.get(Counter, "test")
        assert counter is not None
        counter.value += 1

    threads = [threading.Thread(target=lambda: [store.write(increment) for _ in range(25)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        assert session.get(Counter, "test").value == 100  # type: ignore[union-attr]


# --- troubles of the database ---


def _add_counter(session: Session) -> None:
    session.add(Counter(name="new", value=1))


def test_a_busy_database_is_told_after_the_wait(tmp_path: Path) -> None:
    store = small_store(tmp_path, lock_seconds=0.05)
    other = sqlite_driver().connect(tmp_path / "shop.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked) as told:
        store.write(_add_counter, attempts=2)
    assert "nothing was saved" in told.value.sentence
    assert told.value.remedy
    other.execute("ROLLBACK")
    store.write(_add_counter)


def test_a_long_queue_of_writers_is_told_after_the_wait(tmp_path: Path) -> None:
    store = small_store(tmp_path, lock_seconds=0.05)
    descriptor = os.open(tmp_path / "shop.db.wlock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(StoreLocked):
        store.write(_add_counter)
    os.close(descriptor)
    store.write(_add_counter)


def test_a_writer_waits_for_the_other_one(tmp_path: Path) -> None:
    store = small_store(tmp_path, lock_seconds=20)
    other = sqlite_driver().connect(tmp_path / "shop.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Event()

    def write() -> None:
        store.write(_add_counter)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert not done.is_set()
    other.execute("COMMIT")
    wait_until(done.is_set)
    writer.join()


def test_a_full_disk_saves_nothing_and_says_so(tmp_path: Path) -> None:
    store = small_store(tmp_path)

    @sa.event.listens_for(store.engine, "begin")
    def no_more_pages(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def much(session: Session) -> None:
        device = add_device(session, add_party(session))
        for _ in range(100):
            add_order(session, device, note="x" * 4000)

    with pytest.raises(StoreFull, match="disk is full"):
        store.write(much)
    sa.event.remove(store.engine, "begin", no_more_pages)
    with store.read() as session:
        assert session.execute(sa.text("SELECT count(*) FROM party")).scalar_one() == 0
    store.close()
    Store(store.url).write(much)


@contextmanager
def unprivileged(path: Path) -> Iterator[None]:
    """As an account that may read below `path` but not write there; root gives its rights up meanwhile."""
    for below in [path, *path.rglob("*")]:
        below.chmod(0o555 if below.is_dir() else 0o444)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
        path.chmod(0o755)


def test_a_folder_without_rights_is_told() -> None:
    folder = Path(tempfile.mkdtemp())
    small_shop(folder).close()
    store = Store(f"sqlite:///{folder / 'shop.db'}")
    with unprivileged(folder), pytest.raises(StoreReadOnly) as told:
        store.write(_add_counter)
    assert told.value.remedy
    store.close()
    shutil.rmtree(folder)


def test_a_file_without_rights_is_told() -> None:
    folder = Path(tempfile.mkdtemp())
    small_shop(folder).close()
    (folder / "shop.db.wlock").chmod(0o666)
    folder.chmod(0o777)
    (folder / "shop.db").chmod(0o444)
    store = Store(f"sqlite:///{folder / 'shop.db'}")
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        with pytest.raises(StoreReadOnly):
            store.write(_add_counter)
    finally:
        if was_root:
            os.seteuid(0)
    store.close()
    shutil.rmtree(folder)


def test_a_reader_hears_of_trouble_in_words(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    with store.read() as session, pytest.raises(StoreError, match="no such table"):
        session.execute(sa.text("SELECT * FROM nowhere"))
    with pytest.raises(StoreError), Store("sqlite:////proc/none/shop.db").read() as session:
        session.execute(sa.text("SELECT 1"))


def test_strict_tables_refuse_what_does_not_belong(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    for wrong in (
        "UPDATE repair_order SET state = 'nowhere' WHERE id = 1",
        "UPDATE repair_order SET cap = 'much' WHERE id = 1",
        "UPDATE repair_order SET cap = -1 WHERE id = 1",
        "UPDATE repair_order SET number = '12' WHERE id = 1",
        "UPDATE repair_order SET party_id = 999 WHERE id = 1",
        "UPDATE party SET name = '' WHERE id = 1",
        "DELETE FROM party WHERE id = 1",
    ):
        with pytest.raises(StoreError):
            store.write(lambda session, wrong=wrong: session.execute(sa.text(wrong)))  # type: ignore[misc]


# --- kill -9 ---


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    store = small_shop(tmp_path, orders=0)
    store.close()
    acknowledged: set[str] = set()
    for _ in range(3):
        said = tmp_path / "said"
        said.write_text("")
        writers = [process(write_for_ever, store.url, str(said)) for _ in range(2)]
        for writer in writers:
            writer.start()
        wait_until(lambda said=said: said.read_text().count("\n") > 20, seconds=60)  # type: ignore[misc]
        for writer in writers:
            writer.kill()
            writer.join()
            assert writer.exitcode == -signal.SIGKILL
        lines = said.read_text().split("\n")[:-1]
        acknowledged |= {line for line in lines if len(line) == 10}
    after = Store(store.url)
    with after.read() as session:
        kept = set(session.execute(sa.text("SELECT number FROM repair_order")).scalars())
        without_event = session.execute(
            sa.text("SELECT count(*) FROM repair_order WHERE id NOT IN (SELECT order_id FROM order_event)")
        ).scalar_one()
        assert session.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert len(acknowledged) > 50
    assert acknowledged <= kept
    assert without_event == 0


def test_a_process_without_a_screen_keeps_few_pages(tmp_path: Path) -> None:
    store = small_shop(tmp_path)

    def pages() -> int:
        with store.read() as session:
            return int(session.execute(sa.text("PRAGMA cache_size")).scalar_one())

    assert pages() == -CACHE
    store.spare_memory()
    assert pages() == -SMALL_CACHE
