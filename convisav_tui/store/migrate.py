"""Opens a database at the version of this program: creates it, upgrades it after a copy, or refuses in words."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from convisav_tui.errors import ConvisavError, StoreError, StoreNewer, StoreReadOnly
from convisav_tui.i18n import _
from convisav_tui.settings import without_password
from convisav_tui.store.engine import LOCK_SECONDS, Store, sqlite_driver
from convisav_tui.store.keyring import keep_keys_in
from convisav_tui.store.schema_version import HEAD, MOVE_TABLE, REVISIONS, VERSION_TABLE
from convisav_tui.store.troubles import in_words

MIGRATIONS = Path(__file__).parent / "migrations"
# Above this size the thorough check after an upgrade would keep the counter waiting.
_LARGE = 500_000_000
# Any number: it keeps two programs from upgrading one PostgreSQL database at the same time.
_POSTGRESQL_LOCK = 0x434F4E56


def open_store(url: str, home: Path, lock_seconds: float = LOCK_SECONDS) -> Store:
    """The database at `url`, ready to use: created when it does not exist, upgraded when it is older (after a copy
    into `home`/backups). Raises StoreNewer when a newer program wrote it, StoreError when it cannot be used."""
    store = known_store(url, lock_seconds)
    keep_keys_in(store.engine, home)
    try:
        if check_version(store) != HEAD:
            upgrade(store, home / "backups")
    except ConvisavError:
        store.close()
        raise
    return store


def known_store(url: str, lock_seconds: float = LOCK_SECONDS) -> Store:
    """The database at `url`, not touched yet. Raises StoreError when the address or the driver is wrong."""
    try:
        return Store(url, lock_seconds)
    except ImportError as error:
        raise StoreError(
            _("The driver of this database is not installed: {reason}.").format(reason=error),
            _("Install it: pip install 'convisav-tui[postgresql]'."),
        ) from error
    except sa.exc.ArgumentError as error:
        raise StoreError(
            _("This is not the address of a database: {url}.").format(url=without_password(url))
        ) from error


def check_version(store: Store) -> str | None:
    """The version of the tables, None for a new or empty database; Alembic is not imported for it.

    Raises StoreNewer for a version that this program does not know, StoreError for what is no database of ours."""
    tables, versions = _sqlite_catalogue(store.path) if store.path else _server_catalogue(store)
    if MOVE_TABLE in tables:
        raise StoreError(
            _("A shop is being moved into {place}, or the move was broken off.").format(place=store.place),
            _("convisav migrate --from … --to … --again goes on with it."),
        )
    if not tables:
        return None
    if len(versions) != 1:
        raise StoreError(
            _("{place} holds tables of another program.").format(place=store.engine.url.database),
            _("Name another database in the configuration."),
        )
    if versions[0] not in REVISIONS:
        raise StoreNewer(
            _("The database was written by a newer version of the program ({version}).").format(version=versions[0]),
            _("Update the program on this machine; nothing was changed."),
        )
    return versions[0]


def upgrade(store: Store, backup_folder: Path) -> Path | None:
    """Bring the tables to HEAD in one transaction, after a copy of a SQLite file that holds something; returns the
    copy. Programs that do this at the same time queue up. Raises StoreError; the database then is as it was."""
    if store.path is None:
        try:
            _run(store, lock=True)
        except StoreError:
            if check_version(store) != HEAD:  # else another program has done it meanwhile, on a server without locks
                raise
        return None
    _make_folder(store.path.parent)
    with store.write_lock():
        version = check_version(store)
        if version == HEAD:
            return None
        copy = None
        if version is None:
            os.close(os.open(store.path, os.O_CREAT | os.O_RDWR, 0o600))
        else:
            from convisav_tui.store.backup import backup

            copy = backup(store, backup_folder)
        _run(store)
        return copy


def build(store: Store) -> None:
    """Make the tables in a database that is empty but for the mark of a move; harmless when they are there."""
    with store.write_lock():
        _run(store, lock=store.path is None)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreReadOnly(
            _("The folder {folder} cannot be made: {reason}.").format(folder=folder, reason=error.strerror),
            _("Name another place in the configuration."),
        ) from error


def replay(store: Store, revision: str = HEAD) -> None:
    """Take the tables through their versions one after the other up to that one, as the programs of those days did.
    A new database needs none of it; a test proves that it is no different."""
    with store.write_lock(), _connection_for_ddl(store) as connection, connection.begin():
        _run_versions(connection, revision)


def _run(store: Store, lock: bool = False) -> None:
    try:
        with _connection_for_ddl(store) as connection, connection.begin():
            if lock:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK})
            if sa.inspect(connection).has_table(VERSION_TABLE):
                _run_versions(connection, HEAD)
            else:
                from convisav_tui.store.creation import create_tables

                create_tables(connection)
            if store.path is not None:
                _check_rows(connection, store.path)
    except DBAPIError as error:
        raise in_words(error) from error


def _run_versions(connection: sa.Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise StoreError(_("The database could not be upgraded: {reason}.").format(reason=error)) from error


@contextlib.contextmanager
def _connection_for_ddl(store: Store) -> Iterator[sa.Connection]:
    """A connection that may rebuild tables: SQLite must not check references while a table is replaced."""
    with store.engine.connect().execution_options(write=True) as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        if store.is_sqlite:
            driver.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            if store.is_sqlite:
                driver.cursor().execute("PRAGMA foreign_keys=ON")


def _check_rows(connection: sa.Connection, path: Path) -> None:
    """Before the commit: every reference holds, and the pages are sound."""
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreError(_("The upgrade would lose references between rows; nothing was changed."))
    check = "quick_check" if path.stat().st_size > _LARGE else "integrity_check"
    if connection.exec_driver_sql(f"PRAGMA {check}(1)").scalar_one() != "ok":
        raise damaged(path)


def damaged(path: Path) -> StoreError:
    """The error for a file that is no sound SQLite database."""
    return StoreError(
        _("{path} is damaged, or is not a database.").format(path=path), _("Restore a copy: convisav restore.")
    )


def _sqlite_catalogue(path: Path) -> tuple[set[str], list[str]]:
    """Names of tables, and rows of the version table, without writing a byte (nor creating a file)."""
    if not path.exists() or not path.stat().st_size:
        return set(), []
    driver = sqlite_driver()
    try:
        with contextlib.closing(driver.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=10)) as raw:
            tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if VERSION_TABLE not in tables:
                return tables, []
            return tables, [version for (version,) in raw.execute(f"SELECT version_num FROM {VERSION_TABLE}")]
    except driver.OperationalError as error:
        raise in_words(DBAPIError("", None, error)) from error
    except driver.DatabaseError as error:
        raise damaged(path) from error


def _server_catalogue(store: Store) -> tuple[set[str], list[str]]:
    try:
        with Session(store.engine) as session:
            tables = set(sa.inspect(session.connection()).get_table_names())
            if VERSION_TABLE not in tables:
                return tables, []
            return tables, list(session.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars())
    except DBAPIError as error:
        raise in_words(error) from error


__all__ = ["HEAD", "check_version", "damaged", "known_store", "open_store", "replay", "upgrade"]
