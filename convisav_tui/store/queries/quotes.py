"""The lines of the issued quotes of an order and the prices that were announced on it, read for its sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.tables import PRICE_CONSENT, QUOTE, QUOTE_LINE, STAFF


@dataclass(frozen=True)
class LineFacts:
    """A line of an issued version; quantity in thousandths, amount in minor units in the version's basis."""

    id: int
    quote_id: int
    text: str
    quantity: int
    unit: str
    amount: int
    billed: bool


@dataclass(frozen=True)
class PriceFacts:
    """A price that was announced: what for, how much (minor units incl. VAT), to whom, how, what came of it."""

    id: int
    event_id: int | None
    basis: str
    answer: str
    amount: int
    told: str
    means: str
    until: date | None
    at: datetime
    staff: str


_LINES = (
    sa.select(
        QUOTE_LINE.c.id,
        QUOTE_LINE.c.quote_id,
        QUOTE_LINE.c.text,
        QUOTE_LINE.c.quantity,
        QUOTE_LINE.c.unit,
        QUOTE_LINE.c.amount,
        QUOTE_LINE.c.billed,
    )
    .select_from(QUOTE_LINE.join(QUOTE, QUOTE.c.id == QUOTE_LINE.c.quote_id))
    .where(QUOTE.c.order_id == sa.bindparam("order_id"))
    .order_by(QUOTE_LINE.c.quote_id, QUOTE_LINE.c.position)
)
_PRICES = (
    sa.select(
        PRICE_CONSENT.c.id,
        PRICE_CONSENT.c.event_id,
        PRICE_CONSENT.c.basis,
        PRICE_CONSENT.c.answer,
        PRICE_CONSENT.c.amount,
        PRICE_CONSENT.c.told,
        PRICE_CONSENT.c.means,
        PRICE_CONSENT.c.until,
        PRICE_CONSENT.c.at,
        sa.func.coalesce(STAFF.c.name, ""),
    )
    .select_from(PRICE_CONSENT.outerjoin(STAFF, STAFF.c.id == PRICE_CONSENT.c.staff_id))
    .where(PRICE_CONSENT.c.order_id == sa.bindparam("order_id"))
    .order_by(PRICE_CONSENT.c.id)
)


def quote_lines(session: Session, order_id: int) -> tuple[LineFacts, ...]:
    """The lines of all versions, version by version."""
    return tuple(LineFacts(*row) for row in session.execute(_LINES, {"order_id": order_id}))


def announced_prices(session: Session, order_id: int) -> tuple[PriceFacts, ...]:
    """The ledger of prices, oldest first, what was taken back included."""
    return tuple(PriceFacts(*row) for row in session.execute(_PRICES, {"order_id": order_id}))
