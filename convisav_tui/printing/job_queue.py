"""The rows of print jobs as the spooler takes them: claimed under a token, each try opened before and closed after.

A job is `sending` only while its bytes may be leaving. Whoever finds one whose lease ran out knows that paper may have
come out, and asks a person; a row is closed only under the token that claimed it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from convisav_tui.i18n import _
from convisav_tui.printing.rendering import Task
from convisav_tui.printing.transport import Delivery, DeliveryKind
from convisav_tui.store.engine import Store
from convisav_tui.store.models import JobState, PrintAttempt, PrintJob

# Longer than the longest sending (transport: 30 s, and 5 s for the goodbye).
LEASE = timedelta(seconds=45)
# Until the next try of a printer that took no byte; the last one is kept.
BACK_OFF = (2.0, 5.0, 15.0, 60.0, 300.0)
MOST_AT_ONCE = 5000
_SAFE = (DeliveryKind.NOT_CONNECTED.value, DeliveryKind.REFUSED.value, "not_ready")
_ROOM = 300  # characters of last_error and detail

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Waiting:
    """A queued job without its content; `due` when its moment has come (a printer that failed is waited for)."""

    job_id: int
    kind: str
    printer: str
    due: bool
    last_error: str


@dataclass(frozen=True)
class Claim:
    """The right to send one job once."""

    job_id: int
    attempt_id: int
    token: str


def waiting(store: Store, now: datetime) -> list[Waiting]:
    """The queued jobs in the order in which they were asked for: those due, and those put off by a printer's fault."""
    query = (
        sa.select(
            col(PrintJob.id),
            col(PrintJob.kind),
            col(PrintJob.printer),
            col(PrintJob.not_before),
            col(PrintJob.last_error),
        )
        .where(col(PrintJob.state) == JobState.QUEUED)
        .where((col(PrintJob.not_before) <= now) | (col(PrintJob.last_error) != ""))
        .order_by(col(PrintJob.id))
        .limit(MOST_AT_ONCE)
    )
    with store.read() as session:
        rows = session.execute(query).all()
    return [
        Waiting(job_id, kind.value, printer, not_before <= now, last_error)
        for job_id, kind, printer, not_before, last_error in rows
        if job_id is not None
    ]


def read(store: Store, job_id: int) -> Task | None:
    """A job as it is now; None when it waits no longer."""
    with store.read() as session:
        job = session.get(PrintJob, job_id)
        if job is None or job.state is not JobState.QUEUED:
            return None
        return Task(job_id, job.kind.value, job.printer, job.copies, job.content, job.duplicate)


@dataclass(frozen=True)
class Claimant:
    """Who claims: a spooler (8 characters) for one of its printers (8 characters)."""

    spooler: str
    printer: str

    def token(self) -> str:
        """A token of its own for each claim; its parts tell who holds it, and which printer it keeps busy."""
        return f"{self.spooler}:{self.printer}:{secrets.token_hex(8)}"


def claim(store: Store, task: Task, claimant: Claimant, clock: Clock) -> Claim | None:
    """Take a job for sending and open its attempt; None when somebody was faster or called it off, or while another
    spooler is sending to this printer."""

    def operation(session: Session) -> Claim | None:
        now = clock()
        job = _locked(session, task.job_id)
        if job is None or job.state is not JobState.QUEUED or _other_sends(session, claimant, now):
            return None
        job.state, job.lease_token, job.lease_until = JobState.SENDING, claimant.token(), now + LEASE
        job.attempts += 1
        attempt = PrintAttempt(job_id=task.job_id, started_at=now)
        session.add(job)
        session.add(attempt)
        session.flush()
        assert attempt.id is not None
        return Claim(task.job_id, attempt.id, job.lease_token)

    return store.write(operation)


def close(store: Store, mine: Claim, delivery: Delivery, clock: Clock) -> None:
    """Record how a claimed try ended; the job becomes `sent`, or asks for a person. Somebody else's job is left."""

    def operation(session: Session) -> None:
        now = clock()
        attempt = session.get_one(PrintAttempt, mine.attempt_id)
        if attempt.finished_at is None:
            attempt.finished_at, attempt.outcome = now, delivery.kind.value
            attempt.detail, attempt.bytes_sent = _short(delivery.reason), delivery.bytes_sent
            session.add(attempt)
        job = _locked(session, mine.job_id)
        if job is None or job.lease_token != mine.token or job.state is not JobState.SENDING:
            return
        job.lease_token, job.lease_until = "", None
        if delivery.kind is DeliveryKind.SENT:
            job.state, job.sent_at, job.last_error = JobState.SENT, now, ""
        elif delivery.kind in (DeliveryKind.REFUSED, DeliveryKind.NOT_CONNECTED):
            job.state, job.last_error = JobState.QUEUED, _short(delivery.reason)
            job.attempts -= 1  # no byte left: nothing was tried that paper could show
            job.not_before = now + _delay(session, mine.job_id)
        else:
            job.state = JobState.NEEDS_ATTENTION
            job.last_error = _short(f"{delivery.reason} {_may_have_printed()}")
        session.add(job)

    store.write(operation)


