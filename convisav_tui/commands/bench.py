"""`convisav bench generate`: a shop of any size to measure on, with invented customers and their whole histories."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration
from convisav_tui.commands.progress import progress
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _
from convisav_tui.settings import database_url

if TYPE_CHECKING:
    from convisav_tui.demo.pool import Pool

ORDERS, MOST_ORDERS = 10_000, 2_000_000
REAL_DATA = "CONVISAV_SHARED_DATA"
STATION = "bench"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav bench`."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar=_("KIND"))
    said = _("fill an empty database with invented orders")
    kind = kinds.add_parser("generate", help=said, description=said)
    kind.add_argument("--orders", type=int, default=ORDERS, metavar="N", help=_("how many orders (10000)"))
    kind.add_argument(
        "--database", metavar=_("ADDRESS"), help=_("into this database instead of that of the configuration")
    )
    kind.add_argument(
        "--data",
        type=Path,
        metavar=_("FOLDER"),
        help=_("take names, brands and faults from the real data there (else from $CONVISAV_SHARED_DATA)"),
    )
    kind.add_argument("--seed", type=int, metavar="N", help=_("another seed, another shop"))


def run(arguments: argparse.Namespace) -> int:
    """Generate; StoreError when the database has customers already."""
    from convisav_tui.demo.bulk import write_many
    from convisav_tui.demo.history import SEED
    from convisav_tui.shop.setup import first_rows
    from convisav_tui.shop.staff import person_at_station
    from convisav_tui.store.migrate import open_store

    if not 1 <= arguments.orders <= MOST_ORDERS:
        raise UsageError(_("A shop has 1 to {most} orders.").format(most=MOST_ORDERS))
    config = configuration(arguments)
    pool = _real_pool(arguments.data, config.shop.language)
    begun = time.monotonic()
    store = open_store(_address(arguments.database) or config.database.url, config.home)
    try:
        store.write(lambda session: first_rows(session, config))
        actor = store.write(lambda session: person_at_station(session, config.station.staff, STATION))
        seed = SEED if arguments.seed is None else arguments.seed
        with progress(arguments.orders) as advance:
            write_many(store, config, actor, arguments.orders, advance, pool, seed)
    finally:
        store.close()
    seconds = time.monotonic() - begun
    output.print_line(
        _("{orders} orders are in {place} ({seconds} s).").format(
            orders=arguments.orders, place=store.place, seconds=f"{seconds:.1f}"
        )
    )
    if pool is None:
        output.print_line(_("Their names, brands and faults are invented."))
    return 0


def _address(named: str | None) -> str:
    try:
        return database_url(named) if named else ""
    except ValueError as error:
        raise UsageError(str(error)) from error


def _real_pool(named: Path | None, language: str) -> Pool | None:
    """What the named folder holds; None where none is named, and the variable names none that is there."""
    from convisav_tui.commands.bench_pool import real_pool

    if named is not None:
        if not named.is_dir():
            raise UsageError(_("{path} is no folder.").format(path=named))
        return real_pool(named, language)
    folder = Path(os.environ.get(REAL_DATA) or "")
    return real_pool(folder, language) if os.environ.get(REAL_DATA) and folder.is_dir() else None
