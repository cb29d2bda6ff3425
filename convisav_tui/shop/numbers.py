"""Ticket numbers: one counter a year, counted in the transaction that opens the order."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col

from convisav_tui import ticket_number
from convisav_tui.store.models import Counter


def next_number(session: Session, year: int) -> str:
    """The ten digits of the next order of `year`. A rollback gives the number back, so there is no gap.

    The row of the counter stays locked until the transaction ends: call it as late as the order allows.
    """
    name = f"ticket:{year}"
    opened = sa.text("INSERT INTO counter (name, value) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING")
    counted = (
        sa.update(Counter)
        .where(col(Counter.name) == name)
        .values(value=col(Counter.value) + 1)
        .returning(col(Counter.value))
        .execution_options(synchronize_session=False)
    )
    connection = session.connection()
    connection.execute(opened, {"name": name})
    return ticket_number.make(year, int(connection.execute(counted).scalar_one()))
