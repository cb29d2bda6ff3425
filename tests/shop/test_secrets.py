"""Unlock codes: shown to repairers and journaled, destroyed with their key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import Refusal, StoreReadOnly
from convisav_tui.shop.drafts import save_draft, take_draft
from convisav_tui.shop.secrets import destroy_orphan_keys, purge_due, purge_secret, reveal_secret
from convisav_tui.store.engine import Store
from convisav_tui.store.keyring import Keyring, keyring_of
from convisav_tui.store.models import DeviceSecret, OrderEvent, OrderState, RepairOrder, SecretKind, SecretState
from tests.shop.counter import CLERK, NOW, SHOP, counter_store, order_of, take_in, technician

CODE = "Zx9-Qw7!"


@pytest.fixture(autouse=True)
def _that_saturday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVISAV_NOW", NOW)


@pytest.fixture
def store(server_url: str, tmp_path: Path) -> Iterator[Store]:
    opened = counter_store(tmp_path, server_url)
    yield opened
    opened.close()


def purge(store: Store, order_id: int) -> bool:
    return store.write(lambda session: purge_secret(session, session.get_one(RepairOrder, order_id), CLERK, "returned"))


def events_of(store: Store, event: str) -> list[OrderEvent]:
    with store.read() as session:
        return list(session.exec(select(OrderEvent).where(OrderEvent.event == event)).all())


def test_a_code_is_revealed_to_the_technician_and_that_is_written_down(store: Store) -> None:
    received = take_in(store, secret_kind="text", secret=CODE)
    revealed = store.write(lambda session: reveal_secret(session, received.order_id, technician(session)))
    assert (revealed.kind, revealed.code) == (SecretKind.TEXT, CODE)
    assert CODE not in repr(revealed)
    (event,) = events_of(store, "secret_revealed")
    assert event.order_id == received.order_id
    with store.read() as session:
        assert event.staff_id == technician(session).staff_id
        texts = [str(row.model_dump()) for row in session.exec(select(OrderEvent)).all()]
    assert not any(CODE in text for text in texts)


def test_a_clerk_does_not_see_it_and_nothing_is_journaled(store: Store) -> None:
    received = take_in(store, secret=CODE)
    with pytest.raises(Refusal, match="technician"):
        store.write(lambda session: reveal_secret(session, received.order_id, CLERK))
    assert events_of(store, "secret_revealed") == []


def test_a_clerk_sees_it_where_nobody_repairs_or_the_order_is_his(store: Store) -> None:
    received = take_in(store, secret=CODE)

    def assign(session: Session) -> None:
        session.get_one(RepairOrder, received.order_id).technician_id = CLERK.staff_id

    store.write(assign)
    assert store.write(lambda session: reveal_secret(session, received.order_id, CLERK)).code == CODE


def test_a_purge_destroys_the_key_and_the_ciphertext(store: Store) -> None:
    received = take_in(store, secret=CODE)
    assert purge(store, received.order_id) is True
    assert purge(store, received.order_id) is False
    assert order_of(store, received).secret_state is SecretState.PURGED
    with store.read() as session:
        kept = session.exec(select(DeviceSecret)).one()
        assert (kept.ciphertext, list(keyring_of(session).names())) == ("", [])
        assert kept.purged_at is not None
    (event,) = events_of(store, "secret_purged")
    assert event.detail == {"reason": "returned"}
    with pytest.raises(Refusal, match="No unlock code"):
        store.write(lambda session: reveal_secret(session, received.order_id, technician(session)))


def test_a_purge_that_was_rolled_back_leaves_no_readable_code(store: Store) -> None:
    received = take_in(store, secret=CODE)

    def fail(session: Session) -> None:
        purge_secret(session, session.get_one(RepairOrder, received.order_id))
        raise OSError("the power went")

    with pytest.raises(OSError, match="the power went"):
        store.write(fail)
    with pytest.raises(Refusal, match="not on this machine"):
        store.write(lambda session: reveal_secret(session, received.order_id, technician(session)))
    assert purge(store, received.order_id) is True


def test_no_code_is_shown_once_the_device_has_left(store: Store) -> None:
    received = take_in(store, secret=CODE)

    def hand_over(session: Session) -> None:
        session.get_one(RepairOrder, received.order_id).state = OrderState.RETURNED

    store.write(hand_over)
    with pytest.raises(Refusal, match="has left"):
        store.write(lambda session: reveal_secret(session, received.order_id, technician(session)))


def test_codes_that_outlived_their_use_are_destroyed(store: Store) -> None:
    idle = take_in(store, key="idle", secret=CODE)
    completed = take_in(store, key="completed", secret=CODE)
    fresh = take_in(store, key="fresh", secret=CODE)
    instant = now()

    def age(session: Session) -> None:
        session.get_one(RepairOrder, idle.order_id).updated_at = instant - timedelta(days=91)
        session.get_one(RepairOrder, completed.order_id).completed_at = instant - timedelta(days=31)
        session.get_one(RepairOrder, fresh.order_id).completed_at = instant - timedelta(days=29)

    store.write(age)
    assert store.write(lambda session: purge_due(session, SHOP, instant)) == 2
    with store.read() as session:
        stored = select(RepairOrder.id).where(col(RepairOrder.secret_state) == SecretState.STORED)
        assert session.exec(stored).all() == [fresh.order_id]


def test_the_key_of_an_order_that_never_was_is_swept(store: Store) -> None:
    received = take_in(store, secret=CODE)
    store.write(lambda session: save_draft(session, "k", "intake", "", {"secret": "12"}, CLERK))
    with store.read() as session:
        keyring = keyring_of(session)
        keyring.put("order-2600000999", b"k")
        keyring.put("draft-0123", b"k")
        assert destroy_orphan_keys(session, now() - timedelta(days=3650)) == 0
        assert destroy_orphan_keys(session, now() + timedelta(days=3650)) == 2
    assert store.write(lambda session: reveal_secret(session, received.order_id, technician(session))).code == CODE
    assert store.write(lambda session: take_draft(session, "k", CLERK)) == {"secret": "12"}


def test_a_refused_code_is_remembered_as_refused(store: Store) -> None:
    assert order_of(store, take_in(store, secret_kind="refused")).secret_state is SecretState.REFUSED


def test_an_intake_whose_key_cannot_be_kept_is_refused_in_words(store: Store, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(StoreReadOnly, match="cannot be kept"):
        take_in(store, secret=CODE)
    with store.read() as session:
        assert session.exec(select(RepairOrder)).all() == []


def test_the_name_of_a_key_is_never_a_path(tmp_path: Path) -> None:
    for name in ("../shop", "order-", "order-1/2", "order-1\n", ""):
        with pytest.raises(ValueError, match="no name of a key"):
            Keyring(tmp_path).put(name, b"k")
