"""A counter on a real store with a few customers, and the intake form on a desk without a terminal."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from convisav_tui import clock
from convisav_tui.config import Config, DatabaseConfig, ShopConfig, StaffConfig, StationConfig
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.desk import Hooks
from convisav_tui.screens.drafts import DraftsView
from convisav_tui.screens.intake import IntakeView
from convisav_tui.screens.loading import shop_context
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Span
from convisav_tui.shop.setup import first_rows
from convisav_tui.shop.staff import person_at_station
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderState, Outcome, RepairOrder, TypeAllocation
from tests.screens.bench import Bench
from tests.shop.counter import registered
from tests.shop_builder import add_device, add_order, add_party, empty_store

IMEI = "490154203237518"


class Floor(View):
    """What lies below the intake."""

    name = "board"
    title = "Board"

    def render(self, width: int, height: int) -> Page:
        return Page([[Span("the board")]])


def config_of(folder: Path, station: str = "counter 1") -> Config:
    return Config(
        shop=ShopConfig(name="Atelier Rivoli", address="1 rue de Rivoli\n75001 Paris", phone="01 42 00 00 00"),
        database=DatabaseConfig(f"sqlite:///{folder / 'shop.db'}"),
        home=folder,
        staff=(StaffConfig("anna", "Anna"),),
        station=StationConfig(name=station, staff="anna"),
    )


def copy_of(template: Path, folder: Path) -> Store:
    """A copy of a shop made before: making one takes a second."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return Store(f"sqlite:///{folder / 'shop.db'}")


def shop_with_customers(folder: Path) -> Store:
    """Hélène Lefèvre with two devices (a washing machine repaired lately, a phone), Paul Lefebvre, and a nasty name."""
    return copy_of(_made_once(os.environ.get(clock.PRETENDED_NOW, "")), folder)


@cache
def _made_once(_now: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="convisav-test-"))
    atexit.register(shutil.rmtree, folder)
    store = empty_store(folder)
    store.write(lambda session: first_rows(session, config_of(folder)))
    store.write(registered)
    store.write(_fill)
    store.close()
    return folder


def _fill(session: Session) -> None:
    helene = add_party(session, phone_kind="mobile")
    add_party(session, "Paul Lefebvre", phone="06 12 34 99 01", phone_kind="mobile")
    add_party(session, "[bold]O'Neil & Fils [/]", phone="01 42 00 00 00", phone_kind="fixed")
    bought = date(2023, 3, 12)
    phone = add_device(session, helene, "phone", brand="Apple", model="iPhone 12", serial=IMEI)
    washer = add_device(session, helene, serial="12345678", purchased_on=bought, seller="Darty")
    add_order(session, phone, opened_at=clock.now() - timedelta(days=400))
    ended = clock.now() - timedelta(days=20)
    add_order(
        session,
        washer,
        OrderState.RETURNED,
        opened_at=ended - timedelta(days=5),
        returned_at=ended,
        completed_at=ended,
        outcome=Outcome.REPAIRED,
    )
    session.add(TypeAllocation(tac="35332811", brand="Samsung", model="Galaxy S21"))


def counter_on(store: Store, folder: Path, station: str = "counter 1") -> Counter:
    counter = Counter(config_of(folder, station))
    counter.shop_context = shop_context(counter)
    counter.person = store.write(lambda session: person_at_station(session, "anna", station))
    counter.opened = store
    return counter


class IntakeBench(Bench):
    """A desk with a floor and, above it, an intake; F2 and F5 open their screens as in the program."""

    def __init__(self, counter: Counter, width: int = 80, height: int = 24, **options: Any) -> None:
        self.counter = counter
        self.taken: list[str] = []
        super().__init__(Floor(), width, height, hooks=Hooks(on_action=self._act, on_scan=self._scan))
        self.scans: list[str] = []
        self.open(**options)

    def open(self, **options: Any) -> IntakeView:
        view = IntakeView(self.counter, received=self.taken.append, **options)
        self.desk.open(view)
        self._settle()
        return view

    def _act(self, action: str) -> bool:
        if action == "new":
            self.open()
        elif action == "drafts":
            self.desk.open(DraftsView(self.counter))
        else:
            return False
        return True

    def _scan(self, number: str) -> bool:
        self.scans.append(number)
        return True

    @property
    def intake(self) -> IntakeView:
        view = self.desk.view
        assert isinstance(view, IntakeView), view
        return view

    def answer(self, letter: str) -> None:
        """A letter to the question in the status row, which waits a moment to see whether a scan goes on."""
        self.press(letter)
        self.pass_time(0.1)
        self._settle()

    def value(self, key: str) -> str:
        return self.intake.form.state[key]

    @property
    def focus(self) -> str:
        return self.intake.form.focus

    @property
    def status(self) -> str:
        """The row above the key bar."""
        return self.line(self.height - 2)


def orders(store: Store) -> list[RepairOrder]:
    with store.read() as session:
        return list(session.exec(select(RepairOrder).order_by(sa.text("id desc"))))


def repaired(store: Store) -> RepairOrder:
    """The order of the washing machine that was handed back twenty days ago."""
    return next(order for order in orders(store) if order.state is OrderState.RETURNED)
