"""Which screen an action opens, and for which order: the table where the screens know of each other.

Every opener is given the desk and the counter, and makes the view to open; or None when there is nothing to open (it
has said why) or it has opened it itself. Its module is read from the disk with the first key that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from convisav_tui.i18n import _
from convisav_tui.screens.opening import OnCustomer, number_under_cursor, open_customer, open_customer_of
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.desk import Desk
    from convisav_tui.screens.view import View


@dataclass(frozen=True)
class Named:
    """Something in a module of the screens, by its name."""

    module: str
    name: str

    def found(self) -> Callable[..., Any]:
        """The thing itself; the module is imported when it was not yet."""
        thing: Callable[..., Any] = getattr(import_module(f"convisav_tui.screens.{self.module}"), self.name)
        return thing


@dataclass(frozen=True)
class Screen(Named):
    """A view that needs nothing but the counter, and what else is told to it."""

    told: Mapping[str, object] = field(default_factory=dict)

    def __call__(self, desk: Desk, counter: Counter) -> View:
        """The view."""
        view: View = self.found()(counter, **self.told)
        return view


@dataclass(frozen=True)
class Deed(Named):
    """A function that opens, or asks for, what is wanted."""

    def __call__(self, desk: Desk, counter: Counter) -> None:
        """Do it."""
        self.found()(desk, counter)


@dataclass(frozen=True)
class OrderDeed(Named):
    """A function that does so for the order under the cursor; it says itself when there is none."""

    def __call__(self, desk: Desk, counter: Counter) -> None:
        """Do it."""
        self.found()(desk, counter, number_under_cursor(desk))


def openers(desk: Desk, counter: Counter) -> dict[str, Callable[[], View | None]]:
    """By action: what makes the view to open, or None when there is nothing to open (it has said why)."""
    return {action: partial(opener, desk, counter) for action, opener in OPENERS.items()}


def _new(desk: Desk, counter: Counter) -> View:
    from convisav_tui.screens.intake import IntakeView

    return IntakeView(counter, from_order=number_under_cursor(desk) if desk.view.name == "sheet" else "")


def _print(desk: Desk, counter: Counter) -> View:
    from convisav_tui.screens.prints import PrintsView

    return PrintsView(counter, number_under_cursor(desk))


def _step(desk: Desk, counter: Counter) -> View | None:
    from convisav_tui.screens.step import StepView

    number = number_under_cursor(desk)
    if not number:
        _say_no_order(desk)
        return None
    return StepView(counter, number)


def _customer(desk: Desk, counter: Counter) -> None:
    number, view = number_under_cursor(desk), desk.view
    party_id = view.customer_id() if isinstance(view, OnCustomer) else 0
    if party_id:
        open_customer(desk, counter, party_id)
    elif number:
        open_customer_of(desk, counter, number)
    else:
        _say_no_order(desk)


def _quote(desk: Desk, counter: Counter) -> None:
    from convisav_tui.screens.quote_deeds import open_quote

    number, view = number_under_cursor(desk), desk.view
    if number:
        open_quote(desk, counter, number, instead=view.name in ("versions", "checklist"))
    else:
        _say_no_order(desk)


def _batch(desk: Desk, counter: Counter) -> View:
    from convisav_tui.screens.batch import BatchView

    return BatchView(counter, party_id=_principal(desk))


def _import_orders(desk: Desk, counter: Counter) -> View:
    from convisav_tui.screens.import_orders import ImportOrdersView

    return ImportOrdersView(counter, party_id=_principal(desk))


def _find(desk: Desk, _counter: Counter) -> None:
    desk.home()
    desk.view.act("find")


def _principal(desk: Desk) -> int:
    """The principal under the cursor, where the screen is about one."""
    view = desk.view
    return view.customer_id() if view.name in ("principals", "customer") and isinstance(view, OnCustomer) else 0


def _say_no_order(desk: Desk) -> None:
    desk.say(_("Put the cursor on an order first"), Role.WARNING)


OPENERS: Mapping[str, Callable[[Desk, Counter], View | None]] = {
    "new": _new,
    "drafts": Screen("drafts", "DraftsView"),
    "print": _print,
    "messages": Screen("messages", "MessagesView"),
    "till": Screen("till", "TillView"),
    "step": _step,
    "customer": _customer,
    "album": Screen("album", "AlbumView"),
    "staff": Screen("staff_view", "StaffView"),
    "journal": Screen("staff_journal", "StaffJournalView"),
    "pin": Deed("pin_asking", "change_my_pin"),
    "scanner": Deed("scanner_asking", "print_sheet"),
    "loaners": Screen("loaners_view", "LoanersView"),
    "loans": Screen("loaners_view", "LoanersView", {"lent_only": True}),
    "amounts": Screen("amounts_view", "AmountsView"),
    "quote_settings": Deed("quote_settings_view", "open_quote_settings"),
    "wordings": Screen("wordings_view", "WordingsView"),
    "notices": Screen("notices_view", "NoticesView"),
    "reminders": Screen("reminders_view", "RemindersView"),
    "places": Screen("places_view", "PlacesView"),
    "subcontractors": Screen("subcontractors_view", "SubcontractorsView"),
    "away": Screen("away_view", "AwayView"),
    "work": Screen("work_view", "WorkView", {"kind": "work"}),
    "radar": Screen("work_view", "WorkView", {"kind": "radar"}),
    "next_ten": Screen("work_view", "WorkView", {"kind": "next_ten"}),
    "points": Screen("points_view", "PointsView"),
    "fixes": Screen("fixes_view", "FixesView"),
    "device_types": Screen("device_types_view", "DeviceTypesView"),
    "parts": Screen("parts_view", "PartsView"),
    "arrivals": Screen("arrivals_view", "ArrivalsView"),
    "supplier_orders": Screen("supplier_orders_view", "SupplierOrdersView"),
    "suppliers": Screen("suppliers_view", "SuppliersView"),
    "stock_count": Screen("stock_count_view", "StockCountView"),
    "needs": OrderDeed("needs_view", "open_needs"),
    "papers": OrderDeed("papers_view", "open_papers"),
    "quote": _quote,
    "consents": OrderDeed("quote_deeds", "open_consents"),
    "versions": OrderDeed("quote_deeds", "open_versions"),
    "find": _find,
    "principals": Screen("principals", "PrincipalsView"),
    "batch": _batch,
    "import_orders": _import_orders,
    "statements": Screen("statements_view", "StatementsView"),
}
