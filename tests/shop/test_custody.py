"""Places, moves by two scans, the evening check of a shelf, and what an undo makes of a device put elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui import ticket_number
from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.shop.custody import Moved, put_at
from convisav_tui.shop.filled_papers import label_of
from convisav_tui.shop.places import bench_of, places, print_place_label, save_place, scanned_place
from convisav_tui.shop.shelf_check import check_shelf, device_scanned, lying_at
from convisav_tui.store.models import Holder, OrderState, ShelfCheck
from tests.invariants import check
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store, technician
from tests.shop.subcontract_bench import jobs_without_order, place, subcontractor

S = OrderState


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(counter_store(tmp_path), monkeypatch)
    yield made
    check(made.store)
    made.store.close()


def put(bench: Bench, place_id: int, key: str = "") -> Moved:
    number = bench.order.number
    key = key or f"move-{number}-{place_id}-{len(bench.custody)}"
    return bench.write(lambda session: put_at(session, number, place_id, CLERK, key))


# --- places -----------------------------------------------------------------------------------------------------------


def test_a_place_has_a_label_that_is_read_as_no_order(bench: Bench) -> None:
    place_id = place(bench.store, "a1-03", name="Étagère du fond", kind="shelf")
    with bench.store.read() as session:
        (found,) = places(session)
    assert (found.code, found.kind, found.active) == ("A1-03", "shelf", True)
    reading = ticket_number.read(found.number)
    assert reading is not None and ticket_number.kind(reading.number) == "place"
    assert bench.write(lambda session: scanned_place(session, found.number)).id == place_id
    for _again in range(2):
        bench.write(lambda session: print_place_label(session, place_id, CLERK, SHOP, "place-label"))
    (job,) = jobs_without_order(bench.store)
    assert (job.content["number"], job.content["device"]) == (found.number, "A1-03")


def test_the_label_of_another_shop_is_no_place(bench: Bench) -> None:
    number = ticket_number.make(ticket_number.PLACE_PAIR, 4711)
    with pytest.raises(NotFound), bench.store.read() as session:
        scanned_place(session, number)


@pytest.mark.parametrize(
    ("field", "typed"), [("code", ""), ("code", "a b"), ("code", "x" * 21), ("kind", "hole"), ("technician", "999")]
)
def test_what_is_no_place_is_refused_beside_its_field(bench: Bench, field: str, typed: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        place(bench.store, **({"code": "A1"} | {field: typed}))
    assert set(refused.value.errors) == {field}


def test_a_code_is_given_once_and_kept_while_something_lies_there(bench: Bench) -> None:
    first = place(bench.store, "A1")
    with pytest.raises(FieldErrors):
        place(bench.store, "A1")
    bench.take_in()
    put(bench, first)
    for raw in ({"code": "A2", "active": "x"}, {"code": "A1", "active": ""}):
        with pytest.raises(FieldErrors):
            bench.write(lambda session, raw=raw: save_place(session, raw, CLERK, place_id=first))
    with pytest.raises(Conflict):
        bench.write(lambda session: save_place(session, {"code": "A1"}, CLERK, place_id=first, expected_version=9))


# --- moving -----------------------------------------------------------------------------------------------------------


def test_two_scans_move_a_device_and_say_who_did_it(bench: Bench) -> None:
    shelf, other = place(bench.store, "A1"), place(bench.store, "B2")
    bench.take_in()
    assert put(bench, shelf).before == ""
    moved = put(bench, other)
    assert (moved.place, moved.before) == ("B2", "A1")
    assert [(row.holder, row.place, row.staff_id) for row in bench.custody[-2:]] == [
        (Holder.IN_SHOP, "A1", CLERK.staff_id),
        (Holder.IN_SHOP, "B2", CLERK.staff_id),
    ]
    with bench.store.read() as session:
        assert label_of(session, bench.order, SHOP).place == "B2"


def test_the_same_scan_again_moves_nothing(bench: Bench) -> None:
    shelf = place(bench.store, "A1")
    bench.take_in()
    put(bench, shelf, key="once")
    put(bench, shelf, key="once")
    put(bench, shelf, key="another scan")
    assert [row.place for row in bench.custody] == ["", "A1"]


def test_the_bench_of_a_technician_is_where_his_work_lies(bench: Bench) -> None:
    theo = bench.write(technician)
    bench_id = place(bench.store, "E1", kind="bench", technician=str(theo.staff_id))
    with bench.store.read() as session:
        assert bench_of(session, theo.staff_id) == "E1"
    bench.take_in()
    bench.step("start_diagnosis", technician=str(theo.staff_id))
    assert (bench.order.holder, bench.order.place) == (Holder.WITH_TECHNICIAN, "E1")
    shelf = place(bench.store, "A1")
    put(bench, shelf)
    put(bench, bench_id)
    assert (bench.custody[-1].holder, bench.custody[-1].technician_id) == (Holder.WITH_TECHNICIAN, theo.staff_id)


def test_what_is_not_in_the_house_is_not_moved(bench: Bench) -> None:
    shelf, party_id = place(bench.store, "A1"), subcontractor(bench.store)
    bench.reach(S.RETURNED)
    with pytest.raises(Refusal):
        put(bench, shelf)
    bench.reach(S.IN_REPAIR)
    bench.step("send_out", subcontractor=str(party_id))
    with pytest.raises(Refusal) as refused:
        put(bench, shelf)
    assert "Micro Soudure" in str(refused.value)


def test_a_step_is_taken_back_although_the_device_was_put_away_and_it_stays_there(bench: Bench) -> None:
    shelf = place(bench.store, "A1")
    bench.reach(S.IN_REPAIR)
    bench.step("complete", price="120")
    put(bench, shelf)
    bench.undo()
    order = bench.order
    assert (order.state, order.holder, order.place) == (S.IN_REPAIR, Holder.IN_SHOP, "A1")


def test_coming_back_is_taken_back_wherever_it_was_put(bench: Bench) -> None:
    shelf, party_id = place(bench.store, "A1"), subcontractor(bench.store)
    bench.reach(S.IN_REPAIR)
    bench.step("send_out", subcontractor=str(party_id))
    bench.step("receive_back")
    put(bench, shelf)
    bench.undo()
    assert (bench.order.state, bench.order.holder, bench.order.place) == (
        S.SUBCONTRACTED,
        Holder.WITH_SUBCONTRACTOR,
        "",
    )


# --- the evening check ------------------------------------------------------------------------------------------------


def test_what_is_missing_and_what_is_too_much(bench: Bench) -> None:
    shelf, other = place(bench.store, "A1"), place(bench.store, "B2")
    numbers = []
    for place_id in (shelf, shelf, other):
        bench.take_in(serial=f"S-{len(numbers)}")
        put(bench, place_id)
        numbers.append(bench.order.number)
    there, missing, elsewhere = numbers
    with bench.store.read() as session:
        assert [lying.number for lying in lying_at(session, "A1")] == [there, missing]
        found = device_scanned(session, elsewhere)
        assert found is not None and found.place == "B2"
    scanned = [there, elsewhere, there]
    for _again in range(2):
        checked = bench.write(lambda session: check_shelf(session, shelf, scanned, CLERK, "evening"))
    assert (checked.scanned, checked.missing, checked.surplus) == ((there, elsewhere), (missing,), (elsewhere,))
    with bench.store.read() as session:
        (kept,) = session.exec(select(ShelfCheck)).all()
    assert (kept.place, kept.missing, kept.surplus, kept.staff_id) == ("A1", [missing], [elsewhere], CLERK.staff_id)
