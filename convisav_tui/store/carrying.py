"""What the worker asks before it ends: whether something is due soon, and whether a station was seen."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, func, select

from convisav_tui.store.models import JobState, Message, MessageState, PrintJob, Station


def due_before(session: Session, until: datetime) -> int:
    """How many print jobs and messages wait to be carried out before that instant (aware UTC)."""
    jobs = select(func.count()).where(
        col(PrintJob.state).in_((JobState.QUEUED, JobState.SENDING)), col(PrintJob.not_before) <= until
    )
    messages = select(func.count()).where(
        col(Message.state).in_((MessageState.QUEUED, MessageState.LEASED)), col(Message.not_before) <= until
    )
    return session.exec(jobs).one() + session.exec(messages).one()


def station_seen_since(session: Session, instant: datetime) -> bool:
    """Whether a station gave a sign of life after that instant (aware UTC)."""
    return session.exec(select(func.count()).where(col(Station.last_seen_at) > instant)).one() > 0
