"""Eight stations on one database for a minute, each a process of its own: how many operations, how long they wait, and
afterwards that nothing was lost, doubled or left half done."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import tempfile
import time
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from benchmarks.command import Extent, main
from benchmarks.figures import Figure, Sample
from benchmarks.station_work import SHARED, SHOP, Deed, Place, Stationed, intake_of, journal, shared_customer
from convisav_tui.config import Config, DatabaseConfig, ShopConfig, StaffConfig
from convisav_tui.shop.people import save_customer
from convisav_tui.shop.setup import first_rows
from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import open_store
from convisav_tui.store.models import OrderEvent, Party, Payment, RepairOrder
from tests import invariants
from tests.store.databases import new_database
from tests.store.postgresql_server import Server, missing

HANDLED = ("done", "refused", "conflict")
WRITES = ("intake", "step", "payment", "note", "undo")


@dataclass(frozen=True)
class Shop:
    """A shop that stations work on: its database, the data folder, the server it lies on."""

    url: str
    home: Path
    server: Server | None = None

    def place(self, number: int, seed: int) -> Place:
        """Where station `number` works."""
        return Place(self.url, self.home, self.home / f"journal-{number}", number, seed)

    def opened(self) -> Store:
        """Its store."""
        return open_store(self.url, self.home)

    def deeds(self) -> list[Deed]:
        """What all stations wrote down."""
        return [deed for path in sorted(self.home.glob("journal-*")) for deed in journal(path)]


@dataclass
class Proof:
    """What was found afterwards; `troubles` is empty where all is well."""

    outcomes: Tally[tuple[str, str]] = field(default_factory=Tally)
    troubles: list[str] = field(default_factory=list)
    unasked: int = 0  # committed, and the station did not live to hear of it
    orders: int = 0

    def done(self, kind: str) -> int:
        """How many operations of a kind were acknowledged."""
        return self.outcomes[kind, "done"]


def measure(extent: Extent) -> list[Figure]:
    """A minute on a file, a minute on a server that really writes to its disk. Raises AssertionError for what was
    lost."""
    figures: list[Figure] = []
    for name, shop in shops(durable=True):
        with shop as opened:
            work_together(opened, extent.stations, extent.seconds)
            proof = prove(opened)
            assert not proof.troubles, f"{name}: {proof.troubles}"
            figures += _figures(name, opened, extent, proof)
    return figures


def shops(*, durable: bool) -> Iterator[tuple[str, contextlib.AbstractContextManager[Shop]]]:
    """An empty shop on each kind of database that can be had here."""
    yield "SQLite", on_file()
    if not missing():
        yield "PostgreSQL", on_server(durable=durable)


@contextlib.contextmanager
def on_file() -> Iterator[Shop]:
    """An empty shop in a file."""
    with tempfile.TemporaryDirectory(prefix="convisav-stations-") as folder:
        yield filled(Shop(f"sqlite:///{folder}/shop.db", Path(folder)))


@contextlib.contextmanager
def on_server(*, durable: bool) -> Iterator[Shop]:
    """An empty shop on a PostgreSQL server of its own."""
    server = Server(durable=durable)
    try:
        with tempfile.TemporaryDirectory(prefix="convisav-stations-") as folder:
            yield filled(Shop(new_database(server.url), Path(folder), server))
    finally:
        server.remove()


def filled(shop: Shop) -> Shop:
    """The same shop with what a new shop has, and the customers whom all stations know."""
    store = shop.opened()
    config = Config(ShopConfig(country="FR"), DatabaseConfig(shop.url), shop.home, staff=(StaffConfig("anna", "Anna"),))

    def fill(session: Session) -> None:
        first_rows(session, config)
        for number in range(1, SHARED + 1):
            save_customer(session, shared_customer(number) | {"language": "fr", "kind": "person"}, SHOP)

    store.write(fill)
    store.close()
    return shop


def begin(place: Place, seconds: float) -> BaseProcess:
    """A station at work in a process of its own: forked, so that it begins at once."""
    process = multiprocessing.get_context("fork").Process(target=_station, args=(place, seconds), daemon=True)
    process.start()
    return process


def _station(place: Place, seconds: float) -> None:
    Stationed(place).work(seconds)


def work_together(shop: Shop, stations: int, seconds: float, seed: int = 1) -> None:
    """So many stations at once. Raises RuntimeError when one of them did not end well."""
    processes = [begin(shop.place(number, seed), seconds) for number in range(stations)]
    for process in processes:
        process.join(seconds + 120)
    if any(process.exitcode != 0 for process in processes):
        raise RuntimeError(f"stations ended with {[process.exitcode for process in processes]}")


# --- the proof ----------------------------------------------------------------------------------------------------


def prove(shop: Shop) -> Proof:
    """Compare what was acknowledged with what is there, and look for broken invariants."""
    last = {deed.key: deed for deed in shop.deeds()}
    proof = Proof(Tally((deed.kind, deed.outcome) for deed in last.values()))
    proof.troubles += [f"{d.kind} {d.key}: {d.outcome}" for d in last.values() if d.outcome not in (*HANDLED, "begun")]
    store = shop.opened()
    try:
        with store.read() as session:
            _compare(session, last, proof)
        try:
            proof.orders = invariants.check(store)
        except AssertionError as broken:
            proof.troubles.append(str(broken))
    finally:
        store.close()
    return proof


def _compare(session: Session, last: dict[str, Deed], proof: Proof) -> None:
    """Every acknowledged operation is there once, as it was acknowledged; what else is there was begun at least."""
    of_kind = {kind: {d.key: d for d in last.values() if d.kind == kind} for kind in WRITES}
    there = {
        "intake": _rows(session, RepairOrder, RepairOrder.number, RepairOrder.id),
        "payment": {
            key: (f"{payment_id}:{amount}", order)
            for key, amount, payment_id, order in session.execute(
                sa.select(Payment.idempotency_key, Payment.amount, Payment.id, Payment.order_id)  # type: ignore[call-overload]
            )
            if not key.endswith(":intake") and key in of_kind["payment"]
        },
        "step": _rows(session, OrderEvent, OrderEvent.id, OrderEvent.order_id, OrderEvent.event != "undone"),
        "undo": _rows(session, OrderEvent, OrderEvent.id, OrderEvent.order_id, OrderEvent.event == "undone"),
    }
    there["step"] = {key: row for key, row in there["step"].items() if key not in there["intake"]}
    for kind, rows in there.items():
        for key, deed in of_kind[kind].items():
            if deed.outcome == "done" and rows.get(key) != (deed.result, deed.order):
                proof.troubles.append(f"{kind} {key} was acknowledged as {deed.result}, there is {rows.get(key)}")
            if deed.outcome not in ("done", "begun") and key in rows:
                proof.troubles.append(f"{kind} {key} was {deed.outcome}, yet it is there")
            proof.unasked += deed.outcome == "begun" and key in rows
        strangers = set(rows) - set(of_kind[kind])
        proof.troubles += [f"{kind} {key} was never begun" for key in sorted(strangers)[:5]]
    _compare_intakes(session, of_kind["intake"], proof)
    _compare_notes(session, of_kind["note"], proof)


def _rows(session: Session, table: Any, told: Any, order: Any, *conditions: Any) -> dict[str, tuple[str, int]]:
    """By idempotency key: what was acknowledged, and the order it is about."""
    chosen = sa.select(table.idempotency_key, told, order).where(table.idempotency_key.is_not(None), *conditions)
    return {key: (str(shown), int(order_id)) for key, shown, order_id in session.execute(chosen)}


def _compare_intakes(session: Session, begun: dict[str, Deed], proof: Proof) -> None:
    """The whole intake or nothing: customer, fault and sum as they were typed."""
    import random

    found = session.execute(
        sa.select(RepairOrder.id, RepairOrder.idempotency_key, RepairOrder.reported_fault, Party.name).join(  # type: ignore[call-overload]
            Party,
            Party.id == RepairOrder.party_id,  # type: ignore[arg-type]
        )
    ).all()
    first = {
        payment.idempotency_key: payment.amount
        for payment in session.exec(select(Payment))
        if ":" in payment.idempotency_key
    }
    for _order, key, fault, name in found:
        if key not in begun:
            continue
        typed = intake_of(key, random.Random(key))
        if (fault, name) != (typed["fault"], typed["name"]):
            proof.troubles.append(f"intake {key} holds {fault!r} of {name!r}")
        if first.get(f"{key}:intake", 0) != (1500 if "amount" in typed else 0):
            proof.troubles.append(f"intake {key} took {first.get(f'{key}:intake')}")


def _compare_notes(session: Session, begun: dict[str, Deed], proof: Proof) -> None:
    """Every word that was saved stands in its card once, unless newer ones pushed it out at the front."""
    cards = {party.id: party.note for party in session.exec(select(Party).where(Party.id <= SHARED))}  # type: ignore[operator]
    words = {card: note.split() for card, note in cards.items()}
    for key, deed in begun.items():
        times = sum(note.count(f"{key}.") for note in words.values())
        full = bool(deed.result) and len(cards[int(deed.result)]) >= 1880
        if deed.outcome == "done" and times != 1 and not full:
            proof.troubles.append(f"note {key} was saved, and stands there {times} times")
        if deed.outcome in ("refused", "conflict") and times:
            proof.troubles.append(f"note {key} was {deed.outcome}, yet it is there")
        proof.unasked += deed.outcome == "begun" and times


# --- the figures --------------------------------------------------------------------------------------------------


def _figures(name: str, shop: Shop, extent: Extent, proof: Proof) -> list[Figure]:
    done = [deed for deed in shop.deeds() if deed.outcome in HANDLED]
    writes = [deed for deed in done if deed.kind in WRITES and deed.outcome == "done"]
    head = f"{name}, {extent.stations} stations"
    refused = sum(count for (_kind, outcome), count in proof.outcomes.items() if outcome == "refused")
    conflicts = sum(count for (_kind, outcome), count in proof.outcomes.items() if outcome == "conflict")
    figures = [
        Figure(f"{head}: acknowledged writes", "a second", Sample((len(writes) / extent.seconds,))),
        Figure(f"{head}: orders taken in", "", Sample((float(proof.orders),))),
        Figure(f"{head}: told that somebody was faster", "", Sample((float(conflicts),))),
        Figure(f"{head}: refused by a rule", "", Sample((float(refused),))),
        Figure(f"{head}: lost, doubled, torn, gaps, busy errors", "", Sample((float(len(proof.troubles)),))),
    ]
    for kind in ("intake", "step", "payment", "note", "list"):
        times = sorted(deed.milliseconds for deed in done if deed.kind == kind and deed.outcome == "done")
        for share, label in ((0.5, "p50"), (0.99, "p99"), (1.0, "longest")):
            if times:
                value = times[min(len(times) - 1, int(len(times) * share))]
                figures.append(Figure(f"{head}: {kind}, {label}", "ms", Sample((value,))))
    return figures


if __name__ == "__main__":
    begun = time.monotonic()
    main(measure, __doc__)
    print(f"{time.monotonic() - begun:.0f} s, {os.cpu_count()} cores")
