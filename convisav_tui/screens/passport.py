"""The passport of a device: its guarantees line by line, what it had before, the advice that was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import clock, ticket_number, words
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.screens.keys import Key
from convisav_tui.screens.reading import read_or_say
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.guarantees import RunningGuarantee
    from convisav_tui.shop.passport import Passport

CAUSES = {
    "repair": mark("repair under it"),
    "immobilisation": mark("days in the workshop"),
    "replacement": mark("replacement"),
    "extension": mark("written down"),
}
_INDENT = 4


class PassportView(View):
    """Arrows scroll; g writes a guarantee down."""

    name: ClassVar[str] = "passport"

    def __init__(self, counter: Counter, device_id: int) -> None:
        self.counter = counter
        self._device_id = device_id
        self._passport: Passport | None = None
        self._top = 0
        self.title = _("Passport")

    def opened(self) -> None:
        """Read it."""
        self.host.when_loaded(self._read)

    def resumed(self) -> None:
        """A guarantee may have been written down."""
        self._read()

    def changed_elsewhere(self) -> None:
        """Read again."""
        self._read()

    def actions(self) -> Sequence[str]:
        """What can be added, and the usual ones."""
        return ("guarantee", "find", "menu", "help", "quit")

    def act(self, action: str) -> bool:
        """Write a guarantee down."""
        if action == "guarantee":
            self.host.open(GuaranteeForm(self.counter, self._device_id))
        return action == "guarantee"

    def key(self, key: Key) -> None:
        """Scroll, or go back."""
        steps = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}
        if key.name in steps:
            self._top = max(0, self._top + steps[key.name])
        else:
            super().key(key)

    def render(self, width: int, height: int) -> Page:
        """Guarantees first, then what was refused, then what it had."""
        self.title_right = self.counter.title_right()
        rows = self._rows(self._passport, width) if self._passport is not None else []
        self._top = max(0, min(self._top, len(rows) - height))
        return Page(rows[self._top : self._top + height], (0, 0))

    def _read(self) -> None:
        from convisav_tui.shop.passport import passport_of

        device_id, shop = self._device_id, self.counter.shop
        read_or_say(
            self.host, self.counter, lambda session: passport_of(session, device_id, shop), self._show, group="passport"
        )

    def _show(self, passport: Passport) -> None:
        self._passport = passport
        self.title = _("Passport of {device}").format(device=passport.title)

    def _rows(self, passport: Passport, width: int) -> list[Row]:
        bought = format_day(passport.purchased_on) if passport.purchased_on else _("not known")
        about = f" {passport.owner}  {passport.serial}  " + _("bought {day}").format(day=bought)
        rows: list[Row] = [[Span(f"{about}  {passport.seller}".rstrip(), Role.VALUE)], []]
        rows += [_head(_("Guarantees")), *self._guarantees(passport, width), []]
        rows.append(_head(_("Refused advice")))
        for one in passport.refused:
            lines = wrap(f"{format_day(one.day)}  {one.text}", width - _INDENT - 1)
            rows += [[Span(" " * _INDENT + line, Role.WARNING)] for line in lines]
        rows += [] if passport.refused else [_nothing()]
        comebacks = _("comebacks: {count}").format(count=passport.comebacks) if passport.comebacks else ""
        rows += [[], _head(_("Earlier repairs"), comebacks)]
        for order in passport.earlier:
            outcome = words.word(words.OUTCOMES, order.outcome.value) if order.outcome else ""
            state = outcome or words.word(words.STATES, order.state.value)
            fault = " ".join(order.fault.split())
            told = f"{format_day(order.opened_on)}  {ticket_number.show(order.number)}  {state}  {fault}"
            rows.append([Span(" " * _INDENT + told)])
        return rows if passport.earlier else [*rows, _nothing()]

    def _guarantees(self, passport: Passport, width: int) -> list[Row]:
        today = self.counter.today
        rows: list[Row] = []
        for guarantee in passport.guarantees:
            running = guarantee.ends_on >= today
            sign = "✓" if running else "✗"
            role = Role.SUCCESS if running else Role.DIM
            lines = wrap(f"{sign} {guarantee_words(guarantee)}", width - _INDENT)
            rows += [[Span(("  " if index == 0 else "    ") + line, role)] for index, line in enumerate(lines)]
        for row in passport.history:
            cause = _(CAUSES[row.cause]) if row.cause in CAUSES else row.cause
            days = f"{format_day(row.starts_on)} → {format_day(row.ends_on)}"
            ground = words.word(words.GROUNDS, row.kind.value)
            rows.append([Span(" " * _INDENT + f"  {ground}: {cause}  {days}  {row.note}".rstrip(), Role.DIM)])
        if passport.repair_until is not None:
            sign = "✓" if passport.repair_until >= today else "✗"
            told = _("guarantee on the repair until {day}").format(day=format_day(passport.repair_until))
            rows.append([Span(f"  {sign} {told}", Role.SUCCESS if passport.repair_until >= today else Role.DIM)])
        return rows or [_nothing()]


def guarantee_words(guarantee: RunningGuarantee) -> str:
    """A guarantee in one line: its ground, the last day of each line, who owes it."""
    ground = words.word(words.GROUNDS, guarantee.kind.value)
    days = guarantee.until
    if len(set(days.values())) == 1:
        lines = ", ".join(words.word(words.COVER_LINES, line.value) for line in days)
        until = _("{lines} until {day}").format(lines=lines, day=format_day(guarantee.ends_on))
    else:
        until = ", ".join(
            _("{lines} until {day}").format(lines=words.word(words.COVER_LINES, line.value), day=format_day(day))
            for line, day in days.items()
        )
    return f"{ground}: {until} ({words.word(words.PAYERS, guarantee.debtor.value)})"


class GuaranteeForm(RecordFormView):
    """A guarantee that the program cannot compute: a manufacturer's, an extension that was sold."""

    name: ClassVar[str] = "agreement"
    repeatable = False

    def __init__(self, counter: Counter, device_id: int) -> None:
        kinds = tuple((key, _(words.GROUNDS[key])) for key in ("manufacturer", "commercial"))
        super().__init__(
            counter,
            (
                FieldSpec("kind", mark("Guarantee"), "choice", row=0, width=26, default="manufacturer", choices=kinds),
                FieldSpec("until", mark("Last day"), "date", row=1, width=12, longest=20),
                FieldSpec("parts", words.COVER_LINES["parts"], "check", row=2, width=1, default=CHECKED),
                FieldSpec("labour", words.COVER_LINES["labour"], "check", row=2, width=1, default=CHECKED),
                FieldSpec("travel", words.COVER_LINES["travel"], "check", row=2, width=1),
                FieldSpec("note", mark("Note"), row=3, width=40, grow=1, longest=200),
            ),
            _("Guarantee of the device"),
            label_width=12,
        )
        self._device_id = device_id

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Write it down."""
        from convisav_tui.shop.passport import write_guarantee

        counter = self.counter
        write_guarantee(session, self._device_id, dict(raw), counter.actor, counter.shop, clock.now())
        return ""


def _head(text: str, beside: str = "") -> Row:
    return [Span(f" {text}  ", Role.HEADING), Span(beside, Role.WARNING)]


def _nothing() -> Row:
    return [Span(" " * _INDENT + _("none"), Role.DIM)]
