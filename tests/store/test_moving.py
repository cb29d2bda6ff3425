"""A shop that moves: from a file to a server, back, broken off, gone on with, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from convisav_tui.clock import now
from convisav_tui.errors import StoreError
from convisav_tui.shop.secrets import reveal_secret
from convisav_tui.store import moving
from convisav_tui.store.engine import Store
from convisav_tui.store.lease import acquire, release
from convisav_tui.store.migrate import open_store
from convisav_tui.store.models import Draft, Party, Setting
from convisav_tui.store.moving import Moved, move, rows_in, sum_up, tables
from convisav_tui.store.search import find
from tests.shop.counter import counter_store, take_in, technician
from tests.store.databases import new_database

ORDERS = 6
NewStore = Callable[[str], Store]


@pytest.fixture
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewStore]:
    """Makes empty databases of a kind."""
    opened: list[Store] = []

    def make(kind: str) -> Store:
        if kind == "sqlite":
            store = Store(f"sqlite:///{tmp_path / f'new{len(opened)}.db'}")  # beside the keys
        else:
            store = Store(new_database(request.getfixturevalue("postgresql_server_url")))
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A shop with orders, secrets, payments, an accent in every name, and values that databases like to change."""
    monkeypatch.setenv("CONVISAV_HOME", str(tmp_path))
    store = counter_store(tmp_path)
    for number in range(ORDERS):
        secret = {"secret": "9137"} if number == 3 else {}
        take_in(
            store, f"key-{number}", name=f"Zoé Łukasz {number}", serial=f"SN{number:05d}", amount="10", means="card"
        )
        take_in(store, f"more-{number}", name=f"Ștefan {number}", device_type="phone", serial="", **secret)
    store.write(lambda session: session.add(Setting(key="odd", value={"b": [1, None, 2.5], "a": "é\u2028", "": False})))
    store.write(lambda session: session.add(Setting(key="nothing", value=None)))
    store.write(lambda session: session.add(Draft(key="draft", fields={"name": "O'Neil; DROP TABLE party"})))
    rest(store)
    yield store
    store.close()


def rest(store: Store) -> None:
    """Nobody has worked there for a while."""
    store.write(lambda session: session.execute(sa.text("UPDATE station SET last_seen_at = '2026-01-01 00:00:00'")))


def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "BATCH", 40)


class _PowerCut(BaseException):
    """Ends a move in the middle, as nothing in it foresees."""


def break_off(source: Store, target: Store, after: int, again: bool = False) -> None:
    left = after

    def advance(amount: int) -> None:
        nonlocal left
        left -= amount
        if left <= 0:
            raise _PowerCut

    with pytest.raises(_PowerCut):
        move(source, target, again, advance)


