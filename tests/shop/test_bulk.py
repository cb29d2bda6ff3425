"""A deed on several orders: looked at first, done one by one, with what was refused; nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.shop.bulk import Deed, Report, carry_out, foresee, shared_steps, take_all_back
from convisav_tui.store.models import JobKind, MessageEvent, MessageState, OrderState, PrintJob
from tests.invariants import check
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store, technician

S = OrderState


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(counter_store(tmp_path), monkeypatch)
    yield made
    check(made.store)
    made.store.close()


def do(bench: Bench, ids: list[int], deed: Deed, key: str = "deed") -> Report:
    return carry_out(bench.store, ids, deed, CLERK, SHOP, key)


def of(bench: Bench, order_id: int) -> Bench:
    bench.order_id = order_id
    return bench


def test_a_step_for_all_but_the_one_that_may_not_take_it(bench: Bench) -> None:
    waiting = [bench.take_in(serial=f"W-{index}") for index in range(3)]
    repaired = bench.reach(S.TESTING)
    ids, deed = [*waiting, repaired], Deed("step", "start_diagnosis")
    with bench.store.read() as session:
        diagnosis = next(step for step in shared_steps(session, ids, SHOP) if step.event == "start_diagnosis")
        seen = foresee(session, ids, deed, SHOP)
    assert diagnosis.orders == 3
    assert [(one.order_id, bool(one.told), bool(one.refusal)) for one in seen] == [
        *((order_id, True, False) for order_id in waiting),
        (repaired, False, True),
    ]
    report = do(bench, ids, deed)
    again = do(bench, ids, deed)
    assert [one.order_id for one in report.done] == waiting == [one.order_id for one in again.done]
    (refused,) = report.refused
    assert refused.order_id == repaired and "test" in refused.refusal
    assert all(len(of(bench, order_id).events) == 2 for order_id in waiting)
    back = take_all_back(bench.store, report.done, CLERK, "back")
    assert len(back.done) == 3 and all(of(bench, order_id).order.state is S.RECEIVED for order_id in waiting)


def test_answers_are_shared_and_defaults_are_each_orders_own(bench: Bench) -> None:
    ids = [bench.reach(S.IN_REPAIR, serial=f"R-{index}") for index in range(2)]
    bench.step("extra_work_found")
    bench.step("issue_quote", amount="200")
    bench.step("accept_quote")
    bench.step("start_repair")
    with bench.store.read() as session:
        complete = next(step for step in shared_steps(session, ids, SHOP) if step.event == "complete")
    asked = {one.key: (one.default, one.required) for one in complete.inputs}
    assert asked["price"] == ("", False) and asked["outcome"] == ("repaired", True)
    report = do(bench, ids, Deed("step", "complete", {"work": "nettoyé"}))
    assert len(report.done) == 2
    assert [of(bench, order_id).order.price for order_id in ids] == [12000, 20000]


def test_work_is_given_to_somebody(bench: Bench) -> None:
    theo = bench.write(technician)
    ids = [bench.take_in(serial=f"W-{index}") for index in range(2)]
    deed = Deed("assign", str(theo.staff_id))
    assert len(do(bench, ids, deed).done) == 2
    assert len(do(bench, ids, deed).done) == 2
    assert [len(do(bench, ids, deed, key="once more").refused)] == [2]
    assert bench.order.technician_id == theo.staff_id
    assert [event.event for event in bench.events] == ["receive", "assigned"]


def test_priority_is_set_and_a_step_stays_undoable(bench: Bench) -> None:
    bench.take_in()
    bench.step("start_diagnosis")
    report = do(bench, [bench.order_id], Deed("priority", "2"))
    assert report.done and bench.order.priority == 2
    assert do(bench, [bench.order_id], Deed("priority", "2"), key="other").refused
    bench.undo()
    assert (bench.order.state, bench.order.priority) == (S.RECEIVED, 2)


def test_labels_once_a_confirmation_and_marked_as_duplicates(bench: Bench) -> None:
    ids = [bench.take_in(serial=f"W-{index}") for index in range(2)]
    for _again in range(2):
        assert len(do(bench, ids, Deed("print")).done) == 2
    labels = [job for job in bench.rows(PrintJob) if job.kind is JobKind.LABEL]
    assert [job.duplicate for job in labels] == [False, True]


def test_the_news_once_more_and_nothing_where_there_is_none(bench: Bench) -> None:
    waiting = bench.take_in()
    ready = bench.reach(S.TO_NOTIFY)
    with bench.store.read() as session:
        seen = {one.order_id: one for one in foresee(session, [waiting, ready], Deed("notify"), SHOP)}
    assert seen[waiting].refusal and seen[ready].told
    for _again in range(2):
        report = do(bench, [waiting, ready], Deed("notify"))
        assert [one.order_id for one in report.refused] == [waiting]
    told = of(bench, ready).messages(MessageEvent.REPAIR_READY)
    assert len(told) == 2 and all(message.state is MessageState.QUEUED for message in told)
