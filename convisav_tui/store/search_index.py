"""Keeps the searchable text of each customer, and the trigram index over it, in step with the tables."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.contact import phone_search_digits
from convisav_tui.store.models import Party
from convisav_tui.store.tables import DEVICE, PARTY, PARTY_SEARCH
from convisav_tui.text import fold

_SOURCE = (PARTY.c.id, PARTY.c.name_key, PARTY.c.phone_e164, PARTY.c.phone, PARTY.c.email)
_DEVICES = sa.select(DEVICE.c.serial_key, DEVICE.c.brand, DEVICE.c.model).order_by(DEVICE.c.id)
# Serial (folded), brand and model of a device.
Searched = tuple[str, str, str]
BATCH = 1000
# The index holds no copy of the text: it must be told what it is to forget.
_FORGET = "INSERT INTO party_search_fts (party_search_fts, rowid, body) VALUES ('delete', :id, :body)"
_LEARN = "INSERT INTO party_search_fts (rowid, body) VALUES (:id, :body)"
REBUILD = "INSERT INTO party_search_fts (party_search_fts) VALUES ('rebuild')"


def refresh_party(session: Session, party_id: int) -> None:
    """Write the searchable text of one customer again; call it in the transaction that changed him or his devices."""
    session.flush()
    party = session.get(Party, party_id)  # most often in the session already
    known = sa.select(PARTY_SEARCH.c.body).where(PARTY_SEARCH.c.party_id == party_id)
    before: str | None = session.execute(known).scalar_one_or_none()
    after = None if party is None else _text_of(party, _devices_of(session, party_id))
    if after == before:
        return
    if before is not None:
        _forget(session, party_id, before)
    if after is not None:
        session.execute(sa.insert(PARTY_SEARCH).values(party_id=party_id, body=after))
        if has_trigrams(session):
            session.execute(sa.text(_LEARN), {"id": party_id, "body": after})


def rebuild(session: Session) -> int:
    """Write the searchable text of every customer again; returns how many there are. For maintenance and imports."""
    session.flush()
    session.execute(sa.delete(PARTY_SEARCH))
    count, last = 0, 0
    following = sa.select(*_SOURCE).where(PARTY.c.id > sa.bindparam("last")).order_by(PARTY.c.id).limit(BATCH)
    while parties := session.execute(following, {"last": last}).all():
        devices = _devices(session, parties[0].id, last := parties[-1].id)
        rows = [{"party_id": party.id, "body": _text_of(party, devices.get(party.id, []))} for party in parties]
        session.execute(sa.insert(PARTY_SEARCH), rows)
        count += len(rows)
    if has_trigrams(session):
        session.execute(sa.text(REBUILD))
    return count


def has_trigrams(session: Session) -> bool:
    """Whether pieces of words are found by the FTS table (SQLite); elsewhere LIKE does, with pg_trgm's index."""
    return session.get_bind().dialect.name == "sqlite"


def _forget(session: Session, party_id: int, body: str) -> None:
    if has_trigrams(session):
        session.execute(sa.text(_FORGET), {"id": party_id, "body": body})
    session.execute(sa.delete(PARTY_SEARCH).where(PARTY_SEARCH.c.party_id == party_id))


def searchable_text(name_key: str, phone_e164: str, phone: str, email: str, devices: Iterable[Searched]) -> str:
    """What a customer is found by: name, phone, e-mail, and each device's brand, model and serial.

    Words apart by one space, with a space in front: " le" then finds what begins with these two letters."""
    titles: dict[str, None] = {}
    serials = []
    for serial, brand, model in devices:
        titles[_title(brand, model)] = None
        serials.append(serial)
    parts = (name_key, phone_search_digits(phone_e164, phone), fold(email), *titles, *serials)
    return " " + " ".join(part for part in parts if part)


def _text_of(party: Party | sa.Row[Any], devices: Iterable[Searched]) -> str:
    return searchable_text(party.name_key, party.phone_e164, party.phone, party.email, devices)


@lru_cache(maxsize=4096)
def _title(brand: str, model: str) -> str:
    return fold(f"{brand} {model}")


def _devices_of(session: Session, party_id: int) -> list[Searched]:
    return [tuple(row) for row in session.execute(_DEVICES.where(DEVICE.c.party_id == party_id))]


def _devices(session: Session, first: int, last: int) -> dict[int, list[Searched]]:
    """The devices of the customers with these ids and those between."""
    found: dict[int, list[Searched]] = {}
    chosen = _DEVICES.add_columns(DEVICE.c.party_id).where(DEVICE.c.party_id.between(first, last))
    for serial, brand, model, party_id in session.execute(chosen):
        found.setdefault(party_id, []).append((serial, brand, model))
    return found
