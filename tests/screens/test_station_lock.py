"""The locked station, without a terminal: who gets in, what stays, what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.errors import StoreFull
from convisav_tui.i18n import set_language
from convisav_tui.shop import staffing
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderEvent, Role
from tests.screens.intake_bench import counter_on, repaired
from tests.screens.lock_bench import ANNA, MIA, THEO, LockBench, drafts, half_typed, hash_cheaply, id_of, people


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


# --- the start --------------------------------------------------------------------------------------------------------


def test_nothing_of_the_shop_is_painted_before_somebody_signed_in(staffed: Store, tmp_path: Path) -> None:
    bench = LockBench(tmp_path, loaded=False)
    for _ in range(2):
        text = bench.text()
        assert "Sign in" in text and "PIN" in text
        assert not any(word in text for word in ("Lefèvre", "Miele", "Waiting", "Anna", "Mia", "Théo"))
        bench.load()
    bench.sign_in(ANNA)
    assert "All open" in bench.text() and "Anna" in bench.line(0) and "Lefèvre" in bench.text()


def test_a_pin_typed_before_the_store_is_loaded_counts(staffed: Store, tmp_path: Path) -> None:
    bench = LockBench(tmp_path, loaded=False)
    bench.sign_in(ANNA)
    assert bench.locked
    bench.load()
    assert not bench.locked and bench.name == "Anna"


def test_a_store_that_cannot_be_opened_is_told_at_the_door(
    staffed: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = LockBench(tmp_path, loaded=False)

    def full(*_anything: object) -> None:
        raise StoreFull("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr("convisav_tui.screens.loading.open_store", full)
        bench.sign_in(ANNA)
        bench.load()
        bench.program.tick(bench.desk)
        bench._settle()
        assert bench.locked and "The disk is full." in bench.text()
    bench.sign_in(ANNA)  # it is tried again
    bench.sign_in(ANNA)
    assert not bench.locked and bench.name == "Anna"


def test_a_shop_without_pins_works_as_ever(store: Store, tmp_path: Path) -> None:
    bench = LockBench(tmp_path)
    assert not bench.locked and bench.name == "Anna"
    bench.idle(120)
    assert not bench.locked
    bench.press("f12")
    assert not bench.locked and "Nobody else" in bench.text()


def test_without_pins_another_name_is_chosen(store: Store, tmp_path: Path) -> None:
    store.write(lambda session: staffing.add_person(session, "theo", "Théo", Role.TECHNICIAN, PROGRAM))
    bench = LockBench(tmp_path)
    bench.press("f12", "down", "enter")
    assert bench.name == "Théo"


def test_the_pin_is_not_shown(bench: LockBench) -> None:
    bench.type(ANNA)
    assert ANNA not in bench.text() and "••••" in bench.text()


def test_the_upper_row_of_a_french_keyboard(bench: LockBench) -> None:
    bench.sign_in('_"à2')  # 8302
    assert bench.name == "Anna"


@pytest.mark.parametrize("typed", ["12", "abcd", "123456789", "83 02"])
def test_what_is_no_pin_is_no_try(bench: LockBench, typed: str) -> None:
    for _ in range(5):
        bench.sign_in(typed)
    assert bench.locked and "PIN" in bench.text()
    bench.sign_in(ANNA)
    assert not bench.locked


def test_wrong_pins_wait_and_the_seconds_are_counted(bench: LockBench, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        bench.sign_in("6408")
        assert "Not accepted" in bench.text()
    assert "possible in 5 seconds" in bench.text()
    bench.pass_time(2)
    bench.lock.tick(False)
    assert "possible in 3 seconds" in bench.text()
    bench.sign_in(ANNA)
    assert bench.locked
    bench.pass_time(4)
    monkeypatch.setenv("CONVISAV_NOW", "2026-11-21T13:33:06+00:00")
    bench.sign_in(ANNA)
    assert not bench.locked


def test_who_started_the_program_may_leave_it_but_nobody_leaves_a_locked_one(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    bench.press("f12", "ctrl+x", "escape", "f10", "ctrl+c")
    assert bench.locked and bench.left is None


def test_leaving_before_anybody_signed_in(bench: LockBench) -> None:
    bench.press("ctrl+x")
    assert bench.left == 0


# --- the lock ---------------------------------------------------------------------------------------------------------


def test_an_idle_station_is_locked_and_keeps_what_is_typed(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    view = half_typed(bench)
    before = bench.text()
    bench.idle(9)
    assert not bench.locked
    bench.idle(2)
    assert bench.locked and "Quentin" not in bench.text() and "Locked" in bench.text()
    bench.sign_in(ANNA)
    assert bench.desk.view is view and bench.text() == before
    bench.type("06")
    assert "06" in bench.text()


def test_a_key_in_time_keeps_it_open(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    for _ in range(4):
        bench.idle(6)
        bench.press("down")
    assert not bench.locked


def test_never_when_the_shop_says_so(staffed: Store, tmp_path: Path) -> None:
    bench = LockBench(tmp_path)
    object.__setattr__(bench.counter.config.station, "lock_minutes", 0.0)
    bench.sign_in(ANNA)
    bench.idle(30)
    assert not bench.locked


def test_two_actions_and_a_pin_change_the_person(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    assert "Anna" in bench.line(0)
    bench.press("f12")
    bench.type(MIA)
    bench.press("enter")
    assert "Mia" in bench.line(0) and "Mia works here now" in bench.text()


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ("en", "Théo works here now · 1 intake waits under F5"),
        ("fr", "Théo travaille ici maintenant · 1 prise en charge vous attend sous F5"),
        ("ro", "Théo lucrează acum aici · 1 recepție vă așteaptă la F5"),
    ],
    ids=["en", "fr", "ro"],
)
def test_who_comes_is_greeted_and_told_what_waits_for_him(bench: LockBench, spoken: str, said: str) -> None:
    bench.sign_in(ANNA)
    half_typed(bench)
    set_language(spoken)
    bench.counter.house_language = spoken
    bench.press("f12")
    bench.type(THEO)
    bench.press("enter")
    assert f" {said}" in bench.text()


def test_keys_behind_the_lock_key_are_the_pin(bench: LockBench) -> None:
    """They come in one piece from a slow line, or while a job holds them back."""
    bench.sign_in(ANNA)
    half_typed(bench)
    bench.slow = True
    bench.desk.run(lambda: None, lambda _none: None)
    bench.press("f12", *MIA, "enter")
    bench.slow = False
    bench._settle()
    assert bench.name == "Mia" and bench.desk.view.name == "board"
    assert MIA not in str([draft.fields for draft in drafts(bench.counter.store)])


def test_another_person_gets_the_board_and_the_work_is_set_aside(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    half_typed(bench)
    bench.idle(11)
    bench.sign_in(MIA)
    assert bench.name == "Mia" and bench.desk.view.name == "board" and len(bench.desk.views) == 1
    (draft,) = drafts(bench.counter.store)
    with bench.counter.store.read() as session:
        assert draft.staff_id == id_of(session, "anna") and draft.parked
    assert "Quentin" in str(draft.fields)
    bench.press("f5", "enter")
    assert "Quentin" in bench.text()


def test_work_that_cannot_be_set_aside_keeps_the_station_his(bench: LockBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.sign_in(ANNA)
    view = half_typed(bench)
    bench.type("0")

    def full(*_anything: object, **_more: object) -> None:
        raise StoreFull("The disk is full.")

    bench.press("f12")
    monkeypatch.setattr("convisav_tui.shop.drafts.save_draft", full)
    bench.sign_in(MIA)
    assert bench.locked and bench.name == "Anna" and "could not be set aside" in bench.text()
    bench.sign_in(ANNA)
    assert not bench.locked and bench.desk.view is view


def test_a_question_that_is_open_stays_open_for_the_same_person(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    bench.press("ctrl+x")
    assert "Leave the program?" in bench.text()
    bench.idle(11)
    assert "Leave the program?" not in bench.text()
    bench.press("y")
    assert bench.left is None
    bench.press("escape")
    bench.sign_in(ANNA)
    assert "Leave the program?" in bench.text()


def test_scans_pastes_and_typing_go_nowhere(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    view = half_typed(bench)
    number = repaired(bench.counter.store).number
    before = view.form.state.texts()
    bench.press("f12")
    for end in ("\r", "\t", "\r\n"):
        bench.scan(number, end)
    bench.desk.paste(ANNA)
    bench.type("hello\r")
    assert bench.locked and bench.desk.view is view
    bench.sign_in(ANNA)
    assert not bench.locked and bench.desk.view is view and view.form.state.texts() == before


def test_a_scan_is_no_try(bench: LockBench) -> None:
    for _ in range(5):
        bench.scan("SN-493028")
        bench.scan(repaired(bench.counter.store).number)
    bench.sign_in(ANNA)
    assert not bench.locked


def test_an_unlock_code_is_not_seen_behind_the_lock(bench: LockBench) -> None:
    from convisav_tui.screens.sheet import SheetView
    from convisav_tui.store.queries.sheet import sheet

    bench.sign_in(MIA)
    with bench.counter.store.read() as session:
        found = sheet(session, repaired(bench.counter.store).number)
    assert found is not None
    view = SheetView(bench.counter, found)
    bench.desk.open(view)
    view._show_secret("4711")
    assert "4711" in bench.text()
    bench.press("f12")
    assert "4711" not in bench.text() and "Lefèvre" not in bench.text()
    bench.sign_in(ANNA)
    assert view._secret == ""


def test_a_job_that_ends_behind_the_lock_shows_nothing_there(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    bench.press("f12")
    bench.desk.say("26 0000001 4 taken in, Hélène Lefèvre")
    assert "Lefèvre" not in bench.text()


def test_what_is_written_afterwards_is_the_new_persons(bench: LockBench) -> None:
    bench.sign_in(ANNA)
    bench.press("f12")
    bench.sign_in(THEO)
    bench.press("f2")
    for text in ("Nora", "0612349955"):
        bench.type(text)
        bench.press("enter")
    store = bench.counter.store
    from convisav_tui.shop.intake import receive
    from convisav_tui.shop.intake_form import parse_intake
    from tests.shop.counter import raw

    form = parse_intake(raw(), bench.counter.shop)
    taken = store.write(lambda s: receive(s, form, bench.counter.actor, bench.counter.shop, "key"))
    with store.read() as session:
        event = session.exec(select(OrderEvent).where(OrderEvent.order_id == taken.order_id)).first()
        assert event is not None and event.staff_id == id_of(session, "theo")


def test_a_small_window(bench: LockBench) -> None:
    for width, height in ((40, 8), (20, 4), (200, 60)):
        rows = bench.desk.page(width, height).rows
        assert len(rows) == height and "Lefèvre" not in str(rows)


def test_a_counter_opened_by_a_test_has_no_lock(store: Store, tmp_path: Path) -> None:
    assert not counter_on(store, tmp_path).asks_pin
