"""The journal of the staff, for managers: who signed in where, who was locked out, who saw an unlock code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import GuardedListingView
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.staff_journal import JournalEntry


class StaffJournalView(GuardedListingView):
    """Newest first; Enter opens the order of an unlock code that was shown."""

    name: ClassVar[str] = "journal"
    columns = (
        ColumnSpec("at", mark("When"), 11),
        ColumnSpec("event", mark("What"), 36, grow=3),
        ColumnSpec("by", mark("By"), 12, grow=1),
        ColumnSpec("station", mark("Where"), 12, grow=1),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter, empty=_("Nothing was written down yet"))
        self.title = _("Journal of the staff")
        self._orders: dict[str, str] = {}

    def actions(self) -> Sequence[str]:
        """What leads on."""
        return ("help", "menu", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do here."""
        return (("enter", _("Open the order")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """All that was written down."""
        from convisav_tui.shop.staff_journal import staff_journal

        entries = staff_journal(session, self.counter.actor)
        self._orders = {entry.key: entry.order for entry in entries if entry.order}
        return [
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

    def chosen(self, record: Record) -> None:
        """The order that the entry is about."""
        number = self._orders.get(str(record.identity))
        if number:
            from convisav_tui.screens.opening import open_order

            open_order(self.host, self.counter, number)


def told(entry: JournalEntry) -> str:
    """An entry in words; an event this program does not know stands as it is."""
    from convisav_tui.screens.customer_card import FIELD_NAMES
    from convisav_tui.shop.names import name
    from convisav_tui.store.models import Role as StaffRole

    if entry.event.startswith("message_"):
        return _of_message(entry)
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


def _of_message(entry: JournalEntry) -> str:
    """What was done about a message to somebody, and what was noted."""
    done = f"{entry.detail.get('customer', '')}: {words.word(words.EVENTS, entry.event)}"
    about = words.word(words.MESSAGES, str(entry.detail.get("tells", "")))
    note = words.noted(str(entry.detail.get("reason") or entry.detail.get("by") or ""))
    return " · ".join(part for part in (done, about, note) if part)


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
