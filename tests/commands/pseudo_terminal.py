"""A pseudo-terminal with the installed program in it: enough to answer questions and to see what is shown."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.waiting import wait_until


class Seat:
    """A person's seat at the program: what was shown, and a keyboard."""

    def __init__(self, process: int, leader: int) -> None:
        self.process = process
        self._leader = leader
        self._shown = bytearray()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                part = os.read(self._leader, 65536)
            except OSError:
                return
            if not part:
                return
            self._shown += part

    @property
    def shown(self) -> str:
        """Everything that was written to the terminal so far."""
        return self._shown.decode("utf-8", "replace")

    def sees(self, text: str, seconds: float = 30) -> None:
        """Wait until that was written."""
        wait_until(lambda: text in self.shown, seconds, f"{text!r} on the terminal; there is {self.shown[-2000:]!r}")

    def types(self, text: str) -> None:
        """Press these keys."""
        os.write(self._leader, text.encode())

    def ends(self, seconds: float = 30) -> int:
        """Wait for the program to end; its exit code."""
        found: list[int] = []

        def ended() -> bool:
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                found.append(os.waitstatus_to_exitcode(status))
            return bool(process)

        wait_until(ended, seconds, f"the program ends; it shows {self.shown[-2000:]!r}")
        self.process = 0
        return found[0]


@contextmanager
def seat(command: list[str], environment: dict[str, str], columns: int = 80, rows: int = 24) -> Iterator[Seat]:
    """Start the program at a terminal of that size."""
    process, leader = pty.fork()
    if process == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background ignores it, and so would its child
        os.execvpe(command[0], command, environment)
    fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    found = Seat(process, leader)
    try:
        yield found
    finally:
        if found.process:
            os.kill(found.process, signal.SIGKILL)
            os.waitpid(found.process, 0)
        os.close(leader)
