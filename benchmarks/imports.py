"""What a start imports, and when: for the first paint, for the keys, for the store; a process a round."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.command import Extent, main
from benchmarks.figures import Figure, Sample

# Each stage imports what stands here after the one before it, as the program does.
STAGES = {
    "first paint": (
        "convisav_tui.cli", "convisav_tui.commands.run", "convisav_tui.main_screen", "convisav_tui.screens.raw_screen",
        "convisav_tui.store.fastpath", "pysqlite3",
    ),
    "keys answered": ("convisav_tui.screens.textual_app",),
    "store open": ("convisav_tui.screens.loading",),
}  # fmt: skip
LIBRARIES = (
    "textual", "rich", "asyncio", "sqlalchemy", "sqlmodel", "pydantic", "pysqlite3", "alembic", "apprise", "PIL",
    "babel", "phonenumbers", "cryptography", "typst", "psycopg", "convisav_tui",
)  # fmt: skip
OTHERS = "Python's own and small ones"
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")
_MARK = "stage:"


@dataclass(frozen=True)
class Imported:
    """How many modules of a library a stage imported, and how long their own code took, in milliseconds."""

    modules: int
    spent: float


def measure(extent: Extent) -> list[Figure]:
    """Each round is a process of its own."""
    rounds = [_profile() for _round in range(max(3, extent.rounds // 3))]
    figures = []
    for key in rounds[0]:
        stage, library = key
        found = [one.get(key, Imported(0, 0.0)) for one in rounds]
        what = f"{stage}: {library} ({found[0].modules} modules)"
        figures.append(Figure(what, "ms", Sample(tuple(one.spent for one in found))))
    return figures


def _profile() -> dict[tuple[str, str], Imported]:
    lines = [
        f"import {', '.join(names)}\nsys.stderr.write({_MARK + stage!r} + chr(10))" for stage, names in STAGES.items()
    ]
    program = "import sys\n" + "\n".join(lines)
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program], capture_output=True, text=True, check=True
    )
    return dict(_sums(done.stderr.splitlines()))


def _sums(lines: Iterable[str]) -> Iterable[tuple[tuple[str, str], Imported]]:
    """The marks stand after what their stages imported."""
    sums: dict[str, list[float]] = {}
    for line in lines:
        if line.startswith(_MARK):
            for library in sorted(sums, key=lambda name: -sum(sums[name])):
                yield (line.removeprefix(_MARK), library), Imported(len(sums[library]), sum(sums[library]))
            sums = {}
        elif found := _LINE.match(line):
            package = found[2].partition(".")[0]
            sums.setdefault(package if package in LIBRARIES else OTHERS, []).append(int(found[1]) / 1000)


if __name__ == "__main__":
    main(measure, __doc__)
