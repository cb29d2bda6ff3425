"""The worker's threads: each kind of work has its own, so that a mail server that hangs delays no label."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from convisav_tui import clock
from convisav_tui.errors import frames

log = logging.getLogger("convisav.worker")

# How long a thread waits for a wake-up: at most, and when something is due that could not be done.
IDLE = 15.0
BLOCKED = 1.0
AFTER_FAULT = 2.0
# Between two looks at the database's version: what a label waits at most before it is begun.
WATCH = 0.02


@dataclass(frozen=True)
class Chore:
    """A kind of work: `due` does what is due and says how much it did. It is looked after again when woken, at
    `next_due` (aware UTC), and every so many seconds."""

    name: str
    due: Callable[[], int]
    every: float = IDLE
    woken: bool = True  # by a change of the database; else by time alone
    gives_way: float = 0.0  # seconds that it leaves the processor to the others once it was woken
    next_due: Callable[[], datetime | None] = lambda: None

    def pause(self) -> float:
        """Seconds until there may be something to do."""
        moment = self.next_due()
        if moment is None:
            return self.every
        left = (moment - clock.now()).total_seconds()
        return min(left, self.every) if left > 0 else min(BLOCKED, self.every)


class Loop:
    """Runs chores in their threads until `stop`; `wake` makes those that can be woken look at once."""

    def __init__(self, chores: tuple[Chore, ...]) -> None:
        self.stopping = threading.Event()
        self._signals = {chore.name: threading.Event() for chore in chores}
        self._chores = chores
        self._threads = [
            threading.Thread(target=self._work, args=(chore,), name=chore.name, daemon=True) for chore in chores
        ]

    def start(self) -> None:
        """Start every thread."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something changed in the database."""
        for chore in self._chores:
            if chore.woken:
                self._signals[chore.name].set()

    def stop(self) -> None:
        """Ask every thread to end after what it is doing; safe in a signal handler."""
        self.stopping.set()
        for signal in self._signals.values():
            signal.set()

    def join(self, seconds: float) -> bool:
        """Wait for the threads, `seconds` in all; False when one is still busy."""
        share = seconds / max(1, len(self._threads))
        for thread in self._threads:
            thread.join(share)
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, chore: Chore) -> None:
        signal = self._signals[chore.name]
        while not self.stopping.is_set():
            signal.clear()
            try:
                done = chore.due()
                pause = 0.0 if done and chore.woken else chore.pause()
            except Exception as error:  # noqa: BLE001 - a fault of one chore must not end the others; it is logged
                log.error("%s: %s", chore.name, " | ".join(frames(error)))
                self.stopping.wait(AFTER_FAULT)
                continue
            if signal.wait(pause) and chore.gives_way:
                self.stopping.wait(chore.gives_way)
