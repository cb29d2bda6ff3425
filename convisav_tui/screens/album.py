"""What the demo's printer and mailboxes received: labels as pictures made of characters, mails and SMS as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import _, mark
from convisav_tui.screens.keys import Key
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap

if TYPE_CHECKING:
    from datetime import datetime

    from convisav_tui.screens.counter import Counter


@dataclass(frozen=True)
class Exhibit:
    """One thing to look at: when it came, a heading, and its lines for a width."""

    at: datetime
    heading: str
    lines: Callable[[int], list[str]]


class AlbumView(View):
    """Left and right (or n and p) turn the pages, newest first; arrows scroll."""

    name: ClassVar[str] = "album"

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.title = _("What the demo printed and sent")
        self._pages: list[Exhibit] = []
        self._index = 0
        self._top = 0
        self._page = 10  # rows that fit, less one that stays in sight

    def opened(self) -> None:
        """Look at the folder."""
        self._read()

    def changed_elsewhere(self) -> None:
        """Something may have come out meanwhile."""
        self._read()

    def actions(self) -> Sequence[str]:
        """Only turning and leaving."""
        return ("help", "quit")

    def hint(self) -> Row:
        """How to turn the pages."""
        return [
            Span(" ←/→ ", Role.KEY),
            Span(_("Newer, older") + "  ", Role.DIM),
            Span(_("Esc"), Role.KEY),
            Span(" " + _("Back"), Role.DIM),
        ]

    def key(self, key: Key) -> None:
        """Turn, scroll, leave."""
        if key.name == "escape":
            self.host.back()
        elif key.name in ("left", "right"):
            self._index = max(0, min(len(self._pages) - 1, self._index + (1 if key.name == "right" else -1)))
            self._top = 0
        elif key.name in ("up", "down", "pageup", "pagedown"):
            self._top = max(
                0, self._top + {"up": -1, "down": 1, "pageup": -self._page, "pagedown": self._page}[key.name]
            )

    def _read(self) -> None:
        from convisav_tui.demo.album import label_pictures, mails, texts
        from convisav_tui.printing.preview import picture_rows

        home = self.counter.config.home
        pages = [
            Exhibit(
                picture.printed_at,
                _("Printed: {name}").format(name=picture.path.name),
                partial(picture_rows, picture.path),
            )
            for picture in label_pictures(home)
        ]
        for heading, letters in (
            (mark("E-mail to {recipient}"), mails(home)),
            (mark("SMS to {recipient}"), texts(home)),
        ):
            for letter in letters:
                words = f"{letter.subject}\n\n{letter.text}" if letter.subject else letter.text
                title = _(heading).format(recipient=letter.recipient)
                pages.append(Exhibit(letter.delivered_at, title, partial(wrap, words)))
        self._pages = sorted(pages, key=lambda page: page.at, reverse=True)

    def render(self, width: int, height: int) -> Page:
        """One page."""
        self.title_right = self.counter.title_right()
        if not self._pages:
            return Page([[], [Span("  " + _("Nothing was printed or sent yet"), Role.DIM)]], (0, 0))
        page = self._pages[self._index]
        when = self.counter.moment(page.at)
        rows: list[Row] = [[Span(f" {self._index + 1}/{len(self._pages)}  {when}  {page.heading}", Role.HEADING)], []]
        lines = page.lines(width - 2)
        self._page = max(1, height - 3)
        self._top = max(0, min(self._top, len(lines) - (height - 2)))
        rows += [[Span(" " + line)] for line in lines[self._top : self._top + height - 2]]
        return Page(rows, (0, 0))
