"""Many orders at once: the past of a large shop, cast from orders that its own operations wrote, on any database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from convisav_tui import clock
from convisav_tui.config import Config
from convisav_tui.demo.casting import Casting, Staffed
from convisav_tui.demo.history import SEED
from convisav_tui.demo.mould import Mould
from convisav_tui.demo.moulds import Moulds, moulds_of
from convisav_tui.demo.pool import Draw, Pool, invented
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import shop_of
from convisav_tui.store.bulk import bulk_load
from convisav_tui.store.engine import Store
from convisav_tui.store.models import DeviceType, Role, Staff

BATCH = 2_000
ORDERS_A_DAY, LONGEST_DAYS = 40, 3650
YOUNGEST_DAYS = 95
# However large the shop, its shelves hold so many devices.
OPEN_SHARE, MOST_OPEN = 8, 1500


@dataclass(frozen=True)
class Planned:
    """An order to be: when it is opened (naive UTC), and how it goes."""

    opened: datetime
    mould: Mould


def write_many(
    store: Store,
    config: Config,
    actor: Actor,
    count: int,
    advance: Callable[[int], None] = lambda amount: None,
    pool: Pool | None = None,
    seed: int = SEED,
) -> None:
    """Add `count` orders, most of them closed before the last months, to a shop without customers. The same seed at the
    same instant gives the same rows on every kind of database. Raises StoreError when the shop has customers."""
    shop = shop_of(config)
    draw = Draw(pool or invented(shop.language), seed)
    with store.read() as session:
        staffed, types = _staffed(session, actor), _types(session)
    with bulk_load(store) as load:
        moulds = moulds_of(config)
        casting = Casting(load, moulds, draw, shop, staffed, types)
        for number, planned in enumerate(plan(moulds, draw, count)):
            casting.order(number, planned.opened, planned.mould)
            if number % BATCH == BATCH - 1:
                casting.pour()
                advance(BATCH)
        casting.finish()
        advance(count % BATCH)


def plan(moulds: Moulds, draw: Draw, count: int) -> Iterator[Planned]:
    """When each order is opened and how it goes: the closed ones day by day, then the open ones, oldest first."""
    still_open = min(count // OPEN_SHARE, MOST_OPEN)
    now, closed = clock.now().replace(tzinfo=None), count - still_open
    days = max(30, min(LONGEST_DAYS, count // ORDERS_A_DAY))
    first = (now - timedelta(days=YOUNGEST_DAYS + days)).date()
    for day in range(days):
        numbers = range(closed * day // days, closed * (day + 1) // days)
        yield from _of_day(moulds, draw, first + timedelta(days=day), numbers)
    yield from sorted(
        (_still_open(moulds, draw, number) for number in range(closed, count)), key=lambda planned: planned.opened
    )


def _of_day(moulds: Moulds, draw: Draw, day: date, numbers: range) -> list[Planned]:
    planned = []
    for number in numbers:
        chance = draw.chance(number, 4)
        mould = moulds.closed[chance % len(moulds.closed)]
        moved = timedelta(days=(day - mould.opened.date()).days, minutes=(chance >> 32) % 60)
        planned.append(Planned(mould.opened + moved, mould))
    return sorted(planned, key=lambda one: one.opened)


def _still_open(moulds: Moulds, draw: Draw, number: int) -> Planned:
    chance, mould = draw.chance(number, 4), moulds.open[number % len(moulds.open)]
    return Planned(mould.opened - timedelta(days=(chance >> 16) % 2, minutes=(chance >> 32) % 120), mould)


def _types(session: Session) -> dict[str, int]:
    found = session.exec(select(DeviceType.code, DeviceType.id))
    return {code: type_id for code, type_id in found if type_id is not None}


def _staffed(session: Session, actor: Actor) -> Staffed:
    people: Sequence[Staff] = session.exec(select(Staff).where(col(Staff.active)).order_by(col(Staff.id))).all()
    everybody = [person.id for person in people if person.id is not None]
    technicians = [person.id for person in people if person.id is not None and person.role is Role.TECHNICIAN]
    return Staffed(everybody, technicians or everybody, actor.station_id)
