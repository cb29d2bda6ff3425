"""The whole program on a desk without a terminal, over a shop whose orders stand at every corner of the workflow."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from convisav_tui import ticket_number
from convisav_tui.main_screen import Program
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.desk import Hooks
from convisav_tui.shop.setup import first_rows
from convisav_tui.shop.staff import person_at_station
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Device, JobState, Message, MessageState, OrderState, Party, PrintJob, RepairOrder
from tests.screens.bench import Bench
from tests.screens.intake_bench import config_of
from tests.shop import bench as workflow
from tests.shop.counter import registered
from tests.shop_builder import add_device, add_order, add_party, empty_store

SNAPSHOTS = Path(__file__).parent / "snapshots"
REWRITE = "REWRITE_SNAPSHOTS"
BEGIN = datetime.fromisoformat("2026-11-19T09:00:00+01:00")
MARKUP = "[bold]O'Neil & Fils [/]"
UNKNOWN_NUMBER = ticket_number.make(2026, 987654)
# What the orders of this shop are about, in the order of their numbers.
QUOTED, READY, WATCH, LOCKED, LATE, COLLECTED = range(1, 7)


def shop_with_orders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Six orders: a quote sent, one ready and told by SMS, a watch just received, a phone with an unlock code, one
    that is late, one handed over without a payment left."""
    store = empty_store(folder)
    store.write(lambda session: first_rows(session, config_of(folder)))
    store.write(registered)
    people = workflow.Bench(store, monkeypatch)
    people.instant = BEGIN
    people.wait(0)
    _fill(people)
    store.write(_settle)
    return store


def _fill(people: workflow.Bench) -> None:
    seen = {"condition": "rayure façade", "accessories": "cordon"}
    people.reach(OrderState.QUOTE_ISSUED, promised_on="27/11", quote_channel="email", cap="100", **seen)
    people.wait(3600)
    people.reach(
        OrderState.TO_NOTIFY,
        name="Paul Lefebvre",
        phone="06 12 34 99 01",
        brand="Bosch",
        model="SMS46",
        serial="55512",
        email="",
        intake_amount="",
        amount="30",
        nature="acompte",
        means="card",
    )
    people.wait(86400)
    watch = {"device_type": "watch", "brand": "Omega", "model": "166.0", "serial": "", "fault": "s'arrête"}
    watch |= {"quote_channel": "none", "ready_channel": "call", "quote_requested": "", "email": ""}
    people.take_in(name=MARKUP, phone="01 42 00 00 00", **watch)
    people.wait(600)
    people.take_in(
        name="Moussa Haddad",
        phone="06 98 76 54 32",
        device_type="phone",
        brand="Apple",
        model="iPhone 12",
        serial="490154203237518",
        email="",
        fault="écran cassé\nne charge plus",
        secret_kind="pin",
        secret="4711",
    )
    people.wait(600)
    people.take_in(name="Late Lison", phone="06 11 22 33 44", brand="Seb", model="Clipso", serial="77", email="")
    people.wait(600)
    gone = {"name": "Gone Gaston", "phone": "06 55 66 77 88", "email": ""}
    people.reach(OrderState.RETURNED, brand="Dyson", model="V8", serial="9", **gone)


def _settle(session: Session) -> None:
    """The printer and the sender have done their work, but for the last message."""
    for job in session.exec(select(PrintJob)):
        job.state, job.printer = JobState.SENT, "comptoir"
    for message in session.exec(select(Message)):
        if message.state is MessageState.QUEUED:
            message.state = MessageState.SENT
    late = session.get_one(RepairOrder, LATE)
    late.promised_on = date(2026, 11, 20)
    ready = session.exec(select(Message).where(Message.order_id == READY, Message.event == "repair_ready")).one()
    ready.state, ready.last_code, ready.last_text = MessageState.TO_CALL, "550", "no such number"


