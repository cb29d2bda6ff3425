"""Signing in by PIN: who it is, what a wrong one costs, who may give one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.errors import Refusal, StoreFull
from convisav_tui.shop import staffing
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.shop.lock_out import LIMITS, Tries
from convisav_tui.shop.permissions import pins_in_use
from convisav_tui.shop.secrets import reveal_secret
from convisav_tui.shop.sign_in import Attempt, change_own_pin, sign_in, still_here
from convisav_tui.shop.staff_journal import staff_journal
from convisav_tui.store.engine import Store
from convisav_tui.store.models import FailedSignIn, Role, Staff, StaffEvent
from tests.shop.counter import NOW, counter_store, take_in

ANNA, THEO, MIA = 1, 2, 3  # clerk, technician, manager
PINS = {ANNA: "8302", THEO: "5917", MIA: "719340"}
WRONG = "6408"


class Clock:
    """The time, moved by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self.instant = datetime.fromisoformat(NOW)
        self.forward(0)

    def forward(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)
        self._patch.setenv(PRETENDED_NOW, self.instant.isoformat())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    """Anna, Théo and Mia, who all have a PIN."""
    store = counter_store(tmp_path)
    store.write(lambda session: staffing.add_person(session, "mia", "Mia", Role.MANAGER, PROGRAM))
    for person in (MIA, ANNA, THEO):
        store.write(lambda session, person=person: staffing.set_pin(session, person, PINS[person], PROGRAM))
    return store


def try_pin(store: Store, pin: str, station: str = "counter 1", locked_for: int | None = None) -> Attempt:
    return sign_in(store, pin, station, locked_for)


def actor(store: Store, person: int) -> Actor:
    signed_in = try_pin(store, PINS[person]).person
    assert signed_in is not None
    return signed_in


def events(store: Store) -> list[StaffEvent]:
    with store.read() as session:
        return list(session.exec(select(StaffEvent)).all())


def test_a_pin_says_who_it_is(store: Store) -> None:
    theo = actor(store, THEO)
    assert (theo.staff_id, theo.name, theo.role, theo.station_name) == (THEO, "Théo", Role.TECHNICIAN, "counter 1")
    assert theo.station_id is not None
    assert try_pin(store, WRONG) == Attempt(None, 0)
    assert try_pin(store, "") == Attempt(None, 0)


def test_wrong_pins_wait_longer_and_longer(store: Store, clock: Clock) -> None:
    waits = []
    for _ in range(10):
        attempt = try_pin(store, WRONG)
        assert attempt.person is None
        waits.append(attempt.wait)
        clock.forward(attempt.wait)
    assert waits[:6] == [0, 0, 5, 10, 20, 40]
    assert waits == sorted(waits) and waits[-1] <= 900
    assert actor(store, ANNA).name == "Anna"


def test_while_it_waits_a_right_pin_is_not_looked_at(store: Store, clock: Clock) -> None:
    for _ in range(3):
        wait = try_pin(store, WRONG).wait
    assert wait == 5
    clock.forward(2)
    assert try_pin(store, PINS[ANNA]) == Attempt(None, 3)
    clock.forward(3)
    assert try_pin(store, PINS[ANNA]).person is not None


def test_the_wait_survives_a_restart_and_holds_for_its_station_only(store: Store, clock: Clock) -> None:
    for _ in range(3):
        try_pin(store, WRONG)
    store.close()
    again = Store(store.url)
    assert try_pin(again, PINS[ANNA]).wait == 5
    assert try_pin(again, PINS[ANNA], "workshop").person is not None


def test_who_has_a_pin_does_not_get_free_guesses_between(store: Store, clock: Clock) -> None:
    waits = []
    for _ in range(6):
        waits.append(try_pin(store, WRONG).wait)
        clock.forward(waits[-1])
        assert try_pin(store, PINS[ANNA]).person is not None
    assert waits[-1] >= 30


def test_time_forgives(store: Store, clock: Clock) -> None:
    for _ in range(4):
        clock.forward(try_pin(store, WRONG).wait)
    clock.forward(45 * 60)
    assert try_pin(store, WRONG).wait == 0
    clock.forward(20 * 60)
    assert try_pin(store, PINS[ANNA]).person is not None
    with store.read() as session:
        assert session.exec(select(FailedSignIn)).all() == []


def test_a_right_pin_leaves_no_trace_of_tries(store: Store) -> None:
    assert try_pin(store, PINS[ANNA], locked_for=ANNA).person is not None
    with store.read() as session:
        assert session.exec(select(FailedSignIn)).all() == []


def test_a_clock_that_was_put_back_does_not_prolong_the_wait(store: Store, clock: Clock) -> None:
    for _ in range(3):
        try_pin(store, WRONG)
    clock.forward(-86400)
    assert try_pin(store, PINS[ANNA]).wait == 5


