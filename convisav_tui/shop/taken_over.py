"""Who took over how much of the price of a finished order, as papers tell it beside what the customer owes (FR-G11)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui import words
from convisav_tui.i18n import mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.consent_ledger import undone_of
from convisav_tui.store.models import OrderEvent, Party, Payer, RepairOrder

TAKEN_OVER = "taken_over"  # key of an event's detail: [{"payer", "payer_id", "amount"}]
_CAPTION = mark("Taken over by {payer}")


@dataclass(frozen=True)
class Share:
    """What somebody takes over, minor units."""

    payer: Payer
    payer_id: int | None
    amount: int


def shares_taken(session: Session, order: RepairOrder) -> list[Share]:
    """What others than the customer pay, as it was set when the work was completed last; nothing before."""
    completed = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.event == "complete")
    undone = undone_of(session, order.id or 0, "events")
    events = session.exec(completed.order_by(col(OrderEvent.id).desc())).all()
    last = next((event for event in events if event.id not in undone), None)
    rows = last.detail.get(TAKEN_OVER, []) if last is not None else []
    return [Share(Payer(row["payer"]), row["payer_id"], int(row["amount"])) for row in rows]


def taken_over_facts(session: Session, order: RepairOrder, language: str) -> list[tuple[str, str]]:
    """A line of a paper for each who takes over something: "Taken over by the manufacturer", and the sum."""
    facts = []
    for share in shares_taken(session, order):
        party = session.get(Party, share.payer_id) if share.payer_id is not None else None
        payer = party.name if party is not None else translate(words.PAYERS[share.payer.value], language)
        amount = format_amount(share.amount, order.currency, language)
        facts.append((translate(_CAPTION, language).format(payer=payer), amount))
    return facts
