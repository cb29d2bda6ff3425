"""The writer for thin lines: the terminal shows the same text as the page, after fewer bytes."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convisav_tui.screens.theme import Palette, Theme
from convisav_tui.screens.widgets.page_writer import PageWriter
from convisav_tui.screens.widgets.painting import Page, Role, Span, fit
from convisav_tui.screens.widgets.spare_writer import SpareWriter, writer_of

WIDTH, HEIGHT = 24, 5
SPARE = Theme(Palette.SPARE)
TEXTS = st.lists(st.sampled_from(["a", "b", " ", "é", "渡", "─", "│", "e\u0301"]), max_size=14).map("".join)
PAGES = st.builds(
    lambda rows, cursor: Page([fit(row, WIDTH) for row in rows], cursor),
    st.lists(st.lists(st.builds(Span, TEXTS, st.sampled_from(Role)), max_size=4), min_size=HEIGHT, max_size=HEIGHT),
    st.none() | st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)),
)


class Line:
    """A terminal and what was sent to it."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.screen.reset_mode(pyte.modes.DECAWM)
        self._stream = pyte.Stream(self.screen)
        self.shown: Page | None = None
        self.writer = SpareWriter(SPARE)

    def show(self, page: Page) -> int:
        sent = self.writer.whole(page) if self.shown is None else self.writer.changes(self.shown, page)
        self._stream.feed(sent)
        self.shown = page
        return len(sent.encode())

    def fresh(self, page: Page) -> Line:
        """Another terminal that is shown this page alone."""
        other = Line()
        other.show(page)
        return other


@given(st.lists(PAGES, min_size=1, max_size=5))
def test_changes_lead_to_what_the_whole_page_shows(pages: list[Page]) -> None:
    line = Line()
    for page in pages:
        line.show(page)
        wanted = line.fresh(page)
        assert line.screen.display == wanted.screen.display
        if page.cursor is not None:
            assert (line.screen.cursor.x, line.screen.cursor.y) == page.cursor
            assert not line.screen.cursor.hidden
        assert all(
            line.screen.buffer[y][x] == wanted.screen.buffer[y][x] for y in range(HEIGHT) for x in range(WIDTH)
        ), "and in the same look"


def test_lines_are_left_out_and_words_are_not() -> None:
    line = Line()
    line.show(Page([fit([Span("─" * 10, Role.RULE), Span("a│b", Role.VALUE)], WIDTH)] + [fit([], WIDTH)] * 4))
    assert line.screen.display[0].rstrip() == " " * 10 + "a│b"


def test_the_echo_of_a_letter_is_the_letter() -> None:
    line = Line()
    line.show(_typed("ab"))
    assert line.show(_typed("abc")) == 1
    assert line.show(_typed("ab")) <= 16


def test_nothing_changed_sends_nothing() -> None:
    line = Line()
    line.show(_typed("ab"))
    assert line.show(_typed("ab")) == 0


@pytest.mark.parametrize("palette", list(Palette))
def test_who_writes(palette: Palette) -> None:
    assert isinstance(writer_of(Theme(palette)), SpareWriter) == (palette is Palette.SPARE)


def test_a_screen_costs_less_than_half() -> None:
    rows = [fit([Span("Title", Role.TITLE), Span(" " * 60, Role.TITLE)], 80), fit([Span("─" * 80, Role.RULE)], 80)]
    rows += [fit([Span("Name   [", Role.LABEL), Span("x" * 5 + " " * 20, Role.FIELD), Span("]")], 80)] * 20
    page = Page(rows, (3, 3))
    assert len(SpareWriter(SPARE).whole(page).encode()) < len(PageWriter(Theme()).whole(page).encode()) / 2


def _typed(text: str) -> Page:
    rows = [fit([Span("Name ["), Span(text.ljust(8), Role.FIELD_FOCUS), Span("]")], WIDTH)]
    return Page(rows + [fit([], WIDTH)] * 4, (6 + len(text), 0))
