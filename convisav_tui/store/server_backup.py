"""Copies of a PostgreSQL database by its own pg_dump, read through before they get their name; by the program itself
where pg_dump is missing; and copies put back."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.errors import StoreError
from convisav_tui.i18n import _
from convisav_tui.store.backup import (
    BackupReport,
    begin_file,
    free_name,
    in_words_of_disk,
    make_folder,
    raw,
    reach_disk,
    rotate,
    verify,
)
from convisav_tui.store.engine import Store
from convisav_tui.store.loss import DATED, Newest, lost_on_server
from convisav_tui.store.migrate import check_version
from convisav_tui.store.models import Counter, Setting
from convisav_tui.store.restoring import REPLACED, Restored, newer, refuse_newer_program
from convisav_tui.store.schema_version import VERSION_TABLE
from convisav_tui.store.soundness import SERIES, SKIPPED_NUMBERS
from convisav_tui.store.troubles import first_line

SUFFIX = ".dump"
# Where Debian keeps the programs of each version; the one on the path may be another.
_INSTALLED = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_COUNTERS = sa.text("SELECT name, value FROM counter WHERE name LIKE :series")


def dump(store: Store, folder: Path, instant: datetime | None = None) -> BackupReport:
    """Copy the database of a server into `folder` (readable by this account alone), read the copy through, drop copies
    that are too old: pg_dump's own compressed format, or a SQLite file that the program writes itself where no pg_dump
    fits. Raises StoreError; nothing unfinished is left under a final name."""
    report = dump_aside(store, folder, instant)
    rotate(folder, report.path, suffix=report.path.suffix)
    return report


def dump_aside(store: Store, folder: Path, instant: datetime | None = None) -> BackupReport:
    """The same, but no copy is dropped."""
    programs = _fitting_programs(_server_version(store))
    make_folder(folder)
    if programs is None:
        return _own_copy(store, free_name(folder, instant or now()))
    final = free_name(folder, instant or now(), SUFFIX)
    part = final.with_suffix(".part")
    try:
        with in_words_of_disk(part):
            begin_file(part)
        address, environment = _address(store)
        _run(programs / "pg_dump", f"--dbname={address}", "--format=custom", f"--file={part}", environment=environment)
        report = _read_through(programs, part, final)
        with in_words_of_disk(part):
            reach_disk(part)
            part.rename(final)
            reach_disk(folder)
    finally:
        part.unlink(missing_ok=True)
    return report


def has_programs(store: Store) -> bool:
    """Whether a pg_dump fits the server, so that a copy costs the program little."""
    return _fitting_programs(_server_version(store)) is not None


def _own_copy(store: Store, final: Path) -> BackupReport:
    """Every table into a SQLite file, compared; slower, and readable everywhere."""
    from convisav_tui.store.moving import copy_out

    part = final.with_suffix(".part")
    target = Store(f"sqlite:///{part}")
    try:
        copy_out(store, target)
        target.close()
        with in_words_of_disk(part):
            with contextlib.closing(raw(part)) as copy:
                copy.execute("PRAGMA journal_mode=DELETE")
            reach_disk(part)
            part.rename(final)
            reach_disk(final.parent)
    finally:
        target.close()
        for suffix in ("", "-wal", "-shm", ".wlock"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
    return verify(final)


# --- putting a copy back ----------------------------------------------------------------------------------------------


def load(store: Store, path: Path, folder: Path, *, lose_newer: bool = False) -> Restored:
    """Put the copy `path` in place of the database on the server, in one transaction; what stands there goes into
    `folder`/replaced first. As `restoring.restore`; nobody may work there meanwhile."""
    programs = _programs(_server_version(store))
    if path.suffix != SUFFIX:
        raise StoreError(
            _("{path} is a SQLite database, and the shop is on a server.").format(path=path),
            _("Move it into an empty database: convisav migrate --from sqlite:///{path} --to …").format(path=path),
        )
    if not path.is_file():
        raise StoreError(_("There is no file {path}.").format(path=path))
    report = _read_through(programs, path, path)
    refuse_newer_program(report)
    present = check_version(store) is not None
    lost, counters = None, dict[str, int]()
    if present:
        from convisav_tui.store.moving import refuse_in_use

        refuse_in_use(store)
        with store.read() as session:
            lost = lost_on_server(session, _newest(programs, path))
            counters = dict(session.execute(_COUNTERS, {"series": f"{SERIES}%"}).all())
    if lost and not lose_newer:
        raise newer(lost)
    before = dump_aside(store, folder / REPLACED).path if present else None
    _load(programs, path, store)
    store.engine.dispose()
    return Restored(report, before, lost, store.write(lambda session: _skip_numbers(session, counters)))


@contextlib.contextmanager
def loaded_in_scratch(path: Path, store: Store) -> Iterator[tuple[str, str]]:
    """The copy in a database of its own on the server of `store`: its address, and the version it was written in. The
    database is dropped afterwards. Raises StoreError where this role may make none."""
    programs = _programs(_server_version(store))
    report = _read_through(programs, path, path)
    name = f"convisav_drill_{secrets.token_hex(4)}"
    server = store.engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
    except StoreError as error:
        raise StoreError(
            _("No scratch database can be made on the server: {reason}").format(reason=error.sentence),
            _("Give the role the right CREATEDB, or hold the drill with another server in [database] url."),
        ) from error
    scratch = Store(store.engine.url.set(database=name).render_as_string(hide_password=False))
    try:
        _load(programs, path, scratch)
        yield scratch.url, report.version
    finally:
        scratch.close()
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _load(programs: Path, path: Path, store: Store) -> None:
    """All or nothing, over whatever stands there."""
    address, environment = _address(store)
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    patient = {"PGOPTIONS": "-c lock_timeout=20s"}
    _run(programs / "pg_restore", f"--dbname={address}", *options, str(path), environment=environment | patient)


def _skip_numbers(session: Session, counters: Mapping[str, int]) -> int:
    """As for a file: the numbers that the replaced shop gave stand on labels and receipts."""
    skipped: list[list[int]] = []
    for name, value in counters.items():
        row = session.get(Counter, name) or Counter(name=name, value=0)
        if value > row.value:
            skipped.append([int(name.removeprefix(SERIES)) % 100, row.value + 1, value])
            row.value = value
            session.add(row)
    if skipped:
        setting = session.get(Setting, SKIPPED_NUMBERS) or Setting(key=SKIPPED_NUMBERS, value=[])
        setting.value = [*setting.value, *skipped]
        session.add(setting)
    return sum(last - first + 1 for _year, first, last in skipped)


def _newest(programs: Path, path: Path) -> Newest:
    """The latest instants in a copy, read in the copy itself."""
    return {table: max(_column(programs, path, table, column), default=None) for table, column in DATED.items()}


def _column(programs: Path, path: Path, table: str, column: str) -> Iterator[datetime]:
    columns, rows = _rows(programs, path, path, table)
    at = columns.index(column)
    return (datetime.fromisoformat(row.split("\t")[at]) for row in rows)


def _read_through(programs: Path, part: Path, final: Path) -> BackupReport:
    """What the copy holds, counted in the copy itself."""

    def rows(table: str) -> list[str]:
        return _rows(programs, part, final, table)[1]

    (version,) = rows(VERSION_TABLE)
    return BackupReport(final, version, len(rows("repair_order")), len(rows("party")), part.stat().st_size)


def _rows(programs: Path, part: Path, final: Path, table: str) -> tuple[list[str], list[str]]:
    """The names of the columns and the rows of a table as the copy has them, columns apart by tabs."""
    text = _run(programs / "pg_restore", "--data-only", f"--table={table}", "--file=-", str(part))
    _before, copy, after = text.partition("\nCOPY ")
    if not copy:
        raise StoreError(_("The copy {path} does not hold the table {table}.").format(path=final, table=table))
    heading, *rows = after.partition("\n\\.\n")[0].split("\n")
    names = heading.partition("(")[2].partition(")")[0]
    return [name.strip().strip('"') for name in names.split(",")], rows


def _fitting_programs(wanted: int) -> Path | None:
    try:
        return _programs(wanted)
    except StoreError:
        return None


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
            env={**os.environ, "LC_ALL": "C.UTF-8", "PGTZ": "UTC", **(environment or {})},
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
