"""Starts `convisav` in a process that has the imports behind it: the server of fork_server.py, one a test run.

To whoever asks it is a child like any other: it is waited for, and killed, by its number.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.fork_server import Start, ask

ROOT = Path(__file__).resolve().parents[1]
PR_SET_CHILD_SUBREAPER = 36
# What a process reads before its first line of Python: with these it is the installed program that is started.
READ_AT_START = ("LC_ALL", "LC_CTYPE", "PYTHONIOENCODING", "PYTHONPATH", "PYTHONUTF8")
USUAL_LANGUAGES = ("en_GB.UTF-8", "C.UTF-8")

_server: tuple[subprocess.Popen[str], str] | None = None


def can_be_ready(environment: Mapping[str, str]) -> bool:
    """Whether a start in this environment may come from the server: not where the installed program is asked for."""
    if "CONVISAV_COMMAND" in os.environ or not sys.platform.startswith("linux"):
        return False
    usual = environment.get("LANG") in USUAL_LANGUAGES
    return usual and all(environment.get(name) in (None, os.environ.get(name)) for name in READ_AT_START)


def start(wanted: Start, streams: tuple[int, int, int]) -> int:
    """Start it with these streams; the process, a child of this one."""
    address = _address()
    _adopt_orphans(True)
    try:
        return ask(address, wanted, streams)
    finally:
        _adopt_orphans(False)


def _adopt_orphans(wanted: bool) -> None:
    failed = ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0)
    assert not failed, os.strerror(ctypes.get_errno())


def _address() -> str:
    global _server
    if _server is None or _server[0].poll() is not None:
        folder = tempfile.mkdtemp(prefix="ready")
        address = str(Path(folder, "socket"))
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the process that imports the program did not come up")
        _server = process, address
        atexit.register(_end, process, folder)
    return _server[1]


def _end(process: subprocess.Popen[str], folder: str) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)
