from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.errors import Conflict, NotFound, Refusal
from convisav_tui.shop.outbox import reprint
from convisav_tui.shop.quoting import accepted_quote, current_quote
from convisav_tui.shop.reactions import message_accepted
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    BillingState,
    Holder,
    JobKind,
    Message,
    MessageEvent,
    MessageState,
    OrderState,
    Payment,
    Quote,
    QuoteState,
    RepairOrder,
    SecretState,
    Setting,
)
from tests.shop.bench import PATHS, Bench, replayed
from tests.shop.counter import CLERK, SHOP, counter_store

S = OrderState
# What an undo leaves as it became: the version, when the row was touched, and what cannot come back.
PASSING = {"version", "updated_at"}


@pytest.fixture(scope="module")
def store(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = counter_store(tmp_path_factory.mktemp("shop"), server_url)
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(store, monkeypatch)


def _values(order: RepairOrder) -> dict[str, object]:
    return {key: value for key, value in order.model_dump().items() if key not in PASSING}


def test_every_step_of_every_state_is_taken_back(bench: Bench) -> None:
    for state in [state for state in PATHS if state is not S.CLOSED]:
        bench.reach(state, amount="30", nature="acompte", means="cash", cap="50")
        for event, step in bench.steps().items():
            if step.refusal is None:
                before, held = _values(bench.order), bench.custody[-1].holder
                owed = {message.id: message.state for message in bench.messages()}
                bench.step(event)
                bench.wait(59)
                undone = bench.undo()
                assert (undone.undone_event, undone.to_state) == (event, state)
                assert _values(bench.order) == before, event
                assert bench.custody[-1].holder is held is bench.order.holder
                assert {m.id: m.state for m in bench.messages() if m.id in owed} == owed, event
                assert replayed(bench.events) == state
                bench.wait(61)


def test_a_minute_is_a_minute(bench: Bench) -> None:
    bench.reach(S.DIAGNOSING)
    bench.wait(61)
    with pytest.raises(Refusal) as refused:
        bench.undo()
    assert refused.value.guard == "undo_in_time" and bench.order.state is S.DIAGNOSING


@pytest.mark.parametrize(("chosen", "seconds"), [(5, 5), (0, 0), (-1, 60), (True, 60), ("5", 60)])
def test_a_shop_may_choose_how_long(
    chosen: object, seconds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(counter_store(tmp_path), monkeypatch)
    bench.store.write(lambda session: session.add(Setting(key="undo_seconds", value=chosen)))
    bench.reach(S.QUOTE_ISSUED, phone="06 12 34 56 78", quote_channel="sms")
    (message,) = (message for message in bench.messages() if message.event is MessageEvent.QUOTE_READY)
    issued = bench.events[-1]
    assert message.not_before - issued.at == timedelta(seconds=seconds)
    bench.wait(seconds + 1)
    with pytest.raises(Refusal) as refused:
        bench.undo()
    assert refused.value.guard == "undo_in_time" and str(seconds) in str(refused.value)


def test_the_message_of_an_undone_step_is_never_sent_and_the_next_one_is(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    bench.step("complete")
    bench.undo()
    assert [m.state for m in bench.messages(MessageEvent.REPAIR_READY)] == [MessageState.CANCELLED]
    bench.step("complete", price="100")
    first, second = bench.messages(MessageEvent.REPAIR_READY)
    assert (first.state, second.state) == (MessageState.CANCELLED, MessageState.QUEUED)
    assert first.dedupe_key != second.dedupe_key and "100,00" in second.body


@pytest.mark.parametrize(
    ("state", "word"),
    [(MessageState.LEASED, "leaving"), (MessageState.SENT, "already told"), (MessageState.UNKNOWN, "may have")],
)
def test_a_message_that_leaves_or_left_cannot_be_called_back(state: MessageState, word: str, bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    message = bench.messages(MessageEvent.QUOTE_READY)[0]

    def lease(session: Session) -> None:
        row = session.get_one(Message, message.id)
        row.state = state

    bench.write(lease)
    with pytest.raises(Refusal) as refused:
        bench.undo()
    assert refused.value.guard == "undo_before_message" and word in refused.value.sentence
    assert bench.order.state is S.QUOTE_ISSUED


def test_after_the_message_was_taken_the_customer_knows(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY)
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    bench.write(lambda session: message_accepted(session, session.get_one(Message, message.id)))
    with pytest.raises(Refusal) as refused:
        bench.undo()
    assert "already told" in refused.value.sentence


def test_an_undone_quote_is_current_no_more(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    bench.step("revise_quote", amount="140")
    bench.undo()
    with bench.store.read() as session:
        quote = current_quote(session, bench.order_id)
    assert quote is not None and quote.amount == 12000 and len(bench.rows(Quote)) == 2
    assert [m.state for m in bench.messages(MessageEvent.QUOTE_READY)] == [MessageState.QUEUED, MessageState.CANCELLED]
    bench.step("accept_quote")
    bench.undo()
    with bench.store.read() as session:
        assert accepted_quote(session, bench.order_id) is None
    assert bench.order.quote_state is QuoteState.ISSUED
    bench.step("revise_quote", amount="150")
    assert [row.revision for row in bench.rows(Quote)] == [1, 2, 3]


def test_a_quote_accepted_by_the_cap_goes_back_whole(bench: Bench) -> None:
    bench.take_in(cap="150")
    bench.step("request_quote")
    assert bench.step("issue_quote").to_state is S.QUOTE_ACCEPTED
    bench.undo()
    assert (bench.order.state, bench.order.quote_state) == (S.QUOTE_REQUESTED, QuoteState.NONE)
    with bench.store.read() as session:
        assert accepted_quote(session, bench.order_id) is None and current_quote(session, bench.order_id) is None


def test_money_given_back_is_taken_again_by_opposite_rows(bench: Bench) -> None:
    bench.reach(S.QUOTE_REQUESTED, amount="30", nature="acompte", means="cash")
    for _round in range(2):
        bench.step("cancel")
        assert bench.order.state is S.CLOSED
        bench.undo()
        assert bench.order.billing_state is BillingState.ADVANCE_PAID
    rows = bench.rows(Payment)
    assert [row.amount for row in rows] == [3000, -3000, 3000, -3000, 3000]
    assert {row.reverses_id for row in rows[1:]} == {rows[0].id}


def test_a_destroyed_code_does_not_come_back(bench: Bench) -> None:
    bench.take_in(device_type="phone", serial="", secret_kind="pin", secret="4711", quote_requested="")
    bench.step("cancel")
    bench.undo()
    order = bench.order
    assert (order.state, order.holder, order.secret_state) == (S.RECEIVED, Holder.IN_SHOP, SecretState.PURGED)


def test_what_is_not_undone(bench: Bench) -> None:
    bench.take_in()
    with pytest.raises(Refusal) as refused:
        bench.undo()
    assert refused.value.mended_by == "step:cancel"
    bench.step("start_diagnosis")
    bench.undo()
    with pytest.raises(Refusal) as refused:
        bench.undo()
    assert "undone already" in refused.value.sentence
    bench.step("start_diagnosis")
    bench.pay(1000)
    with pytest.raises(Refusal) as refused:
        bench.undo()
    assert "Something else happened" in refused.value.sentence
    bench.order_id = 10**6
    with pytest.raises(NotFound):
        bench.undo()


def test_what_does_not_hinder_an_undo(bench: Bench) -> None:
    bench.reach(S.DIAGNOSING)
    bench.write(lambda session: reprint(session, bench.order_id, JobKind.LABEL, CLERK, SHOP))
    assert bench.undo().to_state is S.RECEIVED


def test_a_double_undo_is_one(bench: Bench) -> None:
    bench.reach(S.DIAGNOSING)
    taken = bench.step("request_quote", key="step")
    first, again = bench.undo("twice"), bench.undo("twice")
    assert first == again and first.to_state is S.DIAGNOSING
    with pytest.raises(Conflict):
        bench.undo("step")
    assert taken.undo_until > now()


def test_a_called_customer_may_be_called_again(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY, ready_channel="call")
    bench.wait(61)
    assert bench.messages(MessageEvent.REPAIR_READY)[0].state is MessageState.TO_CALL
    bench.step("called")
    assert bench.messages(MessageEvent.REPAIR_READY)[0].state is MessageState.CALLED
    bench.undo()
    assert bench.messages(MessageEvent.REPAIR_READY)[0].state is MessageState.TO_CALL
    assert all(message.sent_at is None for message in bench.messages())