def test_a_person_whose_stations_are_tried_out_is_locked_out_like_a_stranger(store: Store, clock: Clock) -> None:
    for number in range(6):
        try_pin(store, WRONG, f"station {number}", locked_for=ANNA)
    assert try_pin(store, PINS[ANNA], "elsewhere") == try_pin(store, WRONG, "another") == Attempt(None, 0)
    assert try_pin(store, PINS[THEO], "elsewhere").person is not None
    clock.forward(10)
    assert try_pin(store, PINS[ANNA], "elsewhere").person is not None


def test_a_new_pin_ends_the_lock_out_of_the_person(store: Store) -> None:
    for number in range(6):
        try_pin(store, WRONG, f"station {number}", locked_for=ANNA)
    store.write(lambda session: staffing.set_pin(session, ANNA, "4815926", PROGRAM))
    assert try_pin(store, "4815926", "elsewhere").person is not None
    assert try_pin(store, PINS[ANNA], "elsewhere").person is None


def test_many_stations_cannot_be_opened_to_guess(store: Store) -> None:
    assert any(try_pin(store, WRONG, f"station {number}").wait for number in range(LIMITS["shop"].free + 2))


def test_tries_at_the_same_time_are_all_counted(store: Store) -> None:
    threads = [threading.Thread(target=try_pin, args=(store, WRONG)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with store.read() as session:
        row = session.get(FailedSignIn, "shop")
    # Those that came after the third found the station waiting.
    assert row is not None and 3 <= row.failures <= 6
    assert try_pin(store, WRONG).wait > 0


def test_on_a_full_disk_people_sign_in_and_wrong_pins_wait_all_the_same(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_anything: object, **_more: object) -> None:
        raise StoreFull("The disk is full.")

    try_pin(store, PINS[ANNA])
    monkeypatch.setattr(store, "write", full)
    for _ in range(3):
        person = try_pin(store, PINS[ANNA]).person
        assert person is not None and person.station_id is not None
    assert [try_pin(store, WRONG).wait for _ in range(3)] == [0, 0, 5]
    assert try_pin(store, PINS[ANNA]) == Attempt(None, 5)
    clock.forward(5)
    assert try_pin(store, PINS[THEO]).person is not None


def test_the_waits_have_an_end() -> None:
    instant = datetime.fromisoformat(NOW)
    for limit in LIMITS.values():
        assert Tries(10_000, instant).wait(limit, instant) == limit.longest.total_seconds()


def test_a_long_wait_is_written_down_without_the_pin(store: Store, clock: Clock) -> None:
    for _ in range(8):
        clock.forward(try_pin(store, WRONG).wait)
    refused = [event for event in events(store) if event.event == "sign_in_refused"]
    assert refused and refused[0].station_name == "counter 1"
    assert not any(WRONG in str(event.model_dump()) for event in events(store))


# --- who has a PIN ----------------------------------------------------------------------------------------------------


def refused(store: Store, operation: Callable[[Session], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        store.write(operation)
    return caught.value


def test_the_first_pin_is_a_managers(tmp_path: Path) -> None:
    store = counter_store(tmp_path)
    mia = store.write(lambda session: staffing.add_person(session, "mia", "Mia", Role.MANAGER, PROGRAM))
    assert refused(store, lambda s: staffing.set_pin(s, ANNA, "8302", PROGRAM)).guard == "manager_with_pin"
    store.write(lambda session: staffing.set_pin(session, mia, "719340", PROGRAM))
    store.write(lambda session: staffing.set_pin(session, ANNA, "8302", PROGRAM))
    with store.read() as session:
        assert pins_in_use(session)


@pytest.mark.parametrize("pin", ["1234", PINS[ANNA], "123", "123456789", "12ab"])
def test_a_pin_that_is_no_good_is_refused_and_nobody_is_named(store: Store, pin: str) -> None:
    error = refused(store, lambda session: staffing.set_pin(session, THEO, pin, PROGRAM))
    assert pin not in str(error) and "Anna" not in str(error)
    assert try_pin(store, PINS[THEO]).person is not None


def test_a_used_pin_and_a_common_one_are_refused_in_the_same_words(store: Store) -> None:
    said = {str(refused(store, lambda s, p=pin: staffing.set_pin(s, THEO, p, PROGRAM))) for pin in ("1234", PINS[ANNA])}
    assert len(said) == 1


def test_somebody_may_keep_his_own_pin(store: Store) -> None:
    store.write(lambda session: staffing.set_pin(session, THEO, PINS[THEO], PROGRAM))
    assert try_pin(store, PINS[THEO]).person is not None


@pytest.mark.parametrize("change", ["remove", "disable", "demote"])
def test_the_last_manager_who_can_sign_in_stays(store: Store, change: str) -> None:
    def operation(session: Session) -> None:
        if change == "remove":
            staffing.remove_pin(session, MIA, PROGRAM)
        elif change == "disable":
            staffing.disable(session, MIA, PROGRAM)
        else:
            staffing.set_role(session, MIA, Role.CLERK, PROGRAM)

    assert refused(store, operation).guard == "manager_with_pin"
    store.write(lambda session: staffing.set_role(session, ANNA, Role.MANAGER, PROGRAM))
    store.write(operation)


def test_without_pins_the_shop_asks_nobody(store: Store) -> None:
    for person in (ANNA, THEO, MIA):
        store.write(lambda session, person=person: staffing.remove_pin(session, person, PROGRAM))
    with store.read() as session:
        assert not pins_in_use(session)


def test_who_is_disabled_signs_in_no_more(store: Store) -> None:
    theo = actor(store, THEO)
    store.write(lambda session: staffing.disable(session, THEO, PROGRAM))
    assert try_pin(store, PINS[THEO]).person is None
    with store.read() as session:
        assert still_here(session, theo) is None
    store.write(lambda session: staffing.enable(session, THEO, PROGRAM))
    assert try_pin(store, PINS[THEO]).person is None
    with store.read() as session:
        assert still_here(session, theo) is None


def test_a_new_role_reaches_who_is_signed_in(store: Store) -> None:
    theo = actor(store, THEO)
    store.write(lambda session: staffing.set_role(session, THEO, Role.CLERK, PROGRAM))
    with store.read() as session:
        known = still_here(session, theo)
    assert known is not None and known.role is Role.CLERK and known.station_id == theo.station_id


def test_everything_about_the_staff_is_written_down(store: Store) -> None:
    mia = actor(store, MIA)
    store.write(lambda session: staffing.set_role(session, ANNA, Role.BILLING, mia))
    store.write(lambda session: staffing.set_pin(session, ANNA, "4815926", mia))
    said = [(event.event, event.staff_id, event.by_id) for event in events(store)[-2:]]
    assert said == [("role_changed", ANNA, MIA), ("pin_set", ANNA, MIA)]
    assert events(store)[-2].detail == {"before": "clerk", "role": "billing"}
    with store.read() as session:
        hashes = [row.pin_hash for row in session.exec(select(Staff)) if row.pin_hash]
    told = " ".join(str(event.model_dump()) for event in events(store))
    assert not any(text in told for text in (*PINS.values(), "4815926", *hashes))


@pytest.mark.parametrize(("login", "guard"), [("anna", "login_free"), ("", "login_good"), ("two words", "login_good")])
def test_logins_that_cannot_be(store: Store, login: str, guard: str) -> None:
    assert refused(store, lambda s: staffing.add_person(s, login, "Paul", Role.CLERK, PROGRAM)).guard == guard


# --- one's own PIN ----------------------------------------------------------------------------------------------------


def test_somebody_gives_himself_another_pin(store: Store) -> None:
    anna = actor(store, ANNA)
    assert change_own_pin(store, anna, PINS[ANNA], "4815926").person == anna
    assert try_pin(store, PINS[ANNA]).person is None
    assert try_pin(store, "4815926").person is not None


@pytest.mark.parametrize("old", [WRONG, PINS[THEO], ""])
def test_not_without_the_old_one(store: Store, old: str) -> None:
    anna = actor(store, ANNA)
    waits = [change_own_pin(store, anna, old, "4815926") for _ in range(3)]
    assert [attempt.person for attempt in waits] == [None] * 3 and waits[-1].wait == 5
    assert try_pin(store, "4815926", "elsewhere").person is None


def test_looking_for_the_pins_of_others_that_way_costs_tries(store: Store, clock: Clock) -> None:
    anna = actor(store, ANNA)
    for _ in range(3):
        with pytest.raises(Refusal):
            change_own_pin(store, anna, PINS[ANNA], PINS[THEO])
    assert change_own_pin(store, anna, PINS[ANNA], "4815926") == Attempt(None, 5)


def test_the_journal_tells_managers_who_was_where(store: Store, clock: Clock) -> None:
    try_pin(store, PINS[ANNA])
    clock.forward(60)
    try_pin(store, PINS[THEO], locked_for=ANNA)
    clock.forward(60)
    try_pin(store, PINS[THEO], locked_for=THEO)  # his own station again: no news
    mia = actor(store, MIA)
    with store.read() as session:
        entries = staff_journal(session, mia)
        with pytest.raises(Refusal):
            staff_journal(session, Actor(ANNA, "Anna", None, "counter 1"))
    told = [(entry.event, entry.person, entry.detail.get("from", "")) for entry in entries]
    assert told[:3] == [("signed_in", "Mia", ""), ("took_over", "Théo", "Anna"), ("signed_in", "Anna", "")]
    assert [entry.event for entry in entries].count("pin_set") == 3
    assert all("8302" not in str(entry) for entry in entries)


def test_the_journal_tells_who_saw_an_unlock_code(store: Store) -> None:
    received = take_in(store, device_type="phone", secret_kind="pin", secret="4711")
    mia = actor(store, MIA)
    store.write(lambda session: reveal_secret(session, received.order_id, mia))
    with store.read() as session:
        (entry,) = [row for row in staff_journal(session, mia) if row.event == "secret_revealed"]
    assert (entry.by, entry.station, entry.order) == ("Mia", "counter 1", received.number)
