"""The channels as the configuration has them: a message in, an outcome out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from convisav_tui.config import Config
from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.attachments import Attachment, attachments_of
from convisav_tui.notifying.mail_line import MailLine
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Message

Carrier = Callable[[Message], Outcome]
_NUMBER = re.compile(r"^\[([^\]]+)\]")  # the order's number, as it begins a subject


def carriers(config: Config, store: Store, line: MailLine | None = None) -> Mapping[Channel, Carrier]:
    """One carrier a channel; what goes with a message is read from `store` when it is sent, e-mails share `line`. A
    channel that is not configured refuses at once, so that nobody waits in vain."""
    return {
        Channel.EMAIL: lambda message: carry_email(message, config, attachments_of(store, message), line),
        Channel.SMS: lambda message: carry_sms(message, config),
        Channel.FAX: lambda message: carry_fax(message, config, attachments_of(store, message)),
    }


def carry_email(
    message: Message, config: Config, files: Sequence[Attachment] = (), line: MailLine | None = None
) -> Outcome:
    """Hand one message to the mail account, under its stable Message-ID: written text, the same in HTML, its PDF."""
    if not config.notify.email.url:
        return outcome.permanent("no_account", _("No mail account is configured."))
    from convisav_tui.notifying.mail_frame import html_of
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
    number = _NUMBER.match(message.subject)
    html = html_of(
        message.body,
        language=message.language,
        sender=account.from_name or config.shop.name,
        number=number.group(1) if number else "",
    )
    mail = Mail(recipient, message.subject, message.body, identity, tuple(files), html)
    return send_mail(mail, account, line=line)


def carry_fax(message: Message, config: Config, pages: Sequence[Attachment] = ()) -> Outcome:
    """Hand one message to the fax service: its paper, nothing else."""
    if not config.notify.fax.url:
        return outcome.permanent("no_account", _("No fax service is configured."))
    from convisav_tui.notifying.fax import Fax, fax_number, read_fax_service, send_fax

    try:
        service = read_fax_service(config.notify.fax)
    except ConfigurationError as error:
        return outcome.config("account", str(error))
    try:
        number = fax_number(message.recipient, config.shop.country)
    except ValueError as error:
        return outcome.permanent("number", str(error))
    fax = Fax(number, message.subject or config.shop.name, message.id or 0, message.dedupe_key, tuple(pages))
    return send_fax(fax, service, config.notify.email)


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
