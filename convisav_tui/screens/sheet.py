"""The sheet of an order: a header with what matters now, sections in the order of the work, each with its jump key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number
from convisav_tui.i18n import _
from convisav_tui.screens.actions import find
from convisav_tui.screens.dossier import STATES as WITH_DOSSIER
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.reading import read_or_say
from convisav_tui.screens.sheet_header import header_rows
from convisav_tui.screens.sheet_sections import SECTIONS, Section
from convisav_tui.screens.sheet_workshop import DEEDS, workshop_deed
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.bars import keys_hint
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, fit, pad

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.steps import Step
    from convisav_tui.store.queries.sheet import Sheet

SECRET_SECONDS = 60  # rules.md 4.5: shown no longer than a minute
LABEL_WIDTH = 18
# Deeds whose letters stand in the row above the key bar, for no F-key has them; `AT_80` of them before the keys that
# scroll.
LETTERS = ("quote", "needs", "consents", "versions", "papers", "checklist", "clock", "coverage", "passport")
AT_80 = 5


class SheetView(View):
    """Digits open and close sections, arrows scroll, F8 moves the order on, F4 prints its papers again."""

    name: ClassVar[str] = "sheet"

    def __init__(self, counter: Counter, sheet: Sheet) -> None:
        self.counter = counter
        self._sheet = sheet
        self._next: Step | None = None
        self._open = {section.key for section in SECTIONS if section.starts_open}
        self._chosen = 0
        self._top = 0
        self._page = 10  # rows of sections that fit, less one that stays in sight
        self._secret = ""
        self._shown_times = 0
        self._follow = False

    # --- the host -----------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """Take in the order's number and its next step."""
        self.title = _("Order {number}").format(number=ticket_number.show(self._sheet.order.number))
        read_or_say(self.host, self.counter, self._next_step, self._follow_up, group="next")

    def resumed(self) -> None:
        """A step or a print was done on it, and somebody else may look at the screen now."""
        self._secret = ""
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

    @property
    def facts(self) -> Sheet:
        """The order as it was read last."""
        return self._sheet

    def customer_id(self) -> int:
        """Whose order it is."""
        return self._sheet.customer.id

    def actions(self) -> Sequence[str]:
        """Most useful first."""
        secret = ("secret",) if self._sheet.order.secret_state == "stored" else ()
        first = ("step", "print", "till", *secret, "customer", "undo")
        unclaimed = ("dossier",) if self._sheet.order.state in WITH_DOSSIER else ()
        own = (*unclaimed, "coverage", "advice", "passport")
        rest = ("loaner", "another", "new", "messages", "drafts", "find")
        return (
            *first,
            *rest,
            *LETTERS,
            *(action for action in (*own, *DEEDS) if action not in LETTERS),
            "promise",
            "menu",
            "help",
            "quit",
        )

    def hint(self) -> Row:
        """How to look at the sections."""
        first = (f"1-{len(SECTIONS)}", _("Open"))
        back, more = (label("escape"), _("Back")), (label("pagedown"), _("More"))
        letters = [(action.letter, _(action.label)) for action in map(find, LETTERS) if action.letter]
        return keys_hint((first, *letters[:AT_80], back, more, *letters[AT_80:]))

    def act(self, action: str) -> bool:
        """What the sheet does itself."""
        from convisav_tui.screens.sheet_deeds import move_promise_of, reveal
        from convisav_tui.screens.undoing import undo_last

        number = self.order_number()
        if action == "undo":
            undo_last(self.host, self.counter, number, self._refresh)
        elif action == "secret":
            reveal(self.host, self.counter, self._sheet, self._show_secret)
        elif action == "dossier":
            from convisav_tui.screens.dossier import ask_dossier

            ask_dossier(self.host, self.counter, self._sheet)
        elif action == "promise":
            move_promise_of(self.host, self.counter, self._sheet, self._refresh)
        elif action == "till":
            from convisav_tui.screens.payment import PaymentView

            self.host.open(PaymentView(self.counter, self._sheet, self._refresh))
        elif action == "loaner":
            from convisav_tui.screens.loan_view import open_loan_of

            open_loan_of(self.host, self.counter, self._sheet)
        elif action == "another":
            from convisav_tui.screens.intake import IntakeView

            self.host.open(IntakeView(self.counter, beside=number))
        elif action in DEEDS:
            workshop_deed(self.host, self.counter, self._sheet, action, self._refresh)
        elif action in ("coverage", "advice", "passport"):
            from convisav_tui.screens.coverage_form import open_agreement

            open_agreement(self.host, self.counter, self._sheet, action, self._refresh)
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
        elif key.name in ("down", "up", "tab", "shift+tab"):
            step = 1 if key.name in ("down", "tab") else -1
            self._chosen = max(0, min(len(SECTIONS) - 1, self._chosen + step))
            self._follow = True
        elif key.name in ("pagedown", "pageup"):
            self._top += self._page if key.name == "pagedown" else -self._page
        elif key.name in ("home", "end"):
            self._chosen = 0 if key.name == "home" else len(SECTIONS) - 1
            self._follow = True

    def _toggle(self) -> None:
        self._open ^= {SECTIONS[self._chosen].key}
        self._follow = True

    # --- facts --------------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        from convisav_tui.store.queries.sheet import sheet

        order_id = self._sheet.order.id

        def came(found: tuple[Sheet | None, Step | None]) -> None:
            if found[0] is not None:
                self._sheet, self._next = found[0], found[1]

        both = lambda session: (sheet(session, order_id), self._next_step(session))  # noqa: E731
        read_or_say(self.host, self.counter, both, came, group="sheet")

    def _follow_up(self, step: Step | None) -> None:
        self._next = step

    def _next_step(self, session: Session) -> Step | None:
        from convisav_tui.shop.workflow import allowed_steps

        return next(iter(allowed_steps(session, self._sheet.order.id, self.counter.shop)), None)

    def _show_secret(self, code: str) -> None:
        self._secret = code
        self._shown_times += 1
        times = self._shown_times
        self.host.later(SECRET_SECONDS, lambda: self._hide_secret(times))

    def _hide_secret(self, times: int) -> None:
        """The minute of that showing is over; one asked for later has a minute of its own."""
        if times == self._shown_times:
            self._secret = ""
            self.host.repaint()

    # --- looks --------------------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """Header, then the part of the sections that fits."""
        self.title_right = self.counter.title_right()
        head = header_rows(self._sheet, self._next, self.counter, width)
        if self._secret:
            head.insert(-1, [Span(" " + _("Unlock code: {code}").format(code=self._secret), Role.WARNING)])
        body: list[Row] = []
        starts: list[int] = []
        for index, section in enumerate(SECTIONS):
            starts.append(len(body))
            body += self._section(index, section, width)
        room = max(1, height - len(head))
        self._page = max(1, room - 1)
        self._top = self._scrolled(starts, len(body), room)
        return Page([*head, *body[self._top : self._top + room]], (0, len(head) + starts[self._chosen] - self._top))

    def _scrolled(self, starts: list[int], length: int, room: int) -> int:
        top = self._top
        if self._follow:
            begin = starts[self._chosen]
            end = starts[self._chosen + 1] if self._chosen + 1 < len(starts) else length
            top = min(begin, max(top, end - room))
            self._follow = False
        return max(0, min(top, length - room))

    def _section(self, index: int, section: Section, width: int) -> list[Row]:
        here = index == self._chosen
        opened = section.key in self._open
        sign = "▸" if here else " "
        head: Row = [Span(pad(f"{sign}{index + 1} {_(section.label)}", LABEL_WIDTH), _head_role(here)), Span(" ")]
        if not opened:
            head.append(Span(section.summary(self._sheet, self.counter)))
            return [fit(head, width)]
        return [fit(head, width), *section.lines(self._sheet, self.counter, width)]


def _head_role(here: bool) -> Role:
    return Role.SELECTED if here else Role.LABEL