def doubt(store: Store, job_id: int, reason: str) -> None:
    """The printer stopped after it had taken everything: the job that was `sent` asks for a person."""

    def operation(session: Session) -> None:
        job = _locked(session, job_id)
        if job is not None and job.state is JobState.SENT:
            job.state, job.last_error = JobState.NEEDS_ATTENTION, _short(f"{reason} {_may_have_printed()}")
            session.add(job)

    store.write(operation)


def put_off(store: Store, jobs: Sequence[int], outcome: str, reason: str, clock: Clock, failures: int = 0) -> None:
    """The printer took nothing: record the try of the first job, and let all of them wait together, in order.

    How long follows from the tries of the first one, and is not less than after `failures` of them.
    """

    def operation(session: Session) -> None:
        now = clock()
        session.add(
            PrintAttempt(job_id=jobs[0], started_at=now, finished_at=now, outcome=outcome, detail=_short(reason))
        )
        session.flush()
        later = now + _delay(session, jobs[0], failures)
        for job_id in jobs:
            job = _locked(session, job_id)
            if job is not None and job.state is JobState.QUEUED:
                job.not_before, job.last_error = later, _short(reason)
                session.add(job)

    store.write(operation)


def explain(store: Store, job: Waiting, reason: str) -> None:
    """Say on a waiting job what it waits for; nothing is written when it says so already."""
    if job.last_error != _short(reason):
        _amend(store, job.job_id, JobState.QUEUED, _short(reason))


def refuse(store: Store, job_id: int, reason: str) -> None:
    """Nothing was sent and no retry helps: the job asks for a person."""
    _amend(store, job_id, JobState.NEEDS_ATTENTION, _short(reason))


def filed(store: Store, task: Task, size: int, detail: str, clock: Clock) -> None:
    """A document was written as a file: the try and the job are done."""

    def operation(session: Session) -> None:
        now = clock()
        job = _locked(session, task.job_id)
        if job is None or job.state is not JobState.QUEUED:
            return
        job.state, job.sent_at, job.last_error = JobState.SENT, now, ""
        job.attempts += 1
        session.add(job)
        session.add(
            PrintAttempt(
                job_id=task.job_id,
                started_at=now,
                finished_at=now,
                outcome="filed",
                detail=_short(detail),
                bytes_sent=size,
            )
        )

    store.write(operation)


def recover(store: Store, clock: Clock) -> int:
    """Jobs whose sender died while it was sending: they ask for a person, for paper may have come out. How many."""
    lost = (PrintJob.state == JobState.SENDING, col(PrintJob.lease_until) < clock())
    with store.read() as session:
        if not session.exec(select(func.count()).where(*lost)).one():
            return 0

    def operation(session: Session) -> int:
        jobs = session.exec(select(PrintJob).where(*lost).with_for_update()).all()
        for job in jobs:
            _recover_one(session, job, clock())
        return len(jobs)

    return store.write(operation)


def _recover_one(session: Session, job: PrintJob, now: datetime) -> None:
    open_tries = session.exec(
        select(PrintAttempt).where(PrintAttempt.job_id == job.id, col(PrintAttempt.finished_at).is_(None))
    ).all()
    for attempt in open_tries:
        attempt.finished_at, attempt.outcome = now, "unknown"
        session.add(attempt)
    job.lease_token, job.lease_until = "", None
    job.state = JobState.NEEDS_ATTENTION if open_tries else JobState.QUEUED
    if open_tries:
        job.last_error = _short(f"{_('The program stopped while it was printing.')} {_may_have_printed()}")
    session.add(job)


def _may_have_printed() -> str:
    return _("It may have come out: look before you print it again.")


def _amend(store: Store, job_id: int, state: JobState, reason: str) -> None:
    def operation(session: Session) -> None:
        job = _locked(session, job_id)
        if job is not None and job.state is JobState.QUEUED:
            job.state, job.last_error = state, reason
            session.add(job)

    store.write(operation)


def _locked(session: Session, job_id: int) -> PrintJob | None:
    return session.exec(select(PrintJob).where(PrintJob.id == job_id).with_for_update()).one_or_none()


def _other_sends(session: Session, claimant: Claimant, now: datetime) -> bool:
    sending = select(func.count()).where(
        PrintJob.state == JobState.SENDING,
        col(PrintJob.lease_until) > now,
        col(PrintJob.lease_token).contains(f":{claimant.printer}:"),
        ~col(PrintJob.lease_token).startswith(f"{claimant.spooler}:"),
    )
    return session.exec(sending).one() > 0


def _delay(session: Session, job_id: int, failures: int = 0) -> timedelta:
    """The back-off after as many tries in vain as this job has."""
    tries = session.exec(
        select(func.count()).where(PrintAttempt.job_id == job_id, col(PrintAttempt.outcome).in_(_SAFE))
    ).one()
    return timedelta(seconds=BACK_OFF[min(max(tries, failures, 1), len(BACK_OFF)) - 1])


def _short(text: str) -> str:
    return text if len(text) <= _ROOM else text[: _ROOM - 1] + "…"
