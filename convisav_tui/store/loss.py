"""What would be gone if a copy took the place of the shop: everything that happened since the copy was taken."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.i18n import ngettext
from convisav_tui.store.backup import raw

# What people would miss, and the column that says when it came to be.
DATED: Mapping[str, str] = {
    "repair_order": "opened_at",
    "order_event": "at",
    "payment": "at",
    "message": "created_at",
    "party": "created_at",
}
NAMED = 3
Newest = Mapping[str, object]
"""By table: the latest instant in it, as the database of its kind writes it; None for an empty table."""


@dataclass(frozen=True)
class Loss:
    """How much the shop holds that is later than the copy, by table, and the first of the orders."""

    counts: Mapping[str, int]
    numbers: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(self.counts.values())

    @property
    def sentence(self) -> str:
        """What would be lost, in words; "" for nothing."""
        counts = self.counts
        said = (
            ngettext("{count} order", "{count} orders", counts["repair_order"]),
            ngettext("{count} step of an order", "{count} steps of orders", counts["order_event"]),
            ngettext("{count} payment", "{count} payments", counts["payment"]),
            ngettext("{count} message", "{count} messages", counts["message"]),
            ngettext("{count} customer", "{count} customers", counts["party"]),
        )
        told = ", ".join(
            words.format(count=counts[table]) for words, table in zip(said, DATED, strict=True) if counts[table]
        )
        if not self.numbers:
            return told
        more = " …" if counts["repair_order"] > len(self.numbers) else ""
        return f"{told} ({', '.join(ticket_number.show(number) for number in self.numbers)}{more})"


def newest_in_file(path: Path) -> Newest:
    """The latest instants in a SQLite file, as its text has them."""
    with contextlib.closing(raw(path, "mode=ro")) as copy:
        return {
            table: copy.execute(f"SELECT max({column}) FROM {table}").fetchone()[0] for table, column in DATED.items()
        }


def lost_in_file(path: Path, copied: Newest) -> Loss:
    """What the shop in a SQLite file has beyond a copy with these instants; nothing is written."""
    with contextlib.closing(raw(path, "mode=rw")) as shop:  # "ro" cannot read a log that nobody has opened yet
        counts, numbers = {}, []
        for table, column in DATED.items():
            later = f"FROM {table} WHERE {column} > ?"
            since = (copied[table] or "",)
            counts[table] = shop.execute(f"SELECT count(*) {later}", since).fetchone()[0]
            if table == "repair_order":
                chosen = f"SELECT number {later} ORDER BY id LIMIT {NAMED}"
                numbers = [number for (number,) in shop.execute(chosen, since)]
    return Loss(counts, tuple(numbers))


def lost_on_server(session: Session, copied: Newest) -> Loss:
    """The same for the shop on a server."""
    counts, numbers = {}, []
    for table, column in DATED.items():
        later = f"FROM {table} WHERE {column} > coalesce(:since, '-infinity')"
        since = {"since": copied[table]}
        typed = sa.bindparam("since", type_=sa.DateTime(timezone=True))
        counts[table] = session.execute(sa.text(f"SELECT count(*) {later}").bindparams(typed), since).scalar_one()
        if table == "repair_order":
            chosen = sa.text(f"SELECT number {later} ORDER BY id LIMIT {NAMED}").bindparams(typed)
            numbers = list(session.execute(chosen, since).scalars())
    return Loss(counts, tuple(numbers))
