"""Ticket numbers: one counter a year, counted in the transaction that opens the order; those of papers for partners."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col

from convisav_tui import ticket_number
from convisav_tui.store.models import Counter, RepairOrder


def next_number(session: Session, year: int) -> str:
    """The ten digits of the next order of `year`. A rollback gives the number back, so there is no gap.

    The row of the counter stays locked until the transaction ends: call it as late as the order allows.
    """
    name = f"ticket:{year}"
    counted = _count(session, name)
    return ticket_number.make(year, _begun(session, name, _highest(session, year)) if counted is None else counted)


def next_dispatch_number(session: Session) -> str:
    """The ten digits of the next dispatch to a subcontractor; without gaps as those of the orders."""
    counted = _count(session, "dispatch")
    return ticket_number.make(
        ticket_number.DISPATCH_PAIR, _begun(session, "dispatch", 0) if counted is None else counted
    )


def next_supplier_order_number(session: Session) -> str:
    """The code of the next order to a supplier, as CF-000012; without gaps as the numbers of the orders."""
    counted = _count(session, "supplier_order")
    return f"CF-{_begun(session, 'supplier_order', 0) if counted is None else counted:06d}"


def next_statement_number(session: Session) -> str:
    """The code of the next statement to a principal, as RL-000012; without gaps as the numbers of the orders."""
    counted = _count(session, "statement")
    return f"RL-{_begun(session, 'statement', 0) if counted is None else counted:06d}"


def _begun(session: Session, name: str, highest: int) -> int:
    """The first number of a counter that does not exist yet, after the `highest` in use."""
    opened = sa.text("INSERT INTO counter (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING")
    session.connection().execute(opened, {"name": name, "value": highest})
    counted = _count(session, name)
    assert counted is not None
    return counted


def _count(session: Session, name: str) -> int | None:
    counting = (
        sa.update(Counter)
        .where(col(Counter.name) == name)
        .values(value=col(Counter.value) + 1)
        .returning(col(Counter.value))
        .execution_options(synchronize_session=False)
    )
    counted: int | None = session.connection().execute(counting).scalar_one_or_none()
    return counted


def _highest(session: Session, year: int) -> int:
    """The counter of the last order of `year` that came by another way, such as an import; 0 when there is none."""
    prefix = f"{year % 100:02d}"
    # ":" is the character after "9".
    within = (col(RepairOrder.number) > prefix) & (col(RepairOrder.number) < f"{prefix}:")
    last = session.connection().execute(sa.select(sa.func.max(col(RepairOrder.number))).where(within)).scalar_one()
    return int(last[2:9]) if last else 0
