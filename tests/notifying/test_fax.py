"""Faxes: through an e-mail gateway at a real SMTP server, and through the real `sendfax` at a HylaFAX server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.config import Config, FaxConfig
from convisav_tui.errors import ConfigurationError
from convisav_tui.notifying.attachments import Attachment
from convisav_tui.notifying.carriers import carry_fax
from convisav_tui.notifying.fax import Gateway, read_fax_service
from convisav_tui.notifying.hylafax import FaxServer, send_by_hylafax
from convisav_tui.store.models import Channel, Message, MessageEvent, OutcomeKind
from tests.fax_server import HOST, HylaFaxServer, running_fax_server
from tests.mail_server import MailServer
from tests.notifying.conftest import configuration, mail_url
from tests.sms_gateway import free_port

FAX = "+33142000001"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
PAGES = (Attachment("Votre réparation n° 12.pdf", PDF),)


@pytest.fixture
def fax_server() -> Iterator[HylaFaxServer]:
    if shutil.which("sendfax") is None:
        pytest.skip("sendfax is missing: install hylafax-client")
    with running_fax_server() as server:
        yield server


def config_of(folder: Path, fax: str, mail: str = "") -> Config:
    return configuration(folder, mail, fax=fax)


def fax_to(number: str = FAX) -> Message:
    return Message(
        id=7,
        order_id=1,
        event=MessageEvent.REPAIR_READY,
        channel=Channel.FAX,
        recipient=number,
        subject="[26 0001234 5] Votre appareil est prêt",
        body="Il est prêt.",
        dedupe_key="repair_ready:1:0:fax",
    )


# --- by an e-mail gateway -------------------------------------------------------------------------------------


def test_a_gateway_gets_the_pdf_at_the_number(mail_server: MailServer, tmp_path: Path) -> None:
    config = config_of(tmp_path, "faxmail://fax.example", mail_url(mail_server))
    assert carry_fax(fax_to(), config, PAGES).accepted
    [mail] = mail_server.received
    assert mail.rcpt_to == ["33142000001@fax.example"] and mail.mail_from == "atelier@shop.example"
    assert str(mail.message["Reply-To"]) == "sav@shop.example"
    [pages] = mail.message.iter_attachments()
    assert (pages.get_content_type(), pages.get_content()) == ("application/pdf", PDF)
    body = mail.message.get_body(("html",))
    assert body is None, "gateways refuse HTML"
    assert carry_fax(fax_to(), config, PAGES).accepted
    assert mail_server.received[1].message_id == mail.message_id


def test_a_gateway_may_want_the_plus_and_its_own_sender(mail_server: MailServer, tmp_path: Path) -> None:
    config = config_of(tmp_path, "faxmail://fax.example?plus=yes&from=fax@shop.example", mail_url(mail_server))
    assert carry_fax(fax_to("01 42 00 00 01"), config, PAGES).accepted
    assert mail_server.received[0].rcpt_to == ["+33142000001@fax.example"]
    assert mail_server.received[0].mail_from == "fax@shop.example"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("550 5.1.1 no such number", OutcomeKind.PERMANENT),
        ("451 busy", OutcomeKind.TRANSIENT),
        ("cut", OutcomeKind.UNKNOWN),
    ],
)
def test_a_gateways_answer_is_called_by_its_name(
    mail_server: MailServer, tmp_path: Path, reply: str, kind: OutcomeKind
) -> None:
    mail_server.behaviour.at_data = reply
    config = config_of(tmp_path, "faxmail://fax.example", mail_url(mail_server))
    assert carry_fax(fax_to(), config, PAGES).kind is kind


@pytest.mark.parametrize("number", ["", "abc", "-h evil", "12", "+33142000001,+33142000002", "0142000001@evil.example"])
def test_what_is_no_number_is_never_faxed(mail_server: MailServer, tmp_path: Path, number: str) -> None:
    config = config_of(tmp_path, "faxmail://fax.example", mail_url(mail_server))
    assert carry_fax(fax_to(number), config, PAGES).code == "number"
    assert mail_server.connections == 0


def test_without_pages_nothing_is_faxed(mail_server: MailServer, tmp_path: Path) -> None:
    config = config_of(tmp_path, "faxmail://fax.example", mail_url(mail_server))
    assert (carry_fax(fax_to(), config).kind, mail_server.connections) == (OutcomeKind.PERMANENT, 0)


def test_without_a_service_or_an_account_it_is_said(tmp_path: Path) -> None:
    assert carry_fax(fax_to(), config_of(tmp_path, ""), PAGES).code == "no_account"
    assert carry_fax(fax_to(), config_of(tmp_path, "faxmail://fax.example"), PAGES).kind is OutcomeKind.CONFIG


# --- by the shop's own fax server -------------------------------------------------------------------------------


def test_the_real_sendfax_hands_the_pages_to_the_server(fax_server: HylaFaxServer, tmp_path: Path) -> None:
    outcome = carry_fax(fax_to(), config_of(tmp_path, fax_server.url), PAGES)
    assert (outcome.kind, outcome.code, outcome.provider_id) == (OutcomeKind.ACCEPTED, "queued", "42"), outcome
    [job] = fax_server.jobs
    assert job.document == PDF
    assert job.parameters["DIALSTRING"] == FAX and job.parameters["JOBINFO"] == "convisav-7"
    assert job.parameters["NOTIFYADDR"] == "sav@shop.example" and job.parameters["MAXTRIES"] == "3"


def test_a_server_that_is_down_is_asked_again_later(fax_server: HylaFaxServer, tmp_path: Path) -> None:
    outcome = carry_fax(fax_to(), config_of(tmp_path, f"hylafax://{HOST}:{free_port()}"), PAGES)
    assert outcome.kind is OutcomeKind.TRANSIENT, outcome


def test_a_server_that_refuses_the_job_has_no_fax(fax_server: HylaFaxServer, tmp_path: Path) -> None:
    fax_server.refusals["JSUBM"] = "504 Job failed: try later."
    outcome = carry_fax(fax_to(), config_of(tmp_path, fax_server.url), PAGES)
    assert outcome.kind is OutcomeKind.TRANSIENT and not fax_server.jobs, outcome


def test_a_server_that_hangs_is_left_and_a_person_decides(fax_server: HylaFaxServer) -> None:
    fax_server.silent = True
    outcome = send_by_hylafax(FAX, PDF, "convisav-7", FaxServer(HOST, fax_server.port), seconds=0.5)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "timeout")


def test_a_missing_program_is_our_account(tmp_path: Path) -> None:
    outcome = send_by_hylafax(FAX, PDF, "convisav-7", FaxServer(HOST, 4559, program=str(tmp_path / "none")))
    assert (outcome.kind, outcome.code) == (OutcomeKind.CONFIG, "sendfax")


def script(folder: Path, *lines: str) -> FaxServer:
    """A stand-in for sendfax that writes down how it was called."""
    program = folder / "sendfax"
    program.write_text(
        "\n".join(["#!/bin/sh", f'printf "%s\\n" "$@" > {folder}/called', f"env > {folder}/env", *lines])
    )
    program.chmod(0o755)
    return FaxServer(HOST, 4559, "sav@shop.example", str(program))


@pytest.mark.parametrize("number", ["-h", "--help", "+33 1", "0142000001; rm -rf /", "$(id)", "`id`", "0142000001\n-v"])
def test_an_option_or_a_word_of_the_shell_is_no_number(tmp_path: Path, number: str) -> None:
    assert send_by_hylafax(number, PDF, "convisav-7", script(tmp_path, "echo")).code == "number"
    assert not (tmp_path / "called").exists()


def test_the_program_gets_no_shell_and_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVISAV_EMAIL_URL", "mailtos://shop:secret@smtp.example.com")
    server = script(tmp_path, "echo 'request id is 9 (group id 9) for host x (1 file)'")
    outcome = send_by_hylafax(FAX, PDF, "convisav-7", server)
    assert (outcome.kind, outcome.provider_id) == (OutcomeKind.ACCEPTED, "9")
    called = (tmp_path / "called").read_text().splitlines()
    assert called[called.index("-d") + 1] == FAX and called[-2] == "--" and called[-1].endswith("/fax.pdf")
    assert not Path(called[-1]).exists(), "the pages stay on no disk"
    assert "secret" not in (tmp_path / "env").read_text() and "CONVISAV" not in (tmp_path / "env").read_text()


@pytest.mark.parametrize(
    ("said", "code", "kind"),
    [
        ("", 0, OutcomeKind.UNKNOWN),
        ("Can not reach service hylafax at host x.", 255, OutcomeKind.TRANSIENT),
        ("No destination specified", 255, OutcomeKind.PERMANENT),
        ("x.pdf: Can not determine file type", 255, OutcomeKind.PERMANENT),
        ("Login failed: Login incorrect.", 255, OutcomeKind.CONFIG),
        ("request id is 9 (group id 9)", 1, OutcomeKind.UNKNOWN),
    ],
)
def test_the_words_of_sendfax_tell_what_happened(tmp_path: Path, said: str, code: int, kind: OutcomeKind) -> None:
    outcome = send_by_hylafax(FAX, PDF, "convisav-7", script(tmp_path, f"echo '{said}'", f"exit {code}"))
    assert outcome.kind is kind, outcome


@pytest.mark.parametrize(
    "url",
    ["fax://x", "faxmail://", "hylafax://", "hylafax://-oProxy:1", "faxmail://x?to=y", "hylafax://x?from=a b",
     "hylafax://host:port"],
)  # fmt: skip
def test_a_wrong_service_is_said_in_words(url: str) -> None:
    with pytest.raises(ConfigurationError):
        read_fax_service(FaxConfig(url))


def test_services_are_read() -> None:
    assert read_fax_service(FaxConfig("faxmail://fax.example?plus=yes")) == Gateway("fax.example", plus=True)
    assert read_fax_service(FaxConfig("hylafax://fax.local")) == FaxServer("fax.local", 4559)
