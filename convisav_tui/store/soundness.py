"""Whether what a database holds fits together: numbers without gaps, histories that lead to the present, custody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from convisav_tui import ticket_number
from convisav_tui.i18n import _
from convisav_tui.store.base import AppendOnly
from convisav_tui.store.models import Counter, Setting
from convisav_tui.store.tables import LEASE, ORDER, ORDER_EVENT, PARTY_SEARCH

SKIPPED_NUMBERS = "restore.skipped_numbers"
"""Setting: the numbers that a restored shop does not give again, as [year of two digits, first, last]."""
SERIES = "ticket:"
_PAGE = 20_000

# Each event that moves the order begins where the one before it ended.
_BROKEN_LINKS = """
SELECT count(*), min(order_id) FROM (
  SELECT order_id, from_state, lag(to_state) OVER (PARTITION BY order_id ORDER BY id) AS came
  FROM order_event WHERE to_state <> '') AS moves
WHERE from_state <> coalesce(came, '')
"""
_WRONG_STATES = """
SELECT count(*), min(o.id) FROM repair_order AS o
LEFT JOIN (SELECT order_id, max(id) AS id FROM order_event WHERE to_state <> '' GROUP BY order_id) AS last
  ON last.order_id = o.id
LEFT JOIN order_event AS e ON e.id = last.id
WHERE e.id IS NULL OR e.to_state <> o.state
"""
_WRONG_HOLDERS = """
SELECT count(*), min(o.id) FROM repair_order AS o
JOIN (SELECT order_id, max(id) AS id FROM custody_event GROUP BY order_id) AS last ON last.order_id = o.id
JOIN custody_event AS c ON c.id = last.id
WHERE c.holder <> o.holder
"""


def table_counts(session: Session) -> dict[str, int]:
    """How many rows each table holds, but for the leases of processes and what is made anew for searching."""
    counted = {}
    for table in SQLModel.metadata.sorted_tables:
        if table not in (LEASE, PARTY_SEARCH):
            counted[table.name] = int(session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
    return counted


def lasting_tables() -> list[sa.Table]:
    """Tables with a numbered key whose rows are never taken away again: facts, and what facts are about."""
    lasting: set[object] = {"repair_order", "party", "device", "message", "print_job", "staff", "station"}
    lasting |= {kind.__tablename__ for kind in AppendOnly.__subclasses__()}
    return [table for table in SQLModel.metadata.sorted_tables if table.name in lasting and "id" in table.c]


def newest_event(session: Session) -> datetime | None:
    """The instant (UTC) of the latest thing that happened to an order, None in a shop without orders."""
    found: datetime | None = session.execute(sa.select(sa.func.max(ORDER_EVENT.c.at))).scalar()
    return found.astimezone(UTC) if found is not None else None


def faults(session: Session) -> list[str]:
    """What does not fit together, a sentence each; empty when all is well. Looks at every order and event."""
    return [*_number_faults(session), *_history_faults(session)]


def _history_faults(session: Session) -> Iterator[str]:
    """The events of every order, replayed, lead to the state and the holder that it has."""
    found = (
        (_BROKEN_LINKS, _("{count} events do not begin where the one before ended (order {number}).")),
        (_WRONG_STATES, _("{count} orders are not in the state that their events lead to (order {number}).")),
        (_WRONG_HOLDERS, _("{count} orders are not held by whom their custody says (order {number}).")),
    )
    for query, sentence in found:
        count, order_id = session.execute(sa.text(query)).one()
        if count:
            number = session.execute(sa.select(ORDER.c.number).where(ORDER.c.id == order_id)).scalar() or "?"
            yield sentence.format(count=count, number=number)


def _number_faults(session: Session) -> Iterator[str]:
    """Every number proves itself, none is missing between the first and the last of its year."""
    skipped = _skipped(session)
    highest: dict[int, int] = {}
    for number in _numbers(session):
        if not ticket_number.is_valid(number):
            yield _("{number} is no ticket number: its check digit is wrong.").format(number=number)
            continue
        year, count = int(number[:2]), int(number[2:9])
        if year in highest and count > highest[year] + 1:
            yield from _gap(year, highest[year] + 1, count - 1, skipped)
        highest[year] = max(count, highest.get(year, 0))
    for name, value in session.execute(sa.select(Counter.name, Counter.value)):  # type: ignore[call-overload]
        if not name.startswith(SERIES):
            continue
        year = int(name.removeprefix(SERIES)) % 100
        last = highest.get(year, 0)
        if value < last:
            yield _("The counter of the year {year:02d} stands at {value}, below the last number {last}.").format(
                year=year, value=value, last=last
            )
        elif value > last:
            yield from _gap(year, last + 1, value, skipped)


def _gap(year: int, first: int, last: int, skipped: list[tuple[int, int, int]]) -> Iterator[str]:
    """The gap in words, unless a shop that was put back skipped all these numbers."""
    missing = set(range(first, last + 1)) if last - first < _PAGE else set()
    for skipped_year, begin, end in skipped:
        if skipped_year == year and begin <= first and last <= end:
            return
        if skipped_year == year and missing:
            missing -= set(range(max(begin, first), min(end, last) + 1))
            if not missing:
                return
    shown = [ticket_number.show(ticket_number.make(2000 + year, count)) for count in (first, last)]
    if first == last:
        yield _("The number {first} is missing.").format(first=shown[0])
    else:
        yield _("{count} numbers are missing, from {first} to {last}.").format(
            count=last - first + 1, first=shown[0], last=shown[1]
        )


def _numbers(session: Session) -> Iterator[str]:
    """All ticket numbers in their order, read in pages."""
    after = ""
    while True:
        chosen = sa.select(ORDER.c.number).where(ORDER.c.number > after).order_by(ORDER.c.number).limit(_PAGE)
        page = list(session.execute(chosen).scalars())
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1]


def _skipped(session: Session) -> list[tuple[int, int, int]]:
    row = session.get(Setting, SKIPPED_NUMBERS)
    ranges = row.value if row is not None and isinstance(row.value, list) else []
    return [(int(year), int(first), int(last)) for year, first, last in ranges]


__all__ = ["SERIES", "SKIPPED_NUMBERS", "faults", "lasting_tables", "newest_event", "table_counts"]
