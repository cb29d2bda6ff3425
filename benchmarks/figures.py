"""What was measured: samples, what they are compared with, the aim, and the table of it all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter, thread_time
from typing import TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Sample:
    """The values of one case, one a round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def least(self) -> float:
        return min(self.values)


@dataclass(frozen=True)
class Aim:
    """The most that a figure may be: a multiple of its reference, or a value in the figure's unit."""

    most: float
    is_ratio: bool = True

    def __str__(self) -> str:
        return f"≤ {self.most:g} ×" if self.is_ratio else f"≤ {self.most:g}"


@dataclass(frozen=True)
class Figure:
    """One row of the table. `against` says what `reference` is."""

    what: str
    unit: str
    ours: Sample
    reference: Sample | None = None
    against: str = ""
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """Of the medians; None without a reference, or where that is nothing."""
        if self.reference is None or not self.reference.median:
            return None
        return self.ours.median / self.reference.median

    @property
    def ratio_of_least(self) -> float | None:
        """Of the minima, which a busy machine disturbs least."""
        if self.reference is None or not self.reference.least:
            return None
        return self.ours.least / self.reference.least

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        if self.aim is None:
            return None
        reached = self.ratio if self.aim.is_ratio else self.ours.median
        return reached is not None and reached <= self.aim.most


def interleaved(cases: Mapping[str, Callable[[], Value]], rounds: int) -> dict[str, list[Value]]:
    """Run the cases in turn, A B C A B C …, so that what else the machine does meets all of them alike."""
    values: dict[str, list[Value]] = {name: [] for name in cases}
    for _round in range(rounds):
        for name, case in cases.items():
            values[name].append(case())
    return values


@dataclass(frozen=True)
class Spell:
    """How long a piece of work took in this thread, in milliseconds: by the clock, and of CPU."""

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Callable[[], Spell]:
    """The same work, telling how long it took."""

    def run() -> Spell:
        begun, cpu = perf_counter(), thread_time()
        work()
        return Spell((perf_counter() - begun) * 1000, (thread_time() - cpu) * 1000)

    return run


def walls(spells: Iterable[Spell]) -> Sample:
    """Their times by the clock."""
    return Sample(tuple(spell.wall for spell in spells))


def cpus(spells: Iterable[Spell]) -> Sample:
    """Their CPU."""
    return Sample(tuple(spell.cpu for spell in spells))


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table: medians, minima in brackets."""
    lines = [
        "| what | unit | convisav | reference | ratio | aim | met |",
        "|---|---|---:|---:|---:|---|---|",
    ]
    return "\n".join(lines + [_line(figure) for figure in figures])


def _line(figure: Figure) -> str:
    reference = f"{figure.against}: {_sample(figure.reference)}" if figure.reference else figure.against or "–"
    met = {True: "yes", False: "**no**", None: ""}[figure.met]
    cells = (figure.what, figure.unit, _sample(figure.ours), reference, _ratio(figure), str(figure.aim or ""), met)
    return f"| {' | '.join(cells)} |"


def _sample(sample: Sample) -> str:
    if sample.least == sample.median:
        return number(sample.median)
    return f"{number(sample.median)} ({number(sample.least)})"


def _ratio(figure: Figure) -> str:
    if figure.ratio is None:
        return "–"
    least = figure.ratio_of_least
    return f"{figure.ratio:.2f}" + (f" ({least:.2f})" if least is not None and len(figure.ours.values) > 1 else "")


def number(value: float) -> str:
    """Three digits that mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value else "0"


def as_json(figures: Iterable[Figure]) -> str:
    """The figures with all their values, for a script."""
    return json.dumps([asdict(figure) | {"ratio": figure.ratio, "met": figure.met} for figure in figures], indent=1)
