"""The entry of a quote: what is typed is looked for among parts and works; Enter takes what is highlighted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from convisav_tui.i18n import _, language
from convisav_tui.screens.keys import Key
from convisav_tui.screens.reading import read_or_say
from convisav_tui.screens.widgets.form import Form
from convisav_tui.screens.widgets.form_fields import FieldSpec, Suggestion
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.quote_search import Proposal

FIELD = "entry"
PRICED_BY_SETTING = ("labour", "travel")  # kinds of lines whose price the shop chooses once


class QuoteEntry:
    """One line of text; `chosen` gets what was picked."""

    host: Host
    """Set before a key comes."""

    def __init__(self, counter: Counter, order_id: int, chosen: Callable[[Proposal], None]) -> None:
        self.counter, self._order_id, self._chosen = counter, order_id, chosen
        self._found: dict[str, Proposal] = {}
        spec = FieldSpec(FIELD, "+", row=0, width=40, grow=1, pick_first=True, longest=400)
        self._form = Form([spec], label_width=2, on_change=self._changed, on_pick=self._picked)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self._form.state[FIELD]

    def clear(self) -> None:
        """Empty it for the next line."""
        self._form.state.put(FIELD, "")
        self._form.go(FIELD)

    def key(self, key: Key) -> bool:
        """False for keys that lead out of it."""
        return self._form.key(key)

    def waits(self, key: Key) -> bool:
        """Whether what is typed is still being looked for."""
        return self._form.waits(key)

    def pasted(self, text: str) -> None:
        """At the cursor."""
        self._form.pasted(text)

    def mark(self) -> object:
        """See `View.mark`."""
        return self._form.mark()

    def restore(self, mark: object) -> None:
        """See `View.restore`."""
        self._form.restore(mark)

    def render(self, width: int, height: int) -> Page:
        """The line, and below it what was found."""
        return self._form.render(width, height)

    def closed(self) -> Row:
        """The line while the cursor is among the lines of the quote."""
        return [Span("  + ", Role.LABEL), Span(self.text or _("new line: a, or scan a part"), Role.DIM)]

    def _changed(self, _field: str) -> None:
        text = self.text
        if not text.strip():
            return
        self._form.expect(FIELD)

        def query(session: Session) -> list[Proposal]:
            from convisav_tui.shop.quote_search import proposals

            return proposals(session, self._order_id, text, language())

        read_or_say(self.host, self.counter, query, lambda found: self._offer(text, found), group=FIELD)

    def _offer(self, text: str, found: Sequence[Proposal]) -> None:
        self._found = {str(place): one for place, one in enumerate(found)}
        suggestions = [self._suggestion(key, one, text) for key, one in self._found.items()]
        self._form.offer(FIELD, text, suggestions)

    def _suggestion(self, key: str, one: Proposal, text: str) -> Suggestion:
        from convisav_tui.shop.stock import shown
        from convisav_tui.shop.subcontractors import percent

        price = self.counter.amount(one.price) if one.price is not None else ""
        if one.kind in PRICED_BY_SETTING and one.price is None:
            price = _("no price yet: F10 Quote settings")
        many = f"{shown(one.quantity)} × " if one.quantity != 1000 else ""
        if one.kind == "part" and one.free is not None:
            price = " · ".join((price, _("{count} free").format(count=shown(one.free))))
        named = {
            "part": many + one.text,
            "work": one.text,
            "travel": many + one.text,
            "labour": _("Labour {time}").format(time=one.text),
            "discount": _("Discount") + (f" {percent(int(one.ref))} %" if one.kind == "discount" and one.ref else ""),
        }
        said = named.get(one.kind) or many + _("other line: {text}").format(text=one.text)
        return Suggestion(text, key, said, price)

    def _picked(self, _field: str, suggestion: Suggestion) -> None:
        found = self._found.get(suggestion.key)
        if found is not None:
            self._chosen(found)
