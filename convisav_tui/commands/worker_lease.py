"""The lease of the worker: one worker a database, on whatever machine; a dead one of this machine is not waited for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from convisav_tui.store import lease
from convisav_tui.store.lease import HeldLease
from convisav_tui.store.models import Lease

if TYPE_CHECKING:
    from convisav_tui.store.engine import Store

NAME = "worker"
SECONDS = 60.0


class WorkerLease:
    """Held by one process; its holder is written "machine:process"."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: HeldLease | None = None

    def acquire(self) -> bool:
        """Take it if nobody holds it, or if its holder was a process of this machine that is dead."""
        self._held = lease.acquire(self._store, NAME, holder_here(), SECONDS)
        if self._held is None and self._free_dead():
            self._held = lease.acquire(self._store, NAME, holder_here(), SECONDS)
        return self._held is not None

    def renew(self) -> bool:
        """Hold it longer; False when another took it, or nobody here ever had it."""
        if self._held is not None:
            self._held = lease.renew(self._store, self._held, SECONDS)
        return self._held is not None

    def release(self) -> None:
        """Give it back."""
        if self._held is not None:
            lease.release(self._store, self._held)
            self._held = None

    def _free_dead(self) -> bool:
        with self._store.read() as session:
            row = session.get(Lease, NAME)
        if row is None or not row.token or not is_dead(row.holder):
            return False
        lease.release(self._store, HeldLease(row.name, row.token, row.holder, row.until))
        return True


def holder_here() -> str:
    """This process as a holder."""
    return f"{os.uname().nodename}:{os.getpid()}"


def is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that lives no more."""
    machine, _colon, process = holder.rpartition(":")
    return machine == os.uname().nodename and process.isdigit() and not lives(int(process))


def lives(process: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
