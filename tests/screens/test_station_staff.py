"""Who works at a station, without a terminal: his own work, what others change, the staff on screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.i18n import language
from convisav_tui.shop import staffing
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Role, Staff
from tests.screens.intake_bench import counter_on
from tests.screens.lock_bench import ANNA, MIA, THEO, LockBench, give, half_typed, hash_cheaply, id_of, people


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_cheaply(monkeypatch)


@pytest.fixture
def staffed(store: Store) -> Store:
    store.write(people)
    return store


@pytest.fixture
def bench(staffed: Store, tmp_path: Path) -> LockBench:
    return LockBench(tmp_path)


# --- a technician's own work ------------------------------------------------------------------------------------------


def test_a_technician_begins_with_his_own_work(bench: LockBench) -> None:
    give(bench.counter.store, "theo")
    bench.sign_in(THEO)
    assert "▸  Mine" in bench.line(3) and "Apple iPh" in bench.line(3)
    bench.press("f12")
    bench.sign_in(ANNA)
    assert "▸1 Waiting" in bench.line(3)
    assert "Mine" not in bench.text()


def test_a_technician_without_a_pin_too(store: Store, tmp_path: Path) -> None:
    store.write(lambda session: session.exec(select(Staff)).one().sqlmodel_update({"role": Role.TECHNICIAN}) and None)
    give(store, "anna")
    assert "▸  Mine" in LockBench(tmp_path).line(3)


# --- what others change about the staff -------------------------------------------------------------------------------


def test_the_first_pin_makes_every_station_ask(store: Store, tmp_path: Path) -> None:
    bench = LockBench(tmp_path)
    view = half_typed(bench)
    store.write(people)
    bench.changed()
    assert bench.locked
    bench.sign_in(ANNA)
    assert bench.desk.view is view and bench.counter.proven


@pytest.mark.parametrize("change", [staffing.disable, staffing.remove_pin])
def test_who_works_here_no_more_finds_the_station_locked(bench: LockBench, change: Callable[..., None]) -> None:
    bench.sign_in(ANNA)
    store = bench.counter.store
    store.write(lambda session: change(session, id_of(session, "anna"), PROGRAM))
    bench.changed()
    assert bench.locked
    bench.sign_in(ANNA)
    assert bench.locked
    bench.sign_in(MIA)
    assert bench.name == "Mia"


def test_a_new_role_is_known_at_once(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    bench.counter.store.write(lambda s: staffing.set_role(s, id_of(s, "anna"), Role.BILLING, PROGRAM))
    bench.changed()
    assert not bench.locked and bench.counter.actor.role is Role.BILLING


def test_other_changes_disturb_nobody(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    half_typed(bench)
    bench.changed()
    assert not bench.locked and bench.desk.view.name == "intake"


def test_without_pins_again_the_station_is_the_configured_persons(bench: LockBench) -> None:
    def none(session: Session) -> None:
        for login in ("anna", "theo", "mia"):
            staffing.remove_pin(session, id_of(session, login), PROGRAM)

    bench.counter.store.write(none)
    bench.changed()
    assert not bench.locked and bench.name == "Anna"


# --- the staff on screen ----------------------------------------------------------------------------------------------


def open_staff(bench: LockBench) -> None:
    bench.press("f10")
    bench.type("Staff")
    bench.press("enter")


def test_a_manager_gives_the_first_pins(store: Store, tmp_path: Path) -> None:
    store.write(lambda session: session.exec(select(Staff)).one().sqlmodel_update({"role": Role.MANAGER}) and None)
    bench = LockBench(tmp_path)
    open_staff(bench)
    assert "+ new person" in bench.text()
    bench.press("enter", "enter")
    for _ in range(2):
        bench.type(MIA)
        bench.press("enter")
    assert MIA not in bench.text() and "The PIN is kept" in bench.text()
    bench.changed()
    assert bench.locked
    bench.sign_in(MIA)
    assert bench.desk.view.name == "staff" and bench.name == "Anna"


def test_two_different_pins_change_nothing(bench: LockBench) -> None:
    bench.sign_in(MIA)
    open_staff(bench)
    bench.press("enter", "enter")
    for pin in ("4826", "4827"):
        bench.type(pin)
        bench.press("enter")
    assert "not the same" in bench.text()


@pytest.mark.parametrize(("weak", "said"), [("1234", "cannot be used"), ("123", "4 to 8 digits"), ("48a6", "4 to 8")])
def test_a_weak_pin_is_not_asked_for_again(bench: LockBench, weak: str, said: str) -> None:
    bench.sign_in(MIA)
    open_staff(bench)
    bench.press("enter", "enter")
    assert "PIN (4 to 8 digits) of" in bench.text()
    bench.type(weak)
    bench.press("enter")
    assert said in bench.text() and "Once more" not in bench.text()


def test_who_is_no_manager_is_refused_by_the_shop(bench: LockBench) -> None:
    bench.sign_in(THEO)
    open_staff(bench)
    assert bench.desk.view.name == "board" and "Only a manager" in bench.text()


def test_a_person_is_added_with_a_role(bench: LockBench) -> None:
    bench.sign_in(MIA)
    open_staff(bench)
    bench.press("end", "enter")
    bench.type("Anna Petit")
    bench.press("enter", "4")
    bench.pass_time(0.1)
    bench._settle()
    with bench.counter.store.read() as session:
        added = session.exec(select(Staff).where(Staff.name == "Anna Petit")).one()
    assert (added.login, added.role) == ("anna2", Role.BILLING)
    assert "Anna Petit" in bench.text()


def test_somebody_changes_his_own_pin(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    bench.press("f10")
    bench.type("My PIN")
    bench.press("enter")
    for pin in (ANNA, "4826", "4826"):
        bench.type(pin)
        bench.press("enter")
    assert "The PIN is kept" in bench.text()
    bench.press("f12")
    bench.sign_in("4826")
    assert not bench.locked


def test_the_screens_speak_the_language_of_who_works_there(store: Store, tmp_path: Path) -> None:
    counter = counter_on(store, tmp_path)
    counter.work_as(Actor(1, "Ioana", None, "", language="ro"))
    assert language() == "ro"
    counter.work_as(Actor(2, "Anna", None, ""))
    assert language() == "en"
