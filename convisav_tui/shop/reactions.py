"""What an event adds: papers to print and messages to send, in the same transaction (architecture.md).

`REACTIONS` is the whole list: an event of `workflow` and what follows from it. A shop switches a reaction off with the
setting `reaction.<name>` = false.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from convisav_tui.clock import now
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.events import append_event
from convisav_tui.shop.filled_papers import paper_of
from convisav_tui.shop.message_facts import MessageFacts, facts_of, message_values
from convisav_tui.shop.movement import told
from convisav_tui.shop.outbox import PlannedMessage, enqueue_message, enqueue_print, print_key
from convisav_tui.shop.quoting import BY_CAP, current_quote
from convisav_tui.shop.undo_window import undo_window
from convisav_tui.shop.wording import render
from convisav_tui.store.models import (
    Channel,
    JobKind,
    Message,
    MessageEvent,
    MessageState,
    OrderEvent,
    OrderState,
    PrintJob,
    Quote,
    RepairOrder,
)


@dataclass(frozen=True)
class Wishes:
    """What the clerk asked for beside the step: copies of the label, a receipt, and whether the customer is told."""

    labels: int = 1
    receipt: bool = True
    tell: bool = True


@dataclass(frozen=True)
class Reaction:
    """One thing that follows from an event. A message `waits` as long as its step can be taken back, and is worthless
    after `lives` hours."""

    name: str
    events: frozenset[str]
    paper: JobKind | None = None
    message: MessageEvent | None = None
    waits: bool = True
    lives: int = 72


@dataclass
class Reacted:
    """The rows that an event added."""

    jobs: list[PrintJob] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


REACTIONS: tuple[Reaction, ...] = (
    Reaction("label", frozenset({"receive"}), paper=JobKind.LABEL),
    Reaction("receipt", frozenset({"receive"}), paper=JobKind.RECEIPT),
    Reaction("intake_message", frozenset({"receive"}), message=MessageEvent.INTAKE, waits=False, lives=24),
    Reaction("quote_message", frozenset({"issue_quote", "revise_quote"}), message=MessageEvent.QUOTE_READY, lives=168),
    # "ready" three days late is worse than none (notifying.md 4): it becomes a call.
    Reaction("ready_message", frozenset({"notice_due"}), message=MessageEvent.REPAIR_READY, lives=48),
)


def react(
    session: Session,
    order: RepairOrder,
    event: OrderEvent,
    shop: ShopContext,
    actor: Actor,
    wishes: Wishes | None = None,
) -> Reacted:
    """Add what `event` entails. Nothing is sent or printed here."""
    wanted, reacted = wishes or Wishes(), Reacted()
    for reaction in REACTIONS:
        if event.event in reaction.events and shop_setting(session, f"reaction.{reaction.name}") is not False:
            if reaction.paper is not None:
                _print(session, order, reaction.paper, shop, actor, wanted, reacted)
            if reaction.message is not None and wanted.tell:
                _tell(session, order, event, reaction, shop, reacted)
    return reacted


def message_accepted(session: Session, message: Message) -> OrderEvent | None:
    """A channel took the message: an order that waited to notify its customer is notified (T28). The sender calls this
    in the transaction that closes its attempt."""
    if message.event is not MessageEvent.REPAIR_READY:
        return None
    order = session.get_one(RepairOrder, message.order_id)
    return told(session, order, PROGRAM, "message_sent", {"message": message.id, "channel": message.channel.value})


def message_failed(session: Session, message: Message, shop: ShopContext) -> Message:
    """A channel refused the message for good (T29): the next channel of the customer is tried, and this row is owed no
    longer; when there is none, somebody must call. The sender calls this in the transaction that closes its attempt
    and sends nothing else. Returns the row that carries on."""
    order = session.get_one(RepairOrder, message.order_id)
    wanted = _still_wanted(session, order, message)
    planned = _by_next_channel(session, order, message, shop) if wanted else None
    follower = None
    if planned is not None:
        follower = enqueue_message(
            session,
            order,
            planned,
            cause=None,
            revision=_revision(message),
            not_before=now(),
            expires_at=_later(message.expires_at, hours=24),
        )
    # Nobody calls to say what the customer was told at the counter and holds on paper.
    call = wanted and follower is None and message.event is not MessageEvent.INTAKE
    message.state = MessageState.TO_CALL if call else MessageState.CANCELLED
    message.lease_until, message.lease_token = None, ""
    session.add(message)
    detail = {"message": message.id, "channel": message.channel.value, "why": message.last_text or message.last_kind}
    if follower is not None:
        detail |= {"follower": follower.id, "by": follower.channel.value}
    append_event(session, order, event="message_failed", actor=PROGRAM, detail=detail)
    return follower or message


def plan_message(
    session: Session, facts: MessageFacts, event: MessageEvent, channel: Channel, shop: ShopContext
) -> PlannedMessage | None:
    """The message that would tell `facts` by `channel`, or by the customer's next one when that has no address, or as a
    call. None when he wants to be told nothing."""
    if channel is Channel.NONE:
        return None
    reachable = reachable_channel(facts, channel)
    rendered = render(
        session,
        event,
        reachable,
        lambda language: message_values(facts, shop, language),
        facts.customer_language,
        shop,
    )
    return PlannedMessage(
        channel=reachable,
        recipient=facts.recipient(reachable),
        subject=rendered.subject,
        body=rendered.body,
        segments=rendered.segments,
        event=event,
        language=rendered.language,
    )


def reachable_channel(facts: MessageFacts, wanted: Channel) -> Channel:
    """The channel that has an address: the one wanted, else the customer's other one in writing, else a call."""
    if wanted is Channel.CALL:
        return Channel.CALL
    return next((c for c in (wanted, Channel.EMAIL, Channel.SMS) if facts.recipient(c)), Channel.CALL)


