"""The channels as the configuration has them: a message in, an outcome out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from convisav_tui.config import Config
from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.store.models import Channel, Message

Carrier = Callable[[Message], Outcome]


def carriers(config: Config) -> Mapping[Channel, Carrier]:
    """One carrier a channel. A channel that is not configured refuses at once, so that nobody waits in vain."""
    return {Channel.EMAIL: lambda message: carry_email(message, config), Channel.SMS: lambda m: carry_sms(m, config)}


def carry_email(message: Message, config: Config) -> Outcome:
    """Hand one message to the mail account, under its stable Message-ID."""
    if not config.notify.email.url:
        return outcome.permanent("no_account", _("No mail account is configured."))
    from convisav_tui.notifying.mail_message import Mail, stable_message_id
    from convisav_tui.notifying.mail_plugin import send_mail
    from convisav_tui.notifying.mailbox import parse_mailbox
    from convisav_tui.notifying.urls import read_mail_account

    try:
        account = read_mail_account(config.notify.email)
    except ConfigurationError as error:
        return outcome.config("account", str(error))
    try:
        recipient = parse_mailbox(message.recipient)
    except ValueError as error:
        return outcome.permanent("address", str(error))
    identity = stable_message_id(message.id or 0, message.dedupe_key, account.sender)
    return send_mail(Mail(recipient, message.subject, message.body, identity), account)


def carry_sms(message: Message, config: Config) -> Outcome:
    """Hand one message to the SMS service; its text is already in GSM-7 where that was possible."""
    if not config.notify.sms.url:
        return outcome.permanent("no_account", _("No SMS service is configured."))
    from convisav_tui.notifying.sms import read_sms_service, send_sms

    try:
        service = read_sms_service(config.notify.sms, config.shop.country)
    except ConfigurationError as error:
        return outcome.config("account", str(error))
    return send_sms(message.recipient, message.body, service)
