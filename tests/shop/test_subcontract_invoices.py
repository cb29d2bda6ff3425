"""What a subcontractor billed: written down once the device is back, compared with what he had named (7.5 X)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from convisav_tui.errors import Conflict, FieldErrors, Refusal
from convisav_tui.shop.subcontract_invoices import invoice_card, note_invoice
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderState, SubcontractJob
from convisav_tui.store.queries.subcontracts import billed_jobs, unbilled_jobs
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.subcontract_bench import job_of, subcontractor

BILL = {"invoice_number": "F-2026-118", "invoice_on": "20/11/2026", "invoice_amount": "105,00"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = counter_store(Path(tmp_path_factory.mktemp("invoices")))
    yield store
    store.close()


@pytest.fixture
def bench(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(shared, monkeypatch)


def back(bench: Bench, cost: str = "100") -> SubcontractJob:
    """A device that was with a subcontractor who named a price, and is back."""
    party_id = subcontractor(bench.store, name=f"Soudure {bench.order_id}")
    bench.reach(OrderState.IN_REPAIR)
    bench.step("send_out", subcontractor=str(party_id))
    bench.step("receive_back", condition="ras", cost=cost)
    return job_of(bench.store, bench.order_id)


def note(bench: Bench, job: SubcontractJob, key: str = "", **typed: str) -> SubcontractJob:
    return bench.write(
        lambda session: note_invoice(
            session, job.id or 0, BILL | typed, CLERK, SHOP, key or f"bill-{job.id}", job.version
        )
    )


def test_an_invoice_is_written_down_and_leaves_the_list(bench: Bench) -> None:
    job = back(bench)
    with bench.store.read() as session:
        assert job.id in {row.id for row in unbilled_jobs(session)}
    noted = note(bench, job)
    assert (noted.invoice_number, noted.invoice_on, noted.invoice_amount) == ("F-2026-118", date(2026, 11, 20), 10_500)
    assert bench.events[-1].event == "invoice_noted"
    assert bench.events[-1].detail == {"invoice": "F-2026-118", "amount": 10_500, "quoted": 10_000}
    assert note(bench, job).version == noted.version, "the same key writes nothing again"
    with bench.store.read() as session:
        assert job.id not in {row.id for row in unbilled_jobs(session)}
        assert billed_jobs(session)[0].id == job.id
        card = invoice_card(session, job.id or 0, CLERK, SHOP)
    assert (card.cost, card.billed, card.texts["invoice_amount"]) == (10_000, 12_000, "105.00")
    with pytest.raises(Conflict):
        note(bench, job, "stale")
    corrected = note(bench, noted, "corrected", invoice_amount="98")
    assert corrected.invoice_amount == 9_800 and bench.events[-1].detail["before"] == 10_500


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"invoice_amount": ""}, "invoice_amount"),
        ({"invoice_amount": "-3"}, "invoice_amount"),
        ({"invoice_number": ""}, "invoice_number"),
        ({"invoice_on": ""}, "invoice_on"),
        ({"invoice_on": "22/11/2026"}, "invoice_on"),
        ({"invoice_on": "never"}, "invoice_on"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(bench: Bench, typed: dict[str, str], field: str) -> None:
    job = back(bench)
    with pytest.raises(FieldErrors) as refused:
        note(bench, job, **typed)
    assert set(refused.value.errors) == {field}


def test_who_bills_nothing_needs_no_number(bench: Bench) -> None:
    job = back(bench)
    assert note(bench, job, invoice_number="", invoice_on="", invoice_amount="0").invoice_amount == 0


def test_nothing_is_billed_before_the_device_is_back(bench: Bench) -> None:
    party_id = subcontractor(bench.store, name="Encore dehors")
    bench.reach(OrderState.IN_REPAIR)
    bench.step("send_out", subcontractor=str(party_id))
    with pytest.raises(Refusal) as refused:
        note(bench, job_of(bench.store, bench.order_id))
    assert refused.value.guard == "device_is_back"
