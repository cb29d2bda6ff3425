"""Parked intakes: saved while typing, put aside, listed, taken up by one station, thrown away after a question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.errors import StoreFull
from convisav_tui.screens import intake_draft
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.drafts import age
from convisav_tui.screens.intake_draft import ShopDrafts
from convisav_tui.shop.actor import Actor
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Draft, Staff
from tests.screens.conftest import NOW
from tests.screens.intake_bench import IntakeBench, counter_on, orders


def drafts(store: Store) -> list[Draft]:
    with store.read() as session:
        return list(session.exec(select(Draft)))


def half_typed(bench: IntakeBench) -> None:
    bench.type("helene\r\r")
    bench.type("ne vidange plus\rcordon")


def test_esc_puts_aside_and_says_so(bench: IntakeBench, store: Store) -> None:
    half_typed(bench)
    bench.press("escape")
    assert "the board" in bench.text()
    assert "Set aside; F5 brings it back" in bench.status
    (draft,) = drafts(store)
    assert draft.parked and "Hélène Lefèvre" in draft.title and "Miele WCD320" in draft.title


def test_f5_lists_and_enter_brings_everything_back(bench: IntakeBench, store: Store) -> None:
    half_typed(bench)
    before = {key: bench.value(key) for key in bench.intake.form.state.specs}
    bench.press("escape", "f5")
    for shown in ("Hélène Lefèvre", "Miele WCD320", "just now", "counter 1"):
        assert shown in bench.text()
    bench.press("enter")
    assert {key: bench.value(key) for key in bench.intake.form.state.specs} == before
    assert bench.focus == "accessories"
    bench.press("ctrl+s")
    order = orders(store)[0]
    assert (order.reported_fault, order.accessories) == ("ne vidange plus", "cordon")
    assert drafts(store) == []


def test_resumed_draft_is_the_same_intake_to_the_shop(bench: IntakeBench) -> None:
    half_typed(bench)
    key = bench.intake._keeper.key
    bench.press("escape", "f5", "enter")
    assert bench.intake._keeper.key == key


def test_draft_is_saved_within_a_second_of_typing_and_when_a_field_is_left(bench: IntakeBench, store: Store) -> None:
    bench.type("zo", gap=0.05)
    assert drafts(store) == []
    bench.pass_time(1.0)
    bench._settle()
    assert drafts(store)[0].fields["customer"] == "zo"
    bench.type("e", gap=0.05)
    bench.press("tab", gap=0.05)
    assert drafts(store)[0].fields["customer"] == "zoe"


def test_unlock_code_is_not_in_the_draft_in_clear_but_comes_back(bench: IntakeBench, store: Store) -> None:
    bench.type("helene\r")
    bench.press("down", "enter", "shift+tab", "shift+tab", "p", "tab")
    bench.type("4711")
    bench.press("escape")
    assert "4711" not in str(drafts(store)[0].fields)
    bench.press("f5", "enter")
    assert bench.value("secret") == "4711" and "4711" not in bench.text()


def test_delete_asks_first(bench: IntakeBench, store: Store) -> None:
    half_typed(bench)
    bench.press("escape", "f5", "delete")
    assert "Throw away the intake of" in bench.text()
    bench.answer("n")
    assert len(drafts(store)) == 1
    bench.press("delete")
    bench.answer("y")
    assert drafts(store) == []
    assert "Nothing is parked" in bench.text()


def test_form_open_below_the_list_is_not_offered_again(bench: IntakeBench) -> None:
    half_typed(bench)
    bench.press("f5")
    assert "typed at counter 1" in bench.text()
    bench.press("enter")
    assert "being typed at counter 1" in bench.status
    bench.press("escape")
    assert bench.value("fault") == "ne vidange plus"


def test_what_another_station_types_is_shown_and_not_taken(bench: IntakeBench, store: Store, tmp_path: Path) -> None:
    half_typed(bench)
    intake_draft.held_here.clear()  # another program holds it
    other = IntakeBench(counter_on(store, tmp_path, "counter 2"))
    other.press("escape", "f5")
    assert "Hélène Lefèvre" in other.text() and "typed at counter 1" in other.text()
    other.press("enter")
    assert "being typed at counter 1" in other.status
    other.press("delete")
    assert other.desk.prompt is None
    assert len(drafts(store)) == 1


def test_parked_draft_is_taken_by_one_station_only(bench: IntakeBench, store: Store, tmp_path: Path) -> None:
    half_typed(bench)
    bench.press("escape")
    other = IntakeBench(counter_on(store, tmp_path, "counter 2"))
    other.press("escape", "f5")
    bench.press("f5", "enter")
    assert bench.value("fault") == "ne vidange plus"
    intake_draft.held_here.clear()
    other.press("enter")
    assert "counter 1 is typing this draft" in other.status


def test_draft_of_a_killed_program_is_offered_again(
    bench: IntakeBench, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_typed(bench)
    bench.pass_time(1.0)
    bench._settle()
    assert not drafts(store)[0].parked
    intake_draft.held_here.clear()  # the program is gone without a word
    again = IntakeBench(counter_on(store, tmp_path))
    again.press("escape", "f5", "enter")
    assert again.value("fault") == "ne vidange plus"
    again.press("ctrl+u")
    intake_draft.held_here.clear()
    later = datetime.fromisoformat(NOW) + timedelta(minutes=11)
    monkeypatch.setenv(PRETENDED_NOW, later.isoformat())
    other = IntakeBench(counter_on(store, tmp_path, "counter 2"))
    other.press("escape", "f5", "enter")
    assert other.value("fault") == "ne vidange plus"


def test_dropped_line_parks_for_every_station(bench: IntakeBench, store: Store, tmp_path: Path) -> None:
    half_typed(bench)
    bench.desk.park()
    (draft,) = drafts(store)
    assert draft.parked and draft.fields["accessories"] == "cordon"


def test_saved_intake_is_not_parked_again_by_the_end(bench: IntakeBench, store: Store) -> None:
    half_typed(bench)
    bench.press("ctrl+s")
    bench.pass_time(2.0)
    bench.desk.leave()
    assert drafts(store) == []


def test_find_sets_the_form_aside(bench: IntakeBench, store: Store) -> None:
    half_typed(bench)
    bench.desk.home()
    bench._settle()
    assert "Set aside" in bench.status
    assert drafts(store)[0].parked


class FullDisk(ShopDrafts):
    """No draft can be written."""

    def save(self, *_given: object, **_named: object) -> None:
        raise StoreFull("The disk is full: nothing was saved.", "Free some space.")


def test_full_disk_keeps_the_form_and_asks_before_anything_is_lost(counter: Counter, store: Store) -> None:
    bench = IntakeBench(counter, drafts=FullDisk(counter))
    half_typed(bench)
    bench.press("escape")
    assert "Leave and lose it?" in bench.text() and "[y/N]" in bench.text()
    bench.answer("n")
    assert bench.value("fault") == "ne vidange plus"
    bench.press("escape")
    bench.answer("y")
    assert "the board" in bench.text()


def test_form_left_alone_and_taken_up_elsewhere_is_not_thrown_away_there(
    bench: IntakeBench, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_typed(bench)
    intake_draft.held_here.clear()
    monkeypatch.setenv(PRETENDED_NOW, (datetime.fromisoformat(NOW) + timedelta(minutes=11)).isoformat())
    other = IntakeBench(counter_on(store, tmp_path, "counter 2"))
    other.press("escape", "f5", "enter")
    bench.type("x")
    bench.press("escape")
    assert "counter 2 is typing this draft. Leave and lose it?" in bench.text()
    bench.answer("y")
    assert len(drafts(store)) == 1
    other.press("ctrl+s")
    assert orders(store)[0].reported_fault == "ne vidange plus"


def test_whose_draft_it_is_and_that_of_another_is_taken_over_after_a_question(
    bench: IntakeBench, store: Store, tmp_path: Path
) -> None:
    half_typed(bench)
    bench.press("escape")
    intake_draft.held_here.clear()
    counter = counter_on(store, tmp_path, "counter 2")
    counter.person = Actor(store.write(_theo), "Théo", None, "counter 2")
    other = IntakeBench(counter)
    other.press("escape", "f5")
    assert "Anna" in other.text()
    other.press("delete")
    assert "Anna typed it." in other.text()
    other.answer("n")
    other.press("enter")
    assert "Anna typed this. Take it over?" in other.text()
    other.answer("n")
    assert drafts(store)[0].staff_id == 1
    other.press("enter")
    other.answer("y")
    assert other.value("fault") == "ne vidange plus"
    assert drafts(store)[0].staff_id == counter.person.staff_id


def _theo(session: Session) -> int:
    theo = Staff(login="theo", name="Théo")
    session.add(theo)
    session.flush()
    return theo.id or 0


def test_list_pages_through_many(bench: IntakeBench, store: Store, counter: Counter) -> None:
    keeper = ShopDrafts(counter)
    for number in range(60):
        keeper.save(f"key {number}", f"Customer {number:02d}", {"name": "x"}, True)
    bench.press("escape", "f5", "end", "home", "down", "pagedown", "end")
    assert "Customer 00" in bench.text()


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "just now"), (1, "1 min ago"), (59, "59 min ago"), (61, "1 h ago"), (2881, "2 days ago"), (-5, "just now")],
)
def test_age_in_words(minutes: int, said: str) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert age(now - timedelta(minutes=minutes), now) == said
