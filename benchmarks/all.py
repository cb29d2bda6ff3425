"""Every benchmark, one after the other; `--write` puts the tables into docs/performance.md."""

from __future__ import annotations

import platform
import re
import sqlite3
from importlib.metadata import version
from pathlib import Path

from benchmarks import imports, intake, keys, kills, label, memory, messages, papers, queries, start, stations
from benchmarks.command import Measure, extent_of, parser
from benchmarks.figures import Figure, as_json, table
from convisav_tui.store.fastpath import sqlite_driver

SUBJECTS: dict[str, tuple[str, Measure]] = {
    "start": ("Start", start.measure),
    "imports": ("Imports of a start", imports.measure),
    "keys": ("Keys", keys.measure),
    "intake": ("Intake", intake.measure),
    "label": ("Label", label.measure),
    "papers": ("Papers", papers.measure),
    "messages": ("Messages", messages.measure),
    "memory": ("Memory", memory.measure),
    "queries": ("Queries", queries.measure),
    "stations": ("Stations at once", stations.measure),
    "kills": ("Killed stations", kills.measure),
}
DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    """Measure what was asked for, print it, and write it down when told to."""
    arguments = parser(__doc__ or "")
    arguments.add_argument("--only", nargs="+", choices=SUBJECTS, default=list(SUBJECTS), help="these subjects")
    arguments.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    given = arguments.parse_args()
    everything: list[Figure] = []
    if not given.json:
        print(surroundings())
    for name in given.only:
        title, measure = SUBJECTS[name]
        figures = measure(extent_of(given))
        everything += figures
        if not given.json:
            print(f"\n## {title}\n\n{table(figures)}", flush=True)
        if given.write:
            write(name, table(figures))
    if given.write:
        write("surroundings", surroundings())
    if given.json:
        print(as_json(everything))


def surroundings() -> str:
    """What was measured with."""
    return (
        f"Python {platform.python_version()}, Textual {version('textual')}, SQLAlchemy {version('SQLAlchemy')}, "
        f"SQLModel {version('sqlmodel')}, SQLite {sqlite_driver().sqlite_version} "
        f"(the standard library's is {sqlite3.sqlite_version}), {platform.system()} on {platform.machine()}."
    )


def write(name: str, text: str) -> None:
    """Put a text between its two marks in the document."""
    document = DOCUMENT.read_text(encoding="utf-8")
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.S)
    written, count = between.subn(lambda found: f"{found[1]}{text}\n{found[2]}", document)
    if count != 1:
        raise ValueError(f"{DOCUMENT.name} has no place for {name}")
    DOCUMENT.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
