"""Forms: moving, editing, suggestions, errors, small terminals; as text at 80x24."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convisav_tui.screens.actions import RegistryError
from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.form import Form
from convisav_tui.screens.widgets.form_fields import FieldSpec, FormState, Suggestion
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.text_line import TextLine
from convisav_tui.screens.widgets.text_note import TextNote, wrapped_ranges
from tests.screens.bench import Bench
from tests.screens.toolkit_app import FIELDS, Intake

INTAKE = """\
 New intake
 Customer   [ann                     ]   Anna Haddad  06 12 34 56 72
 Device     [                        ]   + new customer « ann »
 Type       [            ] Brand [          ] Model [          ] No. [         ]
 Fault      [                                                                  ]
            [                                                                  ]
            [                                                                  ]
 Quote      [x] Cap [150,00  ] Notify [SMS    ▾]
 Code       [          ] Note [                                                ]
"""


def open_form(*specs: FieldSpec, width: int = 80, height: int = 24) -> tuple[Bench, FormView]:
    view = FormView(specs)
    return Bench(view, width, height), view


def test_the_form_as_text() -> None:
    bench = Bench(Intake())
    bench.type("ann")
    assert bench.text().startswith(INTAKE)
    assert bench.cursor == (16, 1)


def test_enter_goes_to_the_next_field_without_a_value() -> None:
    bench = Bench(view := Intake())
    bench.type("x\rdevice\rkind\r\r\r\rfault")
    assert view.form.focus == "fault"
    bench.press("enter")
    assert view.form.focus == "note"  # quote, cap, notify hold defaults; code is reached by Tab only


def test_tab_goes_to_the_very_next_field_and_back() -> None:
    bench = Bench(view := Intake())
    for expected in ("device", "kind", "brand", "model", "serial", "fault", "quote", "cap", "notify", "code", "note"):
        bench.press("tab")
        assert view.form.focus == expected
    bench.press("tab")
    assert view.form.focus == "customer"
    bench.press("shift+tab", "shift+tab")
    assert view.form.focus == "code"


def test_typing_ahead_at_any_speed_lands_in_the_fields() -> None:
    bench = Bench(view := Intake())
    bench.type("anna\tbob\tcarl\tdora", gap=0.0)
    texts = view.form.state.texts()
    assert [texts[key] for key in ("customer", "device", "kind", "brand")] == ["anna", "bob", "carl", "dora"]


def test_a_default_is_replaced_by_typing_and_edited_by_arrows() -> None:
    bench = Bench(view := Intake())
    bench.press("ctrl+v")
    assert view.form.focus == "cap"
    bench.type("80")
    assert view.form.state["cap"] == "80"
    view.form.state.preset("cap", "60", again=True)
    bench.press("shift+tab", "tab", "backspace")
    assert view.form.state["cap"] == "6"


def test_a_wrong_amount_is_said_below_the_field_and_nothing_is_lost() -> None:
    bench = Bench(view := Intake())
    bench.press("ctrl+v")
    bench.type("abc\t")
    assert "✗ An amount such as 12,50" in bench.text()
    assert view.form.state["cap"] == "abc"
    bench.press("shift+tab")
    bench.press("ctrl+u")
    bench.type("12,5\t")
    assert "✗" not in bench.text()


def test_saving_goes_to_the_first_error() -> None:
    bench = Bench(view := Intake())
    bench.type("anna\t")
    bench.press("ctrl+s")
    assert view.form.focus == "fault"
    assert "✗ To be filled in" in bench.text()
    assert view.form.state["customer"] == "anna"


def test_choice_and_check() -> None:
    bench = Bench(view := Intake())
    view.form.go("quote")
    bench.press("space")
    assert view.form.state["quote"] == ""
    bench.press("x")
    assert view.form.state["quote"] == "1"
    view.form.go("notify")
    bench.press("right")
    assert view.form.state["notify"] == "email"
    bench.press("s")
    assert view.form.state["notify"] == "sms"
    bench.press("left")
    assert view.form.state["notify"] == "none"


def test_a_secret_is_not_shown() -> None:
    bench = Bench(view := Intake())
    view.form.go("code")
    bench.type("1234")
    assert "1234" not in bench.text()
    assert "••••" in bench.text()
    bench.press("tab")
    assert "1234" not in bench.text()


def test_picking_is_one_action_and_moves_on() -> None:
    picked: list[str] = []
    people = [Suggestion("Anna Haddad", "7"), Suggestion("Annie", "8")]
    spec = FieldSpec("who", "Who", suggest=lambda text, state: people, pick_first=True)
    form = Form([spec, FieldSpec("next", "Next")], on_pick=lambda key, suggestion: picked.append(suggestion.key))
    for key in (Key("a", "a"), Key("enter")):
        form.key(key)
    assert (form.state["who"], picked, form.focus) == ("Anna Haddad", ["7"], "next")
    chosen = form.state.picked("who")
    assert chosen is not None
    assert chosen.key == "7"


def test_without_a_choice_enter_keeps_what_was_typed() -> None:
    spec = FieldSpec("fault", "Fault", suggest=lambda text, state: [Suggestion("does not drain")])
    bench, view = open_form(spec, FieldSpec("next", "Next"))
    bench.type("drain\r")
    assert view.form.state["fault"] == "drain"
    bench.press("shift+tab")
    bench.type("s")
    bench.press("down", "enter")
    assert view.form.state["fault"] == "does not drain"


def test_text_changed_after_picking_is_no_longer_the_picked_record() -> None:
    spec = FieldSpec("who", "Who", suggest=lambda text, state: [Suggestion("Anna", "7")], pick_first=True)
    bench, view = open_form(spec, FieldSpec("next", "Next"))
    bench.type("a\r")
    bench.press("shift+tab", "backspace")
    assert view.form.state.picked("who") is None


def test_enter_waits_for_suggestions_on_their_way() -> None:
    class Slow(FormView):
        def field_changed(self, key: str) -> None:
            text = self.form.state[key]
            if key == "who" and text:
                self.form.expect("who")
                self.host.run(
                    lambda: [Suggestion(text.upper(), "1")],
                    lambda found: self.form.offer("who", text, found),
                    hold=False,
                    group="who",
                )

    view = Slow([FieldSpec("who", "Who", pick_first=True), FieldSpec("next", "Next")])
    bench = Bench(view, slow=True)
    bench.type("ann\rbob", gap=0.0)
    assert view.form.focus == "who"
    bench.pass_time(0.4)
    assert "Waiting" in bench.text()
    bench.worker.finish()
    assert view.form.state.texts() == {"who": "ANN", "next": "bob"}


def test_a_scan_goes_into_the_field_that_asks_for_one() -> None:
    bench = Bench(view := Intake())
    view.form.go("serial")
    bench.type("old")
    bench.scan("SN-1234567\x1d89")
    assert view.form.state["serial"] == "SN-123456789"
    assert view.form.focus == "fault"


def test_a_ticket_scanned_into_another_field_is_taken_back() -> None:
    bench = Bench(view := Intake())
    bench.type("anna")
    bench.scan("1234567890ABC")
    assert view.form.state["customer"] == "anna1234567890ABC"


def test_paste_keeps_lines_in_a_note_only() -> None:
    bench = Bench(view := Intake())
    bench.desk.paste("Anna\r\nHaddad\n")
    assert view.form.state["customer"] == "Anna Haddad"
    view.form.go("fault")
    bench.desk.paste("<b>line 1</b>\r\nline 2")
    assert view.form.state["fault"] == "<b>line 1</b>\nline 2"


def test_a_fault_of_3000_characters_is_held_and_shown() -> None:
    bench = Bench(view := Intake())
    view.form.go("fault")
    text = "\n".join(f"[red]line {number}[/] {'x' * 80}" for number in range(40))[:3000]
    bench.desk.paste(text)
    assert view.form.state["fault"] == text
    bench.press("up", "up", "up", "home")
    bench.type("!")
    assert len(view.form.state["fault"]) == 3001
    assert max(len(line) for line in bench.text().split("\n")) <= 80


@pytest.mark.parametrize("size", [(60, 20), (40, 8), (120, 40)])
def test_every_size_shows_the_field_with_the_focus(size: tuple[int, int]) -> None:
    bench = Bench(view := Intake(), *size)
    for key in view.form.state.specs:
        if view.form.state.specs[key].kind not in ("check", "choice", "note"):
            view.form.go(key)
            bench.type("q")
            shown = "•" if key == "code" else "q"
            cursor = bench.cursor
            assert cursor is not None
            assert shown in bench.line(cursor[1])[cursor[0] - 1 : cursor[0]]
    assert max(len(line) for line in bench.text().split("\n")) <= size[0]
    bench.width, bench.height = 80, 24
    assert "[150,00" in bench.text() or "[q" in bench.text()


def test_draft_and_back() -> None:
    bench = Bench(view := Intake())
    bench.type("anna\tbob\t")
    saved = json.loads(json.dumps(view.form.save()))
    other = Intake()
    Bench(other)
    other.form.load(saved)
    assert other.form.state.texts() == view.form.state.texts()
    assert other.form.focus == "kind"
    other.form.load({"focus": 3, "values": {"customer": "broken", "gone": {"text": "x"}}})
    assert other.form.state["customer"] == "anna"


def test_every_change_counts_for_the_draft() -> None:
    bench = Bench(view := Intake())
    before = view.form.state.changed
    bench.type("ab")
    assert view.form.state.changed == before + 2
    bench.press("left", "tab")
    assert view.form.state.changed == before + 2


def test_fields_that_are_not_visible_are_empty_and_passed_over() -> None:
    other = FieldSpec("detail", "Detail", visible_when=lambda state: bool(state["more"]))
    bench, view = open_form(FieldSpec("more", "More", "check"), other, FieldSpec("end", "End"))
    view.form.state.put("detail", "kept")
    bench.press("tab")
    assert view.form.focus == "end"
    assert view.form.state.texts()["detail"] == ""
    bench.press("shift+tab", "space", "tab")
    assert view.form.focus == "detail"


def test_a_preset_does_not_overwrite_what_was_typed() -> None:
    state = FormState.of(FIELDS)
    state.preset("device", "default")
    assert state["device"] == "default"
    state.put("device", "typed")
    state.preset("device", "default")
    assert state["device"] == "typed"


def test_information_rows_and_words_beside() -> None:
    bench, view = open_form(FieldSpec("device", "Device", row=0), FieldSpec("fault", "Fault", row=1))
    view.form.beside("device", "warranty until 03/27")
    from convisav_tui.screens.widgets.painting import Role, Span

    view.form.inform(0, "seen", [Span(" ⚠ here on 02/09", Role.WARNING)])
    lines = bench.text().split("\n")
    assert "] warranty until 03/27" in lines[1]
    assert lines[2] == " ⚠ here on 02/09"
    view.form.inform(0, "seen", [])
    assert "here on" not in bench.text()


@pytest.mark.parametrize("chord", ["ctrl+a", "ctrl+q", "ctrl+i", "ctrl+u"])
def test_chords_that_cannot_work_are_refused(chord: str) -> None:
    with pytest.raises(RegistryError):
        Form([FieldSpec("a", "A", chord=chord)])


KEYS = st.sampled_from(
    [Key(name) for name in ("left", "right", "home", "end", "backspace", "delete", "ctrl+u", "ctrl+k", "ctrl+w",
                            "ctrl+left", "ctrl+right", "up", "down", "alt+enter")]
    + [Key(character, character) for character in "aé 渡\u0301👍"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(KEYS, max_size=40), st.integers(1, 12), st.booleans())
def test_any_keys_leave_a_line_that_can_be_shown(keys: list[Key], width: int, note: bool) -> None:
    from convisav_tui.screens.widgets.painting import cells

    line = TextNote() if note else TextLine()
    for key in keys:
        line.key(key)
        assert 0 <= line.cursor <= len(line.text)
        if isinstance(line, TextNote):
            rows, x, y = line.box(width + 2, 3)
            assert len(rows) == 3
            assert 0 <= y < 3
            assert 0 <= x < width + 2
        else:
            shown, x = line.render(width + 2)
            assert cells(shown) == width + 2
            assert 0 <= x < width + 2


def test_line_editing() -> None:
    line = TextLine("ne vidange plus")
    line.key(Key("ctrl+w"))
    assert line.text == "ne vidange "
    line.key(Key("ctrl+left"))
    assert line.cursor == 3
    line.key(Key("ctrl+k"))
    assert line.text == "ne "
    line.key(Key("home"))
    line.key(Key("delete"))
    assert line.text == "e "
    combined = TextLine("ne\u0301")
    combined.key(Key("backspace"))
    assert combined.text == "n"


@given(st.text(alphabet="ab 渡\n", max_size=80), st.integers(2, 10))
def test_wrapped_rows_lose_no_letter(text: str, width: int) -> None:
    ranges = wrapped_ranges(text, width)
    kept = "".join(text[start:end] for start, end in ranges)
    assert kept.replace(" ", "") == text.replace("\n", "").replace(" ", "")
