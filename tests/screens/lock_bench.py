"""The program behind the door of a station, and the people who may open it: what the tests of the lock share."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.main_screen import Program
from convisav_tui.screens.counter import Counter
from convisav_tui.screens.desk import Hooks
from convisav_tui.screens.intake import IntakeView
from convisav_tui.screens.station_lock import StationLock
from convisav_tui.shop import pins, staffing
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Draft, RepairOrder, Role, Staff
from tests.screens.bench import Bench
from tests.screens.intake_bench import config_of

MIA, ANNA, THEO = "719340", "8302", "5917"


def hash_cheaply(monkeypatch: pytest.MonkeyPatch) -> None:
    """One pass over a few KiB for each PIN: how dear a real one is, is tested in tests/shop."""
    monkeypatch.setattr(pins, "_PARAMETERS", "$argon2id$v=19$m=8,t=1,p=1$")


def people(session: Session) -> None:
    """Mia, who manages, Anna at the counter, Théo at the bench; all have a PIN."""
    staffing.add_person(session, "mia", "Mia", Role.MANAGER, PROGRAM)
    staffing.add_person(session, "theo", "Théo", Role.TECHNICIAN, PROGRAM)
    for login, pin in (("mia", MIA), ("anna", ANNA), ("theo", THEO)):
        staffing.set_pin(session, id_of(session, login), pin, PROGRAM)


def id_of(session: Session, login: str) -> int:
    return session.exec(select(Staff.id).where(Staff.login == login)).one() or 0


class LockBench(Bench):
    """The program from its first paint on; the time that the lock sees is the bench's."""

    def __init__(self, folder: Path, *, loaded: bool = True) -> None:
        self.program = Program(config_of(folder), lambda: None)
        board = self.program.first_view()
        super().__init__(
            board, hooks=Hooks(lambda action: self.program.act(action), lambda text: self.program.scanned(text)),
            loading=True,
        )  # fmt: skip
        self.lock = self.program.lock = StationLock(self.program.counter, self.desk, self.now)
        self.program.desk = self.desk
        self.lock.begin()
        if loaded:
            self.load()

    def load(self) -> None:
        self.desk.preload(self.program.load)
        self._settle()

    @property
    def counter(self) -> Counter:
        return self.program.counter

    def sign_in(self, pin: str) -> None:
        self.type(pin)
        self.press("enter")

    def idle(self, minutes: float) -> None:
        """Nobody touches a key."""
        for _ in range(int(minutes * 60)):
            self.pass_time(1)
            self.lock.tick(False)
        self._settle()

    def changed(self) -> None:
        """The feed says that something was committed."""
        self.lock.tick(True)
        self._settle()

    @property
    def locked(self) -> bool:
        return self.desk.cover is not None

    @property
    def name(self) -> str:
        """Who works here, as the title bar says."""
        return self.counter.person.name if self.counter.person is not None else ""


def drafts(store: Store) -> list[Draft]:
    with store.read() as session:
        return list(session.exec(select(Draft)))


def give(store: Store, login: str) -> None:
    def operation(session: Session) -> None:
        order = session.exec(select(RepairOrder).where(RepairOrder.state == "received")).first()
        assert order is not None
        order.technician_id = id_of(session, login)

    store.write(operation)


def half_typed(bench: LockBench) -> IntakeView:
    bench.press("f2")
    bench.type("Quentin")
    bench.press("enter")
    view = bench.desk.view
    assert isinstance(view, IntakeView)
    return view
