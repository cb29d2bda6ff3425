"""A program on a pseudo-terminal, and what it spends: bytes to the terminal, CPU of all its threads, memory."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.commands.convisav import command, surroundings
from tests.terminal import NotShown, Terminal

SYNC_QUESTION, SYNC_ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
# Of a key: silence for so long means that the answer is complete.
SETTLED = 0.12
AT_REST = 1.0  # milliseconds of CPU in that time that are no answer yet


@dataclass(frozen=True)
class Spent:
    """What a key cost: bytes sent to the terminal, milliseconds of CPU, milliseconds until the last byte."""

    size: int
    cpu: float
    wall: float


@dataclass(frozen=True)
class Seen:
    """When a text came: milliseconds since the process was begun, and the CPU it had used until then."""

    wall: float
    cpu: float


class Watched(Terminal):
    """With `emulated=False` no screen is kept: reading costs next to nothing, and texts are found in the bytes."""

    def __init__(self, program: Sequence[str], *, emulated: bool = True, **more: object) -> None:
        self._emulated = emulated
        self._asked = 0
        self.last_byte = self.begun = time.perf_counter()
        super().__init__(program, **more)  # type: ignore[arg-type]

    def read(self, seconds: float) -> bytes | None:
        """As `Terminal.read`; answers the question for synchronized output as terminals of today do."""
        stream = self._stream
        if not self._emulated:
            self._stream = _NoScreen()
        try:
            data = super().read(seconds)
        finally:
            self._stream = stream
        if data:
            self.last_byte = time.perf_counter()
            if self.term != "linux" and self.raw.count(SYNC_QUESTION) > self._asked:
                self._asked += 1
                self.send(SYNC_ANSWER)
        return data

    def seen(self, pattern: bytes, since: int = 0, seconds: float = 60.0) -> Seen:
        """Read until the bytes match. Raises NotShown."""
        expression, end = re.compile(pattern), time.monotonic() + seconds
        while not expression.search(self.raw, since):
            if time.monotonic() > end or self.read(0.5) is None:
                raise NotShown(f"{pattern!r} never came:\n{bytes(self.raw[-2000:])!r}")
        return Seen((self.last_byte - self.begun) * 1000, self.cpu())

    def cpu(self) -> float:
        """Milliseconds of CPU that its living threads have used."""
        return cpu_of(self.pid)

    def spend(self, *names: str, shows: str = "", hides: str = "", settled: float = SETTLED) -> Spent:
        """Press keys, wait until the answer is complete. Raises NotShown when there is none."""
        before, cpu = self.received, self.cpu()
        pressed = time.perf_counter()
        self.press(*names)
        if shows:
            self.wait(shows)
        if hides:
            self.wait_gone(hides)
        self.until(lambda: self.received > before, f"an answer to {names}")
        self.settle(settled)
        return Spent(self.received - before, self.cpu() - cpu, (self.last_byte - pressed) * 1000)

    def settle(self, settled: float = SETTLED) -> None:
        """Until nothing came for that time and nothing was computed: a slow answer belongs to its own key."""
        before = self.cpu()
        while self.read(settled) or self.cpu() - before > AT_REST:
            before = self.cpu()

    def press_on(self, name: str) -> None:
        """Press a key and go on as soon as something was answered, or nothing for a moment."""
        before, end = self.received, time.monotonic() + 0.05
        self.press(name)
        while self.received == before and time.monotonic() < end:
            self.read(0.02)


class _NoScreen:
    def feed(self, data: bytes) -> None:
        """Nothing is kept."""


def convisav(home: Path, *, term: str = "xterm-256color", emulated: bool = True, **more: str) -> Watched:
    """The installed program on that data folder, 80x24."""
    return Watched(command(), emulated=emulated, term=term, environ=surroundings(home, **more))


def reference(module: str, *, term: str = "xterm-256color", emulated: bool = True) -> Watched:
    """A reference application by its module, such as `bare`."""
    program = [sys.executable, "-m", f"benchmarks.reference.{module}"]
    return Watched(program, emulated=emulated, term=term, environ=_plain(), folder=Path(__file__).parent.parent)


def _plain() -> Mapping[str, str]:
    return {"TEXTUAL_ANIMATIONS": "none", "COLORTERM": ""}


def cpu_of(process: int) -> float:
    """Milliseconds of CPU that the living threads of a process have used."""
    total = 0
    for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            total += int(path.read_text(encoding="ascii").split()[0])
        except OSError:
            continue  # the thread has ended
    return total / 1e6


@dataclass(frozen=True)
class Memory:
    """Of one process, in MB: what is resident, and its share of that when pages used by several are divided."""

    resident: float
    proportional: float


def memory_of(process: int) -> Memory:
    """What a process holds now."""
    found = dict(re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text("ascii"), re.M))
    return Memory(int(found["Rss"]) / 1024, int(found["Pss"]) / 1024)
