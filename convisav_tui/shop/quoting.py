"""Quotes of an order: frozen versions and the customer's answers, both append-only (FR-Q4, FR-Q7, FR-Q8).

Variants are issued together: one `Quote` each, all of the same `offer` (the revision of the first of them). What the
customer agreed to is read in one place: `consented_total`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.consent_ledger import UNDER_THE_CAP, UNDONE, Standing, standing, undone_of
from convisav_tui.shop.mandate import agreed_without_quote
from convisav_tui.store.models import (
    CircularChoice,
    OrderEvent,
    OrderKind,
    Payer,
    Quote,
    QuoteDecision,
    QuoteLine,
    QuoteLineKind,
    RepairOrder,
)

__all__ = ["UNDONE"]

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
BY_CAP = UNDER_THE_CAP  # means of a consent that was given at the counter as a spending cap
BY_TERMS = "terms"  # basis of a repair that a principal's terms allow without a quote
LONGEST_LINE = 400  # characters of the text of a line
_OF_LINE = (
    "position",
    "kind",
    "text",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "amount",
    "vat_rate",
    "billed",
    "condition",
    "circular_offer",
    "circular_price",
)


@dataclass(frozen=True)
class Answer:
    """What the customer said to a quote: who, by which means ("counter", "phone" …, or `BY_CAP`), and why not; of an
    acceptance also the sum incl. VAT of the lines that he took (their ids, none: all) and his choice of used parts."""

    accepted: bool
    decided_by: str
    means: str
    reason: str = ""
    amount: int | None = None
    lines: tuple[int, ...] = ()
    circular: CircularChoice | None = None


@dataclass(frozen=True)
class Acceptance:
    """The version that was accepted, and how much of it: minor units incl. VAT, ids of its lines (none: all), those of
    them with a used part."""

    quote: Quote
    amount: int
    lines: tuple[int, ...] = ()
    circular: CircularChoice | None = None
    circular_lines: tuple[int, ...] = ()


def fingerprint(quote: Quote, number: str, lines: Sequence[QuoteLine]) -> str:
    """SHA-256 of all that the customer was shown: number, version, sums, dates, text and each line. A version from
    before there were lines (its `offer` is 0) keeps the fingerprint that it was issued with."""
    day = str(quote.valid_until or "")
    if not quote.offer:
        return fingerprint_of(number, quote.revision, quote.amount, quote.currency, quote.text, day)
    return sealed(number, quote.model_dump(mode="json"), [line.model_dump(mode="json") for line in lines], day)


def sealed(number: str, quote: Mapping[str, object], lines: Sequence[Mapping[str, object]], valid_until: str) -> str:
    """The same from the columns of the rows as JSON or the database have them, the last day as ISO text or ""."""
    groups = quote["vat_groups"]
    shown = [
        *(number, quote["revision"], quote["amount"], quote["currency"], quote["text"], valid_until),
        *(quote["offer"], quote["variant"], bool(quote["prices_with_vat"]), quote["net"]),
        json.loads(groups) if isinstance(groups, str) else groups,
        *(quote["fee"], quote["execution"]),
        [[bool(line[name]) if name == "billed" else line[name] for name in _OF_LINE] for line in lines],
    ]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def fingerprint_of(number: str, revision: int, amount: int, currency: str, text: str, valid_until: str) -> str:
    """The fingerprint of a version without lines, from plain values."""
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
        amount=answer.amount,
        lines=list(answer.lines),
        circular_choice=answer.circular,
    )
    session.add(decision)
    session.flush()


def current_quote(session: Session, order_id: int) -> Quote | None:
    """The last version that was issued and not taken back by an undo; the first variant where it has some."""
    offer = current_offer(session, order_id)
    return offer[0] if offer else None


def current_offer(session: Session, order_id: int) -> list[Quote]:
    """All variants of that version, A first; one where it has none."""
    taken_back = undone_of(session, order_id, "quote")
    rows = session.exec(select(Quote).where(Quote.order_id == order_id).order_by(col(Quote.revision).desc()))
    standing_ = [quote for quote in rows if quote.id not in taken_back]
    if not standing_:
        return []
    last = standing_[0]
    return sorted(
        (quote for quote in standing_ if quote is last or (last.offer and quote.offer == last.offer)),
        key=lambda quote: quote.revision,
    )


def accepted_quote(session: Session, order_id: int) -> Quote | None:
    """The version that the customer accepted last, leaving out answers taken back by an undo."""
    acceptance = acceptance_of(session, order_id)
    return acceptance.quote if acceptance is not None else None


def acceptance_of(session: Session, order_id: int) -> Acceptance | None:
    """The last acceptance that was not taken back by an undo."""
    undone = undone_of(session, order_id, "events")
    answers = session.exec(
        select(Quote, QuoteDecision)
        .join(QuoteDecision, col(QuoteDecision.quote_id) == col(Quote.id))
        .where(Quote.order_id == order_id, col(QuoteDecision.accepted).is_(True))
        .order_by(col(QuoteDecision.id).desc())
    )
    for quote, decision in answers:
        if decision.event_id not in undone:
            amount = quote.amount if decision.amount is None else decision.amount
            event = session.get_one(OrderEvent, decision.event_id)
            used = tuple(event.detail.get("circular_lines", ()))
            return Acceptance(quote, amount, tuple(decision.lines), decision.circular_choice, used)
    return None


def accepted_lines(session: Session, order_id: int) -> list[QuoteLine]:
    """The lines that the customer agreed to, for the job sheet and the invoice; none where there was no quote."""
    acceptance = acceptance_of(session, order_id)
    if acceptance is None:
        return []
    lines = lines_of_quote(session, acceptance.quote)
    return [line for line in lines if not acceptance.lines or line.id in acceptance.lines]


def consented_total(session: Session, order: RepairOrder) -> int:
    """The most that the customer agreed to pay for the work, minor units (FR-Q7), as the ledger says: the accepted
    lines of a quote, else his cap (FR-Q8) or what was authorised under one, and what he agreed to on top; nothing where
    somebody else covers it."""
    if is_covered(order):
        return 0
    said = standing(session, order.id or 0)
    work = _agreed_work(session, order, said)
    if work is not None:
        return work + said.extra
    started = authorised_amount(session, order.id or 0) or 0
    return max(agreed_beforehand(session, order), started) + said.extra


def _agreed_work(session: Session, order: RepairOrder, said: Standing) -> int | None:
    """What was agreed to for the work itself; of an order from before the ledger, its accepted quote."""
    if said.work is not None:
        return said.work
    acceptance = acceptance_of(session, order.id or 0)
    return acceptance.amount if acceptance is not None else None


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
    undone = undone_of(session, order_id, "events")
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
