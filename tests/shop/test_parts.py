"""Parts: catalogue, stock, what orders need of it, suppliers, arrivals, counts (rules.md 7.3 T08, T14–T17, T21–T24)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.errors import FieldErrors, NotFound, Refusal
from convisav_tui.shop import stock
from convisav_tui.shop.arrivals import count_stock, drop_and_serve, put_back_and_serve, receive_scanned
from convisav_tui.shop.parts import part_rows, scanned_part
from convisav_tui.shop.stock import ONE
from convisav_tui.shop.supplier_orders import cancel_order, line_rows, order_csv, order_parts, ordered_rows, to_order
from convisav_tui.store.engine import Store
from convisav_tui.store.models import NeedState, OrderState, Paper, StockMovement, StockReason
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.part_bench import check_stock, need, need_of, part, receive, stock_of, supplier
from tests.shop.subcontract_bench import place

S = OrderState


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    with store.read() as session:
        check_stock(session)
    store.close()


# --- catalogue --------------------------------------------------------------------------------------------------------


def test_a_part_is_found_by_each_of_its_names(bench: Bench) -> None:
    sold_by = supplier(bench.store)
    pump = part(bench.store, supplier=str(sold_by), reference="PX/4711")
    part(bench.store, code="BELT-2", name="Courroie", ean="", brand="Bosch")
    with bench.store.read() as session:
        for text in ("pump-1", "4006381333931", "PX/4711"):
            found = scanned_part(session, text)
            assert found is not None and found.id == pump, text
        assert scanned_part(session, "9999") is None
        assert [row.code for row in part_rows(session, "vidange mie")] == ["PUMP-1"]
        assert [row.code for row in part_rows(session, "400638")] == ["PUMP-1"]
        assert [row.code for row in part_rows(session)] == ["BELT-2", "PUMP-1"]


@pytest.mark.parametrize(
    ("field", "typed"), [("code", "!"), ("ean", "4006381333930"), ("price", "x"), ("name", ""), ("vat_rate", "200")]
)
def test_what_is_wrong_with_a_part_is_said_beside_its_field(bench: Bench, field: str, typed: str) -> None:
    with pytest.raises(FieldErrors) as wrong:
        part(bench.store, **{field: typed})
    assert list(wrong.value.errors) == [field]


def test_no_two_parts_have_one_code(bench: Bench) -> None:
    part(bench.store)
    with pytest.raises(FieldErrors) as wrong:
        part(bench.store, code="pump-1")
    assert list(wrong.value.errors) == ["code"]


# --- stock ------------------------------------------------------------------------------------------------------------


def test_stock_never_goes_below_nothing(bench: Bench) -> None:
    pump = part(bench.store)
    receive(bench.store, pump, 2)
    with pytest.raises(Refusal) as refused:
        bench.write(lambda session: stock.scrap(session, pump, "", 3 * ONE, "cassé", CLERK, "k1"))
    assert refused.value.guard == "stock_suffices" and "2" in str(refused.value)
    bench.write(lambda session: stock.scrap(session, pump, "", ONE, "cassé", CLERK, "k2"))
    bench.write(lambda session: stock.scrap(session, pump, "", ONE, "cassé", CLERK, "k2"))
    assert stock_of(bench.store, pump) == (1, 0)


def test_pieces_move_between_places(bench: Bench) -> None:
    pump = part(bench.store)
    place(bench.store, "A1")
    receive(bench.store, pump, 3)
    bench.write(lambda session: stock.move(session, pump, "", "A1", 2 * ONE, CLERK, "m1"))
    bench.write(lambda session: stock.move(session, pump, "", "A1", 2 * ONE, CLERK, "m1"))
    with bench.store.read() as session:
        assert [(level.place, level.quantity) for level in stock.levels_of(session, pump)] == [
            ("", ONE),
            ("A1", 2 * ONE),
        ]
    with pytest.raises(NotFound):
        bench.write(lambda session: stock.move(session, pump, "", "Z9", ONE, CLERK, "m2"))
    with pytest.raises(Refusal):
        bench.write(lambda session: stock.move(session, pump, "A1", "", 3 * ONE, CLERK, "m3"))


def test_a_count_replaces_what_was_thought(bench: Bench) -> None:
    pump, belt = part(bench.store), part(bench.store, code="BELT", ean="")
    receive(bench.store, pump, 3)
    bench.reach(S.QUOTE_ACCEPTED)
    held = need(bench.store, bench.order_id, pump, 2)
    assert need_of(bench.store, held).state is NeedState.ALLOCATED
    found = bench.write(lambda s: count_stock(s, "", {pump: ONE, belt: 4 * ONE}, CLERK, SHOP, "count"))
    again = bench.write(lambda s: count_stock(s, "", {pump: ONE, belt: 4 * ONE}, CLERK, SHOP, "count"))
    assert [(one.code, one.before, one.after) for one in found] == [("PUMP-1", 3000, 1000), ("BELT", 0, 4000)]
    assert [(one.before, one.after) for one in again] == [(3000, 1000), (0, 4000)]
    assert found[0].lost == 1 and need_of(bench.store, held).state is NeedState.TO_ORDER
    with bench.store.read() as session:
        counted = session.exec(select(StockMovement).where(StockMovement.reason == StockReason.COUNTED)).all()
    assert sorted(row.quantity for row in counted) == [-2 * ONE, 4 * ONE]


def test_two_stations_cannot_reserve_the_last_piece(any_counter: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store = any_counter
    bench = Bench(store, monkeypatch)
    pump = part(store)
    receive(store, pump, 1)
    orders = [bench.reach(S.QUOTE_ACCEPTED) for _station in range(4)]
    start, held = threading.Barrier(len(orders)), []

    def station(order_id: int) -> None:
        start.wait(30)
        held.append(need(store, order_id, pump))

    threads = [threading.Thread(target=station, args=(order_id,)) for order_id in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    states = sorted(need_of(store, one).state.value for one in held)
    assert states == ["allocated", "to_order", "to_order", "to_order"]
    assert stock_of(store, pump) == (1, 1)
    with store.read() as session:
        check_stock(session)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_counter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql_server_url")
    store = counter_store(tmp_path, url)
    yield store
    store.close()


# --- what an order needs ----------------------------------------------------------------------------------------------


def test_an_accepted_quote_reserves(bench: Bench) -> None:
    pump = part(bench.store)
    receive(bench.store, pump, 1)
    bench.reach(S.QUOTE_ISSUED)
    held = need(bench.store, bench.order_id, pump)
    assert need_of(bench.store, held).state is NeedState.TO_ORDER and stock_of(bench.store, pump) == (1, 0)
    bench.step("accept_quote")
    assert bench.order.state is S.QUOTE_ACCEPTED and stock_of(bench.store, pump) == (1, 1)
    bench.step("start_repair")
    bench.step("work_done", removed_parts="given_back")
    fitted = need_of(bench.store, held)
    assert fitted.state is NeedState.CONSUMED and fitted.removed_given_back is True
    assert stock_of(bench.store, pump) == (0, 0)


def test_a_missing_part_makes_the_order_wait_and_its_coming_moves_it_on(bench: Bench) -> None:
    sold_by = supplier(bench.store)
    pump = part(bench.store, supplier=str(sold_by), reference="PX-1")
    bench.reach(S.QUOTE_ISSUED)
    held = need(bench.store, bench.order_id, pump)
    taken = bench.step("accept_quote")
    assert taken.to_state is S.AWAITING_PARTS
    (order,) = bench.write(lambda session: order_parts(session, CLERK, SHOP, "order"))
    assert bench.write(lambda session: order_parts(session, CLERK, SHOP, "order")) == [order]
    assert need_of(bench.store, held).state is NeedState.ORDERED
    came = bench.write(lambda session: receive_scanned(session, "PX-1", CLERK, SHOP, "scan"))
    assert came.supplier_order == order.number
    assert [(one.order_id, one.state) for one in came.served] == [(bench.order_id, "in_repair")]
    assert bench.order.state is S.IN_REPAIR and need_of(bench.store, held).state is NeedState.ALLOCATED
    bench.write(lambda session: receive_scanned(session, "PX-1", CLERK, SHOP, "scan"))
    assert stock_of(bench.store, pump) == (1, 1)
    with bench.store.read() as session:
        assert [row.state for row in ordered_rows(session)] == ["received"]
        (paper,) = session.exec(select(Paper).where(Paper.kind == "supplier_order")).all()
    assert "PX-1" in str(paper.content) and bench.order.number[2:9] in str(paper.content)


def test_only_the_last_part_moves_an_order_on(bench: Bench) -> None:
    pump, belt = part(bench.store), part(bench.store, code="BELT", ean="")
    bench.reach(S.QUOTE_ISSUED)
    need(bench.store, bench.order_id, pump, 2)
    need(bench.store, bench.order_id, belt)
    bench.step("accept_quote")
    receive(bench.store, pump, 1)
    assert stock_of(bench.store, pump) == (1, 1) and bench.order.state is S.AWAITING_PARTS
    receive(bench.store, pump, 1)
    assert bench.order.state is S.AWAITING_PARTS
    receive(bench.store, belt, 1)
    assert bench.order.state is S.IN_REPAIR


def test_a_repair_does_not_begin_without_its_parts(bench: Bench) -> None:
    pump = part(bench.store)
    bench.reach(S.QUOTE_ACCEPTED)
    need(bench.store, bench.order_id, pump)
    assert bench.steps()["start_repair"].mended_by == "step:wait_parts"
    bench.step("wait_parts")
    with pytest.raises(Refusal):
        bench.step("parts_received")


def test_a_part_found_missing_at_the_bench(bench: Bench) -> None:
    pump = part(bench.store)
    bench.reach(S.IN_REPAIR)
    assert "missing_part" not in bench.steps()
    held = need(bench.store, bench.order_id, pump)
    with pytest.raises(Refusal) as refused:
        bench.step("work_done")
    assert refused.value.mended_by == "needs"
    bench.step("missing_part")
    bench.step("part_unavailable", reason="plus fabriquée")
    assert bench.order.state is S.QUOTE_REQUESTED and need_of(bench.store, held).state is NeedState.CANCELLED


def test_a_part_that_does_not_block_does_not_block(bench: Bench) -> None:
    pump = part(bench.store)
    bench.reach(S.QUOTE_ISSUED)
    held = need(bench.store, bench.order_id, pump, blocking=False)
    bench.step("accept_quote")
    bench.step("start_repair")
    bench.step("complete")
    assert need_of(bench.store, held).state is NeedState.CANCELLED


@pytest.mark.parametrize("event", ["refuse_quote", "cancel"])
def test_what_is_not_repaired_frees_its_parts(bench: Bench, event: str) -> None:
    pump = part(bench.store)
    receive(bench.store, pump, 1)
    bench.reach(S.QUOTE_ACCEPTED)
    need(bench.store, bench.order_id, pump)
    assert stock_of(bench.store, pump) == (1, 1)
    if event == "refuse_quote":
        bench.step("start_repair")
        bench.step("extra_work_found")
        bench.step("issue_quote")
    bench.step(event)
    assert stock_of(bench.store, pump) == (1, 0)
    bench.undo()
    assert stock_of(bench.store, pump) == (1, 1)


@pytest.mark.parametrize("event", ["accept_quote", "work_done"])
def test_a_step_taken_back_takes_its_parts_back(bench: Bench, event: str) -> None:
    pump = part(bench.store)
    receive(bench.store, pump, 1)
    bench.reach(S.QUOTE_ISSUED)
    held = need(bench.store, bench.order_id, pump)
    bench.step("accept_quote")
    if event == "work_done":
        bench.step("start_repair")
        bench.step("work_done", removed_parts="kept")
        assert stock_of(bench.store, pump) == (0, 0)
    bench.undo()
    reserved = 1 if event == "work_done" else 0
    assert stock_of(bench.store, pump) == (1, reserved)
    assert need_of(bench.store, held).state is (NeedState.ALLOCATED if reserved else NeedState.TO_ORDER)


def test_serial_numbers_of_fitted_parts_are_kept(bench: Bench) -> None:
    board = part(bench.store, tracks_serials="x")
    receive(bench.store, board, 1)
    bench.reach(S.IN_REPAIR)
    held = need(bench.store, bench.order_id, board)
    with pytest.raises(FieldErrors):
        bench.step("work_done", removed_parts="kept", serials="A1, B2")
    bench.step("work_done", removed_parts="kept", serials="SN-99")
    assert need_of(bench.store, held).serial == "SN-99"


def test_a_part_put_back_goes_to_who_waits(bench: Bench) -> None:
    pump = part(bench.store)
    receive(bench.store, pump, 1)
    first = bench.reach(S.IN_REPAIR)
    held = need(bench.store, first, pump)
    bench.step("work_done", removed_parts="kept")
    second = bench.reach(S.QUOTE_ISSUED)
    need(bench.store, second, pump)
    bench.step("accept_quote")
    assert bench.order.state is S.AWAITING_PARTS
    bench.write(lambda session: put_back_and_serve(session, held, CLERK, SHOP, "back"))
    assert bench.order.state is S.IN_REPAIR and need_of(bench.store, held).state is NeedState.RETURNED
    with pytest.raises(Refusal):
        bench.write(lambda session: put_back_and_serve(session, held, CLERK, SHOP, "back2"))


def test_a_part_crossed_out_lets_the_order_go_on(bench: Bench) -> None:
    pump = part(bench.store)
    bench.reach(S.QUOTE_ISSUED)
    held = need(bench.store, bench.order_id, pump)
    bench.step("accept_quote")
    bench.write(lambda session: drop_and_serve(session, held, CLERK, SHOP, "drop"))
    assert bench.order.state is S.IN_REPAIR


# --- supplier orders --------------------------------------------------------------------------------------------------


def test_orders_are_made_by_supplier_of_needs_and_of_what_runs_out(bench: Bench) -> None:
    one, two = supplier(bench.store), supplier(bench.store, name="Deux SARL", phone="01 40 00 00 08", email="")
    pump = part(bench.store, supplier=str(one), reorder_level="2")
    belt = part(bench.store, code="BELT", ean="", supplier=str(two), reorder_level="5")
    part(bench.store, code="LOST", ean="", reorder_level="1")
    receive(bench.store, belt, 1)
    bench.reach(S.QUOTE_ISSUED)
    need(bench.store, bench.order_id, pump, 3)
    with bench.store.read() as session:
        assert {row.code: row.quantity // ONE for row in to_order(session)} == {"PUMP-1": 2, "BELT": 4, "LOST": 1}
    bench.step("accept_quote")
    with bench.store.read() as session:
        rows = {row.code: row for row in to_order(session)}
    assert rows["PUMP-1"].quantity == 5 * ONE and rows["PUMP-1"].orders == (bench.order.number,)
    made = bench.write(lambda session: order_parts(session, CLERK, SHOP, "order"))
    assert [order.number for order in made] == ["CF-000001", "CF-000002"]
    with bench.store.read() as session:
        assert [row.code for row in to_order(session)] == ["LOST"]  # no supplier
        assert {row.code: row.quantity // ONE for row in line_rows(session)} == {"PUMP-1": 5, "BELT": 4}
    receive(bench.store, pump, 3)  # three of five: partly received, the order goes on
    assert bench.order.state is S.IN_REPAIR
    with bench.store.read() as session:
        assert {row.number: row.state for row in ordered_rows(session)} == {
            "CF-000001": "part_received",
            "CF-000002": "sent",
        }
        assert [row.code for row in to_order(session)] == ["LOST"]


def test_a_supplier_order_called_off_is_ordered_anew(bench: Bench) -> None:
    sold_by = supplier(bench.store)
    pump = part(bench.store, supplier=str(sold_by))
    bench.reach(S.QUOTE_ISSUED)
    held = need(bench.store, bench.order_id, pump)
    bench.step("accept_quote")
    (order,) = bench.write(lambda session: order_parts(session, CLERK, SHOP, "order"))
    bench.write(lambda session: cancel_order(session, order.id or 0, CLERK, SHOP))
    assert need_of(bench.store, held).state is NeedState.TO_ORDER
    with bench.store.read() as session:
        assert [row.code for row in to_order(session)] == ["PUMP-1"]
    with pytest.raises(NotFound):
        bench.write(lambda session: receive_scanned(session, "UNKNOWN", CLERK, SHOP, "scan"))


def test_no_cell_of_the_file_is_a_formula(bench: Bench) -> None:
    sold_by = supplier(bench.store)
    part(bench.store, name="=cmd|calc", supplier=str(sold_by), reference="-1+1", reorder_level="1")
    (order,) = bench.write(lambda session: order_parts(session, CLERK, SHOP, "order"))
    with bench.store.read() as session:
        text = order_csv(session, order.id or 0)
    assert '"\'=cmd|calc"' in text and '"\'-1+1"' in text
