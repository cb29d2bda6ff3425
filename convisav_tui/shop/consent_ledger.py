"""Reading the ledger of announced prices: what holds of it, once what was undone is left out (FR-Q7, FR-Q8)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.store.models import ConsentAnswer, ConsentBasis, OrderEvent, PriceConsent

UNDONE = "undone"
# Means of what was agreed because it is within a cap that was given before: it gives no new one.
UNDER_THE_CAP = "cap"


@dataclass(frozen=True)
class Standing:
    """What the ledger says now, minor units incl. VAT; None where nothing was said. `work` is the accepted quote or the
    price agreed for a refused coverage, `extra` what was agreed on top of it, `fee` what the diagnosis may cost, `cap`
    the last spending cap that was not withdrawn."""

    work: int | None = None
    extra: int = 0
    fee: int | None = None
    cap: int | None = None


def ledger_of(session: Session, order_id: int) -> list[PriceConsent]:
    """Every price announced on an order, oldest first, without those whose step was taken back."""
    gone = undone_of(session, order_id, "events")
    rows = session.exec(select(PriceConsent).where(PriceConsent.order_id == order_id).order_by(col(PriceConsent.id)))
    return [row for row in rows if row.event_id is None or row.event_id not in gone]


def standing(session: Session, order_id: int) -> Standing:
    """What may be billed by what the ledger says: a newer accepted quote holds in place of all before it."""
    work: int | None = None
    fee: int | None = None
    cap: int | None = None
    extra = 0
    for row in ledger_of(session, order_id):
        agreed = row.amount if row.answer is ConsentAnswer.AGREED else None
        taken_back = row.answer is ConsentAnswer.WITHDRAWN
        if row.basis in (ConsentBasis.QUOTE, ConsentBasis.COVERAGE_REFUSED) and agreed is not None:
            work, extra = agreed, 0
        elif row.basis is ConsentBasis.EXTRA and agreed is not None:
            extra += agreed
        elif row.basis is ConsentBasis.EXTRA and taken_back:
            extra = 0
        elif row.basis is ConsentBasis.FEE and (agreed is not None or taken_back):
            fee = agreed
        elif row.basis is ConsentBasis.CAP and row.means != UNDER_THE_CAP and (agreed is not None or taken_back):
            cap = agreed
    return Standing(work, extra, fee, cap)


def undone_of(session: Session, order_id: int, what: str) -> set[int]:
    """Ids that the order's undone events name under `what`."""
    rows = session.exec(select(OrderEvent).where(OrderEvent.order_id == order_id, OrderEvent.event == UNDONE))
    return {int(value) for row in rows for value in row.detail.get(what, [])}
