"""Messages that wait in vain: too late to be of use, or behind an account that nobody mends."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.backoff import HOLD_PATIENCE
from convisav_tui.notifying.holds import CARRIED, Hold, hold_of, release_hold
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.owed import tell_failed
from convisav_tui.shop.context import ShopContext
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Message, MessageAttempt, MessageState, Paper

# Papers are few, those that failed fewer: the partial index of what is not rendered holds them.
_CANNOT_BE_SET = sa.text("paper.rendered_at IS NULL AND paper.last_error <> ''")


def expired(message: Message, at: datetime) -> Outcome | None:
    """Why the message must not leave any more, or None."""
    if message.expires_at is None or message.expires_at > at:
        return None
    return outcome.permanent("expired", _("It was too late to send this message."))


def give_up(store: Store, shop: ShopContext, at: datetime) -> int:
    """Let go of queued messages that have expired, and of those whose channel has been on hold for a day.

    Whoever they were for is told by other means (rules.md 4.2). Returns how many that were.
    """
    with store.read() as session:
        if session.scalars(_in_vain(session, at).limit(1)).first() is None and not _stale(session, at):
            return 0

    def operation(session: Session) -> int:
        for channel in _stale(session, at):
            release_hold(session, channel)
        rows = session.scalars(_in_vain(session, at).with_for_update(skip_locked=True)).all()
        for message in rows:
            why = expired(message, at) or _not_rendered(session, message) or _held_too_long(session, message)
            _let_go(session, message, why, at)
            tell_failed(session, message, shop)
        return len(rows)

    return store.write(operation)


def _let_go(session: Session, message: Message, why: Outcome, at: datetime) -> None:
    """It counts as an attempt: the time line shows why nothing was sent, and no other channel hands it back to this."""
    assert message.id is not None
    message.state = MessageState.DEAD
    message.attempts += 1
    message.last_kind, message.last_code, message.last_text = why.kind.value, why.code, why.text
    session.add(
        MessageAttempt(
            message_id=message.id,
            token="",
            attempt=message.attempts,
            started_at=at,
            finished_at=at,
            kind=why.kind.value,
            code=why.code,
            text=why.text,
        )
    )


def _in_vain(session: Session, at: datetime) -> sa.Select[Message]:
    holds = [hold for channel in CARRIED if (hold := hold_of(session, channel)) is not None]
    given_up = [hold.channel for hold in holds if hold.since <= at - HOLD_PATIENCE]
    return (
        sa.select(Message)
        .where(sa.text("message.state IN ('queued', 'leased')"), col(Message.state) == MessageState.QUEUED)
        .where(
            (col(Message.expires_at) <= at)
            | col(Message.paper_id).in_(sa.select(col(Paper.id)).where(_CANNOT_BE_SET))
            | (col(Message.channel).in_(given_up) & (col(Message.created_at) <= at - HOLD_PATIENCE))
        )
    )


def _not_rendered(session: Session, message: Message) -> Outcome | None:
    """The paper that should go with it cannot be set."""
    paper = session.get(Paper, message.paper_id) if message.paper_id is not None else None
    if paper is None or paper.rendered_at is not None or not paper.last_error:
        return None
    return outcome.permanent("paper", paper.last_error)


def _stale(session: Session, at: datetime) -> list[Channel]:
    """Channels whose hold ended a day ago without a further try: what it says is old, and nobody waits behind it."""
    holds = [hold for channel in CARRIED if (hold := hold_of(session, channel)) is not None]
    return [hold.channel for hold in holds if hold.until <= at - HOLD_PATIENCE and not _anybody_waits(session, hold)]


def _anybody_waits(session: Session, hold: Hold) -> bool:
    waiting = (col(Message.channel) == hold.channel, sa.text("message.state IN ('queued', 'leased')"))
    return session.scalars(sa.select(col(Message.id)).where(*waiting).limit(1)).first() is not None


def _held_too_long(session: Session, message: Message) -> Outcome:
    hold = hold_of(session, message.channel)
    return outcome.config(hold.code if hold else "hold", hold.sentence if hold else "")
