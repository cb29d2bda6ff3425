"""Taking a payment for an order, or giving one back (F7 on its sheet)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.errors import ConvisavError, FieldErrors, Refusal
from convisav_tui.i18n import _, mark
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.screens.widgets.form_fields import Choices, FieldSpec, FormState
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role, Span
from convisav_tui.screens.widgets.prompt import YesNo

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.models import Payment
    from convisav_tui.store.queries.sheet import PaymentFacts, Sheet

NATURES = ("balance", "acompte", "arrhes", "diagnostic_fee", "guarantee_deposit")
TAKE = "take"


class PaymentView(FormView):
    """What is done, amount (what is due stands there), means, nature. Enter at the end or Ctrl+S writes it down."""

    name: ClassVar[str] = "payment"

    def __init__(self, counter: Counter, sheet: Sheet, done: Callable[[], None]) -> None:
        self.counter = counter
        self._sheet = sheet
        self._done = done
        self._key = str(uuid4())
        self._given_back = _may_be_given_back(sheet)
        super().__init__(self._fields(), label_width=14)
        self.title = _("Payment for {number}").format(number=ticket_number.show(sheet.order.number))
        if self.form.state["deed"] != TAKE:
            self._preset(self.form.state)
        else:
            self.form.go("amount")

    def _fields(self) -> tuple[FieldSpec, ...]:
        """Giving back is offered where there is something to give back, and first where it is owed."""
        sheet, width = self._sheet, 40
        due = sheet.due if sheet.due is not None and sheet.due > 0 else 0
        usual = "balance" if sheet.due is not None else "acompte"
        first = next(iter(self._given_back), TAKE) if _owes(sheet) else TAKE
        amount = plain_amount(due, self._currency) if due else ""
        help_ = mark("Shift+Tab: give back what was paid") if self._given_back else ""
        return (
            FieldSpec(
                "deed",
                mark("What"),
                "choice",
                row=0,
                width=width,
                default=first,
                choices=self._deeds(),
                visible_when=lambda _state: bool(self._given_back),
                on_change=self._preset,
            ),
            FieldSpec("amount", mark("Amount"), "amount", row=1, width=12, default=amount, help=help_),
            FieldSpec(
                "means",
                mark("Paid by"),
                "choice",
                row=2,
                width=20,
                default="card",
                choices=tuple((code, _(text)) for code, text in words.MEANS.items()),
                visible_when=_takes,
            ),
            FieldSpec(
                "nature",
                mark("Nature"),
                "choice",
                row=3,
                width=20,
                default=usual,
                choices=tuple((code, words.word(words.NATURES, code)) for code in NATURES),
                visible_when=_takes,
            ),
            FieldSpec("reason", mark("Reason"), row=4, width=width, visible_when=lambda state: not _takes(state)),
            FieldSpec(
                "receipt",
                mark("Receipt"),
                "check",
                row=5,
                width=1,
                enter_stops=False,
                help=mark("Space: print a receipt of this sum"),
            ),
        )

    # --- the host -------------------------------------------------------------------------------------------

    def actions(self) -> Sequence[str]:
        """Saving, and help."""
        return ("take", "help")

    def act(self, action: str) -> bool:
        """Ctrl+S writes it down."""
        if action == "take":
            self._save()
        return action == "take"

    def end_reached(self) -> None:
        """Enter after the last field writes it down."""
        self._save()

    def field_changed(self, key: str) -> None:
        """What was wrong with it may be mended now."""
        self.form.error(key, "")

    def render(self, width: int, height: int) -> Page:
        """The form, and what was agreed and paid so far below it."""
        self.title_right = self.counter.title_right()
        sheet, amount = self._sheet, self.counter.amount
        facts = [
            (_("Price"), amount(sheet.order.price)),
            (_("Paid"), amount(sheet.paid) if sheet.payments else ""),
            (_("Still due"), amount(sheet.due) if sheet.due is not None and sheet.due >= 0 else ""),
            (_("To give back"), amount(-sheet.due) if sheet.due is not None and sheet.due < 0 else ""),
        ]
        known = "  ".join(f"{label} {text}" for label, text in facts if text) or _("There is no price yet")
        page = super().render(width, height - 2)
        return Page([[Span(f" {sheet.customer.name}  {known}", Role.DIM)], [], *page.rows], _below(page, 2))

    # --- what is done ---------------------------------------------------------------------------------------

    @property
    def _currency(self) -> str:
        return self.counter.config.shop.currency

    def _deeds(self) -> Choices:
        taken = [(TAKE, _("Take a payment"))]
        for key, payment in self._given_back.items():
            nature = words.word(words.NATURES, payment.nature)
            text = _("Give back: {nature} {amount}").format(nature=nature, amount=self.counter.amount(payment.amount))
            taken.append((key, text))
        return taken

    def _preset(self, state: FormState) -> None:
        """All of what is given back stands there; what is due when something is taken."""
        payment = self._given_back.get(state["deed"])
        due = self._sheet.due if self._sheet.due is not None and self._sheet.due > 0 else 0
        amount = payment.amount if payment is not None else due
        state.preset("amount", plain_amount(amount, self._currency) if amount else "")

    def _save(self) -> None:
        typed = self.form.state.texts()
        try:
            amount = parse_amount(typed["amount"], self._currency)
        except ValueError as error:
            self.form.errors({"amount": str(error)})
            return
        payment = self._given_back.get(self.form.state["deed"])
        if amount == 0:
            self.form.errors({"amount": _("Type the amount that was paid")})
        elif payment is not None:
            self._run(lambda: self._give_back(payment, amount, typed["reason"]), amount, _("{amount} given back"))
        elif self._is_too_much(amount, typed["nature"]):
            question = _("Only {due} are due. Take {amount} all the same?")
            due = self.counter.amount(max(0, self._sheet.due or 0))
            asked = question.format(due=due, amount=self.counter.amount(amount))
            self.host.ask(YesNo(asked, lambda: self._pay(amount, typed), default=False))
        else:
            self._pay(amount, typed)

    def _is_too_much(self, amount: int, nature: str) -> bool:
        """Whether more is typed than is owed: a slip of the finger, mostly."""
        due = self._sheet.due
        return due is not None and amount > max(0, due) and nature != "guarantee_deposit"

    def _pay(self, amount: int, typed: Mapping[str, str]) -> None:
        self._run(lambda: self._take(amount, typed["nature"], typed["means"]), amount, _("{amount} taken"))

    def _run(self, job: Callable[[], None], amount: int, said: str) -> None:
        def done(_nothing: None) -> None:
            self.host.back()
            self.host.say(said.format(amount=self.counter.amount(amount)), Role.SUCCESS)
            self._done()

        self.host.run(job, done, self._refused, label=_("Saving"))

    def _take(self, amount: int, nature: str, means: str) -> None:
        from convisav_tui.shop.payments import take_payment
        from convisav_tui.store.models import Means, Nature

        def operation(session: Session) -> None:
            payment = take_payment(
                session,
                self._sheet.order.id,
                amount=amount,
                nature=Nature(nature),
                means=Means(means),
                actor=self.counter.actor,
                shop=self.counter.shop,
                key=self._key,
            )
            self._print(session, payment)

        self.counter.store.write(operation, repeatable=True)

    def _print(self, session: Session, payment: Payment) -> None:
        """The receipt of the sum, when it is asked for."""
        from convisav_tui.shop.payment_receipt import ask_for_receipt

        if self.form.state["receipt"]:
            ask_for_receipt(session, payment, self.counter.shop, self.counter.actor)

    def _give_back(self, payment: PaymentFacts, amount: int, reason: str) -> None:
        from convisav_tui.shop.payments import give_back

        def operation(session: Session) -> None:
            given = give_back(
                session, payment.id, amount=amount, actor=self.counter.actor, key=self._key, reason=reason
            )
            self._print(session, given)

        self.counter.store.write(operation, repeatable=True)

    def _refused(self, error: Exception) -> None:
        """Beside the field that mends it; nothing typed is lost."""
        if isinstance(error, FieldErrors):
            self.form.errors(error.errors)
        elif isinstance(error, Refusal):
            field = {"cash_limit": "means", "refund_reason": "reason"}.get(error.guard, "amount")
            self.form.errors({field: str(error)})
        elif isinstance(error, ConvisavError):
            self.form.errors({"amount": str(error)})
        else:
            self.host.say_error(error)


def _takes(state: FormState) -> bool:
    return state["deed"] == TAKE


def _owes(sheet: Sheet) -> bool:
    """Whether the shop has something to give back: more than the price, or a deposit whose device is gone."""
    held = sum(payment.amount for payment in sheet.payments if payment.nature == "guarantee_deposit")
    gone = sheet.order.state in ("returned", "cancelled")
    return (sheet.due is not None and sheet.due < 0) or (gone and held > 0 and not sheet.due)


def _may_be_given_back(sheet: Sheet) -> dict[str, PaymentFacts]:
    """The payments of which something is left with the shop, deposits first, by their key among the choices."""
    from dataclasses import replace

    left = {payment.id: payment.amount for payment in sheet.payments if payment.amount > 0}
    for payment in sheet.payments:
        if payment.reverses_id in left:
            left[payment.reverses_id] += payment.amount
    kept = [replace(payment, amount=left[payment.id]) for payment in sheet.payments if left.get(payment.id, 0) > 0]
    kept.sort(key=lambda payment: payment.nature != "guarantee_deposit")
    return {str(payment.id): payment for payment in kept}


def _below(page: Page, rows: int) -> tuple[int, int] | None:
    return (page.cursor[0], page.cursor[1] + rows) if page.cursor is not None else None
