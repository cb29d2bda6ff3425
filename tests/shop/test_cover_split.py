"""A price of which others take over a share or a sum: each line apart, to the last cent (FR-G11)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convisav_tui.shop.cover_split import by_line, split
from convisav_tui.shop.coverage import Cover, decide_coverage
from convisav_tui.shop.return_receipt import return_receipt_of
from convisav_tui.shop.taken_over import taken_over_facts
from convisav_tui.shop.work_statement import work_statement_of
from convisav_tui.shop.workflow import preview_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    CoverageLine,
    GuaranteeKind,
    OrderState,
    Payer,
    QuoteLine,
    QuoteLineKind,
    RepairOrder,
)
from convisav_tui.store.queries.sheet import sheet
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.quote_bench import LABOUR as LABOUR_LINE
from tests.shop.quote_bench import PUMP, line

PARTS, LABOUR, TRAVEL = CoverageLine.PARTS, CoverageLine.LABOUR, CoverageLine.TRAVEL
GOODWILL, MAKER = GuaranteeKind.GOODWILL, GuaranteeKind.MANUFACTURER


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = counter_store(Path(tmp_path_factory.mktemp("split")))
    yield store
    store.close()


@pytest.fixture
def bench(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(shared, monkeypatch)


def _decide(bench: Bench, **raw: str) -> None:
    bench.write(lambda session: decide_coverage(session, bench.order_id, raw, CLERK, f"cover-{bench.order_id}"))


def _price(bench: Bench) -> str:
    """The price that stands there when the repair is completed."""
    return next(asked.default for asked in bench.steps()["complete"].inputs if asked.key == "price")


def _plain(fact: tuple[str, str]) -> tuple[str, str]:
    """Without the blanks that a language puts into its amounts."""
    return fact[0], "".join(fact[1].split())


def _said(bench: Bench, **raw: str) -> str:
    """What the last step says that it will do."""
    with bench.store.read() as session:
        return "\n".join(preview_step(session, bench.order_id, "complete", raw, SHOP).effects)


def test_each_line_is_split_apart_and_the_rest_is_the_customers() -> None:
    covers = [
        Cover(PARTS, MAKER, 5_000, Payer.MANUFACTURER),
        Cover(LABOUR, GOODWILL, 3_333, Payer.SHOP),
        Cover(TRAVEL, MAKER, 10_000, Payer.MANUFACTURER),
    ]
    found = split({PARTS: 7_901, LABOUR: 4_700, TRAVEL: 1_500}, covers)
    assert {share.payer: share.amount for share in found.others} == {
        Payer.MANUFACTURER: 3_951 + 1_500,
        Payer.SHOP: 1_567,
    }
    assert found.customer + sum(share.amount for share in found.others) == 7_901 + 4_700 + 1_500


_PAYERS = st.sampled_from([payer for payer in Payer if payer is not Payer.CUSTOMER])
_EXTENTS = st.one_of(
    st.tuples(st.integers(0, 10_000), st.none()), st.tuples(st.just(0), st.integers(1, 200_000).map(int))
)


@given(
    st.tuples(*[st.integers(0, 100_000)] * 3),
    st.tuples(*[st.tuples(_EXTENTS, _PAYERS)] * 3),
)
def test_no_cent_is_lost_and_nobody_pays_more_than_the_line_costs(
    costs: tuple[int, ...], taken: tuple[tuple[tuple[int, int | None], Payer], ...]
) -> None:
    amounts = dict(zip((PARTS, LABOUR, TRAVEL), costs, strict=True))
    covers = [
        Cover(line, GOODWILL, share, payer, amount=amount)
        for line, ((share, amount), payer) in zip(amounts, taken, strict=True)
    ]
    found = split(amounts, covers)
    assert found.customer + sum(share.amount for share in found.others) == sum(costs)
    assert found.customer >= 0 and all(share.amount > 0 for share in found.others)
    for payer in Payer:
        most = sum(amounts[cover.line] for cover in covers if cover.payer is payer)
        assert sum(share.amount for share in found.others if share.payer is payer) <= most


def test_a_discount_comes_off_all_lines_and_no_cent_is_lost() -> None:
    rows = [
        QuoteLine(quote_id=1, position=1, kind=QuoteLineKind.PART, text="Pump", unit_price=1_000, amount=1_000),
        QuoteLine(quote_id=1, position=2, kind=QuoteLineKind.LABOUR, text="Hour", unit_price=500, amount=500),
        QuoteLine(quote_id=1, position=3, kind=QuoteLineKind.DISCOUNT, text="10 %", unit_price=0, amount=-150),
        QuoteLine(quote_id=1, position=4, kind=QuoteLineKind.PART, text="Gift", unit_price=9, amount=9, billed=False),
    ]
    assert by_line(rows, with_vat=True, total=1_350) == {PARTS: 900, LABOUR: 450, TRAVEL: 0}
    assert sum(by_line(rows, with_vat=False, total=1_621).values()) == 1_621


def test_half_of_the_part_is_paid_by_its_maker(bench: Bench) -> None:
    """The accepted lines tell parts from labour: the customer owes half of the one and all of the other."""
    bench.reach(OrderState.QUOTE_REQUESTED)
    line(bench.store, bench.order_id, **PUMP)
    line(bench.store, bench.order_id, **LABOUR_LINE)
    bench.step("issue_quote")
    bench.step("accept_quote")
    bench.step("start_repair")
    assert _price(bench) == "105.00"
    _decide(bench, parts_kind="manufacturer", parts_share="50 %")
    assert _price(bench) == "82.50"
    assert "the manufacturer pays €22.50 of it" in _said(bench, price="82,50")
    bench.step("complete", price="82,50")
    ended = next(event for event in bench.events if event.event == "complete")
    assert ended.detail["taken_over"] == [{"payer": "manufacturer", "payer_id": None, "amount": 2250}]
    assert bench.order.price == 8250 and bench.order.payer is Payer.CUSTOMER


def test_one_sum_is_split_only_where_all_of_it_is_covered_alike(bench: Bench) -> None:
    bench.reach(OrderState.IN_REPAIR)  # a quote of 120.00 in one sum
    _decide(bench, parts_kind="goodwill", parts_share="25 %", labour_kind="goodwill", labour_share="25 %")
    assert _price(bench) == "90.00"
    bench.reach(OrderState.IN_REPAIR)
    _decide(bench, parts_kind="goodwill", parts_share="25 %")
    assert _price(bench) == "120.00", "nobody knows what of it are parts"
    assert "of it" not in _said(bench, price="120")


def test_a_sum_is_taken_over_but_no_more_than_the_line_costs(bench: Bench) -> None:
    """40.00 of the parts would be the insurer's; they cost 45.00. 200.00 of the labour is all of its 60.00."""
    bench.reach(OrderState.QUOTE_REQUESTED)
    line(bench.store, bench.order_id, **PUMP)
    line(bench.store, bench.order_id, **LABOUR_LINE)
    bench.step("issue_quote")
    bench.step("accept_quote")
    bench.step("start_repair")
    _decide(bench, parts_kind="commercial", parts_share="40", parts_payer="insurer")
    assert _price(bench) == "65.00"
    bench.step("complete", price="65")
    with bench.store.read() as session:
        order = session.get_one(RepairOrder, bench.order_id)
        assert taken_over_facts(session, order, "en") == [("Taken over by the insurer", "€40.00")]
        told = ("Pris en charge par l'assureur", "40,00\u202f€")
        assert _plain(told) in [_plain(fact) for fact in return_receipt_of(session, order, SHOP).facts]
        assert _plain(told) in [_plain(fact) for fact in work_statement_of(session, order, SHOP).facts]
        shown = sheet(session, bench.order_id)
        assert shown is not None and shown.taken_over == (("insurer", 4000),)
    bench.undo()
    with bench.store.read() as session:
        shown = sheet(session, bench.order_id)
        assert shown is not None and shown.taken_over == ()
        assert taken_over_facts(session, session.get_one(RepairOrder, bench.order_id), "en") == []


def test_a_sum_beyond_the_line_is_the_line(bench: Bench) -> None:
    bench.reach(OrderState.QUOTE_REQUESTED)
    line(bench.store, bench.order_id, **PUMP)
    line(bench.store, bench.order_id, **LABOUR_LINE)
    bench.step("issue_quote")
    bench.step("accept_quote")
    bench.step("start_repair")
    _decide(bench, labour_kind="goodwill", labour_share="200", reason="retard")
    assert _price(bench) == "45.00"
    assert bench.order.payer is Payer.CUSTOMER, "a sum never makes the order somebody else's"


def test_sums_are_taken_from_a_quote_that_is_one_sum(bench: Bench) -> None:
    bench.reach(OrderState.IN_REPAIR)  # a quote of 120.00 in one sum
    _decide(bench, parts_kind="goodwill", parts_share="40", labour_kind="commercial", labour_share="30,50")
    assert _price(bench) == "49.50"
    assert "the shop pays €70.50 of it" in _said(bench, price="49,50")
