"""What must leave the building, as rows: print jobs and messages are asked for, called off, asked for again here.

Nothing here prints or sends: `printing` and `notifying` carry the rows out. Each thing a person does to a row is an
event of the order, or of the journal, because a customer may ask who told him what (rules.md 4.6, features B8, E2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from convisav_tui.clock import now
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import print_again
from convisav_tui.shop.events import append_event
from convisav_tui.shop.filled_papers import paper_of
from convisav_tui.shop.letters import paper_for, stop_printing
from convisav_tui.shop.message_facts import MessageFacts
from convisav_tui.shop.message_trace import note_deed
from convisav_tui.shop.movement import told
from convisav_tui.shop.paper import Content
from convisav_tui.store.board import MESSAGE_OWED, MESSAGE_TO_POST
from convisav_tui.store.models import (
    Channel,
    JobKind,
    JobState,
    Message,
    MessageEvent,
    MessageState,
    OrderEvent,
    PrintJob,
    RepairOrder,
)
from convisav_tui.text import clean_line

# Word for word as in the partial indexes: with parameters SQLite would read every message ever sent.
_OWED_IDS = sa.text(
    f"SELECT id FROM message WHERE {MESSAGE_OWED} UNION ALL SELECT id FROM message WHERE {MESSAGE_TO_POST}"
)
OWED = (MessageState.DEAD, MessageState.UNKNOWN, MessageState.TO_CALL, MessageState.TO_POST)
# `last_code` of a letter that must be posted as a registered one.
REGISTERED = "registered"
_FIRST = {Channel.CALL: MessageState.TO_CALL, Channel.LETTER: MessageState.TO_POST}
# Told to suppliers, subcontractors and principals, never to customers.
PARTNER = frozenset({MessageEvent.SUPPLIER_ORDER, MessageEvent.SUBCONTRACT, MessageEvent.STATEMENT})
GONE = (MessageState.LEASED, MessageState.SENT, MessageState.CALLED, MessageState.POSTED)


@dataclass(frozen=True)
class PlannedMessage:
    """A message as it would leave: shown before the step is confirmed, then written as a row.

    `recipient` is "" for a call to somebody without a number; `segments` is 0 for all but an SMS. `facts` are what it
    was made of: a letter and a fax need them for their page.
    """

    channel: Channel
    recipient: str
    subject: str
    body: str
    segments: int
    event: MessageEvent = MessageEvent.REPAIR_READY
    language: str = "fr"
    facts: MessageFacts | None = None


def enqueue_message(
    session: Session,
    order: RepairOrder,
    planned: PlannedMessage,
    *,
    cause: OrderEvent | None,
    revision: int = 0,
    not_before: datetime,
    expires_at: datetime | None = None,
    again: bool = False,
    shop: ShopContext | None = None,
    registered: bool = False,
) -> Message | None:
    """Owe `planned`; None when the same one was told this already (same event, order, revision, channel) and nobody
    asked to tell him `again`. A call or a letter is owed to a person at once, whatever `not_before` says; a letter, a
    fax and the e-mail of a quote have a paper, for which `shop` is needed."""
    assert order.id is not None
    addressee = planned.facts.party_id if planned.facts is not None else None
    role = f".p{addressee}" if addressee is not None else ""
    base = f"{planned.event.value}:{order.id}:{revision}:{planned.channel.value}{role}"
    key = _message_key(session, order.id, base, again)
    if key is None:
        return None
    by_person = planned.channel in (Channel.CALL, Channel.LETTER)
    message = Message(
        order_id=order.id,
        event_id=cause.id if cause else None,
        event=planned.event,
        channel=planned.channel,
        recipient=planned.recipient,
        language=planned.language,
        subject=planned.subject,
        body=planned.body,
        dedupe_key=key,
        state=_FIRST.get(planned.channel, MessageState.QUEUED),
        not_before=now() if planned.channel is Channel.CALL else not_before,
        expires_at=None if by_person else expires_at,
        party_id=addressee,
        last_code=REGISTERED if registered and planned.channel is Channel.LETTER else "",
    )
    session.add(message)
    session.flush()
    if planned.facts is not None and shop is not None:
        paper = paper_for(session, order, message, planned.facts, shop, None)
        message.paper_id = paper.id if paper is not None else None
    return message


def enqueue_print(
    session: Session,
    order: RepairOrder,
    kind: JobKind,
    content: Content,
    *,
    key: str,
    actor: Actor,
    copies: int = 1,
    printer: str = "",
    duplicate: bool = False,
) -> PrintJob:
    """Ask for paper: `content` is frozen, `key` unique; `printer` "" means the one that has the role."""
    job = PrintJob(
        order_id=order.id,
        kind=kind,
        printer=printer,
        copies=copies,
        content=dict(content),
        duplicate=duplicate,
        dedupe_key=key,
        created_by_id=actor.staff_id,
    )
    session.add(job)
    session.flush()
    return job


def reprint(
    session: Session, order_id: int, kind: JobKind, actor: Actor, shop: ShopContext, copies: int = 1
) -> PrintJob:
    """Ask for a paper of an order once more, as the order is now: marked as a duplicate unless it is the first."""
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    earlier = session.exec(select(PrintJob).where(PrintJob.order_id == order_id, PrintJob.kind == kind)).all()
    job = enqueue_print(
        session,
        order,
        kind,
        paper_of(session, order, kind, shop),
        key=print_key(kind, order_id, len(earlier)),
        actor=actor,
        copies=copies,
        duplicate=any(job.state is not JobState.CANCELLED or job.attempts for job in earlier),
    )
    append_event(session, order, event="printed_again", actor=actor, detail={"job": job.id, "kind": kind.value})
    return job


def reprint_job(session: Session, job_id: int, actor: Actor, shop: ShopContext) -> PrintJob:
    """Print again what a job printed: a label or receipt as the order is now, a document word for word as it was."""
    job = _job(session, job_id)
    if job.paper_id is not None:
        return print_again(session, job.paper_id, actor)
    if job.order_id is None:
        raise NotFound(_("There is no such order."))
    return reprint(session, job.order_id, job.kind, actor, shop)


def print_key(kind: JobKind, order_id: int, times: int = 0) -> str:
    """The dedupe key of a paper of an order: the one of the intake, and one more each time it is asked for again."""
    return f"{kind.value}:{order_id}:{times}"


def cancel_job(session: Session, job_id: int, actor: Actor) -> PrintJob:
    """Call a print job off. Raises Refusal when it is being sent or was sent."""
    job = _job(session, job_id)
    if job.state in (JobState.SENDING, JobState.SENT):
        raise Refusal("job_not_sent", _("This is already at the printer."), mended_by="print")
    job.state = JobState.CANCELLED
    _tell_of_job(session, job, "print_cancelled", actor)
    return job


def retry_job(session: Session, job_id: int, actor: Actor) -> PrintJob:
    """Send a job that needs attention, was called off, or waits for its next try; what may have left before is marked
    as a duplicate. Raises Refusal when it is on its way already."""
    job = _job(session, job_id)
    put_off = job.state is JobState.QUEUED and job.not_before > now()
    if job.state not in (JobState.NEEDS_ATTENTION, JobState.CANCELLED) and not put_off:
        raise Refusal("job_waits_for_somebody", _("This job is not waiting for anybody."), mended_by="print")
    job.duplicate = job.duplicate or job.attempts > 0
    job.state, job.not_before, job.lease_until, job.lease_token = JobState.QUEUED, now(), None, ""
    _tell_of_job(session, job, "print_retried", actor)
    return job


def retry_message(session: Session, message_id: int, actor: Actor) -> Message:
    """Send a message that failed, or waits for its next try, once more. Raises Refusal when it is in neither case, or
    can only be spoken; one that nobody tried yet keeps the time in which its step can be taken back."""
    message = message_of(session, message_id)
    put_off = message.state is MessageState.QUEUED and message.attempts > 0 and message.not_before > now()
    by_person = message.channel in (Channel.CALL, Channel.LETTER)
    if (message.state not in OWED and not put_off) or by_person:
        raise Refusal("message_failed", _("This message does not wait for another try."), mended_by="messages")
    message.state, message.attempts = MessageState.QUEUED, 0
    message.not_before, message.expires_at, message.lease_until, message.lease_token = now(), None, None, ""
    tell_of_message(session, message, "message_retried", actor)
    return message


def cancel_message(session: Session, message_id: int, actor: Actor, reason: str = "") -> Message:
    """Owe this message no longer. Raises Refusal when it is being sent or was sent."""
    message = message_of(session, message_id)
    if message.state in GONE:
        raise Refusal("message_not_sent", _("The customer has this message already."), mended_by="messages")
    message.state = MessageState.CANCELLED
    stop_printing(session, message)
    tell_of_message(session, message, "message_cancelled", actor, reason)
    return message


def mark_called(session: Session, message_id: int, actor: Actor, note: str = "") -> Message:
    """Somebody spoke to the customer: the message is owed no longer, and an order that waited for it is notified (T28).

    Raises Refusal when the message left already or is leaving now. A try that may have arrived stays on the record."""
    message = message_of(session, message_id)
    if message.state in (*GONE, MessageState.CANCELLED):
        raise Refusal("message_owed", _("This message is owed no longer."), mended_by="messages")
    before = message.state
    message.state, message.sent_at = MessageState.CALLED, now()
    tell_of_message(session, message, "message_spoken", actor, clean_line(note)[:200])
    if message.event is MessageEvent.REPAIR_READY:
        order = session.get_one(RepairOrder, message.order_id)
        told(session, order, actor, "called", {"withdrawn": {str(message.id): before.value}})
    return message


def withdraw(
    session: Session, order: RepairOrder, event: MessageEvent | None = None, spoken: bool = False
) -> dict[str, str]:
    """Call off what the order still owes its customer (of one kind, or all) and nobody is sending; what waited for a
    person counts as said when it was `spoken`. Message id → its state before, for an undo."""
    query = select(Message).where(Message.order_id == order.id, col(Message.state).in_((MessageState.QUEUED, *OWED)))
    withdrawn: dict[str, str] = {}
    for message in session.exec(held_fast(query if event is None else query.where(Message.event == event))).all():
        withdrawn[str(message.id)] = message.state.value
        said = spoken and message.state in OWED
        message.state = MessageState.CALLED if said else MessageState.CANCELLED
        stop_printing(session, message)
        session.add(message)
    return withdrawn


def held_fast(query: SelectOfScalar[Message]) -> SelectOfScalar[Message]:
    """The query read anew and locked, so that a sender cannot take a row that is being called off (PostgreSQL; SQLite
    has one writer anyway)."""
    return query.with_for_update().execution_options(populate_existing=True)


def messages_owed(session: Session, limit: int = 200) -> Sequence[Message]:
    """What a person must deal with, oldest first: failed for good, perhaps sent, to be spoken (notifying.md 4)."""
    return session.exec(
        select(Message).where(col(Message.id).in_(_OWED_IDS)).order_by(col(Message.id)).limit(limit)
    ).all()


def _message_key(session: Session, order_id: int, base: str, again: bool) -> str | None:
    """The dedupe key of a message; None when one that was not called off has it and no other is wanted."""
    # Among those of the order: the beginning of a key is in no order that every database keeps.
    same = (col(Message.dedupe_key) == base) | col(Message.dedupe_key).startswith(base + ":")
    earlier = session.exec(select(Message.state).where(Message.order_id == order_id, same)).all()
    if not again and any(state is not MessageState.CANCELLED for state in earlier):
        return None
    return f"{base}:{len(earlier)}" if earlier else base


def _job(session: Session, job_id: int) -> PrintJob:
    job = session.get(PrintJob, job_id)
    if job is None:
        raise NotFound(_("There is no such print job."))
    return job


def message_of(session: Session, message_id: int) -> Message:
    """The message, read anew and held fast. Raises NotFound."""
    message = session.exec(held_fast(select(Message).where(Message.id == message_id))).first()
    if message is None:
        raise NotFound(_("There is no such message."))
    return message


def _tell_of_job(session: Session, job: PrintJob, event: str, actor: Actor) -> None:
    session.add(job)
    if job.order_id is not None:
        order = session.get_one(RepairOrder, job.order_id)
        append_event(session, order, event=event, actor=actor, detail={"job": job.id, "kind": job.kind.value})


def revision_of(message: Message) -> int:
    """The revision in the dedupe key of a message: event:order:revision:channel."""
    return int(message.dedupe_key.split(":")[2])


def tell_of_message(session: Session, message: Message, event: str, actor: Actor, reason: str = "") -> None:
    """Keep the message, and write down what a person did about it, or what became of it: in the order's story, or in
    the journal where it is about no single order."""
    session.add(message)
    note_deed(session, message, event, actor, {"reason": reason} if reason else {})
