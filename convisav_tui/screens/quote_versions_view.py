"""The issued versions of an order's quote: Enter shows the lines of one, its paper is printed again by one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.quote_painting import group_rows, issued_line, line_header, line_row, total_row
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.quote_versions import VersionRow

ACTIONS = ("paper_again", "repair_form")


class VersionsView(ListingView):
    """The newest first, a row a variant."""

    name: ClassVar[str] = "versions"
    columns = (
        ColumnSpec("version", mark("Version"), 9),
        ColumnSpec("amount", mark("Amount"), 12, align="right"),
        ColumnSpec("until", mark("Until"), 11),
        ColumnSpec("state", mark("State"), 12, grow=1),
        ColumnSpec("issued", mark("Issued"), 18, grow=1),
    )

    def __init__(self, counter: Counter, order_id: int, number: str) -> None:
        super().__init__(counter, empty=_("No quote was issued yet"))
        self._order_id, self._number = order_id, number
        self._versions: dict[object, VersionRow] = {}
        self.title = _("Quotes issued for {number}").format(number=ticket_number.show(number))

    def order_number(self) -> str:
        """The order that was quoted."""
        return self._number

    def actions(self) -> Sequence[str]:
        """Papers, and what follows."""
        return (*ACTIONS, "step", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        return (("enter", _("Lines")), ("h", _("Print again")), ("e", _("Repair form")), ("escape", _("Back")))

    def act(self, action: str) -> bool:
        """Papers of the row under the cursor."""
        record = self._list.current
        version = self._versions.get(record.identity) if record is not None else None
        if action not in ACTIONS:
            return False
        if version is None:
            self.host.say(_("No quote was issued yet"), Role.WARNING)
        else:
            print_paper(self.host, self.counter, self._order_id, version, action)
        return True

    def chosen(self, record: Record) -> None:
        """Its lines."""
        version = self._versions.get(record.identity)
        if version is not None:
            self.host.open(VersionView(self.counter, self._order_id, self._number, version))

    def records(self, session: Session) -> list[Record]:
        """All versions."""
        from convisav_tui.shop.quote_versions import versions_of

        found = versions_of(session, self._order_id, self.counter.actor)
        self._versions = {version.id: version for version in found}
        return [self._record(version, len(found) - place) for place, version in enumerate(found)]

    def _record(self, version: VersionRow, position: int) -> Record:
        return Record(
            position=position,
            identity=version.id,
            cells={
                "version": f"{version.revision} {version.variant}".rstrip(),
                "amount": self.counter.amount(version.amount),
                "until": format_day(version.valid_until) if version.valid_until else "",
                "state": state_word(version),
                "issued": f"{self.counter.short_moment(version.issued_at)} {version.issued_by}".rstrip(),
            },
            roles={} if version.current else {"state": Role.DIM},
        )


class VersionView(View):
    """A version as it was issued, with its answer."""

    name: ClassVar[str] = "versions"

    def __init__(self, counter: Counter, order_id: int, number: str, version: VersionRow) -> None:
        self.counter, self._order_id, self._number, self._version = counter, order_id, number, version
        self._top = 0
        named = f"{version.revision} {version.variant}".rstrip()
        self.title = _("Quote {number}, version {version}").format(number=ticket_number.show(number), version=named)

    def order_number(self) -> str:
        """The order that was quoted."""
        return self._number

    def actions(self) -> Sequence[str]:
        """Its papers."""
        return (*ACTIONS, "step", "menu", "help", "quit")

    def act(self, action: str) -> bool:
        """Its papers."""
        if action in ACTIONS:
            print_paper(self.host, self.counter, self._order_id, self._version, action)
        return action in ACTIONS

    def hint(self) -> Row:
        """How to leave."""
        keys = (("escape", _("Back")), ("pagedown", _("More")))
        return [span for key, text in keys for span in (Span(" " + label(key), Role.KEY), Span(f" {text} ", Role.DIM))]

    def key(self, key: Key) -> None:
        """Scroll, go back."""
        moves = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "home": -999, "end": 999}
        if key.name in moves:
            self._top = max(0, self._top + moves[key.name])
        else:
            super().key(key)

    def render(self, width: int, height: int) -> Page:
        """Heading, lines, sums, answer."""
        self.title_right = self.counter.title_right()
        version = self._version
        rows = [[Span(" " + line)] for line in wrap(self._heading(), width - 2)]
        rows.append(line_header(width, costs=version.shows_costs))
        for place, line in enumerate(version.lines):
            left_out = version.accepted and version.taken and line.id not in version.taken
            behind = "  ✗ " + _("not taken") if left_out else ""
            shown = issued_line(line, self.counter, behind=behind)
            rows.append(line_row(place + 1, shown, False, width, costs=version.shows_costs))
        rows += [[], *group_rows(version.groups, self.counter, width)]
        rows.append(total_row(version.net, version.amount - version.net, version.amount, self.counter))
        rows += [[], *([Span(" " + line)] for line in wrap(answer_words(version, self.counter), width - 2))]
        self._top = max(0, min(self._top, len(rows) - height))
        return Page(rows[self._top : self._top + height], (0, 0))

    def _heading(self) -> str:
        version = self._version
        basis = _("prices with VAT") if version.prices_with_vat else _("prices without VAT")
        until = _("until {day}").format(day=format_day(version.valid_until)) if version.valid_until else ""
        fee = _("fee {amount}").format(amount=self.counter.amount(version.fee)) if version.fee else ""
        issued = f"{self.counter.moment(version.issued_at)} {version.issued_by}".rstrip()
        return " · ".join(part for part in (basis, until, fee, version.execution, issued) if part)


def state_word(version: VersionRow) -> str:
    """Whether a version waits, was answered, was replaced or taken back."""
    if version.undone:
        return _("taken back")
    if version.accepted is None:
        return words.word(words.QUOTE_STATES, "issued" if version.current else "superseded")
    return words.word(words.QUOTE_STATES, "accepted" if version.accepted else "refused")


def answer_words(version: VersionRow, counter: Counter) -> str:
    """Who answered what, how and when; the sum where he took only some lines."""
    if version.accepted is None or version.decided_at is None:
        return state_word(version)
    took = version.accepted_amount
    part = counter.amount(took) if took is not None and took != version.amount else ""
    means = words.word(words.ANSWERED, version.means) if version.means else ""
    when = counter.moment(version.decided_at)
    return " · ".join(p for p in (state_word(version), part, version.decided_by, means, when, version.reason) if p)


def print_paper(host: Host, counter: Counter, order_id: int, version: VersionRow, action: str) -> None:
    """The paper of a version again, or the European form of what is offered now."""
    key = f"form-{uuid4()}"

    def again(session: Session) -> object:
        from convisav_tui.shop.quote_versions import print_version

        return print_version(session, version.id, counter.actor)

    def form(session: Session) -> object:
        from convisav_tui.shop.quote_form import give_repair_form

        return give_repair_form(session, order_id, counter.actor, counter.shop, key)

    operation: Callable[[Session], object] = again if action == "paper_again" else form
    kind = words.word(words.PAPERS, "quote" if action == "paper_again" else "repair_information_form")
    said = _("{paper} sent to the printer").format(paper=kind)
    host.run(lambda: counter.store.write(operation), lambda _done: host.say(said, Role.SUCCESS), label=_("Saving"))
