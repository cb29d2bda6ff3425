"""A program under a pseudo-terminal: type, wait for what is on the screen, count bytes, resize, hang up. Used by the
e2e tests."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests import ready_program
from tests.fork_server import Start

KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "backspace": "\x7f",
    "delete": "\x1b[3~", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H",
    "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR",
    "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~",
    "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
}  # fmt: skip
LINUX_KEYS = {"f1": "\x1b[[A", "f2": "\x1b[[B", "f3": "\x1b[[C", "f4": "\x1b[[D", "f5": "\x1b[[E", "home": "\x1b[1~"}
_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\?2026[hl]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")


class NotShown(AssertionError):
    """A text did not come to the screen, or did not go; the screen is in the message."""


class Terminal:
    """One program and its screen. Use it as a context manager: the program is killed at the end if it still runs."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        term: str = "xterm-256color",
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
        ignore_hangup: bool = False,
        ready: bool = False,
    ) -> None:
        """`ready`: the command is `convisav`, and may be started by ready_program.py."""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.term = term
        self.received = 0
        self.raw = bytearray()
        self.status: int | None = None
        self._drawn: tuple[int, str] = (-1, "")
        machine = {name: value for name, value in os.environ.items() if not name.startswith("CONVISAV_")}
        variables = {**machine, "TERM": term, "LANG": "C.UTF-8", **(environ or {})}
        for name in ("COLUMNS", "LINES", "NO_COLOR", "SSH_CONNECTION", "SSH_TTY", "LC_ALL"):
            if name not in (environ or {}):
                variables.pop(name, None)
        if ready and ready_program.can_be_ready(variables):
            wanted = Start(list(command[1:]), variables, str(folder or Path.cwd()), True, ignore_hangup)
            self.pid, self._fd = self._start_ready(wanted, columns, rows)
            return
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            self._become(command, variables, folder, ignore_hangup, columns, rows)
        self._set_size(columns, rows)

    def _start_ready(self, wanted: Start, columns: int, rows: int) -> tuple[int, int]:
        ours, its = pty.openpty()
        termios.tcsetwinsize(ours, (rows, columns))
        try:
            return ready_program.start(wanted, (its, its, its)), ours
        finally:
            os.close(its)

    def _become(
        self,
        command: Sequence[str],
        variables: Mapping[str, str],
        folder: Path | None,
        ignore_hangup: bool,
        columns: int,
        rows: int,
    ) -> None:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if folder is not None:
            os.chdir(folder)
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignore_hangup else signal.SIG_DFL)
        os.execvpe(command[0], list(command), dict(variables))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None:
            self.signal(signal.SIGKILL)
            self.wait_end(5)
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float) -> bytes | None:
        """What arrives within a time: b"" for nothing, None when the program has ended."""
        if self._fd < 0:
            return None
        if not select.select([self._fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return None
        if not data:
            return None
        self.received += len(data)
        self.raw += data
        self._stream.feed(_NOT_FOR_PYTE.sub(b"", data))
        return data

    def text(self) -> str:
        """The screen, without spaces at the ends of rows."""
        if self._drawn[0] != self.received:
            self._drawn = self.received, "\n".join(line.rstrip() for line in self.screen.display)
        return self._drawn[1]

    def line(self, row: int) -> str:
        """One row of the screen."""
        return self.screen.display[row].rstrip()

    def wait(self, text: str, seconds: float = 15.0) -> None:
        """Until the text is on the screen. Raises NotShown."""
        self._until(text, seconds, shown=True)

    def wait_gone(self, text: str, seconds: float = 15.0) -> None:
        """Until the text is off the screen. Raises NotShown."""
        self._until(text, seconds, shown=False)

    def _until(self, text: str, seconds: float, *, shown: bool) -> None:
        end = time.monotonic() + seconds
        while (text in self.text()) != shown:
            if time.monotonic() > end or self.read(0.05) is None:
                if (text in self.text()) == shown:
                    return
                raise NotShown(f"{text!r} {'never came' if shown else 'never went'}:\n{self.text()}")

    def until(self, condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
        """Read until a condition holds. Raises NotShown."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or self.read(0.05) is None:
                raise NotShown(f"{what} never came:\n{self.text()}")

    def quiet(self, idle: float = 0.2, seconds: float = 10.0) -> int:
        """Read until nothing has come for a time; how many bytes came."""
        end, count = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            data = self.read(idle)
            if not data:
                break
            count += len(data)
        return count

    def send(self, data: bytes | str) -> None:
        """Bytes in one write, as a scanner, a paste or a stalled line delivers them."""
        os.write(self._fd, data.encode() if isinstance(data, str) else data)

    def type(self, text: str, gap: float = 0.04) -> None:
        """A text at a person's pace (slower than any scanner)."""
        for character in text:
            self.send(character)
            self.read(gap)

    def press(self, *names: str) -> None:
        """Keys by name, such as `f2`, `ctrl+s`, `alt+x`, or a character."""
        for name in names:
            self.send(self.key_bytes(name))

    def key_bytes(self, name: str) -> bytes:
        """What this terminal sends for a key."""
        if self.term == "linux" and name in LINUX_KEYS:
            return LINUX_KEYS[name].encode()
        if name.startswith("ctrl+"):
            return bytes([ord(name[5:].upper()) & 0x1F])
        if name.startswith("alt+"):
            return b"\x1b" + self.key_bytes(name[4:])
        return KEYS.get(name, name).encode()

    def cost(self, name: str) -> int:
        """Press one key: how many bytes the program sent for it. Raises NotShown if it sent none."""
        self.quiet()
        before = self.received
        self.press(name)
        self.until(lambda: self.received > before, f"an answer to {name}")
        self.quiet()
        return self.received - before

    def resize(self, columns: int, rows: int) -> None:
        """Another window size; the program gets SIGWINCH."""
        self.screen.resize(rows, columns)
        self._drawn = (-1, "")
        self._set_size(columns, rows)

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def hang_up(self) -> None:
        """Close the line, as a dropped SSH connection does: SIGHUP from the kernel, then end of input."""
        os.close(self._fd)
        self._fd = -1

    def wait_end(self, seconds: float = 5.0) -> int | None:
        """The exit status (negative: the signal), or None if the program still runs after that time."""
        end = time.monotonic() + seconds
        while self.status is None and time.monotonic() < end:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
            elif not self.read(0.02):
                time.sleep(0.01)
        if self.status is not None:
            self.quiet(0.05, 1.0)
        return self.status
