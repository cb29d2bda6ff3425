"""A hundred thousand random keys, scans, pastes and resizes from fixed seeds, over all screens: no crash, nothing
broken afterwards."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import pytest

from tests.screens.random_keys import OPENING, run
from tests.screens.shop_bench import shop_with_orders

KEYS = 100_000
STRETCH = 500  # keys on one shop, from one seed


def main() -> None:
    """Press them all; the first thing that breaks ends it and names screen and seed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--keys", type=int, default=KEYS, help="how many in all")
    arguments.add_argument("--seed", type=int, default=1, help="of the first stretch; each later one has the next")
    arguments.add_argument("--screens", nargs="+", choices=OPENING, default=list(OPENING), help="these screens")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="convisav-keys-") as folder:
        with pytest.MonkeyPatch.context() as patched:
            shop_with_orders(Path(folder), patched).close()
        stretches = -(-given.keys // (STRETCH * len(given.screens)))
        begun = time.monotonic()
        for stretch in range(stretches):
            for screen in given.screens:
                run(screen, given.seed + stretch, STRETCH, Path(folder))
            pressed = (stretch + 1) * STRETCH * len(given.screens)
            print(f"{pressed:,} keys on {len(given.screens)} screens, {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
