"""The HTML part of an e-mail: the written text in a plain frame, every character of it escaped.

No picture, no script, no address fetched from elsewhere: nothing tells anybody that the mail was read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from importlib import resources
from string import Template

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def html_of(text: str, *, language: str, sender: str, number: str = "") -> str:
    """The page of a text: paragraphs where it has blank lines, links where it has web addresses. `sender` is the
    shop's name; `number` the order's, "" for none."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    body = "\n".join(f'<p style="margin:0 0 1em 0">{_lines(part)}</p>' for part in paragraphs)
    return _frame().substitute(
        language=escape(language, quote=True), sender=escape(sender), number=escape(number), body=body
    )


def _lines(paragraph: str) -> str:
    return "<br>\n".join(_linked(line) for line in paragraph.strip("\n").split("\n"))


def _linked(line: str) -> str:
    """The line escaped, its web addresses made into links that show what they are."""
    parts: list[str] = []
    end = 0
    for found in _LINK.finditer(line):
        address = escape(found.group(), quote=True)
        parts += [escape(line[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*parts, escape(line[end:])])


@lru_cache(maxsize=1)
def _frame() -> Template:
    return Template(resources.files("convisav_tui.notifying").joinpath("mail_frame.html").read_text("utf-8"))
