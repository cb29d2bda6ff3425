"""An e-mail as it goes on the wire: written text and HTML, stable Message-ID, answers to the shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256

from convisav_tui.notifying.attachments import Attachment
from convisav_tui.notifying.mailbox import Mailbox
from convisav_tui.notifying.urls import MailAccount


@dataclass(frozen=True)
class Mail:
    """What is said to whom: one recipient, one text, the same as HTML ("": plain text only), and files that go with it
    under their own names."""

    recipient: Mailbox
    subject: str
    text: str
    message_id: str
    attachments: Sequence[Attachment] = ()
    html: str = ""


def stable_message_id(message_id: int, dedupe_key: str, sender: Mailbox) -> str:
    """The same Message-ID at every try of the same message, in the sender's own domain.

    A mail server that gets it twice can tell; the digest keeps two databases of one shop apart.
    """
    digest = sha256(f"{message_id}:{dedupe_key}".encode()).hexdigest()[:24]
    return f"<convisav.{message_id}.{digest}@{sender.domain}>"


def compose(mail: Mail, account: MailAccount) -> EmailMessage:
    """The message with all its headers."""
    message = EmailMessage()
    message["From"] = _address(account.sender, account.from_name)
    message["To"] = _address(mail.recipient)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = mail.message_id
    if account.reply_to is not None:
        message["Reply-To"] = _address(account.reply_to)
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable: seven bits on the wire, so that no relay has to change it.
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
    for file in mail.attachments:
        main, _slash, sub = file.kind.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return message


def _address(mailbox: Mailbox, name: str = "") -> Address:
    return Address(display_name=" ".join(name.split()), username=mailbox.local, domain=mailbox.domain)
