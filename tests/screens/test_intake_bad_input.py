"""What must not hurt the intake: absurd texts, faults of the store, double keys, pastes, resizes, keys typed ahead."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convisav_tui.errors import StoreFull, StoreLocked
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.intake import IntakeView
from convisav_tui.screens.intake_reading import ShopLookups
from convisav_tui.store.engine import Store
from convisav_tui.text import clean_text
from tests.screens.bench import Bench
from tests.screens.intake_bench import Floor, IntakeBench, orders, repaired

NASTY = "[bold]O'Neil & Fils [/]"
LONG_FAULT = "\n".join(f"<b>ligne {number} [red]%s{{x}}[/red]</b> ne vidange plus" for number in range(70))


def fill_in(bench: IntakeBench) -> None:
    """A complete intake, the cursor in the fault."""
    bench.type("paul\rwash\r")
    bench.intake.form.go("fault")
    bench.type("fuit")


def put(bench: IntakeBench, field: str, text: str) -> None:
    bench.intake.form.go(field)
    bench.press("ctrl+u")
    bench.type(text)


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("phone", "12", "This number does not exist"),
        ("phone", "0612 Marie", "digits only"),
        ("email", "a@b.fr, c@d.fr", "one e-mail address"),
        ("purchased_on", "12/03/1015", "1015"),
        ("purchased_on", "31/02/2025", "does not exist"),
        ("purchased_on", "01/01/2031", "future"),
        ("promised_on", "31/02", "does not exist"),
        ("promised_on", "01/02/2020", "past"),
        ("cap", "abc", "amount"),
        ("cap", "-5", "negative"),
        ("cap", "12,505", "2 decimals"),
        ("amount", "abc", "amount"),
        ("labels", "99", "labels"),
    ],
)
def test_wrong_text_is_said_below_its_field_and_nothing_is_lost(
    bench: IntakeBench, store: Store, field: str, text: str, sentence: str
) -> None:
    before = len(orders(store))
    fill_in(bench)
    put(bench, field, text)
    bench.press("pagedown")
    assert "✗" in bench.text(), "said as soon as the field is left"
    bench.press("ctrl+s")
    assert bench.focus == field
    assert sentence in bench.text()
    assert "needs a look; nothing was saved yet" in bench.status
    assert bench.value(field) == text and bench.value("fault") == "fuit"
    assert len(orders(store)) == before
    bench.press("ctrl+u")
    if field == "labels":
        bench.type("2")
    bench.press("ctrl+s")
    assert len(orders(store)) == before + 1


@pytest.mark.parametrize(("typed", "minor"), [("12,5", 1250), ("12.50", 1250), ("1 234,50 €", 123450)])
def test_amounts_as_people_type_them(bench: IntakeBench, store: Store, typed: str, minor: int) -> None:
    fill_in(bench)
    put(bench, "cap", typed)
    bench.press("ctrl+s")
    assert orders(store)[0].cap == minor


def test_empty_form_names_what_is_missing_and_goes_to_the_first(bench: IntakeBench, store: Store) -> None:
    before = len(orders(store))
    bench.press("ctrl+s")
    assert bench.focus == "name"
    for sentence in ("Type the name of the customer", "Choose a type of device", "Type what is wrong"):
        assert sentence in bench.text()
    assert len(orders(store)) == before


def test_two_orders_are_not_made_by_a_double_save(counter: Counter, store: Store) -> None:
    before = len(orders(store))
    bench = IntakeBench(counter)
    fill_in(bench)
    bench.slow = True
    for _ in range(3):
        bench.press("ctrl+s", "enter", gap=0.01)
    bench.worker.finish()
    assert len(orders(store)) == before + 1
    assert "the board" in bench.text()


class Failing(ShopLookups):
    """Raises `error` the first `times` that an order is made, before or after the shop has made it."""

    def __init__(self, counter: Counter, error: Exception, times: int, *, after: bool = False) -> None:
        super().__init__(counter)
        self.error, self.times, self.after = error, times, after

    def take_in(self, raw: Any, key: str) -> Any:
        taken = super().take_in(raw, key) if self.after or not self.times else None
        if self.times:
            self.times -= 1
            raise self.error
        return taken


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "error", [StoreLocked("The database is busy.", "Try again."), StoreFull("The disk is full.", "Free some space.")]
)
def test_store_that_fails_keeps_all_and_saves_once_on_the_next_try(
    counter: Counter, store: Store, error: Exception, after: bool
) -> None:
    before = len(orders(store))
    bench = IntakeBench(counter, lookups=Failing(counter, error, 1, after=after))
    fill_in(bench)
    bench.press("ctrl+s")
    assert str(error) in bench.status
    assert bench.value("fault") == "fuit"
    bench.press("ctrl+s")
    assert len(orders(store)) == before + 1
    assert "taken in" in bench.status


def test_database_locked_by_another_program_is_told(counter: Counter, store: Store) -> None:
    bench = IntakeBench(counter)
    fill_in(bench)
    store.lock_seconds = 0.05
    assert store.path is not None
    with open(f"{store.path}.wlock", "w") as lock:  # noqa: PTH123 - the descriptor is locked
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        bench.press("ctrl+s")
        assert "busy" in bench.status
    bench.press("ctrl+s")
    assert orders(store)[0].reported_fault == "fuit"


def test_customer_with_markup_in_his_name_is_shown_and_kept_as_he_is(bench: IntakeBench, store: Store) -> None:
    bench.type("o'neil")
    assert NASTY in bench.text()
    bench.press("enter")
    assert bench.value("customer") == NASTY
    bench.press("escape")
    bench.press("f5")
    assert NASTY in bench.text()


def test_new_customer_with_markup_in_his_name(bench: IntakeBench, store: Store) -> None:
    name = "[red]D'Arc{0}[/]"
    bench.type(name + "\r0611223344\r\rwash\r")
    bench.press("pagedown")
    bench.type("fuit")
    bench.press("ctrl+s")
    assert "taken in" in bench.status
    bench.press("f2")
    bench.type("d'arc")
    assert name in bench.text()


def test_fault_of_three_thousand_characters_is_kept_to_the_letter(bench: IntakeBench, store: Store) -> None:
    assert len(LONG_FAULT) > 3000
    bench.type("paul\rwash\r")
    bench.press("pagedown")
    bench.desk.paste(LONG_FAULT)
    bench._settle()
    assert "ligne 69" in bench.text()
    bench.press("ctrl+s")
    assert orders(store)[0].reported_fault == LONG_FAULT


def test_ten_real_faults_are_typed_and_kept_as_they_were_said(
    bench: IntakeBench, store: Store, shared_data: Path
) -> None:
    with (shared_data / "open-repair" / "OpenRepairData_v0.3_anstiftung_202309.csv").open(encoding="utf-8") as rows:
        problems = [row["problem"] for row in csv.DictReader(rows) if len(row["problem"]) > 20]
    chosen = problems[:: len(problems) // 10][:10]
    for problem in chosen:
        bench.type("paul\rwash\r")
        bench.intake.form.go("fault")
        bench.desk.paste(problem)
        bench._settle()
        bench.press("ctrl+s")
        assert "taken in" in bench.status
        bench.press("f2")
    kept = [order.reported_fault for order in orders(store)[:10]][::-1]
    assert kept == [clean_text(problem) for problem in chosen]


def test_pasted_newlines_stay_on_one_line_outside_the_fault(bench: IntakeBench) -> None:
    bench.desk.paste("Marie\r\nCurie\n")
    bench._settle()
    assert bench.value("customer") == "Marie Curie"
    assert bench.focus == "customer"


def test_control_characters_and_lone_surrogates_do_no_harm(bench: IntakeBench, store: Store) -> None:
    fill_in(bench)
    bench.desk.paste("a\x1b[31m\x00\x9b\udce9\u202eb")
    bench._settle()
    bench.press("ctrl+s")
    fault = orders(store)[0].reported_fault
    assert fault.startswith("fuita") and fault.endswith("b") and "\x1b" not in fault


def test_serial_with_a_barcodes_control_character(bench: IntakeBench, store: Store) -> None:
    bench.type("paul\rwash\r")
    bench.press("tab", "tab")
    bench.scan("]C121SN-99\x1d10LOT7")
    bench.press("pagedown")
    bench.type("fuit")
    bench.press("ctrl+s")
    assert "taken in" in bench.status


def test_resize_keeps_everything_and_the_cursor_in_sight(bench: IntakeBench) -> None:
    fill_in(bench)
    bench.press("f7", "right", "tab", "tab", "tab")
    before = dict(bench.intake.form.state.texts())
    for size in ((60, 20), (132, 50), (40, 8), (39, 7), (80, 24)):
        bench.width, bench.height = size
        bench.rows()
        if size[0] >= 40:
            cursor = bench.cursor
            assert cursor is not None and cursor[0] < size[0] and cursor[1] < size[1]
    assert dict(bench.intake.form.state.texts()) == before
    assert "fuit" in bench.text()


def test_every_field_is_on_an_80x24_screen_at_once(bench: IntakeBench) -> None:
    bench.type("helene\r\r")
    bench.press("tab")
    shown = bench.text()
    for spec in bench.intake.form.state.specs.values():
        # A fax number is rare enough to be one page down.
        if bench.intake.form.state.visible(spec.key) and spec.label and spec.key != "fax":
            assert f" {spec.label} " in shown, spec.key


def test_text_typed_before_the_form_is_there_lands_in_the_customer_box(counter: Counter) -> None:
    bench = Bench(Floor(), slow=True)
    view = IntakeView(counter)
    bench.desk.expect_load()
    bench.desk.open(view)
    bench.type("helene\r\rfuit", gap=0.01)
    assert view.form.state["customer"] == ""
    bench.desk.preload(lambda: None)
    for _ in range(20):
        bench.worker.finish()
    assert view.form.state["customer"] == "Hélène Lefèvre"
    assert (view.form.state["model"], view.form.state["fault"]) == ("WCD320", "fuit")


def test_keys_wait_for_suggestions_and_answers_so_speed_changes_nothing(counter: Counter, store: Store) -> None:
    keys = "marie curie\r0699887766\r\rwash\rBosch\rX1\rS1\r12/03/2026\rfuit\r"
    states = []
    for slow in (False, True):
        bench = IntakeBench(counter)
        bench.slow = slow
        bench.type(keys, gap=0.001 if slow else 0.2)
        for _ in range(40):
            bench.worker.finish()
        bench.slow = False
        states.append({key: bench.value(key) for key in bench.intake.form.state.specs})
        bench.press("escape")
    assert states[0] == states[1]
    assert states[0]["quote_requested"] == ""


KEYS = (
    *("tab", "shift+tab", "enter", "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "space"),
    *("backspace", "delete", "ctrl+u", "ctrl+k", "ctrl+w", "ctrl+s", "ctrl+r", "ctrl+y", "ctrl+l"),
    *("f1", "f2", "f5", "f7", "f9", "f10", "escape", "a", "e", "0", "6", "1", "é", "@", "/", "x", "n", "y"),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_random_keys_never_raise(counter: Counter, store: Store, random_source: random.Random) -> None:
    bench = IntakeBench(counter)
    for _ in range(80):
        bench.press(random_source.choice(KEYS))
        if random_source.random() < 0.03:
            bench.desk.paste("colle\r\nceci [b]")
            bench._settle()
        if random_source.random() < 0.03:
            bench.scan(random_source.choice([repaired(store).number, "490154203237518", "12345678"]))
        if random_source.random() < 0.05:
            bench.width, bench.height = random_source.choice([(80, 24), (60, 20), (120, 40), (41, 9)])
    bench.desk.park()


MOVES = (
    *("tab", "shift+tab", "enter", "pageup", "pagedown", "f1", "f2", "f5", "f7", "f9", "f10", "escape"),
    *("ctrl+s", "ctrl+r", "up", "down"),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(MOVES), min_size=5, max_size=25))
def test_moving_about_never_loses_what_was_typed(counter: Counter, store: Store, moves: list[str]) -> None:
    from convisav_tui.screens.intake_draft import ShopDrafts

    bench = IntakeBench(counter)
    fill_in(bench)
    key = bench.intake._keeper.key
    for move in moves:
        bench.press(move)
    bench.desk.park()
    saved = [order for order in orders(store) if order.idempotency_key == key]
    kept = {row.key for row in ShopDrafts(counter).rows()}
    assert saved or key in kept
    fault = saved[0].reported_fault if saved else ShopDrafts(counter).take(key)["fault"]
    assert fault in ("fuit", "fuite d'eau")  # as typed, or completed by the suggestion that an arrow chose
    assert not (saved and key in kept)


def test_drop_of_the_line_at_any_moment_keeps_the_form(bench: IntakeBench, counter: Counter) -> None:
    from convisav_tui.screens.intake_draft import ShopDrafts

    put_in: list[Callable[[], None]] = [lambda: fill_in(bench), lambda: bench.press("ctrl+r"), bench.desk.park]
    for act in put_in:
        act()
    row = ShopDrafts(counter).rows()[0]
    assert "Paul Lefebvre" in row.title and row.typed_at == ""
