"""What is with subcontractors, what stands on a dispatch slip, what was billed for what is back: plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.board import JOB_UNBILLED
from convisav_tui.store.tables import DEVICE, DISPATCH, ORDER, PARTY, SUBCONTRACT_JOB, SUBCONTRACTOR_TERMS


@dataclass(frozen=True)
class JobRow:
    """A device in a dispatch; `returned_at` None while it is out. Amounts in minor units."""

    id: int
    order_id: int
    number: str
    state: str  # of the order
    holder: str
    device: str
    serial: str
    accessories: str
    job_state: str
    fault: str
    expected_on: date | None
    cost: int | None
    returned_at: datetime | None
    returned_condition: str
    dispatch_id: int
    dispatch: str  # its ten digits
    sent_at: datetime
    carrier: str
    tracking: str
    party_id: int
    subcontractor: str
    phone: str
    passes_on: bool

    def overdue(self, today: date) -> bool:
        """Whether it should be back by now."""
        return self.returned_at is None and self.expected_on is not None and self.expected_on < today


def away_jobs(session: Session, limit: int = 1000) -> list[JobRow]:
    """All that is out, the longest overdue first; what has no day, last."""
    chosen = _JOBS.where(SUBCONTRACT_JOB.c.returned_at.is_(None))
    undated = SUBCONTRACT_JOB.c.expected_on.is_(None)
    ordered = chosen.order_by(undated, SUBCONTRACT_JOB.c.expected_on, SUBCONTRACT_JOB.c.id).limit(limit)
    return [JobRow(*row) for row in session.execute(ordered)]


def jobs_of_dispatch(session: Session, dispatch_id: int) -> list[JobRow]:
    """The devices of a dispatch in the order of its slip, those that are back included."""
    chosen = _JOBS.where(SUBCONTRACT_JOB.c.dispatch_id == dispatch_id).order_by(SUBCONTRACT_JOB.c.id)
    return [JobRow(*row) for row in session.execute(chosen)]


@dataclass(frozen=True)
class BilledRow:
    """A device that is back, with what was billed for it; `invoice_amount` None while nothing was. Minor units."""

    id: int
    number: str
    device: str
    subcontractor: str
    returned_at: datetime
    cost: int | None
    invoice_number: str
    invoice_on: date | None
    invoice_amount: int | None


def unbilled_jobs(session: Session, limit: int = 1000) -> list[BilledRow]:
    """All that is back without an invoice, the longest back first."""
    ordered = _BILLED.where(sa.text(JOB_UNBILLED_HERE)).order_by(SUBCONTRACT_JOB.c.returned_at, SUBCONTRACT_JOB.c.id)
    return [BilledRow(*row) for row in session.execute(ordered.limit(limit))]


def billed_jobs(session: Session, limit: int = 200) -> list[BilledRow]:
    """What was billed, the newest first."""
    chosen = _BILLED.where(SUBCONTRACT_JOB.c.invoice_amount.is_not(None)).order_by(SUBCONTRACT_JOB.c.id.desc())
    return [BilledRow(*row) for row in session.execute(chosen.limit(limit))]


def dispatch_id_of(session: Session, number: str) -> int | None:
    """The id of the dispatch with these ten digits; None when there is none."""
    found: int | None = session.execute(
        sa.select(DISPATCH.c.id).where(DISPATCH.c.number == number)
    ).scalar_one_or_none()
    return found


# The words of the partial index, of this table: orders have a `returned_at` of their own.
JOB_UNBILLED_HERE = JOB_UNBILLED.replace("returned_at", "subcontract_job.returned_at")


def _statement(facts: type[JobRow] | type[BilledRow]) -> sa.Select[Any]:
    columns = {column.name: column for column in SUBCONTRACT_JOB.c} | {
        "number": ORDER.c.number,
        "holder": ORDER.c.holder,
        "job_state": SUBCONTRACT_JOB.c.state,
        "state": ORDER.c.state,
        "device": sa.func.trim(DEVICE.c.brand + " " + DEVICE.c.model),
        "serial": DEVICE.c.serial,
        "accessories": ORDER.c.accessories,
        "dispatch": DISPATCH.c.number,
        "sent_at": DISPATCH.c.sent_at,
        "carrier": DISPATCH.c.carrier,
        "tracking": DISPATCH.c.tracking,
        "party_id": PARTY.c.id,
        "subcontractor": PARTY.c.name,
        "phone": PARTY.c.phone,
        "passes_on": SUBCONTRACTOR_TERMS.c.passes_on,
    }
    joined = (
        SUBCONTRACT_JOB.join(DISPATCH, DISPATCH.c.id == SUBCONTRACT_JOB.c.dispatch_id)
        .join(ORDER, ORDER.c.id == SUBCONTRACT_JOB.c.order_id)
        .join(DEVICE, DEVICE.c.id == ORDER.c.device_id)
        .join(PARTY, PARTY.c.id == DISPATCH.c.subcontractor_id)
        .join(SUBCONTRACTOR_TERMS, SUBCONTRACTOR_TERMS.c.party_id == PARTY.c.id)
    )
    return sa.select(*(columns[name].label(name) for name in facts.__dataclass_fields__)).select_from(joined)


_JOBS, _BILLED = _statement(JobRow), _statement(BilledRow)
