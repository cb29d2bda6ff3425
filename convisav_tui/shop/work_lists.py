"""Lists of work: by technician, what nobody touched, and the next ten actions of the shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.i18n import mark
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.store.board import FINISHED
from convisav_tui.store.models import (
    Device,
    OrderEvent,
    OrderState,
    OrderTechnician,
    Party,
    RepairOrder,
    Staff,
    WorkTime,
)

RADAR_HOURS = "radar_hours"  # setting: working hours without anything happening
_USUAL_HOURS = 18  # two days
_BEGINS, _ENDS, _DAYS = time(9), time(18), range(6)  # Monday to Saturday
TEN = 10
S = OrderState
# What is to be done in each state, the most pressing first: somebody waits for it outside the shop.
ACTIONS: tuple[tuple[OrderState, str], ...] = (
    (S.TO_NOTIFY, mark("tell the customer")),
    (S.TESTING, mark("test and finish")),
    (S.IN_REPAIR, mark("repair")),
    (S.QUOTE_ACCEPTED, mark("start the repair")),
    (S.QUOTE_REFUSED, mark("reassemble")),
    (S.QUOTE_REQUESTED, mark("make the quote")),
    (S.DIAGNOSING, mark("finish the diagnosis")),
    (S.RECEIVED, mark("start the diagnosis")),
    (S.QUOTE_EXPIRED, mark("ask about the quote")),
    (S.AWAITING_PARTS, mark("ask for the parts")),
)
_RANK = {state: rank for rank, (state, _words) in enumerate(ACTIONS)}
_WAIT_OUTSIDE = (S.QUOTE_ISSUED, S.AWAITING_COVERAGE, S.SUBCONTRACTED)


@dataclass(frozen=True)
class Job:
    """An order as work; `touched` is the last thing that happened to it, `idle` working hours since; `action` is a
    message id."""

    order_id: int
    number: str
    customer: str
    device: str
    fault: str
    state: str
    technicians: tuple[str, ...]
    staff_ids: frozenset[int]
    priority: int
    promised_on: date | None
    touched: datetime
    idle: int
    late: bool
    action: str


def work_of(session: Session, shop: ShopContext, staff_id: int | None = None) -> list[Job]:
    """The work of the shop, or of one technician: urgent first, then by promised date."""
    jobs = _jobs(session, shop)
    return [job for job in jobs if staff_id is None or staff_id in job.staff_ids]


def silent_jobs(session: Session, shop: ShopContext) -> list[Job]:
    """What nobody touched for the hours of the setting in its state, the longest silent first."""
    most = shop_setting(session, RADAR_HOURS)
    limit = most if isinstance(most, int) and not isinstance(most, bool) and most > 0 else _USUAL_HOURS
    silent = [job for job in _jobs(session, shop, waiting_too=True) if job.idle >= limit]
    return sorted(silent, key=lambda job: (-job.idle, job.order_id))


def next_ten(session: Session, shop: ShopContext, staff_id: int | None = None) -> list[Job]:
    """The ten things to do next: urgent, late, then those for which somebody waits the longest."""
    mine = [job for job in _jobs(session, shop) if staff_id is None or not job.staff_ids or staff_id in job.staff_ids]
    return sorted(mine, key=lambda job: (-job.priority, not job.late, _RANK[S(job.state)], _due(job), job.order_id))[
        :TEN
    ]


def working_hours(since: datetime, until: datetime, zone: str) -> int:
    """Whole working hours between two instants (aware UTC), by the shop's clock."""
    start, end = since.astimezone(ZoneInfo(zone)), until.astimezone(ZoneInfo(zone))
    seconds, day = 0.0, start.date()
    if (end.date() - day).days > 400:
        day = end.date() - timedelta(days=400)
    while day <= end.date():
        if day.weekday() in _DAYS:
            opens = max(start, datetime.combine(day, _BEGINS, start.tzinfo))
            closes = min(end, datetime.combine(day, _ENDS, start.tzinfo))
            seconds += max(0.0, (closes - opens).total_seconds())
        day += timedelta(days=1)
    return int(seconds // 3600)


def _due(job: Job) -> date:
    return job.promised_on or date.max


def _jobs(session: Session, shop: ShopContext, *, waiting_too: bool = False) -> list[Job]:
    """The open orders that somebody of the shop can do something about, by priority and promised date."""
    states = (*_RANK, *(_WAIT_OUTSIDE if waiting_too else ()))
    chosen = (
        select(RepairOrder, Device, Party.name)
        .join(Device, col(Device.id) == col(RepairOrder.device_id))
        .join(Party, col(Party.id) == col(RepairOrder.party_id))
        .where(col(RepairOrder.closed_at).is_(None), col(RepairOrder.state).in_(states))
    )
    rows = session.exec(chosen).all()
    touched, people = _touched(session), _people(session)
    names = {row.id: row.name for row in session.exec(select(Staff))}
    jobs = [
        _job(order, device.title, customer, touched.get(order.id or 0), people.get(order.id or 0, ()), names, shop)
        for order, device, customer in rows
    ]
    return sorted(jobs, key=lambda job: (-job.priority, _due(job), job.order_id))


def _job(
    order: RepairOrder,
    device: str,
    customer: str,
    touched: datetime | None,
    others: Sequence[int],
    names: dict[int | None, str],
    shop: ShopContext,
) -> Job:
    last = max(touched or order.opened_at, order.opened_at)
    staff = [*([order.technician_id] if order.technician_id else []), *others]
    late = order.promised_on is not None and order.promised_on < shop.today() and order.state.value not in FINISHED
    return Job(
        order_id=order.id or 0,
        number=order.number,
        customer=customer,
        device=device,
        fault=" ".join(order.reported_fault.split())[:200],
        state=order.state.value,
        technicians=tuple(names.get(staff_id, "") for staff_id in staff),
        staff_ids=frozenset(staff),
        priority=order.priority,
        promised_on=order.promised_on,
        touched=last,
        idle=working_hours(last, now(), shop.timezone),
        late=late,
        action=dict(ACTIONS).get(order.state, ""),
    )


def _touched(session: Session) -> dict[int, datetime]:
    """When something last happened to each open order: an event, or work on it."""
    still = select(RepairOrder.id).where(col(RepairOrder.closed_at).is_(None))
    events = select(OrderEvent.order_id, sa.func.max(OrderEvent.at)).where(col(OrderEvent.order_id).in_(still))
    found = dict(session.exec(events.group_by(col(OrderEvent.order_id))).all())
    times = select(WorkTime).where(col(WorkTime.order_id).in_(still))
    for row in session.exec(times):
        at = row.stopped_at or now()
        found[row.order_id] = max(found.get(row.order_id, at), at)
    return found


def _people(session: Session) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for row in session.exec(select(OrderTechnician).order_by(col(OrderTechnician.id))):
        found[row.order_id] = (*found.get(row.order_id, ()), row.staff_id)
    return found
