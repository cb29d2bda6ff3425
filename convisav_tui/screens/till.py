"""F7: the payments of a day with the sum of each means; closings and invoices are not kept here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from convisav_tui import ticket_number
from convisav_tui.i18n import _, format_day
from convisav_tui.screens import words
from convisav_tui.screens.keys import Key
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, pad

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

    def changed_elsewhere(self) -> None:
        """Another counter took a payment."""
        self._read()

    def actions(self) -> Sequence[str]:
        """The day is changed by the arrows."""
        return ("help", "find", "new", "quit")

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
        return [Span(" ←/→ ", Role.KEY), Span(_("Other day"), Role.DIM)]

    def _read(self) -> None:
        from convisav_tui.store.queries.customers import payments_between

        self.title = _("Till of {day}").format(day=format_day(self._day))
        begin = datetime.combine(self._day, time(), ZoneInfo(self.counter.config.shop.timezone)).astimezone(UTC)
        end = datetime.combine(
            self._day + timedelta(days=1), time(), ZoneInfo(self.counter.config.shop.timezone)
        ).astimezone(UTC)
        with self.counter.store.read() as session:
            self._payments = payments_between(session, begin, end)

    def render(self, width: int, height: int) -> Page:
        """Sums first, then each payment."""
        self.title_right = self.counter.title_right()
        rows: list[Row] = []
        for means, label in words.MEANS.items():
            total = sum(payment.amount for payment in self._payments if payment.means == means)
            if total:
                rows.append(
                    [
                        Span(" " + pad(_(label), 14), Role.LABEL),
                        Span(pad(self.counter.amount(total), 16, "right"), Role.VALUE),
                    ]
                )
        total = sum(payment.amount for payment in self._payments)
        rows.append(
            [
                Span(" " + pad(_("Total"), 14), Role.HEADING),
                Span(pad(self.counter.amount(total), 16, "right"), Role.VALUE),
            ]
        )
        rows.append([Span("─" * width, Role.RULE)])
        for payment in self._payments[self._top :]:
            rows.append([Span(self._line(payment))])
        if not self._payments:
            rows.append([Span("  " + _("No payment on this day"), Role.DIM)])
        return Page(rows[:height], (0, min(height - 1, len(rows) - 1)))

    def _line(self, payment: DayPayment) -> str:
        when = f"{self.counter.local(payment.at):%H:%M}"
        nature = words.word(words.NATURES, payment.nature)
        means = words.word(words.MEANS, payment.means)
        amount = pad(self.counter.amount(payment.amount), 12, "right")
        number = ticket_number.show(payment.number)
        return f" {when}  {amount}  {pad(means, 9)} {pad(nature, 16)} {number}  {payment.customer}"
