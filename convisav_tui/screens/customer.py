"""F9: the customer of an order, and everything he ever brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.screens.keys import Key
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.reading import part_of, rows_of
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, side_by_side, wrap
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record, RecordList, Request

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.customers import CustomerHistory

COLUMNS = (
    ColumnSpec("number", mark("No."), 12),
    ColumnSpec("opened", mark("Taken in"), 10),
    ColumnSpec("device", mark("Device"), 15, grow=1),
    ColumnSpec("state", mark("State"), 12),
    ColumnSpec("fault", mark("Fault"), 18, from_width=75, grow=2),
)


class CustomerView(View):
    """His card above, his orders below; Enter opens one."""

    name: ClassVar[str] = "customer"

    def __init__(self, counter: Counter, party_id: int) -> None:
        self.counter = counter
        self._party_id = party_id
        self._customer: CustomerHistory | None = None
        self.title = _("Customer")
        self._list = RecordList(COLUMNS, self._fetch, rows_of(self, counter), empty=_("No order yet"))

    def opened(self) -> None:
        """Read the card and the orders."""
        self._list.load()

    def resumed(self) -> None:
        """One of his orders may have moved on."""
        self._list.refresh()

    def changed_elsewhere(self) -> None:
        """Another station changed something."""
        self._list.refresh()

    def order_number(self) -> str:
        """The order under the cursor."""
        record = self._list.current
        return record.cells["number"].replace(" ", "") if record is not None else ""

    def customer_id(self) -> int:
        """Whose card it is."""
        return self._party_id

    def actions(self) -> Sequence[str]:
        """What can be done with the order under the cursor, and with the card."""
        return ("open", "edit", "terms", "personal", "new", "step", "print", "find", "menu", "help", "quit")

    def act(self, action: str) -> bool:
        """Open the order, or take in a device of this customer."""
        number = self.order_number()
        if action == "open" and number:
            open_order(self.host, self.counter, number)
        elif action == "open":
            self.host.say(_("He has brought nothing yet; F2 takes a device in"), Role.WARNING)
        elif action == "new" and number:
            from convisav_tui.screens.intake import IntakeView

            self.host.open(IntakeView(self.counter, from_order=number))
        elif action == "personal":
            from convisav_tui.screens.person_view import PersonView

            self.host.open(PersonView(self.counter, self._party_id))
        elif action == "edit":
            from convisav_tui.screens.customer_card import open_card

            open_card(self.host, self.counter, self._party_id)
        elif action == "terms":
            from convisav_tui.screens.principal_terms import open_terms

            open_terms(self.host, self.counter, self._party_id)
        else:
            return False
        return True

    def key(self, key: Key) -> None:
        """Arrows move; Esc goes back."""
        if key.name == "escape":
            self.host.back()
        elif key.name != "space":
            self._list.key(key)

    def _fetch(self, request: Request) -> Sequence[Record]:
        from convisav_tui.store.queries.customers import customer_history

        with self.counter.store.read() as session:
            self._customer = customer_history(session, self._party_id)
        if self._customer is None:
            return []
        records = [
            Record(
                position=order.id,
                identity=order.id,
                cells={
                    "number": ticket_number.show(order.number),
                    "opened": format_day(self.counter.local(order.opened_at).date()),
                    "device": order.device,
                    "state": words.word(words.STATES, order.state),
                    "fault": " ".join(order.fault.split()),
                },
            )
            for order in self._customer.orders
        ]
        return part_of(records, request)

    def render(self, width: int, height: int) -> Page:
        """The card, a rule, the orders."""
        self.title_right = self.counter.title_right()
        rows = [*self._card(width), [Span("─" * width, Role.RULE)]]
        top = len(rows)
        page = self._list.render(width, max(2, height - top))
        cursor = (page.cursor[0], page.cursor[1] + top) if page.cursor is not None else None
        return Page([*rows, *page.rows][:height], cursor)

    def _card(self, width: int) -> list[Row]:
        customer = self._customer
        if customer is None:
            return [[Span(" " + _("This customer was removed."), Role.WARNING)]]
        place = ", ".join(part for part in (customer.street, f"{customer.postcode} {customer.city}".strip()) if part)
        reach = "  ".join(part for part in (customer.phone, customer.email) if part)
        rows: list[Row] = [[Span(" " + line, Role.VALUE)] for line in wrap(customer.name, width - 12)[:3]]
        rows[0] = side_by_side(rows[0], [Span(customer.code + " ", Role.DIM)], width)
        unreachable = _("No phone, no e-mail: e adds them")
        rows.append([Span(" " + reach) if reach else Span(" " + unreachable, Role.WARNING)])
        rows += [[Span(" " + line)] for line in wrap(place, width - 2)[:2] if line]
        rows += [[Span(" " + line, Role.WARNING)] for line in wrap(customer.note, width - 2)[:3] if line]
        return rows
