"""Who pays which line of an order, and the advice that was refused on it, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.tables import COVERAGE, PARTY, REFUSED_ADVICE


@dataclass(frozen=True)
class CoverFacts:
    """A line that somebody takes over: `share` in basis points, or `amount` in minor units; `payer_name` "" where no
    party is named."""

    line: str
    kind: str
    share: int
    payer: str
    payer_name: str
    until: date | None
    reason: str
    amount: int | None


@dataclass(frozen=True)
class AdviceFacts:
    """Advice that the customer declined."""

    at: datetime
    text: str


def covers_of(session: Session, order_id: int) -> tuple[CoverFacts, ...]:
    """The lines of an order that are taken over, parts first."""
    return tuple(CoverFacts(*row) for row in session.execute(_COVERS, {"order_id": order_id}))


def refused_on(session: Session, order_id: int) -> tuple[AdviceFacts, ...]:
    """The advice refused on an order, oldest first."""
    return tuple(AdviceFacts(*row) for row in session.execute(_REFUSED, {"order_id": order_id}))


_columns = COVERAGE.c
_COVERS = (
    sa.select(
        _columns.line,
        _columns.kind,
        _columns.share,
        _columns.payer,
        sa.func.coalesce(PARTY.c.name, ""),
        _columns.until,
        _columns.reason,
        _columns.amount,
    )
    .select_from(COVERAGE.outerjoin(PARTY, PARTY.c.id == _columns.payer_id))
    .where(_columns.order_id == sa.bindparam("order_id"), sa.or_(_columns.share > 0, _columns.amount.is_not(None)))
    .order_by(_columns.id)
)
_REFUSED = (
    sa.select(REFUSED_ADVICE.c.at, REFUSED_ADVICE.c.text)
    .where(REFUSED_ADVICE.c.order_id == sa.bindparam("order_id"))
    .order_by(REFUSED_ADVICE.c.id)
)
