"""Lending a unit with an order, and taking it back: from the sheet, from the list, from a scan of its label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.money import plain_amount
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec, FormState, Suggestion
from convisav_tui.screens.widgets.painting import Role, Row, Span

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.lent_units import UnitRow
    from convisav_tui.shop.loaners import FreeUnit
    from convisav_tui.store.queries.sheet import Sheet

OUTCOMES = ("returned_ok", "returned_damaged", "lost", "billed")


def open_loan_of(host: Host, counter: Counter, sheet: Sheet, unit_id: int | None = None) -> None:
    """The loan of an order: take its unit back, or lend one (`unit_id`: that one)."""

    def read() -> UnitRow | None:
        from convisav_tui.shop.lent_units import lent_rows

        with counter.store.read() as session:
            return next((row for row in lent_rows(session) if row.order_number == sheet.order.number), None)

    def show(lent: UnitRow | None) -> None:
        if lent is not None:
            host.open(TakeBackView(counter, lent))
        else:
            host.open(LendView(counter, sheet, unit_id))

    host.run(read, show, label=_("Opening"), leave=True)


def open_scanned_unit(host: Host, counter: Counter, number: str, sheet: Sheet | None) -> None:
    """A unit's label was scanned: take it back when it is out, lend it when a sheet is on screen, else its card."""

    def read() -> UnitRow | None:
        from convisav_tui.shop.lent_units import unit_row
        from convisav_tui.shop.loaners import scanned_unit

        with counter.store.read() as session:
            unit = scanned_unit(session, number)
            return unit_row(session, unit.id or 0)

    def show(unit: UnitRow | None) -> None:
        from convisav_tui.screens.loaners_view import LoanerFormView

        if unit is None:
            host.say(_("There is no such loaner in this shop."), Role.ERROR)
        elif unit.loan_id is not None:
            host.open(TakeBackView(counter, unit))
        elif sheet is not None:
            open_loan_of(host, counter, sheet, unit.id)
        else:
            host.open(LoanerFormView(counter, unit))

    host.run(read, show, label=_("Opening"), leave=True)


