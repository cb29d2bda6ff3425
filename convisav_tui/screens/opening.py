"""Opening an order, a customer, or what a scanned label names, from wherever somebody is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from convisav_tui import ticket_number
from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.desk import Desk
    from convisav_tui.screens.view import Host
    from convisav_tui.store.queries.sheet import Sheet


@runtime_checkable
class OnOrder(Protocol):
    """A view with the cursor on an order, or about one."""

    def order_number(self) -> str:
        """Its ten digits; empty when there is none."""


@runtime_checkable
class OnCustomer(Protocol):
    """A view that knows whose order it is about without asking the store."""

    def customer_id(self) -> int:
        """The customer; 0 when there is none."""


def open_order(host: Host, counter: Counter, number: str, *, instead: bool = False) -> None:
    """Open the sheet of an order by its number, `instead` of the present view or above it, or say that there is
    none."""
    from convisav_tui.screens.sheet import SheetView

    def show(found: Sheet | None) -> None:
        if found is None:
            host.say(_("There is no order {number}").format(number=ticket_number.show(number)), Role.WARNING)
        elif instead:
            host.replace(SheetView(counter, found))
        else:
            host.open(SheetView(counter, found))

    host.run(lambda: _sheet(counter, number), show, label=_("Opening"), leave=True)


def open_scanned(desk: Desk, counter: Counter, number: str) -> None:
    """Open the sheet of a scanned label; one sheet follows another, so that Esc leads back from the last at once. The
    label of a place and the slip of a dispatch have deeds of their own."""
    view = desk.view
    if ticket_number.kind(number) in ("place", "dispatch"):
        from convisav_tui.screens.scanned_things import scanned_thing

        scanned_thing(desk, counter, number, number_under_cursor(desk) if view.name == "sheet" else "")
        return
    if number == ticket_number.SHEET:
        desk.say(_("The digits of the scanner are right. Now the letters of the sheet."), Role.SUCCESS)
    elif ticket_number.kind(number) == "loaner":
        from convisav_tui.screens.loan_view import open_scanned_unit
        from convisav_tui.screens.sheet import SheetView

        open_scanned_unit(desk, counter, number, view.facts if isinstance(view, SheetView) else None)
    elif view.name == "sheet" and number_under_cursor(desk) == number:
        desk.say(_("This is the order that was scanned"), Role.SUCCESS)
    else:
        open_order(desk, counter, number, instead=view.name == "sheet")


def open_customer(host: Host, counter: Counter, party_id: int) -> None:
    """Open the card of a customer."""
    from convisav_tui.screens.customer import CustomerView

    host.open(CustomerView(counter, party_id))


def open_customer_of(host: Host, counter: Counter, number: str) -> None:
    """Open the card of the customer of an order."""

    def show(found: Sheet | None) -> None:
        if found is not None:
            open_customer(host, counter, found.customer.id)

    host.run(lambda: _sheet(counter, number), show, label=_("Opening"), leave=True)


def _sheet(counter: Counter, number: str) -> Sheet | None:
    from convisav_tui.store.queries.sheet import sheet

    with counter.store.read() as session:
        return sheet(session, number)


def number_under_cursor(desk: Desk) -> str:
    """The order that the cursor is on, or that the view is about; empty when there is none."""
    view = desk.view
    return view.order_number() if isinstance(view, OnOrder) else ""
