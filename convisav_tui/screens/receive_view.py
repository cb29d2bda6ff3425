"""A parcel comes back: scan each device, say how it is and how it goes on; the slip's own barcode opens this screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.subcontracts import JobRow

GOOD, OTHERWISE = "good", "otherwise"


class ReceiveView(ListingView):
    """A scan or Enter asks for the condition; one key more receives the device."""

    name: ClassVar[str] = "receive"
    columns = (
        ColumnSpec("sign", "", 1),
        ColumnSpec("number", mark("No."), 12),
        ColumnSpec("device", mark("Device"), 14, grow=2),
        ColumnSpec("serial", mark("Serial no."), 12, grow=1),
        ColumnSpec("accessories", mark("Accessories"), 12, grow=1),
        ColumnSpec("state", mark("State"), 14, grow=1),
    )

    def __init__(self, counter: Counter, dispatch_id: int, number: str) -> None:
        super().__init__(counter)
        self._dispatch_id = dispatch_id
        self._jobs: dict[str, JobRow] = {}
        self.title = _("Parcel {number}").format(number=ticket_number.show(number))

    def order_number(self) -> str:
        """The order under the cursor."""
        record = self._list.current
        return str(record.identity) if record is not None else ""

    def actions(self) -> Sequence[str]:
        """Enter receives."""
        return ("step", "customer", "help")

    def keys(self) -> Sequence[tuple[str, str]]:
        """Scan or Enter."""
        return (("enter", _("Receive back")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """Whose parcel it is and how much is still out."""
        job = next(iter(self._jobs.values()), None)
        if job is None:
            return [[Span(" " + _("Nothing is in this parcel."), Role.WARNING)]]
        out = sum(job.returned_at is None for job in self._jobs.values())
        sent = self.counter.day(self.counter.local(job.sent_at).date())
        told = _("sent {day} · {out} of {count} still out").format(day=sent, out=out, count=len(self._jobs))
        return [
            [Span(f" {job.subcontractor}  ", Role.VALUE), Span(f"{job.phone}  {told}")],
            [Span(" " + _("Scan each device that is back."), Role.HEADING)],
        ]

    def scanned(self, text: str) -> bool:
        """A device of this parcel is received; another device is no business of this screen."""
        if text not in self._jobs:
            return False
        self._list.go(text)
        self._ask(self._jobs[text])
        return True

    def records(self, session: Session) -> list[Record]:
        """All devices of the parcel."""
        from convisav_tui.store.queries.subcontracts import jobs_of_dispatch

        found = jobs_of_dispatch(session, self._dispatch_id)
        self._jobs = {job.number: job for job in found}
        return [_record(job) for job in found]

    def chosen(self, record: Record) -> None:
        """Without a scanner: the row under the cursor."""
        self._ask(self._jobs[str(record.identity)])

    # --- receiving ----------------------------------------------------------------------------------------------------

    def _ask(self, job: JobRow) -> None:
        if job.returned_at is not None:
            self.host.say(_("{number} is back already").format(number=ticket_number.show(job.number)), Role.WARNING)
            return
        done = (
            _("as it left, repaired: it goes to the customer") if job.passes_on else _("as it left, repaired: test it")
        )
        if job.state != "subcontracted":
            done = _("as it left")
        choices = [("receive_back", done)]
        if job.state == "subcontracted":
            choices += [
                ("back_to_repair", _("as it left: the work goes on here")),
                ("back_to_quote", _("as it left: it must be quoted")),
            ]
        choices.append((OTHERWISE, _("damaged, or something is missing…")))
        question = " · ".join(part for part in (ticket_number.show(job.number), job.device, job.accessories) if part)
        self.host.ask(ChoicePrompt(question, choices, lambda chosen: self._answered(job, chosen)))

    def _answered(self, job: JobRow, event: str) -> None:
        if event != OTHERWISE:
            self._receive(job, event, _("as it left"))
            return
        question = _("What is wrong with {number}:").format(number=ticket_number.show(job.number))
        event = "back_to_repair" if job.state == "subcontracted" else "receive_back"
        self.host.ask(TextPrompt(question, lambda text: self._receive(job, event, text)))

    def _receive(self, job: JobRow, event: str, condition: str) -> None:
        key = str(uuid4())

        def back(state: str) -> None:
            shown = ticket_number.show(job.number)
            said = _("{number} is back: {state}").format(number=shown, state=words.word(words.STATES, state))
            self.host.say(said, Role.SUCCESS)
            self._list.load()

        self.host.run(lambda: self._write(job, event, condition, key), back, label=_("Saving"))

    def _write(self, job: JobRow, event: str, condition: str, key: str) -> str:
        from convisav_tui.shop.dispatching import receive_back

        return self.counter.store.write(
            lambda session: receive_back(
                session,
                job.order_id,
                event,
                {"condition": condition},
                self.counter.actor,
                self.counter.shop,
                key,
                passes_on=job.passes_on,
            ),
            repeatable=True,
        )


def _record(job: JobRow) -> Record:
    back = job.returned_at is not None
    state = job.returned_condition if back else words.word(words.SUBCONTRACT_STATES, job.job_state)
    return Record(
        position=job.id,
        identity=job.number,
        cells={
            "sign": "✓" if back else " ",
            "number": ticket_number.show(job.number),
            "device": job.device,
            "serial": job.serial,
            "accessories": job.accessories,
            "state": state,
        },
        roles={"sign": Role.SUCCESS} if back else {},
    )
