"""`convisav backup`: a checked copy of the database, now."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.i18n import _

if TYPE_CHECKING:
    from convisav_tui.store.backup import BackupReport
    from convisav_tui.store.engine import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav backup`."""
    parser.add_argument(
        "--to", type=Path, metavar=_("FOLDER"), help=_("another folder than backups in the data folder")
    )
    parser.add_argument("--json", action="store_true", help=_("as JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Make the copy, read it through, and print where it is. StoreError when it fails."""
    config = configuration(arguments)
    store = opened(config)
    try:
        report = _copied(store, arguments.to or config.backups)
    finally:
        store.close()
    if arguments.json:
        output.print_json(vars(report))
    else:
        output.print_line(
            _("{path}: checked, {orders} orders, {parties} customers, {size} bytes").format(
                path=report.path, orders=report.orders, parties=report.parties, size=report.size
            )
        )
    return 0


def _copied(store: Store, folder: Path) -> BackupReport:
    if store.path is None:
        from convisav_tui.store.server_backup import dump

        return dump(store, folder)
    from convisav_tui.store.backup import backup, verify

    return verify(backup(store, folder))
