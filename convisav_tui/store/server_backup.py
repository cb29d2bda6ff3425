"""Copies of a PostgreSQL database by its own pg_dump, read through before they get their name."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from convisav_tui.clock import now
from convisav_tui.errors import StoreError
from convisav_tui.i18n import _
from convisav_tui.store.backup import BackupReport, free_name, in_words_of_disk, reach_disk, rotate
from convisav_tui.store.engine import Store
from convisav_tui.store.schema_version import VERSION_TABLE
from convisav_tui.store.troubles import first_line

SUFFIX = ".dump"
# Where Debian keeps the programs of each version; the one on the path may be another.
_INSTALLED = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


def dump(store: Store, folder: Path, instant: datetime | None = None) -> BackupReport:
    """Copy the database of a server into `folder` (pg_dump's own compressed format, readable by this account alone),
    read the copy through, drop copies that are too old. Raises StoreError when pg_dump is not here or fails; nothing
    unfinished is left under a final name."""
    programs = _programs(_server_version(store))
    with in_words_of_disk(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    final = free_name(folder, instant or now(), SUFFIX)
    part = final.with_suffix(".part")
    try:
        with in_words_of_disk(part):
            os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        address, environment = _address(store)
        _run(programs / "pg_dump", f"--dbname={address}", "--format=custom", f"--file={part}", environment=environment)
        report = _read_through(programs, part, final)
        with in_words_of_disk(part):
            reach_disk(part)
            part.rename(final)
            reach_disk(folder)
    finally:
        part.unlink(missing_ok=True)
    rotate(folder, final, suffix=SUFFIX)
    return report


def _read_through(programs: Path, part: Path, final: Path) -> BackupReport:
    """What the copy holds, counted in the copy itself."""

    def rows(table: str) -> list[str]:
        text = _run(programs / "pg_restore", "--data-only", f"--table={table}", "--file=-", str(part))
        _before, copy, after = text.partition("\nCOPY ")
        if not copy:
            raise StoreError(_("The copy {path} does not hold the table {table}.").format(path=final, table=table))
        return after.partition("\n\\.\n")[0].splitlines()[1:]

    (version,) = rows(VERSION_TABLE)
    return BackupReport(final, version, len(rows("repair_order")), len(rows("party")), part.stat().st_size)


def _programs(wanted: int) -> Path:
    """The folder of a pg_dump that is not older than the server: it refuses to copy a newer one."""
    on_path = shutil.which("pg_dump")
    found = [Path(on_path).parent] if on_path else []
    found += sorted((path.parent for path in _INSTALLED.glob("*/bin/pg_dump")), reverse=True)
    versions = {folder: _version_of(folder) for folder in found}
    fitting = next((folder for folder, version in versions.items() if version >= wanted), None)
    if fitting is not None:
        return fitting
    if not found:
        raise StoreError(
            _("pg_dump is not installed here: it copies the database of a server."),
            _("Install the PostgreSQL client, version {version} or newer, or copy on the server.").format(
                version=wanted
            ),
        )
    raise StoreError(
        _("pg_dump is of version {ours}, the server of version {version}.").format(
            ours=max(versions.values()), version=wanted
        ),
        _("Install the PostgreSQL client, version {version} or newer, or copy on the server.").format(version=wanted),
    )


def _version_of(folder: Path) -> int:
    found = _VERSION.search(_run(folder / "pg_dump", "--version"))
    return int(found[1]) if found else 0


def _server_version(store: Store) -> int:
    with store.read() as session:
        return int(session.execute(sa.text("SHOW server_version_num")).scalar_one()) // 10000


def _address(store: Store) -> tuple[str, dict[str, str]]:
    """As libpq reads it; the password goes by the environment, where no list of processes shows it."""
    url = store.engine.url
    shown = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return shown, {"PGPASSWORD": str(url.password)} if url.password else {}


def _run(program: Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            [program, *arguments],
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise StoreError(
            _("{program} failed: {reason}.").format(program=program.name, reason=error.strerror)
        ) from error
    if done.returncode:
        reason = first_line(done.stderr.decode("utf-8", "replace"))
        raise StoreError(_("{program} failed: {reason}.").format(program=program.name, reason=reason))
    return done.stdout.decode("utf-8", "replace")
