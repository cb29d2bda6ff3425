from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.shop.paper import LabelPaper, ReceiptPaper
from convisav_tui.shop.reactions import REACTIONS, message_accepted, message_failed
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    JobKind,
    Message,
    MessageEvent,
    MessageState,
    OrderState,
    Party,
    PrintJob,
    Setting,
)
from tests.shop.bench import Bench
from tests.shop.counter import SHOP, counter_store

S = OrderState


@pytest.fixture(scope="module")
def store(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = counter_store(tmp_path_factory.mktemp("shop"), server_url)
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(store, monkeypatch)


def _fail(bench: Bench, message: Message) -> Message:
    def fail(session: Session) -> Message:
        row = session.get_one(Message, message.id)
        row.attempts, row.last_kind, row.last_text = row.attempts + 1, "permanent", "550 no such user"
        return message_failed(session, row, SHOP)

    row: Message = bench.write(fail)
    return row


def _without(bench: Bench, **values: str) -> None:
    """Take an address away from the customer after his intake."""

    def change(session: Session) -> None:
        party = session.get_one(Party, bench.order.party_id)
        for column, value in values.items():
            setattr(party, column, value)

    bench.write(change)


def test_an_intake_prints_its_papers_and_confirms_in_writing(bench: Bench) -> None:
    bench.take_in(labels="3", receipt="x", accessories="cordon", condition="rayure", amount="30", means="cash")
    label, receipt = bench.rows(PrintJob)
    assert (label.kind, label.copies, label.duplicate) == (JobKind.LABEL, 3, False)
    assert (receipt.kind, receipt.copies) == (JobKind.RECEIPT, 1)
    paper = LabelPaper.from_content(label.content)
    assert (paper.number, paper.device) == (bench.order.number, "Miele WCD320")
    assert paper.customer_code.startswith("C")
    confirmation = bench.messages(MessageEvent.INTAKE)[0]
    assert confirmation.channel is Channel.SMS and confirmation.not_before == now()


def test_a_label_never_tells_who_or_what(bench: Bench) -> None:
    bench.take_in(labels="1", device_type="phone", serial="", secret_kind="pin", secret="471199", fault="intime")
    content = str(next(job for job in bench.rows(PrintJob) if job.kind is JobKind.LABEL).content)
    for private in ("Lefèvre", "471199", "intime", "06 12"):
        assert private not in content


def test_a_receipt_carries_what_the_rules_ask(bench: Bench) -> None:
    bench.take_in(
        receipt="x",
        device_type="phone",
        serial="",
        secret_kind="pin",
        secret="471199",
        accessories="cordon",
        condition="rayure façade",
        amount="30",
        nature="acompte",
        means="cash",
        cap="150",
        promised_on="27/11/2026",
        depositor="Paul",
        street="1 rue Haute",
        postcode="75001",
        city="Paris",
    )
    job = next(job for job in bench.rows(PrintJob) if job.kind is JobKind.RECEIPT)
    paper = ReceiptPaper.from_content(job.content)
    assert (paper.customer, paper.depositor, paper.clerk) == ("Hélène Lefèvre", "Paul", "Anna")
    assert paper.taken_in_at == "21/11/2026 10:00" and paper.promised_on == "27/11/2026"
    assert (paper.amount_nature, paper.accessories, paper.condition) == ("acompte", "cordon", "rayure façade")
    assert paper.amount.startswith("30,00") and paper.cap.startswith("150,00")
    assert paper.customer_address == "1 rue Haute\n75001 Paris"
    assert "1903" in paper.terms and "acompte" in paper.terms and "déverrouillage" in paper.terms
    assert "471199" not in str(job.content) and paper.unlock_code


def test_papers_that_are_declined_are_not_printed(bench: Bench) -> None:
    bench.take_in(labels="0", receipt="", ready_channel="call", quote_channel="call")
    assert not bench.rows(PrintJob) and not bench.messages()


def test_the_message_waits_for_the_undo_and_does_not_live_for_ever(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY)
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    completed = next(event for event in bench.events if event.event == "notice_due")
    assert message.not_before == completed.at + timedelta(seconds=60)
    assert message.expires_at == completed.at + timedelta(hours=48)
    assert message.event_id == completed.id
    assert message.dedupe_key == f"repair_ready:{bench.order_id}:0:sms"
    bench.reach(S.QUOTE_REQUESTED)
    bench.step("issue_quote", valid_until="21/11/2026")
    quote = bench.messages(MessageEvent.QUOTE_READY)[0]
    assert quote.expires_at is not None and quote.expires_at.isoformat() == "2026-11-21T22:59:59.999999+00:00"


@pytest.mark.parametrize(
    ("taken_away", "channel", "state"),
    [
        ({}, Channel.SMS, MessageState.QUEUED),
        ({"phone_kind": "fixed"}, Channel.EMAIL, MessageState.QUEUED),
        ({"phone_kind": "other", "email": ""}, Channel.CALL, MessageState.TO_CALL),
        ({"phone_kind": "", "phone": "", "phone_e164": "", "email": ""}, Channel.CALL, MessageState.TO_CALL),
    ],
)
def test_a_message_goes_where_it_can_arrive(
    taken_away: dict[str, str], channel: Channel, state: MessageState, bench: Bench
) -> None:
    bench.reach(S.IN_REPAIR)
    _without(bench, **taken_away)
    bench.step("complete")
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    assert (message.channel, message.state) == (channel, state)
    assert message.recipient or state is MessageState.TO_CALL
    _without(bench, phone="06 12 34 56 78", phone_e164="+33612345678", phone_kind="mobile", email="h@example.org")


def test_an_accepted_message_notifies_the_order_once(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY)
    message = bench.messages(MessageEvent.REPAIR_READY)[0]
    event = bench.write(lambda session: message_accepted(session, session.get_one(Message, message.id)))
    assert (event.event, event.transition, bench.order.state) == ("message_sent", "T28", S.NOTIFIED)
    assert bench.write(lambda session: message_accepted(session, session.get_one(Message, message.id))) is None
    bench.reach(S.QUOTE_ISSUED)
    quote = bench.messages(MessageEvent.QUOTE_READY)[0]
    assert bench.write(lambda session: message_accepted(session, session.get_one(Message, quote.id))) is None


def test_a_failed_message_falls_back_until_somebody_must_call(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY)
    sms = bench.messages(MessageEvent.REPAIR_READY)[0]
    mail = _fail(bench, sms)
    assert (mail.channel, mail.recipient, mail.state) == (
        Channel.EMAIL,
        "helene@example.org",
        MessageState.QUEUED,
    )
    assert mail.subject and bench.messages(MessageEvent.REPAIR_READY)[0].state is MessageState.CANCELLED
    assert bench.events[-1].event == "message_failed" and bench.events[-1].detail["why"] == "550 no such user"
    last = _fail(bench, mail)
    assert last.id == mail.id and last.state is MessageState.TO_CALL
    assert len(bench.messages(MessageEvent.REPAIR_READY)) == 2 and bench.order.state is S.TO_NOTIFY


def test_a_failed_message_that_nobody_waits_for_is_dropped(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    old = bench.messages(MessageEvent.QUOTE_READY)[0]
    bench.step("revise_quote")
    assert _fail(bench, old).state is MessageState.CANCELLED
    new = bench.messages(MessageEvent.QUOTE_READY)[-1]
    bench.step("refuse_quote")
    assert _fail(bench, new).state is MessageState.CANCELLED


def test_nobody_calls_about_a_confirmation_that_did_not_leave(bench: Bench) -> None:
    bench.reach(S.RECEIVED)
    carried = bench.messages(MessageEvent.INTAKE)[0]
    while (follower := _fail(bench, carried)).id != carried.id:
        carried = follower
    assert follower.state is MessageState.CANCELLED


def test_the_shop_switches_a_reaction_off(bench: Bench) -> None:
    names = [reaction.name for reaction in REACTIONS]
    assert len(names) == len(set(names))
    bench.write(lambda session: session.add(Setting(key="reaction.receipt", value=False)))
    try:
        bench.take_in(labels="1", receipt="x")
        assert [job.kind for job in bench.rows(PrintJob)] == [JobKind.LABEL]
    finally:
        bench.write(lambda session: session.delete(session.get_one(Setting, "reaction.receipt")))


def test_a_rolled_back_step_leaves_no_message(bench: Bench) -> None:
    from convisav_tui.shop.workflow import take_step
    from tests.shop.counter import CLERK

    bench.reach(S.IN_REPAIR)

    def fail(session: Session) -> None:
        take_step(session, bench.order_id, "complete", {}, CLERK, SHOP, "rolled-back", None)
        raise RuntimeError("the light goes out")

    with pytest.raises(RuntimeError):
        bench.write(fail)
    assert not bench.messages(MessageEvent.REPAIR_READY) and bench.order.state is S.IN_REPAIR
