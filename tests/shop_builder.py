"""Builds small shops in a temporary SQLite file: rows written directly, without the shop's rules."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from convisav_tui import ticket_number
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    Counter,
    Device,
    DeviceFamily,
    DeviceType,
    Message,
    MessageEvent,
    MessageState,
    OrderEvent,
    OrderState,
    Party,
    RepairOrder,
    Role,
    Staff,
)
from convisav_tui.text import digits, fold

OPENED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
_unique = itertools.count(1)


def empty_store(folder: Path, lock_seconds: float = 10.0) -> Store:
    """A new database in `folder`, with its tables and the program's schema version, without rows."""
    from convisav_tui.store.schema_version import HEAD

    store = Store(f"sqlite:///{folder / 'shop.db'}", lock_seconds=lock_seconds)
    SQLModel.metadata.create_all(store.engine)
    with store.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    return store


def small_store(folder: Path, lock_seconds: float = 10.0) -> Store:
    """The same with a clerk and two device types: washing_machine and smartphone."""
    store = empty_store(folder, lock_seconds)
    store.write(first_rows)
    return store


def first_rows(session: Session) -> None:
    """A clerk and two device types."""
    session.add(Staff(login="anna", name="Anna", role=Role.CLERK))
    session.add(
        DeviceType(
            code="washing_machine",
            family=DeviceFamily.APPLIANCE,
            names={"fr": "Lave-linge", "en": "Washing machine", "ro": "Mașină de spălat"},
        )
    )
    session.add(
        DeviceType(
            code="smartphone",
            family=DeviceFamily.PHONE,
            names={"fr": "Téléphone", "en": "Smartphone", "ro": "Telefon"},
            has_imei=True,
            has_secret=True,
        )
    )


def add_party(session: Session, name: str = "Hélène Lefèvre", **values: Any) -> Party:
    """A customer, findable by name, phone and e-mail. Give `phone` and `phone_e164` together."""
    from convisav_tui.store.search_index import refresh_party

    values.setdefault("phone", "06 12 34 56 78")
    values.setdefault("phone_e164", "+33" + digits(values["phone"])[1:] if values["phone"] else "")
    email = values.get("email", "")
    party = Party(name=name, name_key=fold(name), email_key=email.casefold(), **values)
    session.add(party)
    session.flush()
    refresh_party(session, party.id or 0)
    return party


def add_device(session: Session, party: Party, type_code: str = "washing_machine", **values: Any) -> Device:
    """A device of a customer."""
    from convisav_tui.store.search_index import refresh_party

    type_id = session.execute(sa.select(DeviceType.id).where(DeviceType.code == type_code)).scalar_one()
    values = {"brand": "Miele", "model": "WCD320"} | values
    serial_key = fold(values.get("serial", "")).replace(" ", "")
    device = Device(party_id=party.id, device_type_id=type_id, serial_key=serial_key, **values)
    session.add(device)
    session.flush()
    refresh_party(session, party.id or 0)
    return device


def add_order(session: Session, device: Device, state: OrderState = OrderState.RECEIVED, **values: Any) -> RepairOrder:
    """An order with a number and the event that received it."""
    series = f"ticket:{values.get('opened_at', OPENED).year}"  # as shop/numbers.py counts
    counter = session.get(Counter, series) or Counter(name=series, value=0)
    counter.value += 1
    session.add(counter)
    opened_at = values.setdefault("opened_at", OPENED + timedelta(minutes=counter.value))
    values = {"number": ticket_number.make(opened_at.year, counter.value), "reported_fault": "ne vidange plus"} | values
    order = RepairOrder(
        party_id=device.party_id,
        device_id=device.id,
        state=state,
        idempotency_key=f"builder-{next(_unique)}-{values['number']}",
        **values,
    )
    session.add(order)
    session.flush()
    session.add(
        OrderEvent(
            order_id=order.id,
            at=opened_at,
            event="receive",
            transition="T01",
            to_state="received",
            detail={},
            before={},
        )
    )
    session.flush()
    return order


def add_message(
    session: Session, order: RepairOrder, state: MessageState = MessageState.QUEUED, **values: Any
) -> Message:
    """A message of an order."""
    values = {
        "event": MessageEvent.REPAIR_READY,
        "channel": Channel.SMS,
        "recipient": "+33612345678",
        "body": "Votre appareil est réparé.",
    } | values
    message = Message(order_id=order.id, state=state, dedupe_key=f"builder-{next(_unique)}-{order.number}", **values)
    session.add(message)
    session.flush()
    return message


def small_shop(folder: Path, orders: int = 3) -> Store:
    """A shop with one customer, one washing machine, and `orders` orders of it, all waiting."""
    store = small_store(folder)

    def fill(session: Session) -> None:
        device = add_device(session, add_party(session), serial="12345678")
        for _ in range(orders):
            add_order(session, device)

    store.write(fill)
    return store
