"""Copies of a SQLite database, taken while others write: verified, kept for hours, days and months."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from convisav_tui.clock import now
from convisav_tui.errors import StoreError
from convisav_tui.i18n import _
from convisav_tui.store.engine import Store, sqlite_driver
from convisav_tui.store.schema_version import VERSION_TABLE

_NAME = "convisav-*"
SUFFIX = ".db"
_STAMP = "%Y%m%dT%H%M%S"
# How many copies stay: the newest of each of the last hours, days and months that have one.
_KEPT: tuple[tuple[str, int], ...] = (("%Y%m%d%H", 24), ("%Y%m%d", 7), ("%Y%m", 12))


@dataclass(frozen=True)
class BackupReport:
    """What a verified copy holds."""

    path: Path
    version: str
    orders: int
    parties: int
    size: int  # bytes


def backup(store: Store, folder: Path, instant: datetime | None = None, keep: Path | None = None) -> Path:
    """Copy the database into `folder` (readable by this account alone), check the copy, then drop copies that are
    too old, but never `keep`. Raises StoreError when the copy fails or is damaged; nothing unfinished is left under a
    final name."""
    final = copy_aside(store, folder, instant)
    rotate(folder, final, keep)
    return final


def copy_aside(store: Store, folder: Path, instant: datetime | None = None) -> Path:
    """The same, but no copy is dropped."""
    if store.path is None:
        raise StoreError(
            _("Only a SQLite database is copied by the program."), _("convisav backup copies a server by pg_dump.")
        )
    make_folder(folder)
    final = free_name(folder, instant or now())
    part = final.with_suffix(".part")
    try:
        with in_words_of_disk(store.path):
            begin_file(part)
            copy_pages(store.path, part)
            check_pages(part, "quick_check")
            reach_disk(part)
            part.rename(final)
            reach_disk(folder)
    finally:
        part.unlink(missing_ok=True)
    return final


def make_folder(folder: Path) -> None:
    """Make the folder, for this account alone, if it is not there. Raises StoreError."""
    with in_words_of_disk(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def begin_file(path: Path) -> None:
    """An empty file that nobody else may read."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))


def rotate(folder: Path, *wanted: Path | None, suffix: str = SUFFIX) -> list[Path]:
    """Remove the copies that no kept hour, day or month needs, but none that is `wanted`; returns what was removed."""
    copies = sorted(folder.glob(_NAME + suffix), key=_in_time, reverse=True)
    kept = {folder / path.name for path in wanted if path and path.resolve().parent == folder.resolve()}
    for pattern, number in _KEPT:
        latest: dict[str, Path] = {}
        for path in copies:
            taken = taken_at(path)
            if taken is not None:
                latest.setdefault(taken.strftime(pattern), path)
        kept.update(list(latest.values())[:number])
    removed = [path for path in copies if path not in kept and taken_at(path) is not None]
    for path in removed:
        path.unlink()
    return removed


def verify(path: Path) -> BackupReport:
    """Read a whole copy: pages, references, version, counts. Raises StoreError when it is not one to rely on."""
    if not path.is_file():
        raise StoreError(_("There is no file {path}.").format(path=path))
    with in_words_of_disk(path):
        check_pages(path, "integrity_check")
        with contextlib.closing(raw(path, "mode=ro")) as copy:
            if copy.execute("PRAGMA foreign_key_check").fetchone():
                raise StoreError(_("The copy {path} refers to rows that it does not hold.").format(path=path))
            version = copy.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()[0]
            orders = copy.execute("SELECT count(*) FROM repair_order").fetchone()[0]
            parties = copy.execute("SELECT count(*) FROM party").fetchone()[0]
    return BackupReport(path, version, orders, parties, path.stat().st_size)


def backups(folder: Path, suffix: str = SUFFIX) -> list[Path]:
    """The copies in `folder`, newest first; `suffix` tells those of a file from those of a server."""
    return sorted((path for path in folder.glob(_NAME + suffix) if taken_at(path)), key=_in_time, reverse=True)


def _in_time(path: Path) -> str:
    """Those of one second by their number, the first of which has none: without the ending, which sorts behind "-"."""
    return path.stem


def copy_pages(source_path: Path, target_path: Path) -> None:
    """All pages in one step: in several, every commit of somebody else would begin the copy anew (store.md 5.2)."""
    with contextlib.closing(raw(source_path, "mode=rw")) as source, contextlib.closing(raw(target_path)) as target:
        source.backup(target, pages=-1)
        if target_path.suffix == ".part":
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def check_pages(path: Path, check: str) -> None:
    """SQLite's own "quick_check" or "integrity_check". Raises StoreError for a damaged file, and SQLite's errors."""
    with contextlib.closing(raw(path, "mode=ro")) as copy:
        if copy.execute(f"PRAGMA {check}(1)").fetchone()[0] != "ok":
            raise StoreError(_("The database {path} is damaged.").format(path=path), _("Use another copy."))


def raw(path: Path, options: str = "mode=rwc") -> Any:
    """SQLite's own connection to a file, each statement for itself, without the settings of a shop."""
    connection = sqlite_driver().connect(f"{path.resolve().as_uri()}?{options}", uri=True, timeout=30)
    connection.isolation_level = None
    return connection


@contextlib.contextmanager
def in_words_of_disk(path: Path) -> Iterator[None]:
    """Errors of the disk as StoreError."""
    trouble: tuple[type[Exception], ...] = (OSError, sqlite_driver().Error)
    try:
        yield
    except trouble as error:
        raise StoreError(
            _("The copy failed at {path}: {reason}.").format(path=path, reason=error),
            _("Check the disk and its rights."),
        ) from error


def free_name(folder: Path, instant: datetime, suffix: str = SUFFIX) -> Path:
    """A name for a copy of that instant that no file has yet."""
    stem = f"convisav-{instant.astimezone(UTC).strftime(_STAMP)}Z"
    for number in range(1000):
        path = folder / f"{stem}{f'-{number:03d}' if number else ''}{suffix}"
        if not path.exists():
            return path
    raise StoreError(_("{path} cannot be written.").format(path=folder / stem))


def taken_at(path: Path) -> datetime | None:
    """The instant (UTC) in the name of a copy; None for another file."""
    try:
        return datetime.strptime(path.stem.split("-")[1].rstrip("Z"), _STAMP).replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None


def reach_disk(path: Path) -> None:
    """Return when a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