class ShopBench(Bench):
    """The program as it runs: board, actions, scans. `loaded=False` stops before the store is loaded."""

    def __init__(
        self,
        counter: Counter,
        width: int = 80,
        height: int = 24,
        *,
        loaded: bool = True,
        slow: bool = False,
        keep_worker: Callable[[], None] = lambda: None,
    ) -> None:
        self.program = Program(counter.config, keep_worker)
        if loaded:
            self.program.counter = counter
        hooks = Hooks(self.program.act, self.program.scanned, self.program.scanner_garbled)
        super().__init__(self.program.first_view(), width, height, hooks=hooks, slow=slow, loading=not loaded)
        self.program.hooks(self.desk)

    def load(self) -> None:
        """What follows the first paint."""
        self.desk.preload(self.program.load)
        self._settle()

    @property
    def counter(self) -> Counter:
        return self.program.counter

    @property
    def status(self) -> str:
        """The row above the key bar."""
        return self.line(self.height - 2)

    @property
    def body(self) -> str:
        """All but the title bar, the status row and the key bar."""
        return "\n".join(self.text().split("\n")[1:-2])

    def scan(self, text: str, end: str = "\r") -> None:
        super().scan(text, end)
        self._settle()

    def answer(self, letter: str) -> None:
        """A letter or digit to the question in the status row."""
        self.press(letter)
        self.pass_time(0.1)
        self._settle()

    def command(self, *letters: str) -> None:
        """Letters that act at once, after the moment in which they might begin a scan."""
        for letter in letters:
            self.answer(letter)

    def open_order(self, order_id: int) -> None:
        """The sheet of an order, from the board."""
        self.desk.home()
        self.press("f3")
        self.type(number_of(self.counter.store, order_id))
        self.press("enter")
        assert self.desk.view.name == "sheet", self.text()

    def scan_order(self, order_id: int) -> None:
        """The sheet of an order, from its label."""
        self.scan(number_of(self.counter.store, order_id))
        assert self.desk.view.name == "sheet", self.text()

    def elsewhere(self) -> None:
        """The feed says that another station changed something."""
        self.desk.changed_elsewhere()


def counter_of(store: Store, folder: Path, login: str = "anna") -> Counter:
    from convisav_tui.screens.loading import shop_context

    counter = Counter(config_of(folder))
    counter.shop_context = shop_context(counter)
    counter.person = store.write(lambda session: person_at_station(session, login, "counter 1"))
    counter.opened = store
    return counter


def number_of(store: Store, order_id: int) -> str:
    with store.read() as session:
        return session.get_one(RepairOrder, order_id).number


def shown_number(store: Store, order_id: int) -> str:
    return ticket_number.show(number_of(store, order_id))


def change(store: Store, order_id: int, **values: Any) -> None:
    """Another station changes an order."""

    def operation(session: Session) -> None:
        order = session.get_one(RepairOrder, order_id)
        for key, value in values.items():
            setattr(order, key, value)
        session.add(order)

    store.write(operation)


def add_waiting(store: Store, count: int) -> None:
    """So many more orders that wait, each later than the one before."""

    def operation(session: Session) -> None:
        party = session.exec(select(Party).where(Party.name == "Paul Lefebvre")).one()
        device = session.exec(select(Device).where(Device.party_id == party.id)).first() or add_device(session, party)
        for index in range(count):
            opened = BEGIN - timedelta(days=20, minutes=count - index)
            add_order(session, device, opened_at=opened, reported_fault=f"fault {index:03}")

    store.write(operation)


def add_customer(store: Store, name: str, **values: Any) -> int:
    """A customer with a device and an order; the order's id."""

    def operation(session: Session) -> int:
        device = add_device(session, add_party(session, name, **values), brand="Acme", model="One")
        order = add_order(session, device)
        assert order.id is not None
        return order.id

    return store.write(operation)


def count(store: Store, table: Any) -> int:
    with store.read() as session:
        return int(session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def assert_snapshot(name: str, text: str) -> None:
    """The screen is as it was when somebody last looked at it; written anew when REWRITE_SNAPSHOTS is set."""
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get(REWRITE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    wanted = path.read_text(encoding="utf-8").rstrip("\n") if path.exists() else ""
    if text.rstrip("\n") != wanted:
        lines = difflib.unified_diff(wanted.split("\n"), text.split("\n"), f"{name}, as it was", "now", lineterm="")
        raise AssertionError("\n".join(lines))
