"""From Ctrl+S on the intake to the last byte of the label at the printer, and how long drawing and sending take."""

from __future__ import annotations

import socket
import time
from dataclasses import astuple, dataclass

import sqlalchemy as sa

from benchmarks import shops
from benchmarks.command import Extent, main
from benchmarks.figures import Aim, Figure, Sample, interleaved
from benchmarks.listener import Listener, listener
from benchmarks.watched import Watched, convisav, cpu_of
from convisav_tui.commands.worker_start import lock_path, stop_worker, worker_runs
from convisav_tui.config import PrinterConfig
from convisav_tui.printing import rendering
from convisav_tui.printing.rendering import LABEL, Task
from convisav_tui.printing.transport import connect, deliver, parse_address
from convisav_tui.store.tables import PRINT_JOB
from tests.waiting import wait_until

ORDERS = 60
SAVED = "taken in"
AFTER_SAVE = Aim(150, is_ratio=False)


@dataclass(frozen=True)
class Moments:
    """Milliseconds after Ctrl+S, and the CPU that went into them."""

    told: float
    told_cpu: float
    label: float
    label_cpu: float
    receipt: float


def measure(extent: Extent) -> list[Figure]:
    """By hand at the terminal with the worker beside it, then in this process alone."""
    figures = []
    for size in extent.sizes(ORDERS):
        figures += saved(size, extent.rounds)
    return figures + rendered(extent.rounds)


def saved(size: int, rounds: int) -> list[Figure]:
    """The installed program, its worker, a printer on this machine."""
    moments: list[Moments] = []
    with listener() as printer, shops.copied(size, printer.port) as home:
        config = shops.configured(home)
        try:
            with convisav(home, emulated=True) as program:
                program.wait("Anna")
                wait_until(lambda: worker_runs(config), 60, "the worker")
                worker = int(lock_path(config).read_text(encoding="ascii"))
                program.quiet(1.0)
                for place in range(rounds + 1):
                    _fill(program, place)
                    saved_one = _save(program, printer, worker)
                    if place:  # the first one also imports what the others find
                        moments.append(saved_one)
        finally:
            stop_worker(config)
    by_moment = [Sample(values) for values in zip(*(astuple(one) for one in moments), strict=True)]
    told, told_cpu, label, label_cpu, receipt = by_moment
    return [
        Figure("Ctrl+S → “taken in” on the screen", "ms", told),
        Figure("… what the program computed until then", "ms CPU", told_cpu),
        Figure("Ctrl+S → last byte of the label at the printer", "ms", label, aim=AFTER_SAVE),
        Figure("… what the worker computed until then", "ms CPU", label_cpu),
        Figure("Ctrl+S → last byte of the receipt at the printer", "ms", receipt),
    ]


def _fill(program: Watched, place: int) -> None:
    """An intake of a new customer with a new device, up to the fault."""
    program.press("f2")
    program.wait("Serial")
    for text, shown in (
        (f"01 99 00 {place % 90 + 10} 77", "Name"),
        (f"Odile Quessoy {place}", "E-mail"),
        ("", "Device"),
        ("wash", "Washing machine"),
        ("Ostea", "Brand"),
        (f"Lavis {place}", "Model"),
        (f"BM{place:06d}", "Serial"),
        ("", "Fault"),
    ):
        program.type(text, 0.02)
        program.press("enter")
        program.wait(shown)
        program.quiet(0.08)
    program.type("does not drain", 0.02)
    program.quiet(0.3)


def _save(program: Watched, printer: Listener, worker: int) -> Moments:
    before, cpu, worker_cpu = printer.count, program.cpu(), cpu_of(worker)
    begun = time.perf_counter()
    program.press("ctrl+s")
    program.wait(SAVED)
    told, cpu = time.perf_counter(), program.cpu() - cpu
    label = printer.job(before)
    worker_cpu = cpu_of(worker) - worker_cpu
    receipt = printer.job(before + 1)
    program.quiet(0.3)
    return Moments((told - begun) * 1000, cpu, (label.last - begun) * 1000, worker_cpu, (receipt.last - begun) * 1000)


def rendered(rounds: int, orders: int = ORDERS) -> list[Figure]:
    """Drawing, encoding and sending in this process, beside the sending alone."""
    with listener() as printer:
        configured = PrinterConfig("benchmark", f"tcp://127.0.0.1:{printer.port}?snmp=off", media=("62",))
        task = _task(orders)
        media = rendering.choose_media(LABEL, configured)
        rendering.warm_up()
        payload = rendering.raster(task, configured, media)
        place = iter(range(1_000_000))

        def ours() -> float:
            begun = time.perf_counter()
            data = rendering.raster(task, configured, media)
            with connect(parse_address(configured.address)) as connection:
                deliver(connection, data)
            return (printer.job(next(place)).last - begun) * 1000

        def plain() -> float:
            begun = time.perf_counter()
            with socket.create_connection(("127.0.0.1", printer.port)) as connection:
                connection.sendall(payload)
            return (printer.job(next(place)).last - begun) * 1000

        ours()
        samples = interleaved({"ours": ours, "plain": plain}, rounds)
    what = f"label drawn, encoded, sent ({len(payload):,} bytes)"
    return [Figure(what, "ms", Sample(tuple(samples["ours"])), Sample(tuple(samples["plain"])), "the bytes alone")]


def _task(orders: int) -> Task:
    """A label that the small shop has printed."""
    with shops.opened(shops.shop(orders)) as store, store.read() as session:
        chosen = sa.select(PRINT_JOB.c.id, PRINT_JOB.c.content).where(PRINT_JOB.c.kind == LABEL).limit(1)
        job_id, content = session.execute(chosen).one()
    return Task(job_id, LABEL, "", 1, content, duplicate=False)


if __name__ == "__main__":
    main(measure, __doc__)
