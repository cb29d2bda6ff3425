"""Who is told, by which channel, and when: the card of a customer, the rules of shop and principal, quiet hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from convisav_tui.errors import FieldErrors
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.notices import audiences, drop_rule, save_rule
from convisav_tui.shop.outbox import REGISTERED
from convisav_tui.shop.quiet_hours import QuietHours, next_loud, quiet_hours, save_quiet_hours
from convisav_tui.shop.reactions import message_failed
from convisav_tui.shop.wording import Wording, save_wording
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    JobState,
    Message,
    MessageEvent,
    MessageState,
    OrderState,
    Paper,
    Party,
    PartyKind,
    PrintJob,
    RepairOrder,
    Told,
)
from tests.shop.bench import Bench
from tests.shop.counter import SHOP, counter_store

S = OrderState
PARIS = ZoneInfo("Europe/Paris")
NIGHT = QuietHours(time(20), time(8, 30), frozenset({6}))


@pytest.fixture(scope="module")
def store(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = counter_store(tmp_path_factory.mktemp("shop"), server_url)
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    walked = Bench(store, monkeypatch)
    yield walked
    if walked.order_id:  # the same customer comes again in the next test
        change(walked, channels=[], refused_channels=[], fax_e164="", street="", city="", phone_kind="mobile")
    for event in MessageEvent:
        store.write(lambda session, event=event: drop_rule(session, event, PROGRAM))
    store.write(lambda session: save_quiet_hours(session, "", ""))


def change(bench: Bench, **values: object) -> None:
    """Change the customer's card after his intake."""

    def write(session: Session) -> None:
        party = session.get_one(Party, bench.order.party_id)
        for column, value in values.items():
            setattr(party, column, value)

    bench.write(write)


def fail(bench: Bench, message: Message) -> Message:
    def operation(session: Session) -> Message:
        row = session.get_one(Message, message.id)
        row.attempts, row.last_kind, row.last_text = row.attempts + 1, "permanent", "550 no such user"
        return message_failed(session, row, SHOP)

    row: Message = bench.write(operation)
    return row


# --- the customer's card ------------------------------------------------------------------------------------------


