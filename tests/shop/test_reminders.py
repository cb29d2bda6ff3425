"""Ladders of reminders, and what becomes of a device that nobody collects: FR-U1 to FR-U7."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from convisav_tui.clock import local, now
from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.i18n import translate
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.document import Document
from convisav_tui.shop.message_deeds import mark_posted
from convisav_tui.shop.outbox import REGISTERED
from convisav_tui.shop.reminders import ladder_of, remind, save_step
from convisav_tui.shop.shipped_ladders import NOT_COLLECTED, QUOTE_UNANSWERED, shipped_steps
from convisav_tui.shop.unclaimed import petition_possible_from, print_dossier, registered_letter
from convisav_tui.shop.unclaimed_dossier import dossier_csv
from convisav_tui.shop.workflow import mark_unclaimed
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    Holder,
    Message,
    MessageEvent,
    MessageState,
    Nature,
    OrderState,
    Paper,
    Party,
    PrintJob,
    RepairOrder,
)
from tests.shop.bench import Bench
from tests.shop.counter import SHOP, counter_store

S = OrderState
DAY = 86_400


@pytest.fixture(scope="module")
def store(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = counter_store(tmp_path_factory.mktemp("shop"), server_url)
    opened.write(lambda session: None if ladder_of(session, NOT_COLLECTED) else session.add_all(shipped_steps()))
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(store, monkeypatch)


def fr(msgid: str) -> str:
    return translate(msgid, "fr")


def climb(bench: Bench, days: float = 0) -> list[Message]:
    """Let days go by, then the worker look; the order's reminders that are alive."""
    bench.wait(days * DAY)
    bench.write(lambda session: remind(session, now(), SHOP))
    return reminders(bench)


def reminders(bench: Bench) -> list[Message]:
    events = (MessageEvent.QUOTE_REMINDER, MessageEvent.COLLECT_REMINDER, MessageEvent.UNCLAIMED_NOTICE)
    return [row for row in bench.messages() if row.event in events and row.state is not MessageState.CANCELLED]


def settle(bench: Bench) -> None:
    """What is on its way was accepted, what is to be posted was posted, what is to be called was said."""

    def write(session: Session) -> None:
        for message in reminders(bench):
            row = session.get_one(Message, message.id)
            if row.state is MessageState.TO_POST:
                mark_posted(session, row.id or 0, PROGRAM, "1A 234")
            elif row.state in (MessageState.QUEUED, MessageState.TO_CALL):
                row.state, row.sent_at = MessageState.SENT, now()

    bench.write(write)


def address(bench: Bench) -> None:
    def write(session: Session) -> None:
        party = session.get_one(Party, bench.order.party_id)
        party.street, party.postcode, party.city = "1 rue Haute", "75001", "Paris"

    bench.write(write)


