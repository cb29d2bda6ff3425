"""What an event adds: papers to print and messages to send, in the same transaction (architecture.md).

`REACTIONS` is the whole list: an event of `workflow` and what follows from it. A shop switches a reaction off with the
setting `reaction.<name>` = false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.shop import partner_messages
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.shop.channels import OF_THE_QUOTE
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.events import append_event
from convisav_tui.shop.filled_papers import paper_of
from convisav_tui.shop.movement import told
from convisav_tui.shop.notices import Audience, audience_of, audiences, rule_for, timing
from convisav_tui.shop.outbox import (
    PARTNER,
    PlannedMessage,
    enqueue_message,
    enqueue_print,
    print_key,
    revision_of,
    tell_of_message,
)
from convisav_tui.shop.planning import for_audience, plan_message, with_offer
from convisav_tui.shop.quoting import BY_CAP, current_quote
from convisav_tui.shop.undo_window import undo_window
from convisav_tui.store.models import (
    Channel,
    JobKind,
    Loan,
    Message,
    MessageEvent,
    MessageState,
    OrderEvent,
    OrderState,
    PrintJob,
    Quote,
    RepairOrder,
)

POSTPONED = "postponed"  # key of an event's detail: the later day that is promised from now on


@dataclass(frozen=True)
class Wishes:
    """What the clerk asked for beside the step: copies of the label, a receipt, and whether the customer is told."""

    labels: int = 1
    receipt: bool = True
    tell: bool = True


@dataclass(frozen=True)
class Reaction:
    """One thing that follows from an event. A message `waits` as long as its step can be taken back, and is worthless
    after `lives` hours. `by_rule`: only where the shop or the principal wrote a rule for it; `detail`: only where the
    event says this."""

    name: str
    events: frozenset[str]
    paper: JobKind | None = None
    message: MessageEvent | None = None
    waits: bool = True
    lives: int = 72
    by_rule: bool = False
    detail: str = ""


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
    Reaction("accepted_message", frozenset({"accept_quote"}), message=MessageEvent.QUOTE_ACCEPTED, by_rule=True),
    Reaction("expired_message", frozenset({"expire"}), message=MessageEvent.QUOTE_EXPIRED, waits=False, lives=168),
    Reaction(
        "delay_message",
        frozenset({"wait_parts", "missing_part", "promise_moved"}),
        message=MessageEvent.DELAY,
        lives=168,
        detail=POSTPONED,
    ),
    Reaction("sent_out_message", frozenset({"send_out"}), message=MessageEvent.SENT_OUT, by_rule=True),
    Reaction("cancelled_message", frozenset({"cancel"}), message=MessageEvent.CANCELLED),
)
# What the customer heard at the counter and holds in his hands: nobody calls, and posts a letter, to say it again.
_SAID_ALREADY = frozenset({MessageEvent.INTAKE, MessageEvent.QUOTE_ACCEPTED, MessageEvent.CANCELLED})

AWAITING_COLLECTION = frozenset(
    {
        OrderState.COMPLETED,
        OrderState.TO_NOTIFY,
        OrderState.NOTIFIED,
        OrderState.QUOTE_REFUSED,
        OrderState.QUOTE_EXPIRED,
        OrderState.UNCLAIMED,
    }
)
# States in which a reminder is still news: it is sent in no other.
REMINDED: Mapping[MessageEvent, frozenset[OrderState]] = {
    MessageEvent.QUOTE_REMINDER: frozenset({OrderState.QUOTE_ISSUED}),
    MessageEvent.COLLECT_REMINDER: AWAITING_COLLECTION,
    MessageEvent.UNCLAIMED_NOTICE: AWAITING_COLLECTION,
}


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
            if reaction.message is not None and wanted.tell and is_told(session, order, reaction, event.detail):
                _tell(session, order, event, reaction, shop, reacted)
    return reacted


def is_told(session: Session, order: RepairOrder, reaction: Reaction, detail: Mapping[str, object]) -> bool:
    """Whether this shop tells of it at all: some things only by a rule, some only where the event says so."""
    assert reaction.message is not None
    if reaction.by_rule and rule_for(session, reaction.message, order.principal_id) is None:
        return False
    return not reaction.detail or reaction.detail in detail


def heard(found: Sequence[Audience], told: MessageEvent) -> list[Audience]:
    """Those who are told: not who would have to be called, or written a letter, about what he was told in person."""
    by_hand = (Channel.CALL, Channel.LETTER)
    return [one for one in found if told not in _SAID_ALREADY or one.channels[0] not in by_hand]


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
    if message.event in PARTNER:
        return _partner_not_reached(session, message, shop)
    order = session.get_one(RepairOrder, message.order_id)
    wanted = still_wanted(session, order, message)
    planned = _by_next_channel(session, order, message, shop) if wanted else None
    follower = None
    if planned is not None:
        follower = enqueue_message(
            session,
            order,
            planned,
            cause=None,
            revision=revision_of(message),
            not_before=timing(
                session, order, message.event, planned.channel, shop, earliest=now(), lives=None
            ).not_before,
            expires_at=_later(message.expires_at, hours=24),
            shop=shop,
        )
    # Nobody calls to say what the customer was told at the counter and holds on paper.
    call = wanted and follower is None and message.event not in _SAID_ALREADY
    message.state = MessageState.TO_CALL if call else MessageState.CANCELLED
    message.lease_until, message.lease_token = None, ""
    session.add(message)
    detail = {"message": message.id, "channel": message.channel.value, "why": message.last_text or message.last_kind}
    if follower is not None:
        detail |= {"follower": follower.id, "by": follower.channel.value}
    append_event(session, order, event="message_failed", actor=PROGRAM, detail=detail)
    return follower or message


def _partner_not_reached(session: Session, message: Message, shop: ShopContext) -> Message:
    """The partner's other written channel, else somebody calls him."""
    channel = partner_messages.untried_channel(session, message)
    follower = partner_messages.next_by(session, message, channel, shop) if channel is not None else None
    message.state = MessageState.CANCELLED if follower is not None else MessageState.TO_CALL
    message.lease_until, message.lease_token = None, ""
    tell_of_message(session, message, "message_failed", PROGRAM, message.last_text or message.last_kind)
    return follower or message


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
    quote = current_quote(session, order.id or 0) if reaction.message in OF_THE_QUOTE else None
    for audience in heard(audiences(session, order, reaction.message), reaction.message):
        if quote is not None:
            within = event.detail.get("consent") == BY_CAP
            audience = replace(audience, facts=with_offer(session, audience.facts, quote, within))
        planned = plan_message(session, order, audience, reaction.message, shop)
        when = timing(
            session,
            order,
            reaction.message,
            planned.channel,
            shop,
            earliest=event.at + (undo_window(session) if reaction.waits else timedelta()),
            lives=timedelta(hours=reaction.lives) - (undo_window(session) if reaction.waits else timedelta()),
        )
        message = enqueue_message(
            session,
            order,
            planned,
            cause=event,
            revision=_revision(reaction.message, event, audience.facts.quote_revision),
            not_before=when.not_before,
            expires_at=_before_the_quote_ends(when.expires_at, quote, reaction.message, shop),
            shop=shop,
        )
        if message is not None:
            reacted.messages.append(message)


