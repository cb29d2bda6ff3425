"""What becomes of money paid in advance: by its nature, every cent in one place (FR-A1, FR-A4, FR-A6; 7.7, 7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.shop.settlement import Advance, Arrhes, Paid, settle
from convisav_tui.shop.workflow import preview_step
from convisav_tui.store.models import Holder, Nature, OrderState, Paper, Payment, SecretState
from tests.invariants import check
from tests.shop.bench import Bench
from tests.shop.counter import SHOP, counter_store

SUM = st.integers(0, 100_000)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    made = Bench(store, monkeypatch)
    yield made
    check(store)
    store.close()


def sums(bench: Bench) -> dict[str, int]:
    """What the rows of the order come to by nature."""
    found: dict[str, int] = {}
    for row in bench.rows(Payment):
        found[row.nature.value] = found.get(row.nature.value, 0) + row.amount
    return {nature: total for nature, total in found.items() if total}


def foreseen(bench: Bench, event: str, **raw: str) -> str:
    with bench.store.read() as session:
        return " ".join(preview_step(session, bench.order_id, event, raw, SHOP).effects)


@settings(max_examples=300, deadline=None)
@given(SUM, SUM, SUM, SUM, st.sampled_from(Advance), st.sampled_from(Arrhes), st.booleans())
def test_every_cent_is_in_one_place(
    advance: int, arrhes: int, paid_fee: int, fee: int, way: Advance, words: Arrhes, deducted: bool
) -> None:
    done = settle(Paid(advance, arrhes, paid_fee, fee_deducted=deducted), fee, way, words)
    assert done.converted + done.kept + done.refund == advance
    assert done.converted_arrhes + done.kept_arrhes + done.refund_arrhes == arrhes
    covered = fee - done.converted - done.converted_arrhes - done.missing
    assert covered + done.refund_fee == paid_fee and covered >= 0
    assert done.indemnity == (arrhes if words is Arrhes.DOUBLE else 0)
    assert min(done.missing, done.price, done.given_back) >= 0
    # What is paid, less what goes back, is the price but for what is still missing of the fee.
    held = advance + arrhes + paid_fee - (done.given_back - done.indemnity)
    assert held == done.kept + done.kept_arrhes + fee - done.missing
    assert done.price - done.missing == held - (0 if deducted else fee - done.missing)


@pytest.mark.parametrize(
    ("nature", "answers", "left", "price"),
    [
        ("acompte", {"advance": "refund"}, {}, 0),
        ("acompte", {"advance": "keep"}, {"acompte": 3000}, 3000),
        ("acompte", {"fee": "20", "advance": "refund"}, {"diagnostic_fee": 2000}, 2000),
        ("arrhes", {}, {"arrhes": 3000}, 3000),  # the usual answer: the customer withdraws
        ("arrhes", {"arrhes": "refund"}, {}, 0),
        ("arrhes", {"arrhes": "double"}, {"refund": -3000}, 0),
        ("diagnostic_fee", {}, {"diagnostic_fee": 3000}, 3000),
        ("diagnostic_fee", {"fee": "0"}, {}, 0),
        ("guarantee_deposit", {}, {}, 0),
    ],
)
def test_a_cancelled_order_settles_by_nature(
    bench: Bench, nature: str, answers: dict[str, str], left: dict[str, int], price: int
) -> None:
    bench.take_in(device_type="phone", serial="")
    bench.pay(3000, Nature(nature))
    bench.step("cancel", **answers)
    assert (sums(bench), bench.order.price, bench.order.state) == (left, price, OrderState.CLOSED)


def test_the_preview_says_the_sums(bench: Bench) -> None:
    bench.take_in()
    bench.pay(3000, Nature.ACOMPTE)
    bench.pay(5000, Nature.ARRHES)
    told = foreseen(bench, "cancel", reason="x", fee="20", advance="refund", arrhes="double")
    assert all(amount in told for amount in ("20.00", "60.00", "50.00"))


def test_arrhes_and_down_payment_need_an_answer_and_a_fee_was_agreed(bench: Bench) -> None:
    bench.take_in()
    bench.pay(3000, Nature.ACOMPTE)
    with pytest.raises(FieldErrors) as asked:
        bench.step("cancel", advance="")
    assert list(asked.value.errors) == ["advance"]
    with pytest.raises(Refusal) as refused:
        bench.step("cancel", fee="30,01")
    assert refused.value.guard == "fee_within_agreed"


def test_what_was_settled_can_be_taken_back_to_the_cent(bench: Bench) -> None:
    bench.take_in()
    bench.pay(3000, Nature.ACOMPTE)
    bench.pay(5000, Nature.ARRHES)
    before = sums(bench)
    bench.step("cancel", fee="10", arrhes="double")
    assert sums(bench) == {"diagnostic_fee": 1000, "refund": -5000}
    bench.undo()
    assert (sums(bench), bench.order.state, bench.order.price) == (before, OrderState.RECEIVED, None)
    bench.step("cancel", fee="10", arrhes="keep")
    assert sums(bench) == {"diagnostic_fee": 1000, "arrhes": 5000}


def test_a_refused_quote_turns_the_down_payment_into_the_fee_and_owes_the_rest_back(bench: Bench) -> None:
    bench.reach(OrderState.QUOTE_ISSUED)
    bench.pay(5000, Nature.ACOMPTE)
    assert "50.00" in foreseen(bench, "refuse_quote", reason="cher", decided_by="elle", means="phone")
    bench.step("refuse_quote")
    bench.step("reassemble_done", price="29")
    assert (sums(bench), bench.order.price) == ({"diagnostic_fee": 2900, "acompte": 2100}, 2900)
    with pytest.raises(Refusal, match=r"21\.00"):
        bench.step("called")
        bench.step("hand_over")
        bench.step("close")


def test_what_was_overpaid_is_said_before_the_device_goes(bench: Bench) -> None:
    bench.reach(OrderState.QUOTE_ISSUED)
    bench.pay(5000, Nature.ACOMPTE)
    bench.step("refuse_quote")
    bench.step("reassemble_done", price="29")
    bench.step("called")
    told = foreseen(bench, "hand_over", proof="known", taken_by="X")
    assert "21.00" in told and "to give back" in told


def test_relinquished_by_its_owner(bench: Bench) -> None:
    """T36: signed, S purged, K disposed of, slip printed, closed by itself once the money is settled (T40)."""
    bench.take_in(device_type="phone", serial="", secret_kind="pin", secret="4711")
    bench.pay(3000, Nature.ACOMPTE)
    with pytest.raises(Refusal) as refused:
        bench.step("relinquish", signed="")
    assert (refused.value.guard, refused.value.mended_by) == ("owner_signed", "input:signed")
    bench.step("relinquish", fee="30", disposal="parts")
    order = bench.order
    assert (order.state, order.holder, order.secret_state) == (
        OrderState.CLOSED,
        Holder.DISPOSED,
        SecretState.PURGED,
    )
    assert [paper.kind for paper in bench.rows(Paper)] == ["relinquishment"]
    detail = next(event.detail for event in bench.events if event.event == "relinquish")
    assert (detail["signed_by"], detail["disposal"]) == ("Hélène Lefèvre", "parts")
    assert sums(bench) == {"diagnostic_fee": 3000}


def test_relinquished_instead_of_a_refused_quote_or_unpaid(bench: Bench) -> None:
    bench.reach(OrderState.QUOTE_REFUSED)
    bench.step("relinquish")
    assert bench.order.state is OrderState.CLOSED
    bench.reach(OrderState.NOTIFIED)
    bench.step("relinquish")
    assert bench.order.state is OrderState.RELINQUISHED  # 120 are still owed
    bench.undo()
    boss = bench.manager()
    bench.step("relinquish", actor=boss, waived="x")
    assert (bench.order.state, bench.order.price) == (OrderState.CLOSED, 0)
