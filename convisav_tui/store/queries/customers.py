"""A customer with all his orders, and the payments of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.tables import DEVICE, ORDER, PARTY, PAYMENT, STAFF


@dataclass(frozen=True)
class CustomerOrder:
    """One order of a customer, as his history shows it."""

    id: int
    number: str
    state: str
    device: str
    fault: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class CustomerHistory:
    """A customer and his orders, newest first."""

    id: int
    name: str
    phone: str
    email: str
    street: str
    postcode: str
    city: str
    language: str
    note: str
    orders: tuple[CustomerOrder, ...]

    @property
    def code(self) -> str:
        """The short code that stands on labels instead of the name (rules.md 1.3)."""
        return f"C{self.id:05d}"


@dataclass(frozen=True)
class DayPayment:
    """A payment of a day; negative when given back."""

    id: int
    at: datetime
    number: str
    customer: str
    nature: str
    means: str
    amount: int
    currency: str
    staff: str


def customer_history(session: Session, party_id: int, limit: int = 200) -> CustomerHistory | None:
    """The customer with his newest orders, also those that he asked for as a principal; or None."""
    names = ("id", "name", "phone", "email", "street", "postcode", "city", "language", "note")
    found = session.execute(sa.select(*(PARTY.c[name] for name in names)).where(PARTY.c.id == party_id)).one_or_none()
    if found is None:
        return None
    device = sa.func.trim(DEVICE.c.brand + " " + DEVICE.c.model)
    brought = sa.and_(ORDER.c.principal_id == party_id, ORDER.c.principal_id.is_not(None))
    chosen = (
        sa.select(
            ORDER.c.id,
            ORDER.c.number,
            ORDER.c.state,
            device,
            ORDER.c.reported_fault,
            ORDER.c.opened_at,
            ORDER.c.closed_at,
        )
        .select_from(ORDER.join(DEVICE, DEVICE.c.id == ORDER.c.device_id))
        .where(sa.or_(ORDER.c.party_id == party_id, brought))
        .order_by(ORDER.c.opened_at.desc(), ORDER.c.id.desc())
        .limit(limit)
    )
    card = dict(zip(names, found, strict=True))
    return CustomerHistory(**card, orders=tuple(CustomerOrder(*row) for row in session.execute(chosen)))


def payments_between(session: Session, begin: datetime, end: datetime) -> list[DayPayment]:
    """The payments from `begin` to before `end` (aware UTC), in the order in which they were taken."""
    chosen = (
        sa.select(
            PAYMENT.c.id,
            PAYMENT.c.at,
            ORDER.c.number,
            PARTY.c.name,
            PAYMENT.c.nature,
            PAYMENT.c.means,
            PAYMENT.c.amount,
            PAYMENT.c.currency,
            sa.func.coalesce(STAFF.c.name, ""),
        )
        .select_from(
            PAYMENT.join(ORDER, ORDER.c.id == PAYMENT.c.order_id)
            .join(PARTY, PARTY.c.id == ORDER.c.party_id)
            .outerjoin(STAFF, STAFF.c.id == PAYMENT.c.staff_id)
        )
        .where(PAYMENT.c.at >= begin, PAYMENT.c.at < end)
        .order_by(PAYMENT.c.id)
    )
    return [DayPayment(*row) for row in session.execute(chosen)]
