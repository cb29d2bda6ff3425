"""Commands from a process that has the imports behind it (see tests/ready_program.py), run to their end or beside a
test."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tests import ready_program
from tests.fork_server import Start

SHORTEST_LOOK, LONGEST_LOOK = 0.002, 0.02


class Running:
    """A command that runs beside the test, as much of `subprocess.Popen` as the tests use. It is killed at the end of
    its `with`."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], streams: tuple[int, int, int]) -> None:
        self.returncode: int | None = None
        self.pid = ready_program.start(Start(arguments, environment, str(Path.cwd())), streams)

    def poll(self) -> int | None:
        """The exit code (negative: the signal), None while it runs."""
        if self.returncode is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if done else None
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Until it has ended. Raises subprocess.TimeoutExpired."""
        end, pause = time.monotonic() + timeout, SHORTEST_LOOK
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("convisav", timeout)
            time.sleep(pause)
            pause = min(LONGEST_LOOK, pause * 1.5)
        return code

    def send_signal(self, number: int) -> None:
        """To it, while it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """As whoever stops a service does."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """As the power does."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.poll() is None:
            self.kill()
            self.wait(10)


def run(arguments: list[str], environment: Mapping[str, str], folder: Path, typed: str, timeout: float) -> int:
    """Run `convisav` with these arguments, `typed` on its input, its output in the files `out` and `err` of `folder`;
    the exit code. Raises subprocess.TimeoutExpired."""
    (folder / "in").write_text(typed, encoding="utf-8")
    with (folder / "in").open("rb") as typing, (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        command = Running(arguments, environment, (typing.fileno(), out.fileno(), err.fileno()))
    with command:
        return command.wait(timeout)
