"""Which device is with which subcontractor: the open jobs of dispatches (region X of rules.md 7.5)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.store.models import Dispatch, OrderEvent, Party, RepairOrder, SubcontractJob, SubcontractorTerms


@dataclass(frozen=True)
class Away:
    """A device that is out: its job, the parcel it left in, who has it and what was agreed with him."""

    job: SubcontractJob
    dispatch: Dispatch
    party: Party
    terms: SubcontractorTerms


def away_of(session: Session, order_id: int) -> Away | None:
    """Where the device of an order is, None when it is not out."""
    found = session.exec(
        _AWAY.where(SubcontractJob.order_id == order_id, col(SubcontractJob.returned_at).is_(None))
    ).first()
    return None if found is None else Away(*found)


@dataclass(frozen=True)
class Quoted:
    """What a subcontractor asks: our price with the margin (minor units incl. VAT), and for which work."""

    price: int
    work: str


def quoted_job(session: Session, order_id: int) -> Quoted | None:
    """The subcontractor's price that our customer was not asked about yet."""
    jobs = select(SubcontractJob).where(SubcontractJob.order_id == order_id, col(SubcontractJob.decided_at).is_(None))
    job = session.exec(jobs.order_by(col(SubcontractJob.id).desc())).first()
    if job is None or job.price is None:
        return None
    told = select(OrderEvent).where(OrderEvent.order_id == order_id, OrderEvent.event == "subcontractor_quoted")
    event = session.exec(told.order_by(col(OrderEvent.id).desc())).first()
    return Quoted(job.price, str(event.detail.get("work", "")) if event is not None else "")


def in_dispatch(session: Session, dispatch_id: int) -> list[tuple[SubcontractJob, RepairOrder]]:
    """The jobs of a dispatch with their orders, in the order of the slip, those that are back included."""
    rows = select(SubcontractJob, RepairOrder).join(RepairOrder, col(RepairOrder.id) == col(SubcontractJob.order_id))
    chosen = rows.where(SubcontractJob.dispatch_id == dispatch_id).order_by(col(SubcontractJob.id))
    return list(session.exec(chosen).all())


_AWAY = (
    select(SubcontractJob, Dispatch, Party, SubcontractorTerms)
    .join(Dispatch, col(Dispatch.id) == col(SubcontractJob.dispatch_id))
    .join(Party, col(Party.id) == col(Dispatch.subcontractor_id))
    .join(SubcontractorTerms, col(SubcontractorTerms.party_id) == col(Party.id))
)
