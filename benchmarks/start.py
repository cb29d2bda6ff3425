"""From the start of the process to the first paint, to the first list row, to the first letter answered."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import shops
from benchmarks.command import Extent, main
from benchmarks.figures import Aim, Figure, Sample
from benchmarks.reference.bare import SHOWN
from benchmarks.watched import Seen, convisav, reference

CHROME = rb"ConviSAV"
ROW = rb"\d\d \d{7} \d"
SIGNED_IN = rb"   Anna"  # stands in the title once the store is open
LETTER = "~"

PYTHON, BARE = "python -c pass", "bare Textual"
PAINT, LIST, ANSWER, OPEN = "first paint", "list shown", "first letter answered", "store open, all keys work"
AIMS = {PAINT: Aim(1.5), LIST: Aim(2.5)}

Moments = dict[str, Seen]


def measure(extent: Extent) -> list[Figure]:
    """Of the installed program on shops of these sizes; no worker is started meanwhile."""
    sizes = extent.sizes(60, 10_000)
    cases: dict[str, Callable[[], Moments]] = {PYTHON: _python, BARE: _bare}
    values: dict[tuple[str, str], list[Seen]] = {}
    with contextlib.ExitStack() as stack:
        for size in sizes:
            home = shops.shop(size)
            stack.enter_context(shops.without_worker(home))
            cases[f"{size:,} orders"] = lambda home=home: _program(home)  # type: ignore[misc]
        for _round in range(extent.rounds):
            for case, run in cases.items():
                for moment, seen in run().items():
                    values.setdefault((case, moment), []).append(seen)
    return _figures(values)


def _figures(values: dict[tuple[str, str], list[Seen]]) -> list[Figure]:
    figures = []
    bare = values[BARE, PAINT]
    for (case, moment), seen in values.items():
        if case == BARE:
            continue
        aim = AIMS.get(moment) if case != PYTHON else None
        for unit, read in (("ms", _wall), ("ms CPU", _cpu)):
            figures.append(
                Figure(f"{case}: {moment}", unit, _sample(seen, read), _sample(bare, read), f"{BARE}, painted", aim)
            )
    return figures


def _wall(seen: Seen) -> float:
    return seen.wall


def _cpu(seen: Seen) -> float:
    return seen.cpu


def _sample(seen: list[Seen], read: Callable[[Seen], float]) -> Sample:
    return Sample(tuple(read(one) for one in seen))


def _python() -> Moments:
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    _pid, _status, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return {"process alone": Seen((time.perf_counter() - begun) * 1000, (usage.ru_utime + usage.ru_stime) * 1000)}


def _bare() -> Moments:
    with reference("bare", emulated=False) as program:
        return {PAINT: program.seen(SHOWN.encode())}


def _program(home: Path) -> Moments:
    with convisav(home, emulated=False) as program:
        moments = {PAINT: program.seen(CHROME), LIST: program.seen(ROW)}
        painted = len(program.raw)
        program.send(LETTER)
        moments[ANSWER] = program.seen(LETTER.encode(), painted)
        moments[OPEN] = program.seen(SIGNED_IN, painted)
    return moments


if __name__ == "__main__":
    main(measure, __doc__)
