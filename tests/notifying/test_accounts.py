"""Mail accounts as people write them, and what `doctor` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from convisav_tui.config import EmailConfig
from convisav_tui.errors import ConfigurationError
from convisav_tui.notifying.account_check import check_email_account, check_sms
from convisav_tui.notifying.urls import MailAccount, read_mail_account
from tests.mail_server import HOST, MailServer
from tests.notifying.conftest import configuration, mail_url
from tests.sms_gateway import free_port


def account(url: str, **values: str) -> MailAccount:
    return read_mail_account(EmailConfig(url, **({"from_address": "atelier@shop.example"} | values)))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mailtos://user:pass@smtp.example.com", ("smtp.example.com", 587, "starttls", "user", "pass")),
        ("mailtos://user:pass@smtp.example.com:465", ("smtp.example.com", 465, "ssl", "user", "pass")),
        ("mailtos://user:pass@smtp.example.com?mode=ssl", ("smtp.example.com", 465, "ssl", "user", "pass")),
        ("mailto://user:pass@smtp.example.com", ("smtp.example.com", 587, "starttls", "user", "pass")),
        ("mailto://smtp.example.com?mode=insecure", ("smtp.example.com", 25, "plain", "", "")),
        ("mailto://127.0.0.1:2525", ("127.0.0.1", 2525, "plain", "", "")),
        ("shopmail://localhost:2525", ("localhost", 2525, "plain", "", "")),
        ("mailtos://127.0.0.1:2525", ("127.0.0.1", 2525, "starttls", "", "")),
        ("mailto://[::1]:2525", ("::1", 2525, "plain", "", "")),
        ("mailtos://a%40b.fr:p%2Fa%3Fs%23@h.fr", ("h.fr", 587, "starttls", "a@b.fr", "p/a?s#")),
        ("mailtos://a@b.fr:pass@h.fr", ("h.fr", 587, "starttls", "a@b.fr", "pass")),
        ("mailtos://b.fr?smtp=ssl0.h.fr&user=a%40b.fr&pass=x%2By", ("ssl0.h.fr", 587, "starttls", "a@b.fr", "x+y")),
    ],
)
def test_accounts_are_read(url: str, expected: tuple[str, int, str, str, str]) -> None:
    read = account(url)
    assert (read.host, read.port, read.mode, read.user, read.password) == expected
    assert read.password == "" or read.password not in repr(read)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "no mail account"),
        ("https://example.com", "no mail account"),
        ("mailtos://", "names no server"),
        ("mailtos://u:p@h.fr:99999", "port"),
        ("mailtos://u:p@h.fr:x", "port"),
        ("mailtos://u:p@h.fr/someone@example.com", "%2F"),
        ("mailtos://u:pa#ss@h.fr", "%23"),
        ("mailtos://u:p@h.fr?to=x@example.com", "recipient"),
        ("mailtos://u:p@h.fr?mod=ssl", "mod"),
        ("mailtos://u:p@h.fr?mode=maybe", "maybe"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        account(url.replace("u:p", "user:hunter22"))
    assert "hunter22" not in str(caught.value)


def test_the_sender_is_asked_for() -> None:
    with pytest.raises(ConfigurationError, match="from_address"):
        account("mailtos://user:pass@h.fr", from_address="")
    assert str(account("mailtos://a%40b.fr:pass@h.fr", from_address="").sender) == "a@b.fr"


def test_doctor_speaks_of_mail(mail_server: MailServer, tmp_path: Path) -> None:
    assert check_email_account(configuration(tmp_path)).state == "absent"
    assert check_email_account(configuration(tmp_path, "mailtos://h.fr:x")).state == "wrong"

    plain = configuration(tmp_path, mail_url(mail_server))
    assert check_email_account(plain).state == "good" and mail_server.connections == 0
    assert check_email_account(plain, connect=True).state == "good" and mail_server.connections == 1
    assert mail_server.received == []

    mail_server.behaviour.login = ("atelier", "right")
    wrong = configuration(tmp_path, f"mailto://atelier:wrong22@{HOST}:{mail_server.port}")
    finding = check_email_account(wrong, connect=True)
    assert finding.state == "wrong" and "535" in finding.sentence and "wrong22" not in finding.sentence

    nobody = check_email_account(configuration(tmp_path, f"mailto://{HOST}:{free_port()}"), connect=True)
    assert nobody.state == "wrong" and "refuses connections" in nobody.sentence


def test_doctor_speaks_of_sms(tmp_path: Path) -> None:
    assert check_sms(configuration(tmp_path)).state == "absent"
    assert check_sms(configuration(tmp_path, sms="seven://KEY0123456789/{number}")).state == "good"
    assert check_sms(configuration(tmp_path, sms="seven://KEY0123456789/")).state == "wrong"
    assert check_sms(configuration(tmp_path, sms="json://127.0.0.1/{number}")).state == "wrong"
    for country in ("FR", "BE", "CH", "TN", "RO", "LU", "MC"):
        assert check_sms(configuration(tmp_path, sms="seven://KEY0123456789/{to}", country=country)).state == "good"
