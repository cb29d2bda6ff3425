"""The parts that an order needs: scan or search one to add it, cross one out, put a fitted one back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import part_words, ticket_number, words
from convisav_tui.errors import NotFound
from convisav_tui.i18n import _, format_day, language, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.reading import read_or_say
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.needs import NeedRow
    from convisav_tui.store.models import PartNeed

MOST_CHOICES = 12


class NeedsView(ListingView):
    """A scan adds a part at once; `a` asks for its name or code."""

    name: ClassVar[str] = "needs"
    columns = (
        ColumnSpec("code", mark("Code"), 14),
        ColumnSpec("name", mark("Part"), 20, grow=2),
        ColumnSpec("quantity", mark("Pieces"), 7, align="right"),
        ColumnSpec("state", mark("State"), 12),
        ColumnSpec("where", mark("Where, when"), 18, grow=1),
    )

    def __init__(self, counter: Counter, order_id: int, number: str) -> None:
        super().__init__(counter, empty=_("This order needs no part yet"))
        self._order_id, self._number = order_id, number
        self.title = _("Parts of {number}").format(number=ticket_number.show(number))

    def order_number(self) -> str:
        """The order that needs them."""
        return self._number

    def actions(self) -> Sequence[str]:
        """What can be done here."""
        return ("need_add", "need_drop", "need_back", "step", "parts", "supplier_orders", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """The deeds."""
        return (
            ("a", _("Add")),
            ("x", _("Cross out")),
            ("b", _("Put back")),
            ("f8", _("Next step")),
            ("escape", _("Back")),
        )

    def head(self, width: int) -> list[Row]:
        """What a scan does."""
        return [[Span(" " + _("Scan a part to add it."), Role.HEADING)]]

    def act(self, action: str) -> bool:
        """Add, cross out, put back."""
        if action == "need_add":
            self.host.ask(TextPrompt(_("Code, EAN or words of the part:"), self._search))
        elif action == "need_drop":
            self._on_current(_drop, _("Crossed out"))
        elif action == "need_back":
            self._on_current(_put_back, _("Put back into the stock"))
        else:
            return False
        return True

    def wants_scan(self) -> bool:
        """Any barcode of a part."""
        return True

    def scanned(self, text: str) -> bool:
        """The part is added."""
        self._search(text)
        return True

    def records(self, session: Session) -> list[Record]:
        """All that was asked for."""
        from convisav_tui.shop.needs import need_rows

        return [need_record(row) for row in need_rows(session, self._order_id)]

    def _search(self, typed: str) -> None:
        if not typed.strip():
            self._offer_usual()
            return

        def read() -> list[tuple[str, str]]:
            from convisav_tui.shop.parts import part_rows, scanned_part

            with self.counter.store.read() as session:
                exact = scanned_part(session, typed)
                if exact is not None:
                    return [(str(exact.id), exact.code)]
                found = part_rows(session, typed, only_active=True)[:MOST_CHOICES]
                return [(str(row.id), f"{row.code}  {row.name}") for row in found]

        self.host.run(read, lambda found: self._choose(found, typed), label=_("Reading"))

    def _choose(self, found: list[tuple[str, str]], typed: str) -> None:
        if not found:
            self.host.say_error(NotFound(_("No part is called {text}; F10, Parts makes one.").format(text=typed[:40])))
        elif len(found) == 1:
            self._add(found[0][0])
        else:
            self.host.ask(ChoicePrompt(_("Which part?"), found, self._add))

    def _offer_usual(self) -> None:
        """Enter without a word: what this type of device usually needs."""
        from convisav_tui.shop.usual_parts import need_usual_part, usual_parts_of_order

        order_id, counter, key = self._order_id, self.counter, str(uuid4())
        asked = lambda code: self._write(  # noqa: E731
            lambda session: need_usual_part(session, order_id, code, counter.shop, counter.actor, key)
        )
        read_or_say(
            self.host,
            counter,
            lambda session: usual_parts_of_order(session, order_id, language()),
            lambda found: self.host.ask(ChoicePrompt(_("Which part?"), found, asked)) if found else None,
        )

    def _add(self, part_id: str) -> None:
        from convisav_tui.shop.needs import add_need
        from convisav_tui.shop.stock import ONE

        counter, key = self.counter, str(uuid4())
        self._write(lambda session: add_need(session, self._order_id, int(part_id), ONE, counter.actor, key))

    def _write(self, ask: Callable[[Session], PartNeed]) -> None:
        self.host.run(
            lambda: self.counter.store.write(lambda session: ask(session).state.value, repeatable=True),
            self._added,
            label=_("Saving"),
        )

    def _added(self, state: str) -> None:
        self._list.load()
        self.host.say(
            words.stands(_("Added"), words.word(part_words.NEED_STATES, state)),
            Role.SUCCESS if state == "allocated" else Role.WARNING,
        )

    def _on_current(self, deed: Callable[[Session, Counter, int, str], object], said: str) -> None:
        record = self._list.current
        if record is None:
            return
        need_id, key, counter = int(str(record.identity)), str(uuid4()), self.counter

        def done(_result: object) -> None:
            self._list.load()
            self.host.say(said, Role.SUCCESS)

        self.host.run(
            lambda: counter.store.write(lambda session: deed(session, counter, need_id, key), repeatable=True),
            done,
            label=_("Saving"),
        )


def open_needs(host: Host, counter: Counter, number: str) -> None:
    """Open the parts of the order with this number."""

    def read() -> int:
        from convisav_tui.store.queries.sheet import order_id_and_version

        with counter.store.read() as session:
            return order_id_and_version(session, number)[0]

    if number:
        host.run(read, lambda order_id: host.open(NeedsView(counter, order_id, number)), label=_("Opening"), leave=True)


def need_record(row: NeedRow) -> Record:
    """A needed part as a row."""
    from convisav_tui.shop.stock import shown

    late = row.state in ("to_order", "ordered", "backordered")
    day = format_day(row.expected_on) if row.expected_on is not None and late else ""
    where = " ".join(part for part in (row.supplier_order if late else "", day, row.place, row.serial) if part)
    return Record(
        position=row.id,
        identity=row.id,
        cells={
            "code": row.code,
            "name": row.name,
            "quantity": shown(row.quantity),
            "state": words.word(part_words.NEED_STATES, row.state),
            "where": where,
        },
        roles={"state": Role.WARNING} if late else {},
    )


def _drop(session: Session, counter: Counter, need_id: int, key: str) -> object:
    from convisav_tui.shop.arrivals import drop_and_serve

    return drop_and_serve(session, need_id, counter.actor, counter.shop, key)


def _put_back(session: Session, counter: Counter, need_id: int, key: str) -> object:
    from convisav_tui.shop.arrivals import put_back_and_serve

    return put_back_and_serve(session, need_id, counter.actor, counter.shop, key)
