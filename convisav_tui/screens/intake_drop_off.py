"""One more device of the same customer: what the next intake takes over, and the receipt that waits for it (C11)."""

from __future__ import annotations

from dataclasses import dataclass

from convisav_tui.i18n import _
from convisav_tui.screens.intake_filling import fill_customer
from convisav_tui.screens.intake_knowledge import Knowledge
from convisav_tui.screens.intake_lookups import BroughtTogether
from convisav_tui.screens.view import Host


@dataclass
class DropOffPart:
    """Beside which order (ten digits) this device was brought, and whether the receipt of that one waits for it."""

    number: str = ""
    receipt_owed: bool = False

    def begin(self, knowledge: Knowledge, found: BroughtTogether) -> None:
        """Customer and depositor are the same; the device is asked for next."""
        state = knowledge.form.state
        knowledge.customer = found.customer
        fill_customer(state, found.customer)
        state.preset("depositor", found.depositor, again=True)
        state.preset("beside", self.number, again=True)
        knowledge.form.go("device")
        knowledge.ask_defaults()

    def leave(self, host: Host, knowledge: Knowledge) -> None:
        """No more devices come after all: what waited for them is printed now."""
        if self.number and self.receipt_owed:
            self.receipt_owed = False
            number = self.number
            host.run(lambda: knowledge.lookups.end_drop_off(number), lambda _none: None, hold=False)

    def title(self) -> str:
        """What stands in the title bar."""
        return _("One more device") if self.number else _("New intake")
