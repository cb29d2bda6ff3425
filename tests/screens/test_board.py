"""The board: digits and text, search, lists, many pages, scans, what other stations change, what is in trouble."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.errors import StoreLocked
from convisav_tui.notifying.holds import put_on_hold
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.screens import board as board_screen
from convisav_tui.screens.board import BoardView
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, JobState, OrderState, OutcomeKind, PrintJob, RepairOrder
from tests.screens.shop_bench import (
    LATE,
    LOCKED,
    MARKUP,
    QUOTED,
    READY,
    WATCH,
    ShopBench,
    add_customer,
    add_waiting,
    assert_snapshot,
    change,
    counter_of,
    number_of,
    shown_number,
)


def box(desk: ShopBench) -> str:
    """What stands in the box."""
    return desk.line(1).strip().removeprefix("⌕").removesuffix("F3").strip()


def chosen_list(desk: ShopBench) -> str:
    """The list that is marked at the left."""
    line = next(line for line in desk.text().split("\n")[2:] if line.startswith("▸"))
    return line.split("│")[0].strip("▸ ").rstrip("0123456789 ")


def record(desk: ShopBench) -> str:
    """The order under the cursor, digits only."""
    view = desk.desk.views[0]
    assert isinstance(view, BoardView)
    return view.order_number()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40)])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    assert_snapshot(f"board-{width}x{height}", desk.text())


def test_looks_of_a_search(desk: ShopBench) -> None:
    desk.type("le")
    assert_snapshot("board-search-80x24", desk.text())


# --- digits and text ------------------------------------------------------------------------------------------------


def test_a_digit_chooses_a_list(desk: ShopBench) -> None:
    desk.command("3")
    assert (box(desk), chosen_list(desk)) == ("number, name, phone, serial, scan…", "3 Quote issued")
    assert record(desk) == number_of(desk.counter.store, QUOTED)
    desk.pass_time(2)
    desk.press("up")
    desk.command("0")
    assert chosen_list(desk) == "0 All open"


@pytest.mark.parametrize("number", ["0612345678", "06 12 34 56 78", "26", "+33612345678"])
def test_a_number_typed_at_once_goes_to_the_box(desk: ShopBench, number: str) -> None:
    desk.type(number)
    desk.pass_time(0.1)
    assert box(desk) == number
    desk.press("escape")
    assert chosen_list(desk) == "1 Waiting"  # the first digit had chosen no list for good


def test_two_digits_with_a_pause_are_two_lists(desk: ShopBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_screen, "monotonic", lambda: desk.time)
    desk.command("3")
    desk.pass_time(2.0)
    desk.command("6")
    assert chosen_list(desk) == "6 Finished"
    assert box(desk).startswith("number")


@pytest.mark.parametrize("key", ["f3", "/"])
def test_after_find_digits_are_text_however_slow(desk: ShopBench, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_screen, "monotonic", lambda: desk.time)
    desk.press(key)
    for digit in "0612":
        desk.pass_time(3.0)
        desk.press(digit)
    assert (box(desk), chosen_list_is_none(desk)) == ("0612", True)
    desk.press("escape")
    assert chosen_list(desk) == "1 Waiting"


def chosen_list_is_none(desk: ShopBench) -> bool:
    return not any(line.startswith("▸") for line in desk.text().split("\n")[2:])


def test_a_paste_goes_to_the_box_on_one_line(desk: ShopBench) -> None:
    desk.desk.paste("  Hélène\nLefèvre ")
    assert box(desk) == "Hélène Lefèvre"
    assert "Miele WCD320" in desk.body


def test_find_from_another_screen_comes_home(desk: ShopBench) -> None:
    desk.press("f6", "f3")
    desk.type("haddad")
    assert desk.desk.view.name == "board" and "Moussa Haddad" in desk.body


# --- searching ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lefevre", QUOTED),
        ("0612349901", READY),
        ("06 12 34 99 01", READY),
        ("55512", READY),
        ("o'neil & fils", WATCH),
        ("[bold]", WATCH),
        ("490154203237518", LOCKED),
    ],
)
def test_enter_opens_what_was_found(desk: ShopBench, typed: str, found: int) -> None:
    desk.type(typed)
    assert shown_number(desk.counter.store, found) in desk.body
    desk.press("enter")
    assert desk.line(0).startswith(f" Order {shown_number(desk.counter.store, found)}")
    desk.press("escape")
    assert box(desk) == typed
    desk.press("escape")
    assert box(desk).startswith("number") and chosen_list(desk) == "1 Waiting"


def test_back_from_what_was_found_the_next_text_is_another_search(desk: ShopBench) -> None:
    desk.type("o'neil")
    desk.press("enter", "escape")
    assert box(desk) == "o'neil"
    desk.type("0612")
    assert box(desk) == "0612"
    desk.press("enter", "escape", "backspace")
    desk.type("3")
    assert box(desk) == "0613"


def test_the_ticket_number_as_it_is_printed_is_found(desk: ShopBench) -> None:
    desk.press("f3")
    desk.type(shown_number(desk.counter.store, LATE) + "\r")
    assert desk.line(0).startswith(f" Order {shown_number(desk.counter.store, LATE)}")


def test_nothing_found_says_what_to_do(desk: ShopBench) -> None:
    desk.type("zzzz")
    assert "Nothing found. F2 takes a device in; Esc goes back." in desk.body
    desk.press("enter")
    assert "Nothing found" in desk.status and desk.desk.view.name == "board"


def test_a_found_customer_opens_his_card(desk: ShopBench) -> None:
    desk.type("haddad")
    desk.press("down", "enter")
    assert desk.desk.view.name == "customer" and "Moussa Haddad" in desk.line(1)


@pytest.mark.parametrize("downs", [0, 1])
def test_f9_opens_the_customer_of_an_order_and_of_a_hit(desk: ShopBench, downs: int) -> None:
    desk.type("haddad")
    desk.press(*["down"] * downs, "f9")
    assert desk.desk.view.name == "customer" and "Moussa Haddad" in desk.line(1)
    desk.press("escape", "escape", "f9")
    assert "Late Lison" in desk.line(1)


def test_a_hit_tells_as_much_as_a_row(desk: ShopBench) -> None:
    desk.type("lison")
    assert "waiting" in desk.body
    assert "Late Lison 06 11 22 33 44 · ne vidange plus · quote asked" in desk.body


def test_two_devices_of_one_customer_are_two_rows(desk: ShopBench) -> None:
    from tests.shop_builder import add_device, add_party

    def two(session: Session) -> None:
        party = add_party(session, "Twin Tom", phone="")
        add_device(session, party, "dryer", serial="77123A")
        add_device(session, party, "dryer", serial="77123B")

    desk.counter.store.write(two)
    desk.press("f3")
    desk.type("77123")
    board = desk.desk.view
    assert isinstance(board, BoardView)
    identities = [record.identity for record in board._hits._rows]
    assert len(identities) == len(set(identities)) == 3  # two devices without an order, and their owner
    desk.press("down")
    desk.elsewhere()
    assert board._hits.current is not None and board._hits.current.identity == identities[1]


# --- lists ----------------------------------------------------------------------------------------------------------


def test_tab_goes_from_list_to_list_and_round(desk: ShopBench) -> None:
    seen = [chosen_list(desk)]
    while (desk.press("tab"), chosen_list(desk))[1] != seen[0]:
        seen.append(chosen_list(desk))
    assert seen[:3] == ["1 Waiting", "2 Quote requested", "3 Quote issued"]
    assert {"Late", "Comebacks", "To call"} <= set(seen) and len(seen) == len(set(seen))
    desk.press("shift+tab")
    assert chosen_list(desk) == seen[-1]


def test_an_empty_list_says_what_to_do(desk: ShopBench) -> None:
    desk.command("8")
    assert "No order here. F2 takes a device in; 0 shows all." in desk.body
    desk.press("enter")
    assert "This list is empty" in desk.status
    desk.press("f8")
    assert "Put the cursor on an order first" in desk.status


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20)])
def test_pages_reach_every_order_once(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    add_waiting(shop, 130)
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    seen: list[str] = []
    while record(desk) not in seen:
        seen.append(record(desk))
        desk.press("down")
    assert len(seen) == 133
    desk.press("home", "end")
    assert record(desk) == seen[-1] and "fault 000" in desk.body
    for _page in range(20):
        desk.press("pageup")
    assert record(desk) == seen[0]
    for _page in range(20):
        desk.press("pagedown")
    assert record(desk) == seen[-1]


def test_the_late_list_is_paged_by_its_promises(shop: Store, tmp_path: Path) -> None:
    add_waiting(shop, 60)
    with shop.read() as session:
        received = sa.select(RepairOrder.id).where(RepairOrder.state == OrderState.RECEIVED)
        waiting = list(session.execute(received).scalars())
    for index, order_id in enumerate(waiting):
        change(shop, order_id, promised_on=(datetime.fromisoformat("2026-10-01") + timedelta(days=index // 3)).date())
    desk = ShopBench(counter_of(shop, tmp_path))
    while chosen_list(desk) != "Late":
        desk.press("tab")
    seen: list[str] = []
    while record(desk) not in seen:
        seen.append(record(desk))
        desk.press("down")
        desk.elsewhere()
    assert len(seen) == len(waiting) == len(set(seen))


# --- other stations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("downs", [2, 40])
def test_the_cursor_keeps_its_order_when_others_change_rows(shop: Store, tmp_path: Path, downs: int) -> None:
    add_waiting(shop, 60)
    desk = ShopBench(counter_of(shop, tmp_path))
    desk.press(*["down"] * downs)
    kept = record(desk)
    add_customer(shop, "New Nora", phone="")  # comes in at the top
    change(shop, LATE, state=OrderState.DIAGNOSING)  # leaves the list
    desk.elsewhere()
    assert record(desk) == kept
    assert "In repair        1" in desk.text()
    desk.press("home")
    assert "New Nora" in desk.text()


def test_typed_text_stays_when_others_change_rows(desk: ShopBench) -> None:
    desk.type("arrival")
    assert "Nothing found" in desk.body
    add_customer(desk.counter.store, "Second Arrival", phone="")
    desk.elsewhere()
    assert box(desk) == "arrival" and "Second Arrival" in desk.body
    desk.type(" sec")
    assert box(desk) == "arrival sec" and "Second Arrival" in desk.body


def test_an_order_that_left_the_list_leaves_the_cursor_where_it_was(desk: ShopBench) -> None:
    desk.press("down")
    gone = record(desk)
    with desk.counter.store.read() as session:
        order_id = session.exec(sa.select(RepairOrder.id).where(RepairOrder.number == gone)).scalar_one()
    change(desk.counter.store, order_id, state=OrderState.DIAGNOSING)
    desk.elsewhere()
    assert record(desk) and record(desk) != gone


def test_a_store_that_cannot_be_read_now_is_said_and_nothing_is_lost(
    desk: ShopBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.body

    def busy(self: Store) -> Session:
        raise StoreLocked("The database is busy.", "Try again in a moment.")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "read", busy)
        desk.elsewhere()
        assert "The database is busy. Try again in a moment." in desk.status
        assert desk.body == before
        for key in ("end", "home", "tab", "f8", "f9", "f4", "f6", "f7", "enter"):
            desk.press(key)
            desk.desk.home()
        desk.type("haddad")
        desk.press("escape")
    desk.command("1")
    desk.elsewhere()
    assert desk.body == before


# --- what is in trouble ---------------------------------------------------------------------------------------------


def test_papers_and_channels_in_trouble_are_said(desk: ShopBench) -> None:
    assert desk.status == ""

    def break_things(session: Session) -> None:
        first, second = session.exec(sa.select(PrintJob).limit(2)).scalars()
        first.state = JobState.NEEDS_ATTENTION
        second.state, second.last_error = JobState.QUEUED, "no route to host"
        refused = Outcome(OutcomeKind.CONFIG, "535", "authentication failed")
        put_on_hold(session, Channel.EMAIL, refused, now(), now() + timedelta(minutes=5))

    desk.counter.store.write(break_things)
    desk.elsewhere()
    said = desk.status
    assert "1 paper needs you · 1 paper waits for its printer (F4)" in said
    desk = ShopBench(desk.counter, 160, 24)
    assert "E-mails are not leaving: authentication failed (535) (F6)" in desk.status


def test_the_title_counts_what_is_to_be_told_and_late(desk: ShopBench) -> None:
    assert "1 to notify · 1 late" in desk.line(0)


def test_names_of_any_length_and_script_keep_the_columns(desk: ShopBench) -> None:
    add_customer(desk.counter.store, "修理 太郎 " * 20, phone="")
    add_customer(desk.counter.store, "X" * 120, phone="")
    desk.elsewhere()
    from convisav_tui.screens.widgets.painting import row_cells

    assert {row_cells(row) for row in desk.rows()} == {80}
    assert MARKUP[:5] in desk.body


def test_ctrl_x_asks_and_leaves(desk: ShopBench) -> None:
    desk.press("escape")
    assert "Ctrl+X leaves the program" in desk.status
    desk.press("ctrl+x")
    desk.answer("y")
    assert desk.left == 0


def test_the_menu_puts_names_that_begin_so_first_and_says_when_there_is_none(desk: ShopBench) -> None:
    desk.press("f10")
    desk.type("supplier")
    assert desk.line(3).startswith(" ▸ Supplier orders") and "Suppliers" in desk.line(4)
    desk.type("s")
    assert desk.line(3).startswith(" ▸ Suppliers") and "1/1" in desk.line(0)
    desk.type("q")
    assert "No action is called that" in desk.body
