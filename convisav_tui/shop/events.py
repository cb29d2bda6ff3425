"""The audit trail of an order: every fact is one row, appended in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from convisav_tui.clock import of_fact
from convisav_tui.shop.actor import Actor
from convisav_tui.store.models import OrderEvent, OrderState, RepairOrder


def append_event(
    session: Session,
    order: RepairOrder,
    *,
    event: str,
    transition: str = "",
    from_state: OrderState | str = "",
    to_state: OrderState | str = "",
    actor: Actor,
    detail: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> OrderEvent:
    """Append what happened to `order` and give the row back with its id (rules.md 7.3: old, new, actor, time).

    `event` is a command of rules.md 7.3 ("receive") or a fact ("secret_revealed"); a fact leaves both states empty, a
    command gives both. `detail` holds JSON values, never an unlock code. `before` holds what an undo puts back. `key`
    is the idempotency key; a second event with the same one breaks the UNIQUE constraint.
    """
    if order.id is None:
        session.flush()
    assert order.id is not None
    appended = OrderEvent(
        order_id=order.id,
        at=of_fact(),
        event=event,
        transition=transition,
        from_state=str(from_state),
        to_state=str(to_state),
        staff_id=actor.staff_id,
        station_id=actor.station_id,
        detail=dict(detail or {}),
        before=dict(before or {}),
        idempotency_key=key,
    )
    session.add(appended)
    session.flush()
    return appended
