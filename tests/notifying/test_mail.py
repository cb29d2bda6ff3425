"""E-mail on the wire: who gets it, what it looks like, and what each failure is called."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from convisav_tui.config import EmailConfig
from convisav_tui.notifying.attachments import Attachment
from convisav_tui.notifying.mail_frame import html_of
from convisav_tui.notifying.mail_message import Mail, stable_message_id
from convisav_tui.notifying.mail_plugin import send_mail
from convisav_tui.notifying.mailbox import parse_mailbox
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.urls import MailAccount, read_mail_account
from convisav_tui.store.models import OutcomeKind
from tests.mail_server import HOST, MailServer, ServerCertificate, make_certificate, running_mail_server
from tests.notifying.conftest import mail_url
from tests.sms_gateway import free_port

IDENTITY = "<convisav.7.abc@shop.example>"


def account_of(server: MailServer, url: str = "") -> MailAccount:
    config = EmailConfig(url or mail_url(server), "Atelier Noël", "atelier@shop.example", "sav@shop.example")
    return read_mail_account(config)


def mail_to(address: str = "client@example.com", **values: object) -> Mail:
    mail = Mail(parse_mailbox(address), "[26 0001234 5] Votre réparation", "Bonjour,\n.\n.point\nété", IDENTITY)
    return replace(mail, **values)  # type: ignore[arg-type]


def send(server: MailServer, address: str = "client@example.com", url: str = "", seconds: float = 5.0) -> Outcome:
    return send_mail(mail_to(address), account_of(server, url), seconds, seconds * 2)


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("o'neil@example.com", "o'neil@example.com"),
        ("l'atelier.durand@example.com", "l'atelier.durand@example.com"),
        ("'quoted'@example.com", "'quoted'@example.com"),
        ("a+b=c&d@example.com", "a+b=c&d@example.com"),
        ("élodie@example.com", "élodie@example.com"),
        ("client@café.example", "client@xn--caf-dma.example"),
        ("CLIENT@Example.com", "CLIENT@Example.com"),
    ],
)
def test_exactly_the_wanted_recipient_gets_the_mail(mail_server: MailServer, address: str, on_the_wire: str) -> None:
    assert send(mail_server, address).kind is OutcomeKind.ACCEPTED
    assert [mail.rcpt_to for mail in mail_server.received] == [[on_the_wire]]
    header = mail_server.received[0].message["To"].addresses
    assert [address.addr_spec for address in header] == [on_the_wire]


@pytest.mark.parametrize(
    "address",
    ["", " ", "nobody", "a@b@example.com", "a@example.com, b@example.com", "a@example.com;b@example.com",
     "a b@example.com", "Anna <a@example.com>", "a@example.com\r\nRCPT TO:<b@example.com>", "a\u202eb@example.com",
     "@example.com", "a@", "a@-.com", "a..b@example.com", "x" * 65 + "@example.com"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused_in_words(address: str) -> None:
    with pytest.raises(ValueError, match="is not one e-mail address"):
        parse_mailbox(address)


def test_the_mail_is_written_as_the_shop_wants_it(mail_server: MailServer) -> None:
    accepted = send(mail_server)
    received = mail_server.received[0]
    message = received.message
    assert accepted.provider_id == IDENTITY
    assert received.mail_from == "atelier@shop.example"
    assert message.get_all("Message-ID") == [IDENTITY]
    assert str(message["From"]) == "Atelier Noël <atelier@shop.example>"
    assert str(message["Reply-To"]) == "sav@shop.example"
    assert str(message["Subject"]) == "[26 0001234 5] Votre réparation"
    assert str(message["Auto-Submitted"]) == "auto-generated"
    assert message["Date"] and message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == ["Bonjour,", ".", ".point", "été"]
    assert received.content.isascii()


def test_header_lines_cannot_be_forged(mail_server: MailServer) -> None:
    account = replace(account_of(mail_server), from_name="Shop\r\nBcc: evil@example.com")
    mail = mail_to(subject="Ready\r\nBcc: evil@example.com\n\nbody")
    assert send_mail(mail, account).accepted
    message = mail_server.received[0].message
    assert message["Bcc"] is None and mail_server.recipients == ["client@example.com"]


def test_an_attachment_arrives_under_its_own_name(mail_server: MailServer) -> None:
    document = Attachment("Devis n°12 – été.pdf", b"%PDF-1.7 not really")
    assert send_mail(mail_to(attachments=(document,)), account_of(mail_server)).accepted
    [part] = mail_server.received[0].message.iter_attachments()
    assert part.get_filename() == "Devis n°12 – été.pdf"
    assert part.get_content_type() == "application/pdf" and part.get_content() == b"%PDF-1.7 not really"
    assert b"Content-Disposition: attachment" in mail_server.received[0].content


def test_a_mail_has_a_written_part_an_html_part_and_its_pdf(mail_server: MailServer) -> None:
    text = 'Bonjour <b>Zoë</b> & Cie,\n\nSuivi : https://shop.example/s?a=1&b="2".\nMerci'
    page = html_of(text, language="fr", sender="Atelier <Noël>", number="26 0001234 5")
    document = Attachment("Reçu d’été.pdf", b"%PDF-1.7")
    assert send_mail(mail_to(text=text, html=page, attachments=(document,)), account_of(mail_server)).accepted
    message = mail_server.received[0].message
    assert message.get_content_type() == "multipart/mixed"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    assert plain.get_content().splitlines() == text.splitlines()
    shown = html.get_content()
    assert "Bonjour &lt;b&gt;Zoë&lt;/b&gt; &amp; Cie," in shown and "<b>" not in shown
    assert '<a href="https://shop.example/s?a=1&amp;b=">https://shop.example/s?a=1&amp;b=</a>&quot;2&quot;.' in shown
    assert "Atelier &lt;Noël&gt;" in shown and "26 0001234 5" in shown and '<html lang="fr">' in shown
    assert [part.get_filename() for part in message.iter_attachments()] == ["Reçu d’été.pdf"]
    assert mail_server.received[0].content.isascii()


def test_a_server_without_smtputf8_is_not_asked_to_mail_an_accented_address() -> None:
    with running_mail_server(enable_SMTPUTF8=False) as server:
        outcome = send(server, "élodie@example.com")
        assert (outcome.kind, outcome.code) == (OutcomeKind.PERMANENT, "smtputf8")
        assert server.received == []


@pytest.mark.parametrize(
    ("stage", "reply", "kind", "code"),
    [
        ("at_rcpt", "550 5.1.1 no such user", OutcomeKind.PERMANENT, "550"),
        ("at_rcpt", "450 4.2.1 greylisted", OutcomeKind.TRANSIENT, "450"),
        ("at_rcpt", "452 4.2.2 mailbox full", OutcomeKind.TRANSIENT, "452"),
        ("at_rcpt", "554 5.7.1 Relay access denied", OutcomeKind.CONFIG, "554"),
        ("at_rcpt", "530 5.7.0 Authentication required", OutcomeKind.CONFIG, "530"),
        ("at_mail", "553 5.7.1 sender not owned by user", OutcomeKind.CONFIG, "553"),
        ("at_mail", "451 4.3.0 later", OutcomeKind.TRANSIENT, "451"),
        ("at_data", "554 5.7.1 looks like spam", OutcomeKind.PERMANENT, "554"),
        ("at_data", "451 4.3.0 later", OutcomeKind.TRANSIENT, "451"),
        ("at_data", "421 4.7.0 too many", OutcomeKind.TRANSIENT, "421"),
    ],
)
def test_a_refusal_is_typed_by_its_number_and_stage(
    mail_server: MailServer, stage: str, reply: str, kind: OutcomeKind, code: str
) -> None:
    setattr(mail_server.behaviour, stage, reply)
    outcome = send(mail_server)
    assert (outcome.kind, outcome.code) == (kind, code)
    assert outcome.text and mail_server.received == []


@pytest.mark.parametrize("manner", ["cut", "hang"])
def test_a_connection_lost_after_the_text_had_left_is_unknown(mail_server: MailServer, manner: str) -> None:
    mail_server.behaviour.at_data = manner
    assert send(mail_server, seconds=0.5).kind is OutcomeKind.UNKNOWN
    assert len(mail_server.received) == 1


def test_a_wrong_password_is_ours_to_mend(mail_server: MailServer) -> None:
    mail_server.behaviour.login = ("atelier", "right")
    url = f"mailto://atelier:wr%2Fong%40@{HOST}:{mail_server.port}"
    outcome = send(mail_server, url=url)
    assert (outcome.kind, outcome.code) == (OutcomeKind.CONFIG, "535")
    assert mail_server.logins[-1] == ("atelier", "wr/ong@") and "wr/ong@" not in repr(outcome)


def test_a_login_that_fails_for_a_moment_is_not(mail_server: MailServer) -> None:
    mail_server.behaviour.login_refusal = "454 4.7.0 temporary authentication failure"
    outcome = send(mail_server, url=f"mailto://atelier:x@{HOST}:{mail_server.port}")
    assert (outcome.kind, outcome.code) == (OutcomeKind.TRANSIENT, "454")


def test_nobody_listens() -> None:
    account = read_mail_account(EmailConfig(f"mailto://{HOST}:{free_port()}", "", "a@shop.example"))
    outcome = send_mail(mail_to(), account)
    assert (outcome.kind, outcome.code) == (OutcomeKind.TRANSIENT, "refused")


def test_the_name_of_the_server_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_arguments: object, **_options: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    account = read_mail_account(EmailConfig("mailtos://u:p@smtp.invalid", "", "a@shop.example"))
    outcome = send_mail(mail_to(), account)
    assert (outcome.kind, outcome.code) == (OutcomeKind.TRANSIENT, "dns")


@contextmanager
def listening(greeting: bytes, drip: bool = False) -> Iterator[int]:
    """A socket that says `greeting` to whoever comes, and then nothing, or one letter after another."""
    done = threading.Event()
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            connection, _peer = server.accept()
            with connection:
                connection.sendall(greeting)
                while not done.wait(0.02):
                    if drip:
                        try:
                            connection.sendall(b"2")
                        except OSError:
                            return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        done.set()
        thread.join(5)


def test_a_server_that_never_greets_is_given_up_before_anything_left() -> None:
    with listening(b"") as port:
        account = read_mail_account(EmailConfig(f"mailto://{HOST}:{port}", "", "a@shop.example"))
        outcome = send_mail(mail_to(), account, 0.3, 5)
    assert (outcome.kind, outcome.code) == (OutcomeKind.TRANSIENT, "timeout")


def test_a_server_that_drips_is_cut_off_after_the_whole_time() -> None:
    with listening(b"220-", drip=True) as port:
        account = read_mail_account(EmailConfig(f"mailto://{HOST}:{port}", "", "a@shop.example"))
        outcome = send_mail(mail_to(), account, 5, 0.5)
    assert outcome.kind is OutcomeKind.TRANSIENT


def test_a_server_that_turns_us_away_at_the_door() -> None:
    with listening(b"554 5.7.1 your address is listed\r\n") as port:
        account = read_mail_account(EmailConfig(f"mailto://{HOST}:{port}", "", "a@shop.example"))
        outcome = send_mail(mail_to(), account, 2, 5)
    assert (outcome.kind, outcome.code) == (OutcomeKind.CONFIG, "554")


@pytest.mark.parametrize("encryption", ["starttls", "ssl"])
def test_encrypted_mail_with_a_checked_certificate(encryption: str, certificate: ServerCertificate) -> None:
    with running_mail_server(encryption, certificate=certificate) as server:
        server.behaviour.login = ("atelier", "secret")
        url = f"mailtos://atelier:secret@localhost:{server.port}?mode={encryption}"
        outcome = send(server, url=f"{url}&ca={certificate.authority}")
        assert outcome.kind is OutcomeKind.ACCEPTED and len(server.received) == 1

        outcome = send(server, url=url)  # this authority is not one of the system's
        assert (outcome.kind, outcome.code) == (OutcomeKind.CONFIG, "certificate")
        assert len(server.received) == 1


@pytest.mark.parametrize("encryption", ["starttls", "ssl"])
def test_a_certificate_for_another_name_is_refused(encryption: str, tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "smtp.other.example")
    with running_mail_server(encryption, certificate=other) as server:
        url = f"mailtos://atelier:secret@localhost:{server.port}?mode={encryption}&ca={other.authority}"
        outcome = send(server, url=url)
        assert (outcome.kind, outcome.code) == (OutcomeKind.CONFIG, "certificate")
        assert server.logins == [] and server.received == []


def test_a_password_is_never_sent_to_a_server_without_encryption(mail_server: MailServer) -> None:
    outcome = send(mail_server, url=f"mailtos://atelier:secret@{HOST}:{mail_server.port}")
    assert (outcome.kind, outcome.code) == (OutcomeKind.CONFIG, "unsupported")
    assert mail_server.logins == [] and mail_server.received == []


def test_tls_where_none_is_spoken(mail_server: MailServer) -> None:
    outcome = send(mail_server, url=f"mailtos://atelier:secret@{HOST}:{mail_server.port}?mode=ssl")
    assert (outcome.kind, outcome.code) == (OutcomeKind.CONFIG, "tls")


def test_the_message_id_stays_and_tells_messages_apart() -> None:
    sender = parse_mailbox("atelier@café.example")
    first = stable_message_id(7, "repair_ready:3:0:email", sender)
    assert first == stable_message_id(7, "repair_ready:3:0:email", sender)
    assert first != stable_message_id(7, "repair_ready:4:0:email", sender)
    assert first.endswith("@xn--caf-dma.example>") and first.isascii()
