"""Who changed a customer's card last, and which fields: told to whoever was changing it at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from convisav_tui.shop.actor import Actor
from convisav_tui.store.models import Party, Staff, StaffEvent

CARD_CHANGED = "card_changed"
_LOOKED_AT = 500  # of the newest events: who meets a change in the middle of his own finds it among the last few


@dataclass(frozen=True)
class CardChange:
    """The last change of a card: by whom ("" when nobody knows), when (aware UTC), at which station."""

    by: str
    at: datetime
    station: str = ""


def note_card_change(
    session: Session, party_id: int, before: Mapping[str, str], after: Mapping[str, str], actor: Actor
) -> None:
    """Write down that `actor` changed these fields of a card, never what stands in them; nothing when none changed."""
    changed = [key for key, text in after.items() if before.get(key, "") != text]
    if changed:
        detail = {"party": party_id, "fields": changed}
        station = actor.station_name[:80]
        session.add(StaffEvent(event=CARD_CHANGED, by_id=actor.staff_id, station_name=station, detail=detail))


def last_card_change(session: Session, party: Party) -> CardChange:
    """Who changed the card last; only when, where it was changed by an intake or before this was written down."""
    newest = select(StaffEvent.id).order_by(col(StaffEvent.id).desc()).limit(_LOOKED_AT).subquery()
    rows: Sequence[tuple[StaffEvent, str | None]] = session.exec(
        select(StaffEvent, Staff.name)
        .join(newest, newest.c.id == col(StaffEvent.id))
        .join(Staff, col(Staff.id) == col(StaffEvent.by_id), isouter=True)
        .where(StaffEvent.event == CARD_CHANGED)
        .order_by(col(StaffEvent.id).desc())
    ).all()
    for event, name in rows:
        if event.detail.get("party") == party.id and abs((event.at - party.updated_at).total_seconds()) < 60:
            return CardChange(name or "", event.at, event.station_name)
    return CardChange("", party.updated_at)
