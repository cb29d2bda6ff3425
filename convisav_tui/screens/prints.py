"""F4: how the printers are, papers of the order once more, and every print job with its state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number, words
from convisav_tui.errors import NotFound
from convisav_tui.i18n import _, mark, ngettext
from convisav_tui.screens.keys import Key
from convisav_tui.screens.printer_watch import PrinterWatch
from convisav_tui.screens.reading import edge_of, rows_of
from convisav_tui.screens.scanner_asking import print_sheet
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap
from convisav_tui.screens.widgets.prompt import ChoicePrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record, RecordList, Request

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.template_faults import TemplateFault
    from convisav_tui.store.queries.outbox import JobRow

COLUMNS = (
    ColumnSpec("when", mark("When"), 11),
    ColumnSpec("what", mark("Paper"), 22, grow=1),
    ColumnSpec("number", mark("No."), 12),
    ColumnSpec("state", mark("State"), 12),
    ColumnSpec("customer", mark("Customer"), 14, from_width=75, grow=1),
    ColumnSpec("printer", mark("Printer"), 12, from_width=90, grow=1),
)
PAPERS = ("label", "receipt")
# What may be done to a job, by its state.
DEEDS = (
    ("retry", mark("Print it once more"), ("needs_attention", "cancelled", "sent")),
    ("now", mark("Try it now"), ("queued",)),
    ("cancel", mark("Print it no more"), ("needs_attention", "queued")),
)
# Positions of the papers that are offered: above every job, and numbers as theirs.
SCANNER = "scanner"  # the set-up sheet of a scanner that types as on another keyboard
OFFERED = {kind: 2**62 - place for place, kind in enumerate((SCANNER, *PAPERS))}


class PrintsView(View):
    """The first rows print a paper of the order again (Enter); below them all jobs, newest first."""

    name: ClassVar[str] = "prints"

    def __init__(self, counter: Counter, number: str = "") -> None:
        self.counter = counter
        self.number = number
        self.title = _("Printing")
        self._jobs: dict[object, JobRow] = {}
        self._printers = PrinterWatch(counter.config.printers)
        self._faults: tuple[TemplateFault, ...] = ()
        self._list = RecordList(COLUMNS, self._fetch, rows_of(self, counter), empty=_("Nothing was printed yet"))

    def opened(self) -> None:
        """Read the jobs."""
        self._list.load()
        self._printers.ask(self.host)

    def resumed(self) -> None:
        """Something may have been printed meanwhile."""
        self._list.refresh()
        self._printers.ask(self.host)

    def changed_elsewhere(self) -> None:
        """The spooler has moved a job on: the printer may have stopped over it."""
        self._list.refresh()
        self._printers.ask(self.host)

    def order_number(self) -> str:
        """The order whose papers are offered."""
        return self.number

    def actions(self) -> Sequence[str]:
        """What to do with the row under the cursor."""
        return ("paper", "retry", "remove", "find", "menu", "help", "quit")

    def act(self, action: str) -> bool:
        """Print, retry, cancel."""
        if action == "paper":
            self._enter()
        elif action == "retry":
            self._on_job(self._retry)
        elif action == "remove":
            self._on_job(self._cancel)
        else:
            return False
        return True

    def key(self, key: Key) -> None:
        """Arrows move; Esc goes back."""
        if key.name == "escape":
            self.host.back()
        elif key.name != "space":
            self._list.key(key)

    # --- deeds ----------------------------------------------------------------------------------------------

    def _enter(self) -> None:
        record = self._list.current
        if record is None:
            return
        job = self._jobs.get(record.identity)
        if job is None:
            self._print_again(str(record.identity))
            return
        choices = [(deed, _(said)) for deed, said, states in DEEDS if job.state in states]
        if not choices:
            self.host.say(_("This is at the printer now"), Role.WARNING)
            return
        deeds: dict[str, Callable[[JobRow], None]] = {
            "retry": self._retry,
            "now": self._retry,
            "cancel": self._cancel,
        }
        question = f"{_named(job)} {ticket_number.show(job.number) if job.number else ''}"
        self.host.ask(ChoicePrompt(question, choices, lambda chosen: deeds[chosen](job)))

    def _on_job(self, deed: Callable[[JobRow], None]) -> None:
        record = self._list.current
        job = self._jobs.get(record.identity) if record is not None else None
        if job is not None:
            deed(job)
        else:
            self.host.say(_("Put the cursor on a paper that was asked for"), Role.WARNING)

    def _print_again(self, kind: str) -> None:
        if kind == SCANNER:
            print_sheet(self.host, self.counter, self._list.refresh)
            return

        def operation(session: Session) -> None:
            from convisav_tui.shop.outbox import reprint
            from convisav_tui.store.models import JobKind
            from convisav_tui.store.queries.by_number import order_by_number

            order = order_by_number(session, self.number)
            if order is None or order.id is None:
                raise NotFound(_("There is no order {number}").format(number=ticket_number.show(self.number)))
            reprint(session, order.id, JobKind(kind), self.counter.actor, self.counter.shop)

        self._do(operation, _("{paper} sent to the printer").format(paper=words.word(words.JOBS, kind)))

    def _retry(self, job: JobRow) -> None:
        def operation(session: Session) -> None:
            from convisav_tui.shop.outbox import reprint_job, retry_job

            if job.state == "sent" and (job.order_id is not None or job.paper_kind):
                reprint_job(session, job.id, self.counter.actor, self.counter.shop)
            else:
                retry_job(session, job.id, self.counter.actor)

        self._do(operation, _("{paper} sent to the printer").format(paper=_named(job)))

    def _cancel(self, job: JobRow) -> None:
        def operation(session: Session) -> None:
            from convisav_tui.shop.outbox import cancel_job

            cancel_job(session, job.id, self.counter.actor)

        self._do(operation, _("{paper}: printed no more").format(paper=_named(job)))

    def _do(self, operation: Callable[[Session], None], said: str) -> None:
        def done(_nothing: None) -> None:
            self.host.say(said, Role.SUCCESS)
            self._list.refresh()

        self.host.run(lambda: self.counter.store.write(operation), done, label=_("Saving"))

    # --- reading --------------------------------------------------------------------------------------------

    def _fetch(self, request: Request) -> Sequence[Record]:
        from convisav_tui.shop.template_faults import template_faults
        from convisav_tui.store.queries.outbox import print_jobs

        edge = edge_of(request)
        with self.counter.store.read() as session:
            jobs = print_jobs(
                session, states=(), limit=request.limit, before=edge.before, after=edge.after, from_end=edge.from_end
            )
            self._faults = template_faults(session)
        self._jobs.update({job.id: job for job in jobs})
        return [*self._offers(request, len(jobs)), *(self._record(job) for job in jobs)]

    def _offers(self, request: Request, count: int) -> list[Record]:
        """The papers offered above all jobs, as far as they belong to this page."""
        kinds = (*([SCANNER] if self.counter.scanner_garbled else ()), *(PAPERS if self.number else ()))
        if not kinds or (request.where in ("before", "last") and count >= request.limit):
            return []
        at = request.position if isinstance(request.position, int) else 0
        return [self._offer(kind) for kind in kinds if _belongs(OFFERED[kind], request.where, at)]

    def _offer(self, kind: str) -> Record:
        if kind == SCANNER:
            return Record(OFFERED[kind], kind, {"when": "", "what": _("Scanner set-up sheet"), "number": ""})
        what = _("Print the {paper} again").format(paper=words.word(words.JOBS, kind))
        return Record(OFFERED[kind], kind, {"when": "", "what": what, "number": ticket_number.show(self.number)})

    def _record(self, job: JobRow) -> Record:
        what = _named(job) + (f" ×{job.copies}" if job.copies > 1 else "")
        bad = job.state == "needs_attention" or bool(job.last_error and job.state == "queued")
        return Record(
            position=job.id,
            identity=job.id,
            cells={
                "when": self.counter.short_moment(job.created_at),
                "what": f"{what} ({_('duplicate')})" if job.duplicate else what,
                "number": ticket_number.show(job.number) if job.number else "",
                "state": words.word(words.JOB_STATES, job.state) + (" !" if bad else ""),
                "customer": job.customer,
                "printer": job.printer,
            },
            roles={"state": Role.WARNING} if bad else {},
        )

    # --- looks ----------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """The list, how the printers are, and why the job under the cursor has not come out."""
        self.title_right = self.counter.title_right()
        wrong = [*fault_rows(self._faults, width), *self._printers.rows(width, max(1, (height - 8) // 4))]
        room = max(2, height - 4 - len(wrong))
        page = self._list.render(width, room)
        rows = [*page.rows, *([[]] * (room - len(page.rows))), *wrong, [Span("─" * width, Role.RULE)]]
        rows += self._detail(width)
        return Page(rows[:height], page.cursor)

    def _detail(self, width: int) -> list[Row]:
        record = self._list.current
        if record is None:
            return []
        job = self._jobs.get(record.identity)
        if job is None:
            sheet = record.identity == SCANNER
            said = _("Enter prints it now.") if sheet else _("Enter prints it now, as the order is today.")
            return [[Span(" " + said, Role.DIM)]]
        who = " · ".join(part for part in (job.customer, job.printer) if part)
        rows: list[Row] = [[Span(f" {who}")]] if who else []
        bad = job.state == "needs_attention" or bool(job.last_error and job.state == "queued")
        role = Role.WARNING if bad else Role.DIM
        return rows + [[Span(" " + line, role)] for said in _happened(job) for line in wrap(said, width - 2)]


def fault_rows(faults: Sequence[TemplateFault], width: int) -> list[Row]:
    """Which templates of the shop are wrong, and where; nothing when all can be set."""
    said = [fault.sentence for fault in faults]
    said += [_("The shipped template is used until it is corrected.")] if said else []
    return [[Span(" " + line, Role.WARNING)] for text in said for line in wrap(text, width - 2)]


def _named(job: JobRow) -> str:
    if job.dedupe_key.startswith("sheet:"):  # a job of the kind label, like those of loaners and places
        return words.word(words.PAPERS, "setup_sheet")
    return words.word(words.PAPERS, job.paper_kind) if job.paper_kind else words.word(words.JOBS, job.kind)


def _belongs(position: int, where: str, at: int) -> bool:
    """Whether a row at `position` belongs to the page that begins at, after or before another (falling positions)."""
    if where == "at":
        return position <= at
    if where == "after":
        return position < at
    return where != "before" or position > at


def _happened(job: JobRow) -> list[str]:
    """What became of a job so far, and what can be done."""
    tries = ngettext("{count} try", "{count} tries", job.attempts).format(count=job.attempts) if job.attempts else ""
    todo = {
        "needs_attention": _("Look at the printer, then press r; Del if nobody needs it."),
        "queued": _("It comes out as soon as the printer answers; r tries it now."),
    }.get(job.state, "")
    reason = " · ".join(part for part in (job.last_error, tries) if part)
    return [part for part in (reason, todo) if part]
