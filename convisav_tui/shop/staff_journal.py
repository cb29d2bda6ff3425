"""Who did what with rights: sign-ins, changes of person, lock-outs, PINs, roles, codes shown (rules.md 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import DeviceSecret, OrderEvent, Party, RepairOrder, Staff, StaffEvent, Station

SIGNED_IN = "signed_in"
TOOK_OVER = "took_over"
SECRET_REVEALED = "secret_revealed"
LONGEST = 500
_CODES_LOOKED_AT = 2000


@dataclass(frozen=True)
class JournalEntry:
    """One line: when (aware UTC), what, whom it is about, who did it and where. "" where nobody is known."""

    key: str
    at: datetime
    event: str
    person: str
    by: str
    station: str
    order: str = ""  # ten digits
    detail: Mapping[str, Any] = field(default_factory=dict)


@asks(Permission.MANAGE_STAFF)
def staff_journal(session: Session, actor: Actor, limit: int = LONGEST) -> list[JournalEntry]:
    """The newest entries first, at most `limit`. Raises Refusal for all but managers."""
    require(session, actor, Permission.MANAGE_STAFF)
    names = {row_id: name for row_id, name in session.exec(select(Staff.id, Staff.name))}
    entries = [*_of_staff(session, names, limit), *_of_secrets(session, names, limit)]
    return sorted(entries, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]


def note_sign_in(session: Session, person: Staff, station_name: str, instead_of: int | None) -> None:
    """Write down that somebody signed in, `instead_of` whom the station was left locked by; who only unlocks his own
    station is not news."""
    if instead_of == person.id:
        return
    event, detail = (SIGNED_IN, {}) if instead_of is None else (TOOK_OVER, {"from": instead_of})
    session.add(
        StaffEvent(staff_id=person.id, event=event, by_id=person.id, station_name=station_name[:80], detail=detail)
    )


def _of_staff(session: Session, names: Mapping[int | None, str], limit: int) -> list[JournalEntry]:
    rows = session.exec(select(StaffEvent).order_by(col(StaffEvent.id).desc()).limit(limit)).all()
    cards = {row.detail["party"] for row in rows if isinstance(row.detail.get("party"), int)}
    known = session.exec(select(Party.id, Party.name).where(col(Party.id).in_(cards))) if cards else ()
    customers = {party_id: name for party_id, name in known}
    return [
        JournalEntry(
            key=f"s{row.id:012d}",
            at=row.at,
            event=row.event,
            person=names.get(row.staff_id, ""),
            by=names.get(row.by_id, ""),
            station=row.station_name,
            detail=_named(row.detail, names, customers),
        )
        for row in rows
    ]


def _named(
    detail: Mapping[str, Any], names: Mapping[int | None, str], customers: Mapping[int | None, str]
) -> dict[str, Any]:
    """The same with the names of whoever gave way, and of the customer whose card it was."""
    named = dict(detail)
    if "from" in detail:
        named["from"] = names.get(detail["from"], "")
    if "party" in detail:
        named["customer"] = customers.get(detail["party"], "")
    return named


def _of_secrets(session: Session, names: Mapping[int | None, str], limit: int) -> list[JournalEntry]:
    # A code is shown while its device is here: among the newest codes, not in all events of ten years.
    codes = select(DeviceSecret.order_id).order_by(col(DeviceSecret.id).desc()).limit(_CODES_LOOKED_AT).subquery()
    newest = (
        select(OrderEvent, RepairOrder.number, Station.name)
        .join(codes, codes.c.order_id == col(OrderEvent.order_id))
        .join(RepairOrder, col(RepairOrder.id) == col(OrderEvent.order_id))
        .join(Station, col(Station.id) == col(OrderEvent.station_id), isouter=True)
        .where(OrderEvent.event == SECRET_REVEALED)
        .order_by(col(OrderEvent.id).desc())
        .limit(limit)
    )
    return [
        JournalEntry(
            key=f"o{row.id:012d}",
            at=row.at,
            event=row.event,
            person="",
            by=names.get(row.staff_id, ""),
            station=station or "",
            order=number,
        )
        for row, number, station in session.exec(newest)
    ]
