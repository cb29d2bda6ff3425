"""Who did what about a message, and when: in the story of its order; in the journal where it is about none (4.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.events import append_event
from convisav_tui.store.models import Message, OrderEvent, RepairOrder, Staff, StaffEvent

DEEDS = frozenset(
    {
        "message_asked",
        "message_call_tried",
        "message_cancelled",
        "message_posted",
        "message_readdressed",
        "message_rerouted",
        "message_retried",
        "message_spoken",
    }
)
"""What people do about messages: codes of words.EVENTS."""


@dataclass(frozen=True)
class Deed:
    """One thing that was done: when (aware UTC), what (one of DEEDS), by whom ("": nobody known), what was noted."""

    at: datetime
    event: str
    by: str
    note: str


def note_deed(session: Session, message: Message, event: str, actor: Actor, detail: Mapping[str, Any]) -> None:
    """Write down what was done about a message, or what became of it; the program leaves no trace in the journal."""
    told = {"message": message.id, "channel": message.channel.value, "tells": message.event.value, **detail}
    if message.order_id is not None:
        append_event(session, session.get_one(RepairOrder, message.order_id), event=event, actor=actor, detail=told)
    elif event in DEEDS:
        told["party"] = message.party_id
        session.add(StaffEvent(event=event, by_id=actor.staff_id, station_name=actor.station_name, detail=told))


def deeds_on(session: Session, messages: Iterable[tuple[int, int | None, datetime]]) -> dict[int, tuple[Deed, ...]]:
    """What was done about these messages (id, order, when it was written), the newest first."""
    rows = list(messages)
    ids, orders = {row[0] for row in rows}, {row[1] for row in rows if row[1] is not None}
    alone = [row[2] for row in rows if row[1] is None]
    events: list[OrderEvent | StaffEvent] = []
    if orders:
        of_orders = select(OrderEvent).where(col(OrderEvent.order_id).in_(orders), col(OrderEvent.event).in_(DEEDS))
        events.extend(session.exec(of_orders).all())
    if alone:
        noted = select(StaffEvent).where(col(StaffEvent.event).in_(DEEDS), StaffEvent.at >= min(alone))
        events.extend(session.exec(noted).all())
    found = [event for event in events if event.detail.get("message") in ids]
    names = dict(session.exec(select(Staff.id, Staff.name)).all()) if found else {}
    deeds: dict[int, list[Deed]] = defaultdict(list)
    for event in sorted(found, key=lambda event: (event.at, event.id or 0), reverse=True):
        by = event.by_id if isinstance(event, StaffEvent) else event.staff_id
        note = str(event.detail.get("reason") or event.detail.get("by") or "")
        deeds[event.detail["message"]].append(Deed(event.at, event.event, names.get(by, ""), note))
    return {message_id: tuple(done) for message_id, done in deeds.items()}
