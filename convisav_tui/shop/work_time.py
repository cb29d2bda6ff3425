"""Time worked on orders: a clock started and stopped, one a person, corrected where it ran on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.assigning import refuse_over
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import OrderTechnician, RepairOrder, Staff, WorkTime
from convisav_tui.text import clean_line

LONGEST = 24 * 60  # minutes of one correction


@dataclass(frozen=True)
class Clock:
    """What the key did: `running` now on this order; `stopped` is the number of another order whose clock it stopped,
    `minutes` what was added by stopping."""

    running: bool
    minutes: int = 0
    stopped: str = ""


@dataclass(frozen=True)
class Spell:
    """A stretch of work: `minutes` as it counts (corrected where a person said so), `stopped_at` None while it runs."""

    id: int
    version: int
    order_id: int
    staff_id: int
    name: str
    started_at: datetime
    stopped_at: datetime | None
    minutes: int
    corrected: bool
    note: str


@asks(Permission.MOVE_ORDER)
def start_or_stop(session: Session, order_id: int, actor: Actor, *, running: bool | None = None) -> Clock:
    """Start the actor's clock on an order, or stop it; a clock of his that runs elsewhere is stopped first. `running`
    is what the screen showed: the same key twice does nothing twice. Whoever starts it is one of its technicians.

    Raises Refusal where nobody signed in or the work is over, NotFound."""
    require(session, actor, Permission.MOVE_ORDER)
    order = _order(session, order_id)
    if actor.staff_id is None:
        raise Refusal("somebody_works", _("Nobody is signed in here: the clock has no owner."), mended_by="person")
    at = now()
    mine = session.exec(
        select(WorkTime).where(WorkTime.staff_id == actor.staff_id, col(WorkTime.stopped_at).is_(None))
    ).first()
    here = mine is not None and mine.order_id == order_id
    if running is not None and running is not here:
        return Clock(here)
    stopped, minutes = "", 0
    if mine is not None:
        mine.stopped_at = at
        session.add(mine)
        session.flush()
        minutes = minutes_of(mine, at)
        stopped = "" if here else _order(session, mine.order_id).number
    if here:
        return Clock(False, minutes)
    refuse_over(order)
    session.add(WorkTime(order_id=order_id, staff_id=actor.staff_id, started_at=at))
    add_technician(session, order, actor.staff_id)
    session.flush()
    return Clock(True, minutes, stopped)


@asks(Permission.MOVE_ORDER)
def correct(
    session: Session, spell_id: int, minutes: int, note: str, actor: Actor, *, expected_version: int | None = None
) -> None:
    """Say how long a stretch really was, in minutes; what the clock showed stays. A running one stops.

    Raises FieldErrors for no number of minutes, Conflict, NotFound, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    row = session.get(WorkTime, spell_id)
    if row is None:
        raise NotFound(_("This time was removed."))
    if expected_version is not None and row.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    if not 0 <= minutes <= LONGEST:
        raise FieldErrors({"minutes": _("Type minutes, from 0 to {most}").format(most=LONGEST)})
    row.corrected_minutes, row.note = minutes, clean_line(note)[:200]
    row.stopped_at = row.stopped_at or now()
    session.add(row)
    session.flush()


@asks(Permission.MOVE_ORDER)
def share(session: Session, order_id: int, staff_id: int, actor: Actor) -> bool:
    """Add a technician to an order, or take him off; whether he is on it now. Raises NotFound, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    order = _order(session, order_id)
    if session.get(Staff, staff_id) is None:
        raise NotFound(_("There is no such person."))
    row = session.exec(
        select(OrderTechnician).where(OrderTechnician.order_id == order_id, OrderTechnician.staff_id == staff_id)
    ).first()
    if row is not None:
        session.delete(row)
        session.flush()
        return False
    if order.technician_id == staff_id:
        raise Refusal("assigned_otherwise", _("He answers for this order already."))
    refuse_over(order)
    add_technician(session, order, staff_id)
    session.flush()
    return True


def add_technician(session: Session, order: RepairOrder, staff_id: int) -> None:
    """Let a person work on an order beside the one who answers for it; where nobody does, he answers for it."""
    if order.technician_id is None:
        order.technician_id = staff_id
        session.add(order)
        return
    there = select(OrderTechnician.id).where(OrderTechnician.order_id == order.id, OrderTechnician.staff_id == staff_id)
    if order.technician_id != staff_id and session.exec(there).first() is None:
        assert order.id is not None
        session.add(OrderTechnician(order_id=order.id, staff_id=staff_id))


def technicians_of(session: Session, order_id: int) -> list[tuple[int, str]]:
    """Id and name of those who work on an order beside the one who answers for it."""
    rows = select(Staff.id, Staff.name).join(OrderTechnician, col(OrderTechnician.staff_id) == col(Staff.id))
    found = session.exec(rows.where(OrderTechnician.order_id == order_id).order_by(col(OrderTechnician.id)))
    return [(staff_id or 0, name) for staff_id, name in found]


def spells_of(session: Session, order_id: int) -> Sequence[Spell]:
    """All stretches of work on an order, oldest first."""
    rows = select(WorkTime, Staff.name).join(Staff, col(Staff.id) == col(WorkTime.staff_id))
    at = now()
    return [
        Spell(
            row.id or 0,
            row.version,
            row.order_id,
            row.staff_id,
            name,
            row.started_at,
            row.stopped_at,
            minutes_of(row, at),
            row.corrected_minutes is not None,
            row.note,
        )
        for row, name in session.exec(rows.where(WorkTime.order_id == order_id).order_by(col(WorkTime.id)))
    ]


def minutes_of(row: WorkTime, at: datetime) -> int:
    """Whole minutes of a stretch, those that a person said before those of the clock."""
    if row.corrected_minutes is not None:
        return row.corrected_minutes
    return max(0, round(((row.stopped_at or at) - row.started_at).total_seconds() / 60))


def _order(session: Session, order_id: int) -> RepairOrder:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order
