"""The open points of the shop (F10): what is left to do on orders and devices, and leads for a sale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number
from convisav_tui.i18n import _, mark
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.open_points import Point


class PointsView(ListingView):
    """Enter opens the order, `x` says that the point is done, `l` shows only leads."""

    name: ClassVar[str] = "points"
    columns = (
        ColumnSpec("text", mark("Open point"), 30, grow=4),
        ColumnSpec("lead", "", 6),
        ColumnSpec("number", mark("No."), 12),
        ColumnSpec("device", mark("Device"), 12, grow=1),
        ColumnSpec("customer", mark("Customer"), 12, grow=1),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter, empty=_("Nothing is left open"))
        self.title = _("Open points")
        self._leads: bool | None = None
        self._points: dict[object, Point] = {}

    def order_number(self) -> str:
        """The order of the point under the cursor."""
        point = self._current
        return point.number if point is not None else ""

    def actions(self) -> Sequence[str]:
        """What leads on."""
        return ("customer", "find", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        which = _("All") if self._leads else _("Leads only")
        return (("enter", _("Open the order")), ("x", _("Done")), ("v", which), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """The points, oldest first."""
        from convisav_tui.shop.open_points import open_points

        found = open_points(session, leads=self._leads)
        self._points = {point.id: point for point in found}
        return [_record(point) for point in found]

    def chosen(self, record: Record) -> None:
        """The order it hangs on."""
        if self.order_number():
            open_order(self.host, self.counter, self.order_number())

    def key(self, key: Key) -> None:
        """x: done; v: leads only, or all."""
        if key.name == "x" and self._current is not None:
            self._settle(self._current)
        elif key.name == "v":
            self._leads = None if self._leads else True
            self._list.load()
        else:
            super().key(key)

    @property
    def _current(self) -> Point | None:
        record = self._list.current
        return self._points.get(record.identity) if record is not None else None

    def _settle(self, point: Point) -> None:
        from convisav_tui.shop.open_points import settle_point

        def settled(_none: None) -> None:
            self.host.say(_("Done: {text}").format(text=point.text), Role.SUCCESS)
            self._list.load()

        self.host.run(
            lambda: self.counter.store.write(lambda session: settle_point(session, point.id, self.counter.actor)),
            settled,
            label=_("Saving"),
        )


def _record(point: Point) -> Record:
    return Record(
        position=point.id,
        identity=point.id,
        cells={
            "text": point.text,
            "lead": _("lead") if point.is_lead else "",
            "number": ticket_number.show(point.number) if point.number else "",
            "device": point.device,
            "customer": point.customer,
        },
        roles={"lead": Role.SUCCESS},
    )
