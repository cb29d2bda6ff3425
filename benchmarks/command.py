"""The command line that every benchmark has: how many rounds, on how large shops, on which terminals."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.figures import Figure, as_json, table


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    rounds: int = 15
    orders: tuple[int, ...] = ()  # of the shops; empty: those of the benchmark itself
    terms: tuple[str, ...] = ("xterm-256color", "linux", "tmux")
    keys: int = 1500
    opens: int = 300
    stations: int = 8
    seconds: float = 60.0
    kills: int = 50
    databases: tuple[str, ...] = ("SQLite",)

    def sizes(self, *usual: int) -> tuple[int, ...]:
        """The shops to measure on."""
        return self.orders or usual


Measure = Callable[[Extent], list[Figure]]


def parser(description: str) -> argparse.ArgumentParser:
    """The arguments of `Extent`."""
    arguments = argparse.ArgumentParser(description=description)
    usual = Extent()
    arguments.add_argument("--rounds", type=int, default=usual.rounds, help="how often each case is measured")
    arguments.add_argument("--orders", type=int, nargs="+", default=[], help="how many orders the shops have")
    arguments.add_argument("--terms", nargs="+", default=list(usual.terms), help="the terminals (TERM)")
    arguments.add_argument("--keys", type=int, default=usual.keys, help="keys of the long session (memory)")
    arguments.add_argument("--opens", type=int, default=usual.opens, help="screens opened in it (memory)")
    arguments.add_argument("--stations", type=int, default=usual.stations, help="processes on one database")
    arguments.add_argument("--seconds", type=float, default=usual.seconds, help="how long they work (stations)")
    arguments.add_argument("--kills", type=int, default=usual.kills, help="how many of them are killed (kills)")
    arguments.add_argument(
        "--databases", nargs="+", choices=("SQLite", "PostgreSQL"), default=list(usual.databases), help="kinds of them"
    )
    arguments.add_argument("--json", action="store_true", help="all values instead of the table")
    return arguments


def extent_of(given: argparse.Namespace) -> Extent:
    """What was asked for."""
    sizes, terms = tuple(given.orders), tuple(given.terms)
    many = (given.keys, given.opens, given.stations, given.seconds, given.kills)
    return Extent(given.rounds, sizes, terms, *many, tuple(given.databases))


def main(measure: Measure, description: str | None) -> None:
    """Measure one subject and print its table."""
    given = parser(description or "").parse_args()
    figures = measure(extent_of(given))
    print(as_json(figures) if given.json else table(figures))
