"""The slip of a device that goes back unrepaired: why, in which state of assembly, what was paid and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from convisav_tui.i18n import mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.document import Document
from convisav_tui.store.models import OrderEvent, Outcome, Payment, QuoteDecision, RepairOrder

KIND = "returned_unrepaired"
# The device goes back as it came: nothing on it is guaranteed.
UNREPAIRED = frozenset(
    {
        Outcome.NO_FAULT_FOUND,
        Outcome.NOT_REPAIRABLE,
        Outcome.REFUSED_RETURNED_AS_IS,
        Outcome.COVERAGE_REFUSED_RETURNED,
    }
)
_TITLE = mark("Returned unrepaired")
_REASON, _ASSEMBLY, _FOUND = mark("Reason"), mark("State of assembly"), mark("Found fault")
_ACCESSORIES, _GIVEN_BACK = mark("Accessories given back"), mark("Given back")
_WHOLE = mark("reassembled, or taken in parts by agreement")
_TO_TICK = mark("[  ] reassembled   [  ] not opened   [  ] in parts, by agreement")
_NO_REPAIR = mark("The device was not repaired: it goes back in the state in which the fault left it.")
# Steps that ask whether the device is whole again.
_ASKED = ("reassemble_done", "stop_work")
_SAYING_WHY = ("not_repairable", "no_fault_found", "stop_work", "refuse_quote", "give_up")


def as_unrepaired(session: Session, order: RepairOrder, receipt: Document) -> Document:
    """The return receipt of an order as the slip of what goes back unrepaired."""
    language = receipt.language
    events = session.exec(select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(col(OrderEvent.id))).all()
    asked = any(event.event in _ASKED for event in events)
    back = _given_back(session, order)
    facts = (
        (_FOUND, order.found_fault),
        (_REASON, _reason(session, events)),
        (_ASSEMBLY, translate(_WHOLE if asked else _TO_TICK, language)),
        (_ACCESSORIES, order.accessories),
        (_GIVEN_BACK, format_amount(back, order.currency, language) if back else ""),
    )
    added = tuple((translate(caption, language), value) for caption, value in facts if value)
    return replace(
        receipt,
        kind=KIND,
        title=translate(_TITLE, language),
        facts=receipt.facts + added,
        paragraphs=(translate(_NO_REPAIR, language), *receipt.paragraphs),
    )


def _reason(session: Session, events: Sequence[OrderEvent]) -> str:
    """Why nothing was repaired: what was said last when the work ended, or when the quote was turned down."""
    for event in reversed([event for event in events if event.event in _SAYING_WHY]):
        said = str(event.detail.get("reason", "")).strip()
        if said:
            return said
        decision = session.exec(select(QuoteDecision).where(QuoteDecision.event_id == event.id)).first()
        if decision is not None and decision.reason:
            return decision.reason
    return ""


def _given_back(session: Session, order: RepairOrder) -> int:
    """All that the customer got back so far, minor units."""
    rows = session.exec(select(Payment.amount).where(Payment.order_id == order.id, col(Payment.amount) < 0))
    return -sum(rows)
