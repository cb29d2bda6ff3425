"""Messages: what is owed, on its way, all; told by voice with a note, sent again, owed no longer; channels on hold."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.notifying.holds import put_on_hold
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    CallAttempt,
    Channel,
    Message,
    MessageState,
    OrderEvent,
    OrderState,
    OutcomeKind,
    Party,
    RepairOrder,
)
from tests.screens.shop_bench import READY, ShopBench, assert_snapshot, counter_of, shown_number


def ready_message(store: Store) -> Message:
    with store.read() as session:
        return session.exec(select(Message).where(Message.order_id == READY, Message.event == "repair_ready")).one()


def set_message(store: Store, **values: object) -> None:
    def operation(session: Session) -> None:
        message = session.exec(select(Message).where(Message.order_id == READY, Message.event == "repair_ready")).one()
        for key, value in values.items():
            setattr(message, key, value)
        session.add(message)

    store.write(operation)


def give_address(store: Store, **values: str) -> None:
    def operation(session: Session) -> None:
        party = session.get_one(Party, session.get_one(RepairOrder, READY).party_id)
        for key, value in values.items():
            setattr(party, key, value)

    store.write(operation)


def hold(store: Store) -> None:
    refused = Outcome(OutcomeKind.CONFIG, "535", "authentication failed")
    until = now() + timedelta(minutes=5)
    store.write(lambda session: put_on_hold(session, Channel.EMAIL, refused, now(), until))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40)])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    hold(shop)
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    desk.press("f6")
    assert_snapshot(f"messages-{width}x{height}", desk.text())


def test_tabs_show_owed_on_their_way_and_all(desk: ShopBench) -> None:
    set_message(desk.counter.store, state=MessageState.TO_CALL)
    desk.press("f6")
    assert "To handle 1  To call 1  Failed  Unsure  To post  On their way  All" in desk.line(1)
    assert "Paul" in desk.under_cursor() and "550 no such number" in desk.body
    desk.press("tab")
    assert "Paul" in desk.under_cursor()
    for empty in ("has failed", "known whether it left", "to be posted", "No message is on its way."):
        desk.press("tab")
        assert empty in desk.body
    desk.press("tab")
    assert desk.body.count("sent") >= 4
    desk.press("tab")
    assert "Paul" in desk.under_cursor()
    desk.press("shift+tab", "shift+tab")
    assert "No message is on its way." in desk.body


def test_nothing_owed_says_where_the_others_are(desk: ShopBench) -> None:
    set_message(desk.counter.store, state=MessageState.SENT)
    desk.press("f6")
    assert "Nobody waits for a call. Tab shows the messages on their way." in desk.body
    for key in ("enter", "delete"):
        desk.press(key)
        assert "There is no message under the cursor" in desk.status
    for key in ("a", "r", "x"):
        desk.command(key)
        assert "There is no message under the cursor" in desk.status
    desk.press("f8")
    assert "Put the cursor on an order first" in desk.status


def test_called_with_a_note(desk: ShopBench) -> None:
    store = desk.counter.store
    desk.press("f6")
    desk.command("a")
    assert "how did the call end?" in desk.text()
    desk.press("enter")
    assert "What did Paul Lefebvre say?" in desk.status
    desk.type("comes on Monday — 10 %\r")
    assert "Written down: Paul Lefebvre was told" in desk.status
    assert ready_message(store).state is MessageState.CALLED
    assert "Nobody waits for a call" in desk.body
    with store.read() as session:
        assert session.get_one(RepairOrder, READY).state is OrderState.NOTIFIED
        told = session.exec(select(OrderEvent).where(OrderEvent.event == "message_spoken")).one()
    assert told.detail["reason"] == "comes on Monday — 10 %"
    desk.open_order(READY)
    desk.command("1", "7")
    desk.press("end", *["pagedown"] * 6)
    assert "notified" in desk.line(1)


def test_called_can_be_left(desk: ShopBench) -> None:
    desk.press("f6")
    desk.command("a")
    desk.press("enter")
    desk.type("oh")
    desk.press("escape")
    assert ready_message(desk.counter.store).state is MessageState.TO_CALL and desk.desk.view.name == "messages"


def test_sent_again(desk: ShopBench) -> None:
    desk.press("f6")
    desk.command("r")
    assert "Will be sent again" in desk.status
    assert ready_message(desk.counter.store).state is MessageState.QUEUED
    assert "To handle 0  To call  Failed  Unsure  To post  On their way 1" in desk.line(1)
    desk.press(*["tab"] * 5)
    assert "Paul" in desk.under_cursor() and "waiting" in desk.under_cursor()
    assert "Anna message sent again" in desk.body
    desk.command("r")
    assert "This message does not wait for another try." in desk.status


def test_a_call_that_reached_nobody_is_owed_again_later(desk: ShopBench) -> None:
    desk.press("f6")
    desk.command("a")
    desk.press("down", "down", "enter")
    desk.type("rang ten times\r")
    assert "Written down: the call is owed again" in desk.status
    message = ready_message(desk.counter.store)
    assert message.state is MessageState.TO_CALL and message.not_before > now()
    assert "no answer: rang ten times" in desk.body and "call" in desk.under_cursor()
    with desk.counter.store.read() as session:
        attempt = session.exec(select(CallAttempt)).one()
    assert (attempt.outcome, attempt.next_call_at) == ("no_answer", message.not_before)


def test_another_way_is_offered_and_taken(desk: ShopBench) -> None:
    store = desk.counter.store
    give_address(store, email="paul@example.com", street="1 rue Haute", postcode="75001", city="Paris")
    desk.press("f6")
    desk.command("o")
    assert "Tell Paul Lefebvre by" in desk.text() and "e-mail" in desk.text() and "post" in desk.text()
    desk.press("enter")
    assert "Told by: e-mail" in desk.status
    with store.read() as session:
        rows = session.exec(select(Message).where(Message.order_id == READY, Message.event == "repair_ready")).all()
    assert [(row.channel, row.state) for row in rows if row.state is not MessageState.CANCELLED] == [
        (Channel.EMAIL, MessageState.QUEUED)
    ]


def test_a_letter_is_posted_with_its_number(desk: ShopBench) -> None:
    store = desk.counter.store
    set_message(store, state=MessageState.TO_POST, channel=Channel.LETTER, last_code="registered", last_text="")
    desk.press("f6")
    assert "registered letter" in desk.body and "to post !" in desk.under_cursor()
    desk.command("t")
    desk.press("enter")
    assert "proven by its number" in desk.status
    desk.command("t")
    desk.type("1A 234 567 8901 2\r")
    assert "Written down: the letter was posted" in desk.status
    message = ready_message(store)
    assert (message.state, message.provider_id) == (MessageState.POSTED, "1A 234 567 8901 2")
    with store.read() as session:
        assert session.get_one(RepairOrder, READY).state is OrderState.NOTIFIED


def test_another_address_is_checked_and_used_once(desk: ShopBench) -> None:
    store = desk.counter.store
    set_message(store, state=MessageState.DEAD, channel=Channel.SMS, recipient="+33612345678")
    desk.press("f6")
    desk.command("e")
    desk.press("ctrl+u")
    desk.type("01 42 00 00 01\r")
    assert "SMS needs a mobile number" in desk.status
    desk.command("e")
    desk.press("ctrl+u")
    desk.type("06 98 76 54 32\r")
    assert "Will be sent again" in desk.status
    message = ready_message(store)
    assert (message.state, message.recipient) == (MessageState.QUEUED, "+33698765432")


def test_a_call_is_not_sent_again(desk: ShopBench) -> None:
    set_message(desk.counter.store, channel=Channel.CALL)
    desk.press("f6")
    desk.command("r")
    assert "Will be sent again" not in desk.status
    assert ready_message(desk.counter.store).state is MessageState.TO_CALL


def test_owed_no_longer_with_its_reason(desk: ShopBench) -> None:
    desk.press("f6", "delete")
    assert "Why is this message not owed any more?" in desk.status
    desk.type("he is here\r")
    assert ready_message(desk.counter.store).state is MessageState.CANCELLED and "Not owed any more" in desk.status


def test_what_was_sent_cannot_be_called_off(desk: ShopBench) -> None:
    desk.press("f6", "shift+tab")
    for _row in range(20):
        if "sent" not in desk.under_cursor():
            desk.press("down")
    desk.press("delete")
    desk.type("no\r")
    assert "The customer has this message already." in desk.status


def test_enter_opens_the_order_and_comes_back(desk: ShopBench) -> None:
    desk.press("f6", "enter")
    assert desk.line(0).startswith(f" Order {shown_number(desk.counter.store, READY)}")
    desk.press("escape")
    assert desk.desk.view.name == "messages"
    desk.press("f9")
    assert desk.desk.view.name == "customer" and "Paul Lefebvre" in desk.line(1)


def test_a_channel_on_hold_is_said_above(desk: ShopBench) -> None:
    desk.press("f6")
    assert "not leaving" not in desk.body
    hold(desk.counter.store)
    desk.elsewhere()
    assert "! E-mails are not leaving: authentication failed (535)" in desk.line(2)


def test_the_sender_moves_a_message_on_under_the_cursor(desk: ShopBench) -> None:
    desk.press("f6", "shift+tab", "down")
    under = desk.under_cursor()
    set_message(desk.counter.store, state=MessageState.SENT)
    desk.elsewhere()
    assert desk.under_cursor() == under


def test_many_messages_can_be_paged_to_the_end_and_back(shop: Store, tmp_path: Path) -> None:
    def more(session: Session) -> None:
        template = session.exec(select(Message)).first()
        assert template is not None
        for index in range(130):
            session.add(Message(**template.model_dump(exclude={"id", "dedupe_key"}), dedupe_key=f"more-{index}"))

    shop.write(more)
    with shop.read() as session:
        ids = list(session.exec(select(Message.id).order_by(col(Message.id).desc())))
    desk = ShopBench(counter_of(shop, tmp_path), 60, 20)
    desk.press("f6", "shift+tab")
    view = desk.desk.view

    def current() -> object:
        record = view._list.current  # type: ignore[attr-defined]
        return record.identity if record is not None else None

    seen = []
    while current() not in seen:
        seen.append(current())
        desk.press("down")
    assert seen == ids
    desk.press("home", "end")
    assert current() == ids[-1]
    desk.press(*["pageup"] * 60)
    assert current() == ids[0]


def test_a_long_text_with_markup_is_shown_as_it_is(desk: ShopBench) -> None:
    set_message(desk.counter.store, body="[red]{x}[/red] <b>%s</b> " * 60, last_text="450 [try] later " * 18)
    desk.press("f6")
    assert "[red]{x}[/red] <b>%s</b>" in desk.body and "450 [try] later" in desk.body
    assert len(desk.rows()) == 24