def _revision(told: MessageEvent, event: OrderEvent, of_quote: int) -> int:
    """What makes the same news another one: the quote that it tells of, the day that is promised, the parcel."""
    if told is MessageEvent.DELAY:
        return int(str(event.detail[POSTPONED]).replace("-", ""))
    return int(event.detail["job_opened"]) if told is MessageEvent.SENT_OUT else of_quote


def _before_the_quote_ends(
    expires_at: datetime | None, quote: Quote | None, told: MessageEvent, shop: ShopContext
) -> datetime | None:
    if quote is None or quote.valid_until is None or expires_at is None or told is not MessageEvent.QUOTE_READY:
        return expires_at
    return min(expires_at, datetime.combine(quote.valid_until, time.max, ZoneInfo(shop.timezone)).astimezone(UTC))


def still_wanted(session: Session, order: RepairOrder, message: Message) -> bool:
    """Whether the customer still waits for this news: not after he has taken the device or answered the quote."""
    if message.event is MessageEvent.REPAIR_READY:
        return order.state is OrderState.TO_NOTIFY
    if message.event in PARTNER:
        return True
    if message.event in REMINDED:
        return order.closed_at is None and order.state in REMINDED[message.event]
    if message.event is MessageEvent.LOAN_OVERDUE:
        return is_lent(session, order.id or 0)
    if message.event is MessageEvent.CANCELLED:
        return order.state in (OrderState.CANCELLED, OrderState.CLOSED)
    if message.event is MessageEvent.QUOTE_EXPIRED:
        return order.state is OrderState.QUOTE_EXPIRED
    if message.event is MessageEvent.QUOTE_READY:
        quote = current_quote(session, order.id or 0)
        waiting = order.state in (OrderState.QUOTE_ISSUED, OrderState.QUOTE_ACCEPTED)
        return waiting and quote is not None and quote.revision == revision_of(message)
    return order.closed_at is None


def is_lent(session: Session, order_id: int) -> bool:
    """Whether a loaner that went out with the order is still out."""
    lent = select(Loan.id).where(Loan.order_id == order_id, col(Loan.ended_at).is_(None))
    return session.exec(lent).first() is not None


def _by_next_channel(
    session: Session, order: RepairOrder, message: Message, shop: ShopContext
) -> PlannedMessage | None:
    """The same news by the first channel of the same person that was not tried; None when only a call is left."""
    audience = audience_of(session, order, message.event, message.party_id)
    left = tuple(
        channel
        for channel in audience.channels
        if channel not in (message.channel, Channel.CALL) and not _was_tried(session, message, channel)
    )
    if not left:
        return None
    return for_audience(session, order, replace(audience, channels=left), message.event, shop)


def _was_tried(session: Session, message: Message, channel: Channel) -> bool:
    told_by_it = select(Message).where(
        Message.order_id == message.order_id,
        Message.event == message.event,
        Message.channel == channel,
        Message.party_id == message.party_id,
    )
    by_person = (MessageState.TO_POST, MessageState.POSTED)
    return any(
        (row.attempts or row.state in by_person) and revision_of(row) == revision_of(message)
        for row in session.exec(told_by_it)
    )


def _later(instant: datetime | None, hours: int) -> datetime | None:
    """A failed message's successor lives at least some hours more."""
    return None if instant is None else max(instant, now() + timedelta(hours=hours))
