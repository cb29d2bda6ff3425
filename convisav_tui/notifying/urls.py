"""Reads the configured mail account: host, port, encryption, user, sender."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from convisav_tui.config import EmailConfig
from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import _
from convisav_tui.notifying.log_privacy import learn_secrets
from convisav_tui.notifying.mailbox import Mailbox, parse_mailbox

Mode = Literal["plain", "starttls", "ssl"]

SCHEMES = ("mailto", "mailtos", "shopmail")
PORTS: dict[Mode, int] = {"plain": 25, "starttls": 587, "ssl": 465}
MODES: dict[str, Mode] = {
    "plain": "plain",
    "insecure": "plain",
    "none": "plain",
    "starttls": "starttls",
    "ssl": "ssl",
    "tls": "ssl",
}
# What may follow the "?": names that Apprise uses for its own mail addresses, and "ca" (a file of certificates).
OPTIONS = frozenset({"mode", "smtp", "user", "pass", "from", "name", "reply", "ca"})


@dataclass(frozen=True)
class MailAccount:
    """A mail server and who we are to it. `plain` sends without encryption, `starttls` and `ssl` never do."""

    host: str
    port: int
    mode: Mode
    sender: Mailbox
    from_name: str = ""
    reply_to: Mailbox | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""


def read_mail_account(config: EmailConfig) -> MailAccount:
    """The account that `[notify.email]` describes.

    "mailtos://user:password@host:587": STARTTLS, "?mode=ssl" or port 465 for TLS from the start. "mailto://" and
    "shopmail://" are the same, but plain to this very machine. Only "?mode=plain" (or "insecure") goes unencrypted
    elsewhere. Raises ConfigurationError with a sentence that holds no password.
    """
    parts, options = _split(config.url)
    host = options.get("smtp") or unquote(parts.hostname or "")
    if not host:
        raise _wrong(_("The mail account names no server."))
    user = options.get("user") or unquote(parts.username or "")
    password = options.get("pass") or unquote(parts.password or "")
    learn_secrets(password)
    mode = _mode(parts, options, host)
    return MailAccount(
        host=host,
        port=_port(parts) or PORTS[mode],
        mode=mode,
        sender=_sender(config.from_address or options.get("from", ""), user),
        from_name=" ".join((config.from_name or options.get("name", "")).split()),
        reply_to=_reply_to(config.reply_to or options.get("reply", "")),
        user=user,
        password=password,
        ca_file=options.get("ca", ""),
    )


def _split(url: str) -> tuple[SplitResult, dict[str, str]]:
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise _wrong(_("The mail account cannot be read.")) from error
    if parts.scheme not in SCHEMES:
        raise _wrong(_("“{scheme}” is no mail account.").format(scheme=parts.scheme))
    if parts.fragment or parts.path.strip("/"):
        raise _wrong(_("The mail account holds a “/” or “#”: write such characters of a password as %2F and %23."))
    options = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    if "to" in options:
        raise _wrong(_("The mail account must not name a recipient (“to”): messages go to the customers."))
    foreign = sorted(options.keys() - OPTIONS)
    if foreign:
        raise _wrong(_("The mail account has an unknown option “{name}”.").format(name=foreign[0]))
    return parts, options


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise _wrong(_("The port of the mail account is no number between 1 and 65535.")) from error


def _mode(parts: SplitResult, options: dict[str, str], host: str) -> Mode:
    wanted = options.get("mode", "").lower()
    if wanted and wanted not in MODES:
        raise _wrong(_("The mail account has an unknown mode “{mode}”.").format(mode=wanted))
    if wanted:
        return MODES[wanted]
    if _port(parts) == PORTS["ssl"]:
        return "ssl"
    return "plain" if parts.scheme != "mailtos" and is_this_machine(host) else "starttls"


def is_this_machine(host: str) -> bool:
    """Whether the host is a loopback address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _sender(address: str, user: str) -> Mailbox:
    chosen = address or (user if "@" in user else "")
    if not chosen:
        raise _wrong(_("The address that messages come from is missing (notify.email.from_address)."))
    try:
        return parse_mailbox(chosen)
    except ValueError as error:
        raise _wrong(str(error)) from error


def _reply_to(address: str) -> Mailbox | None:
    try:
        return parse_mailbox(address) if address else None
    except ValueError as error:
        raise _wrong(str(error)) from error


def _wrong(sentence: str) -> ConfigurationError:
    return ConfigurationError(sentence, _("Write it as mailtos://user:password@host:587."))
