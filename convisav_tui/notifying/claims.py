"""Who may send which message, and until when: recover, claim, open an attempt, close it (notifying.md 4).

A message is leased under a token before it is touched; an attempt is committed before the send and closed after it.
A lease that ran out with an open attempt means that a sender died while sending: the message may have left.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from convisav_tui.i18n import _
from convisav_tui.notifying import outcome as outcomes
from convisav_tui.notifying.backoff import HOLD, verdict
from convisav_tui.notifying.holds import CARRIED, hold_of, is_open, open_channels, put_on_hold, release_hold
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.owed import tell_accepted, tell_failed
from convisav_tui.shop.context import ShopContext
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Message, MessageAttempt, MessageState, OutcomeKind, Paper
from convisav_tui.store.tables import MESSAGE, MESSAGE_ATTEMPT

# The condition of the partial index, word for word: SQLite uses it only then.
_ALIVE = sa.text("message.state IN ('queued', 'leased')")


@dataclass(frozen=True)
class Claim:
    """A message that is ours: a copy of its row, the attempt that was opened for it, and when its lease ends."""

    message: Message
    attempt_id: int


def recover(store: Store, shop: ShopContext, at: datetime) -> int:
    """Take back what dead senders left behind. Returns how many messages that were.

    Not yet being sent: queued again. Perhaps sent: an e-mail is queued again under the same Message-ID, an SMS waits
    for a person.
    """
    with store.read() as session:
        if session.scalars(_abandoned(at).limit(1)).first() is None:
            return 0

    def operation(session: Session) -> int:
        rows = session.scalars(_abandoned(at).with_for_update(skip_locked=True)).all()
        for message in rows:
            attempt = _open_attempt_of(session, message)
            message.lease_token, message.lease_until = "", None
            if attempt is None:
                message.state = MessageState.QUEUED
                continue
            died = outcomes.unknown("worker_died", _("The program ended during the send: it may have been sent."))
            _finish(attempt, died, at)
            _apply(session, shop, message, attempt.attempt, died, at)
        return len(rows)

    return store.write(operation)


def is_due(store: Store, at: datetime) -> bool:
    """Whether a message of a channel that is open waits to be sent; takes no lock."""
    with store.read() as session:
        channels = open_channels(session, at)
        return bool(channels) and session.scalars(_due(channels, at).limit(1)).first() is not None


def claim(store: Store, limit: int, lease: timedelta, at: datetime) -> list[Message]:
    """Lease up to `limit` due messages of the channels that are open. Returns copies, oldest first."""
    if not is_due(store, at):
        return []

    def operation(session: Session) -> list[Message]:
        rows = _take(session, limit, lease, at)
        session.expunge_all()
        return rows

    return store.write(operation)


def open_attempt(store: Store, message: Message, lease: timedelta, at: datetime) -> Claim | None:
    """Renew the lease and commit an attempt, right before the send. None when the message is no longer ours to send.

    A message whose channel was put on hold since it was claimed goes back to the queue.
    """
    return store.write(lambda session: _open(session, message, lease, at))


@dataclass(frozen=True)
class Turn:
    """What follows a send: the next message with its attempt opened (None: nothing is left to do), and those that are
    leased behind it."""

    claim: Claim | None
    behind: Sequence[Message]


def next_turn(
    store: Store,
    shop: ShopContext,
    ended: tuple[Claim, Outcome] | None,
    behind: Sequence[Message],
    limit: int,
    lease: timedelta,
    at: datetime,
) -> Turn:
    """Close the attempt that ended and open the next one in one transaction: a commit a message, and never a send that
    begins before the outcome of the one before it is on the disk. Leases up to `limit` more when nothing is left."""

    def operation(session: Session) -> Turn:
        if ended is not None:
            _close(session, shop, ended[0], ended[1], at)
        waiting = list(behind)
        while waiting or limit:
            waiting = waiting or _take(session, limit, lease, at)
            if not waiting:
                break
            claimed = _open(session, waiting.pop(0), lease, at)
            if claimed is not None:
                session.expunge_all()
                return Turn(claimed, waiting)
        return Turn(None, ())

    return store.write(operation)


def give_back(store: Store, messages: Sequence[Message]) -> None:
    """Queue claimed messages again that nobody has begun to send."""
    tokens = {message.lease_token for message in messages}
    ids = [_id(message) for message in messages]

    def operation(session: Session) -> None:
        ours = (col(Message.lease_token).in_(tokens), col(Message.state) == MessageState.LEASED)
        freed = {"state": MessageState.QUEUED, "lease_token": "", "lease_until": None}
        session.execute(sa.update(Message).where(col(Message.id).in_(ids), *ours).values(freed))

    store.write(operation)


def close_attempt(store: Store, shop: ShopContext, claimed: Claim, outcome: Outcome, at: datetime) -> Message:
    """Write down how it ended and what follows, in one transaction. Returns a copy of the message as it is now.

    When the lease was lost meanwhile, only an acceptance is written: the message went out, whoever holds it now.
    """

    def operation(session: Session) -> Message:
        row = _close(session, shop, claimed, outcome, at)
        session.refresh(row)
        session.expunge(row)
        return row

    return store.write(operation)


def next_due(store: Store) -> datetime | None:
    """The next instant at which there is something to do; None when no message waits (UTC).

    What waits behind a hold is due when the hold ends, or when it expires.
    """
    with store.read() as session:
        leases = sa.select(sa.func.min(Message.lease_until)).where(_ALIVE, col(Message.state) == MessageState.LEASED)
        moments = [session.execute(leases).scalar()]
        for channel in CARRIED:
            queued = (_ALIVE, col(Message.state) == MessageState.QUEUED, col(Message.channel) == channel)
            due = session.execute(sa.select(sa.func.min(Message.not_before)).where(*queued)).scalar()
            hold = hold_of(session, channel)
            moments.append(max(due, hold.until) if due and hold else due)
            moments.append(session.execute(sa.select(sa.func.min(Message.expires_at)).where(*queued)).scalar())
    return min((moment for moment in moments if moment is not None), default=None)


def _take(session: Session, limit: int, lease: timedelta, at: datetime) -> list[Message]:
    """Lease up to `limit` due messages under a token of their own."""
    channels = open_channels(session, at)
    if not channels:
        return []
    picked = _due(channels, at).limit(limit).with_for_update(skip_locked=True).cte("due")
    taken = session.execute(
        sa.update(Message)
        .where(col(Message.id).in_(sa.select(picked.c.id)))
        .values(state=MessageState.LEASED, lease_token=str(uuid.uuid4()), lease_until=at + lease)
        .returning(col(Message.id))
    ).scalars()
    ids = list(taken)
    return list(session.exec(select(Message).where(col(Message.id).in_(ids)).order_by(*_OLDEST_FIRST))) if ids else []


def _open(session: Session, message: Message, lease: timedelta, at: datetime) -> Claim | None:
    row = session.get(Message, message.id, with_for_update=True)
    if row is None or not _is_ours(row, message.lease_token) or row.lease_until is None or row.lease_until <= at:
        return None
    if not is_open(session, row.channel, at):
        row.state, row.lease_token, row.lease_until = MessageState.QUEUED, "", None
        return None
    session.flush()
    session.expunge(row)
    row.lease_until = at + lease
    renewed = sa.update(MESSAGE).where(MESSAGE.c.id == row.id).values(lease_until=row.lease_until)
    values = {"message_id": row.id, "token": row.lease_token, "attempt": row.attempts + 1, "started_at": at}
    session.connection().execute(renewed)
    opened = session.connection().execute(_OPENED.values(values).returning(MESSAGE_ATTEMPT.c.id))
    return Claim(row, int(opened.scalar_one()))


def _close(session: Session, shop: ShopContext, claimed: Claim, outcome: Outcome, at: datetime) -> Message:
    row = session.get(Message, claimed.message.id, with_for_update=True)
    assert row is not None
    if _is_ours(row, claimed.message.lease_token):
        finished = sa.update(MESSAGE_ATTEMPT).where(MESSAGE_ATTEMPT.c.id == claimed.attempt_id)
        session.connection().execute(finished.values(_finished(outcome, at)))
        row.lease_token, row.lease_until = "", None
        _apply(session, shop, row, claimed.message.attempts + 1, outcome, at)
    elif outcome.accepted and row.state in (MessageState.QUEUED, MessageState.UNKNOWN):
        attempt = session.get_one(MessageAttempt, claimed.attempt_id)
        late = MessageAttempt(
            message_id=_id(row), token=attempt.token, attempt=attempt.attempt, started_at=attempt.started_at
        )
        _finish(late, outcome, at)
        session.add(late)
        _apply(session, shop, row, attempt.attempt, outcome, at)
    session.flush()
    return row


# With its columns' own defaults; no object is made for a row that is never looked at again.
_OPENED = sa.insert(MESSAGE_ATTEMPT).values(kind="", code="", text="", provider_id="")
_OLDEST_FIRST = (col(Message.not_before), col(Message.id))


def _due(channels: Sequence[Channel], at: datetime) -> sa.Select[int | None]:
    return (
        sa.select(col(Message.id))
        .where(_ALIVE, col(Message.state) == MessageState.QUEUED, col(Message.not_before) <= at)
        .where(col(Message.channel).in_(channels))
        .where(col(Message.paper_id).is_(None) | col(Message.paper_id).in_(_rendered()))
        .order_by(*_OLDEST_FIRST)
    )


def _rendered() -> sa.Select[int | None]:
    """A message with a paper waits until the PDF is there; `give_up` lets go of one that cannot be rendered."""
    return sa.select(col(Paper.id)).where(col(Paper.id) == col(Message.paper_id), col(Paper.rendered_at).is_not(None))


def _abandoned(at: datetime) -> sa.Select[Message]:
    return sa.select(Message).where(_ALIVE, col(Message.state) == MessageState.LEASED, col(Message.lease_until) <= at)


def _open_attempt_of(session: Session, message: Message) -> MessageAttempt | None:
    unfinished = (MessageAttempt.message_id == message.id, col(MessageAttempt.finished_at).is_(None))
    return session.exec(select(MessageAttempt).where(*unfinished).order_by(col(MessageAttempt.id).desc())).first()


def _is_ours(row: Message, token: str) -> bool:
    return row.state is MessageState.LEASED and row.lease_token == token


def _finish(attempt: MessageAttempt, outcome: Outcome, at: datetime) -> None:
    for column, value in _finished(outcome, at).items():
        setattr(attempt, column, value)


def _finished(outcome: Outcome, at: datetime) -> dict[str, object]:
    return {
        "finished_at": at,
        "kind": outcome.kind.value,
        "code": outcome.code,
        "text": outcome.text,
        "provider_id": outcome.provider_id,
    }


def _apply(session: Session, shop: ShopContext, row: Message, tries: int, outcome: Outcome, at: datetime) -> None:
    """The message after an attempt: its state, the hold on its channel, and what the shop does about it."""
    follows = verdict(outcome, row.channel, tries, at)
    row.state = follows.state
    row.attempts = tries if follows.burns_try else row.attempts
    row.last_kind, row.last_code, row.last_text = outcome.kind.value, outcome.code, outcome.text
    row.not_before = follows.not_before or row.not_before
    if outcome.kind is OutcomeKind.CONFIG:
        put_on_hold(session, row.channel, outcome, at, at + HOLD)
    if outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.PERMANENT):
        release_hold(session, row.channel)
    if follows.state is MessageState.SENT:
        row.sent_at, row.provider_id = at, outcome.provider_id
    session.flush()
    if follows.state is MessageState.SENT:
        tell_accepted(session, row)
    if follows.state is MessageState.DEAD:
        tell_failed(session, row, shop)


def _id(row: Message) -> int:
    assert row.id is not None
    return row.id
