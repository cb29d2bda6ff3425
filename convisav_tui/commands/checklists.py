"""`convisav checklists`: the shop's checklists and works, written into files and taken over from them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.check_forms import add_form_arguments, run_form
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _

if TYPE_CHECKING:
    from convisav_tui.shop.checklist_files import Checklist
    from convisav_tui.store.engine import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav checklists`."""
    directions = parser.add_subparsers(dest="direction", required=True, metavar=_("DIRECTION"))
    export = directions.add_parser("export", help=_("out of the shop"))
    export.add_argument("paths", type=Path, nargs=1, metavar=_("FOLDER"), help=_("a folder to write to"))
    export.add_argument("--type", action="append", default=[], metavar=_("TYPE"), help=_("only this type of device"))
    taken = directions.add_parser("import", help=_("into the shop"))
    taken.add_argument("paths", type=Path, nargs="+", metavar=_("FILE"), help=_("files to read"))
    add_form_arguments(directions.add_parser("form", help=_("PDF forms that serve as checklists")))


def run(arguments: argparse.Namespace) -> int:
    """Write or take over; 0, UsageError for a file that is no checklist, NotFound for a type that is none."""
    config = configuration(arguments)
    if arguments.direction == "form":
        return run_form(arguments, config)
    read = [_checklist(path) for path in arguments.paths] if arguments.direction == "import" else []
    store = opened(config)
    try:
        if arguments.direction == "export":
            _export(store, arguments.paths[0], arguments.type, config.shop.currency)
        for path, checklist in zip(arguments.paths, read, strict=False):
            _import(store, path, checklist, config.shop.currency)
    finally:
        store.close()
    return 0


def _checklist(path: Path) -> Checklist:
    from convisav_tui.shop.checklist_files import checklist_in

    return checklist_in(path)


def _export(store: Store, folder: Path, types: list[str], currency: str) -> None:
    from convisav_tui.shop.checklist_editing import active_types
    from convisav_tui.shop.checklist_files import write_checklist
    from convisav_tui.shop.checklist_store import checklist_of, type_named

    with store.read() as session:
        kinds = [type_named(session, code) for code in types] or list(active_types(session))
        found = {kind.code: checklist_of(session, kind, currency) for kind in kinds}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for code, checklist in found.items():
            if checklist.questions or checklist.works or types:
                path = folder / f"{code}.toml"
                path.write_text(write_checklist(checklist), encoding="utf-8")
                output.print_line(str(path))
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(_("{path} cannot be written: {reason}.").format(path=folder, reason=reason), "") from error


def _import(store: Store, path: Path, checklist: Checklist, currency: str) -> None:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.checklist_store import import_checklist

    taken = store.write(lambda session: import_checklist(session, checklist, PROGRAM, currency))
    said = _("{path}: {checkpoints} questions and {works} works new or changed")
    output.print_line(said.format(path=path, checkpoints=taken.checkpoints, works=taken.works))