def with_quote(facts: MessageFacts, quote: Quote, within_cap: bool) -> MessageFacts:
    """The facts together with the quote that is told of."""
    return replace(
        facts,
        quote_amount=quote.amount,
        quote_text=quote.text,
        quote_valid_until=quote.valid_until,
        quote_revision=quote.revision,
        within_cap=within_cap,
    )


def channel_for(order: RepairOrder, event: MessageEvent) -> Channel:
    """How the customer asked to be told of this; the intake is confirmed by the channel in writing that he chose."""
    if event is MessageEvent.QUOTE_READY:
        return order.quote_channel
    if event is MessageEvent.REPAIR_READY:
        return order.ready_channel
    written = (Channel.EMAIL, Channel.SMS)
    return next((c for c in (order.ready_channel, order.quote_channel) if c in written), Channel.NONE)


def _print(
    session: Session,
    order: RepairOrder,
    kind: JobKind,
    shop: ShopContext,
    actor: Actor,
    wishes: Wishes,
    reacted: Reacted,
) -> None:
    copies = wishes.labels if kind is JobKind.LABEL else int(wishes.receipt)
    if copies > 0:
        content, key = paper_of(session, order, kind, shop), print_key(kind, order.id or 0)
        reacted.jobs.append(enqueue_print(session, order, kind, content, key=key, actor=actor, copies=copies))


def _tell(
    session: Session, order: RepairOrder, event: OrderEvent, reaction: Reaction, shop: ShopContext, reacted: Reacted
) -> None:
    assert reaction.message is not None
    facts = facts_of(session, order)
    end = None
    if reaction.message is MessageEvent.QUOTE_READY:
        quote = current_quote(session, order.id or 0)
        assert quote is not None
        facts = with_quote(facts, quote, event.detail.get("consent") == BY_CAP)
        end = datetime.combine(quote.valid_until, time.max, ZoneInfo(shop.timezone)) if quote.valid_until else None
    planned = plan_message(session, facts, reaction.message, channel_for(order, reaction.message), shop)
    if planned is None or (reaction.message is MessageEvent.INTAKE and planned.channel is Channel.CALL):
        return
    expires_at = event.at + timedelta(hours=reaction.lives)
    message = enqueue_message(
        session,
        order,
        planned,
        cause=event,
        revision=facts.quote_revision,
        not_before=event.at + (undo_window(session) if reaction.waits else timedelta()),
        expires_at=min(expires_at, end.astimezone(UTC)) if end else expires_at,
    )
    if message is not None:
        reacted.messages.append(message)


def _still_wanted(session: Session, order: RepairOrder, message: Message) -> bool:
    """Whether the customer still waits for this news: not after he has taken the device or answered the quote."""
    if message.event is MessageEvent.REPAIR_READY:
        return order.state is OrderState.TO_NOTIFY
    if message.event is MessageEvent.QUOTE_READY:
        quote = current_quote(session, order.id or 0)
        waiting = order.state in (OrderState.QUOTE_ISSUED, OrderState.QUOTE_ACCEPTED)
        return waiting and quote is not None and quote.revision == _revision(message)
    return order.closed_at is None


def _by_next_channel(
    session: Session, order: RepairOrder, message: Message, shop: ShopContext
) -> PlannedMessage | None:
    """The same news by the other written channel; None when it has no address or was tried already."""
    facts = facts_of(session, order)
    other = Channel.SMS if message.channel is Channel.EMAIL else Channel.EMAIL
    if not facts.recipient(other) or _was_tried(session, message, other):
        return None
    quote = current_quote(session, order.id or 0)
    if message.event is MessageEvent.QUOTE_READY and quote is not None:
        facts = with_quote(facts, quote, order.state is OrderState.QUOTE_ACCEPTED)
    return plan_message(session, facts, message.event, other, shop)


def _was_tried(session: Session, message: Message, channel: Channel) -> bool:
    told_by_it = select(Message).where(
        Message.order_id == message.order_id, Message.event == message.event, Message.channel == channel
    )
    return any(row.attempts and _revision(row) == _revision(message) for row in session.exec(told_by_it))


def _revision(message: Message) -> int:
    """The revision in the dedupe key of a message: event:order:revision:channel."""
    return int(message.dedupe_key.split(":")[2])


def _later(instant: datetime | None, hours: int) -> datetime | None:
    """A failed message's successor lives at least some hours more."""
    return None if instant is None else max(instant, now() + timedelta(hours=hours))
