"""Our own Apprise plugin for e-mail, in place of the stock `mailto://`, whose faults notifying.md 1 lists."""

from __future__ import annotations

from typing import Any

from apprise.manager_plugins import NotificationManager
from apprise.plugins.base import NotifyBase

from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.apprise_inline import inline_asset, notify_once
from convisav_tui.notifying.mail_line import MailLine
from convisav_tui.notifying.mail_message import Mail, compose
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.smtp import SOCKET_SECONDS, TOTAL_SECONDS, deliver
from convisav_tui.notifying.urls import MailAccount

SCHEMA = "shopmail"
_Base: Any = NotifyBase  # half typed: what it declares is not what its own plugins do


class NotifyShopMail(_Base):  # type: ignore[misc]
    """One mail to one recipient through the shop's account; `outcome` tells what became of it."""

    service_name = "Shop e-mail"
    secure_protocol = SCHEMA
    request_rate_per_sec = 0
    attachment_support = True
    title_maxlen = 0xFFFF
    body_maxlen = 0xFFFFFF
    templates = ("{schema}://{host}",)
    template_tokens = dict(_Base.template_tokens, host={"name": "Host", "type": "string", "required": True})

    def __init__(
        self,
        mail: Mail,
        account: MailAccount,
        socket_seconds: float = SOCKET_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        line: MailLine | None = None,
        **options: Any,
    ) -> None:
        """Hold what is to be sent; nothing is taken from an address line that people type."""
        super().__init__(schema=SCHEMA, host=account.host, **options)
        self.mail = mail
        self.account = account
        self.socket_seconds = socket_seconds
        self.total_seconds = total_seconds
        self.line = line
        self.outcome: Outcome | None = None

    def send(self, body: str, title: str = "", **_options: Any) -> bool:
        """Send it as it was written; Apprise's own idea of body and title is not used."""
        message = compose(self.mail, self.account)
        self.outcome = deliver(
            message, self.mail.recipient, self.account, self.socket_seconds, self.total_seconds, self.line
        )
        return self.outcome.accepted

    def url(self, privacy: bool = False, *_arguments: Any, **_options: Any) -> str:
        """The address of the server; never the account, never the customer."""
        return f"{SCHEMA}://{self.account.host}/"


def _manager() -> Any:
    manager: Any = NotificationManager
    return manager()


def register() -> None:
    """Make the plugin known to Apprise under `shopmail`; may be called again."""
    known: Any = _manager()
    if SCHEMA not in known:
        known.add(NotifyShopMail, schemas=SCHEMA)


def send_mail(
    mail: Mail,
    account: MailAccount,
    socket_seconds: float = SOCKET_SECONDS,
    total_seconds: float = TOTAL_SECONDS,
    line: MailLine | None = None,
) -> Outcome:
    """Deliver one mail by Apprise with our plugin, over `line` where there is one. Never raises for what a server or a
    network does."""
    register()
    plugin = NotifyShopMail(mail, account, socket_seconds, total_seconds, line, asset=inline_asset())
    notify_once(plugin, mail.text or " ", mail.subject)
    return plugin.outcome or outcome.unknown("plugin", _("The e-mail plugin gave no answer."))
