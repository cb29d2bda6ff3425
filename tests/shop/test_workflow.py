"""The table of transitions: every row from every state, and the rules that its guards and effects keep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import select

from convisav_tui.errors import FieldErrors, NotFound, Refusal
from convisav_tui.shop.transitions import TRANSITIONS, Transition
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    BillingState,
    Holder,
    MessageEvent,
    MessageState,
    Nature,
    OrderState,
    Outcome,
    Payment,
    Quote,
    QuoteDecision,
    QuoteState,
    SecretState,
)
from tests.shop.bench import PATHS, Bench, replayed
from tests.shop.counter import counter_store
from tests.shop.subcontract_bench import subcontractor

S = OrderState
OFFERED = [row for row in TRANSITIONS if row.offered and row.event != "open_return"]
# What comes back while its quote is asked for is out: test_subcontracting.py walks there; test_parts.py where one is
# missing.
FROM_SOURCES = [
    (row, state)
    for row in OFFERED
    for state in sorted(row.sources)
    if state in PATHS
    and row.event not in ("wait_parts", "missing_part")
    and not (row.id == "T19" and state is not S.SUBCONTRACTED)
    and not (row.id == "T36" and state is S.SUBCONTRACTED)
]
EVENTS = sorted({row.event for row in OFFERED})
# Where a row leads once its automatic followers are through.
END = {S.COMPLETED: S.TO_NOTIFY, S.CANCELLED: S.CLOSED}


@pytest.fixture(scope="module")
def store(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = counter_store(tmp_path_factory.mktemp("shop"), server_url)
    subcontractor(opened, passes_on="x", data_agreement="x")
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(store, monkeypatch)


@pytest.mark.parametrize(("row", "source"), FROM_SOURCES, ids=lambda value: getattr(value, "id", value))
def test_each_row_leads_from_each_source_to_its_target(row: Transition, source: S, bench: Bench) -> None:
    fields = {"quote_requested": "", "cap": "100"} if row.event == "authorise_direct" else {}
    bench.reach(source, **fields)
    if row.event == "hand_over":
        bench.pay(12000)
    taken = bench.step(row.event)
    target = END.get(row.target, row.target)
    if row.event == "relinquish" and not bench.order.price:
        target = S.CLOSED  # T40: nothing is owed for unfinished work
    assert (taken.from_state, taken.to_state) == (source, target)
    assert bench.order.state is taken.to_state
    assert row.target.value in [event.to_state for event in bench.events]
    assert bench.events[-1].id is not None and taken.event_id <= bench.events[-1].id
    assert replayed(bench.events) == bench.order.state


@pytest.mark.parametrize("state", PATHS)
def test_each_step_is_refused_from_every_other_state(state: S, bench: Bench) -> None:
    bench.reach(state)
    before, offered = bench.order.version, bench.steps()
    elsewhere = [event for event in EVENTS if not any(r.event == event and state in r.sources for r in OFFERED)]
    assert elsewhere
    for event in elsewhere:
        with pytest.raises(Refusal) as refused:
            bench.step(event)
        assert refused.value.guard == "state", event
        assert event not in offered
    assert bench.order.version == before


def test_the_table_covers_what_it_says() -> None:
    ids = {row.id for row in TRANSITIONS}
    wanted = {f"T{number:02d}" for number in (*range(1, 13), 17, 18, 19, *range(22, 33), 39, 46)}
    assert wanted <= ids
    assert len({(row.event, state) for row in TRANSITIONS for state in row.sources}) == sum(
        len(row.sources) for row in TRANSITIONS
    )


def test_from_every_state_a_path_leads_to_closed() -> None:
    nexts: dict[S, set[S]] = {}
    for row in TRANSITIONS:
        for source in row.sources:
            nexts.setdefault(source, set()).add(row.target)
    for start in {row.target for row in TRANSITIONS} | set(nexts):
        seen, todo = set(), [start]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo += nexts.get(state, ())
        assert S.CLOSED in seen, start


def test_an_unknown_step_and_an_unknown_order(bench: Bench) -> None:
    bench.take_in()
    with pytest.raises(NotFound):
        bench.step("fly")
    with pytest.raises(NotFound):
        bench.step("notice_due")  # automatic rows are nobody's step
    bench.order_id = 999
    with pytest.raises(NotFound):
        bench.step("start_diagnosis")


def test_the_likely_step_comes_first_and_the_refused_last(bench: Bench) -> None:
    bench.take_in(quote_requested="x")
    assert next(iter(bench.steps())) == "request_quote"
    bench.take_in(quote_requested="")
    assert next(iter(bench.steps())) == "start_diagnosis"
    bench.reach(S.QUOTE_ISSUED)
    assert list(bench.steps()) == ["accept_quote", "refuse_quote", "revise_quote", "cancel", "relinquish"]
    bench.reach(S.IN_REPAIR)
    assert next(iter(bench.steps())) == "complete"
    bench.reach(S.TO_NOTIFY)
    steps = bench.steps()
    assert list(steps) == ["called", "hand_over", "relinquish"]
    assert "120.00" in (steps["hand_over"].refusal or "") and steps["hand_over"].mended_by == "till"


def test_what_mends_a_refusal_is_a_step_or_an_action_that_exists(bench: Bench) -> None:
    from convisav_tui.screens.actions import ACTIONS

    events, actions = {row.event for row in TRANSITIONS}, {action.id for action in ACTIONS}
    for state in PATHS:
        bench.reach(state)
        for step in bench.steps().values():
            if step.refusal is not None:
                kind, _, key = step.mended_by.partition(":")
                assert kind in actions or (kind == "step" and (key in events or not key)) or kind == "input"


def test_a_quote_within_the_cap_is_accepted_by_itself(bench: Bench) -> None:
    bench.take_in(cap="150")
    bench.step("request_quote")
    taken = bench.step("issue_quote", amount="150")
    assert taken.to_state is S.QUOTE_ACCEPTED and bench.order.quote_state is QuoteState.ACCEPTED
    assert [event.event for event in bench.events][-2:] == ["issue_quote", "accept_by_cap"]
    quote = bench.rows(Quote)[0]
    decision = _decision(bench, quote)
    assert decision.accepted and decision.means == "cap"
    assert len(quote.sha256) == 64 and quote.revision == 1


def test_a_quote_above_the_cap_waits_for_its_answer(bench: Bench) -> None:
    bench.take_in(cap="150")
    bench.step("request_quote")
    assert bench.step("issue_quote", amount="150,01").to_state is S.QUOTE_ISSUED


def test_versions_of_a_quote_are_kept_and_the_last_one_is_answered(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    bench.step("revise_quote", amount="140")
    bench.step("accept_quote", means="phone", decided_by="son mari")
    first, second = bench.rows(Quote)
    assert (first.revision, first.amount, second.revision, second.amount) == (1, 12000, 2, 14000)
    assert first.sha256 != second.sha256
    decision = _decision(bench, second)
    assert decision.accepted and (decision.decided_by, decision.means) == ("son mari", "phone")


def test_an_expired_quote_is_accepted_only_anew(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    bench.wait(31 * 86400)
    assert bench.steps()["accept_quote"].mended_by == "step:revise_quote"
    with pytest.raises(Refusal) as refused:
        bench.step("accept_quote")
    assert refused.value.guard == "quote_still_holds"
    bench.step("revise_quote", valid_until="31/01/2027")
    bench.step("accept_quote")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"amount": "abc"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"amount": "12,505"}, "amount"),
        ({"text": " "}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"valid_until": "31/02/2027"}, "valid_until"),
        ({"valid_until": "20/11/2026"}, "valid_until"),
        ({"valid_until": "12/12/1015"}, "valid_until"),
    ],
)
def test_what_a_quote_cannot_say_is_refused_beside_its_field(raw: dict[str, str], field: str, bench: Bench) -> None:
    bench.reach(S.QUOTE_REQUESTED)
    with pytest.raises(FieldErrors) as refused:
        bench.step("issue_quote", **raw)
    assert list(refused.value.errors) == [field] and not bench.rows(Quote)


@pytest.mark.parametrize("amount", ["12,5", "12.50", "12,50 €"])
def test_amounts_are_read_as_people_type_them(amount: str, bench: Bench) -> None:
    bench.reach(S.QUOTE_REQUESTED)
    bench.step("issue_quote", amount=amount)
    assert bench.rows(Quote)[0].amount == 1250


def test_the_price_stays_within_what_was_accepted(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    assert {i.key: i.default for i in bench.steps()["complete"].inputs}["price"] == "120.00"
    with pytest.raises(Refusal) as refused:
        bench.step("complete", price="120,01")
    assert refused.value.guard == "price_within_consent" and refused.value.mended_by == "step:extra_work_found"
    bench.step("extra_work_found")
    bench.step("issue_quote", amount="160")
    bench.step("accept_quote")
    bench.step("start_repair")
    bench.step("complete", price="160")
    order = bench.order
    assert (order.price, order.billing_state, order.outcome) == (16000, BillingState.TO_INVOICE, Outcome.REPAIRED)
    assert str(order.repair_guarantee_until) == "2027-02-21"


def test_work_without_a_quote_needs_the_cap_or_another_payer(bench: Bench) -> None:
    bench.reach(S.DIAGNOSING, quote_requested="")
    with pytest.raises(Refusal) as refused:
        bench.step("authorise_direct")
    assert refused.value.mended_by == "step:request_quote"
    bench.reach(S.DIAGNOSING, quote_requested="", cap="80")
    with pytest.raises(Refusal):
        bench.step("authorise_direct", estimate="80,01")
    with pytest.raises(FieldErrors):
        bench.step("authorise_direct", estimate="")
    bench.step("authorise_direct", estimate="80")
    event = bench.events[-1]
    assert event.detail["basis"] == "cap" and event.detail["amount"] == 8000
    assert {i.key: i.default for i in bench.steps()["complete"].inputs}["price"] == "80.00"
    bench.reach(S.DIAGNOSING, quote_requested="x", cap="80")
    assert bench.steps()["authorise_direct"].refusal


def test_under_guarantee_the_customer_pays_nothing(bench: Bench) -> None:
    bench.reach(S.DIAGNOSING, quote_requested="", warranty="both")
    assert next(iter(bench.steps())) == "authorise_direct" and bench.steps()["request_quote"].refusal
    bench.step("authorise_direct", estimate="")
    with pytest.raises(Refusal):
        bench.step("complete", price="0,01")
    bench.step("complete")
    assert (bench.order.price, bench.order.billing_state) == (0, BillingState.NOT_BILLABLE)
    bench.step("hand_over")
    bench.step("close")


def test_nothing_leaves_unpaid_but_by_a_manager(bench: Bench) -> None:
    bench.reach(S.NOTIFIED)
    with pytest.raises(Refusal) as refused:
        bench.step("hand_over")
    assert refused.value.guard == "paid_or_released" and refused.value.mended_by == "till"
    assert bench.steps()["hand_over"].may_be_answered
    boss = bench.manager()
    with pytest.raises(Refusal) as refused:
        bench.step("hand_over", release="x")
    assert refused.value.guard == "permission" and "manager" in refused.value.sentence
    bench.step("hand_over", actor=boss, release="x", release_reason="client de longue date")
    assert bench.events[-1].detail["released_unpaid"] == 12000
    with pytest.raises(Refusal):
        bench.step("close")
    bench.pay(12000)
    bench.step("close")
    assert bench.order.billing_state is BillingState.PAID


def test_hand_over_moves_the_device_and_destroys_the_code(bench: Bench) -> None:
    bench.take_in(device_type="phone", serial="", secret_kind="pin", secret="4711", cap="200")
    assert bench.order.secret_state is SecretState.STORED
    for event in ("request_quote", "issue_quote", "start_repair", "complete", "called"):
        bench.step(event)
    bench.pay(12000)
    bench.step("hand_over", proof="identity", taken_by="Paul Lefèvre")
    order = bench.order
    assert (order.holder, order.secret_state) == (Holder.RETURNED, SecretState.PURGED)
    assert [row.holder for row in bench.custody] == [
        Holder.IN_SHOP,
        Holder.WITH_TECHNICIAN,
        Holder.IN_SHOP,
        Holder.RETURNED,
    ]
    assert order.returned_at is not None and bench.custody[-1].note == "Paul Lefèvre"


def test_whoever_takes_the_work_becomes_its_technician(bench: Bench) -> None:
    bench.reach(S.QUOTE_ACCEPTED)
    choice = next(asked for asked in bench.steps()["start_repair"].inputs if asked.key == "technician")
    theo = next(value for value, label in choice.choices if label == "Théo")
    bench.step("start_repair", technician=theo)
    assert bench.order.technician_id == int(theo)
    with pytest.raises(FieldErrors):
        bench.reach(S.QUOTE_ACCEPTED)
        bench.step("start_repair", technician="999")


def test_a_fee_is_only_what_was_agreed(bench: Bench) -> None:
    bench.reach(S.DIAGNOSING)
    with pytest.raises(Refusal) as refused:
        bench.step("not_repairable", price="30")
    assert refused.value.guard == "fee_as_agreed"
    bench.pay(3000, Nature.DIAGNOSTIC_FEE)
    bench.step("not_repairable")
    order = bench.order
    assert (order.price, order.billing_state, order.outcome) == (3000, BillingState.PAID, Outcome.NOT_REPAIRABLE)
    assert order.repair_guarantee_until is None


def test_a_cancelled_order_settles_its_advance(bench: Bench) -> None:
    bench.reach(S.QUOTE_REQUESTED, amount="30", nature="acompte", means="cash")
    bench.pay(5000, Nature.GUARANTEE_DEPOSIT)
    taken = bench.step("cancel")
    assert taken.to_state is S.CLOSED
    assert [row.amount for row in bench.rows(Payment)] == [3000, 5000, -3000, -5000]
    order = bench.order
    assert (order.price, order.billing_state, order.holder) == (0, BillingState.NOT_BILLABLE, Holder.RETURNED)
    bench.reach(S.DIAGNOSING, amount="30", nature="acompte", means="cash")
    bench.step("cancel", advance="keep")
    assert (bench.order.price, bench.order.billing_state) == (3000, BillingState.PAID)
    assert [row.amount for row in bench.rows(Payment)] == [3000]


def test_a_cancelled_order_leaves_no_device_behind(bench: Bench) -> None:
    bench.reach(S.RECEIVED)
    with pytest.raises(Refusal) as refused:
        bench.step("cancel", given_back="")
    assert refused.value.mended_by == "input:given_back"
    with pytest.raises(FieldErrors):
        bench.step("cancel", reason="")


def test_an_overpaid_order_is_not_closed(bench: Bench) -> None:
    bench.take_in(amount="30", nature="acompte", means="cash")
    for event in ("request_quote", "issue_quote", "refuse_quote", "reassemble_done", "hand_over"):
        bench.step(event)
    assert "30.00" in (bench.steps()["close"].refusal or "") and bench.steps()["close"].mended_by == "till"


def test_without_a_wish_to_be_told_nobody_is(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR, ready_channel="none")
    assert bench.step("complete").to_state is S.NOTIFIED
    assert bench.order.notified_at is None and not bench.messages(MessageEvent.REPAIR_READY)
    bench.reach(S.IN_REPAIR)
    assert bench.step("complete", present="x").to_state is S.NOTIFIED
    assert bench.order.notified_at is not None and not bench.messages(MessageEvent.REPAIR_READY)
    bench.reach(S.IN_REPAIR)
    assert bench.step("complete", silent="x").to_state is S.TO_NOTIFY
    assert not bench.messages(MessageEvent.REPAIR_READY)


def test_a_call_settles_the_messages_that_wait(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY)
    assert bench.messages(MessageEvent.REPAIR_READY)[0].state is MessageState.QUEUED
    bench.step("called", note="passe demain")
    assert bench.messages(MessageEvent.REPAIR_READY)[0].state is MessageState.CANCELLED
    assert bench.order.notified_at is not None


def test_an_answered_quote_is_announced_no_more(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    assert bench.messages(MessageEvent.QUOTE_READY)[0].state is MessageState.QUEUED
    bench.step("accept_quote")
    assert bench.messages(MessageEvent.QUOTE_READY)[0].state is MessageState.CANCELLED


def test_a_closed_order_is_not_reopened(bench: Bench) -> None:
    bench.reach(S.CLOSED)
    step = bench.steps()["open_return"]
    assert step.refusal and step.mended_by == "new"
    with pytest.raises(Refusal):
        bench.step("open_return")


def _decision(bench: Bench, quote: Quote) -> QuoteDecision:
    with bench.store.read() as session:
        return session.exec(select(QuoteDecision).where(QuoteDecision.quote_id == quote.id)).one()
