"""Quotes of an order: frozen versions and the customer's answers, both append-only (FR-Q4, FR-Q7, FR-Q8)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.mandate import agreed_without_quote
from convisav_tui.store.models import (
    OrderEvent,
    OrderKind,
    Payer,
    Quote,
    QuoteDecision,
    QuoteLine,
    QuoteLineKind,
    RepairOrder,
)

# The customer pays nothing for these: somebody else covers the work (rules.md 7.1, 7.7, 9).
COVERED_KINDS = frozenset(
    {
        OrderKind.LEGAL_GUARANTEE,
        OrderKind.MANUFACTURER_GUARANTEE,
        OrderKind.REPAIR_GUARANTEE,
        OrderKind.CONTRACT,
        OrderKind.GOODWILL,
    }
)
BY_CAP = "cap"  # means of a consent that was given at the counter as a spending cap
BY_TERMS = "terms"  # basis of a repair that a principal's terms allow without a quote
UNDONE = "undone"
LONGEST_LINE = 400  # characters of the text of a line


@dataclass(frozen=True)
class Answer:
    """What the customer said to a quote: who, by which means ("counter", "phone" …, or `BY_CAP`), and why not."""

    accepted: bool
    decided_by: str
    means: str
    reason: str = ""


def issue(
    session: Session, order: RepairOrder, amount: int, text: str, valid_until: date, actor: Actor, at: datetime
) -> Quote:
    """Freeze the next version of the order's quote; `amount` incl. VAT, minor units."""
    assert order.id is not None
    latest = session.exec(select(func.max(Quote.revision)).where(Quote.order_id == order.id)).one()
    quote = Quote(
        order_id=order.id,
        revision=(latest or 0) + 1,
        amount=amount,
        currency=order.currency,
        text=text,
        valid_until=valid_until,
        issued_at=at,
        issued_by_id=actor.staff_id,
    )
    quote.sha256 = fingerprint(quote, order.number)
    session.add(quote)
    session.flush()
    return quote


def fingerprint(quote: Quote, number: str) -> str:
    """SHA-256 of what the customer was shown: number, version, amount, currency, text and validity."""
    return fingerprint_of(
        number, quote.revision, quote.amount, quote.currency, quote.text, str(quote.valid_until or "")
    )


def fingerprint_of(number: str, revision: int, amount: int, currency: str, text: str, valid_until: str) -> str:
    """The same from plain values, the last day as ISO text or ""."""
    shown = [number, revision, amount, currency, text, valid_until]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()


def decide(session: Session, quote: Quote, event: OrderEvent, answer: Answer, actor: Actor, at: datetime) -> None:
    """Append the customer's answer to a quote, written down by `actor` under `event`."""
    assert quote.id is not None and event.id is not None
    decision = QuoteDecision(
        quote_id=quote.id,
        event_id=event.id,
        accepted=answer.accepted,
        decided_by=answer.decided_by,
        means=answer.means,
        reason=answer.reason,
        at=at,
        recorded_by_id=actor.staff_id,
    )
    session.add(decision)
    session.flush()


def current_quote(session: Session, order_id: int) -> Quote | None:
    """The last version that was issued and not taken back by an undo."""
    taken_back = _undone(session, order_id, "quote")
    quotes = session.exec(select(Quote).where(Quote.order_id == order_id).order_by(col(Quote.revision).desc()))
    return next((quote for quote in quotes if quote.id not in taken_back), None)


def accepted_quote(session: Session, order_id: int) -> Quote | None:
    """The version that the customer accepted last, leaving out answers taken back by an undo."""
    undone = _undone(session, order_id, "events")
    answers = session.exec(
        select(Quote, QuoteDecision.event_id)
        .join(QuoteDecision, col(QuoteDecision.quote_id) == col(Quote.id))
        .where(Quote.order_id == order_id, col(QuoteDecision.accepted).is_(True))
        .order_by(col(QuoteDecision.id).desc())
    )
    return next((quote for quote, event_id in answers if event_id not in undone), None)


def consented_total(session: Session, order: RepairOrder) -> int:
    """The most that the customer agreed to pay for the work, minor units (FR-Q7): the accepted quote, else his cap
    (FR-Q8), else nothing; nothing where somebody else covers it."""
    if is_covered(order):
        return 0
    accepted = accepted_quote(session, order.id or 0)
    if accepted is not None:
        return accepted.amount
    return agreed_beforehand(session, order)


def agreed_beforehand(session: Session, order: RepairOrder) -> int:
    """What may be billed without a quote: the customer's cap, or what his terms leave a principal; minor units."""
    return agreed_without_quote(session, order) if order.principal_id is not None else order.cap or 0


def is_covered(order: RepairOrder) -> bool:
    """Whether nothing is billed for the work: a guarantee covers it, and its debtor is not a principal, who is billed
    like a customer (FR-G10)."""
    return order.kind in COVERED_KINDS and order.payer is not Payer.PRINCIPAL


def customer_amount(order: RepairOrder) -> int:
    """What the customer himself owes for the work, minor units: nothing under a principal or a guarantee (7.7, 9)."""
    return 0 if order.payer is Payer.PRINCIPAL or order.kind in COVERED_KINDS else order.price or 0


def authorised_amount(session: Session, order_id: int) -> int | None:
    """The estimate under which the work was started without a quote (T05), minor units; None where it was not."""
    undone = _undone(session, order_id, "events")
    rows = session.exec(
        select(OrderEvent)
        .where(OrderEvent.order_id == order_id, OrderEvent.event == "authorise_direct")
        .order_by(col(OrderEvent.id).desc())
    )
    return next((row.detail.get("amount") for row in rows if row.id not in undone), None)


def lines_of_quote(session: Session, quote: Quote) -> list[QuoteLine]:
    """The lines of an issued version in their order; of one from before there were lines, its text and amount as one,
    which is not in the database."""
    rows = list(session.exec(select(QuoteLine).where(QuoteLine.quote_id == quote.id).order_by(col(QuoteLine.position))))
    if rows or quote.offer:
        return rows
    return [
        QuoteLine(
            quote_id=quote.id or 0,
            position=1,
            kind=QuoteLineKind.OTHER,
            text=" ".join(quote.text.split())[:LONGEST_LINE] or "—",
            unit_price=quote.amount,
            amount=quote.amount,
        )
    ]


def _undone(session: Session, order_id: int, what: str) -> set[int]:
    """Ids that the order's undone events name under `what`."""
    rows = session.exec(select(OrderEvent).where(OrderEvent.order_id == order_id, OrderEvent.event == UNDONE))
    return {int(value) for row in rows for value in row.detail.get(what, [])}
