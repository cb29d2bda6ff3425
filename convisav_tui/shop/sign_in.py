"""Signing in by PIN: the PIN alone says who it is; nobody is listed before (features H2)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, select

from convisav_tui.clock import now
from convisav_tui.errors import StoreFull, StoreReadOnly
from convisav_tui.shop import lock_out, pins
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.lock_out import SHOP, Tries, person_subject, station_subject
from convisav_tui.shop.permissions import pins_in_use
from convisav_tui.shop.staff import seen_station
from convisav_tui.shop.staff_journal import note_sign_in
from convisav_tui.shop.staffing import give_pin, pin_hashes
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Staff, StaffEvent, Station

TELLING_WAIT = 60
"""A wait of so many seconds is written down for the manager."""


@dataclass(frozen=True)
class Attempt:
    """How a PIN was taken: the person, or None and the seconds until the next try."""

    person: Actor | None
    wait: int = 0


@dataclass(frozen=True)
class _Claim:
    """A try that was counted: at which station, and how things were before; `wait` when there was none to be had."""

    station_id: int
    wait: int
    before: dict[str, Tries]
    locked_for: int | None = None


def sign_in(store: Store, pin: str, station_name: str, locked_for: int | None = None) -> Attempt:
    """Take a PIN at a station, which `locked_for` (id of the staff) may have left locked. Raises StoreError.

    The hash is computed between two transactions: nobody else waits for it."""
    try:
        claim = store.write(lambda session: _claim(session, station_name, locked_for))
    except (StoreFull, StoreReadOnly):
        return _sign_in_unwritten(store, pin, station_name)
    if claim.wait:
        return Attempt(None, claim.wait)
    found = _whose(store, pin)
    return store.write(lambda session: _settle(session, claim, found, station_name))


def _whose(store: Store, pin: str) -> int | None:
    with store.read() as session:
        hashes = pin_hashes(session)
    return pins.whose(pin, hashes) if pins.is_well_formed(pin) else None


# Wrong tries of this process, by station, while none can be written down because the disk is full.
_unwritten: dict[str, Tries] = {}


def _sign_in_unwritten(store: Store, pin: str, station_name: str) -> Attempt:
    """Orders can still be looked up where nothing can be written: who may do that signs in all the same."""
    instant, limit, name = now(), lock_out.LIMITS["station"], station_name[:80]
    before = _unwritten.get(name, Tries(0, instant))
    with store.read() as session:
        station = session.exec(select(Station.id).where(Station.name == name)).first()
        known = (SHOP,) if station is None else (SHOP, station_subject(station))
        waits = max(before.wait(limit, instant), lock_out.wait(session, known, instant))
    if waits:
        return Attempt(None, waits)
    _unwritten[name] = Tries(before.failures + 1, instant)
    found = _whose(store, pin)
    with store.read() as session:
        person = session.get(Staff, found) if found is not None else None
    if person is None:
        return Attempt(None, _unwritten[name].wait(limit, instant))
    _unwritten[name] = before
    return Attempt(Actor(person.id, person.name, station, name, person.role, person.language))


def change_own_pin(store: Store, actor: Actor, old: str, new: str) -> Attempt:
    """Give oneself another PIN, proven by the old one, which is tried like a sign-in: the seconds until the next try
    where it was wrong. Raises Refusal for a new PIN that is no good; that too is a try, since it may tell that
    somebody has this PIN."""
    claim = store.write(lambda session: _claim(session, actor.station_name, actor.staff_id))
    if claim.wait:
        return Attempt(None, claim.wait)
    with store.read() as session:
        hashes = pin_hashes(session)
    if actor.staff_id is None or pins.whose(old, hashes) != actor.staff_id:
        return store.write(lambda session: _settle(session, claim, None, actor.station_name))

    def change(session: Session) -> Attempt:
        person = session.get_one(Staff, actor.staff_id)
        give_pin(session, person, new, actor)
        lock_out.forgive(session, claim.before, now())
        return Attempt(actor)

    return store.write(change)


def still_here(session: Session, actor: Actor) -> Actor | None:
    """The person as the shop knows him now, None when he may work here no longer without signing in: he was disabled,
    lost his PIN, or PINs came into use and he has none."""
    if not pins_in_use(session):
        return _refreshed(session, actor)
    person = session.get(Staff, actor.staff_id) if actor.staff_id is not None else None
    if person is None or not person.active or person.pin_hash is None:
        return None
    return _refreshed(session, actor)


def _refreshed(session: Session, actor: Actor) -> Actor:
    person = session.get(Staff, actor.staff_id) if actor.staff_id is not None else None
    if person is None:
        return actor
    return Actor(person.id, person.name, actor.station_id, actor.station_name, person.role, person.language)


def _claim(session: Session, station_name: str, locked_for: int | None) -> _Claim:
    station = seen_station(session, station_name)
    assert station.id is not None
    instant = now()
    seen = (station_subject(station.id), SHOP)
    waits = lock_out.wait(session, seen, instant)
    if waits:
        return _Claim(station.id, waits, {})
    known = (person_subject(locked_for),) if locked_for is not None else ()
    return _Claim(station.id, 0, lock_out.count(session, (*seen, *known), instant), locked_for)


def _settle(session: Session, claim: _Claim, found: int | None, station_name: str) -> Attempt:
    """Sign in whom the PIN names; one who is locked out is told what a stranger is told."""
    instant = now()
    person = session.get(Staff, found) if found is not None else None
    if person is not None and person.active and not _locked_out(session, claim, person):
        lock_out.forgive(session, claim.before, instant)
        note_sign_in(session, person, station_name, claim.locked_for)
        return Attempt(Actor(person.id, person.name, claim.station_id, station_name[:80], person.role, person.language))
    waits = lock_out.wait(session, [subject for subject in claim.before if not subject.startswith("person")], instant)
    if waits >= TELLING_WAIT:
        session.add(StaffEvent(event="sign_in_refused", station_name=station_name[:80], detail={"wait": waits}))
    return Attempt(None, waits)


def _locked_out(session: Session, claim: _Claim, person: Staff) -> bool:
    assert person.id is not None
    subject, instant = person_subject(person.id), now()
    earlier = claim.before.get(subject) or lock_out.tries(session, subject, instant)
    return earlier.wait(lock_out.LIMITS["person"], instant) > 0
