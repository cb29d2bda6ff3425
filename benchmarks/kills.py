"""kill -9 fifty times in the middle of a shop's work, on each kind of database: nothing that was acknowledged is lost,
what is done again after the kill is not doubled. On a server every fifth kill hits a process of the server."""

from __future__ import annotations

import os
import random
import signal
import time
from multiprocessing.process import BaseProcess

import sqlalchemy as sa

from benchmarks.command import Extent, main
from benchmarks.figures import Figure, Sample
from benchmarks.station_work import journal
from benchmarks.stations import HANDLED, WRITES, Proof, Shop, begin, prove, shops

STATIONS = 4
LONG = 3600.0
EVERY = 5  # which kill is the server's


def measure(extent: Extent) -> list[Figure]:
    """So many kills on each kind of database. Raises AssertionError for what was lost, doubled or torn."""
    figures = []
    for name, shop in shops(durable=True):
        with shop as opened:
            kill_again_and_again(opened, extent.kills)
            proof = prove(opened)
            assert not proof.troubles, f"{name}: {proof.troubles}"
            figures += _figures(name, opened, extent, proof)
    return figures


def kill_again_and_again(shop: Shop, kills: int, seed: int = 7) -> None:
    """Stations work; one after the other is killed at a moment nobody knows, and another one goes on with what it had
    begun. In the end all are killed, and what they had begun is finished."""
    chance = random.Random(seed)
    working = {number: begin(shop.place(number, seed), LONG) for number in range(STATIONS)}
    for count in range(1, kills + 1):
        number = chance.randrange(STATIONS)
        _let_it_work(shop, number)
        time.sleep(chance.random() * 0.25)  # the moment is the point: it cannot be waited for
        if shop.server is not None and count % EVERY == 0:
            _kill_a_server_process(shop)
        else:
            _kill(working[number])
            working[number] = begin(shop.place(number, seed + count), LONG)
    for process in working.values():
        _kill(process)
    for number in working:
        last = begin(shop.place(number, seed + kills + 1), 0)
        last.join(120)
        assert last.exitcode == 0, "what was begun could not be finished"


def _let_it_work(shop: Shop, number: int) -> None:
    """Until the station has acknowledged something more, so that no kill hits one that does nothing yet."""
    path = shop.place(number, 0).journal
    before, until = _acknowledged(shop, number), time.monotonic() + 60
    while _acknowledged(shop, number) == before:
        assert time.monotonic() < until, f"{path.name} does nothing"
        time.sleep(0.02)


def _acknowledged(shop: Shop, number: int) -> int:
    return sum(deed.outcome in HANDLED for deed in journal(shop.place(number, 0).journal))


def _kill(process: BaseProcess) -> None:
    assert process.pid is not None
    assert process.exitcode is None, f"a station ended by itself with {process.exitcode}"
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)


def _kill_a_server_process(shop: Shop) -> None:
    """One that serves a station: the server ends all others too and repairs itself from its log."""
    engine = sa.create_engine(shop.url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        serving = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        pids = connection.execute(sa.text(serving)).scalars().all()
    engine.dispose()
    if pids:
        os.kill(random.choice(pids), signal.SIGKILL)


def _figures(name: str, shop: Shop, extent: Extent, proof: Proof) -> list[Figure]:
    writes = sum(proof.done(kind) for kind in WRITES)
    repeated = _begun_again(shop)
    head = f"{name}, {extent.kills} kills"
    return [
        Figure(f"{head}: acknowledged writes, all there once", "", Sample((float(writes),))),
        Figure(f"{head}: begun when the kill came, done again with their key", "", Sample((float(repeated),))),
        Figure(f"{head}: lost, doubled, torn, gaps in numbers", "", Sample((float(len(proof.troubles)),))),
    ]


def _begun_again(shop: Shop) -> int:
    """How many operations were begun more than once."""
    begun: dict[str, int] = {}
    for deed in shop.deeds():
        begun[deed.key] = begun.get(deed.key, 0) + (deed.outcome == "begun")
    return sum(times > 1 for times in begun.values())


if __name__ == "__main__":
    main(measure, __doc__)
