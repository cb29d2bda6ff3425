"""Which screen an action opens, and for which order: the one place where the screens know of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from convisav_tui import ticket_number
from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.desk import Desk
    from convisav_tui.screens.view import Host, View
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


def openers(desk: Desk, counter: Counter) -> dict[str, Callable[[], View | None]]:
    """By action: what makes the view to open, or None when there is nothing to open (it has said why)."""

    def new() -> View:
        from convisav_tui.screens.intake import IntakeView

        return IntakeView(counter, from_order=_number(desk) if desk.view.name == "sheet" else "")

    def drafts() -> View:
        from convisav_tui.screens.drafts import DraftsView

        return DraftsView(counter)

    def prints() -> View:
        from convisav_tui.screens.prints import PrintsView

        return PrintsView(counter, _number(desk))

    def messages() -> View:
        from convisav_tui.screens.messages import MessagesView

        return MessagesView(counter)

    def till() -> View:
        from convisav_tui.screens.till import TillView

        return TillView(counter)

    def step() -> View | None:
        from convisav_tui.screens.step import StepView

        number = _number(desk)
        if not number:
            _say_no_order(desk)
            return None
        return StepView(counter, number)

    def customer() -> None:
        number, view = _number(desk), desk.view
        party_id = view.customer_id() if isinstance(view, OnCustomer) else 0
        if party_id:
            open_customer(desk, counter, party_id)
        elif number:
            open_customer_of(desk, counter, number)
        else:
            _say_no_order(desk)

    def album() -> View:
        from convisav_tui.screens.album import AlbumView

        return AlbumView(counter)

    def staff() -> View:
        from convisav_tui.screens.staff_view import StaffView

        return StaffView(counter)

    def journal() -> View:
        from convisav_tui.screens.staff_journal import StaffJournalView

        return StaffJournalView(counter)

    def pin() -> None:
        from convisav_tui.screens.pin_asking import change_my_pin

        change_my_pin(desk, counter)

    def scanner() -> None:
        from convisav_tui.screens.scanner_asking import print_sheet

        print_sheet(desk, counter)

    def loaners() -> View:
        from convisav_tui.screens.loaners_view import LoanersView

        return LoanersView(counter)

    def loans() -> View:
        from convisav_tui.screens.loaners_view import LoanersView

        return LoanersView(counter, lent_only=True)

    def amounts() -> View:
        from convisav_tui.screens.amounts_view import AmountsView

        return AmountsView(counter)

    def quote_settings() -> None:
        from convisav_tui.screens.quote_settings_view import open_quote_settings

        open_quote_settings(desk, counter)

    def wordings() -> View:
        from convisav_tui.screens.wordings_view import WordingsView

        return WordingsView(counter)

    def notices() -> View:
        from convisav_tui.screens.notices_view import NoticesView

        return NoticesView(counter)

    def reminders() -> View:
        from convisav_tui.screens.reminders_view import RemindersView

        return RemindersView(counter)

    def places() -> View:
        from convisav_tui.screens.places_view import PlacesView

        return PlacesView(counter)

    def subcontractors() -> View:
        from convisav_tui.screens.subcontractors_view import SubcontractorsView

        return SubcontractorsView(counter)

    def away() -> View:
        from convisav_tui.screens.away_view import AwayView

        return AwayView(counter)

    def parts() -> View:
        from convisav_tui.screens.parts_view import PartsView

        return PartsView(counter)

    def arrivals() -> View:
        from convisav_tui.screens.arrivals_view import ArrivalsView

        return ArrivalsView(counter)

    def supplier_orders() -> View:
        from convisav_tui.screens.supplier_orders_view import SupplierOrdersView

        return SupplierOrdersView(counter)

    def suppliers() -> View:
        from convisav_tui.screens.suppliers_view import SuppliersView

        return SuppliersView(counter)

    def stock_count() -> View:
        from convisav_tui.screens.stock_count_view import StockCountView

        return StockCountView(counter)

    def needs() -> None:
        from convisav_tui.screens.needs_view import open_needs

        open_needs(desk, counter, _number(desk))

    def quote() -> None:
        from convisav_tui.screens.quote_deeds import open_quote

        number, view = _number(desk), desk.view
        if number:
            open_quote(desk, counter, number, instead=view.name in ("versions", "checklist"))
        else:
            _say_no_order(desk)

    def consents() -> None:
        from convisav_tui.screens.quote_deeds import open_consents

        open_consents(desk, counter, _number(desk))

    def versions() -> None:
        from convisav_tui.screens.quote_deeds import open_versions

        open_versions(desk, counter, _number(desk))

    def papers() -> None:
        from convisav_tui.screens.papers_view import open_papers

        open_papers(desk, counter, _number(desk))

    def list_of(kind: str) -> View:
        from convisav_tui.screens.work_view import WorkView

        return WorkView(counter, kind)

    def points() -> View:
        from convisav_tui.screens.points_view import PointsView

        return PointsView(counter)

    def fixes() -> View:
        from convisav_tui.screens.fixes_view import FixesView

        return FixesView(counter)

    def device_types() -> View:
        from convisav_tui.screens.device_types_view import DeviceTypesView

        return DeviceTypesView(counter)

    def principals() -> View:
        from convisav_tui.screens.principals import PrincipalsView

        return PrincipalsView(counter)

    def batch() -> View:
        from convisav_tui.screens.batch import BatchView

        return BatchView(counter, party_id=_principal(desk))

    def import_orders() -> View:
        from convisav_tui.screens.import_orders import ImportOrdersView

        return ImportOrdersView(counter, party_id=_principal(desk))

    def statements() -> View:
        from convisav_tui.screens.statements_view import StatementsView

        return StatementsView(counter)

    def find() -> None:
        desk.home()
        desk.view.act("find")

    return {
        "new": new,
        "drafts": drafts,
        "print": prints,
        "messages": messages,
        "till": till,
        "step": step,
        "customer": customer,
        "album": album,
        "staff": staff,
        "journal": journal,
        "pin": pin,
        "scanner": scanner,
        "loaners": loaners,
        "loans": loans,
        "amounts": amounts,
        "quote_settings": quote_settings,
        "wordings": wordings,
        "notices": notices,
        "reminders": reminders,
        "places": places,
        "subcontractors": subcontractors,
        "away": away,
        "work": lambda: list_of("work"),
        "radar": lambda: list_of("radar"),
        "next_ten": lambda: list_of("next_ten"),
        "points": points,
        "fixes": fixes,
        "device_types": device_types,
        "parts": parts,
        "arrivals": arrivals,
        "supplier_orders": supplier_orders,
        "suppliers": suppliers,
        "stock_count": stock_count,
        "needs": needs,
        "papers": papers,
        "quote": quote,
        "consents": consents,
        "versions": versions,
        "find": find,
        "principals": principals,
        "batch": batch,
        "import_orders": import_orders,
        "statements": statements,
    }


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

        scanned_thing(desk, counter, number, _number(desk) if view.name == "sheet" else "")
        return
    if number == ticket_number.SHEET:
        desk.say(_("The digits of the scanner are right. Now the letters of the sheet."), Role.SUCCESS)
    elif ticket_number.kind(number) == "loaner":
        from convisav_tui.screens.loan_view import open_scanned_unit
        from convisav_tui.screens.sheet import SheetView

        open_scanned_unit(desk, counter, number, view.facts if isinstance(view, SheetView) else None)
    elif view.name == "sheet" and _number(desk) == number:
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


def _number(desk: Desk) -> str:
    view = desk.view
    return view.order_number() if isinstance(view, OnOrder) else ""


def _principal(desk: Desk) -> int:
    """The principal under the cursor, where the screen is about one."""
    view = desk.view
    return view.customer_id() if view.name in ("principals", "customer") and isinstance(view, OnCustomer) else 0


def _say_no_order(desk: Desk) -> None:
    desk.say(_("Put the cursor on an order first"), Role.WARNING)
