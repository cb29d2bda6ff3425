"""The store's thread: jobs run one at a time, in order, away from the keys."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Protocol

Job = Callable[[], object]
Deliver = Callable[[object, Exception | None], None]


class Worker(Protocol):
    """Runs jobs; `deliver(result, error)` is called on the screen's thread."""

    def submit(self, job: Job, deliver: Deliver) -> None:
        """Run `job` after those submitted before."""

    def drain(self, seconds: float) -> bool:
        """Wait until nothing is left to run; False if it took longer than `seconds`."""


class ThreadWorker:
    """One daemon thread; results are handed over by `post`, which must be callable from any thread."""

    def __init__(self, post: Callable[[Callable[[], None]], None]) -> None:
        self._post = post
        self._jobs: SimpleQueue[tuple[Job, Deliver]] = SimpleQueue()
        self._open = 0
        self._changed = threading.Condition()
        threading.Thread(target=self._work, name="store", daemon=True).start()

    def submit(self, job: Job, deliver: Deliver) -> None:
        with self._changed:
            self._open += 1
        self._jobs.put((job, deliver))

    def drain(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, timeout=seconds)

    def _work(self) -> None:
        while True:
            job, deliver = self._jobs.get()
            result, error = outcome_of(job)
            self._post(lambda result=result, error=error, deliver=deliver: deliver(result, error))  # type: ignore[misc]
            with self._changed:
                self._open -= 1
                self._changed.notify_all()


def outcome_of(job: Job) -> tuple[object, Exception | None]:
    """Run a job; its result, or the error it raised."""
    try:
        return job(), None
    except Exception as error:  # noqa: BLE001 - whatever a job raises is told to whoever asked for it
        return None, error
