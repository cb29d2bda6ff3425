"""A batch of equal devices: checked serial by serial, taken in one by one, taken up again without doubles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from convisav_tui.errors import FieldErrors
from convisav_tui.shop.batch import BatchLine, finish_batch, line_key, serial_trouble, take_line
from convisav_tui.store.models import Device, JobKind, Paper, PrintJob, RepairOrder
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.principals import principal

GOOD, ALSO = "356938035643809", "490154203237518"
SHARED = {"device_type": "phone", "brand": "Apple", "model": "iPhone 12", "fault": "écran", "labels": "1"}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    store.close()


def trouble(bench: Bench, serial: str, *others: str) -> str:
    with bench.store.read() as session:
        return serial_trouble(session, serial, "phone", others)


def test_a_serial_is_checked_before_it_joins(bench: Bench) -> None:
    assert trouble(bench, GOOD) == ""
    assert "no. 2" in trouble(bench, GOOD, ALSO, GOOD)
    assert trouble(bench, "356938035643808")  # its check digit
    assert trouble(bench, " ")
    bench.take_in(device_type="phone", serial=GOOD, secret_kind="none")
    assert "in the shop already" in trouble(bench, GOOD)


def test_taken_up_again_a_batch_makes_no_second_order(bench: Bench) -> None:
    party = principal(bench.store)
    shared = SHARED | {"principal_id": str(party), "principal_reference": "BL-1"}
    lines = [BatchLine(GOOD), BatchLine(ALSO, "Mme Roux", "06 12 34 56 78")]

    def take(line: BatchLine) -> str:
        return bench.write(lambda session: take_line(session, shared, line, CLERK, SHOP, "batch-1")).number

    first = take(lines[0])
    numbers = [take(line) for line in lines]
    assert numbers[0] == first
    with bench.store.read() as session:
        orders = session.exec(select(RepairOrder).order_by(col(RepairOrder.id))).all()
        jobs = session.exec(select(PrintJob.kind)).all()
        serials = [session.get_one(Device, order.device_id).serial for order in orders]
    assert [order.number for order in orders] == numbers and serials == [GOOD, ALSO]
    assert orders[0].party_id == party and orders[1].party_id != party
    assert {order.principal_reference for order in orders} == {"BL-1"}
    assert jobs == [JobKind.LABEL, JobKind.LABEL]
    for _again in range(2):
        bench.write(lambda session: finish_batch(session, "batch-1", numbers, CLERK, SHOP, slip=True))
    with bench.store.read() as session:
        (paper,) = session.exec(select(Paper)).all()
    assert GOOD in str(paper.content) and "Mme Roux" in str(paper.content)


def test_what_is_wrong_names_the_serial(bench: Bench) -> None:
    party = principal(bench.store, reference_required="x")
    shared = SHARED | {"principal_id": str(party), "fault": ""}
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda session: take_line(session, shared, BatchLine(GOOD), CLERK, SHOP, "b"))
    assert "fault" in refused.value.errors
    assert len(line_key("x" * 80, GOOD)) <= 56
