"""News to partners through the same outbox as news to customers: an order to its supplier, with the paper and its lines
as CSV; to a subcontractor the slip of a parcel, and our customer's answer to his price (T18, T19); to a principal his
statement of a month (FR-V11).

A partner is written to by e-mail or fax; whoever has neither gets the paper with the parcel or by hand, as before. The
shop's rule for the event (F10, notices) says by which channel, when, or that nobody is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from convisav_tui.clock import now
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import LANGUAGES, _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.away import Away
from convisav_tui.shop.channel_words import read_channels, unique
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.letters import page_for
from convisav_tui.shop.message_facts import MessageFacts, facts_of, message_values, partner_facts
from convisav_tui.shop.message_trace import note_deed
from convisav_tui.shop.notices import rule_for, timing
from convisav_tui.shop.outbox import PlannedMessage
from convisav_tui.shop.statement_paper import month_words, paper_key
from convisav_tui.shop.statements import statement_of
from convisav_tui.shop.suppliers import supplier_terms
from convisav_tui.shop.undo_window import undo_window
from convisav_tui.shop.wording import filled, render, shipped_news
from convisav_tui.store.models import (
    Channel,
    Dispatch,
    Message,
    MessageEvent,
    MessageState,
    OrderEvent,
    Paper,
    Party,
    PrincipalStatement,
    RepairOrder,
    SupplierOrder,
    SupplierOrderState,
    Told,
)

DISPATCHED, APPROVED, REJECTED = "dispatched", "approved", "rejected"
WRITTEN = (Channel.EMAIL, Channel.FAX)
LIVES = timedelta(days=7)


@dataclass(frozen=True)
class PartnerNews:
    """What a partner is told: the facts, a key that is the same for the same news, and what it is about."""

    event: MessageEvent
    facts: MessageFacts
    key: str
    paper: str = ""  # dedupe key of the paper that goes along
    order_id: int | None = None
    supplier_order_id: int | None = None
    dispatch_id: int | None = None
    statement_id: int | None = None
    wording: str = ""  # of a shipped text that shops do not change
    values: Mapping[str, str] = field(default_factory=dict)  # what that text names besides


def of_supplier_order(session: Session, order: SupplierOrder, shop: ShopContext) -> PartnerNews:
    """An order as its supplier is told of it."""
    party, terms = session.get_one(Party, order.supplier_id), supplier_terms(session, order.supplier_id)
    facts = replace(
        partner_facts(party, order.number, shop.currency),
        promised_on=order.expected_on,
        reference=terms.customer_number if terms is not None else "",
    )
    event, paper = MessageEvent.SUPPLIER_ORDER, f"supplier-order:{order.id}"
    return PartnerNews(event, facts, f"{event.value}:{order.id}:0", paper, supplier_order_id=order.id)


def of_dispatch(session: Session, dispatch: Dispatch, shop: ShopContext) -> PartnerNews:
    """A parcel as its subcontractor is told of it, with the slip."""
    party = session.get_one(Party, dispatch.subcontractor_id)
    facts = replace(
        partner_facts(party, dispatch.number, shop.currency), promised_on=dispatch.expected_on, news=DISPATCHED
    )
    event = MessageEvent.SUBCONTRACT
    return PartnerNews(
        event, facts, f"{event.value}:d{dispatch.id}:0", f"dispatch:{dispatch.id}", dispatch_id=dispatch.id
    )


def of_statement(session: Session, statement: PrincipalStatement, shop: ShopContext) -> PartnerNews:
    """A statement as its principal is told of it, with the paper and its lines."""
    party = session.get_one(Party, statement.party_id)
    language = party.language if party.language in LANGUAGES else shop.language
    facts = replace(
        partner_facts(party, statement.number, statement.currency),
        promised_on=statement.due_on,
        quote_amount=statement.total,
        reference=month_words(statement.month, statement.part, language),
    )
    event = MessageEvent.STATEMENT
    key = f"{event.value}:{statement.id}:0"
    return PartnerNews(event, facts, key, paper_key(statement), statement_id=statement.id)


def of_answer(
    session: Session, order: RepairOrder, away: Away, approved: bool, cost: int | None = None, reference: str = ""
) -> PartnerNews:
    """Our customer's answer to the subcontractor's price, minor units."""
    price = cost if cost is not None else away.job.cost
    facts = replace(
        facts_of(session, order, away.party),
        promised_on=away.job.expected_on,
        reference=reference or away.job.their_reference,
        price=None,
        quote_amount=price if approved else None,
        outcome=None,
        news=APPROVED if approved else REJECTED,
    )
    key = f"{MessageEvent.SUBCONTRACT.value}:{facts.news}-{order.id}:{away.job.id}"
    return PartnerNews(MessageEvent.SUBCONTRACT, facts, key, order_id=order.id, dispatch_id=away.dispatch.id)


def channels_of(session: Session, facts: MessageFacts, event: MessageEvent) -> tuple[Channel, ...]:
    """By which channels a partner is written to, in order; none where a rule says so, or he has no address."""
    rule = rule_for(session, event, None)
    if rule is not None and rule.told is Told.NOBODY:
        return ()
    ruled = read_channels(rule.channels) if rule is not None else ()
    wanted = unique((*ruled, *facts.channels, *WRITTEN))
    return tuple(channel for channel in wanted if channel in WRITTEN and facts.recipient(channel))


def plan_partner(
    session: Session, news: PartnerNews, shop: ShopContext, channel: Channel | None = None
) -> PlannedMessage | None:
    """The message as it would leave, by the first of his channels or by `channel`; None when he is not written to."""
    chosen = (channel,) if channel is not None else channels_of(session, news.facts, news.event)
    if not chosen:
        return None
    facts = news.facts

    def values(language: str) -> Mapping[str, str]:
        known = message_values(facts, shop, language)
        return known if news.order_id is not None else dict(known) | {"device": ""}

    rendered = render(session, news.event, chosen[0], values, facts.customer_language, shop)
    if news.wording:
        spoken, known = rendered.language, {**values(rendered.language), **news.values}
        rendered = filled(shipped_news(news.wording, spoken), chosen[0], spoken, known, shop.country)
    return PlannedMessage(
        channel=chosen[0],
        recipient=facts.recipient(chosen[0])[:254],
        subject=rendered.subject,
        body=rendered.body,
        segments=0,
        event=news.event,
        language=rendered.language,
        facts=facts,
    )


def owe_partner(
    session: Session,
    news: PartnerNews,
    shop: ShopContext,
    *,
    cause: OrderEvent | None = None,
    again: bool = False,
    earliest: datetime | None = None,
) -> Message | None:
    """Owe the news to the partner; None when he is not written to, or was told already and nobody asked to tell him
    `again`. It waits as long as a step can be taken back, unless `earliest` says other."""
    planned = plan_partner(session, news, shop)
    key = _free_key(session, news, planned, again) if planned is not None else None
    if planned is None or key is None:
        return None
    start = earliest or now() + undo_window(session)
    when = timing(session, None, news.event, planned.channel, shop, earliest=start, lives=LIVES)
    message = Message(
        order_id=news.order_id,
        event_id=cause.id if cause is not None else None,
        event=news.event,
        channel=planned.channel,
        recipient=planned.recipient,
        language=planned.language,
        subject=planned.subject,
        body=planned.body,
        dedupe_key=key,
        not_before=when.not_before,
        expires_at=when.expires_at,
        party_id=news.facts.party_id,
        supplier_order_id=news.supplier_order_id,
        dispatch_id=news.dispatch_id,
        statement_id=news.statement_id,
        paper_id=_paper(session, news.paper),
    )
    session.add(message)
    session.flush()
    _add_page(session, message, news.facts.number, news.facts, shop)
    return message


def send_supplier_order(session: Session, order_id: int, shop: ShopContext, actor: Actor) -> Message:
    """Send an order to its supplier, or send it once more, at once. Raises NotFound, Refusal without an address or once
    the order was called off."""
    order = wanted_order(session, order_id)
    return _sent(session, of_supplier_order(session, order, shop), shop, actor)


def send_dispatch(session: Session, dispatch_id: int, shop: ShopContext, actor: Actor) -> Message:
    """Send the slip of a parcel to its subcontractor, or send it once more, at once. Raises NotFound, Refusal."""
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None:
        raise NotFound(_("There is no such dispatch."))
    return _sent(session, of_dispatch(session, dispatch, shop), shop, actor)


def send_statement(session: Session, statement_id: int, shop: ShopContext, actor: Actor) -> Message:
    """Send a statement to its principal, or send it once more, at once. Raises NotFound, Refusal without an address."""
    return _sent(session, of_statement(session, statement_of(session, statement_id), shop), shop, actor)


def planned_statement(session: Session, statement_id: int, shop: ShopContext) -> PlannedMessage | None:
    """What its principal would be sent of a statement now; None when he is not written to. Raises NotFound."""
    return plan_partner(session, of_statement(session, statement_of(session, statement_id), shop), shop)


def planned_order(session: Session, order_id: int, shop: ShopContext) -> PlannedMessage | None:
    """What its supplier would be sent of an order now; None when he is not written to. Raises NotFound, Refusal once it
    was called off."""
    return plan_partner(session, of_supplier_order(session, wanted_order(session, order_id), shop), shop)


def wanted_order(session: Session, order_id: int) -> SupplierOrder:
    """A supplier order that was not called off. Raises NotFound, Refusal."""
    order = session.get(SupplierOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such supplier order."))
    if order.state is SupplierOrderState.CANCELLED:
        raise Refusal("supplier_order_open", _("The order {number} was called off.").format(number=order.number))
    return order


def planned_dispatch(session: Session, dispatch_id: int, shop: ShopContext) -> PlannedMessage | None:
    """What the subcontractor would be sent of a parcel now; None when he is not written to. Raises NotFound."""
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None:
        raise NotFound(_("There is no such dispatch."))
    return plan_partner(session, of_dispatch(session, dispatch, shop), shop)


def next_by(session: Session, message: Message, channel: Channel, shop: ShopContext) -> Message:
    """The same news, word for word, by another channel: a row of its own."""
    party = session.get_one(Party, message.party_id)
    facts = partner_facts(party, "", shop.currency)
    follower = Message(
        order_id=message.order_id,
        event_id=message.event_id,
        event=message.event,
        channel=channel,
        recipient=facts.recipient(channel)[:254],
        language=message.language,
        subject=message.subject,
        body=message.body,
        dedupe_key=_numbered(session, _base(message.dedupe_key, channel)),
        state=MessageState.TO_CALL if channel is Channel.CALL else MessageState.QUEUED,
        not_before=now(),
        expires_at=None if channel is Channel.CALL else now() + LIVES,
        party_id=message.party_id,
        supplier_order_id=message.supplier_order_id,
        dispatch_id=message.dispatch_id,
        statement_id=message.statement_id,
        paper_id=message.paper_id,
    )
    session.add(follower)
    session.flush()
    _add_page(session, follower, "", facts, shop)
    return follower


def other_channels(session: Session, message: Message) -> list[Channel]:
    """The channels by which the partner can be reached instead."""
    facts = partner_facts(session.get_one(Party, message.party_id), "", "")
    known = [channel for channel in WRITTEN if facts.recipient(channel)]
    return [channel for channel in (*known, Channel.CALL) if channel is not message.channel]


def untried_channel(session: Session, message: Message) -> Channel | None:
    """The written channel that was not tried for this news yet."""
    for channel in other_channels(session, message):
        key = _base(message.dedupe_key, channel)
        tried = session.exec(select(Message.id).where(Message.dedupe_key == key)).first()
        if channel in WRITTEN and tried is None:
            return channel
    return None


def _sent(session: Session, news: PartnerNews, shop: ShopContext, actor: Actor) -> Message:
    message = owe_partner(session, news, shop, again=True, earliest=now())
    if message is None:
        name = news.facts.customer
        sentence = _("{name} has neither an e-mail address nor a fax number.").format(name=name)
        if channels_of(session, news.facts, MessageEvent.OTHER):
            sentence = _("The shop's rule is to tell nobody of this.")
        raise Refusal("partner_has_address", sentence, mended_by="notices")
    note_deed(session, message, "message_asked", actor, {})
    return message


def _free_key(session: Session, news: PartnerNews, planned: PlannedMessage, again: bool) -> str | None:
    base = f"{news.key}:{planned.channel.value}"
    earlier = session.exec(select(Message).where(Message.dedupe_key == base)).first()
    if earlier is not None and not again and earlier.state is not MessageState.CANCELLED:
        return None
    return _numbered(session, base)


def _numbered(session: Session, base: str) -> str:
    """The key, or the first of those with a number behind it that is free; each look is one in the unique index."""
    key, times = base, 0
    while session.exec(select(Message.id).where(Message.dedupe_key == key)).first() is not None:
        times += 1
        key = f"{base}:{times}"
    return key


def _base(key: str, channel: Channel) -> str:
    return ":".join([*key.split(":")[:3], channel.value])


def _paper(session: Session, key: str) -> int | None:
    return session.exec(select(Paper.id).where(Paper.dedupe_key == key)).first() if key else None


def _add_page(session: Session, message: Message, number: str, facts: MessageFacts, shop: ShopContext) -> None:
    """A fax needs a page; where a paper goes along, that is the page."""
    if message.channel is Channel.FAX and message.paper_id is None:
        paper = page_for(session, message, number, facts, shop, message.party_id)
        message.paper_id = paper.id
        session.add(message)
        session.flush()
