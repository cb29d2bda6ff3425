"""Takes the terminal for a full screen and gives it back as it was."""

from __future__ import annotations

import os
import signal
import sys
import termios
import tty
from types import FrameType
from typing import Any

ENTER = "\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[2J"
LEAVE = "\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h"
# What ends a program from outside; until the loop listens, the terminal is given back here.
ENDING = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


class RawScreen:
    """The terminal behind standard input and output. Nothing is asked of it, so it never answers."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.encoding = "utf-8" if encoding == "ascii" else encoding
        self.input = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
        self.output = sys.__stdout__.fileno() if sys.__stdout__ is not None else 1
        self._before: list[Any] | None = None
        self.taken = False

    def size(self) -> tuple[int, int]:
        """Columns and rows as the terminal says now (COLUMNS and LINES of the environment may be old)."""
        try:
            columns, rows = os.get_terminal_size(self.output)
        except OSError:
            return 80, 24
        return columns or 80, rows or 24

    def take(self) -> None:
        """Alternate screen, keys as they are typed, no echo, marks around pastes."""
        for number in ENDING:
            if signal.getsignal(number) == signal.SIG_DFL or number == signal.SIGINT:
                signal.signal(number, self._ended)
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # stopped by a shell, it would leave the terminal raw
        self._raw()
        self.taken = True
        self.write(ENTER)

    def _raw(self) -> None:
        try:
            self._before = termios.tcgetattr(self.input)
            raw = termios.tcgetattr(self.input)
            raw[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
            raw[tty.IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
            raw[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.input, termios.TCSANOW, raw)
        except termios.error:
            self._before = None

    def write(self, text: str) -> None:
        """Write at once. A line that is gone is found out by reading."""
        data = text.encode(self.encoding, "replace")
        try:
            while data:
                data = data[os.write(self.output, data) :]
        except OSError:
            return

    def restore_keys(self) -> None:
        """Keys as they were before `take`."""
        if self._before is not None:
            before, self._before = self._before, None
            try:
                termios.tcsetattr(self.input, termios.TCSANOW, before)
            except termios.error:
                return

    def give_back(self) -> None:
        """The screen as it was before `take`; does nothing the second time."""
        if self.taken:
            self.taken = False
            self.write(LEAVE)
            self.restore_keys()

    def _ended(self, number: int, _frame: FrameType | None) -> None:
        self.give_back()
        os._exit(128 + number)
