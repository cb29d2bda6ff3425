"""What suppliers bring: scan piece by piece, see which order waited for it and where it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.arrivals import Arrival
    from convisav_tui.shop.supplier_orders import LineRow

SHOWN = 4


class ArrivalsView(ListingView):
    """A scan receives one piece; Enter receives what is still to come of a line, `b` asks for a code."""

    name: ClassVar[str] = "arrivals"
    columns = (
        ColumnSpec("code", mark("Code"), 13),
        ColumnSpec("name", mark("Part"), 16, grow=2),
        ColumnSpec("left", mark("To come"), 8, align="right"),
        ColumnSpec("supplier", mark("Supplier"), 12, grow=1),
        ColumnSpec("expected", mark("Expected"), 11, from_width=90),
        ColumnSpec("order", mark("Ord. no."), 10, from_width=100),
        ColumnSpec("number", mark("Waits for it"), 13),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter, empty=_("Nothing is on its way"))
        self.title = _("Receive parts")
        self._lines: dict[object, LineRow] = {}
        self._came: list[tuple[str, bool]] = []

    def order_number(self) -> str:
        """The first order that waits for the part under the cursor."""
        record = self._list.current
        line = self._lines.get(record.identity) if record is not None else None
        return line.orders[0] if line is not None and line.orders else ""

    def actions(self) -> Sequence[str]:
        """By hand, and what there is."""
        return ("by_hand", "supplier_orders", "parts", "step", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        return (("enter", _("All of it came")), ("b", _("Code by hand")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """What a scan does here, and what the last ones did."""
        rows: list[Row] = [[Span(" " + _("Scan what came: each scan is one piece."), Role.HEADING)]]
        rows += [[Span(" " + told, Role.SUCCESS if moved else Role.NORMAL)] for told, moved in self._came]
        return [*rows, []]

    def act(self, action: str) -> bool:
        """A code typed by hand."""
        if action == "by_hand":
            self.host.ask(TextPrompt(_("Code, EAN or reference of what came:"), self._receive))
        return action == "by_hand"

    def wants_scan(self) -> bool:
        """Any barcode of a part."""
        return True

    def scanned(self, text: str) -> bool:
        """One piece came; the label of an order opens its sheet."""
        if ticket_number.is_valid(text):
            open_order(self.host, self.counter, text)
        else:
            self._receive(text)
        return True

    def records(self, session: Session) -> list[Record]:
        """What is on its way."""
        from convisav_tui.shop.supplier_orders import line_rows

        found = line_rows(session)
        self._lines = {line.id: line for line in found}
        return [line_record(line) for line in found]

    def chosen(self, record: Record) -> None:
        """All that is still to come of a line came."""
        from convisav_tui.shop.arrivals import receive_part

        line, counter, key = self._lines.get(record.identity), self.counter, str(uuid4())
        if line is None:
            return
        self.host.run(
            lambda: counter.store.write(
                lambda session: receive_part(
                    session, line.part_id, line.left, counter.actor, counter.shop, key, line_id=line.id
                ),
                repeatable=True,
            ),
            self._received,
            label=_("Saving"),
        )

    def _receive(self, text: str) -> None:
        from convisav_tui.shop.arrivals import receive_scanned

        if not text.strip():
            return
        counter, key = self.counter, str(uuid4())
        self.host.run(
            lambda: counter.store.write(
                lambda session: receive_scanned(session, text, counter.actor, counter.shop, key), repeatable=True
            ),
            self._received,
            label=_("Saving"),
        )

    def _received(self, arrival: Arrival) -> None:
        self._came = [*told(arrival), *self._came][:SHOWN]
        self._list.load()


def told(arrival: Arrival) -> list[tuple[str, bool]]:
    """What came and for whom, in sentences; whether an order moved on."""
    from convisav_tui.shop.stock import shown

    what = f"{shown(arrival.quantity)} × {arrival.code} {arrival.name}"
    if not arrival.served:
        return [(_("{what}: into the stock").format(what=what), False)]
    return [
        (
            _("{what}: for {number}, now {state}").format(
                what=what, number=ticket_number.show(one.number), state=words.word(words.FULL_STATES, one.state)
            ),
            one.moved_on,
        )
        for one in arrival.served
    ]


def line_record(line: LineRow) -> Record:
    """A line of a supplier order as a row."""
    from convisav_tui.shop.stock import shown

    return Record(
        position=line.id,
        identity=line.id,
        cells={
            "code": line.code,
            "name": line.name,
            "reference": line.reference,
            "quantity": shown(line.quantity),
            "left": shown(line.left),
            "supplier": line.supplier,
            "expected": format_day(line.expected_on) if line.expected_on is not None else "",
            "order": line.order,
            "number": ", ".join(ticket_number.show(number) for number in line.orders),
        },
    )
