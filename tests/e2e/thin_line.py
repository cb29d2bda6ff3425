"""A thin line between a terminal and a program: `python thin_line.py BYTES_PER_SECOND COMMAND…` runs the command on a
terminal of its own and passes so many bytes a second, each way, in pieces as a serial line delivers them."""

from __future__ import annotations

import os
import pty
import select
import sys
import termios
import time
import tty

PIECE = 8  # bytes that go at once: 9600 baud brings them in 8 ms
AT_HAND = 64  # bytes that are taken from one side before they have gone out on the other


class Way:
    """One direction."""

    def __init__(self, source: int, sink: int, rate: float) -> None:
        self.source, self.sink, self.rate = source, sink, rate
        self.waiting = b""
        self.free_at = time.monotonic()

    def take(self) -> bool:
        """Read a little; False at the end."""
        try:
            data = os.read(self.source, AT_HAND)
        except OSError:
            return False
        self.waiting += data
        return bool(data)

    def give(self, now: float) -> None:
        """Let go what the line has room for."""
        while self.waiting and self.free_at <= now:
            piece, self.waiting = self.waiting[:PIECE], self.waiting[PIECE:]
            os.write(self.sink, piece)
            self.free_at = max(self.free_at, now - 0.02) + len(piece) / self.rate


def relay(master: int, rate: float) -> None:
    """Pass bytes both ways until one side ends."""
    out, back = Way(master, 1, rate), Way(0, master, rate)
    while True:
        open_ways = [way for way in (out, back) if len(way.waiting) < AT_HAND]
        busy = [way.free_at for way in (out, back) if way.waiting]
        patience = max(0.0, min(busy) - time.monotonic()) if busy else None
        ready = select.select([way.source for way in open_ways], [], [], patience)[0]
        for way in open_ways:
            if way.source in ready and not way.take():
                return
        for way in (out, back):
            way.give(time.monotonic())


def main() -> int:
    """Run the command behind the line; its exit status."""
    rate, command = float(sys.argv[1]), sys.argv[2:]
    size = termios.tcgetwinsize(0)
    tty.setraw(0)
    pid, master = pty.fork()
    if pid == 0:
        termios.tcsetwinsize(0, size)
        os.execvp(command[0], command)
    relay(master, rate)
    os.close(master)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
