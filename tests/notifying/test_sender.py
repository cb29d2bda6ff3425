"""The sender against real servers: what becomes of messages, orders and channels."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.notifying.claims import next_due
from convisav_tui.notifying.sender import run_due
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.outbox import PlannedMessage, cancel_message, enqueue_message
from convisav_tui.store.models import (
    Channel,
    MessageEvent,
    MessageState,
    OrderEvent,
    OrderState,
    OutcomeKind,
    RepairOrder,
)
from tests.mail_server import HOST, MailServer
from tests.notifying.conftest import ADDRESS, MOBILE, Outbox, configuration, mail_url
from tests.sms_gateway import SmsGateway, hangs, refused
from tests.waiting import wait_until

LATER = timedelta(days=2)


def test_an_email_goes_out_once_and_the_order_is_notified(
    outbox: Outbox, mail_server: MailServer, tmp_path: Path
) -> None:
    config = configuration(tmp_path, mail_url(mail_server))
    message_id = outbox.owe(Channel.EMAIL)
    assert run_due(outbox.store, config) == 1
    assert run_due(outbox.store, config) == 0
    sent = outbox.message(message_id)
    assert (sent.state, sent.attempts, sent.lease_token, sent.lease_until) == (MessageState.SENT, 1, "", None)
    assert sent.sent_at and sent.provider_id == mail_server.received[0].message_id
    assert mail_server.recipients == [ADDRESS]
    assert str(mail_server.received[0].message["Subject"]) == "[26 0001234 5] Votre appareil est prêt"
    [attempt] = outbox.attempts(message_id)
    assert (attempt.attempt, attempt.kind, attempt.code) == (1, "accepted", "250") and attempt.finished_at
    assert outbox.order_state(message_id) is OrderState.NOTIFIED


def test_an_sms_goes_out_once_and_the_order_is_notified(outbox: Outbox, gateway: SmsGateway, tmp_path: Path) -> None:
    config = configuration(tmp_path, sms=gateway.url)
    message_id = outbox.owe(Channel.SMS)
    assert run_due(outbox.store, config) == 1
    assert run_due(outbox.store, config, now() + LATER) == 0
    assert [sent["to"] for sent in gateway.sent] == [MOBILE]
    assert outbox.message(message_id).provider_id == "sms-4711"
    assert outbox.order_state(message_id) is OrderState.NOTIFIED


def test_what_is_rolled_back_is_never_sent(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    order_id = outbox.order()

    class Regret(Exception):
        pass

    def take_step(session: Session) -> None:
        order = session.get_one(RepairOrder, order_id)
        planned = PlannedMessage(Channel.EMAIL, ADDRESS, "s", "b", 0)
        assert enqueue_message(session, order, planned, cause=None, not_before=now()) is not None
        raise Regret

    with pytest.raises(Regret):
        outbox.store.write(take_step)
    assert run_due(outbox.store, configuration(tmp_path, mail_url(mail_server))) == 0
    assert mail_server.received == [] and outbox.messages() == []


def test_the_same_step_twice_sends_once(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    order_id = outbox.order()

    def take_step(session: Session) -> None:
        order = session.get_one(RepairOrder, order_id)
        planned = PlannedMessage(Channel.EMAIL, ADDRESS, "s", "b", 0)
        enqueue_message(session, order, planned, cause=None, not_before=now())

    outbox.store.write(take_step)
    outbox.store.write(take_step)
    assert run_due(outbox.store, configuration(tmp_path, mail_url(mail_server))) == 1
    assert mail_server.recipients == [ADDRESS]


def test_nothing_leaves_before_its_time_nor_after_it_was_called_off(
    outbox: Outbox, mail_server: MailServer, tmp_path: Path
) -> None:
    config = configuration(tmp_path, mail_url(mail_server))
    start = now()
    first = outbox.owe(Channel.EMAIL, not_before=start + timedelta(seconds=60))
    assert next_due(outbox.store) == start + timedelta(seconds=60)
    assert run_due(outbox.store, config, start) == 0
    outbox.store.write(lambda session: cancel_message(session, first, PROGRAM))
    assert run_due(outbox.store, config, start + LATER) == 0
    assert mail_server.received == [] and next_due(outbox.store) is None


def test_451_then_taken(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    config = configuration(tmp_path, mail_url(mail_server))
    mail_server.behaviour.answers = ["451 4.3.0 later", "451 4.3.0 later"]
    message_id = outbox.owe(Channel.EMAIL)
    start = now()
    assert run_due(outbox.store, config, start) == 1
    waiting = outbox.message(message_id)
    assert (waiting.state, waiting.attempts, waiting.last_code) == (MessageState.QUEUED, 1, "451")
    assert timedelta(seconds=20) < waiting.not_before - start < timedelta(seconds=60)
    assert run_due(outbox.store, config, start + timedelta(seconds=10)) == 0
    assert run_due(outbox.store, config, start + timedelta(minutes=2)) == 1
    assert run_due(outbox.store, config, start + timedelta(minutes=10)) == 1
    assert outbox.message(message_id).state is MessageState.SENT
    assert [attempt.code for attempt in outbox.attempts(message_id)] == ["451", "451", "250"]
    assert len({mail.message_id for mail in mail_server.received}) == 1


def test_eight_tries_and_then_the_next_channel(
    outbox: Outbox, mail_server: MailServer, gateway: SmsGateway, tmp_path: Path
) -> None:
    mail_server.behaviour.at_data = "451 4.3.0 never"
    config = configuration(tmp_path, mail_url(mail_server), gateway.url)
    message_id = outbox.owe(Channel.EMAIL)
    start = now()
    runs = [run_due(outbox.store, config, start + n * timedelta(days=1)) for n in range(8)]
    assert runs == [1] * 7 + [2]
    assert [attempt.attempt for attempt in outbox.attempts(message_id)] == list(range(1, 9))
    assert [sent["to"] for sent in gateway.sent] == [MOBILE]
    assert outbox.order_state(message_id) is OrderState.NOTIFIED


def test_550_falls_back_to_sms(outbox: Outbox, mail_server: MailServer, gateway: SmsGateway, tmp_path: Path) -> None:
    mail_server.behaviour.at_rcpt = "550 5.1.1 no such user"
    message_id = outbox.owe(Channel.EMAIL)
    assert run_due(outbox.store, configuration(tmp_path, mail_url(mail_server), gateway.url)) == 2
    assert outbox.message(message_id).last_code == "550"
    assert [sent["to"] for sent in gateway.sent] == [MOBILE]
    assert outbox.order_state(message_id) is OrderState.NOTIFIED


def test_with_no_channel_left_somebody_calls(
    outbox: Outbox, mail_server: MailServer, gateway: SmsGateway, tmp_path: Path
) -> None:
    """And the two channels do not hand the message to and fro."""
    mail_server.behaviour.at_rcpt = "550 5.1.1 no such user"
    gateway.otherwise = refused(400, "no such number")
    first = outbox.owe(Channel.EMAIL)
    config = configuration(tmp_path, mail_url(mail_server), gateway.url)
    assert run_due(outbox.store, config) == 2
    assert run_due(outbox.store, config, now() + LATER) == 0
    states = [message.state for message in outbox.messages()]
    assert states.count(MessageState.TO_CALL) == 1 and MessageState.QUEUED not in states
    assert outbox.order_state(first) is OrderState.TO_NOTIFY
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
def test_a_channel_that_is_not_configured_makes_nobody_wait(outbox: Outbox, channel: Channel, tmp_path: Path) -> None:
    message_id = outbox.owe(channel)
    assert run_due(outbox.store, configuration(tmp_path)) == 2
    told = outbox.message(message_id)
    assert told.last_code == "no_account" and "configured" in told.last_text
    states = [message.state for message in outbox.messages()]
    assert states.count(MessageState.TO_CALL) == 1 and MessageState.QUEUED not in states
    with outbox.store.read() as session:
        events = session.scalars(sa.select(OrderEvent).where(OrderEvent.event == "message_failed")).all()
    assert "configured" in events[0].detail["why"]


@pytest.mark.parametrize("recipient", ["", "nobody", "a@example.com, b@example.com"])
def test_a_recipient_that_is_none_is_not_mailed_to_anybody(
    outbox: Outbox, mail_server: MailServer, tmp_path: Path, recipient: str
) -> None:
    order_id = outbox.order(phone="")
    message_id = outbox.owe(Channel.EMAIL, recipient, order_id)
    assert run_due(outbox.store, configuration(tmp_path, mail_url(mail_server))) == 1
    assert outbox.message(message_id).state is MessageState.TO_CALL
    assert outbox.message(message_id).last_code == "address"
    assert mail_server.connections == 0


@pytest.mark.parametrize("recipient", ["", "abc", "12", "+33142345678"])
def test_a_number_that_takes_no_sms_never_reaches_the_gateway(
    outbox: Outbox, gateway: SmsGateway, tmp_path: Path, recipient: str
) -> None:
    order_id = outbox.order(email="")
    message_id = outbox.owe(Channel.SMS, recipient, order_id)
    assert run_due(outbox.store, configuration(tmp_path, sms=gateway.url)) == 1
    assert outbox.message(message_id).state is MessageState.TO_CALL
    assert gateway.asked == []


def test_an_order_that_cannot_follow_does_not_lose_the_outcome(
    outbox: Outbox, gateway: SmsGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convisav_tui.errors import Refusal
    from convisav_tui.notifying import owed

    def refuse(*_arguments: object) -> None:
        raise Refusal("guard", "no")

    monkeypatch.setattr(owed, "message_accepted", refuse)
    message_id = outbox.owe(Channel.SMS)
    config = configuration(tmp_path, sms=gateway.url)
    assert run_due(outbox.store, config) == 1
    assert outbox.message(message_id).state is MessageState.SENT
    assert run_due(outbox.store, config, now() + LATER) == 0
    assert len(gateway.sent) == 1


def test_a_mail_server_that_hangs_keeps_no_lock_on_the_shop(
    outbox: Outbox, mail_server: MailServer, tmp_path: Path
) -> None:
    mail_server.behaviour.at_data = "hang"
    outbox.owe(Channel.EMAIL)
    sender = threading.Thread(target=run_due, args=(outbox.store, configuration(tmp_path, mail_url(mail_server))))
    sender.start()
    wait_until(lambda: mail_server.received)
    outbox.order()  # a clerk saves meanwhile
    mail_server.stop()
    sender.join(30)
    assert not sender.is_alive()
    [message] = outbox.messages()
    assert (message.state, message.last_kind) == (MessageState.QUEUED, "unknown")


def test_logs_hold_no_secret_and_no_customer(
    outbox: Outbox, mail_server: MailServer, gateway: SmsGateway, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    mail_server.behaviour.login = ("atelier", "right")
    email = f"mailto://atelier:hunter2secret@{HOST}:{mail_server.port}"
    sms = gateway.url.replace("json://", "json://gatewayuser:gatewaysecret@") + "&+Authorization=Bearer%20tokensecret"
    config = configuration(tmp_path, email, sms)
    gateway.answers = [refused(401, "bad key gatewaysecret"), hangs(), refused(500)]
    outbox.owe(Channel.EMAIL)
    outbox.owe(Channel.SMS)
    for _ in range(2):
        run_due(outbox.store, config, now() + timedelta(minutes=6))
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "message" in said
    for secret in ("hunter2secret", "gatewaysecret", "tokensecret", ADDRESS, "atelier.durand", MOBILE, MOBILE[1:]):
        assert secret not in said
    kept = str([message.last_text for message in outbox.messages()]) + str(outbox.setting("channel_hold.sms"))
    assert "secret" not in kept


@pytest.mark.parametrize("outbox", ["sqlite"], indirect=True)  # plans of small tables say nothing on PostgreSQL
def test_nothing_due_is_found_by_the_index(outbox: Outbox) -> None:
    """The worker looks at each change of the database: it must not read a million messages that were sent."""
    from convisav_tui.notifying.claims import _abandoned, _due

    at = datetime(2026, 11, 21, tzinfo=UTC)
    with outbox.store.read() as session:
        for statement in (_due([Channel.EMAIL], at), _abandoned(at)):
            text = str(statement.compile(outbox.store.engine, compile_kwargs={"render_postcompile": True}))
            parameters = [1] * text.count("?")
            plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + text, tuple(parameters)).all()
            assert "ix_message__due" in str(plan), plan


def test_the_other_events_of_an_order_do_not_notify_it(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    order_id = outbox.order()
    key = f"intake:{order_id}:0:email"
    message_id = outbox.owe(Channel.EMAIL, order_id=order_id, event=MessageEvent.INTAKE, dedupe_key=key)
    run_due(outbox.store, configuration(tmp_path, mail_url(mail_server)))
    assert outbox.message(message_id).state is MessageState.SENT
    assert outbox.message(message_id).last_kind == OutcomeKind.ACCEPTED
    assert outbox.order_state(message_id) is OrderState.TO_NOTIFY
