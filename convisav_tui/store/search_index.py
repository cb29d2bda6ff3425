"""Keeps the searchable text of each customer, and the trigram index over it, in step with the tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.contact import phone_search_digits
from convisav_tui.store.tables import DEVICE, PARTY, PARTY_SEARCH
from convisav_tui.text import fold

_SOURCE = (PARTY.c.id, PARTY.c.name_key, PARTY.c.phone, PARTY.c.phone_e164, PARTY.c.email)
# The index holds no copy of the text: it must be told what it is to forget.
_FORGET = "INSERT INTO party_search_fts (party_search_fts, rowid, body) VALUES ('delete', :id, :body)"
_LEARN = "INSERT INTO party_search_fts (rowid, body) VALUES (:id, :body)"
_REBUILD = "INSERT INTO party_search_fts (party_search_fts) VALUES ('rebuild')"


def refresh_party(session: Session, party_id: int) -> None:
    """Write the searchable text of one customer again; call it in the transaction that changed him or his devices."""
    session.flush()
    party = session.execute(sa.select(*_SOURCE).where(PARTY.c.id == party_id)).one_or_none()
    known = sa.select(PARTY_SEARCH.c.body).where(PARTY_SEARCH.c.party_id == party_id)
    before: str | None = session.execute(known).scalar_one_or_none()
    after = None if party is None else _text(party, _serials_of(session, party_id))
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
    serials = _serials(session)
    count = 0
    everybody = session.execute(sa.select(*_SOURCE).order_by(PARTY.c.id)).all()
    for start in range(0, len(everybody), 1000):
        batch = everybody[start : start + 1000]
        rows = [{"party_id": party.id, "body": _text(party, serials.get(party.id, []))} for party in batch]
        session.execute(sa.insert(PARTY_SEARCH), rows)
        count += len(rows)
    if has_trigrams(session):
        session.execute(sa.text(_REBUILD))
    return count


def has_trigrams(session: Session) -> bool:
    """Whether pieces of words are found by the FTS table (SQLite); elsewhere LIKE does, with pg_trgm's index."""
    return session.get_bind().dialect.name == "sqlite"


def _forget(session: Session, party_id: int, body: str) -> None:
    if has_trigrams(session):
        session.execute(sa.text(_FORGET), {"id": party_id, "body": body})
    session.execute(sa.delete(PARTY_SEARCH).where(PARTY_SEARCH.c.party_id == party_id))


def _text(party: sa.Row[Any], serials: list[str]) -> str:
    """Words apart by one space, with a space in front: " le" then finds what begins with these two letters."""
    phone = phone_search_digits(party.phone_e164, party.phone)
    return " " + " ".join(part for part in (party.name_key, phone, fold(party.email), *serials) if part)


def _serials_of(session: Session, party_id: int) -> list[str]:
    chosen = sa.select(DEVICE.c.serial_key).where(DEVICE.c.party_id == party_id, DEVICE.c.serial_key != "")
    return list(session.execute(chosen.order_by(DEVICE.c.id)).scalars())


def _serials(session: Session) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    chosen = sa.select(DEVICE.c.party_id, DEVICE.c.serial_key).where(DEVICE.c.serial_key != "").order_by(DEVICE.c.id)
    for party_id, key in session.execute(chosen):
        found.setdefault(party_id, []).append(key)
    return found
