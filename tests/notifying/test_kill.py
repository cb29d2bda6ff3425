"""kill -9 of the sender, again and again, while messages are being owed and sent."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.notifying.sender import run_due
from convisav_tui.shop.outbox import PlannedMessage, enqueue_message
from convisav_tui.store.models import Channel, Message, MessageEvent, MessageState, Paper, RepairOrder
from tests.mail_server import MailServer
from tests.notifying.conftest import Outbox, configuration, mail_url
from tests.notifying.sender_process import FAX_URL
from tests.sms_gateway import SmsGateway
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent
KILLS = 25
MESSAGES = 120  # a third of them e-mails, a third SMS, a third faxes through a gateway
CHANNELS = (Channel.SMS, Channel.EMAIL, Channel.FAX)
ROLLED_BACK_EVERY = 10
PAGE = b"%PDF-1.4 one page"


class _Regret(Exception):
    """A step that is not taken after all."""


def address(number: int) -> str:
    return f"o'neil.{number}@example.com"


def mobile(number: int) -> str:
    return f"+336123{number:05d}"


def fax_number(number: int) -> str:
    return f"+331420{number:05d}"


def recipient(number: int) -> str:
    """Where a message goes, as its server sees it."""
    channel = CHANNELS[number % 3]
    if channel is Channel.FAX:
        return f"{fax_number(number).removeprefix('+')}@fax.example"
    return address(number) if channel is Channel.EMAIL else mobile(number)


def rolled_back(number: int) -> bool:
    return number % ROLLED_BACK_EVERY == ROLLED_BACK_EVERY - 1


def owe_everything(outbox: Outbox) -> None:
    """One transaction a message; each step is taken twice, and every tenth is rolled back."""
    order_id = outbox.order()

    def step(session: Session, number: int) -> None:
        channel = CHANNELS[number % 3]
        to = fax_number(number) if channel is Channel.FAX else recipient(number)
        planned = PlannedMessage(channel, to, f"[{number}]", f"Message {number}", 1, MessageEvent.INTAKE)
        order = session.get_one(RepairOrder, order_id)
        message = enqueue_message(session, order, planned, cause=None, revision=number, not_before=now())
        if message is not None and channel is Channel.FAX:
            page = Paper(kind="fax", file_name="page.pdf", dedupe_key=f"fax-{number}", pdf=PAGE, rendered_at=now())
            session.add(page)
            session.flush()
            message.paper_id = page.id
        if rolled_back(number):
            raise _Regret

    for number in range(MESSAGES):
        for _double_enter in range(2):
            try:
                outbox.store.write(lambda session, number=number: step(session, number))
            except _Regret:
                assert rolled_back(number)


@contextmanager
def senders(folder: Path, *urls: str) -> Iterator[Callable[[], int]]:
    """Starts senders, all of them from one process that has imported everything."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.notifying.sender_process", str(folder), *urls],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin and process.stdout
    output, command = process.stdout, process.stdin

    def start() -> int:
        command.write("start\n")
        command.flush()
        return int(output.readline())

    try:
        assert output.readline() == "ready\n"
        yield start
    finally:
        command.close()
        process.wait(10)
        output.close()


def test_kill_minus_nine_loses_nothing_and_doubles_no_sms_and_no_fax(
    outbox: Outbox, mail_server: MailServer, gateway: SmsGateway, tmp_path: Path
) -> None:
    mail_server.behaviour.pause = gateway.pause = 0.01
    chance = random.Random(26)
    owing = threading.Thread(target=owe_everything, args=(outbox,))

    def taken() -> int:
        return len(mail_server.received) + len(gateway.sent)

    def in_state(*states: MessageState) -> int:
        with outbox.store.read() as session:
            wanted = sa.select(sa.func.count()).select_from(Message).where(Message.state.in_(states))  # type: ignore[attr-defined]
            return int(session.execute(wanted).scalar_one())

    with senders(tmp_path, mail_url(mail_server), gateway.url, outbox.store.url) as start:
        owing.start()
        for _kill in range(KILLS):
            sender = start()
            before, settled = taken(), in_state(MessageState.SENT)
            # Sometimes right after a server took a message, sometimes after it was written down, sometimes in a claim.
            moment = chance.choice(
                [
                    lambda n=before: taken() > n + 3,
                    lambda n=settled: in_state(MessageState.SENT) > n + 3,
                    lambda: in_state(MessageState.LEASED) > 0,
                ]
            )
            idle = lambda: not owing.is_alive() and in_state(MessageState.QUEUED) == 0  # noqa: E731
            wait_until(lambda moment=moment, idle=idle: moment() or idle(), 20)
            os.kill(sender, signal.SIGKILL)
            wait_until(lambda sender=sender: not Path(f"/proc/{sender}").exists(), 10)
        owing.join(30)

    doubled_before_the_end = taken()
    config = configuration(tmp_path, mail_url(mail_server), gateway.url, FAX_URL)
    later = iter(range(1, 60))
    wait_until(
        lambda: (
            not run_due(outbox.store, config, now() + next(later) * timedelta(minutes=10))
            and not in_state(MessageState.QUEUED, MessageState.LEASED)
        ),
        30,
    )

    mailed = Counter(to for mail in mail_server.received for to in mail.rcpt_to)
    faxes = Counter({to: count for to, count in mailed.items() if to.endswith("@fax.example")})
    mails, texts = mailed - faxes, Counter(sent["to"] for sent in gateway.sent)
    unsure = {unsure_of(message) for message in outbox.messages() if message.state is MessageState.UNKNOWN}
    expected = [number for number in range(MESSAGES) if not rolled_back(number)]
    expected_of = {channel: {recipient(n) for n in expected if CHANNELS[n % 3] is channel} for channel in CHANNELS}
    doubles = sum(count - 1 for count in mails.values())
    arrived = texts.keys() | faxes.keys()
    print(
        f"{KILLS} kills, {len(expected)} messages ({doubled_before_the_end} taken before the last): {doubles} e-mails "
        f"doubled, {len(unsure)} SMS and faxes for a person, {len(unsure - arrived)} of them not sent"
    )
    # Ghosts and losses.
    assert mails.keys() == expected_of[Channel.EMAIL]
    for came, channel in ((texts, Channel.SMS), (faxes, Channel.FAX)):
        assert came.keys() <= expected_of[channel] and expected_of[channel] <= came.keys() | unsure
    # Nothing is doubled but e-mails that say that they are the same.
    assert not [to for to, count in (*texts.items(), *faxes.items()) if count > 1]
    identities: dict[str, set[str]] = {}
    for mail in mail_server.received:
        identities.setdefault(mail.rcpt_to[0], set()).add(mail.message_id)
    assert all(len(identity) == 1 for identity in identities.values())
    assert len({next(iter(identity)) for identity in identities.values()}) == len(mailed)
    assert len(unsure) <= KILLS
    assert {message.state for message in outbox.messages()} <= {MessageState.SENT, MessageState.UNKNOWN}


def unsure_of(message: Message) -> str:
    """Where a message that a person must look at would have gone, as its server sees it."""
    if message.channel is Channel.FAX:
        return f"{message.recipient.removeprefix('+')}@fax.example"
    return message.recipient
