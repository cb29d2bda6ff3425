"""Time, technicians, open points, silent jobs, the next ten actions, and what finished orders teach."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from convisav_tui.errors import ConvisavError, Refusal
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.assigning import set_priority
from convisav_tui.shop.knowledge import proposals, search_fixes, use_fix, write_fix
from convisav_tui.shop.open_points import add_point, open_points, settle_point
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.shop.work_lists import next_ten, silent_jobs, work_of, working_hours
from convisav_tui.shop.work_time import Clock, correct, share, spells_of, start_or_stop, technicians_of
from convisav_tui.store.models import OrderState
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store, technician


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(counter_store(tmp_path), monkeypatch)


def test_a_clock_starts_stops_and_is_corrected(bench: Bench) -> None:
    order = bench.reach(OrderState.IN_REPAIR)
    assert bench.write(lambda s: start_or_stop(s, order, CLERK, running=False)).running
    assert bench.write(lambda s: start_or_stop(s, order, CLERK, running=False)) == Clock(True)  # the key bounced
    bench.wait(25 * 60)
    assert bench.write(lambda s: start_or_stop(s, order, CLERK, running=True)) == Clock(False, 25)
    with bench.store.read() as session:
        (spell,) = spells_of(session, order)
    bench.write(lambda s: correct(s, spell.id, 40, "oublié", CLERK, expected_version=spell.version))
    with bench.store.read() as session:
        (spell,) = spells_of(session, order)
    assert (spell.minutes, spell.corrected, spell.note) == (40, True, "oublié")
    with pytest.raises(ConvisavError):
        bench.write(lambda s: correct(s, spell.id, -1, "", CLERK))
    with pytest.raises(Refusal):
        bench.write(lambda s: start_or_stop(s, order, PROGRAM))


def test_one_clock_a_person(bench: Bench) -> None:
    first, second = bench.reach(OrderState.IN_REPAIR), bench.reach(OrderState.IN_REPAIR)
    bench.write(lambda s: start_or_stop(s, first, CLERK))
    bench.wait(600)
    done = bench.write(lambda s: start_or_stop(s, second, CLERK))
    assert done.running and done.minutes == 10 and done.stopped
    with bench.store.read() as session:
        assert [spell.stopped_at is None for spell in spells_of(session, first)] == [False]
        assert [spell.stopped_at is None for spell in spells_of(session, second)] == [True]


def test_several_technicians_work_on_one_order(bench: Bench) -> None:
    order = bench.reach(OrderState.IN_REPAIR)
    with bench.store.read() as session:
        theo = technician(session)
    bench.write(lambda s: start_or_stop(s, order, theo))
    with bench.store.read() as session:
        assert [name for _id, name in technicians_of(session, order)] == ["Théo"]
        assert order in [job.order_id for job in work_of(session, SHOP, theo.staff_id)]
    assert bench.write(lambda s: share(s, order, theo.staff_id or 0, CLERK)) is False
    with bench.store.read() as session:
        assert order not in [job.order_id for job in work_of(session, SHOP, theo.staff_id)]


def test_points_are_open_until_they_are_done(bench: Bench) -> None:
    order = bench.reach(OrderState.DIAGNOSING)
    point = bench.write(lambda s: add_point(s, "proposer un contrat", CLERK, order_id=order, lead=True))
    again = bench.write(lambda s: add_point(s, "proposer un contrat", CLERK, order_id=order))
    assert point == again
    bench.write(lambda s: add_point(s, "commander la notice", CLERK, device_id=bench.order.device_id))
    with bench.store.read() as session:
        assert [one.text for one in open_points(session, order_id=order)] == [
            "proposer un contrat",
            "commander la notice",
        ]
        assert [one.text for one in open_points(session, leads=True)] == ["proposer un contrat"]
    bench.write(lambda s: settle_point(s, point, CLERK))
    with bench.store.read() as session:
        assert [one.text for one in open_points(session)] == ["commander la notice"]
    with pytest.raises(ConvisavError):
        bench.write(lambda s: add_point(s, " ", CLERK, order_id=order))


def test_working_hours_leave_nights_and_sundays_out() -> None:
    at = datetime.fromisoformat
    saturday, monday = at("2026-11-21T17:00:00+01:00"), at("2026-11-23T10:30:00+01:00")
    assert working_hours(saturday, monday, "Europe/Paris") == 2
    assert working_hours(monday, saturday, "Europe/Paris") == 0


def test_the_radar_shows_what_nobody_touched(bench: Bench) -> None:
    order = bench.reach(OrderState.QUOTE_ISSUED)
    with bench.store.read() as session:
        assert silent_jobs(session, SHOP) == []
    bench.wait(3 * 86400)  # from Saturday to Tuesday at the same hour: 18 working hours
    with bench.store.read() as session:
        assert [(job.order_id, job.idle) for job in silent_jobs(session, SHOP)] == [(order, 18)]
    bench.write(lambda session: keep_setting(session, "radar_hours", 30))
    with bench.store.read() as session:
        assert silent_jobs(session, SHOP) == []


def test_the_next_actions_put_the_urgent_first(bench: Bench) -> None:
    waiting, told = bench.reach(OrderState.RECEIVED), bench.reach(OrderState.TO_NOTIFY)
    bench.reach(OrderState.QUOTE_ISSUED)  # the customer's turn
    with bench.store.read() as session:
        assert [job.order_id for job in next_ten(session, SHOP)] == [told, waiting]
    bench.write(lambda s: set_priority(s, waiting, 2, CLERK, "prio"))
    with bench.store.read() as session:
        assert [job.order_id for job in next_ten(session, SHOP)] == [waiting, told]
        assert [job.order_id for job in work_of(session, SHOP)] == [waiting, told]


def finished(bench: Bench, fault: str, work: str, **fields: str) -> int:
    bench.reach(OrderState.IN_REPAIR, fault=fault, **fields)
    bench.step("complete", work=work)
    return bench.order_id


def test_finished_orders_teach_what_is_proposed_next_time(bench: Bench) -> None:
    pump = finished(bench, "ne vidange plus, eau dans le tambour", "pompe de vidange changée")
    finished(bench, "ne vidange pas", "pompe de vidange changée")
    finished(bench, "ne chauffe plus", "résistance changée")
    finished(bench, "ne vidange plus", "écran changé", device_type="phone", serial="")
    bench.take_in(fault="la machine ne vidange plus")
    with bench.store.read() as session:
        known = proposals(session, bench.order_id)
        assert known[0].remedy == "pompe de vidange changée" and known[0].times == 2
        assert "écran changé" not in [one.remedy for one in known]
        assert [one.order_id for one in search_fixes(session, "tambour")] == [pump]
    bench.write(lambda s: use_fix(s, bench.order_id, known[0].id, CLERK))
    assert bench.order.found_fault == "pompe de vidange changée"


def test_a_completion_taken_back_teaches_nothing(bench: Bench) -> None:
    finished(bench, "ne vidange plus", "pompe changée")
    bench.undo()
    with bench.store.read() as session:
        assert search_fixes(session, "pompe") == []
    bench.step("complete", work="durite changée")
    with bench.store.read() as session:
        assert [one.remedy for one in search_fixes(session, "")] == ["durite changée"]


def test_a_fix_is_written_by_hand(bench: Bench) -> None:
    raw = {
        "device_type": "washing_machine",
        "brand": "Miele",
        "model": "WCD320",
        "symptom": "code F11",
        "cause": "pompe bouchée",
    }
    row = bench.write(lambda s: write_fix(s, raw, CLERK))
    bench.write(lambda s: write_fix(s, raw | {"remedy": "nettoyer"}, CLERK, fix_id=row.id))
    bench.take_in(fault="affiche code F11")
    with bench.store.read() as session:
        assert [one.remedy for one in proposals(session, bench.order_id)] == ["nettoyer"]
    for wrong in ({"symptom": ""}, {"device_type": "rocket"}, {"cause": ""}):
        with pytest.raises(ConvisavError):
            bench.write(lambda s, wrong=wrong: write_fix(s, raw | wrong, CLERK))
