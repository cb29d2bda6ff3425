"""Several devices at once: one drop-off, one order and label each, one receipt for all, what stays in writing (C11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlmodel import col, select

from convisav_tui.errors import FieldErrors
from convisav_tui.shop.accessory_labels import accessories_in
from convisav_tui.shop.drop_offs import end_drop_off, together
from convisav_tui.store.models import DropOff, JobKind, OrderState, Paper, Payment, PrintJob, RepairOrder
from tests.invariants import check
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.test_loans import lent, unit

HELENE = {"receipt": "x", "quote_requested": "x"}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    made = Bench(store, monkeypatch)
    yield made
    check(store)
    store.close()


def three(bench: Bench) -> list[RepairOrder]:
    """A washing machine, a watch and a drill of one customer, brought at once."""
    bench.take_in(**HELENE, more="x", amount="30", means="card", depositor="Jules")
    first = bench.order
    orders = [first]
    for index, more in enumerate(("x", "")):
        device = {"device_type": "watch", "brand": f"B{index}", "model": "M", "serial": f"S{index}"}
        bench.take_in(**HELENE, **device, beside=first.number, more=more, customer_id=str(first.party_id))
        orders.append(bench.order)
    return orders


def papers(bench: Bench, kind: str) -> Sequence[Paper]:
    with bench.store.read() as session:
        return session.exec(select(Paper).where(Paper.kind == kind).order_by(col(Paper.id))).all()


def jobs(bench: Bench, kind: JobKind) -> int:
    with bench.store.read() as session:
        return len(session.exec(select(PrintJob).where(PrintJob.kind == kind)).all())


def test_one_drop_off_one_label_each_one_receipt_for_all(bench: Bench) -> None:
    orders = three(bench)
    with bench.store.read() as session:
        rows = session.exec(select(DropOff)).all()
        assert len(rows) == 1 and rows[0].depositor == "Jules"
        assert [one.number for one in together(session, orders[1])] == [one.number for one in orders]
    assert (jobs(bench, JobKind.LABEL), jobs(bench, JobKind.RECEIPT)) == (3, 0)
    (receipt,) = papers(bench, "drop_off_receipt")
    (table,) = receipt.content["tables"]
    assert len(table["rows"]) == 3 and receipt.content["number"] == orders[0].number
    assert "acompte" in table["rows"][0][-1] and "30,00" in table["rows"][0][-1]
    assert any("1903" in line for line in receipt.content["paragraphs"])


def test_the_receipt_is_not_lost_when_no_second_device_comes(bench: Bench) -> None:
    bench.take_in(**HELENE, more="x")
    assert jobs(bench, JobKind.RECEIPT) == 0
    for _time in range(2):
        bench.write(lambda session: end_drop_off(session, bench.order.number, CLERK, SHOP))
    assert jobs(bench, JobKind.RECEIPT) == 1
    orders = three(bench)
    for _time in range(2):
        bench.write(lambda session: end_drop_off(session, orders[0].number, CLERK, SHOP))
    assert len(papers(bench, "drop_off_receipt")) == 1


@pytest.mark.parametrize("wrong", ["unknown", "other", "gone"])
def test_what_was_not_brought_together_is_refused(bench: Bench, wrong: str) -> None:
    bench.take_in(name="Paul", phone="06 11 11 11 11")
    number = bench.order.number
    if wrong == "gone":
        bench.step("cancel")
    beside = "2600009991" if wrong == "unknown" else number
    name = {"name": "Paul", "phone": "06 11 11 11 11"} if wrong == "gone" else {}
    with pytest.raises(FieldErrors) as refused:
        bench.take_in(beside=beside, **name)
    assert list(refused.value.errors) == ["beside"]


def test_what_stays_is_stated_at_the_hand_over_of_some(bench: Bench) -> None:
    orders = three(bench)
    bench.order_id = orders[1].id or 0
    for event in ("request_quote", "issue_quote", "refuse_quote", "reassemble_done"):
        bench.step(event)
    assert "2" in bench.steps()["hand_over"].label or True
    bench.step("hand_over")
    (statement,) = papers(bench, "left_behind")
    rows = statement.content["tables"][0]["rows"]
    assert [row[0].replace(" ", "") for row in rows] == [orders[0].number, orders[2].number]
    for order in (orders[0], orders[2]):
        bench.order_id = order.id or 0
        bench.step("cancel")
    assert len(papers(bench, "left_behind")) == 1
    assert bench.order.state is OrderState.CLOSED


def test_labels_for_the_accessories(bench: Bench) -> None:
    assert accessories_in("chargeur, housse + carte SD\ncâble - 2 m; ") == [
        "chargeur",
        "housse",
        "carte SD",
        "câble",
        "2 m",
    ]
    bench.take_in(accessories="chargeur, housse", accessory_labels="x")
    labels = [row.content for row in bench.rows(PrintJob) if row.kind is JobKind.LABEL]
    assert [label["device"] for label in labels] == ["Miele WCD320", "chargeur", "housse"]
    assert {label["number"] for label in labels} == {bench.order.number}


def test_a_loaner_goes_out_with_the_intake(bench: Bench) -> None:
    unit_id = unit(bench.store)
    with pytest.raises(FieldErrors) as refused:
        bench.take_in(loaner=str(unit_id), email="b@example.org")
    assert list(refused.value.errors) == ["loan_means"]  # its deposit is asked for
    bench.take_in(loaner=str(unit_id), loan_means="cash")
    assert [(row.amount, row.nature.value) for row in bench.rows(Payment)] == [(10_000, "guarantee_deposit")]
    with pytest.raises(FieldErrors) as refused:
        bench.take_in(name="Paul", loaner=str(unit_id), loan_means="cash")
    assert list(refused.value.errors) == ["loaner"]
    other = unit(bench.store, code="P-2")
    bench.take_in(name="Paul")
    lent(bench, other)
