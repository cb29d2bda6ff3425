"""What a broken line or an Esc left half typed, offered to whoever begins to work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui.i18n import ngettext
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host


def offer_drafts(host: Host, counter: Counter) -> None:
    """Say in the status row how many intakes of this person or this station wait under F5, beside the sentence that
    has just greeted him; nothing when none does."""
    person = counter.person
    if person is None or counter.opened is None:
        return

    def count() -> int:
        from convisav_tui.shop.drafts import left_here

        with counter.store.read() as session:
            return left_here(session, person)

    def offer(count: int) -> None:
        if count:
            said = ngettext("{count} intake waits under F5", "{count} intakes wait under F5", count).format(count=count)
            host.say(f"{host.said} · {said}" if host.said and host.said == counter.greeting else said, Role.WARNING)

    # A shop that cannot be read has been told already.
    host.run(count, offer, lambda _error: None, hold=False, group="left")
