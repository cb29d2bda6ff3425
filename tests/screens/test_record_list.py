"""The list: pages by key both ways, keeps its row, marks, columns."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.record_list import MOST_ROWS, ColumnSpec, Record, RecordList, Request

COLUMNS = (
    ColumnSpec("n", "N", 8),
    ColumnSpec("name", "Name", 10, grow=1),
    ColumnSpec("wide", "Wide", 6, from_width=100),
)


def source(numbers: Sequence[int], asked: list[Request] | None = None) -> Callable[[Request], list[Record]]:
    def fetch(request: Request) -> list[Record]:
        if asked is not None:
            asked.append(request)
        position = request.position if isinstance(request.position, int) else -1
        after, at = bisect.bisect_right(numbers, position), bisect.bisect_left(numbers, position)
        chosen = {
            "first": numbers[: request.limit],
            "last": numbers[-request.limit :],
            "after": numbers[after : after + request.limit],
            "before": numbers[max(0, at - request.limit) : at],
            "at": numbers[at : at + request.limit],
        }[request.where]
        return [Record(n, f"id{n}", {"n": str(n), "name": f"name {n}"}) for n in chosen]

    return fetch


def shown(records: RecordList, width: int = 80, height: int = 11) -> list[str]:
    return ["".join(span.text for span in row).rstrip() for row in records.render(width, height).rows]


def press(records: RecordList, *names: str) -> None:
    for name in names:
        records.key(Key(name))
        records.render(80, 11)


def at(records: RecordList) -> object:
    return records.current.position if records.current else None


def listed(numbers: Sequence[int], asked: list[Request] | None = None) -> RecordList:
    records = RecordList(COLUMNS, source(numbers, asked))
    records.render(80, 11)
    records.load()
    records.render(80, 11)
    return records


def test_as_text() -> None:
    records = listed(range(3))
    assert shown(records) == ["  N        Name", "▸ 0        name 0", "  1        name 1", "  2        name 2"]
    assert shown(records, 100)[0].endswith("Wide")


@given(st.integers(0, 120), st.lists(st.sampled_from(["down", "up", "pagedown", "pageup", "home", "end"]), max_size=60))
def test_any_moves_agree_with_a_plain_list(count: int, moves: list[str]) -> None:
    records, cursor = listed(range(count)), 0
    for move in moves:
        step = {"down": 1, "up": -1, "pagedown": 9, "pageup": -9, "home": -count, "end": count}[move]
        cursor = max(0, min(count - 1, cursor + step))
        press(records, move)
        assert at(records) == (cursor if count else None)
        page = records.render(80, 11)
        if count:
            assert page.cursor is not None
            assert "▸" in "".join(span.text for span in page.rows[page.cursor[1]])


def test_a_million_rows_are_read_a_few_pages_at_a_time() -> None:
    asked: list[Request] = []
    records = listed(range(1_000_000), asked)
    press(records, "end", *["pageup"] * 10, "home", *["pagedown"] * 10)
    assert all(request.limit <= 40 for request in asked)
    assert at(records) == 90
    press(records, *["pagedown"] * 200)
    assert len(records._rows) <= MOST_ROWS + 40


def test_the_cursor_follows_its_row_through_a_refresh() -> None:
    records = listed(range(10, 60))
    press(records, *["down"] * 15)
    assert at(records) == 25
    records.fetch = source([5, 6, 7, *range(10, 60)])
    records.refresh()
    records.render(80, 11)
    assert at(records) == 25
    records.fetch = source([n for n in range(10, 60) if n != 25])
    records.refresh()
    assert at(records) == 26


def test_a_refresh_at_the_top_shows_new_rows() -> None:
    records = listed(range(10, 20))
    records.fetch = source(range(9, 20))
    records.refresh()
    assert at(records) == 10
    assert shown(records)[1] == "  9        name 9"


def test_marks_survive_moving_and_refreshing() -> None:
    records = listed(range(50))
    press(records, "space", "space", "down", "space")
    assert [record.identity for record in records.marked] == ["id0", "id1", "id3"]
    assert shown(records)[1] == " •0        name 0"
    records.refresh()
    press(records, "home", "space")
    assert [record.identity for record in records.marked] == ["id1", "id3"]
    records.clear_marks()
    assert records.marked == []


def test_a_late_answer_is_dropped() -> None:
    waiting: list[Callable[[], None]] = []

    def later(job: Callable[[], Sequence[Record]], done: Callable[[Sequence[Record]], None], hold: bool) -> None:
        waiting.append(lambda: done(job()))

    records = RecordList(COLUMNS, source(range(3)), later)
    records.load()
    records.load(source(range(100, 103)))
    waiting[1]()
    waiting[0]()
    assert at(records) == 100


def test_an_empty_list_says_so() -> None:
    records = RecordList(COLUMNS, source([]), empty="No order waits")
    records.load()
    assert "No order waits" in shown(records)[1]
    press(records, "down", "end", "space")
    assert records.current is None


def test_at_the_edge_it_moves_half_a_page() -> None:
    records = listed(range(100))
    press(records, *["down"] * 10)
    lines = shown(records)
    assert lines[1].split()[0] == "5"
    assert lines[6] == "▸ 10       name 10"


@pytest.mark.parametrize("role", [Role.ERROR, Role.WARNING])
def test_a_cell_may_have_a_meaning(role: Role) -> None:
    fetch = [Record(0, 0, {"n": "0", "name": "a"}), Record(1, 1, {"n": "1", "name": "late !"}, {"name": role})]
    records = RecordList(COLUMNS, lambda request: fetch if request.where == "first" else [])
    records.load()
    assert any(span.role is role and "late !" in span.text for span in records.render(80, 11).rows[2])


@pytest.mark.parametrize("press_first", [(), ("end",), ("end", "pageup", "up")])
def test_a_window_that_has_grown_is_full_at_once(press_first: tuple[str, ...]) -> None:
    records = listed(range(500))
    press(records, *press_first)
    assert len(shown(records, height=58)) == 58
    assert len(shown(records, height=4)) == 4
    assert len(shown(records, height=200)) == 200