class LendView(RecordFormView):
    """Choose a free unit by typing or by a scan; what it is like and its deposit stand there. Ctrl+S lends it."""

    name: ClassVar[str] = "lend_form"
    field_of_guard: ClassVar[Mapping[str, str]] = {"unit_is_free": "unit", "one_loan": "unit"}

    def __init__(self, counter: Counter, sheet: Sheet, unit_id: int | None = None) -> None:
        self._sheet = sheet
        self._key = str(uuid4())
        self._free: dict[str, FreeUnit] = {}
        self._wanted = unit_id
        super().__init__(counter, self._fields(counter))
        self.title = _("Loaner for {number}").format(number=ticket_number.show(sheet.order.number))

    def _fields(self, counter: Counter) -> tuple[FieldSpec, ...]:
        from convisav_tui.shop.loans import due_by

        promised = self._sheet.order.promised_on
        due = format_day(due_by(promised, counter.today))
        means = tuple((code, _(text)) for code, text in words.MEANS.items())
        return (
            FieldSpec(
                "unit",
                mark("Loaner"),
                row=0,
                width=30,
                grow=1,
                pick_first=True,
                suggest_empty=True,
                suggest=self._offered,
                help=mark("Code, brand or model of a free one; or scan its label"),
            ),
            FieldSpec("due_on", mark("Back by"), "date", row=1, width=12, default=due, skip_when_default=False),
            FieldSpec("condition", mark("Condition"), row=2, width=40, grow=1, longest=400, enter_stops=False),
            FieldSpec("accessories", mark("Accessories"), row=3, width=40, grow=1, longest=400, enter_stops=False),
            FieldSpec("deposit", mark("Its deposit"), "amount", row=4, width=12, enter_stops=False),
            FieldSpec(
                "means",
                mark("Paid by"),
                "choice",
                row=5,
                width=16,
                choices=means,
                default="card",
                visible_when=_asks,
                skip_when_default=False,
            ),
        )

    def opened(self) -> None:
        """Which units are free."""
        self.host.run(self._read, self._came, label=_("Reading"))

    def head(self, width: int) -> list[Row]:
        """Whose device it is."""
        customer = self._sheet.customer
        return [[Span(f" {customer.name}  {customer.phone}", Role.DIM)], []]

    def scanned(self, text: str) -> bool:
        """The label of a free unit chooses it."""
        if ticket_number.kind(text) != "loaner":
            return False
        self._choose(str(ticket_number.counter(text)))
        return True

    def suggestion_picked(self, key: str, suggestion: Suggestion) -> None:
        """What is known of the unit."""
        if key == "unit":
            self._fill(suggestion.key)

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Lend it."""
        from convisav_tui.shop.loans import lend, parse_wish

        picked = self.form.state.picked("unit")
        wish = parse_wish({**raw, "unit": picked.key if picked is not None else ""}, self.counter.shop)
        lend(session, self._sheet.order.id, wish, self.counter.actor, self.counter.shop, self._key)
        code = self._free[picked.key].code if picked is not None and picked.key in self._free else raw["unit"]
        return _("{unit} lent; the agreement is printed").format(unit=code)

    def _read(self) -> list[FreeUnit]:
        from convisav_tui.shop.loaners import free_units

        with self.counter.store.read() as session:
            return list(free_units(session, "", limit=500))

    def _came(self, found: list[FreeUnit]) -> None:
        self._free = {str(unit.id): unit for unit in found}
        if self._wanted is not None:
            self._choose(str(self._wanted))
        elif not found:
            self.form.error("unit", _("No loaner is free; F10, loaners, shows all"))
        else:
            self.form.offer("unit", "", self._offered("", self.form.state))

    def _choose(self, key: str) -> None:
        unit = self._free.get(key)
        if unit is None:
            self.host.say(_("This loaner is not free."), Role.ERROR)
            return
        self.form.state.put("unit", f"{unit.code} {unit.title}".strip(), Suggestion(unit.code, key))
        self._fill(key)
        self.form.go("due_on")

    def _fill(self, key: str) -> None:
        unit, state = self._free.get(key), self.form.state
        if unit is None:
            return
        state.preset("condition", unit.condition)
        state.preset("accessories", unit.accessories)
        currency = self.counter.config.shop.currency
        state.preset("deposit", plain_amount(unit.deposit, currency) if unit.deposit else "")

    def _offered(self, typed: str, _state: FormState) -> list[Suggestion]:
        from convisav_tui.text import fold

        pieces = fold(typed).split()
        found = []
        for key, unit in self._free.items():
            if all(piece in fold(f"{unit.code} {unit.title} {unit.serial}") for piece in pieces):
                shown = f"{unit.code} {unit.title}".strip()
                found.append(Suggestion(shown, key, shown, unit.serial))
        return found[:8]


class TakeBackView(RecordFormView):
    """How the unit came back, what of its deposit is kept and why. Ctrl+S, or Enter after the last field, ends it."""

    name: ClassVar[str] = "loan_form"

    def __init__(self, counter: Counter, unit: UnitRow) -> None:
        self._unit = unit
        super().__init__(counter, self._fields())
        self.title = _("{unit} comes back").format(unit=" ".join(part for part in (unit.code, unit.title) if part))

    def _fields(self) -> tuple[FieldSpec, ...]:
        outcomes = tuple((code, words.word(words.LOAN_OUTCOMES, code)) for code in OUTCOMES)
        return (
            FieldSpec(
                "outcome",
                mark("It is"),
                "choice",
                row=0,
                width=30,
                choices=outcomes,
                default="returned_ok",
                on_change=self._preset,
            ),
            FieldSpec("condition", mark("Condition"), row=1, width=40, grow=1, longest=400),
            FieldSpec(
                "data_erased",
                mark("Data erased"),
                "check",
                row=2,
                width=1,
                default=CHECKED,
                help=mark("Space: what the borrower left on it was erased"),
            ),
            FieldSpec("repair", mark("To be repaired"), "check", row=3, width=1, visible_when=_damaged),
            FieldSpec(
                "keep",
                mark("Billed"),
                "amount",
                row=4,
                width=12,
                visible_when=_not_whole,
                help=mark("Kept of the deposit first; what is above it is owed (managers)"),
            ),
            FieldSpec("reason", mark("Reason"), row=5, width=40, grow=1, visible_when=_bills, longest=400),
        )

    def head(self, width: int) -> list[Row]:
        """Who has it, since when, with what."""
        unit = self._unit
        due = _("back by {day}").format(day=format_day(unit.due_on)) if unit.due_on else ""
        late = unit.overdue(self.counter.today)
        lines = (
            "  ".join(part for part in (unit.customer, unit.phone, ticket_number.show(unit.order_number)) if part),
            "  ".join(part for part in (unit.condition_out, unit.accessories_out) if part),
        )
        deposit = self.counter.amount(unit.lent_deposit) if unit.lent_deposit else ""
        held = _("Deposit held: {amount}").format(amount=deposit) if deposit else _("No deposit")
        rows: list[Row] = [[Span(" " + line, Role.DIM)] for line in lines if line]
        rows.append([Span(f" {held}", Role.VALUE), Span(f"   {due}{' !' if late else ''}", _due_role(late))])
        return [*rows, []]

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """End the loan."""
        from convisav_tui.shop.loans import take_back

        assert self._unit.loan_id is not None
        loan = take_back(session, self._unit.loan_id, raw, self.counter.actor, self.counter.shop)
        back = max(0, loan.deposit - loan.billed)
        if back:
            return _("{unit} is back: give {amount} of the deposit back.").format(
                unit=self._unit.code, amount=self.counter.amount(back)
            )
        return _("The loan of {unit} has ended.").format(unit=self._unit.code)

    def _preset(self, state: FormState) -> None:
        """Its whole value is billed where it does not come back."""
        gone = state["outcome"] in ("lost", "billed")
        value = self._unit.value if gone else 0
        state.preset("keep", plain_amount(value, self.counter.config.shop.currency) if value else "")
        state.preset("data_erased", "" if gone else CHECKED)


def _asks(state: FormState) -> bool:
    return bool(state["deposit"].strip())


def _damaged(state: FormState) -> bool:
    return state["outcome"] == "returned_damaged"


def _not_whole(state: FormState) -> bool:
    return state["outcome"] != "returned_ok"


def _bills(state: FormState) -> bool:
    return _not_whole(state) and bool(state["keep"].strip())


def _due_role(late: bool) -> Role:
    return Role.WARNING if late else Role.DIM
