"""What a sheet does besides the next step: showing the unlock code for a minute."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.screens.widgets.prompt import YesNo

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.store.queries.sheet import Sheet


def reveal(host: Host, counter: Counter, sheet: Sheet, show: Callable[[str], None]) -> None:
    """Ask, write down who looks, then show the unlock code (rules.md 4.5)."""

    def look() -> None:
        host.run(lambda: _revealed(counter, sheet.order.id), show, label=_("Opening"))

    host.ask(YesNo(_("Show the unlock code? It is written down who looked."), look, default=False))


def _revealed(counter: Counter, order_id: int) -> str:
    from convisav_tui.shop.secrets import reveal_secret

    return counter.store.write(lambda session: reveal_secret(session, order_id, counter.actor)).code
