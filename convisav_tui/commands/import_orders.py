"""`convisav import-orders`: the devices of a principal from his file; the same file again makes no second order."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui import ticket_number
from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _

if TYPE_CHECKING:
    from convisav_tui.config import Config
    from convisav_tui.shop.order_import import ImportReport
    from convisav_tui.store.engine import Store

REFUSED = 1  # exit code where rows were refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav import-orders`."""
    parser.add_argument("file", type=Path, metavar=_("FILE"), help=_("a CSV file"))
    parser.add_argument("--principal", required=True, metavar=_("NAME"), help=_("whose devices they are"))
    parser.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar=_("FIELD=COLUMN"),
        help=_("which column fills a field; remembered for this principal"),
    )
    parser.add_argument("--type", default="", metavar=_("TYPE"), help=_("type of device where the file names none"))
    parser.add_argument("--fault", default="", metavar=_("FAULT"), help=_("fault where the file names none"))
    parser.add_argument("--json", action="store_true", help=_("as JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Try or take the rows; 0, 1 where rows were refused, UsageError for a file that is none, NotFound."""
    config = configuration(arguments)
    content = _content(arguments.file)
    store = opened(config)
    try:
        report = _imported(store, config, arguments, content)
    finally:
        store.close()
    _tell(report, arguments.json)
    return REFUSED if report.refused else 0


def _content(path: Path) -> bytes:
    from convisav_tui.shop.order_files import LARGEST_FILE

    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(_("{path} cannot be read: {reason}.").format(path=path, reason=reason), "") from error


def _imported(store: Store, config: Config, arguments: argparse.Namespace, content: bytes) -> ImportReport:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.context import shop_of
    from convisav_tui.shop.order_files import guess_mapping, read_order_file
    from convisav_tui.shop.order_import import Import, remember_mapping, remembered, take_all, try_rows
    from convisav_tui.shop.principals import principal_named

    shop, file = shop_of(config), read_order_file(content)
    with store.read() as session:
        principal = principal_named(session, arguments.principal)
        mapping, usual = remembered(session, principal.party_id)
    named = _named(arguments.map, file.columns)
    usual |= {key: text for key, text in (("device_type", arguments.type), ("fault", arguments.fault)) if text}
    plan = Import(principal.party_id, guess_mapping(file.columns, mapping) | named, usual)
    if arguments.dry_run:
        with store.read() as session:
            return try_rows(session, file, plan, shop)
    store.write(lambda session: remember_mapping(session, plan))
    return take_all(store.write, file, plan, PROGRAM, shop)


def _named(given: list[str], columns: tuple[str, ...]) -> dict[str, str]:
    """The columns named on the command line. Raises UsageError for what the form or the file has not."""
    from convisav_tui.shop.order_files import MAPPED

    mapping: dict[str, str] = {}
    for pair in given:
        key, _equals, column = pair.partition("=")
        if key not in MAPPED:
            fields = ", ".join(MAPPED)
            raise UsageError(_("“{field}” is no field.").format(field=key), _("Fields: {fields}").format(fields=fields))
        if column not in columns:
            names = ", ".join(columns)
            sentence = _("The file has no column “{column}”.").format(column=column)
            raise UsageError(sentence, _("Columns: {columns}").format(columns=names))
        mapping[key] = column
    return mapping


def _tell(report: ImportReport, as_json: bool) -> None:
    if as_json:
        rows = [
            {"line": row.line, "number": row.number, "known": row.known, "trouble": row.trouble} for row in report.rows
        ]
        output.print_json({"dry_run": report.tried, "new": report.new, "known": report.known, "rows": rows})
        return
    told = _("{new} would be taken in, {known} are there already, {refused} are refused")
    done = _("{new} taken in, {known} were there already, {refused} refused")
    counted = {"new": report.new, "known": report.known, "refused": len(report.refused)}
    output.print_line((told if report.tried else done).format(**counted))
    for row in report.rows:
        if row.trouble:
            output.print_line("  " + _("line {line}: {trouble}").format(line=row.line, trouble=row.trouble))
        elif row.number and not row.known:
            output.print_line("  " + _("line {line}").format(line=row.line) + f": {ticket_number.show(row.number)}")
