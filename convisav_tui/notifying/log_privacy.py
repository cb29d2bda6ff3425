"""Logs that hold no secret and no customer: other libraries' lines are cleaned before they are written."""

from __future__ import annotations

import logging
import re
from urllib.parse import quote, unquote

from convisav_tui.text import one_line

HIDDEN = "…"
SHORTEST_SECRET = 4
# Libraries that print tokens, URLs, numbers and addresses of their own accord (notifying.md 2).
TALKATIVE = ("apprise", "urllib3", "urllib3.connectionpool", "urllib3.util.retry", "requests")
_ADDRESS = re.compile(r"[^\s<>\"(]+@[^\s<>\")]+")
# Numbers may be printed digit by digit: "3,3,6,1,...".
_NUMBER = re.compile(r"\+?\d(?:[\s,.\-]*\d){6,}")

_secrets: set[str] = set()


def learn_secrets(*words: str) -> None:
    """Never let these words into a log line again, however a URL may quote them."""
    for word in words:
        for form in (word, unquote(word), quote(unquote(word), safe="")):
            if len(form) >= SHORTEST_SECRET:
                _secrets.add(form)


def without_secrets(text: str) -> str:
    """The text with the secrets that were learnt taken out."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def without_people(text: str) -> str:
    """The text without e-mail addresses and telephone numbers."""
    return _NUMBER.sub(HIDDEN, _ADDRESS.sub(HIDDEN, text))


class Discreet(logging.Filter):
    """Rewrites each record: no secret, no address, no number, no traceback with values in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record and keep it."""
        record.msg = one_line(without_people(without_secrets(record.getMessage())))
        record.args = None
        record.exc_info = None
        record.exc_text = None
        return True


_discreet = Discreet()


def quieten() -> None:
    """Hold the talkative libraries at WARNING and clean what they say; may be called again."""
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.addFilter(_discreet)
