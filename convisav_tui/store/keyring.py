"""Keys that must not lie in the database: one file each, readable by its owner alone, destroyed before what it opens.

A backup of the database holds ciphertexts only; destroying a key destroys the secret in every copy (rules.md 4.5).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from convisav_tui.config import HOME_VARIABLE, default_home
from convisav_tui.errors import StoreReadOnly
from convisav_tui.i18n import _

FOLDER = "keys"
# Of each server's engine (by what its copies with other options share): the data folder of this machine.
_HOMES: weakref.WeakKeyDictionary[Dialect, Path] = weakref.WeakKeyDictionary()
_NAME = re.compile(r"[a-z]+-[A-Za-z0-9]{1,64}")


class Keyring:
    """The keys in one folder. Names are a kind and an identifier: order-2600012345, draft-5f3c…"""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, key: bytes) -> None:
        """Keep `key`, in place of another of that name; it is on the disk when this returns. Raises StoreReadOnly."""
        path = self._path(name)
        coming = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            coming.replace(path)
            self._sync_folder()
        except OSError as error:
            with contextlib.suppress(OSError):
                coming.unlink()
            raise StoreReadOnly(
                _("The key of the code cannot be kept in {folder}: {reason}.").format(
                    folder=self.folder, reason=error.strerror
                ),
                _("Give this account the right to write there."),
            ) from error

    def get(self, name: str) -> bytes | None:
        """The key, None when it was destroyed or never was here."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def destroy(self, name: str) -> None:
        """Overwrite the key and remove it; nothing when there is none. Raises StoreReadOnly when it cannot be done."""
        path = self._path(name)
        try:
            with path.open("r+b") as file:
                file.write(b"\0" * os.fstat(file.fileno()).st_size)
                file.flush()
                os.fsync(file.fileno())
            path.unlink(missing_ok=True)
            self._sync_folder()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise StoreReadOnly(
                _("The key of the code cannot be destroyed in {folder}: {reason}.").format(
                    folder=self.folder, reason=error.strerror
                ),
                _("Give this account the right to write there."),
            ) from error

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Each key's name, and when it was kept (aware UTC)."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.iterdir()):
            if _NAME.fullmatch(path.name):
                with contextlib.suppress(FileNotFoundError):
                    yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a key")
        return self.folder / name

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def keyring_of(session: Session) -> Keyring:
    """The keys that belong to the session's database: beside a SQLite file, in this machine's data folder otherwise."""
    return Keyring(folder_of_keys(session.get_bind().engine))


def keep_keys_in(engine: Engine, home: Path) -> None:
    """The data folder of this machine, where the keys of a server's database are kept."""
    _HOMES[engine.dialect] = home


def folder_of_keys(engine: Engine) -> Path:
    """Where the keys of that database are."""
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        return Path(engine.url.database).parent / FOLDER
    home = os.environ.get(HOME_VARIABLE)
    return (_HOMES.get(engine.dialect) or (Path(home) if home else default_home())) / FOLDER


def after_end(
    session: Session, *, committed: Callable[[], None] | None, rolled_back: Callable[[], None] | None
) -> None:
    """Do something to a key once the session's transaction has ended, one way or the other. A key that cannot be
    destroyed then opens nothing any more, and is left to `shop.secrets.destroy_orphan_keys`."""
    committing, done = False, False

    def note(_session: Session) -> None:
        nonlocal committing
        committing = committing or session.get_nested_transaction() is None

    def act(_session: Session, transaction: SessionTransaction) -> None:
        nonlocal done
        todo = committed if committing else rolled_back
        if transaction.parent is None and not done:
            done = True
            if todo is not None:
                with contextlib.suppress(StoreReadOnly):
                    todo()

    # They stay with the session, which lives as long as its one transaction (`Store.write`).
    event.listen(session, "after_commit", note)
    event.listen(session, "after_transaction_end", act)
