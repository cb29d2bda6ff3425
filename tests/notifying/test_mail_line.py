"""One connection for the mails of a run: kept after what went well, begun anew after trouble, never a mail twice."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.notifying.carriers import carry_email
from convisav_tui.notifying.mail_line import MailLine
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.sender import run_due
from convisav_tui.store.models import Channel, Message, MessageEvent, OutcomeKind
from tests.mail_server import MailServer
from tests.notifying.conftest import Outbox, configuration, mail_url


@pytest.fixture
def line() -> Iterator[MailLine]:
    with MailLine() as kept:
        yield kept


def send(line: MailLine, server: MailServer, folder: Path, number: int = 1) -> Outcome:
    message = Message(
        id=number,
        order_id=1,
        event=MessageEvent.INTAKE,
        channel=Channel.EMAIL,
        recipient=f"client.{number}@example.com",
        subject="Atelier",
        body="Bonjour",
        dedupe_key=f"intake:1:{number}:email",
    )
    return carry_email(message, configuration(folder, mail_url(server)), (), line)


def test_the_mails_of_a_run_share_a_connection(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    for _time in range(3):
        outbox.owe(Channel.EMAIL)
    assert run_due(outbox.store, configuration(tmp_path, mail_url(mail_server))) == 3
    assert (len(mail_server.received), mail_server.connections) == (3, 1)


def test_a_server_that_hung_up_meanwhile_is_called_again(
    line: MailLine, mail_server: MailServer, tmp_path: Path
) -> None:
    assert send(line, mail_server, tmp_path, 1).accepted
    assert line._client is not None and line._client.sock is not None
    line._client.sock.shutdown(socket.SHUT_RDWR)
    assert send(line, mail_server, tmp_path, 2).accepted
    assert (len(mail_server.received), mail_server.connections) == (2, 2)


def test_a_server_that_takes_leave_is_asked_once_more(line: MailLine, mail_server: MailServer, tmp_path: Path) -> None:
    assert send(line, mail_server, tmp_path, 1).accepted
    mail_server.behaviour.at_mail = "421 4.3.2 closing"
    ended = send(line, mail_server, tmp_path, 2)
    assert (ended.kind, ended.code) == (OutcomeKind.TRANSIENT, "421")
    assert (len(mail_server.received), mail_server.connections) == (1, 2)


@pytest.mark.parametrize(("answer", "kind"), [("550 5.1.1 no", OutcomeKind.PERMANENT), ("cut", OutcomeKind.UNKNOWN)])
def test_no_connection_is_kept_after_trouble(
    answer: str, kind: OutcomeKind, line: MailLine, mail_server: MailServer, tmp_path: Path
) -> None:
    assert send(line, mail_server, tmp_path, 1).accepted
    mail_server.behaviour.answers = [answer]
    assert send(line, mail_server, tmp_path, 2).kind is kind
    assert send(line, mail_server, tmp_path, 3).accepted
    assert mail_server.connections == 2


def test_a_connection_carries_so_many_and_no_more(
    line: MailLine, mail_server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convisav_tui.notifying.mail_line.MOST_MESSAGES", 1)
    for number in range(4):
        assert send(line, mail_server, tmp_path, number + 1).accepted
    assert mail_server.connections == 2