@pytest.mark.parametrize("kinds", [("postgresql", "sqlite"), ("sqlite", "postgresql")])
def test_a_shop_moves_there_and_back_and_works_on(
    shop: Store, new_store: NewStore, kinds: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(monkeypatch)
    first, second = new_store(kinds[0]), new_store(kinds[1])
    there = move(shop, first)
    back = move(first, second)
    assert there.tables == back.tables
    assert {table.name for table in there.tables} == {table.name for table in tables()}
    assert there.rows == rows_in(shop) > 100 and there.found == 0
    for store in (first, second):
        open_store(store.url, tmp_path).close()
        with store.read() as session:
            assert {hit.title for hit in find(session, "lukasz", limit=50)} == {
                f"Zoé Łukasz {n}" for n in range(ORDERS)
            }
            odd = session.get_one(Setting, "odd").value
            assert odd == {"b": [1, None, 2.5], "a": "é\u2028", "": False}
        assert take_in(store, "key-3").number == take_in(shop, "key-3").number
        assert take_in(store, "after the move", serial="NEW").number[2:9] == f"{2 * ORDERS + 1:07d}"
        with_code = take_in(store, "more-3").order_id
        code = store.write(
            lambda session, order_id=with_code: reveal_secret(session, order_id, technician(session)).code
        )
        assert code == "9137"


def test_the_sum_of_a_table_sees_every_value(shop: Store) -> None:
    table = Party.__table__  # type: ignore[attr-defined]

    def checksum() -> str:
        with shop.engine.connect() as connection:
            return sum_up(connection, table).checksum

    before = checksum()
    shop.write(lambda session: session.execute(sa.text("UPDATE party SET name = name || ' ' WHERE id = 2")))
    assert checksum() != before
    shop.write(lambda session: session.execute(sa.text("UPDATE party SET name = trim(name) WHERE id = 2")))
    assert checksum() == before


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_move_that_was_broken_off_is_no_shop_and_can_go_on(
    shop: Store, new_store: NewStore, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(monkeypatch)
    target = new_store(kind)
    whole = rows_in(shop)
    for broken in range(1, 5):
        break_off(shop, target, after=whole * broken // 3, again=broken > 1)
        with pytest.raises(StoreError, match="being moved"):
            open_store(target.url, tmp_path)
        with pytest.raises(StoreError, match=r"half done.*--again"):
            move(shop, target)
    moved = move(shop, target, again=True)
    assert moved.found > whole // 2
    assert moved.tables == move(shop, new_store(kind)).tables
    open_store(target.url, tmp_path).close()


def test_a_move_from_elsewhere_is_not_gone_on_with(shop: Store, new_store: NewStore, tmp_path: Path) -> None:
    target = new_store("sqlite")
    break_off(shop, target, after=10)
    (tmp_path / "other").mkdir()
    other = counter_store(tmp_path / "other")
    with pytest.raises(StoreError, match="Go on with that one"):
        move(other, target, again=True)
    other.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_source_that_changed_between_two_tries_is_noticed(
    shop: Store, new_store: NewStore, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(monkeypatch)
    target = new_store(kind)
    break_off(shop, target, after=rows_in(shop))
    shop.write(lambda session: session.execute(sa.text("UPDATE party SET name = 'Somebody else' WHERE id = 1")))
    with pytest.raises(StoreError, match="Table party is not the same on both sides"):
        move(shop, target, again=True)
    with pytest.raises(StoreError, match="being moved"):
        open_store(target.url, tmp_path)


def test_what_holds_something_is_no_target(shop: Store, new_store: NewStore, tmp_path: Path) -> None:
    target = new_store("sqlite")
    assert isinstance(move(shop, target), Moved)
    for again in (False, True):
        with pytest.raises(StoreError, match="is not empty"):
            move(shop, target, again)
    foreign = new_store("postgresql")
    with sa.create_engine(foreign.url).begin() as connection:
        connection.execute(sa.text("CREATE TABLE theirs (id integer)"))
    with pytest.raises(StoreError, match="tables of another program"):
        move(shop, foreign)


def test_a_database_whose_tables_are_all_empty_is_a_target(shop: Store, new_store: NewStore, tmp_path: Path) -> None:
    target = new_store("postgresql")
    open_store(target.url, tmp_path).close()
    assert move(shop, target).rows == rows_in(shop)


def test_a_shop_in_use_does_not_move(shop: Store, new_store: NewStore) -> None:
    target = new_store("sqlite")
    lease = acquire(shop, "worker", "counter:42", 60)
    assert lease is not None
    with pytest.raises(StoreError, match="counter:42"):
        move(shop, target)
    release(shop, lease)
    instant = now() - timedelta(seconds=100)
    station = "INSERT INTO station (name, last_seen_at) VALUES ('bench', :at)"
    shop.write(lambda session: session.execute(sa.text(station), {"at": f"{instant:%Y-%m-%d %H:%M:%S.%f}"}))
    with pytest.raises(StoreError, match="Leave the program at every station"):
        move(shop, target)
    assert not target.path or not target.path.exists()
    rest(shop)
    assert move(shop, target).rows


def test_nothing_is_no_source(new_store: NewStore) -> None:
    with pytest.raises(StoreError, match="There is no shop"):
        move(new_store("sqlite"), new_store("postgresql"))
