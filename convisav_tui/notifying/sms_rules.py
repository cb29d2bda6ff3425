"""What an SMS service's own answer means where HTTP says "200 OK" (notifying.md 0.2, 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convisav_tui.notifying import outcome
from convisav_tui.notifying.log_privacy import without_secrets
from convisav_tui.notifying.outcome import Outcome

Rule = Callable[[Any], Outcome]

# developer.vonage.com/messaging/sms/guides/troubleshooting-sms
_VONAGE_LATER = frozenset({"1", "5", "10"})
_VONAGE_ACCOUNT = frozenset({"2", "3", "4", "8", "9", "14", "15", "29", "32"})
_SEVEN_TAKEN = frozenset({"100", "101"})
_SEVEN_ACCOUNT = frozenset({"500", "900", "901", "902", "903"})


def _vonage(body: Any) -> Outcome:
    message = _first(_value(body, "messages"))
    status = str(_value(message, "status") or "?") if _value(message, "status") != 0 else "0"
    words = _text(_value(message, "error-text"))
    if status == "0":
        return outcome.accepted("0", provider_id=_text(_value(message, "message-id")))
    if status == "?":
        return outcome.unknown("vonage ?")
    if status in _VONAGE_LATER:
        return outcome.transient(f"vonage {status}", words)
    if status in _VONAGE_ACCOUNT:
        return outcome.config(f"vonage {status}", words)
    return outcome.permanent(f"vonage {status}", words)


def _seven(body: Any) -> Outcome:
    status = _text(_value(body, "success") if isinstance(body, dict) else body) or "?"
    message = _first(_value(body, "messages"))
    words = _text(_value(message, "error_text"))
    if status in _SEVEN_TAKEN and _value(message, "success") is not False:
        return outcome.accepted(status, provider_id=_text(_value(message, "id")))
    if status in _SEVEN_ACCOUNT:
        return outcome.config(f"seven {status}", words)
    if status == "600":
        return outcome.transient("seven 600", words)
    if status == "?":
        return outcome.unknown("seven ?")
    return outcome.permanent(f"seven {status}", words)


def _clicksend(body: Any) -> Outcome:
    message = _first(_value(_value(body, "data"), "messages"))
    status = _text(_value(message, "status"))
    if status == "SUCCESS":
        return outcome.accepted(status, provider_id=_text(_value(message, "message_id")))
    if not status:
        return outcome.unknown("clicksend ?")
    return outcome.config(status) if "CREDIT" in status else outcome.permanent(status)


def _gateway(body: Any) -> Outcome:
    """Our own rule for json://, form:// and xml:// gateways: a JSON answer with "error" has not sent."""
    problem = _value(body, "error") or _value(body, "errors")
    if problem or _value(body, "success") is False:
        return outcome.permanent("gateway", _text(problem) or "success: false")
    return outcome.accepted("200", provider_id=_text(_value(body, "id") or _value(body, "message_id")))


def _identified(*path: str) -> Rule:
    """Services whose HTTP status can be believed: only their id is read."""

    def rule(body: Any) -> Outcome:
        value = body
        for name in path:
            value = _value(value, name)
        return outcome.accepted("200", provider_id=_text(value))

    return rule


RULES: dict[str, Rule] = {
    "vonage": _vonage,
    "nexmo": _vonage,
    "seven": _seven,
    "clicksend": _clicksend,
    "json": _gateway,
    "jsons": _gateway,
    "form": _gateway,
    "forms": _gateway,
    "xml": _gateway,
    "xmls": _gateway,
    "twilio": _identified("sid"),
    "msgbird": _identified("id"),
    "sinch": _identified("id"),
    "octopush": _identified("sms_ticket"),
}


def body_of(response: Any) -> Any:
    """The JSON of an answer, or None."""
    try:
        return response.json()
    except ValueError:
        return None


def _value(record: Any, name: str) -> Any:
    return record.get(name) if isinstance(record, dict) else None


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _text(value: Any) -> str:
    return "" if value is None else without_secrets(str(value))
