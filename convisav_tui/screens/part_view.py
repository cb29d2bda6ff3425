"""The stock of a part: where it lies, every piece that came or went; receive, move, count and write off by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import part_words, ticket_number, words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter


class PartView(ListingView):
    """Movements, newest first; Enter opens the order of one."""

    name: ClassVar[str] = "part"
    columns = (
        ColumnSpec("at", mark("When"), 17),
        ColumnSpec("reason", mark("What"), 9, grow=1),
        ColumnSpec("quantity", mark("Pieces"), 8, align="right"),
        ColumnSpec("place", mark("Place"), 11),
        ColumnSpec("number", mark("No."), 12),
        ColumnSpec("note", mark("Note"), 10, grow=2),
        ColumnSpec("staff", mark("By"), 10, from_width=95),
    )

    def __init__(self, counter: Counter, part_id: int, code: str) -> None:
        super().__init__(counter, empty=_("Nothing came or went yet"))
        self._part_id = part_id
        self.title = _("Stock of {code}").format(code=code)
        self._told: list[str] = []
        self._places: list[str] = []

    def actions(self) -> Sequence[str]:
        """What is done to the stock by hand."""
        return ("pieces_in", "pieces_counted", "pieces_moved", "pieces_off", "part_card", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """The deeds."""
        return (
            ("r", _("Receive")),
            ("t", _("Count")),
            ("v", _("Move")),
            ("x", _("Scrap")),
            ("e", _("Change")),
            ("escape", _("Back")),
        )

    def head(self, width: int) -> list[Row]:
        """Where it lies."""
        return [[Span(" " + line, Role.HEADING)] for line in self._told] + [[]]

    def act(self, action: str) -> bool:
        """Ask how many, then do it."""
        if action == "part_card":
            self._card()
        elif action == "pieces_in":
            self._ask(_("How many pieces came?"), self._receive)
        elif action == "pieces_counted":
            self._ask(_("How many lie in the stock? (place after a space: 3 A1)"), self._count)
        elif action == "pieces_moved":
            self._ask(_("How many, from where, to where? (3 - A1; - is the stock)"), self._move)
        elif action == "pieces_off":
            self._ask(_("How many are written off, and why?"), self._scrap)
        else:
            return False
        return True

    def chosen(self, record: Record) -> None:
        """The order that it was fitted for."""
        number = record.cells["number"].replace(" ", "")
        if number:
            open_order(self.host, self.counter, number)

    def records(self, session: Session) -> list[Record]:
        """Everything that came or went."""
        from convisav_tui.shop.parts import part_row
        from convisav_tui.shop.stock import levels_of, shown
        from convisav_tui.store.queries.stock import movements_of

        row = part_row(session, self._part_id)
        sentence = _("{name}: {quantity} in stock, {free} free").format(
            name=row.name, quantity=shown(row.quantity), free=shown(row.free)
        )
        places = [
            f"{level.place} {shown(level.quantity)}" for level in levels_of(session, self._part_id) if level.place
        ]
        self._told = [sentence, *([_("Places: {places}").format(places=" · ".join(places))] if places else [])]
        return [
            Record(
                position=movement.id,
                identity=movement.id,
                cells={
                    "at": self.counter.moment(movement.at),
                    "reason": words.word(part_words.STOCK_REASONS, movement.reason),
                    "quantity": f"{'+' if movement.quantity > 0 else ''}{shown(movement.quantity)}",
                    "place": movement.place,
                    "number": ticket_number.show(movement.number) if movement.number else "",
                    "note": " ".join(
                        part for part in (movement.supplier_order, movement.serial, movement.note) if part
                    ),
                    "staff": movement.staff,
                },
            )
            for movement in movements_of(session, self._part_id)
        ]

    def _ask(self, question: str, done: Callable[[list[str]], None]) -> None:
        self.host.ask(TextPrompt(question, lambda typed: done(typed.split()) if typed.split() else None))

    def _receive(self, typed: list[str]) -> None:
        from convisav_tui.shop.arrivals import receive_part

        counter, key = self.counter, str(uuid4())
        place = typed[1].upper() if len(typed) > 1 else ""
        self._write(
            typed[0],
            lambda session, quantity: receive_part(
                session, self._part_id, quantity, counter.actor, counter.shop, key, place=place
            ),
        )

    def _count(self, typed: list[str]) -> None:
        from convisav_tui.shop.arrivals import count_stock

        counter, key = self.counter, uuid4().hex
        place = typed[1].upper() if len(typed) > 1 else ""
        self._write(
            typed[0],
            lambda session, quantity: count_stock(
                session, place, {self._part_id: quantity}, counter.actor, counter.shop, key
            ),
        )

    def _move(self, typed: list[str]) -> None:
        from convisav_tui.shop.stock import move

        key = str(uuid4())
        source, target = [*typed[1:], "-", "-"][:2]
        self._write(
            typed[0],
            lambda session, quantity: move(
                session, self._part_id, _place(source), _place(target), quantity, self.counter.actor, key
            ),
        )

    def _scrap(self, typed: list[str]) -> None:
        from convisav_tui.shop.stock import scrap

        key, why = str(uuid4()), " ".join(typed[1:])
        self._write(
            typed[0],
            lambda session, quantity: scrap(session, self._part_id, "", quantity, why, self.counter.actor, key),
        )

    def _write(self, typed: str, operation: Callable[[Session, int], object]) -> None:
        from convisav_tui.shop.stock import parse_quantity

        try:
            quantity = parse_quantity(typed)
        except ValueError as error:
            self.host.say(str(error), Role.ERROR)
            return
        self.host.run(
            lambda: self.counter.store.write(lambda session: operation(session, quantity), repeatable=True),
            self._written,
            label=_("Saving"),
        )

    def _written(self, _result: object) -> None:
        self.host.say(_("Written down"), Role.SUCCESS)
        self._list.load()

    def _card(self) -> None:
        from convisav_tui.screens.parts_view import open_card
        from convisav_tui.shop.parts import PartRow, part_row

        def read() -> PartRow:
            with self.counter.store.read() as session:
                return part_row(session, self._part_id)

        self.host.run(read, lambda row: open_card(self.host, self.counter, row), label=_("Opening"))


def _place(typed: str) -> str:
    return "" if typed == "-" else typed.upper()
