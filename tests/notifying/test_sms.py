"""SMS: the right telephone or none, and the service's real answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from convisav_tui.config import SmsConfig
from convisav_tui.errors import ConfigurationError
from convisav_tui.notifying.http_tap import Timeouts, retry_after
from convisav_tui.notifying.log_privacy import learn_secrets, without_people, without_secrets
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.sms import SmsService, plugin_for, read_sms_service, send_sms
from convisav_tui.store.models import OutcomeKind
from tests.notifying.conftest import MOBILE
from tests.sms_gateway import (
    HOST,
    Answer,
    SmsGateway,
    cuts,
    drips,
    free_port,
    hangs,
    ok,
    refused,
    vonage,
)

TEXT = "Atelier Noel : votre appareil 26 0001234 5 est pret. Total 123,45 € (50% & +)"
TIMEOUTS = Timeouts(connect=1, read=0.5, body=0.5)
HEX = "a" * 32


def service_of(gateway: SmsGateway) -> SmsService:
    return read_sms_service(SmsConfig(gateway.url, "Atelier"), "FR")


def send(gateway: SmsGateway, to: str = MOBILE) -> Outcome:
    return send_sms(to, TEXT, service_of(gateway), TIMEOUTS)


def test_the_gateway_gets_the_number_and_the_text_as_it_is(gateway: SmsGateway) -> None:
    outcome = send(gateway)
    assert (outcome.kind, outcome.provider_id) == (OutcomeKind.ACCEPTED, "sms-4711")
    [asked] = gateway.asked
    assert (asked["to"], asked["message"], asked["title"]) == (MOBILE, TEXT, "")


@pytest.mark.parametrize(
    "recipient",
    ["", " ", "abc", "12", "06.12.34.56.78.90", "0142345678", "+33142345678", "+33899123456", "0612345678 (Mme)",
     "+33612345678,+33612345679", "' OR 1=1", "+999123456789", "112"],
)  # fmt: skip
def test_an_unusable_number_never_reaches_the_gateway(gateway: SmsGateway, recipient: str) -> None:
    outcome = send(gateway, recipient)
    assert (outcome.kind, outcome.code) == (OutcomeKind.PERMANENT, "number")
    assert outcome.text and gateway.asked == []


def test_an_empty_text_never_reaches_the_gateway(gateway: SmsGateway) -> None:
    outcome = send_sms(MOBILE, " \n", service_of(gateway), TIMEOUTS)
    assert (outcome.kind, outcome.code) == (OutcomeKind.PERMANENT, "empty")
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (refused(429, "slow down", Retry_After="7"), OutcomeKind.TRANSIENT, "429"),
        (refused(500, "oops"), OutcomeKind.TRANSIENT, "500"),
        (refused(503), OutcomeKind.TRANSIENT, "503"),
        (refused(504), OutcomeKind.UNKNOWN, "504"),
        (refused(401, "bad key"), OutcomeKind.CONFIG, "401"),
        (refused(402, "no credit"), OutcomeKind.CONFIG, "402"),
        (refused(301, "", Location="http://elsewhere.example/"), OutcomeKind.CONFIG, "301"),
        (refused(400, "bad number"), OutcomeKind.PERMANENT, "400"),
        (Answer(200, {"error": "barred"}, taken=False), OutcomeKind.PERMANENT, "gateway"),
        (Answer(200, {"success": False}, taken=False), OutcomeKind.PERMANENT, "gateway"),
        (Answer(200, "not json"), OutcomeKind.ACCEPTED, "200"),
        (Answer(202, ""), OutcomeKind.ACCEPTED, "200"),
        (hangs(), OutcomeKind.UNKNOWN, "ReadTimeout"),
        (cuts(), OutcomeKind.UNKNOWN, "ConnectionError"),
        (drips(), OutcomeKind.UNKNOWN, "ReadTimeout"),
    ],
)
def test_an_answer_is_typed(gateway: SmsGateway, answer: Answer, kind: OutcomeKind, code: str) -> None:
    gateway.otherwise = answer
    outcome = send(gateway)
    assert (outcome.kind, outcome.code) == (kind, code)
    assert len(gateway.asked) == 1  # never asked a second time by itself


def test_retry_after_is_passed_on(gateway: SmsGateway) -> None:
    gateway.otherwise = refused(429, "", Retry_After="7")
    assert send(gateway).retry_after == 7


def test_retry_after_is_read_in_both_forms() -> None:
    assert retry_after("120") == 120
    assert retry_after("Sat, 01 Jan 2000 00:00:00 GMT") == 0
    assert (retry_after("Sat, 01 Jan 2101 00:00:00 GMT") or 0) > 1e9
    assert retry_after("") is None and retry_after("soon") is None and retry_after("-1") is None


def test_nobody_listens() -> None:
    service = read_sms_service(SmsConfig(f"json://{HOST}:{free_port()}/?:to={{to}}", ""), "FR")
    assert send_sms(MOBILE, TEXT, service, TIMEOUTS).kind is OutcomeKind.TRANSIENT


def test_the_name_of_the_service_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def nowhere(*_arguments: object, **_options: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    service = read_sms_service(SmsConfig("json://sms.invalid/?:to={to}", ""), "FR")
    assert send_sms(MOBILE, TEXT, service, TIMEOUTS).kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (vonage("0"), OutcomeKind.ACCEPTED, "0"),
        (vonage("1", "throttled"), OutcomeKind.TRANSIENT, "vonage 1"),
        (vonage("4", "bad credentials"), OutcomeKind.CONFIG, "vonage 4"),
        (vonage("9", "no credit"), OutcomeKind.CONFIG, "vonage 9"),
        (vonage("7", "number barred"), OutcomeKind.PERMANENT, "vonage 7"),
        (Answer(200, "<html>"), OutcomeKind.UNKNOWN, "vonage ?"),
        (refused(401), OutcomeKind.CONFIG, "401"),
    ],
)
def test_vonage_says_200_whatever_happened(
    gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch, answer: Answer, kind: OutcomeKind, code: str
) -> None:
    from apprise.plugins.vonage import NotifyVonage

    monkeypatch.setattr(NotifyVonage, "notify_url", f"http://{HOST}:{gateway.port}/sms/json")
    gateway.otherwise = answer
    service = read_sms_service(SmsConfig("vonage://abcdef12:abcdefabcdef1234@33612340000/{number}", "Atelier"), "FR")
    outcome = send_sms(MOBILE, TEXT, service, TIMEOUTS)
    assert (outcome.kind, outcome.code) == (kind, code)
    [asked] = gateway.asked
    assert asked["to"] == MOBILE.lstrip("+") and asked["text"] == TEXT


@pytest.mark.parametrize(
    ("plugin", "answer", "kind"),
    [
        ("seven", {"success": "100", "messages": [{"id": "1", "success": True}]}, OutcomeKind.ACCEPTED),
        ("seven", {"success": "900"}, OutcomeKind.CONFIG),
        ("seven", {"success": "600"}, OutcomeKind.TRANSIENT),
        ("seven", {"success": "202"}, OutcomeKind.PERMANENT),
        ("seven", "", OutcomeKind.UNKNOWN),
        ("clicksend", {"data": {"messages": [{"status": "SUCCESS", "message_id": "1"}]}}, OutcomeKind.ACCEPTED),
        ("clicksend", {"data": {"messages": [{"status": "INSUFFICIENT_CREDIT"}]}}, OutcomeKind.CONFIG),
        ("clicksend", {"data": {"messages": [{"status": "INVALID_RECIPIENT"}]}}, OutcomeKind.PERMANENT),
        ("clicksend", {}, OutcomeKind.UNKNOWN),
    ],
)
def test_others_that_say_200_whatever_happened(
    gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch, plugin: str, answer: object, kind: OutcomeKind
) -> None:
    from apprise.plugins.clicksend import NotifyClickSend
    from apprise.plugins.seven import NotifySeven

    url = {"seven": "seven://KEY0123456789/{number}?from={sender}", "clicksend": "clicksend://user:pass@{number}"}
    for of in (NotifyClickSend, NotifySeven):
        monkeypatch.setattr(of, "notify_url", f"http://{HOST}:{gateway.port}/sms")
    gateway.otherwise = Answer(200, answer)
    assert send_sms(MOBILE, TEXT, read_sms_service(SmsConfig(url[plugin], "Atelier"), "FR"), TIMEOUTS).kind is kind
    assert len(gateway.asked) == 1


SERVICES = [
    f"twilio://AC{HEX}:{HEX}@33612340000/{{to}}",
    "vonage://abcdef12:abcdefabcdef1234@33612340000/{to}",
    "seven://KEY0123456789/{number}?from={sender}",
    "clicksend://user:pass@{number}",
    "msgbird://" + "a" * 25 + "/33612340000/{number}",
    f"sinch://{HEX}:{HEX}@33612340000/{{to}}",
    "octopush://Atelier:login@example.com/KEY1234567/{to}",
    "infobip://key1234567890@33612340000/{to}",
    "bulksms://user:pass@{to}",
    f"clickatell://33612340000@{HEX}/{{to}}",
    "telnyx://KEY0123456789@33612340000/{to}",
    "smseagle://token@127.0.0.1:8080/{to}",
    "httpsms://token@33612340000/{to}",
    "json://127.0.0.1:8080/sms?:to={to}",
    "form://127.0.0.1:8080/sms?:mobile={number}&:from={sender}",
]


@pytest.mark.parametrize("url", SERVICES, ids=[url.partition(":")[0] for url in SERVICES])
def test_a_service_is_given_the_wanted_number_and_no_other(url: str) -> None:
    service = read_sms_service(SmsConfig(url, "Atelier"), "FR")
    assert not isinstance(plugin_for(service, MOBILE), Outcome)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("twilio://AC{hex}:{hex}@33612340000/?x={to}", "falls back to the shop's own number"),
        ("twilio://AC{hex}:{hex}@33612340000/33612340001/{to}", "a second telephone"),
        ("json://127.0.0.1/{to}", "the number is not posted"),
        ("json://127.0.0.1/?:to=x{to}", "something before the number"),
        ("nothing://127.0.0.1/{to}", "no such service"),
        ("freemobile://id@pass/{to}", "reaches the account's holder only"),
        ("mailto://u:p@example.com?to={to}", "no SMS"),
    ],
)
def test_an_address_that_would_lead_elsewhere_is_refused(url: str, what: str) -> None:
    service = read_sms_service(SmsConfig(url.replace("{hex}", HEX), "Atelier"), "FR")
    refusal = send_sms(MOBILE, TEXT, service, TIMEOUTS)
    assert refusal.kind is OutcomeKind.CONFIG, what


@pytest.mark.parametrize("url", ["", "seven://KEY/", "seven://KEY/{to}/{number}", "seven://KEY/{To}"])
def test_the_number_has_exactly_one_place(url: str) -> None:
    with pytest.raises(ConfigurationError, match="exactly once"):
        read_sms_service(SmsConfig(url, ""), "FR")


def test_every_part_of_the_address_is_quoted() -> None:
    service = SmsService("seven://KEY/{to}?from={sender}", "Noël & /?#", "FR")
    assert service.url_for(MOBILE) == "seven://KEY/%2B33612345678?from=No%C3%ABl%20%26%20%2F%3F%23"


def test_what_the_address_asks_of_apprise_does_not_repeat_the_send(gateway: SmsGateway) -> None:
    gateway.otherwise = refused(500)
    service = read_sms_service(SmsConfig(gateway.url + "&retry=3&optional=yes&rto=60&redirect=yes", ""), "FR")
    assert send_sms(MOBILE, TEXT, service, TIMEOUTS).kind is OutcomeKind.TRANSIENT
    assert len(gateway.asked) == 1


def test_other_traffic_of_the_process_is_left_alone(gateway: SmsGateway) -> None:
    import requests

    send(gateway)
    read: Callable[..., Any] = requests.post
    assert read(f"http://{HOST}:{gateway.port}/", json={"to": "x"}, timeout=5).json() == ok().body


def test_a_redirect_is_not_followed_even_when_the_address_asks_for_it(gateway: SmsGateway) -> None:
    """The text and the key would go to whoever answers there."""
    gateway.otherwise = refused(307, "", Location=f"http://{HOST}:{gateway.port}/elsewhere")
    service = read_sms_service(SmsConfig(gateway.url + "&redirect=yes", ""), "FR")
    outcome = send_sms(MOBILE, TEXT, service, TIMEOUTS)
    assert (outcome.kind, outcome.code) == (OutcomeKind.CONFIG, "307")
    assert len(gateway.asked) == 1


def test_what_a_plugin_logs_of_the_customer_is_taken_out(
    gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Vonage's plugin writes the number at WARNING, and its secret at DEBUG."""
    from apprise.plugins.vonage import NotifyVonage

    monkeypatch.setattr(NotifyVonage, "notify_url", f"http://{HOST}:{gateway.port}/sms/json")
    gateway.otherwise = refused(401)
    service = read_sms_service(SmsConfig("vonage://abcdef12:topsecret1234567@33612340000/{number}", ""), "FR")
    with caplog.at_level(logging.DEBUG):
        send_sms(MOBILE, TEXT, service, TIMEOUTS)
    said = [record.getMessage() for record in caplog.records if record.name == "apprise"]
    assert said
    assert not [line for line in said if MOBILE[1:] in line or "topsecret1234567" in line or TEXT in line]


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("Sent to +33612345678.", "Sent to …."),
        ("to 3,3,6,1,2,3,4,5,6,7,8: error=401", "to …: error=401"),
        ('Sending email to "o\'neil@example.com" failed', 'Sending email to "…" failed'),
        ("key learnt%2Ftoken/ and learnt/token/", "key …/ and …/"),
    ],
)  # fmt: skip
def test_lines_are_cleaned(line: str, clean: str) -> None:
    learn_secrets("learnt/token")
    assert without_people(without_secrets(line)) == clean
