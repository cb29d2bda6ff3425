"""A process that has imported the program and forks for each start of it: the tests pay for the imports once.

Each connection to its socket is one start: a line of JSON with the three streams as file descriptors, answered with
the number of the process. What runs is the program's own `main` in a process of its own, with its own session,
environment, folder and streams. It is an orphan: of whoever asked, if that process adopts orphans (see
ready_program.py), else of the system.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# What the program and its worker import when they need it first.
LATE = (
    "textual.app", "textual.command", "textual.drivers.linux_driver", "textual.widgets", "sqlmodel", "alembic.command",
    "sqlalchemy.dialects.sqlite.pysqlite", "sqlalchemy.dialects.postgresql.psycopg", "pysqlite3", "sqlite3", "apprise",
    "typst", "PIL.Image", "PIL.PngImagePlugin", "PIL.ImageFont", "brother_ql.raster", "barcode", "babel.dates",
    "babel.numbers", "phonenumbers", "psycopg", "argon2.low_level", "smtplib", "requests", "idna", "getpass",
)  # fmt: skip
NOT_IMPORTED = ("__main__", "migrations.versions", "migrations.env")
FIRST_OF_OTHERS = 3  # file descriptors from here on are the server's
MESSAGE = 1 << 20
EMPTY = "/dev/null"


@dataclass(frozen=True)
class Start:
    """How a program is started. On a `terminal` its standard streams are that terminal, which controls it."""

    arguments: list[str]
    environment: Mapping[str, str]
    folder: str
    terminal: bool = False
    ignore_hangup: bool = False


def ask(address: str, start: Start, streams: tuple[int, int, int]) -> int:
    """The process that the server at this address forked. Raises OSError, and RuntimeError when it could not."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(address)
        socket.send_fds(line, [json.dumps(asdict(start)).encode() + b"\n"], list(streams))
        answer = line.recv(32)
    if not answer:
        raise RuntimeError("the process that has the imports behind it did not fork")
    return int(answer)


def serve(address: str) -> None:
    """Fork for each connection until standard input ends."""
    _import_all()
    _live_a_day()
    assert threading.active_count() == 1, "a process with threads must not be forked"
    gc.collect()
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(16)
    print("ready", flush=True)
    while True:
        ready = select.select([listener, sys.stdin], [], [])[0]
        if sys.stdin in ready:
            return
        line, _peer = listener.accept()
        with line:
            _fork(line, address)


def _import_all() -> None:
    import convisav_tui

    own = [module.name for module in pkgutil.walk_packages(convisav_tui.__path__, "convisav_tui.")]
    for name in [name for name in own if not any(part in name for part in NOT_IMPORTED)] + list(LATE):
        with contextlib.suppress(ImportError):  # then whoever needs it meets it, as in the installed program
            importlib.import_module(name)


def _live_a_day() -> None:
    """What a process does once, mapping the tables and compiling the statements, is behind the programs too."""
    from convisav_tui import clock, i18n
    from convisav_tui.demo.companion import Ports
    from convisav_tui.demo.shop import build_shop, write_demo_config
    from convisav_tui.store.engine import Store
    from convisav_tui.store.queries.lists import counts
    from tests.compiled_once import share_compiled_statements

    share_compiled_statements()
    spoken = i18n.language()
    with tempfile.TemporaryDirectory(prefix="ready") as folder:
        write_demo_config(Path(folder), "en", Ports(9, 10, 11))
        store = Store(build_shop(Path(folder), 20).database.url)
        with store.read() as session:
            counts(session, clock.today("Europe/Paris"))
        store.close()
    i18n.set_language(spoken)


def _fork(line: socket.socket, address: str) -> None:
    data, streams, _flags, _address = socket.recv_fds(line, MESSAGE, 3)
    while not data.endswith(b"\n"):
        data += line.recv(MESSAGE)
    start = Start(**json.loads(data))
    readable, writable = os.pipe()
    between = os.fork()
    if between == 0:  # it ends at once, so that the program is nobody's child
        child = os.fork()
        if child == 0:
            _become(start, streams, address)
        os.write(writable, str(child).encode())
        os._exit(0)
    os.waitpid(between, 0)
    with contextlib.suppress(OSError):  # whoever asked was killed meanwhile: others will ask
        line.sendall(os.read(readable, 32))  # now, as whoever adopts the orphan has adopted it
    for descriptor in (*streams, readable, writable):
        os.close(descriptor)


def _become(start: Start, streams: list[int], address: str) -> None:
    """Be the program, and end as it does."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(FIRST_OF_OTHERS, 256)
    if start.terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN if start.ignore_hangup else signal.SIG_DFL)
    os.chdir(start.folder)
    os.environ.clear()
    os.environ.update(start.environment)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = ["convisav", *start.arguments]
    _fork_for_its_worker_too(address)
    os._exit(_ended(start.arguments))


def _ended(arguments: list[str]) -> int:
    """Run it to its end; the exit code."""
    from convisav_tui import cli

    code = cli.CRASHED
    try:
        code = cli.main(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    return code


def _fork_for_its_worker_too(address: str) -> None:
    """The worker that the program starts is forked as well, not of the program, which has threads by then."""
    from convisav_tui.commands import worker_start

    def start_worker(command: list[str], *, cwd: Any, env: Mapping[str, str], **_same: Any) -> None:
        nothing = os.open(EMPTY, os.O_RDWR)
        try:
            ask(address, Start(command[3:], dict(env), str(cwd)), (nothing, nothing, nothing))
        finally:
            os.close(nothing)

    class Forking:
        Popen, DEVNULL = staticmethod(start_worker), subprocess.DEVNULL

    worker_start.subprocess = Forking  # type: ignore[assignment]


if __name__ == "__main__":
    serve(sys.argv[1])
