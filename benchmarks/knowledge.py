"""Do finished repairs propose the right fault? `python benchmarks/knowledge.py FOLDER` of labelled Open Repair faults.

FOLDER holds compcat_laptops.csv, dustup.csv, mobifix.csv, printcat.csv: problem texts with the fault that people
agreed on. Four fifths of each file teach, one fifth is asked (split by a digest of the text, so it never moves; a text
that is told twice is asked or taught, never both). The proposals are those of the diagnosis screen
(`shop.knowledge.ranked`); they are compared with always naming the most frequent fault.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

from convisav_tui.shop.knowledge import ranked
from convisav_tui.store.models import Fix
from convisav_tui.text import fold

FILES = ("compcat_laptops.csv", "dustup.csv", "mobifix.csv", "printcat.csv")
NO_FAULT = frozenset({"", "unknown", "poor data"})  # what the citizens could not tell
FIRST = 3


def main() -> int:
    """Print a line a file and one for all."""
    folder = Path(sys.argv[1])
    total = Counter[str]()
    print(f"{'file':24} {'taught':>7} {'asked':>6} {'frequent':>9} {'first':>7} {'in three':>9} {'ms':>6}")
    for name in FILES:
        counts = measured(folder / name)
        total += counts
        print(line(name, counts))
    print(line("all", total))
    return 0


def measured(path: Path) -> Counter[str]:
    """What is right of one file, by kind of guess."""
    taught, asked = split(path)
    frequent = Counter(fault for _text, fault in taught).most_common(1)[0][0]
    fixes = [Fix(id=at, device_type_id=1, symptom=text, cause=fault) for at, (text, fault) in enumerate(taught, 1)]
    counts, begun = Counter(taught=len(taught), asked=len(asked)), perf_counter()
    for text, fault in asked:
        proposed = [fold(known.cause) for known in ranked(fixes, text, lambda _fix: 1.0, FIRST)]
        counts["frequent"] += fold(frequent) == fold(fault)
        counts["first"] += proposed[:1] == [fold(fault)]
        counts["three"] += fold(fault) in proposed
    counts["milliseconds"] = round((perf_counter() - begun) * 1000)
    return counts


def split(path: Path) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Text and fault of the rows that teach, and of those that are asked."""
    taught: list[tuple[str, str]] = []
    asked: list[tuple[str, str]] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text, fault = row["problem"].strip(), row["fault_type"].strip()
            if text and fault.casefold() not in NO_FAULT:
                digest = hashlib.sha256(fold(text).encode()).digest()
                (asked if digest[0] % 5 == 0 else taught).append((text, fault))
    return taught, asked


def line(name: str, counts: Counter[str]) -> str:
    """A line of the table; shares of what was asked."""
    asked = counts["asked"] or 1
    shares = [f"{counts[key] / asked:.1%}" for key in ("frequent", "first", "three")]
    spent = counts["milliseconds"] / asked
    return (
        f"{name:24} {counts['taught']:7} {counts['asked']:6} {shares[0]:>9} {shares[1]:>7} {shares[2]:>9} {spent:6.1f}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
