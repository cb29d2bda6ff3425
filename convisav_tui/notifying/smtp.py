"""One SMTP transaction: one message to one recipient, with an outcome that says at which stage it ended."""

from __future__ import annotations

import contextlib
import functools
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as ASCII_MAIL
from email.policy import SMTPUTF8 as UTF8_MAIL
from enum import IntEnum

from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.log_privacy import without_secrets
from convisav_tui.notifying.mail_line import MailLine, hang_up
from convisav_tui.notifying.mailbox import Mailbox
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.urls import MailAccount

SOCKET_SECONDS = 20.0
TOTAL_SECONDS = 60.0
# What we call ourselves: an address literal, so that no name is looked up (and none given away).
OWN_NAME = "[127.0.0.1]"
_CLOSING = 421
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_DOT_LINES = re.compile(rb"(?m)^\.")


class Stage(IntEnum):
    """How far a transaction went."""

    CONNECT = 0
    LOGIN = 1
    SENDER = 2
    RECIPIENT = 3
    CONTENT = 4  # the server has said "go on"
    ANSWER = 5  # bytes of the message have left: from here on, silence means "perhaps"


@dataclass
class _Transaction:
    """Where we are, for the words of a failure."""

    account: MailAccount
    stage: Stage = Stage.CONNECT


@functools.cache
def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """Certificates and names are checked. Made once: it costs 25–45 ms."""
    return ssl.create_default_context(cafile=ca_file or None)


def deliver(
    message: EmailMessage,
    recipient: Mailbox,
    account: MailAccount,
    socket_seconds: float = SOCKET_SECONDS,
    total_seconds: float = TOTAL_SECONDS,
    line: MailLine | None = None,
) -> Outcome:
    """Hand `message` to the account's server for `recipient`, over the connection of `line` where it has one. Never
    raises for what a server or a network does."""
    kept = line.take(account) if line is not None else None
    if kept is not None:
        again = _over_kept(kept, message, recipient, account, line, total_seconds)
        if again is not None:
            return again
    transaction = _Transaction(account)
    try:
        with _session(transaction, socket_seconds, total_seconds, line) as client:
            return _hand_over(client, transaction, message, recipient)
    except (OSError, smtplib.SMTPException) as error:
        return _outcome(error, transaction)


def _over_kept(
    client: smtplib.SMTP,
    message: EmailMessage,
    recipient: Mailbox,
    account: MailAccount,
    line: MailLine | None,
    total_seconds: float,
) -> Outcome | None:
    """The same over a connection that was used before. None when its server had hung up meanwhile: nothing of this
    message has left, so it begins anew on a new connection."""
    transaction = _Transaction(account, Stage.SENDER)
    watchdog = _watchdog(client, total_seconds)
    ended: Outcome | None = None
    try:
        ended = _hand_over(client, transaction, message, recipient)
    except (OSError, smtplib.SMTPException) as error:
        hung_up = not isinstance(error, smtplib.SMTPResponseException) or error.smtp_code == _CLOSING
        if transaction.stage is Stage.SENDER and hung_up:
            return None
        ended = _outcome(error, transaction)
    finally:
        watchdog.cancel()
        _leave(client, line if ended is not None and ended.accepted else None, account)
    return ended


def try_login(account: MailAccount, socket_seconds: float = SOCKET_SECONDS) -> Outcome:
    """Connect, encrypt, log in, and leave without sending anything: for `convisav doctor`."""
    transaction = _Transaction(account)
    try:
        with _session(transaction, socket_seconds, TOTAL_SECONDS) as client:
            code, answer = client.noop()
            return outcome.accepted(str(code), _words(answer))
    except (OSError, smtplib.SMTPException) as error:
        return _outcome(error, transaction)


