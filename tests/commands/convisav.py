"""Runs the installed `convisav` as people and scripts do."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import ready_program
from tests.commands import ready_process


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


def command() -> list[str]:
    """The command line of `convisav`: CONVISAV_COMMAND, else the one beside this Python, else the module."""
    named = os.environ.get("CONVISAV_COMMAND")
    if named:
        return [named]
    beside = shutil.which("convisav", path=str(Path(sys.executable).parent))
    return [beside] if beside else [sys.executable, "-m", "convisav_tui"]


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """An environment in which nothing of this machine is seen; English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONVISAV_", "LC_"))}
    own = {"CONVISAV_HOME": str(home), "CONVISAV_CONFIG": str(home / "convisav.toml"), "LANG": "en_GB.UTF-8"}
    return kept | own | more


@contextlib.contextmanager
def beside(home: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes] | ready_process.Running]:
    """The command running beside the test on the data folder `home`, mute; killed if it still runs at the end."""
    environment = surroundings(home)
    if ready_program.can_be_ready(environment):
        with Path(os.devnull).open("r+b") as nothing:
            number = nothing.fileno()
            running = ready_process.Running(list(arguments), environment, (number, number, number))
        with running:
            yield running
        return
    process = subprocess.Popen(
        [*command(), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def convisav(home: Path, *arguments: str, timeout: float = 60, typed: str = "", **more: str) -> Done:
    """Run it on the data folder `home`, with `typed` on its input, and wait.

    It is the installed program itself where CONVISAV_COMMAND names one, or where the streams are to be in another code;
    else a process that has the imports behind it."""
    environment = surroundings(home, **more)
    if ready_program.can_be_ready(environment):
        with tempfile.TemporaryDirectory() as folder:
            code = ready_process.run(list(arguments), environment, Path(folder), typed, timeout)
            out, err = (Path(folder, name).read_text(encoding="utf-8") for name in ("out", "err"))
            return Done(code, out, err)
    done = subprocess.run(
        [*command(), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        input=typed,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
