"""`convisav restore`: puts a copy in place of the database, after a copy of what stands there."""

from __future__ import annotations

import argparse
from pathlib import Path

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav restore`."""
    parser.add_argument("file", type=Path, metavar=_("FILE"), help=_("the copy to put back"))
    parser.add_argument("--yes", action="store_true", help=_("replace the database: what it holds since is gone"))


def run(arguments: argparse.Namespace) -> int:
    """Put the copy back and bring it to this version. StoreError, with nothing changed, when it is damaged."""
    from convisav_tui.store.backup import restore, verify
    from convisav_tui.store.engine import Store

    config = configuration(arguments)
    report = verify(arguments.file)
    if not arguments.yes:
        raise UsageError(
            _("{path} holds {orders} orders and would replace the database.").format(
                path=report.path, orders=report.orders
            ),
            _("Add --yes to do it; a copy of the present database is made first."),
        )
    store = Store(config.database.url)
    try:
        before = restore(store, arguments.file, config.backups)
    finally:
        store.close()
    opened(config).close()
    if before is not None:
        output.print_line(_("What stood there before is in {path}.").format(path=before))
    output.print_line(_("Restored {orders} orders.").format(orders=report.orders))
    return 0
