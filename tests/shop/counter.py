"""A shop at its counter for the tests of the intake: real SQLite, first rows, a clerk."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from convisav_tui.config import Config, DatabaseConfig, ShopConfig, StaffConfig
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.intake import Received, receive
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.shop.quote_paper import REGISTRATION
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.shop.setup import first_rows
from convisav_tui.store.engine import Store
from convisav_tui.store.models import RepairOrder, Staff
from tests.shop_builder import empty_store
from tests.store.databases import server_shop

NOW = "2026-11-21T10:00:00+01:00"  # a Saturday
SHOP = ShopContext(
    name="Atelier Rivoli",
    address="1 rue de Rivoli\n75001 Paris",
    phone="01 42 00 00 00",
    email="atelier@example.org",
    country="FR",
    currency="EUR",
    language="fr",
    timezone="Europe/Paris",
)
CLERK = Actor(staff_id=1, name="Anna", station_id=None, station_name="comptoir 1")
OTHER = Actor(staff_id=1, name="Anna", station_id=None, station_name="comptoir 2")


def counter_store(folder: Path, server_url: str = "") -> Store:
    """A new database with the shipped catalogue, a clerk and a technician, in a file or on that server."""
    if server_url:
        return server_shop(server_url, folder, "counter", _fill)
    shutil.copy(_template() / "shop.db", folder / "shop.db")
    return Store(f"sqlite:///{folder / 'shop.db'}")


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="convisav-test-"))
    atexit.register(shutil.rmtree, folder)
    store = empty_store(folder)
    _fill(store)
    store.close()
    return folder


def _fill(store: Store) -> None:
    staff = (StaffConfig("anna", "Anna"), StaffConfig("theo", "Théo", role="technician"))
    config = Config(ShopConfig(), DatabaseConfig(store.url), Path(), staff=staff)
    store.write(lambda session: first_rows(session, config))
    store.write(registered)


def registered(session: Session) -> None:
    """What a French quote must name: without it none is issued."""
    keep_setting(session, REGISTRATION, "RCS Paris 000 000 000")


def technician(session: Session) -> Actor:
    """Théo at his bench."""
    theo = session.exec(select(Staff).where(Staff.login == "theo")).one()
    return Actor(staff_id=theo.id, name=theo.name, station_id=None, station_name="établi")


def raw(**fields: str) -> dict[str, str]:
    """A complete and correct intake, with these fields instead."""
    return {
        "name": "Hélène Lefèvre",
        "phone": "06 12 34 56 78",
        "device_type": "washing_machine",
        "brand": "Miele",
        "model": "WCD320",
        "serial": "12345678",
        "fault": "ne vidange plus",
        "ready_channel": "none",
    } | fields


def take_in(store: Store, key: str = "key-1", **fields: str) -> Received:
    """Receive such an intake."""
    form = parse_intake(raw(**fields), SHOP)
    return store.write(lambda session: receive(session, form, CLERK, SHOP, key))


def everything_in(store: Store) -> str:
    """All rows of all tables as one text."""
    with store.read() as session:
        tables = SQLModel.metadata.sorted_tables
        return "\n".join(str(row) for table in tables for row in session.execute(sa.select(table)))


def order_of(store: Store, received: Received) -> RepairOrder:
    """The order as it was committed."""
    with store.read() as session:
        return session.get_one(RepairOrder, received.order_id)
