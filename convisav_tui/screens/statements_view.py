"""Monthly statements of principals (F10): what stands on none yet, what was issued; one of them in its lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, mark, ngettext
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.supplier_orders_view import FOLDER
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import YesNo
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.outbox import PlannedMessage
    from convisav_tui.shop.statement_paper import Stated
    from convisav_tui.shop.statements import IssuedStatement, OpenMonth


class StatementsView(ListingView):
    """What is to be stated first, the oldest month above; then what was issued. Enter shows the lines."""

    name: ClassVar[str] = "statements"
    columns = (
        ColumnSpec("month", mark("Month"), 16, grow=1),
        ColumnSpec("principal", mark("Principal"), 18, grow=2),
        ColumnSpec("count", mark("Operations"), 11, align="right"),
        ColumnSpec("total", mark("Total"), 12, align="right"),
        ColumnSpec("number", mark("Statement"), 11),
        ColumnSpec("due", mark("To be paid by"), 13, from_width=90),
    )

    def __init__(self, counter: Counter, party_id: int = 0, name: str = "") -> None:
        super().__init__(counter, empty=_("Nothing was done for a principal who is billed by the month"))
        self.title = f"{_('Statements')} · {name}" if name else _("Statements")
        self._party_id = party_id
        self._open: dict[str, OpenMonth] = {}

    def actions(self) -> Sequence[str]:
        """Enter opens one; principals have a screen of their own."""
        return ("principals", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        return (("enter", _("Lines")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """What stands on no statement yet, then the statements."""
        from convisav_tui.shop.statements import issued_statements, open_months

        found = open_months(session, self.counter.shop, self._party_id or None)
        self._open = {f"{one.party_id}/{one.month.isoformat()}": one for one in found}
        today = self.counter.today.replace(day=1)
        return [
            *(_open_record(key, one, today) for key, one in self._open.items()),
            *(_issued_record(one, self.counter) for one in issued_statements(session, self._party_id or None)),
        ]

    def chosen(self, record: Record) -> None:
        """What it holds, or would hold."""
        month = self._open.get(str(record.identity))
        if month is not None:
            self.host.open(StatementView(self.counter, month.party_id, month.name, month.month))
        else:
            open_statement(self.host, self.counter, int(str(record.identity)))


def open_statement(host: Host, counter: Counter, statement_id: int) -> None:
    """Open the lines of a statement that was issued."""

    def read() -> IssuedStatement:
        from convisav_tui.shop.statements import statement_row

        with counter.store.read() as session:
            return statement_row(session, statement_id)

    def show(row: IssuedStatement) -> None:
        host.open(StatementView(counter, row.party_id, row.name, row.month, row))

    host.run(read, show, label=_("Opening"), leave=True)


class StatementView(ListingView):
    """The operations of a month: as they would be stated (`i` issues the statement), or as they were (`e` sends it, `x`
    writes a file, F4 prints it again). Enter opens the order."""

    name: ClassVar[str] = "statement"
    columns = (
        ColumnSpec("day", mark("Date"), 10),
        ColumnSpec("number", mark("No."), 12),
        ColumnSpec("reference", mark("His reference"), 13, grow=1),
        ColumnSpec("customer", mark("Customer"), 12, grow=2),
        ColumnSpec("device", mark("Device"), 12, grow=2),
        ColumnSpec("paid", mark("Paid"), 10, align="right", from_width=100),
        ColumnSpec("amount", mark("Amount"), 11, align="right"),
    )

    def __init__(
        self, counter: Counter, party_id: int, name: str, month: date, issued: IssuedStatement | None = None
    ) -> None:
        super().__init__(counter, empty=_("Nothing of this month is left to state"))
        self._party_id, self._name, self._month, self._issued = party_id, name, month, issued
        self._stated: list[Stated] = []
        self._key = uuid4().hex
        self._title()

    def order_number(self) -> str:
        """The order under the cursor."""
        record = self._list.current
        return str(record.identity) if record is not None else ""

    def actions(self) -> Sequence[str]:
        """Issuing, or sending and printing what was issued."""
        own = ("issue_statement",) if self._issued is None else ("send_statement", "statement_file", "print")
        return (*own, "customer", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """The deeds."""
        deeds = (("i", _("Issue")),) if self._issued is None else (("e", _("Send")), ("x", _("CSV file")))
        return (("enter", _("Open")), *deeds, ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """How many operations, what they come to with the VAT in it; what it is and until when it is to be paid."""
        from convisav_tui.shop.statement_paper import sums_by_rate

        if not self._stated:
            return []
        count = len(self._stated)
        counted = ngettext("{count} operation", "{count} operations", count).format(count=count)
        total = self.counter.amount(sum(one.amount for one in self._stated))
        row: Row = [Span(f" {counted}  "), Span(_("total {amount}").format(amount=total), Role.HEADING)]
        vat = sum(group.vat for group in sums_by_rate(self._stated))
        row.append(Span("  " + _("VAT in the prices {amount}").format(amount=self.counter.amount(vat)), Role.DIM))
        return [row, [Span(" " + self._told(), Role.DIM)]]

    def act(self, action: str) -> bool:
        """Issue it after a question; send it, write it, print it."""
        issued = self._issued
        if action == "issue_statement" and issued is None:
            self._ask()
        elif action == "send_statement" and issued is not None:
            send_statement(self.host, self.counter, issued)
        elif action == "statement_file" and issued is not None:
            self._file(issued)
        elif action == "print" and issued is not None:
            self._print(issued)
        else:
            return False
        return True

    def records(self, session: Session) -> list[Record]:
        """The operations."""
        from convisav_tui.shop.statements import operations_of, operations_on

        if self._issued is None:
            self._stated = operations_of(session, self._party_id, self._month, self.counter.shop)
        else:
            self._stated = operations_on(session, self._issued.id)
        return [self._record(one) for one in self._stated]

    def chosen(self, record: Record) -> None:
        """The sheet of the order."""
        open_order(self.host, self.counter, self.order_number())

    def _title(self) -> None:
        from convisav_tui.shop.statement_paper import month_words

        part = self._issued.part if self._issued is not None else 1
        named = f"{self._name} · {month_words(self._month, part)}"
        self.title = f"{self._issued.number} · {named}" if self._issued is not None else named

    def _told(self) -> str:
        if self._issued is None:
            return _("Not issued yet: i issues the statement and prints it. It is no invoice.")
        day = format_day(self.counter.local(self._issued.issued_at).date())
        told = _("Issued on {day}. It is no invoice.").format(day=day)
        if self._issued.due_on is not None:
            told += " " + _("To be paid by {day}.").format(day=format_day(self._issued.due_on))
        return told

    def _record(self, one: Stated) -> Record:
        paid = one.price - one.amount
        return Record(
            position=one.number,
            identity=one.number,
            cells={
                "day": format_day(one.done_on),
                "number": ticket_number.show(one.number),
                "reference": one.reference,
                "customer": one.customer,
                "device": one.thing(self.counter.shop.language),
                "paid": self.counter.amount(paid) if paid else "",
                "amount": self.counter.amount(one.amount),
            },
        )

    def _ask(self) -> None:
        count = len(self._stated)
        if not count:
            self.host.say(_("Nothing of this month is left to state"), Role.WARNING)
            return
        question = ngettext(
            "Issue a statement of {count} operation, {amount}?",
            "Issue a statement of {count} operations, {amount}?",
            count,
        )
        amount = self.counter.amount(sum(one.amount for one in self._stated))
        self.host.ask(YesNo(question.format(count=count, amount=amount), self._issue))

    def _issue(self) -> None:
        counter = self.counter

        def write() -> IssuedStatement:
            from convisav_tui.shop.statements import issue_statement, statement_row

            def issue(session: Session) -> IssuedStatement:
                made = issue_statement(session, self._party_id, self._month, counter.actor, counter.shop, self._key)
                return statement_row(session, made.id or 0)

            return counter.store.write(issue, repeatable=True)

        def done(row: IssuedStatement) -> None:
            self._issued = row
            self._title()
            self._list.load()
            self.host.say(
                _("{number} issued, its paper is printed; e sends it").format(number=row.number), Role.SUCCESS
            )

        self.host.run(write, done, label=_("Saving"))

    def _file(self, issued: IssuedStatement) -> None:
        counter = self.counter

        def write() -> Path:
            from convisav_tui.i18n import language
            from convisav_tui.shop.statement_paper import statement_csv
            from convisav_tui.shop.statements import operations_on, statement_of

            with counter.store.read() as session:
                found = operations_on(session, issued.id)
                text = statement_csv(statement_of(session, issued.id), found, language())
            folder = counter.config.home / FOLDER
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / f"{issued.number}.csv"
            path.write_text(text, encoding="utf-8-sig", newline="")
            return path

        self.host.run(
            write, lambda path: self.host.say(_("Written to {path}").format(path=path), Role.SUCCESS), label=_("Saving")
        )

    def _print(self, issued: IssuedStatement) -> None:
        def write(session: Session) -> None:
            from convisav_tui.shop.document import print_again
            from convisav_tui.shop.statements import statement_of

            paper_id = statement_of(session, issued.id).paper_id
            if paper_id is not None:
                print_again(session, paper_id, self.counter.actor)

        def printed(_nothing: None) -> None:
            self.host.say(_("{paper} sent to the printer").format(paper=_("Statement")), Role.SUCCESS)

        self.host.run(lambda: self.counter.store.write(write), printed, label=_("Saving"))


def send_statement(host: Host, counter: Counter, row: IssuedStatement) -> None:
    """Show to whom it would be sent and how; then send it, once more where it was sent already."""

    def read() -> PlannedMessage | None:
        from convisav_tui.shop.partner_messages import planned_statement

        with counter.store.read() as session:
            return planned_statement(session, row.id, counter.shop)

    def ask(planned: PlannedMessage | None) -> None:
        if planned is None:
            write()
            return
        by = words.word(words.CHANNELS, planned.channel.value)
        question = _("Send {number} by {channel} to {address}?")
        host.ask(YesNo(question.format(number=row.number, channel=by, address=planned.recipient), write))

    def write() -> None:
        from convisav_tui.shop.partner_messages import send_statement as send

        host.run(
            lambda: counter.store.write(lambda session: send(session, row.id, counter.shop, counter.actor).recipient),
            lambda address: host.say(_("On its way to {address}").format(address=address), Role.SUCCESS),
            label=_("Saving"),
        )

    host.run(read, ask, label=_("Reading"))


def _open_record(key: str, one: OpenMonth, this_month: date) -> Record:
    from convisav_tui.i18n import format_month

    late = one.month < this_month
    return Record(
        position=key,
        identity=key,
        cells={
            "month": format_month(one.month),
            "principal": one.name,
            "count": str(one.count),
            "number": _("to issue") if late else _("not yet"),
        },
        roles={"number": Role.WARNING} if late else {},
    )


def _issued_record(one: IssuedStatement, counter: Counter) -> Record:
    from convisav_tui.shop.statement_paper import month_words

    return Record(
        position=one.id,
        identity=one.id,
        cells={
            "month": month_words(one.month, one.part),
            "principal": one.name,
            "count": str(one.count),
            "total": counter.amount(one.total),
            "number": one.number,
            "due": format_day(one.due_on) if one.due_on is not None else "",
        },
    )
