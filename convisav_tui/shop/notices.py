"""Who is told of an event, by what and when: the principal's rule, else the shop's, else what was agreed at intake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.channel_words import read_channels, unique
from convisav_tui.shop.channels import OF_THE_QUOTE, channel_for, in_order
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.message_facts import MessageFacts, facts_of
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.quiet_hours import QuietHours, next_loud, quiet_hours, save_quiet_hours
from convisav_tui.store.models import (
    Approver,
    Channel,
    MessageEvent,
    NotificationRule,
    Party,
    RepairOrder,
    Told,
)

# Whoever asked to be told nothing is told of these all the same: without a notice his device can never be disposed of.
_MUST_BE_TOLD = frozenset({MessageEvent.COLLECT_REMINDER, MessageEvent.UNCLAIMED_NOTICE, MessageEvent.LOAN_OVERDUE})


@dataclass(frozen=True)
class Audience:
    """One who is told: what may be said to him, and the channels in the order in which they are tried."""

    facts: MessageFacts
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class Timing:
    """When a message may leave, and when it is worth nothing any more (aware UTC)."""

    not_before: datetime
    expires_at: datetime | None


def rule_for(session: Session, event: MessageEvent, principal_id: int | None) -> NotificationRule | None:
    """The rule of the principal, else the shop's; None where none was written."""
    rows = session.exec(select(NotificationRule).where(NotificationRule.event == event)).all()
    own = next((row for row in rows if principal_id is not None and row.principal_id == principal_id), None)
    return own or next((row for row in rows if row.principal_id is None), None)


def audiences(session: Session, order: RepairOrder, event: MessageEvent) -> list[Audience]:
    """All who are told of the event, the customer first; nobody when nobody is to be told."""
    rule = rule_for(session, event, order.principal_id)
    found = []
    for party in _addressees(session, order, event, rule):
        facts = facts_of(session, order, party)
        wanted = _wanted(order, event, party, rule)
        if wanted:
            found.append(Audience(facts, in_order(facts, wanted)))
    return found


def audience_of(session: Session, order: RepairOrder, event: MessageEvent, party_id: int | None) -> Audience:
    """One who was told already, as he is reached now: for the channel after the one that failed."""
    party = session.get_one(Party, party_id or order.party_id)
    facts = facts_of(session, order, party)
    wanted = _wanted(order, event, party, rule_for(session, event, order.principal_id))
    return Audience(facts, in_order(facts, wanted))


def timing(
    session: Session,
    order: RepairOrder | None,
    event: MessageEvent,
    channel: Channel,
    shop: ShopContext,
    *,
    earliest: datetime,
    lives: timedelta | None,
    quiet: QuietHours | None = None,
) -> Timing:
    """When it may leave: after `earliest` and the rule's delay, not in quiet hours (`quiet` where the shop chose none).
    A message lives `lives` from then on, or as long as the rule says. `order` is None for news to a partner."""
    rule = rule_for(session, event, order.principal_id if order is not None else None)
    start = earliest + timedelta(minutes=rule.delay_minutes if rule is not None else 0)
    hours = quiet_hours(session) or quiet
    loud = start if rule is not None and not rule.keeps_quiet_hours else next_loud(start, hours, shop.timezone)
    if channel in (Channel.CALL, Channel.LETTER):
        loud = start
    if rule is not None and rule.expires_hours:
        lives = timedelta(hours=rule.expires_hours)
    return Timing(loud, None if lives is None else loud + lives)


def rules_of(session: Session, principal_id: int | None) -> dict[MessageEvent, NotificationRule]:
    """The rules that were written for the shop (no principal) or for one principal."""
    query = select(NotificationRule).where(
        col(NotificationRule.principal_id).is_(None)
        if principal_id is None
        else NotificationRule.principal_id == principal_id
    )
    return {row.event: row for row in session.exec(query)}


@asks(Permission.EDIT_WORDING)
def save_rule(
    session: Session,
    event: MessageEvent,
    actor: Actor,
    *,
    principal_id: int | None = None,
    told: Told = Told.CUSTOMER,
    channels: Sequence[Channel] = (),
    delay_minutes: int = 0,
    expires_hours: int = 0,
    keeps_quiet_hours: bool = True,
) -> NotificationRule:
    """Keep a rule, in place of the one that was there. Raises Refusal to those who may not."""
    require(session, actor, Permission.EDIT_WORDING)
    row = rules_of(session, principal_id).get(event) or NotificationRule(event=event, principal_id=principal_id)
    row.told, row.channels = told, [channel.value for channel in channels]
    row.delay_minutes, row.expires_hours, row.keeps_quiet_hours = delay_minutes, expires_hours, keeps_quiet_hours
    session.add(row)
    session.flush()
    return row


@asks(Permission.EDIT_WORDING)
def drop_rule(session: Session, event: MessageEvent, actor: Actor, principal_id: int | None = None) -> None:
    """Forget a rule: the one behind it serves again. Raises Refusal to those who may not."""
    require(session, actor, Permission.EDIT_WORDING)
    row = rules_of(session, principal_id).get(event)
    if row is not None:
        session.delete(row)
        session.flush()


@asks(Permission.EDIT_WORDING)
def keep_quiet_hours(session: Session, begins: str, ends: str, days: str, actor: Actor) -> None:
    """Keep the quiet hours as typed. Raises FieldErrors, Refusal to those who may not."""
    require(session, actor, Permission.EDIT_WORDING)
    save_quiet_hours(session, begins, ends, days)


def _addressees(
    session: Session, order: RepairOrder, event: MessageEvent, rule: NotificationRule | None
) -> list[Party]:
    told = rule.told if rule is not None else _usually_told(order, event)
    customer = session.get_one(Party, order.party_id)
    principal = session.get(Party, order.principal_id) if order.principal_id else None
    if told is Told.NOBODY:
        return []
    if principal is None or told is Told.CUSTOMER or principal.id == customer.id:
        return [customer]
    return [principal] if told is Told.PRINCIPAL else [customer, principal]


def _usually_told(order: RepairOrder, event: MessageEvent) -> Told:
    """Of a quote, the one who decides about it (rules.md 7.8)."""
    decides = order.principal_id is not None and order.approver is Approver.PRINCIPAL
    return Told.PRINCIPAL if decides and event in OF_THE_QUOTE else Told.CUSTOMER


def _wanted(
    order: RepairOrder, event: MessageEvent, party: Party, rule: NotificationRule | None
) -> tuple[Channel, ...]:
    """The channels that come first; none: he is not told. What the clerk ticked off at intake goes before a rule."""
    ruled = read_channels(rule.channels) if rule is not None else ()
    own = read_channels(party.channels) or unique([party.channel])
    if party.id != order.party_id:
        return ruled or own or (Channel.EMAIL,)
    asked = channel_for(order, event)
    if asked is Channel.NONE and event in _MUST_BE_TOLD:
        return ruled or own or (Channel.EMAIL,)
    if asked is Channel.NONE:
        return ()
    return unique((*ruled, asked))
