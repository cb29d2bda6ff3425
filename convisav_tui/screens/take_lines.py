"""Which lines of a quote the customer takes: a tick a line, and which of them with the used part that was offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import _
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.quote_painting import issued_line, line_header, line_row
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.store.models import QuoteLine

LINES, CIRCULAR_LINES, CIRCULAR, VARIANT = "lines", "circular_lines", "circular", "variant"
OF_VARIANT = (LINES, CIRCULAR_LINES)
# What belongs to a step of the quote, by its event.
QUOTE_KEYS: Mapping[str, tuple[str, ...]] = {
    "accept_quote": ("take_lines",),
    "issue_quote": ("quote",),
    "revise_quote": ("quote",),
}


class TakeLinesView(View):
    """Space ticks a line, `o` a used part, Enter goes back to the answer."""

    name: ClassVar[str] = "take_lines"

    def __init__(
        self,
        counter: Counter,
        lines: Sequence[QuoteLine],
        with_vat: bool,
        before: Mapping[str, str],
        done: Callable[[Mapping[str, str]], None],
    ) -> None:
        self.counter, self._lines, self._with_vat, self._done = counter, list(lines), with_vat, done
        self.title = _("Which lines does he take?")
        self._taken = _ids(before.get(LINES, "")) or {line.id or 0 for line in lines}
        self._taken |= {line.id or 0 for line in lines if _goes_along(line)}
        self._used = _ids(before.get(CIRCULAR_LINES, ""))
        self._cursor = 0

    def actions(self) -> Sequence[str]:
        """Used parts, where one was offered."""
        offered = ("take_used",) if any(line.circular_price is not None for line in self._lines) else ()
        return (*offered, "help")

    def hint(self) -> Row:
        """How to tick."""
        keys = (("space", _("Tick")), ("enter", _("Take the ticked lines")), ("escape", _("Back")))
        return [span for key, text in keys for span in (Span(" " + label(key), Role.KEY), Span(f" {text} ", Role.DIM))]

    def act(self, action: str) -> bool:
        """The used part on the line under the cursor."""
        if action != "take_used":
            return False
        line = self._lines[self._cursor]
        if line.circular_price is None:
            self.host.say(_("No used part was offered on this line"), Role.WARNING)
        else:
            self._used ^= {line.id or 0}
        return True

    def key(self, key: Key) -> None:
        """Move, tick, take."""
        moves = {"down": 1, "up": -1, "home": -999, "end": 999}
        if key.name in moves:
            self._cursor = max(0, min(len(self._lines) - 1, self._cursor + moves[key.name]))
        elif key.name == "space":
            self._tick()
        elif key.name == "enter":
            self._take()
        else:
            super().key(key)

    def _tick(self) -> None:
        """A discount in percent goes with whatever he takes."""
        line = self._lines[self._cursor]
        if _goes_along(line):
            self.host.say(_("A discount in percent goes with the lines that he takes"), Role.WARNING)
            return
        self._taken ^= {line.id or 0}
        self._cursor = min(len(self._lines) - 1, self._cursor + 1)

    def _take(self) -> None:
        if not any((line.id or 0) in self._taken and line.kind.value != "discount" for line in self._lines):
            self.host.say(_("Tick one line at least"), Role.ERROR)
            return
        whole = all((line.id or 0) in self._taken for line in self._lines)
        used = self._used & self._taken
        answers = {
            LINES: "" if whole else _joined(self._taken),
            CIRCULAR_LINES: _joined(used),
            CIRCULAR: "partial" if used else "",
        }
        self.host.back()
        self._done(answers)

    def render(self, width: int, height: int) -> Page:
        """The lines with their ticks, and what is taken."""
        self.title_right = self.counter.title_right()
        rows = [line_header(width, costs=False)]
        for place, line in enumerate(self._lines):
            box = "[x] " if (line.id or 0) in self._taken else "[ ] "
            used = " ← " + _("used part") if (line.id or 0) in self._used else ""
            shown = issued_line(line, self.counter, before=box, behind=used)
            rows.append(line_row(place + 1, shown, place == self._cursor, width, costs=False))
        rows += [[], [Span(" " + _("Taken: {amount}").format(amount=self.counter.amount(self._sum())), Role.VALUE)]]
        top = max(0, self._cursor + 3 - height)
        return Page(rows[top : top + height], (0, 1 + self._cursor - top))

    def _sum(self) -> int:
        """What the ticked lines come to with VAT."""
        from dataclasses import replace

        from convisav_tui.shop.quote_lines import priced
        from convisav_tui.shop.quote_totals import totals_of

        sums = []
        for line in self._lines:
            if (line.id or 0) in self._taken:
                price = line.circular_price if (line.id or 0) in self._used else None
                sums.append(priced(line) if price is None else replace(priced(line), unit_price=price))
        return totals_of(sums, with_vat=self._with_vat).gross


def open_taking(
    host: Host,
    counter: Counter,
    order_id: int,
    before: Mapping[str, str],
    done: Callable[[Mapping[str, str]], None],
) -> None:
    """Open the lines of what is offered now, of the variant that was chosen."""

    def read() -> tuple[list[QuoteLine], bool]:
        from convisav_tui.shop.quote_versions import offered_lines
        from convisav_tui.store.models import Quote

        with counter.store.read() as session:
            lines = offered_lines(session, order_id, before.get(VARIANT, ""))
            with_vat = session.get_one(Quote, lines[0].quote_id).prices_with_vat if lines else True
            return lines, with_vat

    def show(found: tuple[list[QuoteLine], bool]) -> None:
        lines, with_vat = found
        if len(lines) < 2 and not any(line.circular_price is not None for line in lines):
            host.say(_("This quote has only one line: accept it as a whole"), Role.WARNING)
            return
        host.open(TakeLinesView(counter, lines, with_vat, before, done))

    host.run(read, show, label=_("Opening"))


def _goes_along(line: QuoteLine) -> bool:
    return line.kind.value == "discount" and line.discount > 0


def _ids(text: str) -> set[int]:
    return {int(word) for word in text.split(",") if word.isdigit()}


def _joined(ids: set[int]) -> str:
    return ",".join(str(one) for one in sorted(ids))
