"""One fax to one number: by an e-mail gateway, or by the shop's own HylaFAX server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from convisav_tui.config import EmailConfig, FaxConfig
from convisav_tui.contact import parse_phone
from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.attachments import PDF, Attachment
from convisav_tui.notifying.hylafax import PORT, PROGRAM, FaxServer, send_by_hylafax
from convisav_tui.notifying.mailbox import parse_mailbox
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.text import digits

SCHEMES = ("faxmail", "hylafax")
_OPTIONS = {"faxmail": frozenset({"plus", "from"}), "hylafax": frozenset({"from", "program"})}


@dataclass(frozen=True)
class Gateway:
    """A service that faxes what is mailed to number@domain; `plus`: it wants the plus of E.164. `sender` is the
    address that it knows the shop by, "" for that of the mail account."""

    domain: str
    plus: bool = False
    sender: str = ""


def read_fax_service(config: FaxConfig) -> Gateway | FaxServer:
    """What `[notify.fax]` describes: "faxmail://fax.example" (through the mail account) or "hylafax://server:4559".

    Raises ConfigurationError with a sentence.
    """
    try:
        parts = urlsplit(config.url.strip())
        host, port = unquote(parts.hostname or ""), parts.port
    except ValueError as error:
        raise _wrong(_("The fax service cannot be read.")) from error
    if parts.scheme not in SCHEMES:
        raise _wrong(_("“{scheme}” is no fax service.").format(scheme=parts.scheme))
    if not host or host.startswith("-"):
        raise _wrong(_("The fax service names no server."))
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    foreign = sorted(options.keys() - _OPTIONS[parts.scheme])
    if foreign:
        raise _wrong(_("The fax service has an unknown option “{name}”.").format(name=foreign[0]))
    sender = options.get("from", "")
    if sender:
        try:
            parse_mailbox(sender)
        except ValueError as error:
            raise _wrong(str(error)) from error
    if parts.scheme == "faxmail":
        return Gateway(host, options.get("plus", "").lower() in ("yes", "1", "true"), sender)
    return FaxServer(host, port or PORT, sender, options.get("program", "") or PROGRAM)


def fax_number(recipient: str, country: str) -> str:
    """The recipient in E.164. ValueError with a sentence when it is no number."""
    return parse_phone(recipient, country).e164


@dataclass(frozen=True)
class Fax:
    """What is faxed to whom: its pages as PDF, and which message that is."""

    number: str
    subject: str
    message_id: int
    dedupe_key: str
    pages: Sequence[Attachment]

    @property
    def identity(self) -> str:
        """What the service quotes in its answer."""
        return f"convisav-{self.message_id}"


def send_fax(fax: Fax, service: Gateway | FaxServer, email: EmailConfig) -> Outcome:
    """Hand one fax to the service. Never raises for what a server or a network does.

    "Accepted" is not yet "faxed": the service mails the result to the shop.
    """
    pages = [page for page in fax.pages if page.kind == PDF and page.content]
    if not pages:
        return outcome.permanent("no_pages", _("There is nothing to fax: the document is missing."))
    if isinstance(service, FaxServer):
        return send_by_hylafax(fax.number, pages[0].content, fax.identity, service)
    return _mail_to_gateway(fax, pages, service, email)


def _mail_to_gateway(fax: Fax, pages: Sequence[Attachment], gateway: Gateway, email: EmailConfig) -> Outcome:
    """Plain text and a PDF: gateways refuse HTML, and mail what became of it to whoever sent it."""
    from dataclasses import replace

    from convisav_tui.notifying.mail_message import Mail, stable_message_id
    from convisav_tui.notifying.mail_plugin import send_mail
    from convisav_tui.notifying.urls import read_mail_account

    if not email.url:
        return outcome.config("account", _("Faxes go through the mail account, and none is configured."))
    try:
        account = read_mail_account(email)
        if gateway.sender:
            account = replace(account, sender=parse_mailbox(gateway.sender), reply_to=None)
        recipient = parse_mailbox(f"{'+' if gateway.plus else ''}{digits(fax.number)}@{gateway.domain}")
    except (ConfigurationError, ValueError) as error:
        return outcome.config("account", str(error))
    identity = stable_message_id(fax.message_id, fax.dedupe_key, account.sender)
    return send_mail(Mail(recipient, fax.subject, fax.subject, identity, tuple(pages)), account)


def _wrong(sentence: str) -> ConfigurationError:
    return ConfigurationError(sentence, _("Write it as faxmail://fax.example or hylafax://server:4559."))
