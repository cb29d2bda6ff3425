"""A stock count: each scan is one piece; what was counted replaces what stood in the books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.arrivals import Counted


class StockCountView(ListingView):
    """Each scan counts one piece; Ctrl+S makes what was counted the stock, the difference is a movement."""

    name: ClassVar[str] = "stock_count"
    columns = (
        ColumnSpec("code", mark("Code"), 14),
        ColumnSpec("name", mark("Part"), 20, grow=2),
        ColumnSpec("counted", mark("Counted"), 9, align="right"),
        ColumnSpec("stock", mark("In the books"), 13, align="right"),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter, empty=_("Nothing counted yet"))
        self.title = _("Stock count")
        self._counted: dict[int, int] = {}
        self._place = ""
        self._key = uuid4().hex

    def actions(self) -> Sequence[str]:
        """Taking the count over, and the place."""
        return ("record", "count_place", "count_again", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """The deeds."""
        return (("enter", _("Number by hand")), ("o", _("Place")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """What a scan does here."""
        where = _("at {place}").format(place=self._place) if self._place else _("in the shop's stock")
        scan = _("Scan each piece {where}; the others stay as they are.").format(where=where)
        return [[Span(" " + scan, Role.HEADING)], []]

    def act(self, action: str) -> bool:
        """Take over, or count at another place."""
        if action == "record":
            self._take_over()
        elif action == "count_place":
            self.host.ask(TextPrompt(_("Place to count at (empty: the shop's stock):"), self._at))
        elif action == "count_again":
            self._counted.clear()
            self._list.load()
        else:
            return False
        return True

    def wants_scan(self) -> bool:
        """Any barcode of a part."""
        return True

    def scanned(self, text: str) -> bool:
        """One piece more."""
        from convisav_tui.shop.stock import ONE

        def read() -> int | None:
            from convisav_tui.shop.parts import scanned_part

            with self.counter.store.read() as session:
                part = scanned_part(session, text)
                return part.id if part is not None else None

        def found(part_id: int | None) -> None:
            if part_id is None:
                self.host.say(_("No part is called {text}; F10, Parts makes one.").format(text=text[:40]), Role.ERROR)
            else:
                self._counted[part_id] = self._counted.get(part_id, 0) + ONE
                self._list.load()

        self.host.run(read, found, label=_("Reading"))
        return True

    def records(self, session: Session) -> list[Record]:
        """What was counted, the last scanned part last."""
        from convisav_tui.shop.stock import levels_of, part_of, shown

        rows = []
        for part_id, quantity in self._counted.items():
            part = part_of(session, part_id)
            lies = sum(level.quantity for level in levels_of(session, part_id) if level.place == self._place)
            cells = {"code": part.code, "name": part.name, "counted": shown(quantity), "stock": shown(lies)}
            rows.append(Record(part_id, part_id, cells, {} if lies == quantity else {"counted": Role.WARNING}))
        return rows

    def chosen(self, record: Record) -> None:
        """Another number than was scanned."""
        part_id = int(str(record.identity))
        self.host.ask(TextPrompt(_("How many pieces are there?"), lambda typed: self._set(part_id, typed)))

    def _set(self, part_id: int, typed: str) -> None:
        from convisav_tui.shop.stock import parse_quantity

        try:
            self._counted[part_id] = parse_quantity(typed)
        except ValueError as error:
            self.host.say(str(error), Role.ERROR)
        else:
            self._list.load()

    def _at(self, typed: str) -> None:
        self._place = typed.strip().upper()
        self._list.load()

    def _take_over(self) -> None:
        from convisav_tui.shop.arrivals import count_stock

        if not self._counted:
            self.host.say(_("Nothing counted yet"), Role.WARNING)
            return
        counter, counted, place, key = self.counter, dict(self._counted), self._place, self._key
        self.host.run(
            lambda: counter.store.write(
                lambda session: count_stock(session, place, counted, counter.actor, counter.shop, key), repeatable=True
            ),
            self._taken_over,
            label=_("Saving"),
        )

    def _taken_over(self, found: list[Counted]) -> None:
        changed = [one for one in found if one.before != one.after]
        self._counted.clear()
        self._key = uuid4().hex
        self.host.back()
        said = _("{count} parts counted, {changed} differed").format(count=len(found), changed=len(changed))
        self.host.say(said, Role.SUCCESS)