@contextlib.contextmanager
def _session(
    transaction: _Transaction, socket_seconds: float, total_seconds: float, line: MailLine | None = None
) -> Iterator[smtplib.SMTP]:
    """A new connection; one over which a whole message was handed over is left to `line`."""
    account, done = transaction.account, False
    client = _client(account, socket_seconds)
    watchdog = _watchdog(client, total_seconds)
    try:
        code, answer = client.connect(account.host, account.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        if account.mode == "starttls":
            client.starttls(context=tls_context(account.ca_file))
        client.ehlo_or_helo_if_needed()
        transaction.stage = Stage.LOGIN
        if account.user:
            _log_in(client, account)
        yield client
        done = transaction.stage is Stage.ANSWER
    finally:
        watchdog.cancel()
        _leave(client, line if done else None, account)


def _leave(client: smtplib.SMTP, line: MailLine | None, account: MailAccount) -> None:
    """Leave the connection to the next message. Without one: after a lost connection the goodbye fails at once, after a
    refusal it is good manners."""
    if line is not None:
        line.keep(client, account)
    else:
        hang_up(client)


def _watchdog(client: smtplib.SMTP, total_seconds: float) -> threading.Timer:
    watchdog = threading.Timer(total_seconds, _cut, (client,))
    watchdog.daemon = True
    watchdog.start()
    return watchdog


def _log_in(client: smtplib.SMTP, account: MailAccount) -> None:
    """Log in by one mechanism. smtplib would try each in turn: a wrong password counts double, accounts get locked."""
    client.user, client.password = account.user, account.password
    offered = client.esmtp_features.get("auth", "").upper().split()
    ways: dict[str, Callable[..., str]] = {
        "PLAIN": client.auth_plain,
        "LOGIN": client.auth_login,
        "CRAM-MD5": client.auth_cram_md5,
    }
    wanted = ways if account.mode != "plain" else reversed(ways)
    mechanism = next((way for way in wanted if way in offered), None)
    if mechanism is None:
        raise smtplib.SMTPNotSupportedError(_("The mail server does not let anybody log in this way."))
    client.auth(mechanism, ways[mechanism])


def _client(account: MailAccount, socket_seconds: float) -> smtplib.SMTP:
    if account.mode == "ssl":
        context = tls_context(account.ca_file)
        client: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=OWN_NAME, timeout=socket_seconds, context=context)
    else:
        client = smtplib.SMTP(local_hostname=OWN_NAME, timeout=socket_seconds)
    # smtplib checks certificates against the name it was constructed with, and we connect afterwards.
    client._host = account.host  # type: ignore[attr-defined]
    return client


def _cut(client: smtplib.SMTP) -> None:
    """End a session that outlasts its time, however slowly the server drips."""
    connection = client.sock
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _hand_over(client: smtplib.SMTP, transaction: _Transaction, message: EmailMessage, recipient: Mailbox) -> Outcome:
    sender = transaction.account.sender
    utf8 = recipient.needs_utf8 or sender.needs_utf8
    if utf8 and not client.has_extn("smtputf8"):
        return outcome.permanent("smtputf8", _("The mail server does not take addresses with accents."))
    content = message.as_bytes(policy=UTF8_MAIL if utf8 else ASCII_MAIL)
    transaction.stage = Stage.SENDER
    _expect(client.mail(str(sender), ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []), (250,))
    transaction.stage = Stage.RECIPIENT
    _expect(client.rcpt(str(recipient)), (250, 251))
    transaction.stage = Stage.CONTENT
    _expect(client.docmd("DATA"), (354,))
    transaction.stage = Stage.ANSWER
    client.send(_DOT_LINES.sub(b"..", content).removesuffix(b"\r\n") + b"\r\n.\r\n")
    code, answer = client.getreply()
    _expect((code, answer), (250,))
    return outcome.accepted(str(code), _words(answer), str(message["Message-ID"] or ""))


def _expect(reply: tuple[int, bytes], good: tuple[int, ...]) -> None:
    if reply[0] not in good:
        raise smtplib.SMTPResponseException(reply[0], reply[1])


def _outcome(error: OSError | smtplib.SMTPException, transaction: _Transaction) -> Outcome:
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return _refusal(error.smtp_code, _words(error.smtp_error), transaction.stage)
    if transaction.stage is Stage.ANSWER:
        return outcome.unknown(
            type(error).__name__, _("The connection broke after the message had left: it may have been taken.")
        )
    return _before_the_message_left(error, transaction.account)


def _refusal(code: int, words: str, stage: Stage) -> Outcome:
    """What the server's own number means: 4xx later, 5xx never; ours to mend before the recipient is named."""
    if code < 500:
        return outcome.transient(str(code), words)
    if code in _LOGIN_CODES or stage < Stage.RECIPIENT:
        return outcome.config(str(code), words)
    if stage is Stage.RECIPIENT and "relay" in words.casefold():
        return outcome.config(str(code), words)
    return outcome.permanent(str(code), words)


def _before_the_message_left(error: OSError | smtplib.SMTPException, account: MailAccount) -> Outcome:
    if isinstance(error, ssl.SSLCertVerificationError):
        words = _("The certificate of {host} is not valid: {reason}.")
        return outcome.config("certificate", words.format(host=account.host, reason=error.verify_message))
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return outcome.transient("tls", str(error))
    if isinstance(error, ssl.SSLError):
        return outcome.config(
            "tls", _("{host} does not speak TLS on port {port}.").format(host=account.host, port=account.port)
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return outcome.config("unsupported", str(error))
    if isinstance(error, socket.gaierror):
        return outcome.transient("dns", _("The mail server {host} is not found.").format(host=account.host))
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return outcome.transient("timeout", _("The mail server {host} does not answer.").format(host=account.host))
    if isinstance(error, ConnectionRefusedError):
        words = _("The mail server {host} refuses connections on port {port}.")
        return outcome.transient("refused", words.format(host=account.host, port=account.port))
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return outcome.transient(type(error).__name__, str(error))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return outcome.transient("disconnected", _("The mail server {host} hung up.").format(host=account.host))
    return outcome.config(type(error).__name__, str(error))


def _words(answer: bytes | str) -> str:
    return without_secrets(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)
