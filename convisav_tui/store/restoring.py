"""Puts a copy in place of a SQLite database: refuses to lose what is newer, keeps what stood there, gives no ticket
number twice."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from convisav_tui.clock import now
from convisav_tui.errors import Refusal, StoreError, StoreNewer
from convisav_tui.i18n import _
from convisav_tui.store.backup import (
    BackupReport,
    begin_file,
    check_pages,
    copy_aside,
    copy_pages,
    in_words_of_disk,
    make_folder,
    raw,
    reach_disk,
    verify,
)
from convisav_tui.store.engine import Store, sqlite_driver
from convisav_tui.store.loss import Loss, lost_in_file, newest_in_file
from convisav_tui.store.schema_version import REVISIONS
from convisav_tui.store.soundness import SERIES, SKIPPED_NUMBERS

REPLACED = "replaced"
"""Folder, beside the copies, of what a copy has replaced; nothing there is ever dropped by itself."""
# The byte of the file "-shm" that every connection to a WAL database holds locked (SQLite's UNIX_SHM_DMS).
_HELD_BYTE = 128


@dataclass(frozen=True)
class Restored:
    """The copy that was put back, where what stood there before is kept (None if nothing did), what it had beyond the
    copy (None where it could not be read), and how many ticket numbers are skipped."""

    report: BackupReport
    before: Path | None
    lost: Loss | None
    skipped: int


def restore(store: Store, path: Path, folder: Path, *, lose_newer: bool = False) -> Restored:
    """Put the copy `path` in place of the database; what stands there goes into `folder`/replaced first. Other
    programs see the restored rows with their next query. Open the store again afterwards: the copy may be of an older
    version.

    Raises Refusal when the shop is newer than the copy, unless it may `lose_newer`; StoreNewer for a copy of a newer
    program; StoreError for one that is damaged. Nothing was changed then."""
    if store.path is None:
        raise StoreError(_("This is a copy of a SQLite database, and the shop is on a server."))
    report = verify(path)
    refuse_newer_program(report)
    make_folder(store.path.parent)
    with store.write_lock():
        present = store.path.exists() and store.path.stat().st_size > 0
        sound = present and _is_sound(store.path)
        lost = _lost(store.path, path) if sound else None
        if lost and not lose_newer:
            raise newer(lost)
        aside = folder / REPLACED
        counters = _counters(store.path) if present else {}
        scratch = store.path.with_name(f".{store.path.name}.restoring.part")
        try:
            with in_words_of_disk(scratch):
                begin_file(scratch)
                copy_pages(path, scratch)
                skipped = _skip_numbers(scratch, counters)
            if sound or not present:
                before = copy_aside(store, aside) if present else None
                with in_words_of_disk(store.path):
                    if not present:
                        begin_file(store.path)
                    copy_pages(scratch, store.path)
            else:
                before = _replace_damaged(store, aside, scratch)
        finally:
            scratch.unlink(missing_ok=True)
    return Restored(report, before, lost, skipped)


def refuse_newer_program(report: BackupReport) -> None:
    """Raise StoreNewer for a copy that this program could not open."""
    if report.version not in REVISIONS:
        raise StoreNewer(
            _("The copy {path} was written by a newer version of the program ({version}).").format(
                path=report.path, version=report.version
            ),
            _("Update the program on this machine; nothing was changed."),
        )


def newer(lost: Loss) -> Refusal:
    """The refusal that names what would be gone."""
    return Refusal(
        "restore_newer",
        _("The shop is newer than this copy: {what} would be lost.").format(what=lost.sentence),
        _("Take a newer copy, or add --lose-newer; the present shop is kept aside."),
    )


def _is_sound(path: Path) -> bool:
    """Whether the database can be read through; raises StoreError when that cannot be told now."""
    driver = sqlite_driver()
    try:
        check_pages(path, "quick_check")
    except StoreError:
        return False
    except driver.OperationalError as error:
        raise StoreError(_("{path} cannot be read: {reason}.").format(path=path, reason=error)) from error
    except driver.DatabaseError:
        return False
    return True


def _lost(shop: Path, copy: Path) -> Loss | None:
    """What the shop has beyond the copy; None for a file that is no shop of ours."""
    try:
        return lost_in_file(shop, newest_in_file(copy))
    except sqlite_driver().DatabaseError:
        return None


def _counters(path: Path) -> dict[str, int]:
    """The last number of each series, as far as it can still be read."""
    try:
        with contextlib.closing(raw(path, "mode=rw")) as shop:
            return dict(shop.execute("SELECT name, value FROM counter WHERE name LIKE ?", (f"{SERIES}%",)))
    except sqlite_driver().DatabaseError:
        return {}


def _skip_numbers(path: Path, counters: Mapping[str, int]) -> int:
    """Have the copy count on where the replaced shop stopped: its later numbers stand on labels and receipts."""
    skipped: list[list[int]] = []
    with contextlib.closing(raw(path)) as copy:
        copy.execute("BEGIN IMMEDIATE")
        for name, value in counters.items():
            row = copy.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
            last = row[0] if row else 0
            if value > last:
                copy.execute(
                    "INSERT INTO counter (name, value) VALUES (?, ?)"
                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (name, value),
                )
                skipped.append([int(name.removeprefix(SERIES)) % 100, last + 1, value])
        if skipped:
            _note_skipped(copy, skipped)
        copy.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")
    return sum(last - first + 1 for _year, first, last in skipped)


def _note_skipped(copy: object, skipped: list[list[int]]) -> None:
    """Write down which numbers are missing on purpose."""
    execute = copy.execute  # type: ignore[attr-defined]
    row = execute("SELECT value FROM setting WHERE key = ?", (SKIPPED_NUMBERS,)).fetchone()
    known = json.loads(row[0]) if row and row[0] else []
    execute(
        "INSERT INTO setting (key, value, updated_at) VALUES (?, ?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        (SKIPPED_NUMBERS, json.dumps([*known, *skipped]), f"{now().astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"),
    )


# --- a damaged database ---------------------------------------------------------------------------------------------


def _replace_damaged(store: Store, aside: Path, scratch: Path) -> Path:
    """Move the damaged file and its log away and put the copy there. Programs that have it open would go on writing
    into what was moved: they must end first."""
    assert store.path is not None
    store.close()
    if _is_open_elsewhere(store.path):
        raise StoreError(
            _("The damaged database {path} is still open somewhere.").format(path=store.path),
            _("Leave the program at every station, stop the worker, then again."),
        )
    make_folder(aside)
    kept = aside / f"damaged-{_stamp(now())}"
    with in_words_of_disk(store.path):
        kept.mkdir(mode=0o700)
        reach_disk(scratch)
        for suffix in ("-wal", "-shm", ""):
            part = store.path.with_name(store.path.name + suffix)
            if part.exists():
                part.rename(kept / part.name)
        scratch.rename(store.path)
        reach_disk(store.path.parent)
    return kept / store.path.name


def _is_open_elsewhere(path: Path) -> bool:
    """Whether another process has the database open (each holds a lock in the file "-shm")."""
    try:
        descriptor = os.open(path.with_name(path.name + "-shm"), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _HELD_BYTE)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _stamp(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%S}Z"
