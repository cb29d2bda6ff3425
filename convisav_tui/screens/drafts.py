"""Parked intakes (F5): what was put aside, by whom, by a broken line or a crash; one is taken up again with Enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import clock
from convisav_tui.i18n import _, mark, ngettext
from convisav_tui.screens.intake_draft import BATCH, DraftRow, Drafts, ShopDrafts
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span
from convisav_tui.screens.widgets.prompt import YesNo
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record, RecordList, Request

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter

COLUMNS = (
    ColumnSpec("title", mark("Customer, device"), 30, grow=3),
    ColumnSpec("age", mark("Put aside"), 13),
    ColumnSpec("person", mark("By"), 10, grow=1),
    ColumnSpec("where", mark("Where"), 20, grow=1),
)


class DraftsView(View):
    """Enter takes a draft up, that of somebody else after a question; Del throws it away after one."""

    name: ClassVar[str] = "drafts"

    def __init__(self, counter: Counter, *, drafts: Drafts | None = None) -> None:
        self.counter = counter
        self.title = _("Parked intakes")
        self._drafts = drafts or ShopDrafts(counter)
        self._rows: dict[str, DraftRow] = {}
        self._list = RecordList(COLUMNS, self._fetch, self._run, empty=_("Nothing is parked"))

    def opened(self) -> None:
        """Read the drafts."""
        self.host.when_loaded(self._list.load)

    def resumed(self) -> None:
        """One may have been saved or put aside meanwhile."""
        self._list.refresh()

    def changed_elsewhere(self) -> None:
        """Another station parked one or took one up."""
        self._list.refresh()

    def render(self, width: int, height: int) -> Page:
        """The list."""
        self.title_right = self.counter.title_right()
        return self._list.render(width, height)

    def hint(self) -> Row:
        """What the keys do here."""
        keys = (("enter", _("Take up")), ("delete", _("Throw away")), ("escape", _("Back")))
        return [part for key, text in keys for part in (Span(f" {label(key)}", Role.KEY), Span(f" {text} ", Role.DIM))]

    def actions(self) -> Sequence[str]:
        """Most useful first."""
        return ("open", "new", "find", "menu", "help", "quit")

    def act(self, action: str) -> bool:
        """Enter takes the draft up."""
        if action != "open":
            return False
        row = self._current()
        if row is not None and self._may_take(row):
            self._take_or_ask(row)
        return True

    def key(self, key: Key) -> None:
        """Move, throw away, go back."""
        row = self._current()
        if key.name == "delete" and row is not None and self._may_take(row):
            question = _("Throw away the intake of {title}? It cannot be brought back.")
            told = question.format(title=row.title or _("somebody"))
            if not row.ours:
                told = " ".join((_("{person} typed it.").format(person=row.person), told))
            self.host.ask(YesNo(told, lambda: self._discard(row), default=False))
        elif key.name == "space" or not self._list.key(key):
            super().key(key)

    def _current(self) -> DraftRow | None:
        current = self._list.current
        return self._rows.get(str(current.identity)) if current is not None else None

    def _may_take(self, row: DraftRow) -> bool:
        if not row.free:
            typed = _("This intake is being typed at {station}").format(station=row.typed_at or row.station)
            self.host.say(typed, Role.WARNING)
        return row.free

    def _take_or_ask(self, row: DraftRow) -> None:
        """What somebody else typed is his until he is told: it then belongs to whoever works here."""
        if row.ours:
            self._take(row)
            return
        question = _("{person} typed this. Take it over?").format(person=row.person)
        self.host.ask(YesNo(question, lambda: self._take(row), default=True))

    def _take(self, row: DraftRow) -> None:
        def taken(fields: Mapping[str, str]) -> None:
            from convisav_tui.screens.batch import BatchView
            from convisav_tui.screens.intake import IntakeView

            form = BatchView if row.kind == BATCH else IntakeView
            self.host.replace(form(self.counter, draft=(row.key, fields)))

        self.host.run(lambda: self._drafts.take(row.key), taken, self._not_taken, label=_("Opening"))

    def _discard(self, row: DraftRow) -> None:
        def gone(_none: None) -> None:
            self._list.refresh()
            self.host.say(_("Thrown away"))

        self.host.run(lambda: self._drafts.discard(row.key), gone, self._not_taken, label=_("Throwing away"))

    def _not_taken(self, error: Exception) -> None:
        """Somebody was faster, or the store is busy: the list shows how it is now."""
        self._list.refresh()
        self.host.say_error(error)

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _run(self, job: Callable[[], Sequence[Record]], done: Callable[[Sequence[Record]], None], hold: bool) -> None:
        self.host.run(job, done, hold=hold, label=_("Reading"))

    def _fetch(self, request: Request) -> Sequence[Record]:
        """The drafts are few: all are read, and the part that is asked for is given."""
        rows = self._drafts.rows()
        self._rows = {row.key: row for row in rows}
        keys = list(self._rows)
        at = keys.index(str(request.position)) if request.position in self._rows else 0
        start, end = {
            "first": (0, request.limit),
            "last": (max(0, len(rows) - request.limit), len(rows)),
            "after": (at + 1, at + 1 + request.limit),
            "before": (max(0, at - request.limit), at),
            "at": (at, at + request.limit),
        }[request.where]
        return [self._record(row) for row in rows[start:end]]

    def _record(self, row: DraftRow) -> Record:
        where = row.station if row.free else _("typed at {station}").format(station=row.typed_at or row.station)
        cells = {
            "title": row.title or "—",
            "age": age(row.updated_at, clock.now()),
            "person": row.person,
            "where": where,
        }
        return Record(row.key, row.key, cells, {} if row.free else {"where": Role.WARNING})


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that says enough."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("{count} min ago", "{count} min ago", minutes).format(count=minutes)
    if minutes < 48 * 60:
        hours = minutes // 60
        return ngettext("{count} h ago", "{count} h ago", hours).format(count=hours)
    days = minutes // (24 * 60)
    return ngettext("{count} day ago", "{count} days ago", days).format(count=days)
