"""A place that was scanned or chosen: what lies there; each device that is scanned now is put there, until Esc."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, mark, ngettext
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.custody import Moved
    from convisav_tui.shop.shelf_check import Lying

LYING_COLUMNS = (
    ColumnSpec("sign", "", 1),
    ColumnSpec("number", mark("No."), 12),
    ColumnSpec("device", mark("Device"), 16, grow=2),
    ColumnSpec("state", mark("State"), 11),
    ColumnSpec("fault", mark("Fault"), 14, grow=2),
    ColumnSpec("where", mark("Should lie"), 14, grow=1),
)


class PlaceView(ListingView):
    """Scans put devices here; `v` checks what lies here, Enter opens an order."""

    name: ClassVar[str] = "place"
    columns = tuple(column for column in LYING_COLUMNS if column.key not in ("sign", "where"))

    def __init__(self, counter: Counter, place_id: int, code: str) -> None:
        super().__init__(counter, empty=_("Nothing lies here"))
        self.place_id, self.code = place_id, code
        self.title = _("Place {code}").format(code=code)
        self._count = 0
        self._last = ""

    def order_number(self) -> str:
        """The order under the cursor."""
        record = self._list.current
        return record.cells["number"].replace(" ", "") if record is not None else ""

    def actions(self) -> Sequence[str]:
        """What can be done here."""
        return ("here", "check", "step", "customer", "find", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """Scans first."""
        return (("v", _("Check")), ("h", _("Number by hand")), ("enter", _("Open")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """What a scan does here, and what the last one did."""
        lies = ngettext("{count} device lies here.", "{count} devices lie here.", self._count)
        scan = _("Scan devices: each is put here.")
        rows: list[Row] = [[Span(f" {lies.format(count=self._count)}  "), Span(scan, Role.HEADING)]]
        if self._last:
            rows.append([Span(" " + self._last, Role.SUCCESS)])
        return rows

    def act(self, action: str) -> bool:
        """Check, or a number typed by hand."""
        if action == "check":
            from convisav_tui.screens.shelf_check_view import ShelfCheckView

            self.host.open(ShelfCheckView(self.counter, self.place_id, self.code))
        elif action == "here":
            self.host.ask(TextPrompt(_("Number of the device to put here:"), self._typed))
        else:
            return False
        return True

    def scanned(self, text: str) -> bool:
        """A device is put here; another place is where the next ones go."""
        if ticket_number.kind(text) != "order":
            return False
        put(self.host, self.counter, text, self.place_id, self._put)
        return True

    def records(self, session: Session) -> list[Record]:
        """What lies here."""
        from convisav_tui.shop.shelf_check import lying_at

        found = lying_at(session, self.code)
        self._count = len(found)
        return [lying_record(lying) for lying in found]

    def chosen(self, record: Record) -> None:
        """Its sheet."""
        open_order(self.host, self.counter, self.order_number())

    def _typed(self, text: str) -> None:
        reading = ticket_number.read(text)
        if reading is None:
            self.host.say(_("This is no number of an order"), Role.ERROR)
        else:
            self.scanned(reading.number)

    def _put(self, moved: Moved) -> None:
        self._last = told(moved)
        self._list.load()


def put(host: Host, counter: Counter, number: str, place_id: int, done: Callable[[Moved], None]) -> None:
    """Put a device at a place, tell it, and call `done` with what was moved."""
    from convisav_tui.shop.custody import put_at

    key = str(uuid4())

    def moved(result: Moved) -> None:
        host.say(told(result), Role.SUCCESS)
        done(result)

    host.run(
        lambda: counter.store.write(
            lambda session: put_at(session, number, place_id, counter.actor, key), repeatable=True
        ),
        moved,
        label=_("Saving"),
    )


def told(moved: Moved) -> str:
    """What a move did, in one sentence."""
    shown = ticket_number.show(moved.number)
    if moved.before == moved.place:
        return _("{number} lies at {place} already.").format(number=shown, place=moved.place)
    if moved.before:
        return _("{number} lies at {place} now (before: {before}).").format(
            number=shown, place=moved.place, before=moved.before
        )
    return _("{number} lies at {place} now.").format(number=shown, place=moved.place)


def lying_record(lying: Lying, sign: str = "", role: Role = Role.NORMAL) -> Record:
    """A device of a place as a row; `sign` says what a check made of it."""
    where = lying.place or words.word(words.HOLDERS, lying.holder)
    return Record(
        position=lying.number,
        identity=lying.number,
        cells={
            "sign": sign,
            "number": ticket_number.show(lying.number),
            "device": lying.device,
            "state": words.word(words.STATES, lying.state),
            "fault": lying.fault,
            "where": where,
        },
        roles={} if role is Role.NORMAL else {"sign": role, "where": role},
    )
