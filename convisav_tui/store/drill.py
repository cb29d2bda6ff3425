"""The restore drill: a copy is opened as a shop in a scratch place and looked through; the shop itself is only read."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import ConvisavError, StoreError
from convisav_tui.i18n import _
from convisav_tui.store.backup import SUFFIX, begin_file, copy_pages, in_words_of_disk, make_folder, verify
from convisav_tui.store.engine import Store
from convisav_tui.store.evidence_copies import check_evidence
from convisav_tui.store.migrate import open_store
from convisav_tui.store.restoring import refuse_newer_program
from convisav_tui.store.server_backup import loaded_in_scratch
from convisav_tui.store.soundness import faults, lasting_tables, newest_event, table_counts

# A copy and the log that its upgrade writes need so many times its size.
_ROOM = 2.2


@dataclass(frozen=True)
class TableCount:
    """Rows of a table in the copy and in the shop now; None where the shop was not to be compared with."""

    name: str
    copy: int
    shop: int | None


@dataclass(frozen=True)
class Drilled:
    """What a drill found. `faults` are sentences; without any the copy is one to rely on."""

    path: Path
    version: str  # in which the copy was written
    newest: datetime | None  # of what happened to an order in the copy
    orders: int
    events: int
    photos: int  # that are as they were
    tables: tuple[TableCount, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]  # what was not looked at, and why
    seconds: float

    @property
    def passed(self) -> bool:
        """The verdict."""
        return not self.faults


def drill(path: Path, scratch_folder: Path, shop: Store | None) -> Drilled:
    """Read the copy through, open it in a scratch place below `scratch_folder` (the data folder) as a restored shop
    would be, replay the history of every order, compare with `shop`, and the photos with their names. The scratch
    place is gone afterwards. What is wrong with the copy is in the answer; raises StoreError where the drill itself
    cannot be held (no room, no right)."""
    begun = time.monotonic()
    try:
        with _opened(path, scratch_folder, shop) as (copy, version), copy.read() as session:
            counts = table_counts(session)
            found, notes, tables = faults(session), list[str](), _uncompared(counts)
            newest = newest_event(session)
            if shop is not None:
                tables, differences, notes = _compare(session, counts, shop)
                found += differences
            photos = check_evidence(session, path, scratch_folder)
    except _CopyRefused as error:
        return Drilled(path, "", None, 0, 0, 0, (), (str(error),), (), time.monotonic() - begun)
    return Drilled(
        path, version, newest, counts["repair_order"], counts["order_event"], photos.files, tables,
        (*found, *photos.faults), (*notes, *photos.notes), time.monotonic() - begun,
    )  # fmt: skip


class _CopyRefused(Exception):
    """The copy cannot be opened at all."""


@contextmanager
def _opened(path: Path, folder: Path, shop: Store | None) -> Iterator[tuple[Store, str]]:
    """The copy as a shop of its own, brought to this version, and the version it was written in."""
    if path.suffix != SUFFIX and path.is_file():
        if shop is None or shop.path is not None:
            raise StoreError(
                _("{path} is a copy of a PostgreSQL database.").format(path=path),
                _("Name a server in [database] url: the drill loads it into a scratch database there."),
            )
        with loaded_in_scratch(path, shop) as (url, version):
            store = _as_shop(url, folder)
            try:
                yield store, version
            finally:
                store.close()
        return
    make_folder(folder)
    with tempfile.TemporaryDirectory(prefix="drill-", dir=folder) as scratch:
        version = _copied(path, Path(scratch))
        store = _as_shop(f"sqlite:///{Path(scratch) / 'shop.db'}", Path(scratch))
        try:
            yield store, version
        finally:
            store.close()


def _copied(path: Path, scratch: Path) -> str:
    try:
        report = verify(path)
        refuse_newer_program(report)
    except ConvisavError as error:
        raise _CopyRefused(str(error)) from error
    if shutil.disk_usage(scratch).free < report.size * _ROOM:
        raise StoreError(
            _("There is no room for a drill at {path}.").format(path=scratch.parent), _("Free some space.")
        )
    with in_words_of_disk(scratch):
        begin_file(scratch / "shop.db")
        copy_pages(path, scratch / "shop.db")
    return report.version


def _as_shop(url: str, folder: Path) -> Store:
    try:
        return open_store(url, folder)
    except ConvisavError as error:
        raise _CopyRefused(str(error)) from error


def _uncompared(counts: dict[str, int]) -> tuple[TableCount, ...]:
    return tuple(TableCount(name, count, None) for name, count in counts.items())


def _compare(copy: Session, counts: dict[str, int], shop: Store) -> tuple[tuple[TableCount, ...], list[str], list[str]]:
    """The counts on both sides, and the lasting tables in which one side lacks rows of the time of the copy."""
    try:
        with shop.read() as session:
            ours = table_counts(session)
            tables = tuple(TableCount(name, count, ours.get(name)) for name, count in counts.items())
            then, today = newest_event(copy), newest_event(session)
            if then is not None and (today is None or today < then):
                return tables, [], [_("The shop is older than the copy: their rows were not compared.")]
            return tables, list(_differences(copy, session, exact=shop.path is not None)), []
    except StoreError as error:
        reason = _("The shop cannot be read: its rows were not compared. {reason}").format(reason=error.sentence)
        return _uncompared(counts), [], [reason]


def _differences(copy: Session, shop: Session, exact: bool) -> Iterator[str]:
    """On a server rows may be committed later than rows with a higher number: there only missing ones tell."""
    for table in lasting_tables():
        copied, last = copy.execute(sa.select(sa.func.count(), sa.func.max(table.c.id)).select_from(table)).one()
        kept = shop.execute(sa.select(sa.func.count()).select_from(table).where(table.c.id <= (last or 0))).scalar_one()
        if copied > kept or (exact and copied < kept):
            yield _("Table {table}: the copy holds {copied} rows, the shop {kept} of the same time.").format(
                table=table.name, copied=copied, kept=kept
            )
