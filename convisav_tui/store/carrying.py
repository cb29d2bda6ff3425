"""What the worker asks before it ends: whether something is due soon, and whether a station was seen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from convisav_tui.store.models import JobState, Message, MessageState, PrintJob, Station


def due_before(session: Session, until: datetime) -> int:
    """How many print jobs and messages that nobody has tried yet are to be carried out before that instant (UTC)."""
    # Word for word as in the partial indexes, which hold only what is due: SQLite would read all that ever was.
    jobs = select(func.count()).where(
        sa.text("print_job.state IN ('queued', 'sending')"),
        PrintJob.state == JobState.QUEUED,
        PrintJob.last_error == "",
        col(PrintJob.not_before) <= until,
    )
    messages = select(func.count()).where(
        sa.text("message.state IN ('queued', 'leased')"),
        Message.state == MessageState.QUEUED,
        Message.last_kind == "",
        col(Message.not_before) <= until,
    )
    return session.exec(jobs).one() + session.exec(messages).one()


def next_print(session: Session) -> datetime | None:
    """The next instant at which a printer may have something to do (UTC), None when no job waits."""
    moment = sa.case((col(PrintJob.state) == JobState.SENDING, PrintJob.lease_until), else_=PrintJob.not_before)
    waiting = sa.select(sa.func.min(moment)).where(sa.text("state IN ('queued', 'sending')"))
    found: datetime | None = session.execute(waiting).scalar()
    return found


def station_seen_since(session: Session, instant: datetime) -> bool:
    """Whether a station gave a sign of life after that instant (aware UTC)."""
    return session.exec(select(func.count()).where(col(Station.last_seen_at) > instant)).one() > 0
