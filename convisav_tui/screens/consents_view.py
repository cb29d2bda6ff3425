"""The prices that were announced on an order and what was answered; one more is written down here, the cap too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.quote_versions import PriceRow

BASES = {
    "cap": mark("spending cap"),
    "quote": mark("quote"),
    "fee": mark("fee for the diagnosis"),
    "extra": mark("more work"),
    "terms": mark("principal's terms"),
    "coverage_refused": mark("where the guarantee is refused"),
}
CONSENT_ANSWERS = {
    "announced": mark("announced"),
    "agreed": mark("agreed to"),
    "refused": mark("said no"),
    "withdrawn": mark("withdrawn"),
}
SPOKEN = words.ANSWERED | {"cap": mark("by the cap"), "terms": mark("by the terms")}
# What may be recorded beside a step (shop.consent_recording.BESIDE_STEPS), the usual first.
RECORDED = ("cap", "extra", "fee", "coverage_refused")
BY = ("phone", "counter", "signature", "sms", "email", "letter", "fax")


class ConsentsView(ListingView):
    """`a` writes down a price that was announced, `x` takes the cap back."""

    name: ClassVar[str] = "consents"
    columns = (
        ColumnSpec("when", mark("When"), 11),
        ColumnSpec("basis", mark("What for"), 15, grow=1),
        ColumnSpec("amount", mark("Amount"), 11, align="right"),
        ColumnSpec("answer", mark("Answer"), 10),
        ColumnSpec("who", mark("Who, how"), 24, grow=2),
        ColumnSpec("until", mark("Until"), 10, from_width=90),
        ColumnSpec("staff", mark("Written by"), 10, from_width=100),
    )

    def __init__(self, counter: Counter, order_id: int, number: str) -> None:
        super().__init__(counter, empty=_("No price was announced yet"))
        self._order_id, self._number = order_id, number
        self._cap: int | None = None
        self._agreed = 0
        self._customer = ""
        self.title = _("Prices of {number}").format(number=ticket_number.show(number))

    def order_number(self) -> str:
        """The order whose prices these are."""
        return self._number

    def actions(self) -> Sequence[str]:
        """Recording; taking the cap back while there is one."""
        cap = ("cap_off",) if self._cap is not None else ()
        return ("consent_new", *cap, "step", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """The deeds."""
        return (("a", _("Record")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """What may be billed, and the cap."""
        said = _("Agreed to: {amount}").format(amount=self.counter.amount(self._agreed))
        cap = " · " + _("cap {cap}").format(cap=self.counter.amount(self._cap)) if self._cap is not None else ""
        return [[Span(f" {said}{cap}", Role.HEADING)]]

    def act(self, action: str) -> bool:
        """Record a price; withdraw the cap."""
        if action == "consent_new":
            self._record_one()
        elif action == "cap_off":
            self.host.ask(TextPrompt(_("Who withdraws the cap:"), self._withdraw, initial=self._customer))
        else:
            return False
        return True

    def records(self, session: Session) -> list[Record]:
        """The ledger, the newest first."""
        from convisav_tui.shop.quote_versions import prices_of
        from convisav_tui.shop.quoting import consented_total
        from convisav_tui.store.models import Party, RepairOrder

        order = session.get_one(RepairOrder, self._order_id)
        self._cap, self._agreed = order.cap, consented_total(session, order)
        self._customer = session.get_one(Party, order.party_id).name
        return [price_record(row, self.counter) for row in reversed(prices_of(session, self._order_id))]

    def _record_one(self) -> None:
        self.host.open(ConsentFormView(self.counter, self._order_id, self._number, self._customer))

    def _withdraw(self, who: str) -> None:
        from convisav_tui.shop.consent_recording import withdraw_cap

        counter, key = self.counter, f"consent-{uuid4()}"

        def done(_row: object) -> None:
            self._list.load()
            self.host.say(_("The cap is withdrawn: what goes beyond what was agreed needs an answer"), Role.SUCCESS)

        self.host.run(
            lambda: counter.store.write(
                lambda session: (
                    withdraw_cap(session, self._order_id, who, "phone", counter.actor, key, counter.shop).id
                ),
                repeatable=True,
            ),
            done,
            label=_("Saving"),
        )


class ConsentFormView(RecordFormView):
    """What for, how much, what was answered, by whom and how; Enter after the amount saves."""

    name: ClassVar[str] = "consent_form"

    def __init__(self, counter: Counter, order_id: int, number: str, customer: str) -> None:
        super().__init__(counter, _fields(customer), label_width=18)
        self._order_id = order_id
        self._key = f"consent-{uuid4()}"
        self.title = _("Price announced on {number}").format(number=ticket_number.show(number))
        self.form.go("amount")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """See `RecordFormView`."""
        from convisav_tui.money import parse_amount
        from convisav_tui.shop.consent_recording import record_consent
        from convisav_tui.shop.dates import parse_date
        from convisav_tui.store.models import ConsentAnswer, ConsentBasis, OrderState, RepairOrder

        currency, errors = self.counter.config.shop.currency, dict[str, str]()
        amount, until = 0, None
        if not raw["amount"].strip():
            errors["amount"] = _("This is needed")
        try:
            amount = parse_amount(raw["amount"], currency) if raw["amount"].strip() else 0
        except ValueError as error:
            errors["amount"] = str(error)
        try:
            until = parse_date(raw["until"], self.counter.today) if raw["until"].strip() else None
        except ValueError as error:
            errors["until"] = str(error)
        if errors:
            raise FieldErrors(errors)
        order = session.get_one(RepairOrder, self._order_id)
        waited = order.state is OrderState.QUOTE_ISSUED
        record_consent(
            session,
            self._order_id,
            basis=ConsentBasis(raw["basis"]),
            amount=amount,
            answer=ConsentAnswer(raw["answer"]),
            told=raw["told"],
            means=raw["means"],
            actor=self.counter.actor,
            key=self._key,
            shop=self.counter.shop,
            until=until,
            evidence=raw["evidence"],
        )
        if waited and order.state is not OrderState.QUOTE_ISSUED:
            return _("Written down: the quote is within the cap and thereby accepted")
        return _("Written down: it stands in the list and on the papers")


def price_record(row: PriceRow, counter: Counter) -> Record:
    """A price as a row."""
    return Record(
        position=-row.id,
        identity=row.id,
        cells={
            "when": counter.short_moment(row.at),
            "basis": words.word(BASES, row.basis),
            "amount": counter.amount(row.amount),
            "answer": words.word(CONSENT_ANSWERS, row.answer),
            "who": who_words(row),
            "until": format_day(row.until) if row.until is not None else "",
            "staff": row.staff,
        },
        roles={"answer": Role.WARNING} if row.answer in ("refused", "withdrawn") else {},
    )


def who_words(row: PriceRow) -> str:
    """Who heard or answered it, and how."""
    how = words.word(SPOKEN, row.means) if row.means in SPOKEN else row.means
    return ", ".join(part for part in (row.told, how) if part)


def _fields(customer: str) -> tuple[FieldSpec, ...]:
    def choice(key: str, label: str, row: int, choices: tuple[tuple[str, str], ...]) -> FieldSpec:
        return FieldSpec(key, label, "choice", row, 34, choices=choices, default=choices[0][0])

    bases = tuple((code, _(BASES[code])) for code in RECORDED)
    answers = tuple((code, _(CONSENT_ANSWERS[code])) for code in ("agreed", "announced", "refused"))
    means = tuple((code, _(SPOKEN[code])) for code in BY)
    return (
        choice("basis", mark("What for"), 0, bases),
        FieldSpec("amount", mark("Amount incl. VAT"), "amount", 1, 12, longest=20),
        choice("answer", mark("Answer"), 2, answers),
        FieldSpec("told", mark("Who answered"), row=3, width=40, grow=1, default=customer, longest=120),
        choice("means", mark("How"), 4, means),
        FieldSpec("until", mark("Holds until"), "date", 5, 12, enter_stops=False),
        FieldSpec("evidence", mark("Note"), row=6, width=40, grow=1, longest=400, enter_stops=False),
    )
