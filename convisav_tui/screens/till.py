"""F7: the payments of a day with the sum of each means; closings and invoices are not kept here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, ngettext
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.reading import read_or_say
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, pad, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.customers import DayPayment


class TillView(View):
    """Left and right go to the day before and after."""

    name: ClassVar[str] = "till"

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self._day = counter.today
        self._payments: list[DayPayment] = []
        self._top = 0

    def opened(self) -> None:
        """Read the day."""
        self._read()

    def resumed(self) -> None:
        """Back from another screen."""
        self._read()

    def changed_elsewhere(self) -> None:
        """Another counter took a payment."""
        self._read()

    def actions(self) -> Sequence[str]:
        """The day is changed by the arrows."""
        return ("find", "new", "menu", "help", "quit")

    def key(self, key: Key) -> None:
        """Left and right change the day, up and down scroll, Esc goes back."""
        if key.name == "escape":
            self.host.back()
        elif key.name in ("left", "right"):
            self._day = min(self.counter.today, self._day + timedelta(days=1 if key.name == "right" else -1))
            self._top = 0
            self._read()
        elif key.name in ("up", "down", "pageup", "pagedown"):
            step = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}[key.name]
            self._top = max(0, min(len(self._payments) - 1, self._top + step))

    def hint(self) -> Row:
        """How to change the day."""
        keys = ((f"{label('left')} {label('right')}", _("Other day")), (label("escape"), _("Back")))
        return [span for key, text in keys for span in (Span(f" {key}", Role.KEY), Span(f" {text} ", Role.DIM))]

    def _read(self) -> None:
        from convisav_tui.store.queries.customers import payments_between

        self.title = _("Till of {day}").format(day=format_day(self._day))
        begin, end = self._midnight(self._day), self._midnight(self._day + timedelta(days=1))
        query = payments_between
        read_or_say(self.host, self.counter, lambda session: query(session, begin, end), self._show, group="till")

    def _show(self, payments: list[DayPayment]) -> None:
        self._payments = payments
        self._top = max(0, min(self._top, len(self._payments) - 1))

    def _midnight(self, day: date) -> datetime:
        """When a day of the shop begins, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.counter.config.shop.timezone)).astimezone(UTC)

    # --- looks ----------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """Sums first, then each payment, as far as they fit."""
        self.title_right = self.counter.title_right()
        rows = self._sums()
        rows.append([Span("─" * width, Role.RULE)])
        room = max(1, height - len(rows))
        top = max(0, min(self._top, len(self._payments) - room))
        rows += [[Span(self._line(payment, width))] for payment in self._payments[top : top + room]]
        if not self._payments:
            nothing = _("No payment on this day. A payment is taken on the sheet of its order, by F7.")
            rows += [[Span("  " + line, Role.DIM)] for line in wrap(nothing, width - 4)]
        return Page(rows[:height], (0, min(height - 1, len(rows) - 1)))

    def _sums(self) -> list[Row]:
        rows: list[Row] = []
        for means, text in words.MEANS.items():
            paid = [payment.amount for payment in self._payments if payment.means == means]
            if paid:
                rows.append(self._sum(_(text), sum(paid), len(paid), Role.LABEL, Role.VALUE))
        total = sum(payment.amount for payment in self._payments)
        rows.append(self._sum(_("Total"), total, len(self._payments), Role.HEADING, Role.HEADING))
        return rows

    def _sum(self, text: str, amount: int, count: int, left: Role, right: Role) -> Row:
        counted = ngettext("{count} payment", "{count} payments", count).format(count=count)
        shown = pad(self.counter.amount(amount), 16, "right")
        return [Span(" " + pad(text, 14), left), Span(shown, right), Span(f"   {counted}", Role.DIM)]

    def _line(self, payment: DayPayment, width: int) -> str:
        when = f"{self.counter.local(payment.at):%H:%M}"
        amount = pad(self.counter.amount(payment.amount), 12, "right")
        means = pad(words.word(words.MEANS, payment.means), 9)
        number = ticket_number.show(payment.number)
        if width < 75:
            return f" {when}  {amount}  {means} {number}  {payment.customer}"
        nature = pad(words.word(words.NATURES, payment.nature), 16)
        return f" {when}  {amount}  {means} {nature} {number}  {payment.customer}"
