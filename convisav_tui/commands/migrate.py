"""`convisav migrate`: brings the database to this version of the program, after a copy."""

from __future__ import annotations

import argparse

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration
from convisav_tui.i18n import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`convisav migrate` has no arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Upgrade, and say from which version to which. StoreNewer when a newer program wrote the database."""
    from convisav_tui.store.engine import Store
    from convisav_tui.store.migrate import HEAD, check_version, upgrade

    config = configuration(arguments)
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
