"""What the program and its worker hold: on the board, and after a long session; beside Textual applications."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

from benchmarks import shops
from benchmarks.command import Extent, main
from benchmarks.figures import Aim, Figure, Sample
from benchmarks.reference.usual import BOX as USUAL_BOARD
from benchmarks.watched import Memory, Watched, convisav, memory_of, reference
from convisav_tui.commands.worker_start import lock_path, stop_worker, worker_runs
from convisav_tui.config import Config
from tests.waiting import wait_until

ORDERS = 10_000
BARE, USUAL = "bare Textual", "usual Textual"
NAME = "dupre"
# Growth over a whole day's work, in the figure's own unit.
STEADY = Aim(1.15)


def measure(extent: Extent) -> list[Figure]:
    """One process of each kind: memory hardly varies, and each session takes minutes."""
    figures = []
    bare = _bare()
    for size in extent.sizes(ORDERS):
        with shops.copied(size) as home:
            config = shops.configured(home)
            try:
                figures += _program(config, bare, extent)
            finally:
                stop_worker(config)
    return figures


def _program(config: Config, bare: Memory, extent: Extent) -> list[Figure]:
    with convisav(config.home) as program:
        program.wait("Anna")
        wait_until(lambda: worker_runs(config), 60, "the worker")
        program.quiet(3.0, 20.0)
        fresh = memory_of(program.pid)
        _open_screens(program, extent.opens)
        opened = memory_of(program.pid)
        _press_keys(program, extent.keys)
        used = memory_of(program.pid)
        worker = memory_of(int(lock_path(config).read_text(encoding="ascii")))
    after = _usual(extent.opens // 5, extent.keys // 5)
    return [
        *_rows("on the board, store open", fresh, bare, BARE),
        *_rows(f"after {extent.opens} screens opened", opened, fresh, "the same before", STEADY),
        *_rows(f"… and {extent.keys:,} keys", used, opened, "the same before", STEADY),
        *_rows(f"after {extent.opens} screens and {extent.keys:,} keys", used, after, f"{USUAL} after a fifth of that"),
        *_rows("the worker, idle", worker, bare, BARE),
    ]


def _rows(what: str, held: Memory, other: Memory, against: str, aim: Aim | None = None) -> list[Figure]:
    read: dict[str, Callable[[Memory], float]] = {"RSS": lambda one: one.resident, "PSS": lambda one: one.proportional}
    return [
        Figure(f"{name} {what}", "MB", Sample((of(held),)), Sample((of(other),)), against, aim)
        for name, of in read.items()
    ]


def _bare() -> Memory:
    with reference("bare") as program:
        program.wait("READY")
        program.quiet(0.5)
        return memory_of(program.pid)


def _open_screens(program: Watched, count: int) -> None:
    """Intake and sheet in turn, each left by Esc."""
    program.press("0")
    program.quiet(1.2)
    for key, shown in zip(cycle(("f2", "enter")), range(count), strict=False):
        program.press(key)
        program.wait_gone("Lists")
        program.quiet(0.02)
        program.press("escape")
        program.wait("Lists")
        if shown % 10 == 9:
            program.press("down")


def _press_keys(program: Watched, count: int) -> None:
    """Searches typed and taken back, rows down and up."""
    keys = cycle((*NAME, *["backspace"] * len(NAME), *["down"] * 5, "pagedown", *["up"] * 4, "home"))
    for _place, key in zip(range(count), keys, strict=False):
        program.press_on(key)


def _usual(opens: int, keys: int) -> Memory:
    """It takes ten times as long over a screen; a fifth shows where it goes."""
    with reference("usual") as program:
        program.wait("Marie")
        program.quiet(0.5)
        for _place, (key, shown) in zip(range(opens), cycle((("f2", "Device"), ("enter", "No."))), strict=False):
            program.press(key)
            program.wait_gone(USUAL_BOARD)
            program.wait(shown)
            program.press("escape")
            program.wait(USUAL_BOARD)
        for _place, key in zip(range(keys), cycle(("tab", "tab", "tab", "down", "up")), strict=False):
            program.press_on(key)
        program.quiet(0.5, 3.0)
        return memory_of(program.pid)


if __name__ == "__main__":
    main(measure, __doc__)
