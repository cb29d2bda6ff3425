"""What a person does about a message that no channel took: call, post, another channel, another address (T28, T29)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.contact import parse_email, parse_phone
from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.letters import stop_printing
from convisav_tui.shop.message_trace import note_deed
from convisav_tui.shop.movement import told
from convisav_tui.shop.notices import audience_of
from convisav_tui.shop.outbox import (
    GONE,
    OWED,
    PARTNER,
    REGISTERED,
    enqueue_message,
    mark_called,
    message_of,
    revision_of,
    tell_of_message,
)
from convisav_tui.shop.partner_messages import next_by, other_channels
from convisav_tui.shop.planning import for_audience
from convisav_tui.shop.quiet_hours import OF_REMINDERS, next_loud, quiet_hours
from convisav_tui.store.models import CallAttempt, Channel, Message, MessageEvent, MessageState, RepairOrder
from convisav_tui.text import clean_line

REACHED, WRONG_NUMBER = "reached", "wrong_number"
# How a call may end, and after how many hours it is tried again; None: not by itself.
CALL_OUTCOMES: Mapping[str, int | None] = {REACHED: None, "voicemail": 24, "no_answer": 3, WRONG_NUMBER: None}
_NOTE = 200


def log_call(
    session: Session, message_id: int, outcome: str, actor: Actor, shop: ShopContext, note: str = ""
) -> Message:
    """Write down a call. Whoever was reached is told (T28); after voicemail or no answer the message is owed again at
    the next try; a wrong number stays owed until somebody finds another way.

    Raises Refusal when the message is owed no longer.
    """
    message = message_of(session, message_id)
    if message.state not in (*OWED, MessageState.QUEUED):
        raise Refusal("message_owed", _("This message is owed no longer."), mended_by="messages")
    words, again = clean_line(note)[:_NOTE], _next_try(session, outcome, shop)
    session.add(
        CallAttempt(
            message_id=message_id, outcome=outcome, note=words, next_call_at=again, staff_id=actor.staff_id, at=now()
        )
    )
    if outcome == REACHED:
        return mark_called(session, message_id, actor, words)
    message.state, message.channel = MessageState.TO_CALL, Channel.CALL
    message.attempts += 1
    message.last_kind, message.last_code, message.last_text = "call", outcome, words
    message.not_before = again or now()
    message.expires_at = None
    tell_of_message(session, message, "message_call_tried", actor, outcome)
    return message


def mark_posted(session: Session, message_id: int, actor: Actor, tracking: str = "") -> Message:
    """A letter was posted; an order that waited for it is notified (T28). Raises Refusal when it is none that waits,
    or a registered one without its number, which is the proof (FR-U1)."""
    message = message_of(session, message_id)
    if message.state is not MessageState.TO_POST:
        raise Refusal("message_to_post", _("This letter does not wait to be posted."), mended_by="messages")
    number = clean_line(tracking)[:_NOTE]
    if message.last_code == REGISTERED and not number:
        raise Refusal("registered_number", _("A registered letter is proven by its number: type it."))
    message.state, message.sent_at, message.provider_id = MessageState.POSTED, now(), number
    tell_of_message(session, message, "message_posted", actor, number)
    if message.event is MessageEvent.REPAIR_READY:
        order = session.get_one(RepairOrder, message.order_id)
        told(session, order, actor, "message_sent", {"message": message.id, "channel": message.channel.value})
    return message


def channels_left(session: Session, message_id: int) -> list[Channel]:
    """The other channels by which the same person can be told of it now; a letter where he has a postal address."""
    message = message_of(session, message_id)
    if message.event in PARTNER:
        return other_channels(session, message)
    order = session.get_one(RepairOrder, message.order_id)
    audience = audience_of(session, order, message.event, message.party_id)
    known = [*audience.channels, *((Channel.LETTER,) if audience.facts.recipient(Channel.LETTER) else ())]
    return [channel for channel in dict.fromkeys((*known, Channel.CALL)) if channel is not message.channel]


def send_by(session: Session, message_id: int, channel: Channel, actor: Actor, shop: ShopContext) -> Message:
    """Tell the same by another channel, at once; the row that failed is owed no longer. Raises Refusal when it left
    already, or that channel has no address."""
    message = message_of(session, message_id)
    if message.state in (*GONE, MessageState.CANCELLED):
        raise Refusal("message_owed", _("This message is owed no longer."), mended_by="messages")
    if channel not in channels_left(session, message_id):
        raise Refusal("channel_has_address", _("There is no address for that channel."), mended_by="customer")
    follower = _follower(session, message, channel, shop)
    message.state = MessageState.CANCELLED
    stop_printing(session, message)
    session.add(message)
    note_deed(session, message, "message_rerouted", actor, {"follower": follower.id, "by": channel.value})
    return follower


def _follower(session: Session, message: Message, channel: Channel, shop: ShopContext) -> Message:
    """The row that tells the same by another channel."""
    if message.event in PARTNER:
        return next_by(session, message, channel, shop)
    order = session.get_one(RepairOrder, message.order_id)
    audience = audience_of(session, order, message.event, message.party_id)
    follower = enqueue_message(
        session,
        order,
        for_audience(session, order, audience, message.event, shop, channel),
        cause=None,
        revision=revision_of(message),
        not_before=now(),
        again=True,
        shop=shop,
    )
    assert follower is not None
    return follower


def edit_recipient(session: Session, message_id: int, recipient: str, actor: Actor, shop: ShopContext) -> Message:
    """Send a message that failed to another address of its channel; the customer's card stays as it is. Raises
    FieldErrors for an address that cannot be used, Refusal when it left already or is told by a person."""
    message = message_of(session, message_id)
    mended = (MessageState.DEAD, MessageState.UNKNOWN, MessageState.QUEUED)
    if message.state not in mended or message.channel not in (Channel.EMAIL, Channel.SMS, Channel.FAX):
        raise Refusal("message_failed", _("This message does not wait for another address."), mended_by="messages")
    try:
        message.recipient = _address(message.channel, recipient, shop)
    except ValueError as error:
        raise FieldErrors({"recipient": str(error)}) from error
    message.state, message.attempts = MessageState.QUEUED, 0
    message.not_before, message.expires_at, message.lease_until, message.lease_token = now(), None, None, ""
    tell_of_message(session, message, "message_readdressed", actor)
    return message


def _address(channel: Channel, typed: str, shop: ShopContext) -> str:
    if channel is Channel.EMAIL:
        return parse_email(typed)
    phone = parse_phone(typed, shop.country)
    if channel is Channel.SMS and phone.kind != "mobile":
        raise ValueError(_("SMS needs a mobile number"))
    return phone.e164


def _next_try(session: Session, outcome: str, shop: ShopContext) -> datetime | None:
    """When to call again: some hours later, never in quiet hours. KeyError for another outcome."""
    hours = CALL_OUTCOMES[outcome]
    if hours is None:
        return None
    return next_loud(now() + timedelta(hours=hours), quiet_hours(session) or OF_REMINDERS, shop.timezone)
