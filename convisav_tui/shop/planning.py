"""A message as it would leave: worded for one who is told, by the first of his channels."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from convisav_tui.money import format_amount
from convisav_tui.shop.channels import OF_THE_QUOTE
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.message_facts import MessageFacts, message_values
from convisav_tui.shop.notices import Audience, audiences
from convisav_tui.shop.outbox import PlannedMessage
from convisav_tui.shop.quoting import current_offer, current_quote
from convisav_tui.shop.wording import render
from convisav_tui.store.models import Channel, MessageEvent, OrderState, Quote, RepairOrder


def plan_message(
    session: Session, order: RepairOrder, audience: Audience, event: MessageEvent, shop: ShopContext
) -> PlannedMessage:
    """The message that would tell him of `event` by the first of his channels, in his language and, for a principal's
    order, in the principal's words."""
    facts, channel = audience.facts, audience.channels[0]
    rendered = render(
        session,
        event,
        channel,
        lambda language: message_values(facts, shop, language),
        facts.customer_language,
        shop,
        order.principal_id,
    )
    return PlannedMessage(
        channel=channel,
        recipient=facts.recipient(channel)[:254],
        subject=rendered.subject,
        body=rendered.body,
        segments=rendered.segments,
        event=event,
        language=rendered.language,
        facts=facts,
    )


def with_offer(session: Session, facts: MessageFacts, quote: Quote, within_cap: bool) -> MessageFacts:
    """The same with all variants of the quote: the dearest amount, and each with its own in the text."""
    told = with_quote(facts, quote, within_cap)
    offer = current_offer(session, quote.order_id)
    if len(offer) < 2 or quote not in offer:
        return told
    lines = (
        f"{one.variant}: {one.text}, {format_amount(one.amount, one.currency, facts.customer_language)}"
        for one in offer
    )
    return replace(told, quote_amount=max(one.amount for one in offer), quote_text="\n".join(lines))


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


def news_of(session: Session, order: RepairOrder, event: MessageEvent, shop: ShopContext) -> list[PlannedMessage]:
    """The messages that would tell of `event` as the order is now, one a person who is told; none: nobody is."""
    return [for_audience(session, order, told, event, shop) for told in audiences(session, order, event)]


def for_audience(
    session: Session,
    order: RepairOrder,
    audience: Audience,
    event: MessageEvent,
    shop: ShopContext,
    channel: Channel | None = None,
) -> PlannedMessage:
    """The message that would tell him of `event` as the order is now, its quote included; by `channel` when given."""
    quote = current_quote(session, order.id or 0) if event in OF_THE_QUOTE else None
    if quote is not None:
        accepted = order.state is OrderState.QUOTE_ACCEPTED
        audience = replace(audience, facts=with_offer(session, audience.facts, quote, accepted))
    if channel is not None:
        audience = replace(audience, channels=(channel,))
    return plan_message(session, order, audience, event, shop)
