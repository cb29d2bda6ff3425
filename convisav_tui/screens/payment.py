"""Taking a payment for an order (F7 on its sheet)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, mark
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.screens import words
from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.sheet import Sheet

NATURES = ("balance", "acompte", "arrhes", "diagnostic_fee", "guarantee_deposit")


class PaymentView(FormView):
    """Amount (what is due stands there), nature, means. Enter at the end or Ctrl+S takes it."""

    name: ClassVar[str] = "payment"

    def __init__(self, counter: Counter, sheet: Sheet, done: Callable[[], None]) -> None:
        self.counter = counter
        self._sheet = sheet
        self._done = done
        self._key = str(uuid4())
        currency = counter.config.shop.currency
        due = sheet.due if sheet.due is not None and sheet.due > 0 else 0
        nature = "balance" if sheet.due is not None else "acompte"
        super().__init__(
            (
                FieldSpec(
                    "amount",
                    mark("Amount"),
                    "amount",
                    row=0,
                    width=12,
                    default=plain_amount(due, currency) if due else "",
                ),
                FieldSpec(
                    "means", mark("Paid by"), "choice", row=1, width=20, default="card", choices=_choices(words.MEANS)
                ),
                FieldSpec("nature", mark("Nature"), "choice", row=2, width=20, default=nature, choices=_natures()),
            ),
            label_width=14,
        )
        self.title = _("Payment for {number}").format(number=ticket_number.show(sheet.order.number))

    def actions(self) -> Sequence[str]:
        """Saving, and help."""
        return ("save", "help")

    def act(self, action: str) -> bool:
        """Ctrl+S takes the payment."""
        if action == "save":
            self._take()
            return True
        return False

    def key(self, key: Key) -> None:
        """Esc leaves: nothing was taken."""
        if not self.form.key(key) and key.name == "escape":
            self.host.back()

    def end_reached(self) -> None:
        """Enter after the last field takes the payment."""
        self._take()

    def _take(self) -> None:
        typed = self.form.state.texts()
        try:
            amount = parse_amount(typed["amount"], self.counter.config.shop.currency)
        except ValueError as error:
            self.form.errors({"amount": str(error)})
            return
        if amount == 0:
            self.form.errors({"amount": _("Type the amount that was paid")})
            return
        self.host.run(
            lambda: self._save(amount, typed), lambda _nothing: self._taken(amount), self._refused, label=_("Saving")
        )

    def _save(self, amount: int, typed: dict[str, str]) -> None:
        from convisav_tui.shop.payments import take_payment
        from convisav_tui.store.models import Means, Nature

        self.counter.store.write(
            lambda session: take_payment(
                session,
                self._sheet.order.id,
                amount=amount,
                nature=Nature(typed["nature"]),
                means=Means(typed["means"]),
                actor=self.counter.actor,
                shop=self.counter.shop,
                key=self._key,
            )
        )

    def _taken(self, amount: int) -> None:
        self.host.back()
        self.host.say(_("{amount} taken").format(amount=self.counter.amount(amount)), Role.SUCCESS)
        self._done()

    def _refused(self, error: Exception) -> None:
        if isinstance(error, FieldErrors):
            self.form.errors(error.errors)
        else:
            self.form.errors({"amount": str(error)})


def _choices(table: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((code, _(text)) for code, text in table.items())


def _natures() -> tuple[tuple[str, str], ...]:
    return tuple((code, words.word(words.NATURES, code)) for code in NATURES)
