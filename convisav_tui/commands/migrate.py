"""`convisav migrate`: brings the database to this version of the program, after a copy; or moves it to another one."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration
from convisav_tui.commands.progress import progress
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _
from convisav_tui.settings import database_url, without_password

if TYPE_CHECKING:
    from convisav_tui.config import Config
    from convisav_tui.store.engine import Store
    from convisav_tui.store.moving import Moved


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav migrate`."""
    address = _("ADDRESS")
    parser.add_argument("--from", dest="source", metavar=address, help=_("move the shop that is in this database"))
    parser.add_argument("--to", dest="target", metavar=address, help=_("into this empty one"))
    parser.add_argument("--again", action="store_true", help=_("go on with a move that was broken off"))
    parser.add_argument("--json", action="store_true", help=_("as JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Upgrade, and say from which version to which; with --from and --to move. StoreNewer when a newer program wrote
    the database, StoreError when a move is refused or the sums differ."""
    config = configuration(arguments)
    if arguments.source or arguments.target:
        return _move(arguments, config)
    if arguments.again:
        raise UsageError(_("--again belongs to --from and --to."))
    return _upgrade(config)


def _upgrade(config: Config) -> int:
    from convisav_tui.store.engine import Store
    from convisav_tui.store.migrate import HEAD, check_version, upgrade

    store = Store(config.database.url)
    try:
        before = check_version(store)
        if before == HEAD:
            output.print_line(_("The database is at version {version} already.").format(version=HEAD))
            return 0
        copy = upgrade(store, config.backups)
    finally:
        store.close()
    if copy is not None:
        output.print_line(_("What stood there before is in {path}.").format(path=copy))
    output.print_line(
        _("The database went from version {before} to {after}.").format(before=before or _("none"), after=HEAD)
    )
    return 0


def _move(arguments: argparse.Namespace, config: Config) -> int:
    from convisav_tui.store.moving import move, rows_in

    source = _opened(arguments.source or config.database.url, config)
    target = _opened(_named(arguments.target), config)
    try:
        if source.place == target.place:
            raise UsageError(_("Both addresses are the same database."))
        begun = time.monotonic()
        with progress(2 * rows_in(source)) as advance:
            moved = move(source, target, arguments.again, advance)
        seconds = time.monotonic() - begun
    finally:
        source.close()
        target.close()
    if arguments.json:
        output.print_json(_as_data(moved, source, target, seconds))
    else:
        _tell(moved, source, target, seconds)
        if without_password(config.database.url) != without_password(target.url):
            output.print_line(_("The program uses it once [database] url in the configuration names it."))
    return 0


def _named(target: str | None) -> str:
    if not target:
        raise UsageError(_("Where to is missing: add --to with the address of an empty database."))
    return target


def _opened(address: str, config: Config) -> Store:
    from convisav_tui.store.keyring import keep_keys_in
    from convisav_tui.store.migrate import known_store

    try:
        store = known_store(database_url(address))
    except ValueError as error:
        raise UsageError(str(error)) from error
    keep_keys_in(store.engine, config.home)
    return store


def _as_data(moved: Moved, source: Store, target: Store, seconds: float) -> dict[str, object]:
    from convisav_tui.store.keyring import folder_of_keys

    return {
        "from": source.place,
        "to": target.place,
        "rows": moved.rows,
        "found": moved.found,
        "seconds": round(seconds, 1),
        "tables": [vars(table) for table in moved.tables],
        "keys": folder_of_keys(source.engine),
        "keys_wanted": folder_of_keys(target.engine),
    }


def _tell(moved: Moved, source: Store, target: Store, seconds: float) -> None:
    from convisav_tui.store.keyring import folder_of_keys

    rows = [[table.name, str(table.rows), table.checksum] for table in moved.tables]
    output.print_table([_("Table"), _("Rows"), _("Checksum on both sides")], rows)
    output.print_line(
        _("{rows} rows are in {place}, the same as before ({seconds} s).").format(
            rows=moved.rows, place=target.place, seconds=f"{seconds:.1f}"
        )
    )
    keys, wanted = folder_of_keys(source.engine), folder_of_keys(target.engine)
    output.print_line(
        _("The keys of the unlock codes are not in the database: they stay in {folder}.").format(folder=keys)
    )
    if keys != wanted:
        output.print_line(_("From now on they are looked for in {folder}: copy them there.").format(folder=wanted))
