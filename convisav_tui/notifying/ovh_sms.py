"""SMS through OVHcloud: our own Apprise plugin, for Apprise has none (notifying.md 1).

"ovhsms://KEY:SECRET@CONSUMER_KEY/sms-xx12345-1/{number}?from=Atelier". Without `from` the answers
of customers come back (senderForResponse). The stop clause is off: with it nothing leaves at night or on Sundays, and
service messages are no advertising.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from apprise.manager_plugins import NotificationManager
from apprise.plugins.base import NotifyBase

from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.apprise_inline import inline_asset
from convisav_tui.notifying.http_tap import CONNECT_SECONDS, READ_SECONDS, failure, refusal
from convisav_tui.notifying.log_privacy import learn_secrets, without_secrets
from convisav_tui.notifying.outcome import Outcome

SCHEMA = "ovhsms"
ENDPOINTS = {"eu": "https://eu.api.ovh.com/1.0", "ca": "https://ca.api.ovh.com/1.0"}
VALID_MINUTES = 2_880
_SERVICE = re.compile(r"sms-[A-Za-z0-9]+-[0-9]+")
_OPTIONS = frozenset({"from", "endpoint"})
# The answers that say that our clock is wrong.
_CLOCK = frozenset({"QUERY_TIME_OUT"})
_Base: Any = NotifyBase  # half typed: what it declares is not what its own plugins do
_offsets: dict[str, int] = {}  # endpoint → seconds that its clock is ahead of ours


@dataclass(frozen=True)
class OvhAccount:
    """The keys of an application, the SMS service that pays, and the sender's name ("": a number that can answer)."""

    key: str
    secret: str
    consumer: str
    service: str
    sender: str
    endpoint: str


def read_account(url: str) -> OvhAccount:
    """The account of an address whose recipient is filled in. ValueError with a sentence when something is missing."""
    parts = urlsplit(url)
    account, _at, host = parts.netloc.rpartition("@")
    key, _colon, secret = account.partition(":")
    service = parts.path.strip("/").partition("/")[0]
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not (key and secret and host) or not _SERVICE.fullmatch(service) or options.keys() - _OPTIONS:
        raise ValueError(
            _("Write it as {example}").format(
                example="ovhsms://KEY:SECRET@CONSUMER/sms-xx12345-1/{number}?from={sender}"
            )
        )
    wanted = options.get("endpoint", "eu")
    endpoint = ENDPOINTS.get(wanted, wanted).rstrip("/")
    if not endpoint.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError(_("The address of the SMS service cannot be used."))
    learn_secrets(unquote(secret), unquote(host))
    return OvhAccount(unquote(key), unquote(secret), unquote(host), service, options.get("from", ""), endpoint)


class NotifyOvhSms(_Base):  # type: ignore[misc]
    """One SMS to one number; `outcome` tells what became of it."""

    service_name = "OVHcloud SMS"
    secure_protocol = SCHEMA
    request_rate_per_sec = 0
    title_maxlen = 0
    body_maxlen = 1_377
    templates = ("{schema}://{host}",)
    template_tokens = dict(_Base.template_tokens, host={"name": "Host", "type": "string", "required": True})

    def __init__(self, account: OvhAccount, number: str, **options: Any) -> None:
        """`number` in E.164."""
        super().__init__(schema=SCHEMA, host="ovh", **options)
        self.account = account
        self.targets = [number]
        self.outcome: Outcome | None = None

    def send(self, body: str, title: str = "", **_options: Any) -> bool:
        """Ask the service's time, sign, post, read the answer."""
        self.outcome = _post_job(self.account, self.targets[0], body)
        return self.outcome.accepted

    def url(self, privacy: bool = False, *_arguments: Any, **_options: Any) -> str:
        """The service; never the keys, never the customer."""
        return f"{SCHEMA}://{self.account.service}/"


def plugin_of(url: str, number: str) -> NotifyOvhSms | Outcome:
    """The plugin for one recipient (E.164), or the Outcome that says why there is none."""
    known: Any = NotificationManager()  # type: ignore[no-untyped-call]
    if SCHEMA not in known:
        known.add(NotifyOvhSms, schemas=SCHEMA)
    try:
        account = read_account(url)
    except ValueError as error:
        return outcome.config("url", str(error))
    return NotifyOvhSms(account, number, asset=inline_asset())


def _post_job(account: OvhAccount, number: str, text: str) -> Outcome:
    limits = (CONNECT_SECONDS, READ_SECONDS)
    try:
        moment = _server_time(account.endpoint)
    except (requests.RequestException, ValueError):
        # Nothing was asked to be sent yet.
        return outcome.transient("time", _("The SMS service cannot be reached."))
    url, data = f"{account.endpoint}/sms/{account.service}/jobs", _job(account, number, text)
    try:
        answer = requests.post(
            url, data=data.encode(), headers=_signed(account, url, data, moment), timeout=limits, allow_redirects=False
        )
    except requests.RequestException as error:
        return failure(error)
    return _read(account, answer)


def _job(account: OvhAccount, number: str, text: str) -> str:
    asked: dict[str, object] = {
        "message": text,
        "receivers": [number],
        "noStopClause": True,
        "priority": "high",
        "validityPeriod": VALID_MINUTES,
        "senderForResponse": not account.sender,
    }
    return json.dumps(asked | ({"sender": account.sender} if account.sender else {}))


def _signed(account: OvhAccount, url: str, data: str, moment: int) -> dict[str, str]:
    signature = "+".join((account.secret, account.consumer, "POST", url, data, str(moment)))
    return {
        "Content-Type": "application/json",
        "X-Ovh-Application": account.key,
        "X-Ovh-Consumer": account.consumer,
        "X-Ovh-Timestamp": str(moment),
        "X-Ovh-Signature": "$1$" + hashlib.sha1(signature.encode()).hexdigest(),
    }


def _server_time(endpoint: str) -> int:
    """The service's clock, for a signature is good for seconds only; asked once a process, and when it was refused."""
    if endpoint not in _offsets:
        answer = requests.get(f"{endpoint}/auth/time", timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False)
        answer.raise_for_status()
        _offsets[endpoint] = int(answer.text.strip()) - int(time.time())
    return int(time.time()) + _offsets[endpoint]


def _read(account: OvhAccount, answer: Any) -> Outcome:
    told = _record(answer)
    words = without_secrets(str(told.get("message", "")))
    status = int(answer.status_code)
    if 200 <= status < 300:
        ids, invalid = told.get("ids"), told.get("invalidReceivers")
        if invalid:
            return outcome.permanent("invalidReceivers", _("The SMS service refuses this number."))
        if isinstance(ids, list) and ids:
            credits_left = f"{told.get('totalCreditsRemoved', '?')} credits"
            return outcome.accepted(str(status), credits_left, str(ids[0]))
        return outcome.unknown(str(status), _("The SMS service answered something that is not understood."))
    if str(told.get("errorCode", "")) in _CLOCK or "timestamp" in words.casefold():
        _offsets.pop(account.endpoint, None)
        return outcome.transient("clock", words)
    if status == 404 or (status == 400 and re.search(r"credit|sender|signature|credential", words, re.IGNORECASE)):
        return outcome.config(str(status), words)
    refused = refusal(answer)
    return Outcome(refused.kind, refused.code, words or refused.text, retry_after=refused.retry_after)


def _record(answer: Any) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
