"""A process that has imported the program and forks for each command: its tests pay for the imports once.

What is run is the program's own `main` in a process of its own, with its own environment, folder and streams.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sqlmodel", "alembic.command", "apprise", "typst", "PIL.Image", "babel.dates", "phonenumbers", "psycopg")

_ready: subprocess.Popen[str] | None = None


def run(arguments: list[str], environment: dict[str, str], folder: Path, typed: str, timeout: float) -> int:
    """Run `convisav` with these arguments, `typed` on its input, its output in the files `out` and `err` of `folder`;
    the exit code.

    Raises subprocess.TimeoutExpired, and begins with a fresh process then."""
    process = _process()
    assert process.stdin is not None and process.stdout is not None
    (folder / "in").write_text(typed, encoding="utf-8")
    wanted = {"arguments": arguments, "environment": environment, "folder": str(Path.cwd()), "streams": str(folder)}
    process.stdin.write(json.dumps(wanted | {"timeout": timeout}) + "\n")
    process.stdin.flush()
    code = int(process.stdout.readline() or -1)
    if code == -1:
        _end()
        raise subprocess.TimeoutExpired(["convisav", *arguments], timeout)
    return code


def _process() -> subprocess.Popen[str]:
    global _ready
    if _ready is None or _ready.poll() is not None:
        _ready = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        atexit.register(_end)
    return _ready


def _end() -> None:
    if _ready is not None:
        with contextlib.suppress(ProcessLookupError):
            _ready.kill()
        _ready.wait()


def _serve() -> None:
    """Fork for each line that comes, wait, and say how it ended: its exit code, or -1 after the timeout."""
    from convisav_tui.cli import COMMANDS

    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for module, _summary in COMMANDS.values():
        importlib.import_module(f"convisav_tui.commands.{module}")
    for name in ("convisav_tui.store.migrate", "convisav_tui.store.backup", "convisav_tui.shop.setup"):
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status) if status != ALARM else -1}\n")
        sys.stdout.flush()


ALARM = 14  # the child is ended by the signal of its alarm


def _become(wanted: dict[str, object]) -> None:
    import signal

    from convisav_tui import cli

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(float(str(wanted["timeout"]))) + 1)
    os.chdir(str(wanted["folder"]))
    environment = wanted["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    streams = Path(str(wanted["streams"]))
    os.dup2(os.open(streams / "in", os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(streams / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    arguments = wanted["arguments"]
    assert isinstance(arguments, list)
    sys.argv = ["convisav", *arguments]
    code = 70
    try:
        code = cli.main(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
