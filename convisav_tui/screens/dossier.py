"""The dossier of a device that nobody collects, printed from its sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import YesNo

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.store.queries.sheet import Sheet

# States in which there is a dossier (`shop.unclaimed.WITH_DOSSIER`, as the sheet has them).
STATES = ("unclaimed", "disposal_procedure")


def ask_dossier(host: Host, counter: Counter, sheet: Sheet) -> None:
    """Ask, then print what a petition to the court must state (FR-U2)."""
    order_id = sheet.order.id

    def write() -> None:
        from convisav_tui.shop.unclaimed import print_dossier

        counter.store.write(lambda session: print_dossier(session, order_id, counter.actor, counter.shop))

    def printed(_none: None) -> None:
        host.say(_("The dossier is with the printer; F4 shows it."), Role.SUCCESS)

    question = _("Print the dossier of this device for the court?")
    host.ask(YesNo(question, lambda: host.run(write, printed, label=_("Saving"))))
