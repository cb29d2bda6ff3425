"""Who works where: the person of a station, and the station itself."""

from __future__ import annotations

from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.shop.actor import Actor
from convisav_tui.store.models import Staff, Station


def person_at_station(session: Session, login: str, station_name: str) -> Actor:
    """The person with this login, else the first active one, at the station of this name (made when it is new)."""
    station = seen_station(session, station_name)
    return _actor(_person(session, login), station.id, station.name)


def known_person(session: Session, login: str, station_name: str) -> Actor:
    """The same without writing anything down, for a database that can only be read now: a new station has no id."""
    person, name = _person(session, login), station_name[:80]
    station = session.exec(select(Station).where(Station.name == name)).first()
    return _actor(person, station.id if station else None, name)


def _actor(person: Staff | None, station_id: int | None, station_name: str) -> Actor:
    if person is None:
        return Actor(None, "", station_id, station_name)
    return Actor(person.id, person.name, station_id, station_name, person.role, person.language)


def _person(session: Session, login: str) -> Staff | None:
    active = select(Staff).where(col(Staff.active)).order_by(col(Staff.id))
    named = session.exec(active.where(Staff.login == login)).first() if login else None
    return named or session.exec(active).first()


def seen_station(session: Session, name: str) -> Station:
    """The station of this name, marked as seen now."""
    short = name[:80]
    station = session.exec(select(Station).where(Station.name == short)).first() or Station(name=short)
    station.last_seen_at = now()
    session.add(station)
    session.flush()
    return station


def people(session: Session) -> list[tuple[str, str]]:
    """Login and name of the active staff, in the order of their names."""
    rows = session.exec(select(Staff).where(col(Staff.active)).order_by(col(Staff.name)))
    return [(row.login, row.name) for row in rows]


def people_by_id(session: Session) -> list[tuple[str, str]]:
    """Id (as text) and name of the active staff, in the order of their names."""
    rows = session.exec(select(Staff).where(col(Staff.active)).order_by(col(Staff.name)))
    return [(str(row.id), row.name) for row in rows]
