"""The set-up sheet of a barcode scanner, asked for from the menu."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from convisav_tui.i18n import _, language
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host


def print_sheet(host: Host, counter: Counter, asked: Callable[[], None] = lambda: None) -> None:
    """Put the sheet among the papers to print, in the language of the screen, and tell `asked`; F4 says what becomes of
    it."""
    key, spoken = str(uuid.uuid4()), language()

    def ask(session: Session) -> None:
        from convisav_tui.shop.scanner_sheet import print_scanner_sheet

        print_scanner_sheet(session, counter.actor, spoken, key)

    def done(_nothing: None) -> None:
        host.say(_("Scanner sheet sent to the printer"), Role.SUCCESS)
        asked()

    host.run(lambda: counter.store.write(ask), done, label=_("Saving"))
