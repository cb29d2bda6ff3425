"""`convisav import`: repairs done elsewhere and type allocation codes from files; a second time changes nothing."""

from __future__ import annotations

import argparse
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convisav_tui import clock
from convisav_tui.commands import output
from convisav_tui.commands.allocations import Allocation, allocations
from convisav_tui.commands.open_repair import Notes, Record, Refused, count_lines, records
from convisav_tui.commands.open_repair_categories import DEVICE_TYPES
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.commands.progress import Advance, progress
from convisav_tui.i18n import _, mark, ngettext

if TYPE_CHECKING:
    from convisav_tui.store.engine import Store

LINES_NAMED = 10


@dataclass
class Summary:
    """What became of the rows of one file: rows = added + changed + unchanged + refused."""

    file: str
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav import`."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar=_("KIND"))
    for name, summary in (
        ("open-repair", mark("repairs of the Open Repair Data Standard (CSV of v0.2.1 or v0.3)")),
        ("tac", mark("type allocation codes of Osmocom (CSV): the model behind an IMEI")),
    ):
        kind = kinds.add_parser(name, help=_(summary), description=_(summary))
        kind.add_argument("files", nargs="+", type=Path, metavar=_("FILE"))
        kind.add_argument("--json", action="store_true", help=_("the summary as JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Import the files; 0, or 1 when a file held no usable row at all. UsageError for what is no such file."""
    from convisav_tui.shop.setup import first_rows

    config = configuration(arguments)
    lines = {path: count_lines(path) for path in arguments.files}  # every file is looked at before any is written
    store = opened(config)
    try:
        store.write(lambda session: first_rows(session, config))
        type_ids = store_type_ids(store.read) if arguments.kind == "open-repair" else {}
        with progress(sum(lines.values())) as advance:
            summaries = [_import(store, arguments.kind, path, type_ids, advance) for path in arguments.files]
    finally:
        store.close()
    _tell(summaries, arguments.json)
    return 1 if any(summary.rows == len(summary.refused) for summary in summaries) else 0


def _import(store: Store, kind: str, path: Path, type_ids: Mapping[str, int], advance: Advance) -> Summary:
    """Write one file in batches, each in a transaction of its own: the counter goes on working meanwhile."""
    from convisav_tui.store.imported import write_allocations, write_repairs

    summary = Summary(path.name)
    write = write_repairs if kind == "open-repair" else write_allocations
    for batch in _batches(_rows(kind, path, summary, type_ids, advance)):
        written = store.write(functools.partial(write, rows=batch))
        summary.added += written.added
        summary.changed += written.changed
        summary.unchanged += written.unchanged
    return summary


def store_type_ids(read: Callable[[], Any]) -> dict[str, int]:
    """Product category → id of the device type that stands for it here."""
    from convisav_tui.store.imported import device_type_ids

    with read() as session:
        ids = device_type_ids(session)
    return {category: ids[code] for category, code in DEVICE_TYPES.items() if code in ids}


def _rows(
    kind: str, path: Path, summary: Summary, type_ids: Mapping[str, int], advance: Advance
) -> Iterator[dict[str, Any]]:
    """The rows to write; refusals and what was left out go into the summary."""
    notes = Notes(summary.left_out)
    found: Iterable[Record | Allocation | Refused]
    if kind == "open-repair":
        found = records(path, notes, clock.now().date())
    else:
        found = allocations(path)
    line = 0
    for item in found:
        summary.rows += 1
        advance(item.line - line)
        line = item.line
        if isinstance(item, Refused):
            summary.refused.append(item)
        else:
            row = {name: value for name, value in vars(item).items() if name != "line"}
            if isinstance(item, Record):
                row["device_type_id"] = type_ids.get(item.category)
            yield row


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    from itertools import islice

    from convisav_tui.store.imported import BATCH

    while batch := list(islice(rows, BATCH)):
        yield batch


def _tell(summaries: list[Summary], as_json: bool) -> None:
    if as_json:
        output.print_json({"files": [_as_data(summary) for summary in summaries]})
        return
    for summary in summaries:
        output.print_line(
            _(
                "{file}: {rows} rows, {added} imported, {changed} changed, {unchanged} unchanged, {refused} refused"
            ).format(
                file=summary.file,
                rows=summary.rows,
                added=summary.added,
                changed=summary.changed,
                unchanged=summary.unchanged,
                refused=len(summary.refused),
            )
        )
        for reason, lines in _by_reason(summary.refused).items():
            named = ", ".join(str(line) for line in lines[:LINES_NAMED])
            more = " …" if len(lines) > LINES_NAMED else ""
            label = ngettext("refused, line", "refused, lines", len(lines))
            output.print_line(f"  {label} {named}{more}: {_(reason)}")
        for reason, count in sorted(summary.left_out.items()):
            output.print_line("  " + _("left out {count} times: {reason}").format(count=count, reason=_(reason)))


def _by_reason(refused: list[Refused]) -> dict[str, list[int]]:
    reasons: dict[str, list[int]] = {}
    for item in refused:
        reasons.setdefault(item.reason, []).append(item.line)
    return reasons


def _as_data(summary: Summary) -> dict[str, Any]:
    return {
        "file": summary.file,
        "rows": summary.rows,
        "imported": summary.added,
        "changed": summary.changed,
        "unchanged": summary.unchanged,
        "refused": [{"line": item.line, "reason": item.reason} for item in summary.refused],
        "left_out": dict(sorted(summary.left_out.items())),
    }
