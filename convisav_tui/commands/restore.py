"""`convisav restore`: puts a copy in place of the database, or only tries it out in a drill.

Who may do that is settled by the operating system: whoever may run this may also read and replace the files, and a PIN
asked here would keep nobody from it (docs/operations.md)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.commands import drill_record, output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.config import Config
from convisav_tui.errors import NotFound, StoreError, UsageError
from convisav_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from convisav_tui.store.drill import Drilled
    from convisav_tui.store.engine import Store
    from convisav_tui.store.evidence_copies import EvidenceRestored
    from convisav_tui.store.restoring import Restored


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav restore`."""
    parser.add_argument(
        "file", type=Path, nargs="?", metavar=_("FILE"), help=_("the copy; for a drill the newest one if left out")
    )
    parser.add_argument("--drill", action="store_true", help=_("try the copy out in a scratch place; the shop stays"))
    parser.add_argument("--yes", action="store_true", help=_("replace the database, which is kept aside"))
    parser.add_argument("--lose-newer", action="store_true", help=_("even if the shop is newer than the copy"))
    parser.add_argument("--json", action="store_true", help=_("as JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Put the copy back and bring it to this version; with --drill 0 for a copy to rely on, 1 for another. StoreError,
    with nothing changed, for a damaged copy; Refusal when the shop is newer than the copy."""
    config = configuration(arguments)
    if arguments.drill:
        return _drill(config, arguments)
    if arguments.file is None:
        raise UsageError(
            _("Which copy is missing."),
            _("convisav restore FILE; the copies are in {path}.").format(path=config.backups),
        )
    return _restore(config, arguments)


# --- putting back -----------------------------------------------------------------------------------------------------


def _restore(config: Config, arguments: argparse.Namespace) -> int:
    from convisav_tui.store.keyring import keep_keys_in
    from convisav_tui.store.migrate import known_store

    if not arguments.yes:
        _say_what_it_holds(arguments.file)
    store = known_store(config.database.url)
    keep_keys_in(store.engine, config.home)
    try:
        done = _put_back(store, config, arguments)
    finally:
        store.close()
    photos = _photos_put_back(config, arguments.file)
    if arguments.json:
        told = {"orders": done.report.orders, "before": done.before, "skipped": done.skipped}
        output.print_json(told | {"photos": photos.files, "photo_faults": list(photos.faults)})
    else:
        _tell(done)
        _tell_of_photos(photos)
    return 0


def _photos_put_back(config: Config, copy: Path) -> EvidenceRestored:
    from convisav_tui.store.evidence_copies import restore_evidence

    store = opened(config)  # brings the restored database to this version
    try:
        return restore_evidence(store, config.home, copy, config.backups)
    finally:
        store.close()


def _tell_of_photos(photos: EvidenceRestored) -> None:
    if photos.files:
        sentence = ngettext("{count} photo was put back.", "{count} photos were put back.", photos.files)
        output.print_line(sentence.format(count=photos.files))
    for fault in photos.faults:
        output.print_line(f"- {fault}")


def _say_what_it_holds(path: Path) -> None:
    """Without --yes: raise UsageError that says what would happen."""
    from convisav_tui.store.backup import SUFFIX, verify

    if path.suffix == SUFFIX or not path.is_file():
        report = verify(path)
        sentence = _("{path} holds {orders} orders and would replace the database.").format(
            path=report.path, orders=report.orders
        )
    else:
        sentence = _("{path} would replace the database on the server.").format(path=path)
    raise UsageError(sentence, _("Add --yes to do it; a copy of the present database is made first."))


def _put_back(store: Store, config: Config, arguments: argparse.Namespace) -> Restored:
    if store.path is None:
        from convisav_tui.store.server_backup import load

        return load(store, arguments.file, config.backups, lose_newer=arguments.lose_newer)
    from convisav_tui.store.restoring import restore

    return restore(store, arguments.file, config.backups, lose_newer=arguments.lose_newer)


def _tell(done: Restored) -> None:
    if done.before is not None:
        output.print_line(_("What stood there before is in {path}.").format(path=done.before))
    if done.before is not None and done.lost is None:
        output.print_line(_("It could not be read: what it held beyond the copy is not known."))
    if done.lost:
        output.print_line(_("Gone from the shop: {what}.").format(what=done.lost.sentence))
    if done.skipped:
        sentence = ngettext(
            "{count} ticket number that was given since is not given again.",
            "{count} ticket numbers that were given since are not given again.",
            done.skipped,
        )
        output.print_line(sentence.format(count=done.skipped))
    output.print_line(_("Restored {orders} orders.").format(orders=done.report.orders))


# --- the drill --------------------------------------------------------------------------------------------------------


def hold_drill(config: Config, path: Path | None = None) -> Drilled:
    """Try out that copy, by default the newest, beside the shop as it is; what was found is written down for the
    doctor. Raises NotFound when there is no copy, StoreError when no drill can be held."""
    from convisav_tui.store.drill import drill
    from convisav_tui.store.migrate import HEAD, check_version, known_store

    chosen = path or drill_record.newest_copy(config)
    if chosen is None:
        raise NotFound(_("There is no copy of the database yet."), _("convisav backup makes one."))
    store = known_store(config.database.url, lock_seconds=2)
    try:
        try:
            readable = check_version(store) == HEAD
        except StoreError:  # the copy may be sound all the same: that is what is asked here
            readable = False
        found = drill(chosen, config.home, store if readable or store.path is None else None)
    finally:
        store.close()
    drill_record.write(config, found)
    return found


def _drill(config: Config, arguments: argparse.Namespace) -> int:
    found = hold_drill(config, arguments.file)
    if arguments.json:
        output.print_json(drill_record.as_data(found))
    else:
        _report(found)
    return 0 if found.passed else 1


def _report(found: Drilled) -> None:
    output.print_line(_("Drill with {path}").format(path=found.path))
    if found.tables:
        rows = [(table.name, str(table.copy), "" if table.shop is None else str(table.shop)) for table in found.tables]
        output.print_table((_("Table"), _("Copy"), _("Shop now")), [row for row in rows if row[1:] != ("0", "0")])
        newest = f"{found.newest:%Y-%m-%d %H:%M} UTC" if found.newest else _("never")
        output.print_line(
            _(
                "Version {version}; latest step of an order: {newest}; {orders} orders replayed from {events} events."
            ).format(version=found.version, newest=newest, orders=found.orders, events=found.events)
        )
        if found.photos:
            sentence = ngettext("{count} photo is as it was.", "{count} photos are as they were.", found.photos)
            output.print_line(sentence.format(count=found.photos))
    for sentence in (*found.notes, *found.faults):
        output.print_line(f"- {sentence}")
    if found.passed:
        output.print_line(_("GOOD: this copy can be relied on ({seconds} s).").format(seconds=f"{found.seconds:.1f}"))
    else:
        output.print_line(_("NOT GOOD: do not rely on this copy; take another and look at the disk."))
