"""What subcontractors bill (from the list of what is out): devices that are back without an invoice first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number
from convisav_tui.i18n import _, format_day, mark, ngettext
from convisav_tui.money import format_amount, parse_amount
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.subcontract_invoices import InvoiceCard
    from convisav_tui.store.queries.subcontracts import BilledRow


class InvoicesView(ListingView):
    """Enter writes down what he billed; the longest back stands above, what is billed already below."""

    name: ClassVar[str] = "invoices"
    columns = (
        ColumnSpec("number", mark("No."), 12),
        ColumnSpec("subcontractor", mark("Subcontractor"), 14, grow=2),
        ColumnSpec("device", mark("Device"), 10, grow=2, from_width=95),
        ColumnSpec("back", mark("Back on"), 10),
        ColumnSpec("cost", mark("His quote"), 11, align="right"),
        ColumnSpec("invoice", mark("Invoice"), 11),
        ColumnSpec("amount", mark("Amount"), 11, align="right"),
        ColumnSpec("more", mark("Difference"), 11, align="right", from_width=95),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter, empty=_("No device is back from a subcontractor"))
        self.title = _("Invoices of subcontractors")
        self._left = 0
        self._numbers: dict[object, str] = {}

    def order_number(self) -> str:
        """The order under the cursor."""
        record = self._list.current
        return self._numbers.get(record.identity, "") if record is not None else ""

    def actions(self) -> Sequence[str]:
        """Enter writes one down."""
        return ("customer", "step", "away", "subcontractors", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        return (("enter", _("Invoice")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """How many are still to come."""
        if not self._left:
            return [[Span(" " + _("Everything that is back was billed."), Role.DIM)]]
        said = ngettext("{count} device without invoice", "{count} devices without invoice", self._left)
        return [[Span(" " + said.format(count=self._left), Role.WARNING)]]

    def records(self, session: Session) -> list[Record]:
        """Those without invoice, then those that were billed."""
        from convisav_tui.store.queries.subcontracts import billed_jobs, unbilled_jobs

        unbilled = unbilled_jobs(session)
        self._left = len(unbilled)
        rows = [*unbilled, *billed_jobs(session)]
        self._numbers = {row.id: row.number for row in rows}
        return [_record(row, self.counter) for row in rows]

    def chosen(self, record: Record) -> None:
        """What he billed."""
        open_invoice(self.host, self.counter, int(str(record.identity)))


def open_invoice(host: Host, counter: Counter, job_id: int) -> None:
    """Open what a subcontractor billed for a device, or the empty form."""

    def read() -> InvoiceCard:
        from convisav_tui.shop.subcontract_invoices import invoice_card

        with counter.store.read() as session:
            return invoice_card(session, job_id, counter.actor, counter.shop)

    host.run(read, lambda card: host.open(InvoiceForm(counter, card)), label=_("Opening"), leave=True)


class InvoiceForm(RecordFormView):
    """Number, day and sum; beside the sum how it differs from what he had named, below it what is left to the shop."""

    name: ClassVar[str] = "invoice_form"
    asks_before_leaving = True

    def __init__(self, counter: Counter, card: InvoiceCard) -> None:
        self._card, self._key = card, str(uuid4())
        number = ticket_number.show(card.number)
        super().__init__(
            counter, _fields(card.texts), f"{_('Invoice')} · {card.subcontractor} · {number}", label_width=14
        )
        self._compare()

    def head(self, width: int) -> list[Row]:
        """What he had named, and for who may see it our price and what is left of it."""
        cost, billed = self._card.cost, self._card.billed
        named = _("He had named no price.") if cost is None else _("His quote: {amount}").format(amount=self._sum(cost))
        parts = [named]
        if billed is not None:
            parts.append(_("our price {amount}").format(amount=self._sum(billed)))
            amount = self._amount()
            left = billed - (amount if amount is not None else cost or 0)
            if amount is not None or cost is not None:
                parts.append(_("margin {amount}").format(amount=self._sum(left)))
        return [[Span(" " + " · ".join(parts), Role.VALUE)], []]

    def field_changed(self, key: str) -> None:
        """The comparison follows what is typed."""
        super().field_changed(key)
        self._compare()

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Write it down."""
        from convisav_tui.shop.subcontract_invoices import note_invoice

        card, counter = self._card, self.counter
        note_invoice(session, card.job_id, raw, counter.actor, counter.shop, self._key, expected_version=card.version)
        return ""

    def _compare(self) -> None:
        amount, cost = self._amount(), self._card.cost
        more = amount - cost if amount is not None and cost is not None else 0
        said, role = "", Role.DIM
        if more > 0:
            said, role = _("{amount} more than his quote").format(amount=self._sum(more)), Role.WARNING
        elif more < 0:
            said = _("{amount} less than his quote").format(amount=self._sum(-more))
        elif amount is not None and cost is not None:
            said = _("as his quote")
        self.form.beside("invoice_amount", said, role)

    def _amount(self) -> int | None:
        try:
            return parse_amount(self.form.state["invoice_amount"], self._card.currency)
        except ValueError:
            return None

    def _sum(self, minor: int) -> str:
        return format_amount(minor, self._card.currency)


def _fields(texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            "invoice_number",
            mark("Invoice number"),
            row=0,
            width=24,
            default=texts["invoice_number"],
            longest=40,
            help=mark("As it stands on his invoice; one invoice may stand on several devices"),
        ),
        FieldSpec("invoice_on", mark("Dated"), "date", row=1, width=12, default=texts["invoice_on"], longest=20),
        FieldSpec(
            "invoice_amount",
            mark("Amount"),
            "amount",
            row=2,
            width=12,
            default=texts["invoice_amount"],
            longest=20,
            help=mark("Incl. VAT, for this device; 0: he bills nothing"),
        ),
    )


def _record(row: BilledRow, counter: Counter) -> Record:
    more = row.invoice_amount - row.cost if row.invoice_amount is not None and row.cost is not None else 0
    return Record(
        position=row.id,
        identity=row.id,
        cells={
            "number": ticket_number.show(row.number),
            "subcontractor": row.subcontractor,
            "device": row.device,
            "back": format_day(counter.local(row.returned_at).date()),
            "cost": counter.amount(row.cost),
            "invoice": row.invoice_number or (_("none yet") if row.invoice_amount is None else "–"),
            "amount": counter.amount(row.invoice_amount),
            "more": (f"+{counter.amount(more)}" if more > 0 else counter.amount(more)) if more else "",
        },
        roles={"invoice": Role.WARNING} if row.invoice_amount is None else {"more": Role.WARNING} if more > 0 else {},
    )
