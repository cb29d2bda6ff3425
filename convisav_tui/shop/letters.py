"""The papers that go with messages: the page of a letter or a fax, and the quote that is attached to an e-mail."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, select

from convisav_tui import ticket_number
from convisav_tui.clock import local, now
from convisav_tui.i18n import format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, ask_for
from convisav_tui.shop.message_facts import MessageFacts
from convisav_tui.shop.quoting import current_offer
from convisav_tui.store.models import Channel, JobState, Message, MessageEvent, Paper, PrintJob, RepairOrder


def paper_for(
    session: Session, order: RepairOrder, message: Message, facts: MessageFacts, shop: ShopContext, actor: Actor | None
) -> Paper | None:
    """The paper that `message` needs: the page of a letter (printed) or a fax, the quote of an e-mail; None without
    one. A letter is printed no sooner than the message may leave, so that an undo stops it."""
    if message.channel in (Channel.LETTER, Channel.FAX):
        document, copies = _page(message, order.number, facts, shop), int(message.channel is Channel.LETTER)
    elif message.channel is Channel.EMAIL and message.event is MessageEvent.QUOTE_READY and facts.quote_amount:
        kept = _issued(session, order, facts)
        if kept is not None:
            return kept
        document, copies = _quote(message, order, facts, shop), 0
    else:
        return None
    paper = ask_for(
        session,
        document,
        key=f"message:{message.dedupe_key}"[:120],
        order_id=order.id,
        party_id=facts.party_id or order.party_id,
        actor=actor,
        copies=copies,
    )
    for job in _jobs(session, paper.id):
        job.not_before = max(job.not_before, message.not_before)
        session.add(job)
    return paper


def stop_printing(session: Session, message: Message) -> None:
    """The letter of a message that was called off is not printed any more."""
    if message.paper_id is not None:
        for job in _jobs(session, message.paper_id):
            if job.state is JobState.QUEUED:
                job.state = JobState.CANCELLED
                session.add(job)


def sender_lines(shop: ShopContext) -> tuple[str, ...]:
    """The shop as it stands on top of a paper."""
    return tuple(line for line in (shop.name, *shop.address.split("\n"), shop.phone, shop.email) if line)


def page_for(
    session: Session, message: Message, number: str, facts: MessageFacts, shop: ShopContext, party_id: int | None
) -> Paper:
    """The page of a fax that belongs to no order of a customer; it is not printed."""
    return ask_for(
        session,
        _page(message, number, facts, shop),
        key=f"message:{message.dedupe_key}"[:120],
        order_id=message.order_id,
        party_id=party_id,
        actor=None,
        copies=0,
    )


def _issued(session: Session, order: RepairOrder, facts: MessageFacts) -> Paper | None:
    """The paper that was made when this version was issued; None of a version from before there were lines."""
    offer = [quote for quote in current_offer(session, order.id or 0) if quote.offer]
    if not offer or facts.quote_revision not in (quote.revision for quote in offer):
        return None
    return session.exec(select(Paper).where(Paper.dedupe_key == f"quote:{offer[0].id}")).first()


def _page(message: Message, number: str, facts: MessageFacts, shop: ShopContext) -> Document:
    """The text under the shop's heading; its last lines, which say who writes, stand there already."""
    day = local(now(), shop.timezone).date()
    fax = message.channel is Channel.FAX
    return Document(
        kind="fax" if fax else "letter",
        title=_without_number(message.subject),
        language=message.language,
        number=number,
        dated=format_day(day, message.language),
        sender=sender_lines(shop),
        addressee=facts.postal or tuple(line for line in (facts.customer, facts.fax_e164 if fax else "") if line),
        paragraphs=_paragraphs(message.body, shop),
    )


def _quote(message: Message, order: RepairOrder, facts: MessageFacts, shop: ShopContext) -> Document:
    language = message.language
    said = (
        (mark("Order"), ticket_number.show(order.number)),
        (mark("Your reference"), facts.reference),
        (mark("Device"), facts.device or facts.type_names.get(language, "")),
        (mark("Amount incl. VAT"), format_amount(facts.quote_amount or 0, order.currency, language)),
        (mark("Valid until"), format_day(facts.quote_valid_until, language) if facts.quote_valid_until else ""),
    )
    return Document(
        kind="quote",
        title=translate(mark("Quote"), language),
        language=language,
        number=order.number,
        dated=format_day(local(now(), shop.timezone).date(), language),
        sender=sender_lines(shop),
        addressee=facts.postal or (facts.customer,),
        facts=tuple((translate(caption, language), value) for caption, value in said if value),
        paragraphs=tuple(part.strip() for part in facts.quote_text.split("\n\n") if part.strip()),
        signatures=(translate(mark("Accepted: date and signature"), language),),
    )


def _paragraphs(body: str, shop: ShopContext) -> tuple[str, ...]:
    parts: Sequence[str] = [part.strip() for part in body.split("\n\n") if part.strip()]
    if parts and parts[-1].split("\n")[0] == shop.name:
        parts = parts[:-1]
    return tuple(parts)


def _without_number(subject: str) -> str:
    return subject.partition("] ")[2] if subject.startswith("[") and "] " in subject else subject


def _jobs(session: Session, paper_id: int | None) -> Sequence[PrintJob]:
    return session.exec(select(PrintJob).where(PrintJob.paper_id == paper_id)).all()
