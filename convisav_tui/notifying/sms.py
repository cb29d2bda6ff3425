"""One SMS to one number through a stock Apprise plugin, watched: the right recipient, the real answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from convisav_tui.config import SmsConfig
from convisav_tui.contact import parse_phone
from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.log_privacy import learn_secrets
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.text import digits

# {to} is the number in E.164 ("+33612345678"), {number} its digits, {sender} the configured sender.
RECIPIENT_PLACES = ("{to}", "{number}")
SENDER_PLACE = "{sender}"
OVH = "ovhsms"  # our own plugin: ovh_sms
# Where the plugins keep whom they send to; anything in the second row would be somebody else.
_TARGET_ATTRIBUTES = ("targets", "target_phones", "phone")
_OTHER_TARGETS = ("target_groups", "target_contacts", "topics", "aliases", "groups", "cc", "bcc")
_GATEWAYS = frozenset({"json", "jsons", "form", "forms", "xml", "xmls"})


@dataclass(frozen=True)
class SmsService:
    """The address of the service with places for recipient and sender, and the shop's country for its numbers."""

    template: str
    sender: str
    country: str

    @property
    def scheme(self) -> str:
        """Which Apprise plugin it is."""
        return self.template.partition("://")[0].lower()

    def url_for(self, number: str) -> str:
        """The address for one recipient; every character that could end a part of a URL is quoted."""
        return (
            self.template.replace("{to}", quote(number, safe=""))
            .replace("{number}", digits(number))
            .replace(SENDER_PLACE, quote(self.sender, safe=""))
        )


def read_sms_service(config: SmsConfig, country: str) -> SmsService:
    """The service that `[notify.sms]` describes. ConfigurationError when it does not say where the number goes."""
    service = SmsService(config.url.strip(), config.sender, country)
    if sum(service.template.count(place) for place in RECIPIENT_PLACES) != 1:
        raise ConfigurationError(
            _("The address of the SMS service must hold {place} exactly once, where the number goes.").format(
                place=RECIPIENT_PLACES[1]
            ),
            _("For instance: {example}").format(example="seven://KEY/{number}?from={sender}"),
        )
    learn_secrets(*_secrets_of(service.template))
    return service


def mobile_number(recipient: str, country: str) -> str:
    """The recipient in E.164. ValueError with a sentence when it is empty, no number, or cannot take an SMS."""
    phone = parse_phone(recipient, country)
    if phone.kind != "mobile":
        raise ValueError(_("{number} is not a mobile number: no SMS can reach it.").format(number=phone.national))
    return phone.e164


def send_sms(recipient: str, text: str, service: SmsService, timeouts: Any = None) -> Outcome:
    """Send `text` as it is to one mobile number. Never raises for what a service or a network does."""
    from convisav_tui.notifying.apprise_inline import notify_once
    from convisav_tui.notifying.http_tap import Timeouts, listening

    try:
        number = mobile_number(recipient, service.country)
    except ValueError as error:
        return outcome.permanent("number", str(error))
    if not text.strip():
        return outcome.permanent("empty", _("There is nothing to send."))
    plugin = plugin_for(service, number)
    if isinstance(plugin, Outcome):
        return plugin
    with listening(timeouts or Timeouts()) as tap:
        delivered = notify_once(plugin, text)
    if service.scheme == OVH:
        own: Outcome = plugin.outcome
        return own
    return _read(service.scheme, tap.last, delivered)


def plugin_for(service: SmsService, number: str) -> Any:
    """The Apprise plugin object for this recipient alone, or the Outcome that says why there is none."""
    if service.scheme == OVH:
        from convisav_tui.notifying import ovh_sms

        return ovh_sms.plugin_of(service.url_for(number), number)
    import apprise

    from convisav_tui.notifying.apprise_inline import inline_asset

    plugin: Any = apprise.Apprise.instantiate(service.url_for(number), asset=inline_asset())
    if plugin is None:
        return outcome.config("url", _("The address of the SMS service is not understood."))
    if service.scheme == "smpp":
        return outcome.config("service", _("This SMS service answers in a way that cannot be checked."))
    if hasattr(plugin, "batch"):
        plugin.batch = False
    if _targets(plugin, service.scheme, number) != [digits(number)]:
        return outcome.config("target", _("The address of the SMS service does not lead to the customer's number."))
    return plugin


def _targets(plugin: Any, scheme: str, number: str) -> list[str]:
    """The digits of everybody that the plugin would send to (it may have cut the number, or put the sender's own).

    A gateway of the shop's own (json://host:8080/sms?:to={to}) gets the number as a field of what is posted to it.
    """
    if any(getattr(plugin, name, None) for name in _OTHER_TARGETS):
        return []
    if scheme in _GATEWAYS:
        values = [str(value).removeprefix("+") for value in plugin.payload_extras.values()]
        return [value for value in values if value == digits(number)]
    found = [target for name in _TARGET_ATTRIBUTES for target in (getattr(plugin, name, None) or ())]
    return [digits(str(target[-1] if isinstance(target, tuple | list) else target)) for target in found]


def _read(scheme: str, answer: Any, delivered: bool) -> Outcome:
    from convisav_tui.notifying.http_tap import failure, refusal
    from convisav_tui.notifying.sms_rules import RULES, body_of

    if answer is None:
        if delivered:
            return outcome.unknown("silent", _("The SMS service was not seen to answer."))
        return outcome.config("service", _("The SMS service was not asked: its address is incomplete."))
    if isinstance(answer, Exception):
        return failure(answer)
    if not 200 <= answer.status_code < 300:
        return refusal(answer)
    if scheme in RULES:
        return RULES[scheme](body_of(answer))
    # 202 means accepted, though most plugins call it a failure (notifying.md 2).
    if delivered or answer.status_code == 202:
        return outcome.accepted(str(answer.status_code))
    return outcome.unknown(str(answer.status_code), _("The SMS service answered something that is not understood."))


def _secrets_of(template: str) -> list[str]:
    try:
        parts = urlsplit(template)
        words = [parts.username or "", parts.password or ""]
    except ValueError:
        return []
    words += [unquote(segment) for segment in parts.path.split("/") if "{" not in segment]
    if parts.scheme not in _GATEWAYS:
        words.append(parts.netloc.rpartition("@")[2])
    return [word for word in words if "{" not in word]
