"""The sender while a message waits: held channels, expiry, doubtful sends, leases and claims."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from convisav_tui.clock import now
from convisav_tui.notifying import outcome
from convisav_tui.notifying.claims import claim, close_attempt, next_due, open_attempt
from convisav_tui.notifying.holds import hold_of, release_hold
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.owed import shop_of
from convisav_tui.notifying.sender import LEASE, run_due
from convisav_tui.notifying.smtp import TOTAL_SECONDS
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.outbox import cancel_message
from convisav_tui.store.models import (
    Channel,
    Message,
    MessageState,
    OrderState,
)
from tests.mail_server import HOST, MailServer
from tests.notifying.conftest import Outbox, configuration, mail_url
from tests.sms_gateway import Answer, SmsGateway, refused

LATER = timedelta(days=2)


def test_a_wrong_password_holds_the_channel_and_burns_no_try(
    outbox: Outbox, mail_server: MailServer, gateway: SmsGateway, tmp_path: Path
) -> None:
    mail_server.behaviour.login = ("atelier", "right")
    url = "mailto://atelier:{}@" + f"{HOST}:{mail_server.port}"
    wrong = configuration(tmp_path, url.format("wrong22"), gateway.url)
    mails = [outbox.owe(Channel.EMAIL) for _ in range(6)]
    sms = outbox.owe(Channel.SMS)
    start = now()
    assert run_due(outbox.store, wrong, start) == 2
    assert len(mail_server.logins) == 1, "one wrong password is enough"
    assert [outbox.message(mail).state for mail in mails] == [MessageState.QUEUED] * 6
    assert [outbox.message(mail).attempts for mail in mails] == [0] * 6
    assert outbox.message(sms).state is MessageState.SENT, "the other channel goes on"

    hold = outbox.setting("channel_hold.email")
    assert hold["code"] == "535" and "E-mails are not leaving" in hold["sentence"] and "wrong22" not in str(hold)
    assert run_due(outbox.store, wrong, start + timedelta(minutes=4)) == 0
    assert run_due(outbox.store, wrong, start + timedelta(minutes=6)) == 1
    assert outbox.setting("channel_hold.email")["since"] == hold["since"]

    right = configuration(tmp_path, url.format("right"), gateway.url)
    assert run_due(outbox.store, right, start + timedelta(minutes=20)) == 6
    assert outbox.setting("channel_hold.email") is None
    assert {outbox.message(mail).state for mail in mails} == {MessageState.SENT}


def test_a_person_lifts_a_hold(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    mail_server.behaviour.at_mail = "553 5.7.1 not you"
    outbox.owe(Channel.EMAIL)
    config = configuration(tmp_path, mail_url(mail_server))
    assert run_due(outbox.store, config) == 1
    outbox.store.write(lambda session: release_hold(session, Channel.EMAIL))
    with outbox.store.read() as session:
        assert hold_of(session, Channel.EMAIL) is None
    mail_server.behaviour.at_mail = ""
    assert run_due(outbox.store, config, now() + timedelta(minutes=6)) == 1
    assert len(mail_server.received) == 1


def test_nobody_waits_longer_than_a_day_for_the_account(
    outbox: Outbox, mail_server: MailServer, tmp_path: Path
) -> None:
    mail_server.behaviour.at_mail = "553 5.7.1 not you"
    config = configuration(tmp_path, mail_url(mail_server))
    old = [outbox.owe(Channel.EMAIL, order_id=outbox.order(phone="")) for _ in range(3)]
    start = now()
    assert run_due(outbox.store, config, start) == 1
    day = start + timedelta(hours=25)
    young = outbox.owe(Channel.EMAIL, order_id=outbox.order(phone=""), created_at=day, not_before=day)
    run_due(outbox.store, config, day)
    assert [outbox.message(message_id).state for message_id in old] == [MessageState.TO_CALL] * 3
    assert "not leaving" in outbox.message(old[0]).last_text
    assert outbox.message(young).state is MessageState.QUEUED


def test_a_message_that_has_expired_is_not_sent(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    config = configuration(tmp_path, mail_url(mail_server))
    order_id = outbox.order(phone="")
    message_id = outbox.owe(Channel.EMAIL, order_id=order_id, expires_at=now() - timedelta(minutes=1))
    run_due(outbox.store, config)
    assert mail_server.connections == 0
    late = outbox.message(message_id)
    assert (late.state, late.last_code) == (MessageState.TO_CALL, "expired") and late.last_text


def test_a_hold_that_nobody_waits_behind_is_forgotten(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    """The account may have been mended long since: a banner must not stay because no mail was due."""
    mail_server.behaviour.at_mail = "553 5.7.1 not you"
    config = configuration(tmp_path, mail_url(mail_server))
    message_id = outbox.owe(Channel.EMAIL)
    start = now()
    run_due(outbox.store, config, start)
    outbox.store.write(lambda session: cancel_message(session, message_id, PROGRAM))
    run_due(outbox.store, config, start + timedelta(hours=23))
    assert outbox.setting("channel_hold.email")
    run_due(outbox.store, config, start + timedelta(hours=25))
    assert outbox.setting("channel_hold.email") is None


def test_a_message_that_lapsed_is_not_handed_back_to_its_channel(
    outbox: Outbox, mail_server: MailServer, gateway: SmsGateway, tmp_path: Path
) -> None:
    gateway.otherwise = refused(400, "no such number")
    outbox.owe(Channel.EMAIL, expires_at=now() - timedelta(minutes=1))
    run_due(outbox.store, configuration(tmp_path, mail_url(mail_server), gateway.url))
    assert [message.state for message in outbox.messages()] == [MessageState.CANCELLED, MessageState.TO_CALL]
    assert mail_server.connections == 0 and len(gateway.asked) == 1


def test_a_message_expires_behind_a_hold_too(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    mail_server.behaviour.at_mail = "553 5.7.1 not you"
    config = configuration(tmp_path, mail_url(mail_server))
    start = now()
    outbox.owe(Channel.EMAIL, order_id=outbox.order(phone=""))
    message_id = outbox.owe(
        Channel.EMAIL, order_id=outbox.order(phone=""), expires_at=start + timedelta(minutes=2), not_before=start
    )
    assert run_due(outbox.store, config, start) == 1
    assert next_due(outbox.store) == start + timedelta(minutes=2)
    assert run_due(outbox.store, config, start + timedelta(minutes=3)) == 0
    assert outbox.message(message_id).state is MessageState.TO_CALL
    assert [attempt.code for attempt in outbox.attempts(message_id)][-1:] == ["expired"]
    hold = outbox.setting("channel_hold.email")
    assert next_due(outbox.store) == datetime.fromisoformat(hold["until"]), "the worker sleeps until the hold ends"


def test_an_sms_that_may_have_gone_out_waits_for_a_person(outbox: Outbox, gateway: SmsGateway, tmp_path: Path) -> None:
    gateway.otherwise = Answer(504, "gateway timeout")
    message_id = outbox.owe(Channel.SMS)
    config = configuration(tmp_path, sms=gateway.url)
    assert run_due(outbox.store, config) == 1
    assert run_due(outbox.store, config, now() + LATER) == 0
    unsure = outbox.message(message_id)
    assert (unsure.state, unsure.last_kind) == (MessageState.UNKNOWN, "unknown")
    assert len(gateway.asked) == 1
    assert outbox.order_state(message_id) is OrderState.TO_NOTIFY


def test_an_email_that_may_have_gone_out_is_sent_again_as_the_same(
    outbox: Outbox, mail_server: MailServer, tmp_path: Path
) -> None:
    mail_server.behaviour.answers = ["cut"]
    message_id = outbox.owe(Channel.EMAIL)
    config = configuration(tmp_path, mail_url(mail_server))
    start = now()
    assert run_due(outbox.store, config, start) == 1
    assert outbox.message(message_id).last_kind == "unknown"
    assert run_due(outbox.store, config, start + timedelta(minutes=2)) == 1
    assert outbox.message(message_id).state is MessageState.SENT
    assert len(mail_server.received) == 2 and len({mail.message_id for mail in mail_server.received}) == 1


def test_retry_after_is_kept(outbox: Outbox, gateway: SmsGateway, tmp_path: Path) -> None:
    gateway.answers = [refused(429, "", Retry_After="3600")]
    message_id = outbox.owe(Channel.SMS)
    start = now()
    run_due(outbox.store, configuration(tmp_path, sms=gateway.url), start)
    assert outbox.message(message_id).not_before - start >= timedelta(hours=1)


def _send_slowly(outbox: Outbox, channel: Channel, tmp_path: Path, ended: Outcome) -> tuple[int, int]:
    """A send that outlasts its lease while another sender comes by. Returns the message and how often it was sent."""
    message_id = outbox.owe(channel)
    config = configuration(tmp_path)
    sending, go_on = threading.Event(), threading.Event()
    sends: list[int] = []

    def slow(message: Message) -> Outcome:
        sends.append(message.id or 0)
        sending.set()
        go_on.wait(20)
        return ended

    start = now()
    first = threading.Thread(target=run_due, args=(outbox.store, config, start), kwargs={"channels": {channel: slow}})
    first.start()
    assert sending.wait(20)
    # The lease ran out: whoever comes now must not send it a second time while the first may still succeed.
    impatient: Callable[[Message], Outcome] = lambda message: outcome.transient("never")  # noqa: E731
    run_due(outbox.store, config, start + LEASE + timedelta(seconds=1), channels={channel: impatient}, limit=0)
    go_on.set()
    first.join(20)
    return message_id, len(sends)


def test_an_sms_whose_lease_is_shorter_than_its_send_is_not_doubled(outbox: Outbox, tmp_path: Path) -> None:
    message_id, sends = _send_slowly(outbox, Channel.SMS, tmp_path, outcome.accepted("200", provider_id="x1"))
    assert sends == 1
    after = outbox.message(message_id)
    assert (after.state, after.provider_id) == (MessageState.SENT, "x1"), "the late answer is the truth"
    assert [attempt.kind for attempt in outbox.attempts(message_id)] == ["unknown", "accepted"]
    assert run_due(outbox.store, configuration(tmp_path), now() + LATER) == 0


def test_a_late_failure_does_not_touch_what_was_taken_back(outbox: Outbox, tmp_path: Path) -> None:
    message_id, _sends = _send_slowly(outbox, Channel.SMS, tmp_path, outcome.permanent("400"))
    assert outbox.message(message_id).state is MessageState.UNKNOWN
    assert [attempt.kind for attempt in outbox.attempts(message_id)] == ["unknown"]


def test_the_lease_is_at_least_twice_the_longest_send() -> None:
    assert timedelta(seconds=2 * TOTAL_SECONDS) <= LEASE


def test_a_dead_sender_that_had_not_begun_costs_nothing(outbox: Outbox, gateway: SmsGateway, tmp_path: Path) -> None:
    message_id = outbox.owe(Channel.SMS)
    start = now()
    assert len(claim(outbox.store, 4, LEASE, start)) == 1
    config = configuration(tmp_path, sms=gateway.url)
    assert run_due(outbox.store, config, start) == 0
    assert next_due(outbox.store) == start + LEASE
    assert run_due(outbox.store, config, start + LEASE) == 1
    assert outbox.message(message_id).state is MessageState.SENT and len(outbox.attempts(message_id)) == 1


@pytest.mark.parametrize(
    ("channel", "state"), [(Channel.SMS, MessageState.UNKNOWN), (Channel.EMAIL, MessageState.QUEUED)]
)
def test_a_sender_that_died_while_sending(
    outbox: Outbox, tmp_path: Path, channel: Channel, state: MessageState
) -> None:
    message_id = outbox.owe(channel)
    start = now()
    [claimed] = claim(outbox.store, 4, LEASE, start)
    assert open_attempt(outbox.store, claimed, LEASE, start) is not None
    run_due(outbox.store, configuration(tmp_path), start + LEASE, limit=0)
    assert outbox.message(message_id).state is state
    [attempt] = outbox.attempts(message_id)
    assert (attempt.kind, attempt.code) == ("unknown", "worker_died") and attempt.finished_at


def test_a_claim_is_exclusive_and_fenced(outbox: Outbox, tmp_path: Path) -> None:
    outbox.owe(Channel.SMS)
    start = now()
    [mine] = claim(outbox.store, 4, LEASE, start)
    assert claim(outbox.store, 4, LEASE, start) == []
    assert open_attempt(outbox.store, mine, LEASE, start + LEASE) is None, "the lease has run out"
    run_due(outbox.store, configuration(tmp_path), start + LEASE, limit=0)
    [theirs] = claim(outbox.store, 4, LEASE, start + LEASE)
    assert theirs.lease_token != mine.lease_token
    assert open_attempt(outbox.store, mine, LEASE, start + LEASE) is None
    taken = open_attempt(outbox.store, theirs, LEASE, start + LEASE)
    assert taken is not None
    shop = shop_of(configuration(tmp_path))
    assert close_attempt(outbox.store, shop, taken, outcome.accepted(), start + LEASE).state is MessageState.SENT


def test_stopping_gives_back_what_was_claimed(outbox: Outbox, gateway: SmsGateway, tmp_path: Path) -> None:
    ids = [outbox.owe(Channel.SMS) for _ in range(3)]
    config = configuration(tmp_path, sms=gateway.url)
    assert run_due(outbox.store, config, stop=lambda: len(gateway.sent) >= 1) == 1
    assert sorted(outbox.message(message_id).state for message_id in ids) == ["queued", "queued", "sent"]
    assert run_due(outbox.store, config) == 2
