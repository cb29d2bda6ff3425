"""`convisav backup`: a checked copy of the database and its photos, now."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from convisav_tui.store.backup import BackupReport
    from convisav_tui.store.engine import Store
    from convisav_tui.store.evidence_copies import EvidenceCopied


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav backup`."""
    parser.add_argument(
        "--to", type=Path, metavar=_("FOLDER"), help=_("another folder than backups in the data folder")
    )
    parser.add_argument("--json", action="store_true", help=_("as JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Make the copy, read it through, and print where it is; what is wrong with the photos is said and fails nothing.
    StoreError when the database cannot be copied."""
    from convisav_tui.store.evidence_copies import copy_evidence

    config = configuration(arguments)
    store = opened(config)
    try:
        report = _copied(store, arguments.to or config.backups)
        photos = copy_evidence(store, config.home, report.path)
    finally:
        store.close()
    if arguments.json:
        told = {"photos": photos.files, "new_photos": photos.added, "photo_faults": list(photos.faults)}
        output.print_json(vars(report) | told)
    else:
        output.print_line(
            _("{path}: checked, {orders} orders, {parties} customers, {size} bytes").format(
                path=report.path, orders=report.orders, parties=report.parties, size=report.size
            )
        )
        _tell_of_photos(photos)
    return 0


def _tell_of_photos(photos: EvidenceCopied) -> None:
    if photos.files:
        sentence = ngettext("{count} photo kept, {added} new", "{count} photos kept, {added} new", photos.files)
        output.print_line(sentence.format(count=photos.files, added=photos.added))
    for fault in photos.faults:
        output.print_line(f"- {fault}")


def _copied(store: Store, folder: Path) -> BackupReport:
    if store.path is None:
        from convisav_tui.store.server_backup import dump

        return dump(store, folder)
    from convisav_tui.store.backup import backup, verify

    return verify(backup(store, folder))
