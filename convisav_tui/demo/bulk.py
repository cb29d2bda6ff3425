"""Many orders at once: the finished past of a large shop, written row by row without its operations (SQLite only)."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from convisav_tui import clock, ticket_number
from convisav_tui.contact import parse_phone
from convisav_tui.demo import people
from convisav_tui.demo.stories import WORK
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Counter, DeviceType
from convisav_tui.store.search_index import rebuild
from convisav_tui.store.tables import CUSTODY_EVENT, DEVICE, ORDER, ORDER_EVENT, PARTY
from convisav_tui.text import fold

SEED = 8122
BATCH = 2_000
ORDERS_A_CUSTOMER = 3
ORDERS_A_DAY = 40
YOUNGEST_DAYS = 95
# Every so many-th order is still open: a large shop has some hundreds on its shelves, not tens of thousands.
OPEN_EVERY = 60

# Event, row of rules.md 7.3, state it leads to, hours after the one before: work that a guarantee pays.
_CLOSED = (
    ("receive", "T01", "received", 0),
    ("start_diagnosis", "T03", "diagnosing", 20),
    ("authorise_direct", "T05", "in_repair", 3),
    ("complete", "T24", "completed", 50),
    ("no_notice", "T27", "notified", 0),
    ("hand_over", "T30", "returned", 70),
    ("close", "T31", "closed", 1),
)
_OPEN_AFTER = (1, 2, 3, 5)

Row = dict[str, Any]


def write_many(
    store: Store, shop: ShopContext, actor: Actor, count: int, progress: Callable[[int], None] = lambda amount: None
) -> None:
    """Add `count` orders that were opened before the last months, most of them closed. For an empty database only."""
    with store.read() as session:
        types = {code: type_id for code, type_id in session.exec(select(DeviceType.code, DeviceType.id))}
    counters: Tally[int] = Tally()
    orders = _Orders(shop, actor, types, counters).rows(count)
    while batch := list(islice(orders, BATCH)):
        store.write(lambda session, batch=batch: _insert(session, batch))  # type: ignore[misc]
        progress(len(batch))

    def finish(session: Session) -> None:
        session.add_all(Counter(name=f"ticket:{year}", value=value) for year, value in counters.items())
        rebuild(session)
        session.connection().exec_driver_sql("ANALYZE")

    store.write(finish)


class _Orders:
    """Makes the rows of each order: party (with its first order), device, order, events, custody."""

    def __init__(self, shop: ShopContext, actor: Actor, types: dict[str, int | None], counters: Tally[int]) -> None:
        self._shop = shop
        self._actor = actor
        self._types = types
        self._counters = counters
        self._random = Random(SEED)

    def rows(self, count: int) -> Iterator[dict[sa.Table, list[Row]]]:
        """One mapping of table to rows an order, oldest first."""
        days = max(30, count // ORDERS_A_DAY)
        now = clock.now()
        first = now - timedelta(days=YOUNGEST_DAYS + days)
        for number in range(count):
            is_open = number % OPEN_EVERY == OPEN_EVERY - 1
            opened = first + timedelta(seconds=number * days * 86_400 / count)
            if is_open:
                opened = now - timedelta(days=self._random.randint(1, 20), minutes=number % 600)
            yield self._order(number, opened.astimezone(UTC), is_open)

    def _order(self, number: int, opened: datetime, is_open: bool) -> dict[sa.Table, list[Row]]:
        party_id, order_id = number // ORDERS_A_CUSTOMER + 1, number + 1
        rows: dict[sa.Table, list[Row]] = {}
        if number % ORDERS_A_CUSTOMER == 0:
            rows[PARTY] = [self._party(party_id, opened)]
        model = self._random.choice(people.MODELS)
        serial = people.serial(self._random, model)
        rows[DEVICE] = [
            {
                "id": order_id, "version": 1, "party_id": party_id, "device_type_id": self._types[model.type_code],
                "brand": model.brand, "model": model.model, "serial": serial, "serial_key": serial,
                "seller": "", "note": "", "created_at": opened, "updated_at": opened,
            }
        ]  # fmt: skip
        taken = self._random.choice(_OPEN_AFTER) if is_open else len(_CLOSED)
        events = self._events(order_id, opened, taken)
        rows[ORDER] = [self._head(number, party_id, opened, events)]
        rows[ORDER_EVENT] = events
        rows[CUSTODY_EVENT] = self._custody(order_id, events)
        return rows

    def _party(self, party_id: int, opened: datetime) -> Row:
        person = people.person(self._random, party_id)
        phone = parse_phone(person.phone, "FR")
        return {
            "id": party_id, "version": 1, "kind": "person", "name": person.name, "name_key": fold(person.name),
            "phone": phone.national, "phone_e164": phone.e164, "phone_kind": phone.kind, "email": person.email,
            "email_key": person.email.casefold(), "street": person.street, "postcode": person.postcode,
            "city": person.city, "language": person.language, "channel": "none", "note": "",
            "created_at": opened, "updated_at": opened,
        }  # fmt: skip

    def _events(self, order_id: int, opened: datetime, taken: int) -> list[Row]:
        events: list[Row] = []
        before, at = "", opened
        for event, transition, state, hours in _CLOSED[:taken]:
            at = min(at + timedelta(hours=hours), clock.now())
            events.append(
                {
                    "order_id": order_id, "at": at, "event": event, "transition": transition, "from_state": before,
                    "to_state": state, "staff_id": self._actor.staff_id, "station_id": self._actor.station_id,
                    "detail": {}, "before": {},
                }
            )  # fmt: skip
            before = state
        return events

    def _head(self, number: int, party_id: int, opened: datetime, events: list[Row]) -> Row:
        year = clock.local(opened, self._shop.timezone).year
        self._counters[year] += 1
        at = {event["to_state"]: event["at"] for event in events}
        state = events[-1]["to_state"]
        promised: date = (opened + timedelta(days=30 if "closed" not in at else 8)).date()
        fault = self._random.choice(("ne s'allume plus", "ne chauffe plus", "écran cassé", "bruit anormal", "fuite"))
        return {
            "id": number + 1, "version": 1, "number": ticket_number.make(year, self._counters[year]),
            "idempotency_key": f"bulk-{number}", "state": state, "kind": "manufacturer_guarantee",
            "party_id": party_id, "depositor": "", "principal_reference": "", "device_id": number + 1,
            "comeback_suspected": False, "reported_fault": fault,
            "found_fault": WORK[number % len(WORK)] if "completed" in at else "", "accessories": "",
            "intake_condition": "", "note": "", "parts_in_warranty": True, "labour_in_warranty": True,
            "quote_requested": False, "currency": self._shop.currency, "promised_on": promised,
            "quote_channel": "none", "ready_channel": "none", "quote_state": "none",
            "billing_state": "not_billable" if "closed" in at else "none",
            "holder": "returned" if "returned" in at else "in_shop", "place": "", "secret_state": "none",
            "outcome": "repaired" if "completed" in at else None, "price": 0 if "completed" in at else None,
            "received_by_id": self._actor.staff_id, "station_id": self._actor.station_id, "opened_at": opened,
            "updated_at": events[-1]["at"], "completed_at": at.get("completed"), "notified_at": at.get("notified"),
            "returned_at": at.get("returned"), "closed_at": at.get("closed"),
        }  # fmt: skip

    def _custody(self, order_id: int, events: list[Row]) -> list[Row]:
        holders = {"received": "in_shop", "returned": "returned"}
        return [
            {
                "order_id": order_id, "at": event["at"], "holder": holders[event["to_state"]], "place": "",
                "staff_id": self._actor.staff_id, "note": "",
            }
            for event in events
            if event["to_state"] in holders
        ]  # fmt: skip


def _insert(session: Session, orders: list[dict[sa.Table, list[Row]]]) -> None:
    for table in (PARTY, DEVICE, ORDER, ORDER_EVENT, CUSTODY_EVENT):
        rows = [row for order in orders for row in order.get(table, ())]
        if rows:
            session.connection().execute(sa.insert(table), rows)