def test_each_rung_of_a_quote_is_owed_once(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    assert climb(bench) == [] and climb(bench, 2) == []
    [first] = climb(bench, 1)
    assert (first.event, first.channel, first.state) == (
        MessageEvent.QUOTE_REMINDER,
        Channel.SMS,
        MessageState.QUEUED,
    )
    assert "120,00" in first.body
    assert climb(bench) == [first] and climb(bench, 1) == [first]
    assert len(climb(bench, 3)) == 2 and len(climb(bench, 4)) == 2


def test_a_new_quote_begins_its_ladder_anew(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    assert len(climb(bench, 3)) == 1
    settle(bench)
    bench.step("revise_quote")
    assert len(climb(bench)) == 1
    assert len(climb(bench, 3)) == 2


def test_a_reminder_is_called_off_when_the_quote_is_answered(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    [waiting] = climb(bench, 3)
    assert waiting.not_before > now() or waiting.not_before == now()
    bench.step("accept_quote")
    assert climb(bench) == []


def test_a_reminder_keeps_its_hours(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    [reminder] = climb(bench, 3.5)  # Tuesday evening, 22:00
    assert reminder.not_before - now() == timedelta(hours=11)


def test_a_device_that_nobody_collects_goes_up_the_ladder_and_to_the_court(bench: Bench) -> None:
    bench.reach(S.NOTIFIED)
    address(bench)
    notified = bench.order.notified_at
    assert notified is not None
    seen = []
    for days in (7, 8, 15, 62, 243, 31):
        climb(bench, days)
        newest = reminders(bench)[-1]
        seen.append((newest.event.value, newest.channel.value, newest.last_code))
        settle(bench)
    assert seen == [
        ("collect_reminder", "sms", ""),
        ("collect_reminder", "sms", ""),
        ("collect_reminder", "sms", ""),
        ("unclaimed_notice", "letter", ""),
        ("unclaimed_notice", "letter", REGISTERED),
        ("unclaimed_notice", "sms", ""),
    ]
    assert len(reminders(bench)) == 6
    bench.write(lambda session: mark_unclaimed(session, now(), SHOP))
    assert bench.order.state is S.UNCLAIMED
    boss = bench.manager()
    for times in (1, 2):  # printed from the sheet; once more it is the same paper
        bench.write(lambda session: print_dossier(session, bench.order_id, boss, SHOP))
        (early,) = [row for row in bench.rows(Paper) if row.kind == "unclaimed_dossier"]
        with bench.store.read() as session:
            assert len(session.exec(select(PrintJob).where(PrintJob.paper_id == early.id)).all()) == times
    bench.step("start_procedure")
    assert bench.order.state is S.DISPOSAL_PROCEDURE
    (paper,) = [row for row in bench.rows(Paper) if row.kind == "unclaimed_dossier" and row.id != early.id]
    document = Document.from_content(paper.content)
    said = dict(document.facts)
    assert said[fr("Owner")] == "Hélène Lefèvre" and "1 rue Haute" in said[fr("Address of the owner")]
    assert said[fr("Taken in on")] == "21/11/2026" and "120,00" in said[fr("Price claimed")]
    assert (
        "Miele" in said[fr("Designation")]
        and len(document.tables[0].rows) == 7
        and document.tables[0].rows[-2][-1] == "1A 234"
    )
    lines = dossier_csv(document).split("\r\n")
    assert lines[0] == f"{fr('Order')};{said[fr('Order')]}" and any("1A 234" in line for line in lines)

    today = now().strftime("%d/%m/%Y")
    sale = {"court_reference": "TJ 26/042", "sold_on": today, "officer": "Me Blanc", "proceeds": "200"}
    with pytest.raises(Refusal, match="receipt of its deposit"):
        bench.step("record_sale", **sale)
    bench.step("record_sale", **sale, surplus_receipt="CDC 77")
    order = bench.order
    assert order.state is S.CLOSED and order.holder is Holder.DISPOSED
    sold = next(event for event in bench.events if event.event == "record_sale")
    assert (sold.detail["court_reference"], sold.detail["surplus"]) == ("TJ 26/042", 8_000)


def test_the_court_is_not_asked_too_early_or_without_proof(bench: Bench) -> None:
    bench.reach(S.NOTIFIED)
    address(bench)
    bench.wait(31 * DAY)
    bench.write(lambda session: mark_unclaimed(session, now(), SHOP))
    assert bench.order.state is S.UNCLAIMED
    with pytest.raises(Refusal, match="registered letter is not on file"):
        bench.step("start_procedure")
    climb(bench, 310)
    settle(bench)
    with pytest.raises(Refusal, match="may be asked from"):
        bench.step("start_procedure")
    with bench.store.read() as session:
        order = session.get_one(RepairOrder, bench.order_id)
        possible = petition_possible_from(session, order, SHOP, SHOP.today())
        belgium = replace(SHOP, country="BE")
        there = petition_possible_from(session, order, belgium, SHOP.today())
        letter = registered_letter(session, bench.order_id)
    assert possible is not None and possible.isoformat() == "2027-11-21"  # V14
    assert letter is not None and letter.sent_at is not None and there is not None
    assert there == add_months(local(letter.sent_at, SHOP.timezone).date(), 12) > possible


def test_the_owner_may_come_at_any_time(bench: Bench) -> None:
    bench.reach(S.NOTIFIED)
    bench.wait(31 * DAY)
    bench.write(lambda session: mark_unclaimed(session, now(), SHOP))
    bench.pay(12_000, Nature.BALANCE)
    bench.step("hand_over")
    assert bench.order.state in (S.RETURNED, S.CLOSED) and bench.order.holder is Holder.RETURNED
    assert not reminders(bench) or all(row.state is not MessageState.QUEUED for row in reminders(bench))


def test_nothing_is_unclaimed_before_somebody_was_told(bench: Bench) -> None:
    bench.reach(S.QUOTE_REFUSED)
    bench.wait(60 * DAY)

    def untold(session: Session) -> None:
        for message in bench.messages():
            row = session.get_one(Message, message.id)
            row.state = MessageState.CANCELLED

    bench.write(untold)
    bench.write(lambda session: mark_unclaimed(session, now(), SHOP))
    assert bench.order.state is S.QUOTE_REFUSED


def test_what_was_missed_for_long_is_left_out(bench: Bench) -> None:
    bench.reach(S.NOTIFIED)
    assert climb(bench, 29) == [] or len(reminders(bench)) == 1
    bench.reach(S.NOTIFIED)
    assert climb(bench, 60) == []


def test_the_rungs_are_the_shops_own(bench: Bench) -> None:
    with pytest.raises(FieldErrors):
        bench.write(lambda session: save_step(session, QUOTE_UNANSWERED, PROGRAM))
    bench.write(lambda session: save_step(session, QUOTE_UNANSWERED, PROGRAM, position=1, after_days=1))
    bench.write(lambda session: save_step(session, QUOTE_UNANSWERED, PROGRAM, position=2, after_days=7, active=False))
    bench.reach(S.QUOTE_ISSUED)
    assert len(climb(bench, 1)) == 1
    assert len(climb(bench, 6)) == 1
