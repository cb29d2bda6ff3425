"""One more device of the same customer at the keyboard: nothing typed twice, one receipt for all (C11)."""

from __future__ import annotations

import pytest
from sqlmodel import select

from convisav_tui.shop.loaners import number_of
from convisav_tui.store.engine import Store
from convisav_tui.store.models import DropOff, JobKind, Loan, Paper, PrintJob, RepairOrder
from tests.screens.intake_bench import IntakeBench, orders
from tests.screens.test_loans import add_unit


def first_device(bench: IntakeBench) -> None:
    """Hélène's washing machine, up to the fault."""
    bench.type("06 12 34 56")
    bench.press("enter", "enter")
    bench.type("leaks")


def receipts(store: Store) -> int:
    with store.read() as session:
        return len(session.exec(select(PrintJob).where(PrintJob.kind == JobKind.RECEIPT)).all())


def papers(store: Store) -> list[Paper]:
    with store.read() as session:
        return list(session.exec(select(Paper)))


@pytest.mark.parametrize("key", ["f11", "alt+s"])
def test_the_next_device_has_customer_and_channels_and_one_receipt_holds_both(bench: IntakeBench, key: str) -> None:
    store = bench.counter.store
    first_device(bench)
    bench.press(key)
    assert bench.intake.title == "One more device" and bench.value("customer") == "Hélène Lefèvre"
    assert bench.focus == "device" and receipts(store) == 0
    bench.press("down", "enter")
    bench.type("no sound")
    bench.press("ctrl+s")
    second, first = orders(store)[:2]
    assert (second.party_id, second.drop_off_id, second.ready_channel) == (
        first.party_id,
        first.drop_off_id,
        first.ready_channel,
    )
    (paper,) = papers(store)
    assert paper.kind == "drop_off_receipt" and len(paper.content["tables"][0]["rows"]) == 2
    assert receipts(store) == 0 and bench.taken == [first.number, second.number]


def test_the_receipt_is_printed_when_no_second_device_comes(bench: IntakeBench) -> None:
    store = bench.counter.store
    first_device(bench)
    bench.press("f11")
    bench.press("escape")
    assert receipts(store) == 1 and not papers(store)
    with store.read() as session:
        assert session.exec(select(DropOff)).all() == []


def test_a_second_device_that_is_set_aside_joins_later(bench: IntakeBench) -> None:
    store = bench.counter.store
    first_device(bench)
    bench.press("f11")
    bench.press("down", "enter")
    bench.type("smokes")
    bench.press("escape")
    assert receipts(store) == 1
    bench.press("f5", "enter", "ctrl+s")
    assert [paper.kind for paper in papers(store)] == ["drop_off_receipt"], bench.text()


def test_a_loaner_is_scanned_into_the_intake(bench: IntakeBench) -> None:
    store = bench.counter.store
    unit_id = add_unit(store)
    bench.press("escape")
    bench.open()
    first_device(bench)
    bench.scan(number_of(unit_id))
    bench.worker.finish()
    assert bench.value("loaner") == "P-1 Samsung A14" and bench.value("loan_deposit") == "100.00"
    bench.press("ctrl+s")
    with store.read() as session:
        loan = session.exec(select(Loan)).one()
        order = session.exec(select(RepairOrder).order_by(RepairOrder.id.desc())).first()  # type: ignore[union-attr]
    assert order is not None and (loan.order_id, loan.deposit) == (order.id, 10_000)


def test_a_label_for_each_accessory(bench: IntakeBench) -> None:
    store = bench.counter.store
    first_device(bench)
    bench.press("enter")
    bench.type("charger, case")
    bench.press("tab")
    while bench.focus != "accessory_labels":
        bench.press("tab")
    bench.press("space", "ctrl+s")
    with store.read() as session:
        jobs = session.exec(select(PrintJob).where(PrintJob.kind == JobKind.LABEL)).all()
    assert [job.content["device"] for job in jobs][1:] == ["charger", "case"]
