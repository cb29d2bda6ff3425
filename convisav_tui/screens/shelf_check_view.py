"""The evening check of a place: scan all that lies there; what is missing and what is too much shows as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number
from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.place_view import LYING_COLUMNS, lying_record
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt
from convisav_tui.screens.widgets.record_list import Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.shelf_check import Checked, Lying


class ShelfCheckView(ListingView):
    """Scans tick; Enter ends the check and keeps it; `h` puts what is too much here."""

    name: ClassVar[str] = "check"
    columns = LYING_COLUMNS

    def __init__(self, counter: Counter, place_id: int, code: str) -> None:
        super().__init__(counter, empty=_("Nothing should lie here"))
        self._place_id, self._code = place_id, code
        self._key = str(uuid4())
        self._scanned: list[str] = []
        self._expected: list[Lying] = []
        self._others: dict[str, Lying] = {}
        self._checked: Checked | None = None
        self.title = _("Check of {code}").format(code=code)

    def order_number(self) -> str:
        """The order under the cursor."""
        record = self._list.current
        return str(record.identity) if record is not None else ""

    def actions(self) -> Sequence[str]:
        """What can be done, before and after the end of the check."""
        return ("here", "help") if self._checked is not None and self._checked.surplus else ("hand", "help")

    def keys(self) -> Sequence[tuple[str, str]]:
        """Before the end: Enter ends it; after it: what is too much."""
        if self._checked is None:
            return (("enter", _("That is all")), ("b", _("Number by hand")), ("escape", _("Back")))
        moving = (("h", _("Put what is too much here")),) if self._checked.surplus else ()
        return (*moving, ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """How far it is, or what it found."""
        there = sum(lying.number in self._scanned for lying in self._expected)
        missing, surplus = len(self._expected) - there, len(self._others)
        parts = [_("{there} of {expected} there").format(there=there, expected=len(self._expected))]
        if surplus:
            parts.append(ngettext("{count} too much", "{count} too much", surplus).format(count=surplus))
        if self._checked is None:
            return [[Span(" " + _("Scan all that lies here."), Role.HEADING), Span("  " + ", ".join(parts))]]
        if missing:
            parts.append(ngettext("{count} missing", "{count} missing", missing).format(count=missing))
        good = not missing and not surplus
        text = _("All is where it should be.") if good else ", ".join(parts)
        return [[Span(" " + text, Role.SUCCESS if good else Role.WARNING)]]

    def scanned(self, text: str) -> bool:
        """One more that lies here; the place's own label once more ends the check."""
        if ticket_number.kind(text) == "place" and ticket_number.counter(text) == self._place_id:
            self._end()
        elif ticket_number.kind(text) != "order" or self._checked is not None:
            self.host.say(_("Esc ends the check first"), Role.WARNING)
        elif text in self._scanned:
            self.host.say(_("{number} was scanned already").format(number=ticket_number.show(text)), Role.WARNING)
        else:
            self._scanned.append(text)
            self._list.load()
            self.host.repaint()
        return True

    def act(self, action: str) -> bool:
        """Put what is too much here; a number typed by hand."""
        if action == "here" and self._checked is not None:
            surplus = self._checked.surplus
            self.host.run(lambda: self._move(surplus), self._moved, label=_("Saving"))
        elif action == "hand":
            self.host.ask(TextPrompt(_("Number of a device that lies here:"), self._typed))
        else:
            return False
        return True

    def key(self, key: Key) -> None:
        """Enter ends the check; Esc asks before it drops what was scanned."""
        if key.name == "enter" and self._checked is None:
            self._end()
        elif key.name == "escape" and self._scanned and self._checked is None:
            choices = [("end", _("End the check")), ("drop", _("Forget what was scanned"))]
            deeds = {"end": self._end, "drop": self.host.back}
            self.host.ask(ChoicePrompt(_("The check is not ended"), choices, lambda chosen: deeds[chosen]()))
        elif key.name != "enter":
            super().key(key)

    def records(self, session: Session) -> list[Record]:
        """What should lie here, ticked where it does, then what should not."""
        from convisav_tui.shop.shelf_check import Lying, device_scanned, lying_at

        self._expected = lying_at(session, self._code)
        known = {lying.number for lying in self._expected}
        self._others = {
            number: device_scanned(session, number) or Lying(0, number, _("unknown"), "", "", "", "")
            for number in self._scanned
            if number not in known
        }
        missing = (" ", Role.NORMAL) if self._checked is None else ("✗", Role.ERROR)
        rows = []
        for lying in self._expected:
            sign, role = ("✓", Role.SUCCESS) if lying.number in self._scanned else missing
            rows.append(lying_record(lying, sign, role))
        return [*(lying_record(lying, "+", Role.WARNING) for lying in self._others.values()), *rows]

    # --- the end ------------------------------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        reading = ticket_number.read(text)
        if reading is None:
            self.host.say(_("This is no number of an order"), Role.ERROR)
        else:
            self.scanned(reading.number)

    def _end(self) -> None:
        self.host.run(self._write, self._ended, label=_("Saving"))

    def _write(self) -> Checked:
        from convisav_tui.shop.shelf_check import check_shelf

        return self.counter.store.write(
            lambda session: check_shelf(session, self._place_id, self._scanned, self.counter.actor, self._key),
            repeatable=True,
        )

    def _ended(self, checked: Checked) -> None:
        self._checked = checked
        self._list.load()
        self.host.repaint()

    def _move(self, surplus: Sequence[str]) -> tuple[int, list[str]]:
        """How many were put here, and why others were not."""
        from convisav_tui.shop.custody import put_at

        moved, refused = 0, []
        for number in surplus:
            key = f"{self._key}:{number}"
            try:
                self.counter.store.write(
                    lambda session, number=number, key=key: put_at(  # type: ignore[misc]
                        session, number, self._place_id, self.counter.actor, key
                    ),
                    repeatable=True,
                )
                moved += 1
            except ConvisavError as error:
                refused.append(str(error))
        return moved, refused

    def _moved(self, result: tuple[int, list[str]]) -> None:
        moved, refused = result
        put = ngettext("{count} device put here", "{count} devices put here", moved).format(count=moved)
        self.host.say(" · ".join([put, *refused]), Role.WARNING if refused else Role.SUCCESS)
        self._list.load()
