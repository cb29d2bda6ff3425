"""Lists of work (F10): by technician, what nobody touched, the next ten actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.work_lists import Job

TITLES = {"work": mark("Work of the workshop"), "radar": mark("Nobody touched"), "next_ten": mark("Next ten actions")}


class WorkView(ListingView):
    """`t` shows the work of one technician after the other; Enter opens the order, F8 moves it on."""

    name: ClassVar[str] = "work"
    columns = (
        ColumnSpec("sign", "", 1),
        ColumnSpec("number", mark("No."), 12),
        ColumnSpec("customer", mark("Customer"), 13, grow=1),
        ColumnSpec("device", mark("Device"), 11, grow=2),
        ColumnSpec("what", mark("What"), 20, grow=1),
        ColumnSpec("technician", mark("Tech."), 8, grow=1),
        ColumnSpec("promised", mark("Prom."), 7),
    )

    def __init__(self, counter: Counter, kind: str) -> None:
        super().__init__(counter, empty=_("Nothing to do here"))
        self._kind = kind
        self.title = _(TITLES[kind])
        self._person: tuple[int, str] | None = None
        self._people: list[tuple[int, str]] = []

    def order_number(self) -> str:
        """The order under the cursor."""
        record = self._list.current
        return str(record.identity) if record is not None else ""

    def actions(self) -> Sequence[str]:
        """What can be done with the order under the cursor."""
        return ("step", "print", "customer", "find", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Open")), ("t", _("Other technician")), ("f8", _("Next step")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """Whose work it is."""
        who = self._person[1] if self._person is not None else _("everybody")
        return [[Span(" " + _("Technician: {name}").format(name=who), Role.HEADING)]]

    def records(self, session: Session) -> list[Record]:
        """The jobs of the list."""
        from convisav_tui.shop.staff import people_by_id
        from convisav_tui.shop.work_lists import next_ten, silent_jobs, work_of

        shop, staff_id = self.counter.shop, self._person[0] if self._person is not None else None
        self._people = [(int(staff_id), name) for staff_id, name in people_by_id(session)]
        if self._kind == "radar":
            jobs = [job for job in silent_jobs(session, shop) if staff_id is None or staff_id in job.staff_ids]
        else:
            jobs = next_ten(session, shop, staff_id) if self._kind == "next_ten" else work_of(session, shop, staff_id)
        return [self._record(job) for job in jobs]

    def chosen(self, record: Record) -> None:
        """Its sheet."""
        open_order(self.host, self.counter, self.order_number())

    def key(self, key: Key) -> None:
        """`t` goes through the technicians."""
        if key.name == "t":
            everybody: list[tuple[int, str] | None] = [None, *self._people]
            at = everybody.index(self._person) if self._person in everybody else 0
            self._person = everybody[(at + 1) % len(everybody)]
            self._list.load()
        else:
            super().key(key)

    def _record(self, job: Job) -> Record:
        state = words.word(words.STATES, job.state)
        silent = _("{hours} h, {state}").format(hours=job.idle, state=state)
        urgent = job.priority > 0
        return Record(
            position=job.number,
            identity=job.number,
            cells={
                "sign": "!" if urgent else "",
                "number": ticket_number.show(job.number),
                "customer": job.customer,
                "device": job.device or job.fault,
                "what": silent if self._kind == "radar" else _(job.action) if self._kind == "next_ten" else state,
                "technician": ", ".join(job.technicians),
                "promised": self.counter.day(job.promised_on, late=job.late),
            },
            roles={"promised": Role.WARNING} if job.late else {},
        )
