"""Sums that change hands: taken once, given back at most once, cash within the limit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.errors import NotFound, Refusal, StoreError
from convisav_tui.shop.payments import Sums, give_back, sums_of, take_payment
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    BillingState,
    Means,
    Nature,
    OrderEvent,
    OrderState,
    Payment,
    RepairOrder,
    Setting,
)
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, NOW, SHOP, counter_store, take_in


@pytest.fixture(autouse=True)
def _that_saturday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVISAV_NOW", NOW)


@pytest.fixture
def store(server_url: str, tmp_path: Path) -> Iterator[Store]:
    opened = counter_store(tmp_path, server_url)
    yield opened
    opened.close()


def pay(
    store: Store, order_id: int, amount: int, key: str, nature: Nature = Nature.BALANCE, means: Means = Means.CARD
) -> Payment:
    return store.write(
        lambda session: take_payment(
            session, order_id, amount=amount, nature=nature, means=means, actor=CLERK, shop=SHOP, key=key
        )
    )


def sums(store: Store, order_id: int) -> Sums:
    with store.read() as session:
        return sums_of(session, session.get_one(RepairOrder, order_id))


def price(store: Store, order_id: int, amount: int) -> None:
    def put(session: Session) -> None:
        session.get_one(RepairOrder, order_id).price = amount

    store.write(put)


def billing(store: Store, order_id: int) -> BillingState:
    with store.read() as session:
        return session.get_one(RepairOrder, order_id).billing_state


def test_what_was_paid_is_deducted_and_a_guarantee_deposit_is_not(store: Store) -> None:
    order_id = take_in(store, amount="30", means="card").order_id
    assert (sums(store, order_id).towards_price, sums(store, order_id).owed) == (3000, None)
    pay(store, order_id, 10_000, "deposit", Nature.GUARANTEE_DEPOSIT)
    price(store, order_id, 8000)
    held = sums(store, order_id)
    assert (held.towards_price, held.deposit_held, held.owed, held.paid) == (3000, 10_000, 5000, 13_000)
    assert held.by_nature == {Nature.ACOMPTE: 3000, Nature.GUARANTEE_DEPOSIT: 10_000}


def test_the_billing_state_follows_the_sums(store: Store) -> None:
    order_id = take_in(store).order_id
    assert billing(store, order_id) is BillingState.NONE
    pay(store, order_id, 1000, "a", Nature.ACOMPTE)
    assert billing(store, order_id) is BillingState.ADVANCE_PAID
    price(store, order_id, 5000)
    pay(store, order_id, 1000, "b")
    assert billing(store, order_id) is BillingState.PART_PAID
    last = pay(store, order_id, 3000, "c")
    assert billing(store, order_id) is BillingState.PAID
    store.write(lambda s: give_back(s, last.id or 0, amount=500, actor=CLERK, key="d", reason="geste"))
    assert billing(store, order_id) is BillingState.PART_PAID


def test_a_payment_sent_twice_is_taken_once(store: Store) -> None:
    order_id = take_in(store).order_id
    assert pay(store, order_id, 1000, "same").id == pay(store, order_id, 1000, "same").id
    with store.read() as session:
        assert len(session.exec(select(Payment)).all()) == 1
        events = session.exec(select(OrderEvent).where(OrderEvent.event == "payment_taken")).all()
    assert [event.detail["amount"] for event in events] == [1000]


def test_cash_is_limited_over_all_that_was_paid_on_the_order(store: Store) -> None:
    order_id = take_in(store, amount="600", means="cash").order_id
    with pytest.raises(Refusal) as refused:
        pay(store, order_id, 40_001, "a", means=Means.CASH)
    assert refused.value.guard == "cash_limit"
    pay(store, order_id, 40_000, "b", means=Means.CASH)
    pay(store, order_id, 40_001, "c", means=Means.CARD)


@pytest.mark.parametrize("amount", [0, -1000])
def test_nothing_is_no_payment(store: Store, amount: int) -> None:
    order_id = take_in(store).order_id
    with pytest.raises(Refusal):
        pay(store, order_id, amount, "a")


def test_no_more_is_given_back_than_was_paid_and_only_with_a_reason(store: Store) -> None:
    order_id = take_in(store).order_id
    paid = pay(store, order_id, 1000, "a")

    def back(amount: int, key: str, reason: str = "annulé") -> Payment:
        return store.write(lambda s: give_back(s, paid.id or 0, amount=amount, actor=CLERK, key=key, reason=reason))

    with pytest.raises(Refusal):
        back(1001, "b")
    with pytest.raises(Refusal):
        back(400, "c", reason=" ")
    assert back(400, "d").amount == -400
    assert back(400, "d").amount == -400
    with pytest.raises(Refusal):
        back(601, "e")
    back(600, "f")
    assert sums(store, order_id).paid == 0


def test_a_payment_never_changes(store: Store) -> None:
    paid = pay(store, take_in(store).order_id, 1000, "a")

    def change(session: Session) -> None:
        session.get_one(Payment, paid.id).amount = 1

    with pytest.raises(StoreError, match="never change"):
        store.write(change)


def test_a_shop_may_keep_its_diagnostic_fee_apart(store: Store) -> None:
    order_id = take_in(store, intake_amount="diagnostic", means="card").order_id
    price(store, order_id, 5000)
    assert sums(store, order_id).owed == 3000
    store.write(lambda session: session.add(Setting(key="diagnostic_fee_deducted", value=False)))
    assert sums(store, order_id).owed == 5000


def test_there_is_no_payment_without_an_order(store: Store) -> None:
    with pytest.raises(NotFound):
        pay(store, 99, 1000, "a")


def test_money_of_a_closed_order_moves_no_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(store, monkeypatch)
    bench.take_in()
    bench.pay(3000, Nature.ACOMPTE)
    bench.step("cancel", advance="keep", given_back="x")
    assert bench.order.state is OrderState.CLOSED
    paid = bench.rows(Payment)[0]
    for move in (
        lambda: pay(store, bench.order_id, 600, "late"),
        lambda: store.write(lambda s: give_back(s, paid.id, amount=1, actor=CLERK, key="back", reason="trop")),
    ):
        with pytest.raises(Refusal) as refused:
            move()
        assert (refused.value.guard, refused.value.mended_by) == ("order_open", "new")
    assert len(bench.rows(Payment)) == 1
