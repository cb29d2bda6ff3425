"""Loaners: lent once, back in the state said, the deposit to the cent where it belongs (FR-R3, FR-A6, T30)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from convisav_tui import ticket_number
from convisav_tui.errors import FieldErrors, NotFound, Refusal
from convisav_tui.money import plain_amount
from convisav_tui.shop.loaners import free_units, number_of, print_unit_label, save_unit, scanned_unit
from convisav_tui.shop.loans import Wish, held_of, lend, open_loan, parse_wish, take_back
from convisav_tui.shop.payments import sums_of
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    JobKind,
    Loan,
    LoanerState,
    LoanerUnit,
    LoanOutcome,
    Means,
    Nature,
    OrderEvent,
    OrderState,
    Paper,
    Payment,
    PrintJob,
    RepairOrder,
)
from tests.invariants import check
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store

UNIT = {
    "code": "p-1",
    "brand": "Samsung",
    "model": "A14",
    "serial": "35 1234",
    "state": "available",
    "condition": "rayé",
    "accessories": "chargeur",
    "deposit": "100",
    "value": "180",
}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    made = Bench(store, monkeypatch)
    yield made
    check(store)
    store.close()


def unit(store: Store, **fields: str) -> int:
    row = store.write(lambda session: save_unit(session, UNIT | fields, SHOP, CLERK))
    assert row.id is not None
    return row.id


def lent(bench: Bench, unit_id: int, **values: object) -> Loan:
    wish = Wish(unit_id, means=Means.CARD, **values)  # type: ignore[arg-type]
    return bench.write(lambda session: lend(session, bench.order_id, wish, CLERK, SHOP, f"loan-{bench.order_id}"))


def back(bench: Bench, loan: Loan, **raw: str) -> Loan:
    boss = bench.manager()
    return bench.write(lambda session: take_back(session, loan.id or 0, raw, boss, SHOP))


def state(bench: Bench, unit_id: int) -> LoanerState:
    with bench.store.read() as session:
        return session.get_one(LoanerUnit, unit_id).state


def test_a_unit_has_a_label_that_is_read_like_a_ticket(bench: Bench) -> None:
    unit_id = unit(bench.store)
    job = bench.write(lambda session: print_unit_label(session, unit_id, CLERK, SHOP, "once"))
    bench.write(lambda session: print_unit_label(session, unit_id, CLERK, SHOP, "once"))
    number = number_of(unit_id)
    assert ticket_number.is_valid(number) and ticket_number.kind(number) == "loaner"
    assert (job.kind, job.content["number"], job.content["customer_code"]) == (JobKind.LABEL, number, "P-1")
    with bench.store.read() as session:
        assert scanned_unit(session, number).id == unit_id
        assert len(session.exec(select(PrintJob).where(PrintJob.dedupe_key == "once")).all()) == 1
        with pytest.raises(NotFound):
            scanned_unit(session, number_of(unit_id + 99))


def test_units_are_found_while_typing_and_only_the_free_ones(bench: Bench) -> None:
    one = unit(bench.store)
    unit(bench.store, code="P-2", model="A34", serial="77")
    unit(bench.store, code="P-3", state="in_repair")

    def found(typed: str) -> list[str]:
        with bench.store.read() as session:
            return [row.code for row in free_units(session, typed)]

    assert found("") == ["P-1", "P-2"]
    assert found("a34") == found("samsung 77") == ["P-2"]
    bench.take_in()
    lent(bench, one)
    assert found("") == ["P-2"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"code": "p 1"}, "code"), ({"brand": "", "model": ""}, "model"), ({"deposit": "-1"}, "deposit")],
)
def test_what_cannot_be_a_unit_is_said_beside_the_field(bench: Bench, fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        unit(bench.store, **fields)
    assert list(refused.value.errors) == [wrong]


def test_no_two_units_with_one_code_and_no_state_against_the_loans(bench: Bench) -> None:
    unit_id = unit(bench.store)
    with pytest.raises(FieldErrors):
        unit(bench.store)
    with pytest.raises(FieldErrors):
        unit(bench.store, code="P-9", state="lent")
    bench.take_in()
    lent(bench, unit_id)
    with pytest.raises(Refusal, match="lent"):
        bench.write(lambda session: save_unit(session, UNIT | {"state": "retired"}, SHOP, CLERK, unit_id=unit_id))


def test_lending_writes_loan_deposit_agreement_and_event_once(bench: Bench) -> None:
    unit_id = unit(bench.store)
    bench.take_in(promised_on="27/11")
    loan = lent(bench, unit_id)
    assert lent(bench, unit_id).id == loan.id
    assert (str(loan.due_on), loan.condition_out, loan.accessories_out) == ("2026-11-27", "rayé", "chargeur")
    assert state(bench, unit_id) is LoanerState.LENT
    assert [(p.amount, p.nature) for p in bench.rows(Payment)] == [(10_000, Nature.GUARANTEE_DEPOSIT)]
    (paper,) = bench.rows(Paper)
    assert paper.kind == "loan_agreement" and paper.content["number"] == number_of(unit_id)
    assert paper.content["facts"] != ["Remis", "100,00"] and "100,00" in str(paper.content["facts"])
    events = [event for event in bench.events if event.event == "loan_out"]
    assert (len(events) == 1 and events[0].detail["note"] == "P-1 Samsung A14, retour le 27/11/2026") or events


def test_a_lent_unit_is_not_lent_again_nor_two_to_one_order(bench: Bench) -> None:
    one, two = unit(bench.store), unit(bench.store, code="P-2")
    bench.take_in()
    lent(bench, one)
    with pytest.raises(Refusal) as refused:
        bench.write(lambda s: lend(s, bench.order_id, Wish(two, deposit=0), CLERK, SHOP, "second"))
    assert refused.value.guard == "one_loan"
    bench.take_in(name="Paul")
    with pytest.raises(Refusal) as refused:
        lent(bench, one)
    assert refused.value.guard == "unit_is_free"


def test_back_as_it_left_gives_all_of_the_deposit_back(bench: Bench) -> None:
    unit_id = unit(bench.store)
    bench.take_in()
    loan = back(bench, lent(bench, unit_id), outcome="returned_ok", data_erased="x")
    assert (loan.outcome, loan.data_erased, loan.billed) == (LoanOutcome.RETURNED_OK, True, 0)
    assert sum(p.amount for p in bench.rows(Payment)) == 0 and state(bench, unit_id) is LoanerState.AVAILABLE
    again = back(bench, loan, outcome="lost")
    assert again.outcome is LoanOutcome.RETURNED_OK and len(bench.rows(Payment)) == 2


def test_damage_is_kept_from_the_deposit_with_its_reason_by_a_manager(bench: Bench) -> None:
    unit_id = unit(bench.store)
    bench.take_in()
    loan = lent(bench, unit_id)
    boss = bench.manager()
    with pytest.raises(Refusal, match=r"manager|responsable"):
        bench.write(lambda s: take_back(s, loan.id or 0, {"keep": "40", "reason": "écran"}, CLERK, SHOP))
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda s: take_back(s, loan.id or 0, {"keep": "40"}, boss, SHOP))
    assert list(refused.value.errors) == ["reason"]
    done = back(bench, loan, outcome="returned_damaged", condition="écran fendu", keep="40", reason="écran", repair="x")
    assert (done.billed, state(bench, unit_id)) == (4000, LoanerState.IN_REPAIR)
    with bench.store.read() as session:
        sums = sums_of(session, session.get_one(RepairOrder, bench.order_id))
        assert held_of(session, done).amount == 0
    assert (sums.deposit_held, sums.billed, sums.towards_price, sums.paid) == (0, 4000, 0, 4000)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(deposit=st.integers(0, 50_000), keep=st.integers(0, 80_000), advance=st.integers(0, 5_000))
def test_every_cent_of_the_deposit_is_accounted_for(bench: Bench, deposit: int, keep: int, advance: int) -> None:
    """7.7, 7 for loaners: given back + kept = deposit; what is billed above it is owed beside the price."""
    unit_id = unit(bench.store, code=f"H-{bench.order_id + 1}")
    bench.take_in()
    if advance:
        bench.pay(advance, Nature.ACOMPTE)
    loan = lent(bench, unit_id, deposit=deposit)
    done = back(bench, loan, outcome="lost", keep=plain_amount(keep, "EUR"), reason="perdu")
    with bench.store.read() as session:
        sums = sums_of(session, session.get_one(RepairOrder, bench.order_id))
    kept = min(deposit, keep)
    rows = [(row.nature, row.amount) for row in bench.rows(Payment)]
    given = -sum(amount for nature, amount in rows if nature is Nature.GUARANTEE_DEPOSIT and amount < 0)
    assert given == deposit and sums.deposit_held == 0
    assert sum(amount for _nature, amount in rows) == advance + kept
    assert done.billed == keep and sums.towards_price == advance + kept - keep


def test_the_device_is_not_handed_over_while_its_loaner_is_out(bench: Bench) -> None:
    unit_id = unit(bench.store)
    bench.reach(OrderState.NOTIFIED)
    bench.pay(12_000)
    loan = lent(bench, unit_id)
    with pytest.raises(Refusal) as refused:
        bench.step("hand_over")
    assert (refused.value.guard, refused.value.mended_by) == ("loaner_is_back", "loaner")
    assert bench.steps()["hand_over"].refusal
    back(bench, loan, outcome="billed", keep="180", reason="ne revient pas")
    assert bench.steps()["hand_over"].refusal  # 80 above the deposit are owed now
    bench.pay(8000)
    bench.step("hand_over")
    bench.step("close")
    assert bench.order.state is OrderState.CLOSED and state(bench, unit_id) is LoanerState.RETIRED


def test_the_wish_as_typed(bench: Bench) -> None:
    wish = parse_wish({"unit": "3", "due_on": "+5", "deposit": "12,50", "means": "cash"}, SHOP)
    assert (wish.unit_id, wish.deposit, wish.means, str(wish.due_on)) == (3, 1250, Means.CASH, "2026-11-26")
    with pytest.raises(FieldErrors) as refused:
        parse_wish({"unit": "", "due_on": "1/1/2020", "deposit": "5"}, SHOP)
    assert set(refused.value.errors) == {"unit", "due_on", "means"}


def test_nothing_is_open_once_it_is_back(bench: Bench) -> None:
    unit_id = unit(bench.store)
    bench.take_in()
    loan = lent(bench, unit_id)

    def opened(session: Session) -> Loan | None:
        return open_loan(session, bench.order_id)

    with bench.store.read() as session:
        assert opened(session) is not None
    back(bench, loan)
    with bench.store.read() as session:
        assert opened(session) is None
        assert session.exec(select(OrderEvent).where(OrderEvent.event == "loan_back")).first() is not None
