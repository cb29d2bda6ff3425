"""One e-mail address as mail servers take it: apostrophes, accents and foreign domains included."""

from __future__ import annotations

import re
from dataclasses import dataclass

from convisav_tui.i18n import _

LONGEST = 254
LONGEST_LOCAL = 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u0080-\U0010ffff]+")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?", re.IGNORECASE)


@dataclass(frozen=True)
class Mailbox:
    """Local part as it was typed, domain in ASCII (IDNA)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Whether the server must speak SMTPUTF8 (RFC 6531) to reach it."""
        return not self.local.isascii()


def parse_mailbox(text: str) -> Mailbox:
    """Read exactly one address, without a display name. ValueError with a sentence when it is none, or several."""
    typed = text.strip()
    local, at, domain = typed.rpartition("@")
    if not at or not _good_local(local) or len(typed) > LONGEST:
        raise ValueError(_("“{text}” is not one e-mail address.").format(text=typed))
    return Mailbox(local, _ascii_domain(domain, typed))


def _good_local(local: str) -> bool:
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    return bool(_LOCAL.fullmatch(local)) and local.isprintable() and len(local) <= LONGEST_LOCAL and not dotted


def _ascii_domain(domain: str, typed: str) -> str:
    import idna

    try:
        name = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError(_("“{text}” is not one e-mail address.").format(text=typed)) from error
    if not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError(_("“{text}” is not one e-mail address.").format(text=typed))
    return name
