"""What mends a refused step without leaving it for good: a payment, a loaner taken back, a new intake, the quote."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.store.queries.sheet import Sheet

# What `act` and `open_screen` know by name.
KEYS = ("till", "new", "loaner")
SCREENS = ("needs", "quote", "consent", "consents", "quote_settings")


def act(host: Host, counter: Counter, number: str, order_id: int, action: str) -> bool:
    """An action that mends, or that belongs to a step; False where it is none of them."""
    if action == "till":
        _with_sheet(host, counter, number, lambda found: _pay(host, counter, found))
    elif action == "loaner":
        _with_sheet(host, counter, number, lambda found: _loan(host, counter, found))
    elif action == "new":
        from convisav_tui.screens.intake import IntakeView

        host.open(IntakeView(counter, from_order=number))
    elif action == "checklist":
        from convisav_tui.screens.checklist_view import ChecklistView

        host.open(ChecklistView(counter, number, "final_test"))
    elif action == "print":
        host.run(
            lambda: _print_slip(counter, order_id),
            lambda _none: host.say(_("The slip is printed: have it signed"), Role.NORMAL),
        )
    else:
        return open_screen(host, counter, number, order_id, action)
    return True


def open_screen(
    host: Host, counter: Counter, number: str, order_id: int, mended_by: str, *, instead: bool = False
) -> bool:
    """Open the screen that mends, the quote `instead` of the step; False where there is none."""
    if mended_by == "needs":
        from convisav_tui.screens.needs_view import open_needs

        open_needs(host, counter, number)
    elif mended_by == "quote":
        from convisav_tui.screens.quote_deeds import open_quote

        open_quote(host, counter, number, instead=instead)
    elif mended_by in ("consent", "consents"):
        from convisav_tui.screens.consents_view import ConsentsView

        host.open(ConsentsView(counter, order_id, number))
    elif mended_by == "quote_settings":
        from convisav_tui.screens.quote_settings_view import open_quote_settings

        open_quote_settings(host, counter)
    else:
        return False
    return True


def _with_sheet(host: Host, counter: Counter, number: str, done: Callable[[Sheet], None]) -> None:
    def read() -> Sheet | None:
        from convisav_tui.store.queries.sheet import sheet

        with counter.store.read() as session:
            return sheet(session, number)

    def came(found: Sheet | None) -> None:
        if found is not None:
            done(found)

    host.run(read, came, label=_("Opening"))


def _pay(host: Host, counter: Counter, found: Sheet) -> None:
    from convisav_tui.screens.payment import PaymentView

    host.open(PaymentView(counter, found, host.repaint))


def _loan(host: Host, counter: Counter, found: Sheet) -> None:
    from convisav_tui.screens.loan_view import open_loan_of

    open_loan_of(host, counter, found)


def _print_slip(counter: Counter, order_id: int) -> None:
    from convisav_tui.shop.relinquishment import print_slip
    from convisav_tui.store.models import RepairOrder

    counter.store.write(
        lambda session: print_slip(session, session.get_one(RepairOrder, order_id), counter.shop, counter.actor)
    )
