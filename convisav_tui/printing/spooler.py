"""Carries print jobs to their printers: a lane a printer, so that one that is off delays no other's labels.

Rows written by the shop come in; paper, files and recorded attempts go out. A job is tried again by itself only as long
as no byte of it left (printing.md 1.4). Order is kept on each printer: when it fails, what waits behind waits with it.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from dataclasses import replace
from datetime import datetime

from convisav_tui import clock as clocks
from convisav_tui.config import Config, PrinterConfig
from convisav_tui.errors import ConvisavError, StoreError
from convisav_tui.i18n import _
from convisav_tui.printer_kinds import OFFICE
from convisav_tui.printing import job_queue, rendering
from convisav_tui.printing.document_format import takes_no_paper, takes_pdf
from convisav_tui.printing.form_papers import form_of_job
from convisav_tui.printing.job_queue import Claimant, Clock, Waiting
from convisav_tui.printing.line import SETTLE_SECONDS, Line, Payload, Waits, line_to
from convisav_tui.printing.media import Media
from convisav_tui.printing.office_payload import office_payload
from convisav_tui.printing.papers import logo_of
from convisav_tui.printing.receipt_pdf import write_whole
from convisav_tui.printing.rendering import PAPER, RECEIPT, Task
from convisav_tui.printing.status import PrinterStatus, StatusReader, in_no_format, in_sentence, wrong_roll
from convisav_tui.printing.transport import Delivery, DeliveryKind, Patience, Unreachable
from convisav_tui.store.engine import Store

log = logging.getLogger("convisav.spooler")

# The lane of the receipts that become files; no printer has an empty name.
_FILES = ""
_NOT_READY = "not_ready"


class Spooler:
    """Prints what is due. `dispatch` never waits for a printer; `wait` and `close` do."""

    def __init__(
        self,
        store: Store,
        config: Config,
        *,
        clock: Clock = clocks.now,
        patience: Patience = Patience(),
        status: StatusReader | None = None,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        """Print the jobs of `store` on the printers of `config`; `clock` gives the present instant, aware UTC."""
        self.config = config
        self._store = store
        self._clock = clock
        self._patience = patience
        self._status = status or StatusReader()
        self._settle_seconds = settle_seconds
        self._name = secrets.token_hex(4)
        self._lanes: dict[str, threading.Thread] = {}
        self._failures: dict[str, int] = {}  # of each printer, in a row, with bytes sent
        self._stopping = threading.Event()

    def dispatch(self) -> int:
        """Start a lane for each idle printer that has something due. How many jobs were handed out.

        Raises StoreError when the database cannot be used.
        """
        job_queue.recover(self._store, self._clock)
        begun = 0
        for name, jobs in self._due_lanes().items():
            lane = self._lanes.get(name)
            if self._stopping.is_set() or (lane is not None and lane.is_alive()):
                continue
            begun += len(jobs)
            thread = threading.Thread(target=self._run_lane, args=(name, jobs), name=f"print:{name}", daemon=True)
            self._lanes[name] = thread
            thread.start()
        return begun

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until every lane is idle; False when one is still busy after `seconds` each."""
        lanes = list(self._lanes.values())
        for lane in lanes:
            lane.join(seconds)
        return not any(lane.is_alive() for lane in lanes)

    def close(self, seconds: float = 40.0) -> bool:
        """Begin nothing new and let what is being sent end; False when something was still being sent."""
        self._stopping.set()
        return self.wait(seconds)

    def _due_lanes(self) -> dict[str, list[int]]:
        """The queued jobs of each lane in which something is due, oldest first."""
        lanes: dict[str, list[int]] = {}
        due: set[str] = set()
        for job in job_queue.waiting(self._store, self._clock()):
            printer = self._printer_of(job)
            if printer is None and not self._becomes_file(job):
                job_queue.explain(self._store, job, self._what_is_missing(job))
                continue
            name = printer.name if printer else _FILES
            lanes.setdefault(name, []).append(job.job_id)
            if job.due:
                due.add(name)
        return {name: jobs for name, jobs in lanes.items() if name in due}

    def _printer_of(self, job: Waiting) -> PrinterConfig | None:
        if job.kind == PAPER:
            chosen = self.config.printer(job.printer) if job.printer else rendering.document_printer(self.config)
            return chosen if chosen and chosen.kind == OFFICE else None
        if job.kind != RECEIPT:
            return self.config.printer(job.printer) if job.printer else self.config.printer_for(job.kind)
        if job.printer:
            named = self.config.printer(job.printer)
            return named if named and rendering.prints_receipts(named) else None
        return rendering.receipt_printer(self.config)

    def _becomes_file(self, job: Waiting) -> bool:
        """Documents and receipts without a printer to go to are kept as PDF; what was sent to a printer that is not
        there waits for it."""
        return job.kind in (RECEIPT, PAPER) and (not job.printer or self.config.printer(job.printer) is not None)

    def _what_is_missing(self, job: Waiting) -> str:
        if job.printer:
            return _("The printer “{name}” is not in the configuration: add it there, or print this again.").format(
                name=job.printer
            )
        return _("No printer prints labels here: add one with the role “label” to the configuration.")

    def _run_lane(self, name: str, jobs: list[int]) -> None:
        """The work of a lane's thread: its jobs in order, and those that came meanwhile."""
        seen: set[int] = set()
        try:
            while jobs:
                for place in range(len(jobs)):
                    if self._stopping.is_set() or not self._carry(name, jobs[place:]):
                        return
                seen.update(jobs)
                jobs = [job for job in self._due_lanes().get(name, []) if job not in seen]
        except StoreError as error:
            # The rows stay as they are; an open attempt is found when its lease runs out.
            log.error("printing stopped: %s", error)

    def _carry(self, name: str, jobs: list[int]) -> bool:
        """Print the first of these; the others wait with it when the printer fails. False when it did."""
        task = job_queue.read(self._store, jobs[0])
        if task is None:
            return True
        try:
            printer = self.config.printer(name) if name else None
            if printer is None:
                return self._file(task, jobs)
            return self._print(task, jobs, printer)
        except StoreError:
            raise
        except ConvisavError as error:
            job_queue.refuse(self._store, task.job_id, str(error))
        except Exception as error:  # one job's fault must not keep the others from being printed
            log.exception("job %d cannot be printed", task.job_id)
            reason = _("This job cannot be prepared: {reason}.").format(reason=type(error).__name__)
            job_queue.refuse(self._store, task.job_id, reason)
        return True

    def _print(self, task: Task, jobs: list[int], printer: PrinterConfig) -> bool:
        try:
            line = line_to(printer, Waits(self._patience, self._settle_seconds, self._stopping), self._status)
        except ValueError as error:
            return self._put_off(jobs, _NOT_READY, str(error))
        try:
            return self._print_over(line, task, jobs, printer)
        except Unreachable as error:
            return self._put_off(jobs, error.delivery.kind.value, error.delivery.reason)
        finally:
            line.close()

    def _print_over(self, line: Line, task: Task, jobs: list[int], printer: PrinterConfig) -> bool:
        status = line.look()
        if status.stopped:
            return self._put_off(jobs, _NOT_READY, in_sentence(status))
        media = rendering.choose_media(task.kind, printer, status)
        if not status.holds(media):
            self._put_off([task.job_id], _NOT_READY, wrong_roll(status, media))
            return True
        if printer.kind == OFFICE and takes_no_paper(status.abilities):
            return self._put_off(jobs, _NOT_READY, in_no_format())
        payload = self._payload(task, printer, media, status)
        line.open()
        mine = job_queue.claim(self._store, task, self._claimant(printer), self._clock)
        if mine is None:
            return True
        delivery = line.send(replace(payload, name=f"{payload.name}-{mine.token[-6:]}"))
        job_queue.close(self._store, mine, delivery, self._clock)
        if delivery.kind is not DeliveryKind.SENT:
            return self._hold_back(printer.name, jobs[1:], delivery)
        self._failures.pop(printer.name, None)
        after = line.settle()
        if after.stopped:  # it stopped over the job: roll at its end, cover opened
            job_queue.doubt(self._store, task.job_id, in_sentence(after))
        return True

    def _payload(self, task: Task, printer: PrinterConfig, media: Media, status: PrinterStatus) -> Payload:
        name = rendering.named(task)
        if printer.kind != OFFICE:
            return Payload(rendering.raster(task, printer, media, self._logo(task)), name)
        pages = self._pages(task, pictures=not takes_pdf(status.abilities))
        return office_payload(pages, name, rendering.copies_of(task), media, status.abilities)

    def _hold_back(self, name: str, jobs: list[int], delivery: Delivery) -> bool:
        """A printer that broke off a job would break off the next ones too: they wait, longer each time. False."""
        self._failures[name] = self._failures.get(name, 0) + 1
        if jobs:
            job_queue.put_off(
                self._store, jobs, _NOT_READY, delivery.reason, self._clock, failures=self._failures[name]
            )
        return False

    def _file(self, task: Task, jobs: list[int]) -> bool:
        path = rendering.file_path(self.config.home, task)
        document = self._pages(task)
        try:
            write_whole(document, path)
        except OSError as error:
            reason = _("The file {path} cannot be written: {reason}.").format(path=path, reason=error.strerror)
            return self._put_off(jobs, _NOT_READY, reason)
        job_queue.filed(self._store, task, len(document), path.relative_to(self.config.home).as_posix(), self._clock)
        return True

    def _pages(self, task: Task, *, pictures: bool = False) -> bytes:
        """A filled form as it was kept, else the paper as it is set."""
        form = form_of_job(self._store, task.job_id, task.content, duplicate=task.duplicate, pictures=pictures)
        return form or rendering.file_of(task, self._logo(task))

    def _logo(self, task: Task) -> bytes:
        principal_id = task.content.get("logo_of")
        if not isinstance(principal_id, int):
            return b""
        with self._store.read() as session:
            return logo_of(session, principal_id)

    def _put_off(self, jobs: list[int], outcome: str, reason: str) -> bool:
        """Nothing left: all of these wait. Always False, for the lane to end."""
        job_queue.put_off(self._store, jobs, outcome, reason, self._clock)
        return False

    def _claimant(self, printer: PrinterConfig) -> Claimant:
        return Claimant(self._name, hashlib.sha256(printer.name.encode()).hexdigest()[:8])


def run_due(store: Store, config: Config, now: datetime | None = None) -> int:
    """Print everything that is due (at `now`, aware UTC) and wait for it. How many jobs were handed to printers.

    For scripts and tests; the worker keeps one `Spooler`, so that a slow printer keeps nobody waiting.
    """
    spooler = Spooler(store, config, clock=clocks.now if now is None else lambda: now)
    begun = spooler.dispatch()
    spooler.wait()
    return begun
