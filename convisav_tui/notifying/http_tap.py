"""Listens to the HTTP answers that Apprise's plugins throw away, and bounds how long they may take."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.log_privacy import without_secrets
from convisav_tui.notifying.outcome import Outcome

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
BODY_SECONDS = 30.0
BODY_BYTES = 65_536
# The gateway in front got no answer from the one behind: it may have sent.
_LOST_BEHIND = frozenset({502, 504, 520, 522, 524, 527})
_LATER = frozenset({408, 425, 429})
_OUR_ACCOUNT = frozenset({401, 402, 403, 407})


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect, between two bytes, and for a whole answer."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    body: float = BODY_SECONDS


@dataclass
class Tap:
    """What came back in one send, in order: answers, and failures to get one."""

    timeouts: Timeouts
    answers: list[Any] = field(default_factory=list)

    @property
    def last(self) -> Any:
        """The last answer (a requests.Response) or failure (a RequestException); None when nothing left."""
        return self.answers[-1] if self.answers else None


_open_tap: contextvars.ContextVar[Tap | None] = contextvars.ContextVar("convisav_http_tap", default=None)


@contextlib.contextmanager
def listening(timeouts: Timeouts) -> Iterator[Tap]:
    """Everything that this thread sends by `requests` inside is bounded, follows no redirect, and is heard."""
    _install()
    tap = Tap(timeouts)
    token = _open_tap.set(tap)
    try:
        yield tap
    finally:
        _open_tap.reset(token)


@functools.cache
def _install() -> None:
    send = requests.Session.send

    @functools.wraps(send)
    def heard(self: Any, request: Any, **options: Any) -> Any:
        tap = _open_tap.get()
        if tap is None:
            return send(self, request, **options)
        options |= {"allow_redirects": False, "stream": True}
        options["timeout"] = (tap.timeouts.connect, tap.timeouts.read)
        try:
            response = send(self, request, **options)
            _read_bounded(response, tap.timeouts.body)
        except requests.RequestException as error:
            tap.answers.append(error)
            raise
        tap.answers.append(response)
        return response

    requests.Session.send = heard  # type: ignore[method-assign]


def _read_bounded(response: Any, seconds: float) -> None:
    """Read the body now: a server that drips must not outlast the lease."""
    deadline = time.monotonic() + seconds
    body = bytearray()
    for byte in response.iter_content(chunk_size=1):
        body += byte
        if time.monotonic() > deadline:
            raise requests.ReadTimeout(request=response.request)
        if len(body) >= BODY_BYTES:
            break
    response.close()
    response._content = bytes(body)
    response._content_consumed = True


def failure(error: Any) -> Outcome:
    """What a missing answer means: before the request had left it is transient, after that nobody knows."""
    name = type(error).__name__
    reason = _reason(error)
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return outcome.transient(name, _("The SMS service cannot be reached."))
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return outcome.config("certificate", _("The certificate of the SMS service is not valid."))
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return outcome.config("url", _("The address of the SMS service cannot be used."))
    if isinstance(error, requests.exceptions.ProxyError):
        return outcome.transient(name, _("The proxy cannot be reached."))
    return outcome.unknown(name, _("The SMS service was asked but did not answer: it may have sent the message."))


def refusal(response: Any) -> Outcome:
    """What an HTTP status other than 2xx means."""
    status = int(response.status_code)
    words = without_secrets(response.text)
    if status in _LOST_BEHIND:
        return outcome.unknown(str(status), words)
    if status in _LATER or status >= 500:
        return outcome.transient(str(status), words, retry_after(response.headers.get("Retry-After", "")))
    if status in _OUR_ACCOUNT or 300 <= status < 400:
        return outcome.config(str(status), words)
    return outcome.permanent(str(status), words)


def retry_after(header: str) -> float | None:
    """Seconds that a Retry-After header asks for, in either of its forms; None when it asks nothing readable."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _reason(error: Any) -> Any:
    inner = error.args[0] if getattr(error, "args", ()) else None
    return inner.reason if isinstance(inner, MaxRetryError) else inner
