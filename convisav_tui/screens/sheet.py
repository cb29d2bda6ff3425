"""The sheet of an order: a header with what matters now, sections in the order of the work, each with its jump key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number
from convisav_tui.i18n import _
from convisav_tui.screens import words
from convisav_tui.screens.keys import Key
from convisav_tui.screens.sheet_sections import SECTIONS, Section
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, fit, side_by_side

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.sheet import Sheet

SECRET_SECONDS = 60  # rules.md 4.5: shown no longer than a minute


class SheetView(View):
    """Digits open and close sections, arrows scroll, F8 moves the order on, F4 prints its papers again."""

    name: ClassVar[str] = "sheet"

    def __init__(self, counter: Counter, sheet: Sheet) -> None:
        self.counter = counter
        self._sheet = sheet
        self._open = {section.key for section in SECTIONS if section.starts_open}
        self._chosen = 0
        self._top = 0
        self._secret = ""
        self._follow = False

    # --- the host -----------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """Take in the order's number."""
        self.title = _("Order {number}").format(number=ticket_number.show(self._sheet.order.number))

    def resumed(self) -> None:
        """A step or a print was done on it."""
        self._refresh()

    def changed_elsewhere(self) -> None:
        """Another station or the worker changed something: same place, new facts."""
        self._refresh()

    def closed(self) -> None:
        """An unlock code never outlives its screen."""
        self._secret = ""

    def order_number(self) -> str:
        """Its ten digits."""
        return self._sheet.order.number

    def actions(self) -> Sequence[str]:
        """Most useful first."""
        secret = ("secret",) if self._sheet.order.secret_state == "stored" else ()
        first = ("step", "print", "till", "undo", "customer", *secret)
        return (*first, "new", "messages", "drafts", "find", "menu", "help", "quit")

    def act(self, action: str) -> bool:
        """What the sheet does itself."""
        from convisav_tui.screens.sheet_deeds import reveal
        from convisav_tui.screens.undoing import undo_last

        number = self.order_number()
        if action == "undo":
            undo_last(self.host, self.counter, number, self._refresh)
        elif action == "secret":
            reveal(self.host, self.counter, self._sheet, self._show_secret)
        elif action == "till":
            from convisav_tui.screens.payment import PaymentView

            self.host.open(PaymentView(self.counter, self._sheet, self._refresh))
        else:
            return False
        return True

    def key(self, key: Key) -> None:
        """Sections by their digit or by arrows and Enter; Esc goes back."""
        if key.name == "escape":
            self.host.back()
        elif key.character.isdigit() and 1 <= int(key.character) <= len(SECTIONS):
            self._chosen = int(key.character) - 1
            self._toggle()
        elif key.name in ("enter", "space"):
            self._toggle()
        elif key.name in ("down", "up"):
            self._chosen = max(0, min(len(SECTIONS) - 1, self._chosen + (1 if key.name == "down" else -1)))
            self._follow = True
        elif key.name in ("pagedown", "pageup"):
            self._top += 10 if key.name == "pagedown" else -10
        elif key.name in ("home", "end"):
            self._chosen = 0 if key.name == "home" else len(SECTIONS) - 1
            self._follow = True

    def _toggle(self) -> None:
        self._open ^= {SECTIONS[self._chosen].key}
        self._follow = True

    # --- facts --------------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        from convisav_tui.store.queries.sheet import sheet

        with self.counter.store.read() as session:
            found = sheet(session, self._sheet.order.id)
        if found is not None:
            self._sheet = found

    def _show_secret(self, code: str) -> None:
        self._secret = code
        self.host.later(SECRET_SECONDS, self._hide_secret)

    def _hide_secret(self) -> None:
        self._secret = ""
        self.host.repaint()

    # --- looks --------------------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """Header, then the part of the sections that fits."""
        self.title_right = self.counter.title_right()
        head = self._header(width)
        body: list[Row] = []
        starts: list[int] = []
        for index, section in enumerate(SECTIONS):
            starts.append(len(body))
            body += self._section(index, section, width)
        room = max(1, height - len(head))
        self._top = self._scrolled(starts, len(body), room)
        return Page([*head, *body[self._top : self._top + room]], (0, len(head) + starts[self._chosen] - self._top))

    def _scrolled(self, starts: list[int], length: int, room: int) -> int:
        top = self._top
        if self._follow:
            begin = starts[self._chosen]
            end = starts[self._chosen + 1] if self._chosen + 1 < len(starts) else length
            top = max(min(top, begin), min(begin, end - room))
            self._follow = False
        return max(0, min(top, length - room))

    def _header(self, width: int) -> list[Row]:
        sheet, order = self._sheet, self._sheet.order
        state = words.word(words.STATES, order.state)
        promised = self.counter.day(order.promised_on)
        money = self._money()
        customer = f"{sheet.customer.name}  {sheet.customer.phone or sheet.customer.email}"
        told = words.word(words.CHANNELS, order.ready_channel)
        told = _("told by {channel}").format(channel=told) if order.ready_channel != "none" else told
        rows: list[Row] = [
            side_by_side(
                [Span(f" {ticket_number.show(order.number)}  ", Role.VALUE), Span(f"{state} ", Role.HEADING)],
                [Span(_("for {day}").format(day=promised) + " " if promised else "", Role.WARNING)],
                width,
            ),
            side_by_side(
                [Span(f" {customer}", Role.NORMAL)],
                [Span(told + " ", Role.DIM)],
                width,
            ),
            side_by_side([Span(f" {self._device_line()}", Role.NORMAL)], [Span(money + " ", Role.VALUE)], width),
        ]
        if self._secret:
            rows.append([Span(" " + _("Unlock code: {code}").format(code=self._secret), Role.WARNING)])
        rows.append([Span("─" * width, Role.RULE)])
        return rows

    def _device_line(self) -> str:
        from convisav_tui.i18n import language

        device = self._sheet.device
        kind = device.type_names.get(language()) or device.type_code
        serial = _("no. {serial}").format(serial=device.serial) if device.serial else ""
        return " · ".join(part for part in (kind, device.title, serial) if part)

    def _money(self) -> str:
        sheet = self._sheet
        if sheet.due is None:
            return _("paid {amount}").format(amount=self.counter.amount(sheet.paid)) if sheet.paid else ""
        if sheet.due < 0:
            return _("to give back {amount}").format(amount=self.counter.amount(-sheet.due))
        return _("due {amount}").format(amount=self.counter.amount(sheet.due))

    def _section(self, index: int, section: Section, width: int) -> list[Row]:
        here = index == self._chosen
        opened = section.key in self._open
        label = f"{'▸' if here else ' '}{index + 1} {_(section.label)}"
        summary = section.summary(self._sheet, self.counter)
        head: Row = [Span(label.ljust(18), Role.SELECTED if here else Role.LABEL), Span(" ")]
        head.append(Span(summary, Role.NORMAL if not opened else Role.DIM))
        rows = [fit(head, width)]
        if opened:
            rows += section.lines(self._sheet, self.counter, width)
        return rows
