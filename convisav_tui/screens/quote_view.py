"""The quote of an order while it is written: lines with their sums, one line of entry that finds parts and works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number
from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.screens import quote_deeds as deeds
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.quote_entry import QuoteEntry
from convisav_tui.screens.quote_painting import (
    draft_head,
    due_rows,
    line_header,
    line_row,
    shown_line,
    sums_rows,
)
from convisav_tui.screens.reading import read_or_say
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.quote_reading import DraftRow, LineRow, VariantRow
    from convisav_tui.shop.quote_search import Proposal

PANEL = 6  # rows that what was found may take


class QuoteView(View):
    """Enter changes a line, `a` (or ↓ below the last) types a new one, a scan adds a part, F8 issues the quote."""

    name: ClassVar[str] = "quote"

    def __init__(self, counter: Counter, number: str, draft: DraftRow) -> None:
        self.counter, self.number, self.draft = counter, number, draft
        self.title = _("Quote of {number}").format(number=ticket_number.show(number))
        self._letter = draft.variants[0].letter
        self._cursor = self._top = 0
        self._entry = QuoteEntry(counter, draft.order_id, self._chosen)
        self._adding = not draft.lines
        self._issuing = False

    # --- the host -----------------------------------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Letters go to the entry while it is open."""
        return self._adding

    def opened(self) -> None:
        """The entry asks through this host."""
        self._entry.host = self.host

    def resumed(self) -> None:
        """A line or the heading was changed; once the quote is issued there is nothing left to do here."""
        self._refresh()

    def changed_elsewhere(self) -> None:
        """Somebody else may write in it."""
        self._refresh()

    def order_number(self) -> str:
        """The order that is quoted."""
        return self.number

    def actions(self) -> Sequence[str]:
        """Most useful first; while something is typed only what F-keys reach."""
        if self._adding:
            return ("step", "help")
        first = ("line_add", "step", "line_drop", "heading")
        more = ("used_part", "line_billed", "earlier", "later", "with_vat", "variant_copy", "variant_drop")
        return (*first, *more, "from_diagnosis", "consents", "versions", "menu", "help", "quit")

    def hint(self) -> Row:
        """What the keys do that are no actions."""
        keys = [("escape", _("Back"))]
        if self._adding:
            return [Span(" " + _("Part, work, EAN, 1:30 labour, @ trip, 2 x seal, -10 %, text 25"), Role.DIM)]
        if self.draft.letters:
            keys.insert(0, ("tab", _("Other variant")))
        keys.insert(0, ("enter", _("Change the line")))
        return [span for key, text in keys for span in (Span(" " + label(key), Role.KEY), Span(f" {text} ", Role.DIM))]

    def act(self, action: str) -> bool:
        """The deeds on the line under the cursor, and on the whole."""
        line = self._current
        if action == "step":
            self._issue()
        elif action == "line_add":
            self._adding = True
        elif action in deeds.ON_LINES:
            if line is None:
                self.host.say(_("There is no line yet"), Role.WARNING)
            else:
                self._cursor = max(0, self._cursor + {"earlier": -1, "later": 1}.get(action, 0))
                deeds.ON_LINES[action](self, line)
        elif action in deeds.ON_QUOTE:
            deeds.ON_QUOTE[action](self)
        else:
            return False
        return True

    def key(self, key: Key) -> None:
        """To the entry while it is open; else arrows, Enter, Tab for the next variant."""
        if self._adding:
            if (key.name in ("up", "escape") and not self._entry.text) or not self._entry.key(key):
                self._leave_entry(key)
            return
        last = len(self.variant.lines) - 1
        moves = {"up": -1, "pagedown": 10, "pageup": -10, "home": -999, "end": 999}
        if key.name == "down" and self._cursor >= last:
            self._adding = True
        elif key.name == "down":
            self._cursor += 1
        elif key.name in moves:
            self._cursor = max(0, min(last, self._cursor + moves[key.name]))
        elif key.name == "enter" and self._current is not None:
            deeds.change_line(self, self._current)
        elif key.name in ("tab", "shift+tab"):
            self._turn(1 if key.name == "tab" else -1)
        else:
            super().key(key)

    def waits(self, key: Key) -> bool:
        """Enter waits for what is being found."""
        return self._adding and self._entry.waits(key)

    def pasted(self, text: str) -> None:
        """Into the entry."""
        self._adding = True
        self._entry.pasted(text)

    def wants_scan(self) -> bool:
        """Any barcode of a part."""
        return True

    def scanned(self, text: str) -> bool:
        """The part is added."""
        from convisav_tui.shop.quote_search import part_scanned

        def came(part_id: int | None) -> None:
            if part_id is None:
                self.host.say_error(NotFound(_("No part has the code {code}.").format(code=text[:40])))
            else:
                deeds.add_part(self, part_id)

        self.host.run(lambda: self._query(lambda session: part_scanned(session, text)), came, label=_("Reading"))
        return True

    def mark(self) -> object:
        """What a burst may change."""
        return self._adding, self._entry.mark()

    def restore(self, mark: object) -> None:
        """Go back to it."""
        if isinstance(mark, tuple):
            self._adding = bool(mark[0])
            self._entry.restore(mark[1])

    # --- what is on screen --------------------------------------------------------------------------------------------

    @property
    def variant(self) -> VariantRow:
        """The variant on screen."""
        found = (one for one in self.draft.variants if one.letter == self._letter)
        return next(found, self.draft.variants[0])

    @property
    def _current(self) -> LineRow | None:
        lines = self.variant.lines
        return lines[self._cursor] if self._cursor < len(lines) else None

    def _turn(self, by: int) -> None:
        letters = self.draft.letters
        if letters:
            self.show_variant(letters[(letters.index(self.variant.letter) + by) % len(letters)])

    def show_variant(self, letter: str) -> None:
        """Show the lines of another variant."""
        self._letter, self._cursor = letter, 0

    def _leave_entry(self, key: Key) -> None:
        """Esc and ↑ lead back to the lines; what was typed stays."""
        if key.name == "escape" and not self.draft.lines:
            self.host.back()
        elif key.name in ("escape", "up") and self.draft.lines:
            self._adding = False
            self._cursor = max(0, len(self.variant.lines) - 1)

    # --- reading and writing ------------------------------------------------------------------------------------------

    def _reading(self, session: Session) -> DraftRow:
        from convisav_tui.shop.quote_reading import draft_of

        return draft_of(session, self.draft.order_id, self.counter.actor, self.counter.shop)

    def _query(self, query: Callable[[Session], int | None]) -> int | None:
        with self.counter.store.read() as session:
            return query(session)

    def _refresh(self) -> None:
        read_or_say(self.host, self.counter, self._reading, self._show, group="draft")

    def _show(self, draft: DraftRow) -> None:
        self.draft = draft
        self._cursor = max(0, min(self._cursor, len(self.variant.lines) - 1))
        self.host.repaint()

    def write(self, operation: Callable[[Session], object], done: Callable[[object], None] | None = None) -> None:
        """Change the draft, then show it; `done` gets what the operation gave."""
        store = self.counter.store

        def job() -> tuple[object, DraftRow]:
            result = store.write(operation, repeatable=True)
            with store.read() as session:
                return result, self._reading(session)

        def came(both: tuple[object, DraftRow]) -> None:
            self._show(both[1])
            if done is not None:
                done(both[0])

        self.host.run(job, came, self._failed, label=_("Saving"))

    def _failed(self, error: Exception) -> None:
        """Said; what others have changed is on screen from then on."""
        self.host.say_error(error)
        self._refresh()

    def added(self, line_id: object) -> None:
        """A line was added: it is under the cursor, and the entry is empty for the next one."""
        places = [place for place, line in enumerate(self.variant.lines) if line.id == line_id]
        self._cursor = places[0] if places else self._cursor
        self._entry.clear()

    def _chosen(self, proposal: Proposal) -> None:
        """What was found while typing was picked."""
        deeds.add_proposal(self, proposal)

    def _issue(self) -> None:
        from convisav_tui.screens.quote_issuing import issue

        issue(self)

    # --- looks --------------------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """Heading, lines, entry, sums; what is found while typing lies over the sums."""
        self.title_right = self.counter.title_right()
        variant, draft = self.variant, self.draft
        rows = [*draft_head(draft, variant.letter, width), line_header(width, costs=draft.may_see_cost)]
        foot = [*due_rows(variant.lines, width), *sums_rows(variant, draft, self.counter, width)]
        room = max(2, height - len(rows) - 2 - max(len(foot), PANEL if self._adding else 0))
        at = len(variant.lines) - 1 if self._adding else self._cursor
        self._top = max(0, min(self._top, len(variant.lines) - room, at), at - room + 1)
        top = len(rows) - self._top
        for place in range(self._top, min(len(variant.lines), self._top + room)):
            here = place == self._cursor and not self._adding
            line = shown_line(variant.lines[place], self.counter)
            rows.append(line_row(place + 1, line, here, width, costs=draft.may_see_cost))
        entry_at = len(rows)
        found = self._entry.render(width, max(1, height - entry_at)) if self._adding else Page([self._entry.closed()])
        rows += [found.rows[0], [], *foot]
        for place, row in enumerate(found.rows[1:], start=entry_at + 1):
            if row:
                rows += [[] for _row in range(place - len(rows) + 1)]
                rows[place] = row
        if self._adding and found.cursor is not None:
            return Page(rows[:height], (found.cursor[0], entry_at))
        return Page(rows[:height], (0, min(height - 1, top + self._cursor)))
