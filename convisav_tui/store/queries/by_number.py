"""One order by its ticket number."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.store.models import RepairOrder


def order_by_number(session: Session, number: str) -> RepairOrder | None:
    """The order with these ten digits, or None."""
    return session.exec(select(RepairOrder).where(RepairOrder.number == number)).one_or_none()
