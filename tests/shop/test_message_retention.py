"""Texts of old messages go after their term; who was told of what stays; what somebody waits for is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.shop.message_retention import clear_old_texts
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Message, MessageState, OrderState
from tests.shop.counter import SHOP, counter_store
from tests.shop_builder import add_device, add_message, add_order, add_party

NOW = datetime(2027, 12, 1, 9, 0, tzinfo=UTC)
M = MessageState


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = counter_store(tmp_path)
    yield opened
    opened.close()


def written(store: Store, *states: tuple[MessageState, int]) -> None:
    """Messages in these states, so many days old at NOW."""

    def operation(session: Session) -> None:
        order = add_order(session, add_device(session, add_party(session)), OrderState.RECEIVED)
        for state, days in states:
            add_message(session, order, state, subject="[26] Prêt", created_at=NOW - timedelta(days=days))

    store.write(operation)


def clear(store: Store, limit: int = 500, later: int = 0) -> int:
    return store.write(lambda session: clear_old_texts(session, SHOP, NOW + timedelta(days=later), limit))


def bodies(store: Store) -> list[bool]:
    with store.read() as session:
        return [bool(row.body or row.subject) for row in session.exec(select(Message).order_by("id"))]


def test_what_is_older_than_a_year_says_nothing_any_more(store: Store) -> None:
    written(store, (M.SENT, 400), (M.CANCELLED, 380), (M.POSTED, 367), (M.SENT, 300))
    assert clear(store) == 3
    assert bodies(store) == [False, False, False, True]
    with store.read() as session:
        first = session.exec(select(Message)).first()
        assert first is not None and first.recipient and first.state is M.SENT
    assert clear(store) == 0
    assert clear(store, later=100) == 1


def test_what_somebody_waits_for_keeps_its_text_until_it_is_over(store: Store) -> None:
    written(store, (M.SENT, 500), (M.TO_CALL, 450), (M.CALLED, 400))
    assert clear(store) == 2
    assert bodies(store) == [False, True, False]

    def call(session: Session) -> None:
        session.exec(select(Message).where(Message.state == M.TO_CALL)).one().state = M.CALLED

    store.write(call)
    assert clear(store) == 1
    assert not any(bodies(store))


def test_many_are_cleared_bit_by_bit(store: Store) -> None:
    written(store, *[(M.SENT, 400)] * 5)
    assert [clear(store, limit=2) for _time in range(4)] == [2, 2, 1, 0]
