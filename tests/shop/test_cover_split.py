"""A price of which others take over a share: each line apart, to the last cent (FR-G11)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.shop.cover_split import by_line, split
from convisav_tui.shop.coverage import Cover, decide_coverage
from convisav_tui.shop.workflow import preview_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import CoverageLine, GuaranteeKind, OrderState, Payer, QuoteLine, QuoteLineKind
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
    _decide(bench, parts_kind="manufacturer", parts_share="50")
    assert _price(bench) == "82.50"
    assert "the manufacturer pays €22.50 of it" in _said(bench, price="82,50")
    bench.step("complete", price="82,50")
    ended = next(event for event in bench.events if event.event == "complete")
    assert ended.detail["taken_over"] == [{"payer": "manufacturer", "payer_id": None, "amount": 2250}]
    assert bench.order.price == 8250 and bench.order.payer is Payer.CUSTOMER


def test_one_sum_is_split_only_where_all_of_it_is_covered_alike(bench: Bench) -> None:
    bench.reach(OrderState.IN_REPAIR)  # a quote of 120.00 in one sum
    _decide(bench, parts_kind="goodwill", parts_share="25", labour_kind="goodwill", labour_share="25")
    assert _price(bench) == "90.00"
    bench.reach(OrderState.IN_REPAIR)
    _decide(bench, parts_kind="goodwill", parts_share="25")
    assert _price(bench) == "120.00", "nobody knows what of it are parts"
    assert "of it" not in _said(bench, price="120")
