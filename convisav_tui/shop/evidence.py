"""Photos of a checklist: a file that somebody names is looked at and copied into the shop's folder of evidence."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.store.erasing import note_photos_deleted, photos_to_delete
from convisav_tui.store.evidence_copies import FOLDER
from convisav_tui.text import clean_line, typed_path

if TYPE_CHECKING:
    from convisav_tui.store.engine import Store

LARGEST_PHOTO = 40_000_000  # bytes
# How the files of cameras and telephones begin, and what they are called.
_BEGINNINGS = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
)
_BRANDS = {b"heic": ".heic", b"heix": ".heic", b"mif1": ".heic", b"msf1": ".heic", b"avif": ".avif"}


@dataclass(frozen=True)
class Kept:
    """A photo that is kept: what its file was called, and where the copy lies, from the data folder on."""

    name: str
    path: str


@dataclass(frozen=True)
class PhotosDeleted:
    """How many photos of erased persons went, and which could not be deleted, in sentences."""

    files: int
    faults: tuple[str, ...]


def keep_photo(home: Path, typed: str) -> Kept:
    """Copy a picture into the folder of evidence of `home`, named by what is in it; the same picture lies there once.
    Raises FieldErrors (`answer`) for what cannot be read, is no picture, or is too large."""
    try:
        source = typed_path(typed)
        with source.open("rb") as file:
            content = file.read(LARGEST_PHOTO + 1)
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        sentence = _("{path} cannot be read: {reason}.").format(path=typed.strip(), reason=reason)
        raise FieldErrors({"answer": sentence}) from error
    if len(content) > LARGEST_PHOTO:
        limit = LARGEST_PHOTO // 1_000_000
        raise FieldErrors({"answer": _("This file is larger than {limit} MB.").format(limit=limit)})
    ending = _ending(content)
    if not ending:
        raise FieldErrors({"answer": _("{name} is no picture.").format(name=source.name)})
    digest = hashlib.sha256(content).hexdigest()
    place = Path(FOLDER) / digest[:2] / f"{digest}{ending}"
    try:
        _copy(content, home / place)
    except OSError as error:
        reason = error.strerror or str(error)
        sentence = _("{path} cannot be written: {reason}.").format(path=home / place, reason=reason)
        raise FieldErrors({"answer": sentence}) from error
    return Kept(clean_line(source.name)[:200], place.as_posix())


def delete_erased_photos(store: Store, home: Path) -> PhotosDeleted:
    """Delete the photos of persons who were erased; their rows say so once the file is gone. Whatever ends this
    between, the next time goes on. A photo that an answer of somebody else names as well stays for him."""
    with store.read() as session:
        due = photos_to_delete(session)
    done, files, faults = list[str](), 0, list[str]()
    for name, shared in due.items():
        place = home / name
        if not shared and place.resolve().is_relative_to((home / FOLDER).resolve()):
            if not place.exists() and store.path is None:
                continue  # the shop is on a server: another machine's folder may hold it
            try:
                place.unlink(missing_ok=True)
            except OSError as error:
                reason = error.strerror or str(error)
                faults.append(_("{path} cannot be deleted: {reason}.").format(path=place, reason=reason))
                continue
            files += 1
        done.append(name)
    if done:
        store.write(lambda session: note_photos_deleted(session, done))
    return PhotosDeleted(files, tuple(faults))


def _ending(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ".webp"
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "")
    return next((ending for begin, ending in _BEGINNINGS if content.startswith(begin)), "")


def _copy(content: bytes, place: Path) -> None:
    """Whole or not at all; readable by this account alone, and changed by nobody: copies may be the same file."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o400)
            os.fsync(file.fileno())
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
