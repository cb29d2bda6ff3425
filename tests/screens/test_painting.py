"""Spans, cells and the last wall before the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convisav_tui.screens.theme import Palette, Theme
from convisav_tui.screens.widgets.page_writer import PageWriter, changed_pieces
from convisav_tui.screens.widgets.painting import (
    Page,
    Role,
    Span,
    cells,
    clean,
    crop,
    cut,
    fit,
    overlay,
    pad,
    row_cells,
    side_by_side,
    wrap,
)

ANY = st.text(alphabet=st.characters(), max_size=30)
ROWS = st.lists(st.builds(Span, ANY, st.sampled_from(Role)), max_size=5)


@given(ANY)
def test_nothing_that_controls_a_terminal_is_left(text: str) -> None:
    shown = clean(text)
    assert all(character.isprintable() or character == "\ufffd" for character in shown)
    shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\ufffd[2Jb"),
        ("one\ntwo\tthree", "one two three"),
        ("\u202egnp.exe", "gnp.exe"),
        ("👨\u200d👩\u200d👧", "👨👩👧"),
        ("👍🏽", "👍"),
        ("🇫🇷", "FR"),
        ("e\u0301", "é"),
        ("\ud800", "\ufffd"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(ROWS, st.integers(0, 60))
def test_a_fitted_row_has_exactly_its_cells(row: list[Span], width: int) -> None:
    assert row_cells(fit(row, width)) == width


@given(ROWS, st.integers(1, 40), st.integers(0, 40), st.integers(0, 40))
def test_a_cropped_row_has_exactly_its_cells(row: list[Span], width: int, start: int, end: int) -> None:
    fitted = fit(row, width)
    start, end = min(start, width), min(end, width)
    assert row_cells(crop(fitted, start, end)) == max(0, end - start)


@given(ROWS, ROWS, st.integers(1, 40))
def test_the_changed_pieces_turn_one_row_into_the_other(old: list[Span], new: list[Span], width: int) -> None:
    before, after = fit(old, width), fit(new, width)
    row = before
    for x, piece in changed_pieces(before, after):
        row = overlay(row, x, piece, width)
    assert "".join(span.text for span in row) == "".join(span.text for span in after)


def test_cut_announces_what_is_left_out() -> None:
    assert cut("ne vidange plus", 10) == "ne vidang…"
    assert cut("渡辺 健", 4) == "渡…"
    assert cut("abc", 3) == "abc"
    assert cut("abc", 0) == ""


def test_pad_fills_by_cells() -> None:
    assert pad("渡辺", 6) == "渡辺  "
    assert pad("12,50", 8, "right") == "   12,50"
    assert cells(pad("渡辺", 3)) == 3


def test_side_by_side_cuts_the_left() -> None:
    row = side_by_side([Span("a long left part")], [Span("right")], 12)
    assert "".join(span.text for span in row) == "a long…right"


def test_neighbours_of_one_role_are_one_span() -> None:
    assert len(fit([Span("a"), Span("b"), Span("c", Role.ERROR)], 10)) == 3


def test_wrap_breaks_at_spaces() -> None:
    assert wrap("ne vidange plus\nfuit", 11) == ["ne vidange", "plus", "fuit"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_markup_is_text() -> None:
    page = Page([fit([Span("[bold]O'Neil[/]")], 20)])
    assert "[bold]O'Neil[/]" in PageWriter(Theme()).whole(page)


@pytest.mark.parametrize("role", list(Role))
def test_without_colour_no_colour_is_sent(role: Role) -> None:
    sequence = Theme(Palette.MONO).sequence(role)
    codes = sequence.removeprefix("\x1b[").removesuffix("m").split(";")
    assert set(codes) <= {"", "1", "4", "7"}


@pytest.mark.parametrize("role", list(Role))
def test_sixteen_colours_only(role: Role) -> None:
    assert "38;" not in Theme().sequence(role)
    assert "48;" not in Theme().sequence(role)


@pytest.mark.parametrize("role", [Role.SELECTED, Role.FIELD_FOCUS, Role.SUGGESTION_FOCUS, Role.TITLE, Role.ERROR])
def test_what_matters_is_seen_without_colour(role: Role) -> None:
    assert Theme(Palette.MONO).sequence(role)


@given(ANY)
def test_ascii_glyphs_keep_the_width(text: str) -> None:
    shown = clean(text)
    plain = Theme(glyphs="ascii").show(shown)
    assert plain.isascii()
    assert cells(plain) == cells(shown)


def test_glyphs_of_other_terminals() -> None:
    text = "▸ Lefèvre │ 渡 …"
    assert Theme(glyphs="ascii").show(text) == "> Lefevre | ?? ~"
    assert Theme(glyphs="latin").show(text) == "> Lefèvre | ?? ~"
    assert Theme(glyphs="console").show(text) == "> Lefèvre │ 渡 …"


def test_one_changed_letter_is_a_few_bytes() -> None:
    before = Page([fit([Span("Name "), Span("ann  ", Role.FIELD_FOCUS)], 80)], (8, 0))
    after = Page([fit([Span("Name "), Span("anna ", Role.FIELD_FOCUS)], 80)], (9, 0))
    assert PageWriter(Theme()).changes(before, after) == "\x1b[1;9H\x1b[97;44ma\x1b[0m\x1b[1;10H"
    assert PageWriter(Theme()).changes(after, after) == ""
