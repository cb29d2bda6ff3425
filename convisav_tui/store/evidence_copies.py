"""Photos of checks beside the copies of the database: each lies there once, named by what is in it; a list beside each
copy says which belong to it. An unchanged photo costs an hourly copy nothing."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import StoreError
from convisav_tui.i18n import _, ngettext
from convisav_tui.store.backup import begin_file, reach_disk
from convisav_tui.store.engine import Store
from convisav_tui.store.tables import CHECK_ANSWER

FOLDER = "evidence"
LIST_SUFFIX = ".sha256"  # as `sha256sum --check` reads it, run in the folder of the copies
_NAME = re.compile(rf"{FOLDER}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})\.[a-z]{{3,4}}")
_LINE = re.compile(r"[0-9a-f]{64}  (.+)")
_COPIES = (".db", ".dump")
_PIECE = 1 << 20
_READ_ONLY = 0o400
_NAMED = 3  # how many names a sentence gives


@dataclass(frozen=True)
class EvidenceCopied:
    """What became of the photos: how many belong to the copy, how many came new, and what is wrong, in sentences."""

    files: int
    added: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class EvidenceChecked:
    """How many photos of a copy are as they were; what is wrong with it; what it could not have, or nobody listed."""

    files: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class EvidenceRestored:
    """How many photos were put back, and what is missing, in sentences."""

    files: int
    faults: tuple[str, ...]


def copy_evidence(store: Store, home: Path, copy: Path) -> EvidenceCopied:
    """Keep the photos of `home` beside the copy of the database `copy`, and drop those that no copy there needs any
    more. What cannot be read or written is in the answer: the copy of the database stands whatever happens here."""
    folder = copy.parent
    try:
        present, strange = _photos(home)
        with store.read() as session:
            missing = sorted(named_in_rows(session).difference(present))
        # What the shop has lost and an earlier copy still holds belongs to this one, too.
        listed = [*present, *(name for name in missing if (folder / name).is_file())]
        if listed or missing:
            _write_list(copy, listed)
        added, unread = _keep(home, folder, present)
        if unread:
            _write_list(copy, [name for name in listed if name not in unread])
        drop_unneeded(folder)
    except (OSError, StoreError) as error:
        return EvidenceCopied(0, 0, (_("The photos could not be copied: {reason}.").format(reason=error),))
    faults = [_missing(missing)] if missing else []
    faults += _named(list(unread.items()))
    if strange:
        sentence = ngettext(
            "{count} file in {folder} is none of the program's and was not copied: {names}",
            "{count} files in {folder} are none of the program's and were not copied: {names}",
            len(strange),
        )
        faults.append(sentence.format(count=len(strange), folder=home / FOLDER, names=_some(strange)))
    return EvidenceCopied(len(listed) - len(unread), added, tuple(faults))


def check_evidence(session: Session, copy: Path, home: Path) -> EvidenceChecked:
    """Count the photos of a copy and compare what is in them with their names; `session` reads the copy. What the copy
    lacks is a fault only where `home` has it."""
    listed, asked = _list_of(copy), named_in_rows(session)
    if listed is None:
        unseen = _("This copy was made without photos: none were looked at.")
        return EvidenceChecked(0, (), (unseen,) if asked else ())
    files, faults, gone = 0, list[str](), list[str]()
    for name in sorted({*listed, *asked}):
        stored = copy.parent / name
        if not stored.is_file():
            if name in listed or (home / name).is_file():
                faults.append(_("The copy lacks the photo {name}.").format(name=name))
            else:
                gone.append(name)
        elif _trouble(stored):
            faults.append(_("The photo {name} is damaged in the copy.").format(name=name))
        else:
            files += 1
    return EvidenceChecked(files, tuple(faults), (_missing(gone),) if gone else ())


def restore_evidence(store: Store, home: Path, copy: Path, copies: Path) -> EvidenceRestored:
    """Put the photos that the restored rows name, and that `home` lacks, back from beside the copy or from `copies`;
    none is overwritten."""
    with store.read() as session:
        asked = named_in_rows(session)
    put, lost, troubles = 0, list[str](), list[tuple[str, str]]()
    for name in sorted(asked):
        if (home / name).is_file():
            continue
        stored = next((folder / name for folder in (copy.parent, copies) if (folder / name).is_file()), None)
        reason = _trouble(stored) if stored is not None else ""
        if stored is None:
            lost.append(name)
        elif reason:
            troubles.append((name, reason))
        else:
            try:
                _place(stored, home / name)
                put += 1
            except OSError as error:
                troubles.append((name, error.strerror or str(error)))
    return EvidenceRestored(put, (*_named(troubles), *((_missing(lost),) if lost else ())))


def named_in_rows(session: Session) -> set[str]:
    """The photos that answers name, from the data folder on."""
    column = CHECK_ANSWER.c.evidence
    rows = session.execute(sa.select(column).where(column.startswith(f"{FOLDER}/")).distinct())
    return {name for name in rows.scalars() if _NAME.fullmatch(name)}


def drop_unneeded(folder: Path) -> int:
    """Remove the lists whose copy is gone and the photos that no list names; how many photos went. Those are looked
    for first: a copy under way has its list written before its first photo lies here."""
    stored, _strange = _photos(folder)
    needed: set[str] = set()
    for path in sorted(folder.glob(f"convisav-*{LIST_SUFFIX}")):
        if any(path.with_suffix(suffix).exists() for suffix in _COPIES):
            needed.update(_list_of(path) or ())
        else:
            path.unlink(missing_ok=True)
    unneeded = [name for name in stored if name not in needed]
    for name in unneeded:
        (folder / name).unlink(missing_ok=True)
    return len(unneeded)


def _photos(home: Path) -> tuple[list[str], list[str]]:
    """The photos in the folder of evidence of `home` by name, and other files there. Raises OSError."""
    ours, strange = [], []
    for folder, _folders, names in os.walk(home / FOLDER, onerror=_raise):
        for name in names:
            place = (Path(folder) / name).relative_to(home).as_posix()
            if _NAME.fullmatch(place):
                ours.append(place)
            elif not name.endswith(".part"):
                strange.append(place)
    return sorted(ours), sorted(strange)


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _keep(home: Path, folder: Path, names: Collection[str]) -> tuple[int, dict[str, str]]:
    """How many of these photos came new into `folder`, and why others could not be taken, by name."""
    added, unread = 0, dict[str, str]()
    for name in names:
        if (folder / name).is_file():
            continue
        reason = _trouble(home / name)
        if not reason:
            try:
                _place(home / name, folder / name)
                added += 1
            except OSError as error:
                reason = error.strerror or str(error)
        if reason:
            unread[name] = reason
    return added, unread


def _trouble(path: Path) -> str:
    """Why a photo is not one to rely on: it cannot be read, or holds something else than its name says."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        return error.strerror or str(error)
    return "" if digest.hexdigest() == path.stem else _("it is damaged")


