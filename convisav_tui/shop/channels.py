"""By which channels somebody is told, in order: as he wished, as the shop's rule says, and by telephone in the end."""

from __future__ import annotations

from collections.abc import Sequence

from convisav_tui.shop.channel_words import unique
from convisav_tui.shop.message_facts import MessageFacts
from convisav_tui.store.models import Channel, MessageEvent, RepairOrder

# Tried after what was wished for: a letter costs money and days, so it goes only to those who ask for it.
USUAL = (Channel.EMAIL, Channel.SMS, Channel.FAX)
WRITTEN = (Channel.EMAIL, Channel.SMS, Channel.FAX, Channel.LETTER)

OF_THE_QUOTE = frozenset(
    {
        MessageEvent.QUOTE_READY,
        MessageEvent.QUOTE_REMINDER,
        MessageEvent.QUOTE_ACCEPTED,
        MessageEvent.QUOTE_EXPIRED,
    }
)


def channel_for(order: RepairOrder, event: MessageEvent) -> Channel:
    """How the customer asked to be told of this; the intake is confirmed by the channel in writing that he chose."""
    if event in OF_THE_QUOTE:
        return order.quote_channel
    if event is MessageEvent.INTAKE:
        return next((c for c in (order.ready_channel, order.quote_channel) if c in WRITTEN[:3]), Channel.NONE)
    return order.ready_channel


def in_order(facts: MessageFacts, wanted: Sequence[Channel]) -> tuple[Channel, ...]:
    """The channels that have an address and were not refused: those wanted, those of his card, the usual ones; a call
    stands last, whatever happens. Who wants a call first is called."""
    if wanted and wanted[0] is Channel.CALL and Channel.CALL not in facts.refused:
        return (Channel.CALL,)
    tried = [c for c in unique((*wanted, *facts.channels, *USUAL)) if c is not Channel.CALL and facts.recipient(c)]
    if Channel.CALL in facts.refused and facts.postal and Channel.LETTER not in tried:
        tried.append(Channel.LETTER)
    return (*tried, Channel.CALL)
