"""T01: how a device with a lock is opened is always answered, and how the terms were accepted is always known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.errors import FieldErrors
from convisav_tui.shop.intake_guards import TERMS, UNANSWERED
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderEvent, RepairOrder, SecretState, Setting
from tests.shop.counter import NOW, counter_store, order_of, take_in

PHONE = {"device_type": "phone", "serial": ""}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("CONVISAV_NOW", NOW)
    opened = counter_store(tmp_path)
    yield opened
    opened.close()


def choose(store: Store, key: str, value: str) -> None:
    store.write(lambda session: session.add(Setting(key=key, value=value)))


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        (PHONE, SecretState.REFUSED),
        (PHONE | {"secret_kind": "refused"}, SecretState.REFUSED),
        (PHONE | {"secret_kind": "none"}, SecretState.NONE),
        (PHONE | {"secret_kind": "pin", "secret": "4711"}, SecretState.STORED),
        ({}, SecretState.NONE),
    ],
)
def test_a_lock_has_an_answer(store: Store, fields: dict[str, str], state: SecretState) -> None:
    assert order_of(store, take_in(store, **fields)).secret_state is state


def test_a_shop_that_asks_takes_no_phone_without_an_answer(store: Store) -> None:
    choose(store, UNANSWERED, "ask")
    with pytest.raises(FieldErrors) as refused:
        take_in(store, **PHONE)
    assert set(refused.value.errors) == {"secret_kind"}
    assert _orders(store) == 0
    for number, answer in enumerate(({"secret_kind": "none"}, {"secret_kind": "refused"}, {"secret": "4711"})):
        take_in(store, key=f"answered {number}", **(PHONE | answer))
    take_in(store, key="no lock")
    assert _orders(store) == 4


def test_what_an_open_question_counts_as_is_the_shop_s_choice(store: Store) -> None:
    choose(store, UNANSWERED, "none")
    assert order_of(store, take_in(store, **PHONE)).secret_state is SecretState.NONE


def test_the_terms_are_accepted_on_the_receipt_or_elsewhere(store: Store) -> None:
    take_in(store, key="signed", receipt="x")
    take_in(store, key="unsigned")
    with store.read() as session:
        assert [event.detail["terms"] for event in session.exec(select(OrderEvent))] == ["receipt", "elsewhere"]


def test_a_shop_may_take_nothing_in_without_a_receipt(store: Store) -> None:
    choose(store, TERMS, "receipt")
    with pytest.raises(FieldErrors) as refused:
        take_in(store)
    assert set(refused.value.errors) == {"receipt"}
    take_in(store, receipt="x")
    assert _orders(store) == 1


def _orders(store: Store) -> int:
    def count(session: Session) -> int:
        return len(session.exec(select(RepairOrder)).all())

    with store.read() as session:
        return count(session)