def _place(source: Path, target: Path) -> None:
    """The same photo there, read-only: one file under two names where the disk can do that, else a copy."""
    for parent in (target.parent.parent, target.parent):
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        try:
            os.link(source, part)
        except OSError:
            begin_file(part)
            shutil.copyfile(source, part)
            reach_disk(part)
        part.chmod(_READ_ONLY)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write_list(copy: Path, names: Collection[str]) -> None:
    path = copy.with_suffix(LIST_SUFFIX)
    part = path.with_name(f".{path.name}.part")
    begin_file(part)
    part.write_text("".join(f"{Path(name).stem}  {name}\n" for name in names), "ascii")
    reach_disk(part)
    part.replace(path)


def _list_of(copy: Path) -> set[str] | None:
    """The photos of a copy; None when it was made without. Raises StoreError for a list that cannot be read."""
    try:
        lines = copy.with_suffix(LIST_SUFFIX).read_text("ascii", "replace").splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        path, reason = copy.with_suffix(LIST_SUFFIX), error.strerror
        raise StoreError(_("{path} cannot be read: {reason}.").format(path=path, reason=reason)) from error
    return {found[1] for found in map(_LINE.fullmatch, lines) if found and _NAME.fullmatch(found[1])}


def _named(troubles: list[tuple[str, str]]) -> list[str]:
    """A sentence for each, but for those beyond the first few."""
    told = [_("{path} cannot be read: {reason}.").format(path=name, reason=why) for name, why in troubles[:_NAMED]]
    rest = len(troubles) - len(told)
    if rest:
        told.append(ngettext("{count} more photo likewise.", "{count} more photos likewise.", rest).format(count=rest))
    return told


def _missing(names: list[str]) -> str:
    sentence = ngettext(
        "{count} photo that an answer names is missing: {names}",
        "{count} photos that answers name are missing: {names}",
        len(names),
    )
    return sentence.format(count=len(names), names=_some(names))


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
