"""The people of the shop: who works here, as what, with which PIN. Every change is written down (rules.md 4.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import Refusal
from convisav_tui.i18n import _
from convisav_tui.shop import lock_out, pins
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.permissions import Permission, asks, pins_in_use, require
from convisav_tui.store.models import FailedSignIn, Role, Staff, StaffEvent
from convisav_tui.text import clean_line


@dataclass(frozen=True)
class Member:
    """A person of the staff, as the manager sees him."""

    id: int
    login: str
    name: str
    role: Role
    active: bool
    has_pin: bool


@asks(Permission.MANAGE_STAFF)
def members(session: Session, actor: Actor) -> list[Member]:
    """The staff, those who work here first, by name."""
    require(session, actor, Permission.MANAGE_STAFF)
    rows = session.exec(select(Staff).order_by(col(Staff.active).desc(), col(Staff.name), col(Staff.id)))
    return [
        Member(row.id or 0, row.login, row.name, row.role, row.active, row.active and row.pin_hash is not None)
        for row in rows
    ]


@asks(Permission.MANAGE_STAFF)
def add_person(session: Session, login: str, name: str, role: Role, actor: Actor) -> int:
    """Add somebody; the id. Raises Refusal for a login that is none, or taken."""
    require(session, actor, Permission.MANAGE_STAFF)
    short, shown = clean_line(login)[:40], clean_line(name)[:80]
    if not short or any(character.isspace() for character in short):
        raise Refusal("login_good", _("A login is one word."))
    if session.exec(select(Staff.id).where(Staff.login == short)).first() is not None:
        raise Refusal("login_free", _("Somebody has the login “{login}” already.").format(login=short))
    person = Staff(login=short, name=shown or short, role=role)
    session.add(person)
    session.flush()
    _tell(session, person, "added", actor, role=role.value)
    assert person.id is not None
    return person.id


@asks(Permission.MANAGE_STAFF)
def set_pin(session: Session, staff_id: int, pin: str, actor: Actor) -> None:
    """Give somebody a PIN, the first one or another after he forgot his.

    Raises Refusal for a PIN that is no good, and while no manager has one: nobody could give any more."""
    require(session, actor, Permission.MANAGE_STAFF)
    person = _person(session, staff_id)
    if not person.active:
        raise Refusal("person_active", _("{name} works here no more.").format(name=person.name))
    if person.role is not Role.MANAGER and not _managers_with_pin(session, without=staff_id):
        raise Refusal("manager_with_pin", _("The first PIN is a manager's: give one to a manager first."))
    give_pin(session, person, pin, actor)
    row = session.get(FailedSignIn, lock_out.person_subject(staff_id))
    if row is not None:
        session.delete(row)


@asks(Permission.MANAGE_STAFF)
def remove_pin(session: Session, staff_id: int, actor: Actor) -> None:
    """Take somebody's PIN away: he signs in no more. Raises Refusal for the last manager's while others have one."""
    require(session, actor, Permission.MANAGE_STAFF)
    person = _person(session, staff_id)
    _refuse_without_manager(session, person)
    person.pin_hash = person.pin_set_at = None
    session.add(person)
    _tell(session, person, "pin_removed", actor)


@asks(Permission.MANAGE_STAFF)
def set_role(session: Session, staff_id: int, role: Role, actor: Actor) -> None:
    """Make somebody a clerk, technician, manager or billing. Raises Refusal for the last manager who can sign in."""
    require(session, actor, Permission.MANAGE_STAFF)
    person = _person(session, staff_id)
    if role is person.role:
        return
    if person.role is Role.MANAGER:
        _refuse_without_manager(session, person)
    before, person.role = person.role, role
    session.add(person)
    _tell(session, person, "role_changed", actor, before=before.value, role=role.value)


@asks(Permission.MANAGE_STAFF)
def disable(session: Session, staff_id: int, actor: Actor) -> None:
    """Somebody works here no more: his PIN goes, what he did keeps his name. Raises Refusal for the last manager."""
    require(session, actor, Permission.MANAGE_STAFF)
    person = _person(session, staff_id)
    _refuse_without_manager(session, person)
    person.active, person.pin_hash, person.pin_set_at = False, None, None
    session.add(person)
    _tell(session, person, "disabled", actor)


@asks(Permission.MANAGE_STAFF)
def enable(session: Session, staff_id: int, actor: Actor) -> None:
    """Somebody works here again; he needs a new PIN where PINs are used."""
    require(session, actor, Permission.MANAGE_STAFF)
    person = _person(session, staff_id)
    person.active = True
    session.add(person)
    _tell(session, person, "enabled", actor)


def give_pin(session: Session, person: Staff, pin: str, actor: Actor) -> None:
    """Keep the hash of a new PIN. Raises Refusal for one that is no good; whether it is easy to guess or somebody's is
    not told, and least of all whose."""
    refuse_weak_pin(pin)
    others = pin_hashes(session)
    others.pop(person.id or 0, None)
    if pins.whose(pin, others) is not None:
        raise _unusable()
    person.pin_hash, person.pin_set_at = pins.hash_of(pin, others.values()), now()
    session.add(person)
    _tell(session, person, "pin_set", actor)


def refuse_weak_pin(pin: str) -> None:
    """Raise Refusal for a PIN that nobody may have, whatever the others have: asked before it is typed once more."""
    if not pins.is_well_formed(pin):
        sentence = _("A PIN has {shortest} to {longest} digits.")
        raise Refusal("pin_form", sentence.format(shortest=pins.SHORTEST, longest=pins.LONGEST))
    if pins.is_too_common(pin):
        raise _unusable()


def _unusable() -> Refusal:
    return Refusal("pin_own", _("This PIN cannot be used."), _("Choose another, which nobody guesses."))


def pin_hashes(session: Session) -> dict[int, str]:
    """The hashes of those who may sign in, by their ids."""
    rows = session.exec(select(Staff.id, Staff.pin_hash).where(col(Staff.active), col(Staff.pin_hash).is_not(None)))
    return {staff_id: kept for staff_id, kept in rows if staff_id is not None and kept is not None}


def _person(session: Session, staff_id: int) -> Staff:
    return session.get_one(Staff, staff_id)


def _managers_with_pin(session: Session, without: int | None) -> bool:
    query = select(Staff.id).where(
        Staff.role == Role.MANAGER, col(Staff.active), col(Staff.pin_hash).is_not(None), Staff.id != without
    )
    return session.exec(query.limit(1)).first() is not None


def _refuse_without_manager(session: Session, person: Staff) -> None:
    """Where people sign in, one manager must be able to: else nobody could change anything any more."""
    if not pins_in_use(session) or _managers_with_pin(session, without=person.id):
        return
    others = [staff_id for staff_id in pin_hashes(session) if staff_id != person.id]
    if person.pin_hash is not None and others:
        sentence = _("{name} is the last manager with a PIN.").format(name=person.name)
        raise Refusal("manager_with_pin", sentence, _("Give another manager a PIN first."))


def _tell(session: Session, person: Staff, event: str, actor: Actor, **detail: Any) -> None:
    session.flush()
    station = actor.station_name[:80]
    session.add(StaffEvent(staff_id=person.id, event=event, by_id=actor.staff_id, station_name=station, detail=detail))
    session.flush()
