"""The journal of the staff, for managers: who signed in where, who was locked out, who saw an unlock code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number
from convisav_tui.i18n import _, mark
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.reading import part_of
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record, RecordList, Request

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.staff_journal import JournalEntry

COLUMNS = (
    ColumnSpec("at", mark("When"), 11),
    ColumnSpec("event", mark("What"), 36, grow=3),
    ColumnSpec("by", mark("By"), 12, grow=1),
    ColumnSpec("station", mark("Where"), 12, grow=1),
)


class StaffJournalView(View):
    """Newest first; Enter opens the order of an unlock code that was shown."""

    name: ClassVar[str] = "journal"

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.title = _("Journal of the staff")
        self._rows: list[Record] = []
        self._orders: dict[str, str] = {}
        self._read_once = False
        self._list = RecordList(COLUMNS, self._page, empty=_("Nothing was written down yet"))

    def opened(self) -> None:
        """Read it; who may not see it is told so."""
        self.host.when_loaded(self._read)

    def resumed(self) -> None:
        """Read again."""
        self._read()

    def changed_elsewhere(self) -> None:
        """Somebody signed in, perhaps."""
        self._read()

    def actions(self) -> Sequence[str]:
        """What leads on."""
        return ("help", "menu", "quit")

    def hint(self) -> Row:
        """What the keys do here."""
        keys = (("enter", _("Open the order")), ("escape", _("Back")))
        return [part for key, text in keys for part in (Span(f" {label(key)}", Role.KEY), Span(f" {text} ", Role.DIM))]

    def render(self, width: int, height: int) -> Page:
        """The list."""
        self.title_right = self.counter.title_right()
        return self._list.render(width, height)

    def key(self, key: Key) -> None:
        """Move, open, go back."""
        current = self._list.current
        if key.name == "enter":
            number = self._orders.get(str(current.identity)) if current is not None else None
            if number:
                from convisav_tui.screens.opening import open_order

                open_order(self.host, self.counter, number)
        elif key.name == "space" or not self._list.key(key):
            super().key(key)

    def _read(self) -> None:
        def read() -> list[JournalEntry]:
            from convisav_tui.shop.staff_journal import staff_journal

            with self.counter.store.read() as session:
                return staff_journal(session, self.counter.actor)

        self.host.run(read, self._show, self._refused, label=_("Reading"), hold=False, group="journal")

    def _refused(self, error: Exception) -> None:
        if not self._read_once:
            self.host.back()
        self.host.say_error(error)

    def _show(self, entries: list[JournalEntry]) -> None:
        self._read_once = True
        self._orders = {entry.key: entry.order for entry in entries if entry.order}
        self._rows = [
            Record(
                position=entry.key,
                identity=entry.key,
                cells={
                    "at": self.counter.short_moment(entry.at),
                    "event": told(entry),
                    "by": entry.by or (_("shell") if not entry.station else ""),
                    "station": entry.station,
                },
            )
            for entry in entries
        ]
        self._list.refresh()
        self.host.repaint()

    def _page(self, request: Request) -> Sequence[Record]:
        return part_of(self._rows, request)


def told(entry: JournalEntry) -> str:
    """An entry in words; an event this program does not know stands as it is."""
    from convisav_tui.screens.customer_card import FIELD_NAMES
    from convisav_tui.shop.names import name
    from convisav_tui.store.models import Role as StaffRole

    sentence = _SENTENCES.get(entry.event)
    if sentence is None:
        return " ".join(part for part in (entry.event, entry.person) if part)
    detail, role = entry.detail, entry.detail.get("role")
    fields = detail.get("fields")
    values = {
        "person": entry.person,
        "order": ticket_number.show(entry.order) if entry.order else "",
        "from": detail.get("from", ""),
        "wait": detail.get("wait", ""),
        "customer": detail.get("customer", ""),
        "role": name(StaffRole(role)) if role in set(StaffRole) else "",
        "fields": ", ".join(_(FIELD_NAMES[key]) for key in fields if key in FIELD_NAMES) if fields else "",
    }
    return _(sentence).format(**values)


_SENTENCES = {
    "signed_in": mark("{person} signed in"),
    "took_over": mark("{person} signed in instead of {from}"),
    "sign_in_refused": mark("wrong PINs: locked for {wait} s"),
    "added": mark("{person} added as {role}"),
    "pin_set": mark("PIN of {person} set"),
    "pin_removed": mark("PIN of {person} taken away"),
    "role_changed": mark("{person} is now {role}"),
    "disabled": mark("{person} works here no more"),
    "enabled": mark("{person} works here again"),
    "card_changed": mark("card of {customer} changed: {fields}"),
    "secret_revealed": mark("unlock code of {order} shown"),
}
