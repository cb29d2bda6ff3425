"""The principals: who brings devices for others, on what terms, and how many of his orders are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.opening import open_customer
from convisav_tui.screens.principal_terms import open_terms
from convisav_tui.screens.reading import part_of
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record, RecordList

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.principals import FoundPrincipal

COLUMNS = (
    ColumnSpec("name", mark("Principal"), 25, grow=1),
    ColumnSpec("city", mark("City"), 9),
    ColumnSpec("approver", mark("Decides"), 18),
    ColumnSpec("invoicing", mark("Billed"), 12),
    ColumnSpec("open", mark("Orders"), 9, align="right"),
)
NEW = 0


class PrincipalsView(View):
    """Enter shows his orders, t his terms; the last row adds one."""

    name: ClassVar[str] = "principals"

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.title = _("Principals")
        self._rows: list[Record] = []
        self._list = RecordList(COLUMNS, lambda request: part_of(self._rows, request))

    def opened(self) -> None:
        """Read them."""
        self.host.when_loaded(self._read)

    def resumed(self) -> None:
        """Terms may have changed."""
        self._read()

    def changed_elsewhere(self) -> None:
        """Read again."""
        self._read()

    def customer_id(self) -> int:
        """Whose card F9 opens."""
        return self._chosen()

    def actions(self) -> Sequence[str]:
        """Most useful first."""
        return ("terms", "customer", "his_statements", "batch", "import_orders", "find", "new", "menu", "help", "quit")

    def hint(self) -> Row:
        """What the keys do here."""
        keys = (("enter", _("His orders")), ("escape", _("Back")))
        return [part for key, text in keys for part in (Span(f" {label(key)}", Role.KEY), Span(f" {text} ", Role.DIM))]

    def act(self, action: str) -> bool:
        """Terms, statements and batches of the principal under the cursor."""
        if action == "his_statements" and self._chosen():
            from convisav_tui.screens.statements_view import StatementsView

            self.host.open(StatementsView(self.counter, self._chosen(), self._name()))
        elif action == "terms" and self._chosen():
            open_terms(self.host, self.counter, self._chosen())
        elif action == "terms":
            self._add()
        else:
            return False
        return True

    def key(self, key: Key) -> None:
        """Move, open, go back."""
        current = self._list.current
        if key.name == "enter" and current is not None:
            if current.identity == NEW:
                self._add()
            else:
                open_customer(self.host, self.counter, self._chosen())
        elif key.name == "space" or not self._list.key(key):
            super().key(key)

    def render(self, width: int, height: int) -> Page:
        """The list."""
        self.title_right = self.counter.title_right()
        return self._list.render(width, height)

    def _chosen(self) -> int:
        current = self._list.current
        return int(str(current.identity)) if current is not None else 0

    def _name(self) -> str:
        current = self._list.current
        return current.cells["name"] if current is not None else ""

    def _read(self) -> None:
        def read() -> list[FoundPrincipal]:
            from convisav_tui.shop.principals import all_principals

            with self.counter.store.read() as session:
                return all_principals(session)

        self.host.run(read, self._show, label=_("Reading"), hold=False, group="principals")

    def _show(self, found: list[FoundPrincipal]) -> None:
        self._rows = [
            Record(
                position=one.party_id,
                identity=one.party_id,
                cells={
                    "name": one.name if one.active else _("{name} (no more)").format(name=one.name),
                    "city": one.city,
                    "approver": words.word(words.APPROVERS, one.approver.value),
                    "invoicing": words.word(words.INVOICING, one.invoicing.value),
                    "open": str(one.open_orders),
                },
            )
            for one in found
        ]
        self._rows.append(Record(NEW, NEW, {"name": _("+ new principal")}))
        self._list.refresh()
        self.host.repaint()

    def _add(self) -> None:
        self.host.ask(TextPrompt(_("Name of the new principal:"), self._named))

    def _named(self, typed: str) -> None:
        """Somebody of that name who is known already becomes one; else a company is made."""
        if not typed.strip():
            return

        def make() -> int:
            from convisav_tui.shop.principals import party_for_principal

            return self.counter.store.write(
                lambda session: party_for_principal(session, typed, self.counter.actor, self.counter.shop)
            )

        self.host.run(make, lambda party_id: open_terms(self.host, self.counter, party_id), label=_("Saving"))
