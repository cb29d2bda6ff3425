"""The desk: order of keys, holding, prompts, scans, the way out; without a terminal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from convisav_tui import ticket_number
from convisav_tui.errors import ConvisavError
from convisav_tui.screens import actions
from convisav_tui.screens.actions import ACTIONS, Action, RegistryError, check, documentation
from convisav_tui.screens.desk import Hooks
from convisav_tui.screens.keys import Key
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Span
from convisav_tui.screens.widgets.prompt import ChoicePrompt, Prompt, TextPrompt, YesNo
from convisav_tui.screens.widgets.text_line import TextLine
from tests.screens.bench import Bench
from tests.screens.toolkit_app import Board, Intake

TICKET = ticket_number.make(26, 1234)
GARBLED = TICKET.translate(str.maketrans("0123456789", "à&é\"'(-è_ç"))


class Commands(View):
    """A screen whose digits and letters are commands."""

    name = "sheet"
    title = "Sheet"

    def __init__(self) -> None:
        self.pressed: list[str] = []

    def render(self, width: int, height: int) -> Page:
        return Page([[Span("".join(self.pressed))]])

    def key(self, key: Key) -> None:
        if key.types:
            self.pressed.append(key.character)
        else:
            super().key(key)


class Text(View):
    """A screen with one text."""

    name = "text"
    title = "Text"
    typing = True  # type: ignore[assignment]

    def __init__(self) -> None:
        self.line = TextLine()
        self.entered: list[str] = []

    def render(self, width: int, height: int) -> Page:
        return Page([[Span(self.line.render(40)[0])]], (0, 0))

    def key(self, key: Key) -> None:
        if key.name == "enter":
            self.entered.append(self.line.text)
        elif not self.line.key(key):
            super().key(key)

    def mark(self) -> object:
        return self.line.text

    def restore(self, mark: object) -> None:
        self.line.set(str(mark))


def scans() -> tuple[list[str], Hooks]:
    seen: list[str] = []

    def scanned(number: str) -> bool:
        seen.append(number)
        return number != ticket_number.make(26, 99)

    return seen, Hooks(on_scan=scanned)


@pytest.mark.parametrize("make", [Commands, Text, Board, Intake])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t"])
@pytest.mark.parametrize("number", [TICKET, GARBLED])
def test_a_ticket_is_recognised_anywhere(make: Callable[[], View], end: str, number: str) -> None:
    seen, hooks = scans()
    bench = Bench(make(), hooks=hooks)
    before = bench.text().split("\n")
    bench.scan(number, end)
    assert seen == [TICKET]
    *after, status, keys = bench.text().split("\n")
    assert [*after, keys] == [*before[:-2], before[-1]]  # what it typed was taken back, and pressed no command
    assert ("set to another keyboard" in status) == (number == GARBLED)


def test_scans_one_after_the_other() -> None:
    seen, hooks = scans()
    bench = Bench(Text(), hooks=hooks)
    numbers = [ticket_number.make(26, counter) for counter in (1, 2, 3)]
    bench.type("".join(number + "\r" for number in numbers), gap=0.0)
    assert seen == numbers


@pytest.mark.parametrize(
    "text",
    ["anna\tbob\tcarl\t", "0612345678\r", "Hélène Lefèvre\r", "1234567890\r", "ABC-123456\r", "26\r", "abcdef\r"],
)
def test_what_is_no_ticket_is_typing_at_any_speed(text: str) -> None:
    seen, hooks = scans()
    bench = Bench(view := Text(), hooks=hooks)
    bench.type(text, gap=0.0)
    assert seen == []
    assert view.line.text == text.replace("\t", "").replace("\r", "")


def test_a_ticket_typed_by_hand_is_typing() -> None:
    seen, hooks = scans()
    bench = Bench(view := Text(), hooks=hooks)
    bench.type(TICKET + "\r", gap=0.12)
    assert (seen, view.entered) == ([], [TICKET])


def test_a_scan_that_nobody_wants_stays_as_typed() -> None:
    seen, hooks = scans()
    unknown = ticket_number.make(26, 99)
    bench = Bench(view := Text(), hooks=hooks)
    bench.scan(unknown)
    assert (seen, view.entered) == ([unknown], [unknown])


def test_commands_by_hand_act_one_by_one() -> None:
    bench = Bench(view := Commands())
    bench.type("12")
    bench.pass_time(0.1)
    assert view.pressed == ["1", "2"]
    bench.type("34", gap=0.01)
    bench.press("down")
    assert view.pressed == ["1", "2", "3", "4"]


def test_a_scan_does_not_answer_a_question() -> None:
    answered: list[str] = []
    bench = Bench(view := Text())
    view.host.ask(YesNo("Sure?", lambda: answered.append("yes"), lambda: answered.append("no")))
    bench.scan(TICKET)
    view.host.ask(ChoicePrompt("Which?", [("a", "A"), ("b", "B")], answered.append))
    bench.scan(TICKET)
    assert answered == []
    view.host.ask(TextPrompt("Serial?", answered.append))
    bench.scan(TICKET)
    assert answered == [TICKET]


def test_the_key_bar_shows_the_keys_of_the_question_while_it_is_open() -> None:
    def nothing(*_answer: str) -> None:
        pass

    bench = Bench(view := Text())
    before = bench.line(23)
    choices = [("a", "First"), ("b", "Second")]
    asked: tuple[tuple[Prompt, str], ...] = (
        (YesNo("Sure?", nothing), "y Enter yes  n Esc no"),
        (YesNo("Sure?", nothing, default=False), "y yes  n Enter Esc no"),
        (ChoicePrompt("Which?", choices, nothing), "Enter Confirm  1-2 Take it  ↑↓ Choose  Esc Leave it"),
        (TextPrompt("Why?", nothing), "Enter Confirm  Esc Leave it"),
    )
    for prompt, keys in asked:
        view.host.ask(prompt)
        assert bench.line(23).strip() == keys
        bench.press("escape")
        assert bench.line(23) == before and keys not in before


def test_prompts() -> None:
    answered: list[str] = []
    bench = Bench(view := Text())
    view.host.ask(YesNo("Sure?", lambda: answered.append("yes"), lambda: answered.append("no")))
    assert "Sure? [Y/n]" in bench.line(22)
    bench.type("q")
    assert answered == []
    bench.type("y")
    bench.pass_time(0.1)
    view.host.ask(YesNo("Sure?", lambda: answered.append("yes"), lambda: answered.append("no"), default=False))
    bench.press("enter")
    view.host.ask(ChoicePrompt("Which?", [("a", "First"), ("b", "Second")], answered.append))
    assert [bench.line(y) for y in (20, 21, 22)] == [" Which?", " ▸1 First", "  2 Second"]
    bench.press("down", "enter")
    view.host.ask(ChoicePrompt("Which?", [("a", "First"), ("b", "Second")], answered.append))
    bench.press("1")
    bench.pass_time(0.1)
    view.host.ask(TextPrompt("Why?", answered.append, lambda: answered.append("left"), initial="a"))
    bench.type("b\x1b")
    view.host.ask(TextPrompt("Why?", answered.append, initial="a"))
    bench.type("b\r")
    assert answered == ["yes", "no", "b", "a", "left", "ab"]


def test_keys_wait_for_a_job_and_follow_in_order() -> None:
    bench = Bench(view := Text(), slow=True)
    view.host.run(lambda: Text(), view.host.open, label="Opening the order")
    bench.type("abc", gap=0.01)
    assert view.line.text == ""
    bench.pass_time(0.4)
    assert "Opening the order …" in bench.line(22)
    bench.worker.finish()
    opened = bench.desk.view
    assert isinstance(opened, Text)
    assert opened is not view
    assert opened.line.text == "abc"
    assert bench.line(22) == ""


def test_what_was_left_is_dropped_with_what_was_typed_for_it() -> None:
    bench = Bench(view := Text(), slow=True)
    view.host.run(lambda: Text(), view.host.open, label="Opening", leave=True)
    bench.type("abc", gap=0.01)
    bench.press("escape")
    assert len(bench.desk.views) == 1  # too early: Esc waits its turn like any key
    bench.pass_time(0.4)
    bench.press("escape")
    bench.worker.finish()
    assert bench.desk.views == [view]
    bench.type("d")
    assert view.line.text == "d"


def test_a_write_cannot_be_left() -> None:
    bench = Bench(view := Text(), slow=True)
    done: list[int] = []
    view.host.run(lambda: 1, done.append, label="Saving")
    bench.pass_time(1)
    bench.press("escape")
    bench.worker.finish()
    assert done == [1]


def test_a_job_that_never_ends_does_not_keep_the_program() -> None:
    bench = Bench(view := Text(), slow=True)
    view.host.run(lambda: None, lambda _none: None, label="Saving")
    bench.pass_time(1)
    bench.press("ctrl+x")
    assert bench.left is None
    bench.pass_time(5)
    assert "Saving … Ctrl+X leaves the program" in bench.line(22)
    bench.press("ctrl+x")
    assert bench.left == 1


def test_a_newer_question_makes_the_older_answer_unwanted() -> None:
    bench = Bench(view := Text(), slow=True)
    came: list[int] = []
    for number in (1, 2):
        view.host.run(lambda number=number: number, came.append, hold=False, group="search")  # type: ignore[misc]
    bench.worker.finish()
    assert came == [2]


def test_an_answer_for_a_closed_view_is_dropped() -> None:
    bench = Bench(Text(), slow=True)
    bench.desk.open(view := Text())
    came: list[int] = []
    view.host.run(lambda: 1, came.append, hold=False)
    view.host.back()
    bench.worker.finish()
    assert came == []


def test_errors_of_jobs_are_said() -> None:
    bench = Bench(view := Text(), slow=True)

    def fail(error: Exception) -> None:
        raise error

    view.host.run(lambda: fail(ConvisavError("The disk is full.", "Make room.")), lambda _none: None)
    bench.worker.finish()
    assert "The disk is full. Make room." in bench.line(22)
    view.host.run(lambda: fail(ZeroDivisionError("secret 0612345678")), lambda _none: None)
    bench.worker.finish()
    assert "internal error" in bench.line(22)
    assert "0612345678" not in bench.text()


def test_what_needs_the_store_waits_for_it() -> None:
    bench = Bench(view := Text(), slow=True)
    bench.desk.preload(lambda: None)
    ready: list[str] = []
    view.host.when_loaded(lambda: ready.append("now"))
    bench.type("a")
    assert (ready, view.line.text) == ([], "")
    bench.worker.finish()
    assert (ready, view.line.text) == (["now"], "a")
    view.host.when_loaded(lambda: ready.append("at once"))
    assert ready == ["now", "at once"]


def test_a_store_that_cannot_be_loaded_is_said_and_can_be_left() -> None:
    bench = Bench(view := Text(), slow=True)

    def fail() -> None:
        raise ConvisavError("The database is locked.")

    bench.desk.preload(fail)
    view.host.when_loaded(lambda: pytest.fail("not loaded"))
    bench.worker.finish()
    assert "The database is locked." in bench.line(22)
    bench.press("ctrl+x", "y")
    bench.pass_time(0.1)
    assert bench.left == 0


def test_leaving_parks_every_view_once() -> None:
    parked: list[str] = []

    class Parking(Text):
        def park(self) -> None:
            parked.append("parked")
            if len(parked) == 1:
                raise OSError("disk")

    bench = Bench(Parking())
    bench.desk.open(Parking())
    bench.desk.leave(129)
    bench.desk.leave(129)
    assert parked == ["parked", "parked"]
    assert bench.left == 129


def test_drafts_written_while_leaving_reach_the_store() -> None:
    written: list[str] = []

    class Parking(Text):
        def park(self) -> None:
            self.host.run(lambda: written.append(self.line.text), lambda _none: None)

    bench = Bench(Parking(), slow=True)
    bench.type("half")
    bench.desk.leave(129)
    assert written == ["half"]


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
def test_ctrl_c_says_how_to_leave(key: str) -> None:
    bench = Bench(Text())
    bench.press(key)
    assert "Ctrl+X leaves the program" in bench.line(22)
    assert bench.left is None


def test_help_lists_the_keys_of_the_screen() -> None:
    bench = Bench(Intake())
    bench.press("f1")
    assert bench.line(0) == " Help: New intake"
    assert any("Ctrl+S" in line and "Save and print" in line for line in bench.text().split("\n"))
    bench.press("pagedown", "end", "escape")
    assert bench.line(0) == " New intake"


def test_the_menu_starts_an_action_of_the_screen_below() -> None:
    bench = Bench(Board())
    bench.press("f10")
    bench.type("take in\r")
    assert bench.line(0) == " New intake"


def test_an_action_nobody_takes_is_said() -> None:
    bench = Bench(Commands())
    bench.press("f7")
    assert "Not possible here: Till" in bench.line(22)


def test_double_enter_is_two_enters() -> None:
    bench = Bench(view := Text())
    bench.type("a\r\r", gap=0.0)
    assert view.entered == ["a", "a"]


def test_a_small_window_says_so() -> None:
    bench = Bench(Intake(), 30, 5)
    assert bench.line(0) == "Window too small"


def test_status_colours_have_words() -> None:
    bench = Bench(view := Text())
    view.host.say("Saved", Role.SUCCESS)
    assert bench.line(22) == " Saved"
    bench.type("a")
    assert bench.line(22) == " Saved"
    bench.press("left")
    assert bench.line(22) == ""


def test_the_registry_agrees_with_itself() -> None:
    check(ACTIONS)
    for action in ACTIONS:
        assert action.id in documentation() or action.label in documentation()


@pytest.mark.parametrize(
    "wrong",
    [
        (Action("a", "A", "", "f2"), Action("a", "B", "", "f3")),
        (Action("a", "A", "", "f2"), Action("b", "B", "", "f2", views=("board",))),
        (Action("a", "A", "", letter="x", views=("board",)), Action("b", "B", "", letter="x", views=("board",))),
        (Action("a", "A", "", chord="ctrl+z"),),
        (Action("a", "A", "", chord="ctrl+w"),),
    ],
)
def test_a_registry_that_contradicts_itself_is_refused(wrong: tuple[Action, ...]) -> None:
    with pytest.raises(RegistryError):
        check(wrong)


def test_every_f_key_has_a_second_way() -> None:
    for action in ACTIONS:
        if action.key.startswith("f"):
            assert action.letter
            # Ctrl+V, the last chord there is, pastes in too many terminals: where text is typed the menu leads there.
            assert action.chord or action.id == "person"
    assert actions.action_for("f2", ["new"], typing=True) is actions.find("new")
    assert actions.action_for("ctrl+n", ["new"], typing=True) is actions.find("new")
    assert actions.action_for("n", ["new"], typing=True) is None
    assert actions.action_for("n", ["new"], typing=False) is actions.find("new")


def test_a_chord_of_another_screen_takes_nothing_away() -> None:
    bench = Bench(Text())
    bench.desk.say("26 0000001 4 taken in", Role.SUCCESS)
    bench.press("ctrl+s")
    assert "26 0000001 4 taken in" in bench.text()
    bench.press("left")
    assert "taken in" not in bench.text()
