"""How an order changes: every value that a step touches is kept for an undo, every step ends as one event."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from convisav_tui.clock import of_fact
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.events import append_event
from convisav_tui.store.models import CustodyEvent, Holder, OrderEvent, OrderState, RepairOrder


@dataclass
class Change:
    """One event under way: `before` holds the first value of each column that it touches, `detail` what it says."""

    session: Session
    order: RepairOrder
    actor: Actor
    at: datetime = field(default_factory=of_fact)
    before: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    afterwards: list[Callable[[OrderEvent], object]] = field(default_factory=list)  # what needs the event's id

    def keep(self, column: str) -> None:
        """Remember the value of a column that something else is about to change."""
        self.before.setdefault(column, as_json(getattr(self.order, column)))

    def put(self, **values: object) -> None:
        """Give columns of the order new values."""
        for column, value in values.items():
            present = getattr(self.order, column)
            if present == value:
                continue
            self.keep(column)
            setattr(self.order, column, value)

    def hand_to(
        self, holder: Holder, note: str = "", *, place: str = "", party_id: int | None = None, carrier: str = ""
    ) -> None:
        """Move the device to another holder; nothing when he has it already (rules.md 7.7, 2). `place` is the code of
        his bench or bin, `party_id` who he is when he is no one of the shop."""
        if self.order.holder is not holder or (place and self.order.place != place):
            self.put(holder=holder, place=place)
            move_custody(self.session, self.order, self.actor, self.at, note, party_id=party_id, carrier=carrier)

    def record(self, event: str, transition: str, to_state: OrderState, key: str | None = None) -> OrderEvent:
        """Enter `to_state` and append the event that says so."""
        from_state = self.order.state
        self.put(state=to_state)
        self.order.updated_at = self.at
        self.session.add(self.order)
        appended = append_event(
            self.session,
            self.order,
            event=event,
            transition=transition,
            from_state=from_state,
            to_state=to_state,
            actor=self.actor,
            detail=self.detail,
            before=self.before,
            key=key,
        )
        for finish in self.afterwards:
            finish(appended)
        return appended


def move_custody(
    session: Session,
    order: RepairOrder,
    actor: Actor,
    at: datetime,
    note: str = "",
    *,
    party_id: int | None = None,
    technician_id: int | None = None,
    carrier: str = "",
) -> None:
    """Append who holds the device from now on, as the order says; on a bench it is its technician's, else that of the
    order."""
    assert order.id is not None
    at_bench = order.holder is Holder.WITH_TECHNICIAN
    session.add(
        CustodyEvent(
            order_id=order.id,
            at=at,
            holder=order.holder,
            place=order.place,
            staff_id=actor.staff_id,
            note=note[:200],
            party_id=party_id,
            technician_id=(technician_id or order.technician_id) if at_bench else None,
            carrier=carrier,
        )
    )


def told(session: Session, order: RepairOrder, actor: Actor, event: str, detail: dict[str, Any]) -> OrderEvent | None:
    """T28: the customer knows that the device is ready; None when the order does not wait for that."""
    if order.state is not OrderState.TO_NOTIFY:
        return None
    change = Change(session, order, actor, detail=detail)
    change.put(notified_at=change.at)
    return change.record(event, "T28", OrderState.NOTIFIED)


def as_json(value: object) -> object:
    """A column's value as an event keeps it."""
    if isinstance(value, enum.Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value
