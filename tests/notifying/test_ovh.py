"""OVHcloud SMS: signed with the service's own clock, without stop clause, and its answers called by their name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from convisav_tui.config import SmsConfig
from convisav_tui.notifying import ovh_sms
from convisav_tui.notifying.http_tap import Timeouts
from convisav_tui.notifying.log_privacy import without_secrets
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.sms import plugin_for, read_sms_service, send_sms
from convisav_tui.store.models import OutcomeKind
from tests.notifying.conftest import MOBILE
from tests.ovh_server import CONSUMER, SECRET, OvhServer, running_ovh
from tests.sms_gateway import free_port

TEXT = "Atelier Noel : votre appareil 26 0001234 5 est pret."
TIMEOUTS = Timeouts(connect=1, read=2, body=2)


@pytest.fixture
def ovh() -> Iterator[OvhServer]:
    ovh_sms._offsets.clear()
    with running_ovh() as server:
        yield server


def send(url: str, to: str = MOBILE) -> Outcome:
    return send_sms(to, TEXT, read_sms_service(SmsConfig(url, "Atelier"), "FR"), TIMEOUTS)


def test_a_job_is_signed_with_the_services_clock_and_has_no_stop_clause(ovh: OvhServer) -> None:
    for _time in range(2):
        outcome = send(ovh.url("{sender}"))
        assert (outcome.kind, outcome.provider_id) == (OutcomeKind.ACCEPTED, "4711"), outcome
    assert ovh.times_asked == 1 and not ovh.refused
    job = ovh.jobs[0]
    assert (job["receivers"], job["message"], job["sender"]) == ([MOBILE], TEXT, "Atelier")
    assert job["noStopClause"] is True and job["senderForResponse"] is False and job["validityPeriod"] == 2_880


def test_without_a_name_the_answers_of_customers_come_back(ovh: OvhServer) -> None:
    assert send(ovh.url(sender="")).accepted
    assert ovh.jobs[0]["senderForResponse"] is True and "sender" not in ovh.jobs[0]


def test_a_clock_that_was_set_meanwhile_is_asked_again(ovh: OvhServer) -> None:
    assert send(ovh.url()).accepted
    ovh.ahead += 600
    late = send(ovh.url())
    assert (late.kind, late.code) == (OutcomeKind.TRANSIENT, "clock")
    assert send(ovh.url()).accepted and ovh.times_asked == 2 and len(ovh.jobs) == 2


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"ids": [], "invalidReceivers": [MOBILE]}, OutcomeKind.PERMANENT),
        (200, {"queued": "perhaps"}, OutcomeKind.UNKNOWN),
        (400, {"message": "Not enough credits"}, OutcomeKind.CONFIG),
        (400, {"message": "Sender Atelier does not exist"}, OutcomeKind.CONFIG),
        (400, {"message": "Message too long"}, OutcomeKind.PERMANENT),
        (403, {"message": "This call has not been granted"}, OutcomeKind.CONFIG),
        (404, {"message": "This service does not exist"}, OutcomeKind.CONFIG),
        (429, {"message": "Too many requests"}, OutcomeKind.TRANSIENT),
        (503, {"message": "Maintenance"}, OutcomeKind.TRANSIENT),
        (504, {}, OutcomeKind.UNKNOWN),
    ],
)
def test_an_answer_is_called_by_its_name(ovh: OvhServer, status: int, body: Any, kind: OutcomeKind) -> None:
    ovh.answers.append((status, body))
    outcome = send(ovh.url())
    assert outcome.kind is kind, outcome
    assert body.get("message", "") in outcome.text


def test_a_wrong_secret_is_our_account(ovh: OvhServer) -> None:
    outcome = send(ovh.url(secret="x" * 32))
    assert ovh.jobs == [] and ovh.refused == ["Invalid signature"]
    assert outcome.kind is OutcomeKind.CONFIG


def test_a_service_that_is_not_there_is_asked_again_later() -> None:
    ovh_sms._offsets.clear()
    url = f"ovhsms://a:bcdef@ghijk/sms-xx1-1/{{number}}?endpoint=http://127.0.0.1:{free_port()}/1.0"
    assert send(url).kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize(
    "url",
    ["ovhsms://key@consumer/sms-xx1-1/{number}", "ovhsms://k:s@c/other/{number}", "ovhsms://k:s@c/sms-xx1-1/{number}?x=1",
     "ovhsms://k:s@c/sms-xx1-1/{number}?endpoint=http://evil.example"],
)  # fmt: skip
def test_an_incomplete_address_is_our_account(url: str) -> None:
    assert send(url).kind is OutcomeKind.CONFIG


def test_the_keys_are_never_shown(ovh: OvhServer) -> None:
    service = read_sms_service(SmsConfig(ovh.url(), "Atelier"), "FR")
    plugin = plugin_for(service, MOBILE)
    assert not isinstance(plugin, Outcome)
    assert plugin.url() == "ovhsms://sms-xx12345-1/"
    assert SECRET not in without_secrets(f"{SECRET} {CONSUMER}") and CONSUMER not in without_secrets(CONSUMER)
