"""How steps are offered and taken: preview, double Enter, two stations, the timer of quotes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.errors import Conflict, FieldErrors
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.workflow import allowed_steps, expire_quotes, preview_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import MessageEvent, OrderState, Quote, QuoteState
from tests.shop.bench import ANSWERS, PATHS, Bench
from tests.shop.counter import OTHER, SHOP, counter_store

S = OrderState


@pytest.fixture(scope="module")
def store(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = counter_store(tmp_path_factory.mktemp("shop"), server_url)
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(store, monkeypatch)


def test_a_double_enter_takes_one_step(bench: Bench) -> None:
    bench.reach(S.QUOTE_REQUESTED)
    version = bench.order.version
    first = bench.step("issue_quote", key="enter", version=version)
    again = bench.step("issue_quote", key="enter", version=version)
    assert first == again and len(bench.rows(Quote)) == 1 and len(bench.messages(MessageEvent.QUOTE_READY)) == 1
    with pytest.raises(Conflict):
        bench.step("accept_quote", key="enter")


def test_a_second_station_is_told_who_was_faster(bench: Bench) -> None:
    bench.reach(S.RECEIVED)
    seen = bench.order.version
    bench.step("start_diagnosis", version=seen)
    with pytest.raises(Conflict) as conflict:
        bench.step("cancel", actor=OTHER, version=seen)
    assert "Anna" in conflict.value.sentence and "in diagnosis" in conflict.value.sentence
    assert "Start the diagnosis" in conflict.value.sentence
    assert bench.order.state is S.DIAGNOSING


def test_expiry_is_the_timers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(counter_store(tmp_path), monkeypatch)
    bench.reach(S.QUOTE_ISSUED)
    other = bench.order_id
    bench.wait(30 * 86400)  # 21/12/2026: the last day
    assert bench.write(lambda session: expire_quotes(session, bench.instant, SHOP)) == 0
    bench.wait(86400)
    assert bench.write(lambda session: expire_quotes(session, bench.instant, SHOP)) == 1
    assert bench.write(lambda session: expire_quotes(session, bench.instant, SHOP)) == 0
    bench.order_id = other
    assert (bench.order.state, bench.order.quote_state) == (S.QUOTE_EXPIRED, QuoteState.EXPIRED)
    assert bench.events[-1].transition == "T10" and bench.events[-1].staff_id is None


def test_a_preview_says_what_will_happen_and_changes_nothing(bench: Bench) -> None:
    bench.reach(S.QUOTE_REQUESTED, cap="100")
    before = (bench.order.version, len(bench.events))
    with bench.store.read() as session:
        answers = {"amount": "120", "text": "Pompe", "valid_until": "21/12/2026"}
        seen = preview_step(session, bench.order_id, "issue_quote", answers, SHOP)
        with pytest.raises(FieldErrors):
            preview_step(session, bench.order_id, "issue_quote", {}, SHOP)
    assert (bench.order.version, len(bench.events)) == before and not bench.rows(Quote)
    assert any("Above the spending cap" in sentence for sentence in seen.effects)
    assert any("SMS to 06 12 34 56 78 in 60 s" in sentence for sentence in seen.effects)
    bench.step("issue_quote", **answers)
    sent = bench.messages(MessageEvent.QUOTE_READY)[0]
    planned = seen.messages[0]
    assert (planned.recipient, planned.body, planned.channel) == (sent.recipient, sent.body, sent.channel)
    assert planned.segments == 1


@pytest.mark.parametrize("event", ["complete", "no_fault_found", "stop_work"])
def test_a_preview_of_the_end_is_what_is_sent(event: str, bench: Bench) -> None:
    bench.reach(S.IN_REPAIR, ready_channel="email")
    with bench.store.read() as session:
        seen = preview_step(session, bench.order_id, event, ANSWERS.get(event, {}), SHOP)
    bench.step(event)
    sent = bench.messages(MessageEvent.REPAIR_READY)[0]
    assert (seen.messages[0].subject, seen.messages[0].body) == (sent.subject, sent.body)


def test_steps_are_offered_without_writing(bench: Bench) -> None:
    for state in PATHS:
        bench.reach(state)
        with bench.store.read() as session:
            steps = allowed_steps(session, bench.order_id, SHOP)
            assert steps and not session.dirty and not session.new
            assert all(step.label and step.effect for step in steps)
            ends = [step.event in ("cancel", "relinquish") for step in steps]
            assert ends == sorted(ends), "Enter alone would end the order"


def test_a_step_without_anybody_signed_in(bench: Bench) -> None:
    bench.reach(S.RECEIVED)
    nobody = Actor(None, "", None, "comptoir 1")
    bench.step("start_diagnosis", actor=nobody)
    assert bench.order.technician_id is None and bench.events[-1].staff_id is None
