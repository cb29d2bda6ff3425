"""Orders to suppliers (F10): what is to be ordered, what is on its way, one order in its lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import part_words, ticket_number, words
from convisav_tui.i18n import _, format_day, mark, ngettext
from convisav_tui.screens.arrivals_view import line_record
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.ordering_views import OrderAllView, OrderOffView, ordered
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import YesNo
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.outbox import PlannedMessage
    from convisav_tui.shop.steps import Preview
    from convisav_tui.shop.supplier_orders import OrderedRow, Wanted

FOLDER = "exports"


def open_supplier_order(host: Host, counter: Counter, order_id: int) -> None:
    """Open the lines of one order."""

    def read() -> OrderedRow | None:
        from convisav_tui.shop.supplier_orders import ordered_rows

        with counter.store.read() as session:
            return next(iter(ordered_rows(session, order_id)), None)

    def show(row: OrderedRow | None) -> None:
        if row is not None:
            host.open(SupplierOrderView(counter, row))

    host.run(read, show, label=_("Opening"), leave=True)


class SupplierOrdersView(ListingView):
    """What is to be ordered first, then the orders; `o` orders all of it and sends it, `e` sends the order under the
    cursor once more, Enter shows the lines of an order."""

    name: ClassVar[str] = "supplier_orders"
    columns = (
        ColumnSpec("number", mark("Ord. no."), 10),
        ColumnSpec("what", mark("Part"), 22, grow=2),
        ColumnSpec("quantity", mark("Pieces"), 7, align="right"),
        ColumnSpec("supplier", mark("Supplier"), 16, grow=1),
        ColumnSpec("state", mark("State"), 12),
        ColumnSpec("day", mark("Expected"), 11, from_width=90),
        ColumnSpec("orders", mark("For order"), 14, from_width=100),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter, empty=_("Nothing is to be ordered, nothing is on its way"))
        self.title = _("Supplier orders")
        self._wanted: list[Wanted] = []
        self._orders: dict[object, OrderedRow] = {}

    def actions(self) -> Sequence[str]:
        """Ordering, sending and receiving."""
        return ("order_parts", "send_order", "arrivals", "parts", "suppliers", "print", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """The deeds."""
        return (
            ("o", _("Order all")),
            ("e", _("Send")),
            ("r", _("Receive")),
            ("enter", _("Lines")),
            ("escape", _("Back")),
        )

    def act(self, action: str) -> bool:
        """Order what is missing, after a question; send an order once more."""
        if action == "send_order":
            record = self._list.current
            row = self._orders.get(record.identity) if record is not None else None
            if row is None:
                self.host.say(_("Put the cursor on an order that was made"), Role.WARNING)
            else:
                send_order(self.host, self.counter, row)
            return True
        if action != "order_parts":
            return False
        ready = [one for one in self._wanted if one.supplier_id is not None]
        if not ready:
            self.host.say(_("Nothing can be ordered: no part is missing, or none has a supplier."), Role.WARNING)
            return True
        self.host.run(self._foreseen, self._ask, label=_("Reading"))
        return True

    def _foreseen(self) -> Preview:
        from convisav_tui.shop.ordering_foreseen import foresee_ordering

        with self.counter.store.read() as session:
            return foresee_ordering(session, self.counter.shop)

    def _ask(self, preview: Preview) -> None:
        """A question; where customers would hear of a delay, what they would be told."""
        if preview.messages:
            self.host.open(OrderAllView(self.counter))
            return
        count = len({one.supplier_id for one in self._wanted if one.supplier_id is not None})
        question = ngettext("Order this from {count} supplier?", "Order this from {count} suppliers?", count)
        self.host.ask(YesNo(question.format(count=count), self._order))

    def key(self, key: Key) -> None:
        """`r` receives."""
        if key.character == "r":
            self.host.act("arrivals")
        else:
            super().key(key)

    def records(self, session: Session) -> list[Record]:
        """What is to be ordered, then what was ordered."""
        from convisav_tui.shop.supplier_orders import ordered_rows, to_order

        self._wanted = to_order(session)
        found = ordered_rows(session)
        self._orders = {row.id: row for row in found}
        return [*(_wanted_record(one) for one in self._wanted), *(_ordered_record(row) for row in found)]

    def chosen(self, record: Record) -> None:
        """The lines of an order, or the stock of a part."""
        from convisav_tui.screens.part_view import PartView

        row = self._orders.get(record.identity)
        if row is not None:
            self.host.open(SupplierOrderView(self.counter, row))
        elif isinstance(record.identity, str):
            part_id = int(record.identity.removeprefix("part:"))
            self.host.open(PartView(self.counter, part_id, record.cells["what"].split()[0]))

    def _order(self) -> None:
        from convisav_tui.shop.supplier_orders import order_parts

        counter, key = self.counter, uuid4().hex

        def done(count: int) -> None:
            self._list.load()
            self.host.say(ordered(count), Role.SUCCESS)

        self.host.run(
            lambda: counter.store.write(
                lambda session: len(order_parts(session, counter.actor, counter.shop, key)), repeatable=True
            ),
            done,
            label=_("Saving"),
        )


class SupplierOrderView(ListingView):
    """The lines of a supplier order; `x` writes them into a CSV file, Del calls off what has not come."""

    name: ClassVar[str] = "supplier_order"
    columns = (
        ColumnSpec("code", mark("Code"), 13),
        ColumnSpec("name", mark("Part"), 16, grow=2),
        ColumnSpec("reference", mark("Reference"), 12),
        ColumnSpec("quantity", mark("Pieces"), 7, align="right"),
        ColumnSpec("left", mark("To come"), 8, align="right"),
        ColumnSpec("number", mark("For order"), 13),
    )

    def __init__(self, counter: Counter, row: OrderedRow) -> None:
        super().__init__(counter)
        self._row = row
        self.title = f"{row.number} · {row.supplier} · {words.word(part_words.SUPPLIER_ORDER_STATES, row.state)}"

    def actions(self) -> Sequence[str]:
        """Sending, file, calling off, receiving."""
        return ("send_order", "order_file", "order_off", "arrivals", "print", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """The deeds."""
        return (
            ("e", _("Send")),
            ("x", _("CSV file")),
            ("r", _("Receive")),
            ("delete", _("Call off")),
            ("escape", _("Back")),
        )

    def act(self, action: str) -> bool:
        """The file, or calling off with its reason."""
        if action == "send_order":
            send_order(self.host, self.counter, self._row)
        elif action == "order_file":
            self._file()
        elif action == "order_off":
            self.host.open(OrderOffView(self.counter, self._row))
        else:
            return False
        return True

    def key(self, key: Key) -> None:
        """`r` receives."""
        if key.character == "r":
            self.host.act("arrivals")
        else:
            super().key(key)

    def records(self, session: Session) -> list[Record]:
        """Its lines."""
        from convisav_tui.shop.supplier_orders import line_rows

        return [line_record(line) for line in line_rows(session, self._row.id)]

    def _file(self) -> None:
        counter, row = self.counter, self._row

        def write() -> Path:
            from convisav_tui.shop.supplier_orders import order_csv

            with counter.store.read() as session:
                text = order_csv(session, row.id)
            folder = counter.config.home / FOLDER
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / f"{row.number}.csv"
            path.write_text(text, encoding="utf-8-sig", newline="")
            return path

        self.host.run(
            write, lambda path: self.host.say(_("Written to {path}").format(path=path), Role.SUCCESS), label=_("Saving")
        )


def send_order(host: Host, counter: Counter, row: OrderedRow) -> None:
    """Show what would be sent and to whom; then send it, once more where it was sent already."""

    def read() -> PlannedMessage | None:
        from convisav_tui.shop.partner_messages import planned_order

        with counter.store.read() as session:
            return planned_order(session, row.id, counter.shop)

    def ask(planned: PlannedMessage | None) -> None:
        if planned is None:
            write()
            return
        by = words.word(words.CHANNELS, planned.channel.value)
        question = _("Send {number} by {channel} to {address}?")
        host.ask(YesNo(question.format(number=row.number, channel=by, address=planned.recipient), write))

    def write() -> None:
        from convisav_tui.shop.partner_messages import send_supplier_order

        host.run(
            lambda: counter.store.write(
                lambda session: send_supplier_order(session, row.id, counter.shop, counter.actor).recipient
            ),
            lambda address: host.say(_("On its way to {address}").format(address=address), Role.SUCCESS),
            label=_("Saving"),
        )

    host.run(read, ask, label=_("Reading"))


def _wanted_record(one: Wanted) -> Record:
    from convisav_tui.shop.stock import shown

    return Record(
        position=f"part:{one.part_id}",
        identity=f"part:{one.part_id}",
        cells={
            "number": "",
            "what": f"{one.code} {one.name}",
            "quantity": shown(one.quantity),
            "supplier": one.supplier or _("no supplier"),
            "state": _("to order"),
            "orders": ", ".join(ticket_number.show(number) for number in one.orders),
        },
        roles={"state": Role.WARNING} | ({} if one.supplier else {"supplier": Role.ERROR}),
    )


def _ordered_record(row: OrderedRow) -> Record:
    from convisav_tui.shop.stock import shown

    lines = ngettext("{count} part", "{count} parts", row.lines).format(count=row.lines)
    return Record(
        position=row.id,
        identity=row.id,
        cells={
            "number": row.number,
            "what": lines,
            "quantity": shown(row.left) if row.left else "",
            "supplier": row.supplier,
            "state": words.word(part_words.SUPPLIER_ORDER_STATES, row.state),
            "day": format_day(row.expected_on) if row.expected_on is not None else "",
        },
    )
