"""Earlier orders of the same device, and whether a new one looks like a comeback under the repair guarantee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, or_, select

from convisav_tui.clock import local
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import GUARANTEE_MONTHS, number_for
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.identifiers import serial_key
from convisav_tui.store.models import Device, OrderState, Outcome, RepairOrder
from convisav_tui.text import fold

# Ends of an order after which there is no repair to guarantee.
_NO_REPAIR = (Outcome.NOT_REPAIRABLE, Outcome.REFUSED_RETURNED_AS_IS, Outcome.COVERAGE_REFUSED_RETURNED)
# Words that every fault has, in French, English and Romanian.
_COMMON_WORDS = frozenset(
    word
    for line in (
        "a ai au avec ca ce cette dans de des du elle en est et il je la le les mon ma ne ni on ou par pas plus pour",
        "quand que qui sa se ses son sur tout toute tres un une y sans ete fait marche",
        "an and any at by does device do fault for from has have in is it its my no not nothing of off or problem that",
        "the this to very when with work works working fonctionne probleme panne appareil",
        "al am are ca cand cu este fara foarte la mai nu pe si sunt una merge functioneaza problema aparat",
    )
    for word in line.split()
)
# Words are compared by their beginnings: vidange, vidangé, vidanger.
_STEM = 5
_SAME_FAULT_SHARE = 0.5


@dataclass(frozen=True)
class EarlierOrder:
    """An order that this device had: ten digits, days in the shop's zone."""

    order_id: int
    number: str
    state: OrderState
    opened_on: date
    returned_on: date | None
    fault: str
    outcome: Outcome | None


@dataclass(frozen=True)
class Suspicion:
    """The earlier order that this one may come back from; `until` is the last day of the guarantee on that repair."""

    number: str
    returned_on: date
    fault: str
    until: date
    same_fault: bool


def earlier_orders(
    session: Session, shop: ShopContext, *, device_id: int | None = None, serial: str = "", limit: int = 20
) -> list[EarlierOrder]:
    """The orders of a device, by its row or by its serial number whoever owned it, the newest first."""
    return [_as_earlier(order, shop) for order in _orders(session, device_id, serial, limit)]


def suspect(
    session: Session, device: Device | None, fault: str, shop: ShopContext, now: datetime, *, serial: str = ""
) -> Suspicion | None:
    """The last repair of this device (its row, or the `serial` typed so far) if its guarantee still runs (FR-G8).

    `now` is aware UTC. The guarantee is the day written at the hand-over, else the months that shop or country give.
    """
    today = local(now, shop.timezone).date()
    device_id, known = (device.id, device.serial) if device is not None else (None, "")
    for order in _orders(session, device_id, serial or known, limit=20):
        ended = order.returned_at or order.completed_at
        if ended is None or order.outcome in _NO_REPAIR or order.state is OrderState.CANCELLED:
            continue
        ended_on = local(ended, shop.timezone).date()
        months = number_for(session, shop.country, GUARANTEE_MONTHS, ended_on)
        until = order.repair_guarantee_until or add_months(ended_on, months)
        if today <= until:
            same = same_fault(order.reported_fault, fault)
            return Suspicion(order.number, ended_on, order.reported_fault, until, same)
    return None


def same_fault(first: str, second: str) -> bool:
    """Whether two faults look like the same: at least half the telling words of the shorter one are in the other."""
    ours, theirs = _telling_words(first), _telling_words(second)
    if not ours or not theirs:
        return False
    return len(ours & theirs) >= _SAME_FAULT_SHARE * min(len(ours), len(theirs))


def _orders(session: Session, device_id: int | None, serial: str, limit: int) -> Sequence[RepairOrder]:
    conditions = []
    if device_id is not None:
        conditions.append(col(RepairOrder.device_id) == device_id)
    if key := serial_key(serial):
        same_serial = select(Device.id).where(Device.serial_key == key)
        conditions.append(col(RepairOrder.device_id).in_(same_serial))
    if not conditions:
        return []
    return session.exec(
        select(RepairOrder).where(or_(*conditions)).order_by(col(RepairOrder.id).desc()).limit(limit)
    ).all()


def _as_earlier(order: RepairOrder, shop: ShopContext) -> EarlierOrder:
    assert order.id is not None
    return EarlierOrder(
        order_id=order.id,
        number=order.number,
        state=order.state,
        opened_on=local(order.opened_at, shop.timezone).date(),
        returned_on=local(order.returned_at, shop.timezone).date() if order.returned_at else None,
        fault=order.reported_fault,
        outcome=order.outcome,
    )


def _telling_words(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in fold(text).split() if len(word) > 1 and word not in _COMMON_WORDS)
