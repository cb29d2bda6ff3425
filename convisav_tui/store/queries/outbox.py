"""What waits to leave the building, and what left: print jobs and messages with their attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.board import JOB_OPEN, MESSAGE_OWED, MESSAGE_TO_POST, in_states
from convisav_tui.store.models import JobState, MessageState
from convisav_tui.store.tables import (
    DISPATCH,
    MESSAGE,
    MESSAGE_ATTEMPT,
    ORDER,
    PAPER,
    PARTY,
    PRINCIPAL_STATEMENT,
    PRINT_ATTEMPT,
    PRINT_JOB,
    SUPPLIER_ORDER,
)

OPEN_JOBS = ("queued", "sending", "needs_attention")
OWED_MESSAGES = ("dead", "unknown", "to_call", "to_post")


# The states that each partial index holds, in its own order.
_HELD: dict[str, tuple[tuple[str, ...], ...]] = {
    "print_job": (OPEN_JOBS,),
    "message": (("dead", "unknown", "to_call"), ("queued", "leased")),
}


@dataclass(frozen=True)
class JobAttempt:
    """One try to print; `outcome` is "" while it lasts."""

    id: int
    job_id: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    detail: str
    bytes_sent: int


@dataclass(frozen=True)
class JobRow:
    """A print job as a list shows it."""

    id: int
    order_id: int | None
    number: str  # of the order, "" for a job without one
    customer: str
    kind: str
    printer: str
    copies: int
    duplicate: bool
    state: str
    attempts: int
    not_before: datetime
    last_error: str
    created_at: datetime
    sent_at: datetime | None
    paper_kind: str  # of a document, "" for labels and receipts
    dedupe_key: str
    tries: tuple[JobAttempt, ...] = ()


@dataclass(frozen=True)
class MessageTry:
    """One try to deliver; `kind` is "" while it lasts."""

    id: int
    message_id: int
    attempt: int
    started_at: datetime
    finished_at: datetime | None
    kind: str
    code: str
    text: str
    provider_id: str


@dataclass(frozen=True)
class MessageRow:
    """A message as a list shows it; `customer` is who is told, which may be a principal, a supplier or a subcontractor.
    `number` is that of the order, else of the supplier order or of the dispatch that it is about."""

    id: int
    order_id: int | None
    supplier_order_id: int | None
    statement_id: int | None
    dispatch_id: int | None
    event_id: int | None
    number: str
    customer: str
    phone: str
    event: str
    channel: str
    recipient: str
    language: str
    subject: str
    body: str
    state: str
    attempts: int
    not_before: datetime
    expires_at: datetime | None
    last_kind: str
    last_code: str
    last_text: str
    created_at: datetime
    sent_at: datetime | None
    tries: tuple[MessageTry, ...] = ()


def print_jobs(
    session: Session,
    states: Sequence[str] = OPEN_JOBS,
    limit: int = 100,
    before: int = 0,
    after: int = 0,
    from_end: bool = False,
) -> list[JobRow]:
    """The jobs in these states (all states when empty), newest first: the newest, those just older than the id
    `before`, those just newer than the id `after`, or the oldest of all."""
    chosen = _jobs()
    if states:
        chosen = chosen.where(_in_states(PRINT_JOB, [JobState(state) for state in states]))
    rows = _job_rows(session, _part(chosen, PRINT_JOB.c.id, limit, before, after, from_end))
    return sorted(rows, key=lambda row: -row.id)


def jobs_of(session: Session, order_id: int) -> tuple[JobRow, ...]:
    """All print jobs of an order, oldest first, each with its attempts."""
    return tuple(_job_rows(session, _jobs_of(), order_id=order_id))


def messages(
    session: Session,
    states: Sequence[str] = (),
    limit: int = 100,
    before: int = 0,
    after: int = 0,
    from_end: bool = False,
) -> list[MessageRow]:
    """The messages in these states (all states when empty), newest first: the newest, those just older than the id
    `before`, those just newer than the id `after`, or the oldest of all."""
    chosen = _messages()
    if states:
        chosen = chosen.where(_in_message_states([MessageState(state) for state in states]))
    rows = _message_rows(session, _part(chosen, MESSAGE.c.id, limit, before, after, from_end))
    return sorted(rows, key=lambda row: -row.id)


def owed_messages(session: Session, limit: int = 100) -> list[MessageRow]:
    """Messages that no channel took and that somebody must tell by voice, the longest waiting first."""
    owed = sa.text(f"(message.{MESSAGE_OWED} OR message.{MESSAGE_TO_POST})")
    chosen = _messages().where(owed).order_by(MESSAGE.c.id).limit(limit)
    return _message_rows(session, chosen)


def messages_of(session: Session, order_id: int) -> tuple[MessageRow, ...]:
    """All messages of an order, oldest first, each with its attempts."""
    return tuple(_message_rows(session, _messages_of(), order_id=order_id))


def message_counts(session: Session) -> dict[str, int]:
    """How many messages still ask for something: queued, leased, dead, unknown, to_call, to_post. Reads partial
    indexes only."""
    due = sa.text("SELECT state, count(*) FROM message WHERE state IN ('queued', 'leased') GROUP BY state")
    owed = sa.text(f"SELECT state, count(*) FROM message WHERE {MESSAGE_OWED} GROUP BY state")
    post = sa.text(f"SELECT state, count(*) FROM message WHERE {MESSAGE_TO_POST} GROUP BY state")
    counted = {"queued": 0, "leased": 0} | dict.fromkeys(OWED_MESSAGES, 0)
    return counted | {state: count for query in (due, owed, post) for state, count in session.execute(query)}


def job_counts(session: Session) -> dict[str, int]:
    """How many print jobs are queued, sending, or need attention."""
    query = sa.text(f"SELECT state, count(*) FROM print_job WHERE {JOB_OPEN} GROUP BY state")
    return dict.fromkeys(OPEN_JOBS, 0) | {state: count for state, count in session.execute(query)}


def _in_states(table: sa.Table, states: Sequence[str]) -> sa.TextClause:
    """Our own words written out, not as parameters, and taken from among all of a partial index: only then the
    database sees that the index holds them, and does not look for the newest ones through all that ever was."""
    held = next((held for held in _HELD[table.name] if set(states) <= set(held)), None)
    chosen = f"{table.name}.{in_states(*states)}"
    if held is None:
        return sa.text(chosen)
    return sa.text(f"{table.name}.id IN (SELECT id FROM {table.name} WHERE {in_states(*held)}) AND {chosen}")


def _in_message_states(states: Sequence[MessageState]) -> sa.ColumnElement[bool] | sa.TextClause:
    """Letters to post lie in an index of their own."""
    others = [state for state in states if state is not MessageState.TO_POST]
    to_post = sa.text(f"message.{MESSAGE_TO_POST}")
    if len(others) == len(states):
        return _in_states(MESSAGE, others)
    return sa.or_(_in_states(MESSAGE, others), to_post) if others else to_post


def _part(
    chosen: sa.Select[Any], key: sa.ColumnElement[Any], limit: int, before: int, after: int, from_end: bool
) -> sa.Select[Any]:
    """A page of rows whose newest have the highest keys."""
    if before:
        chosen = chosen.where(key < before)
    if after:
        chosen = chosen.where(key > after)
    return chosen.order_by(key if after or from_end else key.desc()).limit(limit)


@cache
def _jobs() -> sa.Select[Any]:
    joined = (
        PRINT_JOB.outerjoin(ORDER, ORDER.c.id == PRINT_JOB.c.order_id)
        .outerjoin(PARTY, PARTY.c.id == ORDER.c.party_id)
        .outerjoin(PAPER, PAPER.c.id == PRINT_JOB.c.paper_id)
    )
    aside = {
        "number": sa.func.coalesce(ORDER.c.number, ""),
        "customer": sa.func.coalesce(PARTY.c.name, ""),
        "paper_kind": sa.func.coalesce(PAPER.c.kind, ""),
    }
    return sa.select(*_columns(JobRow, PRINT_JOB, aside)).select_from(joined)


@cache
def _messages() -> sa.Select[Any]:
    joined = (
        MESSAGE.outerjoin(ORDER, ORDER.c.id == MESSAGE.c.order_id)
        .outerjoin(PARTY, PARTY.c.id == sa.func.coalesce(MESSAGE.c.party_id, ORDER.c.party_id))
        .outerjoin(SUPPLIER_ORDER, SUPPLIER_ORDER.c.id == MESSAGE.c.supplier_order_id)
        .outerjoin(DISPATCH, DISPATCH.c.id == MESSAGE.c.dispatch_id)
        .outerjoin(PRINCIPAL_STATEMENT, PRINCIPAL_STATEMENT.c.id == MESSAGE.c.statement_id)
    )
    partner = (SUPPLIER_ORDER.c.number, PRINCIPAL_STATEMENT.c.number, DISPATCH.c.number)
    number = sa.func.coalesce(ORDER.c.number, *partner, "")
    name, phone = sa.func.coalesce(PARTY.c.name, ""), sa.func.coalesce(PARTY.c.phone, "")
    aside = {"number": number, "customer": name, "phone": phone}
    return sa.select(*_columns(MessageRow, MESSAGE, aside)).select_from(joined)


@cache
def _jobs_of() -> sa.Select[Any]:
    return _jobs().where(PRINT_JOB.c.order_id == sa.bindparam("order_id")).order_by(PRINT_JOB.c.id)


@cache
def _messages_of() -> sa.Select[Any]:
    return _messages().where(MESSAGE.c.order_id == sa.bindparam("order_id")).order_by(MESSAGE.c.id)


@cache
def _attempts_of(row: type, table: sa.Table, owner: str) -> sa.Select[Any]:
    wanted: sa.BindParameter[Any] = sa.bindparam("wanted", expanding=True)
    return sa.select(*_columns(row, table, {})).where(table.c[owner].in_(wanted)).order_by(table.c.id)


def _columns(row: type, table: sa.Table, aside: dict[str, Any]) -> list[sa.ColumnElement[Any]]:
    """The columns that fill a dataclass, without its attempts: those of `table` by name, or from `aside`."""
    fields: list[str] = list(row.__dataclass_fields__)  # type: ignore[attr-defined]
    return [aside[name] if name in aside else table.c[name] for name in fields if name != "tries"]


def _job_rows(session: Session, chosen: sa.Select[Any], **values_of: int) -> list[JobRow]:
    rows = [JobRow(*values) for values in session.execute(chosen, values_of)]
    tries: dict[int, list[JobAttempt]] = {}
    for values in _attempts(session, JobAttempt, PRINT_ATTEMPT, "job_id", [row.id for row in rows]):
        tries.setdefault(values.job_id, []).append(JobAttempt(*values))
    return [replace(row, tries=tuple(tries.get(row.id, ()))) for row in rows]


def _message_rows(session: Session, chosen: sa.Select[Any], **values_of: int) -> list[MessageRow]:
    rows = [MessageRow(*values) for values in session.execute(chosen, values_of)]
    tries: dict[int, list[MessageTry]] = {}
    for values in _attempts(session, MessageTry, MESSAGE_ATTEMPT, "message_id", [row.id for row in rows]):
        tries.setdefault(values.message_id, []).append(MessageTry(*values))
    return [replace(row, tries=tuple(tries.get(row.id, ()))) for row in rows]


def _attempts(session: Session, row: type, table: sa.Table, owner: str, ids: list[int]) -> Sequence[Any]:
    if not ids:
        return []
    return session.execute(_attempts_of(row, table, owner), {"wanted": ids}).all()
