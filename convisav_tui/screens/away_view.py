"""What is with subcontractors: the longest overdue first; one subcontractor at a time by the arrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, mark, ngettext
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import YesNo
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.outbox import PlannedMessage
    from convisav_tui.store.queries.subcontracts import JobRow


class AwayView(ListingView):
    """Enter opens the order, `b` receives its parcel back, F4 prints its slip again, `e` sends the slip once more."""

    name: ClassVar[str] = "away"
    columns = (
        ColumnSpec("number", mark("No."), 12),
        ColumnSpec("subcontractor", mark("Subcontractor"), 14, grow=2),
        ColumnSpec("device", mark("Device"), 12, grow=2),
        ColumnSpec("days", mark("Days"), 5, align="right"),
        ColumnSpec("expected", mark("Expected"), 9),
        ColumnSpec("job", mark("State"), 14),
        ColumnSpec("dispatch", mark("Slip"), 12, from_width=95),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter, empty=_("Nothing is with a subcontractor"))
        self.title = _("With subcontractors")
        self._jobs: dict[object, JobRow] = {}
        self._all: list[JobRow] = []
        self._party = 0  # 0: all of them
        self._unbilled = 0  # devices that are back without an invoice

    def order_number(self) -> str:
        """The order under the cursor."""
        job = self._current
        return job.number if job is not None else ""

    def actions(self) -> Sequence[str]:
        """What can be done with the device under the cursor."""
        return (
            "receive",
            "send_slip",
            "step",
            "print",
            "customer",
            "invoices",
            "subcontractors",
            "find",
            "menu",
            "help",
            "quit",
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter and the arrows do."""
        return (
            ("enter", _("Open")),
            ("b", _("Receive back")),
            ("e", _("Send slip")),
            ("i", _("Invoices")),
            ("right", _("One of them")),
            ("escape", _("Back")),
        )

    def head(self, width: int) -> list[Row]:
        """Whose devices are shown, how many, how many late."""
        shown = [job for job in self._all if self._party in (0, job.party_id)]
        late = sum(job.overdue(self.counter.today) for job in shown)
        whose = next((job.subcontractor for job in shown if self._party), _("all subcontractors"))
        count = ngettext("{count} device out", "{count} devices out", len(shown)).format(count=len(shown))
        row: Row = [Span(f" {whose}", Role.HEADING), Span(f"   {count}")]
        if late:
            row.append(
                Span("   " + ngettext("{count} late", "{count} late", late).format(count=late) + " !", Role.WARNING)
            )
        if self._unbilled:
            said = ngettext("{count} without invoice", "{count} without invoice", self._unbilled)
            row.append(Span("   " + said.format(count=self._unbilled), Role.DIM))
        return [row]

    def act(self, action: str) -> bool:
        """Receive a parcel back; its slip once more, on paper or to the subcontractor."""
        job = self._current
        if action == "invoices":
            from convisav_tui.screens.invoices_view import InvoicesView

            self.host.open(InvoicesView(self.counter))
            return True
        if action not in ("receive", "send_slip", "print") or job is None:
            return False
        if action == "send_slip":
            self._ask_to_send(job)
            return True
        if action == "receive":
            from convisav_tui.screens.receive_view import ReceiveView

            self.host.open(ReceiveView(self.counter, job.dispatch_id, job.dispatch))
        else:
            self.host.run(lambda: self._print(job.dispatch_id), self._printed, label=_("Saving"))
        return True

    def key(self, key: Key) -> None:
        """Left and right go from one subcontractor to the next."""
        if key.name in ("left", "right"):
            parties = [0, *dict.fromkeys(job.party_id for job in sorted(self._all, key=lambda job: job.subcontractor))]
            here = parties.index(self._party) if self._party in parties else 0
            self._party = parties[(here + (1 if key.name == "right" else -1)) % len(parties)]
            self._list.load()
        else:
            super().key(key)

    def records(self, session: Session) -> list[Record]:
        """What is out, of all or of one."""
        from convisav_tui.store.queries.subcontracts import away_jobs, unbilled_jobs

        self._all, self._unbilled = away_jobs(session), len(unbilled_jobs(session))
        shown = [job for job in self._all if self._party in (0, job.party_id)]
        self._jobs = {job.id: job for job in shown}
        return [self._record(job) for job in shown]

    def chosen(self, record: Record) -> None:
        """The sheet of the order."""
        open_order(self.host, self.counter, self.order_number())

    @property
    def _current(self) -> JobRow | None:
        record = self._list.current
        return self._jobs.get(record.identity) if record is not None else None

    def _record(self, job: JobRow) -> Record:
        late = job.overdue(self.counter.today)
        days = (self.counter.today - self.counter.local(job.sent_at).date()).days
        return Record(
            position=job.id,
            identity=job.id,
            cells={
                "number": ticket_number.show(job.number),
                "subcontractor": job.subcontractor,
                "device": job.device,
                "days": str(days),
                "expected": self.counter.day(job.expected_on, late=late),
                "job": words.word(words.SUBCONTRACT_STATES, job.job_state),
                "dispatch": ticket_number.show(job.dispatch),
            },
            roles={"expected": Role.WARNING} if late else {},
        )

    def _ask_to_send(self, job: JobRow) -> None:
        """Say to whom the slip would go, then send it."""

        def read() -> PlannedMessage | None:
            from convisav_tui.shop.partner_messages import planned_dispatch

            with self.counter.store.read() as session:
                return planned_dispatch(session, job.dispatch_id, self.counter.shop)

        def ask(planned: PlannedMessage | None) -> None:
            if planned is None:
                self._send_slip(job.dispatch_id)
                return
            by, number = words.word(words.CHANNELS, planned.channel.value), ticket_number.show(job.dispatch)
            question = _("Send {number} by {channel} to {address}?")
            text = question.format(number=number, channel=by, address=planned.recipient)
            self.host.ask(YesNo(text, lambda: self._send_slip(job.dispatch_id)))

        self.host.run(read, ask, label=_("Reading"))

    def _send_slip(self, dispatch_id: int) -> None:
        from convisav_tui.shop.partner_messages import send_dispatch

        counter = self.counter
        self.host.run(
            lambda: counter.store.write(
                lambda session: send_dispatch(session, dispatch_id, counter.shop, counter.actor).recipient
            ),
            lambda address: self.host.say(_("On its way to {address}").format(address=address), Role.SUCCESS),
            label=_("Saving"),
        )

    def _print(self, dispatch_id: int) -> None:
        from convisav_tui.shop.dispatching import print_slip_again

        self.counter.store.write(
            lambda session: print_slip_again(session, dispatch_id, self.counter.actor, self.counter.shop)
        )

    def _printed(self, _nothing: None) -> None:
        self.host.say(_("{paper} sent to the printer").format(paper=_("Dispatch slip")), Role.SUCCESS)
