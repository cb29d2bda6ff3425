"""Says in words whether mail account, SMS and fax service can be used: for `convisav doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from convisav_tui.config import Config
from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import _
from convisav_tui.notifying.outcome import Outcome

CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """What was found: "good", "absent" (nothing is configured) or "wrong", a sentence, and what to do about it."""

    state: Literal["good", "absent", "wrong"]
    sentence: str
    remedy: str = ""


def check_email_account(config: Config, connect: bool = False) -> Finding:
    """Read the mail account and, with `connect`, log in without sending anything (10 s at most between two answers)."""
    from convisav_tui.notifying.smtp import try_login
    from convisav_tui.notifying.urls import read_mail_account

    if not config.notify.email.url:
        return Finding("absent", _("No mail account: customers cannot be told by e-mail."), _("Set notify.email.url."))
    try:
        account = read_mail_account(config.notify.email)
    except ConfigurationError as error:
        return Finding("wrong", error.sentence, error.remedy)
    place = _("{host}, port {port}").format(host=account.host, port=account.port)
    if connect:
        answer = try_login(account, CONNECT_SECONDS)
        if not answer.accepted:
            words = _("The mail account does not work ({place}): {reason}")
            reason = f"{answer.code} {answer.text}".strip() if answer.code[:1].isdigit() else answer.text
            return Finding("wrong", words.format(place=place, reason=reason), _("Check notify.email.url."))
        words = _("The mail account works: {place}, as {sender}.")
        return Finding("good", words.format(place=place, sender=account.sender))
    return Finding("good", _("Mail account: {place}, as {sender}.").format(place=place, sender=account.sender))


def check_sms(config: Config) -> Finding:
    """Read the SMS service's address and see that it would lead to the number that it is given. Sends nothing.

    Imports Apprise (some 0.5 s).
    """
    from convisav_tui.notifying.sms import plugin_for, read_sms_service

    if not config.notify.sms.url:
        return Finding("absent", _("No SMS service: customers cannot be told by SMS."), _("Set notify.sms.url."))
    try:
        service = read_sms_service(config.notify.sms, config.shop.country)
    except ConfigurationError as error:
        return Finding("wrong", error.sentence, error.remedy)
    plugin = plugin_for(service, _example_number(config.shop.country))
    if isinstance(plugin, Outcome):
        return Finding("wrong", plugin.text, _("Check notify.sms.url."))
    return Finding("good", _("SMS service: {service}.").format(service=service.scheme))


def check_fax(config: Config) -> Finding:
    """Read the fax service, and see that what it needs is here: the mail account, or the program sendfax."""
    from convisav_tui.notifying.fax import Gateway, read_fax_service
    from convisav_tui.notifying.hylafax import program_of

    if not config.notify.fax.url:
        return Finding("absent", _("No fax service: customers cannot be told by fax."), _("Set notify.fax.url."))
    try:
        service = read_fax_service(config.notify.fax)
    except ConfigurationError as error:
        return Finding("wrong", error.sentence, error.remedy)
    if isinstance(service, Gateway) and not config.notify.email.url:
        sentence = _("Faxes go through the mail account, and none is configured.")
        return Finding("wrong", sentence, _("Set notify.email.url."))
    if not isinstance(service, Gateway) and program_of(service) is None:
        sentence = _("The program sendfax is not installed here (package hylafax-client).")
        return Finding("wrong", sentence, _("Check notify.fax.url."))
    place = service.domain if isinstance(service, Gateway) else f"{service.host}:{service.port}"
    return Finding("good", _("Fax service: {service}.").format(service=place))


def _example_number(country: str) -> str:
    import phonenumbers

    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if number else "+33612345678"
