"""The next step: what is offered, asked, shown before it is done, refused with what mends it; nothing typed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.shop.workflow import take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Message, OrderEvent, OrderState, Payment, RepairOrder
from tests.screens.shop_bench import (
    COLLECTED,
    LATE,
    QUOTED,
    READY,
    WATCH,
    ShopBench,
    assert_snapshot,
    change,
    count,
    counter_of,
)
from tests.shop.counter import OTHER, SHOP


def state_of(store: Store, order_id: int) -> OrderState:
    with store.read() as session:
        return session.get_one(RepairOrder, order_id).state


def offered(desk: ShopBench) -> list[str]:
    """The steps on screen, the chosen one with its sign."""
    lines = []
    for line in desk.body.split("\n"):
        if not line.strip():
            break
        lines.append(line.rstrip())
    return lines


def choose(desk: ShopBench, label: str) -> None:
    """Arrows until this step is chosen."""
    for _step in range(10):
        if any(line.startswith("▸") and label in line for line in offered(desk)):
            return
        desk.press("down")
    raise AssertionError(f"{label} is not offered:\n" + desk.text())


def elsewhere(store: Store, order_id: int, event: str, **answers: str) -> None:
    """Somebody at another counter takes a step."""

    def operation(session: Session) -> None:
        take_step(session, order_id, event, answers, OTHER, SHOP, f"elsewhere-{order_id}-{event}")

    store.write(operation)


def quote_asked(desk: ShopBench) -> None:
    """The late order is to be quoted, and its step to issue the quote is open."""
    elsewhere(desk.counter.store, LATE, "request_quote")
    desk.open_order(LATE)
    desk.press("f8")
    choose(desk, "Issue the quote")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40)])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    quote_asked(desk)
    desk.type("126\r")
    desk.type("Pompe, main-d'œuvre")
    assert_snapshot(f"step-{width}x{height}", desk.text())


def test_looks_of_a_refusal(desk: ShopBench) -> None:
    desk.open_order(READY)
    desk.press("f8")
    choose(desk, "Hand over")
    assert_snapshot("step-refused-80x24", desk.text())


def test_the_usual_step_is_two_actions(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.press("f8", "enter")
    assert state_of(desk.counter.store, WATCH) is OrderState.DIAGNOSING
    assert desk.desk.view.name == "checklist"  # offered: whatever is not meant for it goes to the sheet
    assert "26 0000003 8: Start the diagnosis → " in desk.status and "Ctrl+R takes it back." in desk.status


def test_the_step_can_be_taken_from_the_board_and_shows_there(desk: ShopBench) -> None:
    desk.press("down", "down", "f8")
    assert "O'Neil" in desk.line(0)
    desk.press("enter", "escape")
    assert desk.desk.view.name == "board" and "In repair        1" in desk.body


@pytest.mark.parametrize("slow", [False, True])
def test_a_double_enter_takes_one_step(shop: Store, tmp_path: Path, slow: bool) -> None:
    desk = ShopBench(counter_of(shop, tmp_path))
    desk.open_order(WATCH)
    desk.press("f8")
    events = count(shop, OrderEvent)
    desk.slow = slow
    desk.press("enter", "enter", gap=0.0)
    desk.worker.finish()
    assert state_of(shop, WATCH) is OrderState.DIAGNOSING
    assert count(shop, OrderEvent) == events + 1


def test_digits_and_arrows_choose_a_step(desk: ShopBench) -> None:
    desk.open_order(QUOTED)
    desk.press("f8")
    first = offered(desk)[0]
    assert first.startswith("▸ 1")
    desk.press("down")
    assert offered(desk)[1].startswith("▸ 2") and not offered(desk)[0].startswith("▸")
    desk.press("up")
    assert offered(desk)[0] == first
    desk.press("up")
    assert offered(desk)[-1].startswith("▸")
    desk.press("down")
    desk.type("2")  # not the name of who answered
    assert offered(desk)[1].startswith("▸ 2")


def test_what_was_typed_waits_while_another_step_is_looked_at(desk: ShopBench) -> None:
    quote_asked(desk)
    desk.type("126\r")
    desk.type("Pompe")
    desk.press("down")
    assert "Pompe" not in desk.body
    desk.press("up")
    assert "[126" in desk.body and "[Pompe" in desk.body


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("abc", "Type an amount such as 12.50"),
        ("-5", "An amount cannot be negative"),
        ("12,555", "This currency has 2 decimals"),
        ("9" * 20, "This amount is too large"),
    ],
)
def test_a_wrong_amount_is_said_beside_its_field(desk: ShopBench, typed: str, sentence: str) -> None:
    quote_asked(desk)
    desk.type(typed + "\r")
    desk.type("Pompe\r")
    assert sentence in desk.body and "[Pompe" in desk.body
    assert state_of(desk.counter.store, LATE) is OrderState.QUOTE_REQUESTED
    desk.press("ctrl+u")
    desk.type("12,5")
    assert sentence not in desk.body
    desk.press("enter")
    assert state_of(desk.counter.store, LATE) is OrderState.QUOTE_ISSUED
    with desk.counter.store.read() as session:
        message = session.exec(select(Message).where(Message.order_id == LATE).order_by(col(Message.id).desc())).first()
    assert message is not None and "12,50" in message.body


def test_a_day_that_does_not_exist_is_said(desk: ShopBench) -> None:
    quote_asked(desk)
    desk.type("126\r")
    desk.type("Pompe")
    desk.press("tab", "ctrl+u")
    desk.type("31/02\r")
    assert state_of(desk.counter.store, LATE) is OrderState.QUOTE_REQUESTED
    assert "[31/02" in desk.body and "[Pompe" in desk.body


def test_an_empty_required_field_is_asked_for(desk: ShopBench) -> None:
    quote_asked(desk)
    desk.press("enter")
    assert state_of(desk.counter.store, LATE) is OrderState.QUOTE_REQUESTED
    assert desk.desk.view.name == "step"


def test_the_text_to_the_customer_is_shown_before(desk: ShopBench) -> None:
    quote_asked(desk)
    before = count(desk.counter.store, Message)
    desk.type("126\r")
    desk.type("Pompe")
    assert "SMS +33611223344" in desk.body and "126,00" in desk.body and "1 SMS" in desk.body
    assert count(desk.counter.store, Message) == before
    desk.press("enter")
    assert "Message in 60 s." in desk.status
    with desk.counter.store.read() as session:
        message = session.exec(select(Message).order_by(col(Message.id).desc())).first()
    assert message is not None and "126,00" in message.body


def test_a_long_message_can_be_read_to_its_end(shop: Store, tmp_path: Path) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), 60, 16)
    desk.open_order(QUOTED)
    desk.press("f8")
    choose(desk, "Revise the quote")
    assert "Whole text" in desk.status
    seen = desk.body
    for _page in range(30):
        desk.press("pagedown")
        seen += desk.body
    wide = ShopBench(counter_of(shop, tmp_path), 60, 60)
    wide.open_order(QUOTED)
    wide.press("f8")
    choose(wide, "Revise the quote")
    for line in wide.body.split("\n"):
        assert line.strip() in seen


def test_a_refusal_says_which_key_mends_it_and_that_key_does(desk: ShopBench) -> None:
    desk.open_order(READY)
    desk.press("f8")
    choose(desk, "Hand over")
    assert "€90.00 is still owed. Take the payment." in desk.body and "F7 Payment" in desk.body
    assert "F7" in desk.line(desk.height - 1)
    desk.press("enter")
    assert state_of(desk.counter.store, READY) is OrderState.TO_NOTIFY
    desk.press("f7")
    assert desk.desk.view.name == "payment" and "[90" in desk.body
    desk.press("ctrl+s")
    assert "€90.00 taken" in desk.status and desk.desk.view.name == "step"
    assert "still owed" not in desk.body
    assert any(line.startswith("▸") and "Hand over" in line for line in offered(desk))
    desk.press("enter")
    assert state_of(desk.counter.store, READY) is OrderState.RETURNED
    assert count(desk.counter.store, Payment) == 2


def test_a_refusal_that_another_step_mends_leads_there(desk: ShopBench) -> None:
    change(desk.counter.store, QUOTED, state=OrderState.DIAGNOSING, quote_requested=True)
    desk.open_order(QUOTED)
    desk.press("f8")
    choose(desk, "Start the repair without a quote")
    assert "The customer asked for a quote." in desk.body and "Enter Ask for a quote" in desk.body
    desk.press("enter")
    assert any(line.startswith("▸") and "Ask for a quote" in line for line in offered(desk))
    assert state_of(desk.counter.store, QUOTED) is OrderState.DIAGNOSING


def test_a_refusal_that_a_tick_mends_goes_with_the_tick(desk: ShopBench) -> None:
    elsewhere(desk.counter.store, QUOTED, "refuse_quote", reason="trop cher")
    desk.open_order(QUOTED)
    desk.press("f8")
    choose(desk, "Reassembled")
    assert "Reassemble the device first." not in desk.body  # ticked as usual
    desk.press("space")
    assert "Reassemble the device first." in desk.body
    desk.press("enter")
    assert state_of(desk.counter.store, QUOTED) is OrderState.QUOTE_REFUSED
    desk.press("shift+tab", "shift+tab", "shift+tab", "shift+tab", "space")
    assert "Reassemble the device first." not in desk.body
    desk.press("enter")
    assert state_of(desk.counter.store, QUOTED) in (OrderState.TO_NOTIFY, OrderState.COMPLETED, OrderState.NOTIFIED)


def test_a_comeback_of_a_closed_order_begins_a_new_intake(desk: ShopBench) -> None:
    elsewhere(desk.counter.store, COLLECTED, "close")
    desk.open_order(COLLECTED)
    desk.press("f8")
    choose(desk, "Take back under guarantee")
    assert "F2 New" in desk.body
    desk.press("f2")
    assert desk.desk.view.name == "intake" and "Gone Gaston" in desk.text()


def test_somebody_faster_is_named_and_what_was_typed_stays(desk: ShopBench) -> None:
    quote_asked(desk)
    desk.type("126\r")
    desk.type("Pompe de vidange")
    change(desk.counter.store, LATE, place="shelf 3")
    desk.press("enter")
    said = " ".join(desk.body.split())
    assert "Anna changed this order meanwhile (Ask for a quote)" in said and "Look at it again." in said
    assert "[126" in desk.body and "[Pompe de vidange" in desk.body
    desk.press("enter")
    assert state_of(desk.counter.store, LATE) is OrderState.QUOTE_ISSUED


def test_somebody_who_moved_the_order_on_is_named(desk: ShopBench) -> None:
    desk.open_order(WATCH)
    desk.press("f8")
    elsewhere(desk.counter.store, WATCH, "start_diagnosis")
    desk.press("enter")
    assert "Anna changed this order meanwhile (Start the diagnosis)" in desk.status
    assert state_of(desk.counter.store, WATCH) is OrderState.DIAGNOSING
    assert not any("Start the diagnosis" in line for line in offered(desk))


def test_nothing_more_can_be_done_is_said(desk: ShopBench, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open_order(WATCH)
    monkeypatch.setattr("convisav_tui.shop.workflow.allowed_steps", lambda session, order_id, shop: [])
    desk.press("f8")
    assert "Nothing more can be done with this order" in desk.status and desk.desk.view.name == "sheet"


@pytest.mark.parametrize("key", ["escape", "f8"])
def test_leaving_takes_no_step(desk: ShopBench, key: str) -> None:
    desk.open_order(WATCH)
    events = count(desk.counter.store, OrderEvent)
    desk.press("f8", key)
    assert desk.desk.view.name == "sheet" and count(desk.counter.store, OrderEvent) == events


def test_a_store_in_trouble_is_said_and_the_step_waits(desk: ShopBench, monkeypatch: pytest.MonkeyPatch) -> None:
    from convisav_tui.errors import StoreLocked

    def busy(self: Store, operation: object, **options: object) -> object:
        raise StoreLocked("The database is busy: nothing was saved.", "Try again in a moment.")

    quote_asked(desk)
    desk.type("126\r")
    desk.type("Pompe")
    with monkeypatch.context() as patched:
        patched.setattr(Store, "write", busy)
        desk.press("enter")
    assert "The database is busy: nothing was saved. Try again in a moment." in desk.status
    assert "[126" in desk.body and "[Pompe" in desk.body
    desk.press("enter")
    assert state_of(desk.counter.store, LATE) is OrderState.QUOTE_ISSUED


def test_an_unforeseen_error_shows_no_innards(desk: ShopBench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Store, operation: object, **options: object) -> object:
        raise RuntimeError("secret innards")

    desk.open_order(WATCH)
    desk.press("f8")
    monkeypatch.setattr(Store, "write", broken)
    desk.press("enter")
    assert "secret innards" not in desk.text() and "internal error" in desk.status