def test_each_channel_of_the_card_is_tried_in_its_order_and_a_call_comes_last(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    change(
        bench,
        channels=["fax", "email"],
        fax="01 42 00 00 01",
        fax_e164="+33142000001",
        street="1 rue Haute",
        city="Paris",
    )
    bench.step("complete")
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    assert message.channel is Channel.SMS, "what he said at intake comes first"
    tried = []
    while message.state is not MessageState.TO_CALL:
        tried.append(message.channel)
        message = fail(bench, message)
    assert tried == [Channel.SMS, Channel.FAX, Channel.EMAIL]
    assert [row.state for row in bench.messages(MessageEvent.REPAIR_READY)] == [
        MessageState.CANCELLED,
        MessageState.CANCELLED,
        MessageState.TO_CALL,
    ]


def test_a_channel_that_he_refused_is_never_used(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    change(bench, refused_channels=["sms", "call"], street="1 rue Haute", postcode="75001", city="Paris")
    bench.step("complete")
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    assert message.channel is Channel.EMAIL
    letter = fail(bench, message)
    assert (letter.channel, letter.state) == (Channel.LETTER, MessageState.TO_POST)
    assert letter.recipient == "Hélène Lefèvre, 1 rue Haute, 75001 Paris"


def test_a_fax_and_a_letter_have_their_page(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    change(bench, channel=Channel.FAX, fax_e164="+33142000001", street="1 rue Haute", postcode="75001", city="Paris")
    bench.write(lambda session: save_rule(session, MessageEvent.REPAIR_READY, PROGRAM, channels=[Channel.FAX]))
    bench.step("complete")
    fax = bench.messages(MessageEvent.REPAIR_READY)[0]
    assert (fax.channel, fax.state, fax.recipient) == (Channel.FAX, MessageState.QUEUED, "+33142000001")
    page = next(paper for paper in bench.rows(Paper) if paper.id == fax.paper_id)
    assert page.kind == "fax" and "26 " not in page.content["title"]
    assert page.content["number"] == bench.order.number and page.content["addressee"][0] == "Hélène Lefèvre"
    text = " ".join(page.content["paragraphs"])
    assert "Bonjour Hélène Lefèvre," in text and SHOP.phone not in text
    assert not [job for job in bench.rows(PrintJob) if job.paper_id == page.id], "a fax is not printed"


def test_an_undone_step_stops_its_letter(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    change(bench, street="1 rue Haute", postcode="75001", city="Paris")
    bench.write(lambda session: save_rule(session, MessageEvent.REPAIR_READY, PROGRAM, channels=[Channel.LETTER]))
    bench.step("complete")
    letter = bench.messages(MessageEvent.REPAIR_READY)[0]
    job = next(job for job in bench.rows(PrintJob) if job.paper_id == letter.paper_id)
    assert letter.state is MessageState.TO_POST and job.not_before == letter.not_before
    bench.undo()
    assert bench.messages(MessageEvent.REPAIR_READY)[0].state is MessageState.CANCELLED
    assert next(row for row in bench.rows(PrintJob) if row.id == job.id).state is JobState.CANCELLED


def test_the_quote_is_attached_to_its_mail(bench: Bench) -> None:
    bench.reach(S.QUOTE_REQUESTED)
    change(bench, phone_kind="fixed")
    bench.step("issue_quote")
    mail = bench.messages(MessageEvent.QUOTE_READY)[0]
    paper = next(paper for paper in bench.rows(Paper) if paper.id == mail.paper_id)
    assert mail.channel is Channel.EMAIL and paper.kind == "quote" and paper.file_name.endswith(".pdf")
    assert "120,00" in paper.content["tables"][0]["rows"][0][-1] and "120,00" in paper.content["tables"][1]["total"]
    assert mail.subject.startswith("[26 ")


# --- shop and principal -------------------------------------------------------------------------------------------


def with_principal(bench: Bench) -> int:
    def write(session: Session) -> int:
        principal = Party(
            kind=PartyKind.COMPANY,
            name="Assurances Nord",
            name_key="assurances nord",
            email="sav@nord.example",
            language="en",
        )
        session.add(principal)
        session.flush()
        order = session.get_one(RepairOrder, bench.order_id)
        order.principal_id, order.principal_reference = principal.id, "PO-77"
        assert principal.id is not None
        return principal.id

    found: int = bench.write(write)
    return found


def test_the_rule_of_a_principal_goes_before_that_of_the_shop(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    principal = with_principal(bench)
    event = MessageEvent.REPAIR_READY

    def told() -> list[int | None]:
        with bench.store.read() as session:
            order = session.get_one(RepairOrder, bench.order_id)
            return [audience.facts.party_id for audience in audiences(session, order, event)]

    assert told() == [None]
    bench.write(lambda session: save_rule(session, event, PROGRAM, told=Told.NOBODY))
    assert told() == []
    bench.write(lambda session: save_rule(session, event, PROGRAM, principal_id=principal, told=Told.BOTH))
    assert told() == [None, principal]
    bench.write(lambda session: save_rule(session, event, PROGRAM, principal_id=principal, told=Told.PRINCIPAL))
    assert told() == [principal]
    bench.write(lambda session: drop_rule(session, event, PROGRAM, principal))
    assert told() == []


def test_both_are_told_each_in_his_words(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    principal, event = with_principal(bench), MessageEvent.REPAIR_READY
    bench.write(lambda session: save_rule(session, event, PROGRAM, principal_id=principal, told=Told.BOTH))
    own = Wording("Ready: $reference", "Order $number of yours ($reference) is ready.")
    bench.write(
        lambda session: save_wording(session, event, Channel.EMAIL, "en", own, PROGRAM, SHOP, principal_id=principal)
    )
    bench.step("complete")
    customer, client = bench.messages(event)
    assert (customer.party_id, customer.channel) == (None, Channel.SMS)
    assert (client.party_id, client.channel, client.recipient) == (principal, Channel.EMAIL, "sav@nord.example")
    assert client.body.endswith("of yours (PO-77) is ready.") and client.subject.endswith("Ready: PO-77")
    assert "PO-77" not in customer.body
    follower = fail(bench, client)
    assert (follower.party_id, follower.state) == (principal, MessageState.TO_CALL)


def test_a_rule_delays_and_ends_a_message(bench: Bench) -> None:
    bench.write(
        lambda session: save_rule(session, MessageEvent.REPAIR_READY, PROGRAM, delay_minutes=30, expires_hours=2)
    )
    bench.reach(S.TO_NOTIFY)
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    event = next(event for event in bench.events if event.event == "notice_due")
    assert message.not_before == event.at + timedelta(minutes=30, seconds=60)
    assert message.expires_at == message.not_before + timedelta(hours=2)


def test_a_message_waits_for_the_end_of_quiet_hours(bench: Bench) -> None:
    bench.write(lambda session: save_quiet_hours(session, "9:30", "14", "sun"))
    bench.reach(S.TO_NOTIFY)  # Saturday, 10:00 in Paris
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    assert message.not_before.astimezone(PARIS).strftime("%a %H:%M") == "Sat 14:00"
    assert message.expires_at is not None and message.expires_at > message.not_before


# --- quiet hours --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        ("2026-11-20 19:59", "2026-11-20 19:59"),
        ("2026-11-20 20:00", "2026-11-21 08:30"),
        ("2026-11-20 03:00", "2026-11-20 08:30"),
        ("2026-11-21 22:00", "2026-11-23 08:30"),  # Saturday night: Sunday is quiet
        ("2026-11-22 12:00", "2026-11-23 08:30"),
        ("2026-03-28 22:00", "2026-03-30 08:30"),  # the clock is set forward on the 29th
        ("2026-03-29 01:30", "2026-03-30 08:30"),
        ("2026-10-24 22:00", "2026-10-26 08:30"),  # and back on 25 October
        ("2026-10-23 21:00", "2026-10-24 08:30"),
    ],
)
def test_the_hour_is_that_of_the_shops_clock(moment: str, leaves: str) -> None:
    instant = datetime.fromisoformat(moment).replace(tzinfo=PARIS).astimezone(UTC)
    loud = next_loud(instant, NIGHT, "Europe/Paris")
    assert loud.astimezone(PARIS).strftime("%Y-%m-%d %H:%M") == leaves and loud >= instant


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2026-11-20"])
def test_no_instant_around_a_change_of_time_disturbs(day: str) -> None:
    hours = QuietHours(time(23), time(2, 30))  # ends in the hour that is missing or comes twice
    start = datetime.fromisoformat(day).replace(tzinfo=PARIS).astimezone(UTC)
    for minutes in range(0, 36 * 60, 10):
        instant = start + timedelta(minutes=minutes)
        loud = next_loud(instant, hours, "Europe/Paris")
        assert instant <= loud <= instant + timedelta(hours=5)
        assert not hours.holds(loud.astimezone(PARIS))


def test_another_zone_has_other_hours() -> None:
    instant = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
    assert next_loud(instant, NIGHT, "Europe/Bucharest").astimezone(ZoneInfo("Europe/Bucharest")).hour == 8
    assert next_loud(instant, NIGHT, "America/Montreal") == instant
    assert next_loud(instant, None, "Europe/Paris") == instant


@pytest.mark.parametrize(
    ("begins", "ends", "days", "wrong"),
    [
        ("20:00", "", "", "quiet_to"),
        ("25", "8", "", "quiet_from"),
        ("8", "x", "", "quiet_to"),
        ("20", "8", "dim", "quiet_days"),
    ],
)
def test_what_are_no_hours_is_said_beside_the_field(
    bench: Bench, begins: str, ends: str, days: str, wrong: str
) -> None:
    with pytest.raises(FieldErrors) as told:
        bench.write(lambda session: save_quiet_hours(session, begins, ends, days))
    assert list(told.value.errors) == [wrong]
    with bench.store.read() as session:
        assert quiet_hours(session) is None


def test_the_word_for_a_registered_letter_is_no_answer_of_a_server() -> None:
    assert REGISTERED.isalpha()
