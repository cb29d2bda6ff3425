"""Whatever is received, asked for, crossed out, counted and written off: never more promised than lies there (C7)."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convisav_tui.errors import Refusal
from convisav_tui.shop import stock
from convisav_tui.shop.arrivals import count_stock, drop_and_serve, receive_part
from convisav_tui.shop.needs import add_need
from convisav_tui.shop.stock import ONE
from convisav_tui.store.models import NeedState, OrderState
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.part_bench import check_stock, need_of, part, stock_of
from tests.shop.subcontract_bench import place

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("receive", "need", "drop", "count", "scrap", "move")),
        st.integers(0, 6),
        st.sampled_from(("", "A1")),
    ),
    max_size=14,
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=DEEDS)
def test_no_piece_is_promised_twice_and_movements_add_up(deeds: list[tuple[str, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        store = counter_store(Path(folder))
        bench = Bench(store, patch)
        pump = part(store)
        place(store, "A1")
        bench.reach(OrderState.IN_REPAIR)
        asked: list[int] = []
        for index, (deed, pieces, where) in enumerate(deeds):
            _do(bench, deed, pump, pieces * ONE, where, asked, f"deed-{index}")
            with store.read() as session:
                check_stock(session)
        held = [need_of(store, one) for one in asked]
        lies, promised = stock_of(store, pump)
        assert promised <= lies
        assert promised * ONE == sum(one.reserved for one in held)
        assert all(one.reserved == one.quantity for one in held if one.state is NeedState.ALLOCATED)
        store.close()


def _do(bench: Bench, deed: str, pump: int, quantity: int, where: str, asked: list[int], key: str) -> None:
    write = bench.store.write
    try:
        if deed == "receive":
            write(lambda s: receive_part(s, pump, quantity, CLERK, SHOP, key, place=where))
        elif deed == "need":
            asked.append(write(lambda s: add_need(s, bench.order_id, pump, quantity, CLERK, key).id or 0))
        elif deed == "drop" and asked:
            write(lambda s: drop_and_serve(s, asked[quantity // ONE % len(asked)], CLERK, SHOP, key))
        elif deed == "count":
            write(lambda s: count_stock(s, where, {pump: quantity}, CLERK, SHOP, key))
        elif deed == "scrap":
            write(lambda s: stock.scrap(s, pump, where, quantity, "", CLERK, key))
        elif deed == "move":
            write(lambda s: stock.move(s, pump, where, "" if where else "A1", quantity, CLERK, key))
    except Refusal as refused:
        assert refused.guard in ("stock_suffices", "moves_something", "quantity_given")
