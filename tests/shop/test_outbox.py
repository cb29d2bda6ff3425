from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.shop import outbox
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    JobKind,
    JobState,
    Message,
    MessageEvent,
    MessageState,
    OrderState,
    PrintJob,
    RepairOrder,
)
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store

S = OrderState


@pytest.fixture(scope="module")
def store(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = counter_store(tmp_path_factory.mktemp("shop"), server_url)
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(store, monkeypatch)


def _set(bench: Bench, row: Message | PrintJob, **values: object) -> None:
    def change(session: Session) -> None:
        found = session.get_one(type(row), row.id)
        for column, value in values.items():
            setattr(found, column, value)

    bench.write(change)


def _last_event(bench: Bench) -> str:
    return bench.events[-1].event


def test_a_reprint_is_a_duplicate_of_the_order_as_it_is_now(bench: Bench) -> None:
    bench.take_in(labels="1", receipt="x")
    first = next(job for job in bench.rows(PrintJob) if job.kind is JobKind.LABEL)
    _set(bench, first, state=JobState.SENT)
    again = bench.write(lambda session: outbox.reprint(session, bench.order_id, JobKind.LABEL, CLERK, SHOP))
    assert again.duplicate and again.dedupe_key != first.dedupe_key and again.state is JobState.QUEUED
    assert again.content == first.content and _last_event(bench) == "printed_again"
    third = bench.write(lambda session: outbox.reprint(session, bench.order_id, JobKind.LABEL, CLERK, SHOP))
    assert third.dedupe_key != again.dedupe_key


def test_the_first_paper_that_is_asked_for_later_is_no_duplicate(bench: Bench) -> None:
    bench.take_in(labels="0", receipt="")
    assert not bench.rows(PrintJob)
    job = bench.write(lambda session: outbox.reprint(session, bench.order_id, JobKind.RECEIPT, CLERK, SHOP))
    assert not job.duplicate
    with pytest.raises(NotFound):
        bench.write(lambda session: outbox.reprint(session, 10**6, JobKind.LABEL, CLERK, SHOP))


def test_a_job_is_called_off_only_before_it_leaves(bench: Bench) -> None:
    bench.take_in(labels="1", receipt="x")
    label, receipt = bench.rows(PrintJob)
    bench.write(lambda session: outbox.cancel_job(session, label.id, CLERK))
    assert bench.rows(PrintJob)[0].state is JobState.CANCELLED and _last_event(bench) == "print_cancelled"
    for state in (JobState.SENDING, JobState.SENT):
        _set(bench, receipt, state=state)
        with pytest.raises(Refusal):
            bench.write(lambda session: outbox.cancel_job(session, receipt.id, CLERK))
    with pytest.raises(NotFound):
        bench.write(lambda session: outbox.cancel_job(session, 10**6, CLERK))


def test_a_job_that_may_have_been_printed_comes_back_as_a_duplicate(bench: Bench) -> None:
    bench.take_in(labels="1", receipt="x")
    label, receipt = bench.rows(PrintJob)
    _set(bench, label, state=JobState.NEEDS_ATTENTION, attempts=1)
    _set(bench, receipt, state=JobState.CANCELLED)
    for job in (label, receipt):
        bench.write(lambda session, job=job: outbox.retry_job(session, job.id, CLERK))
    label, receipt = bench.rows(PrintJob)
    assert label.state is receipt.state is JobState.QUEUED
    assert label.duplicate and not receipt.duplicate
    with pytest.raises(Refusal):
        bench.write(lambda session: outbox.retry_job(session, label.id, CLERK))


def test_a_job_that_waits_for_its_printer_is_tried_at_once(bench: Bench) -> None:
    bench.take_in(labels="1", receipt="")
    (label,) = bench.rows(PrintJob)
    _set(bench, label, not_before=now() + timedelta(minutes=5), last_error="off")
    bench.write(lambda session: outbox.retry_job(session, label.id, CLERK))
    (label,) = bench.rows(PrintJob)
    assert label.state is JobState.QUEUED and label.not_before <= now() and not label.duplicate


def test_a_message_put_off_is_tried_at_once_but_not_one_that_can_be_taken_back(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    message = bench.messages(MessageEvent.QUOTE_READY)[0]
    with pytest.raises(Refusal):
        bench.write(lambda session: outbox.retry_message(session, message.id, CLERK))
    _set(bench, message, attempts=1, not_before=now() + timedelta(hours=1))
    bench.write(lambda session: outbox.retry_message(session, message.id, CLERK))
    assert bench.messages(MessageEvent.QUOTE_READY)[0].not_before <= now()


def test_a_spoken_message_is_owed_no_longer_and_notifies_the_order(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY, ready_channel="call")
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    assert message.state is MessageState.TO_CALL and message.recipient == "06 12 34 56 78"
    with bench.store.read() as session:
        assert message.id in [row.id for row in outbox.messages_owed(session)]
    bench.write(lambda session: outbox.mark_called(session, message.id, CLERK, "passe\x1b[31m demain"))
    assert bench.order.state is S.NOTIFIED and bench.order.notified_at is not None
    spoken, called = bench.events[-2:]
    assert (spoken.event, spoken.detail["reason"]) == ("message_spoken", "passe[31m demain")
    assert (called.event, called.transition) == ("called", "T28")
    with bench.store.read() as session:
        assert message.id not in [row.id for row in outbox.messages_owed(session)]
    with pytest.raises(Refusal):
        bench.write(lambda session: outbox.mark_called(session, message.id, CLERK))


def test_a_spoken_quote_changes_no_state(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED, quote_channel="call")
    message = bench.messages(MessageEvent.QUOTE_READY)[0]
    bench.write(lambda session: outbox.mark_called(session, message.id, CLERK))
    assert bench.order.state is S.QUOTE_ISSUED


@pytest.mark.parametrize("state", [MessageState.DEAD, MessageState.UNKNOWN])
def test_a_failed_message_is_tried_again_or_given_up(state: MessageState, bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    message = bench.messages(MessageEvent.QUOTE_READY)[0]
    _set(bench, message, state=state, attempts=8)
    bench.write(lambda session: outbox.retry_message(session, message.id, CLERK))
    tried = bench.messages(MessageEvent.QUOTE_READY)[0]
    assert (tried.state, tried.attempts) == (MessageState.QUEUED, 0) and _last_event(bench) == "message_retried"
    with pytest.raises(Refusal):
        bench.write(lambda session: outbox.retry_message(session, message.id, CLERK))
    bench.write(lambda session: outbox.cancel_message(session, message.id, CLERK, "déjà venu"))
    assert bench.messages(MessageEvent.QUOTE_READY)[0].state is MessageState.CANCELLED
    assert bench.events[-1].detail["reason"] == "déjà venu"


@pytest.mark.parametrize("state", [MessageState.LEASED, MessageState.SENT])
def test_a_message_under_way_is_not_called_off(state: MessageState, bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    message = bench.messages(MessageEvent.QUOTE_READY)[0]
    _set(bench, message, state=state)
    for operation in (outbox.cancel_message, outbox.mark_called):
        with pytest.raises(Refusal):
            bench.write(lambda session, operation=operation: operation(session, message.id, CLERK))


def test_the_same_news_twice_is_told_once_unless_asked(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY)
    said = bench.messages(MessageEvent.REPAIR_READY)[0]
    planned = outbox.PlannedMessage(said.channel, said.recipient, "", said.body, 1, said.event, "fr")

    def tell(session: Session, again: bool) -> Message | None:
        order = session.get_one(RepairOrder, bench.order_id)
        return outbox.enqueue_message(session, order, planned, cause=None, not_before=bench.instant, again=again)

    assert bench.write(lambda session: tell(session, again=False)) is None
    assert bench.write(lambda session: tell(session, again=True)) is not None
    assert len(bench.messages(MessageEvent.REPAIR_READY)) == 2
