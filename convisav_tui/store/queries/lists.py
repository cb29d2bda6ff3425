"""The pages and counts of the board's lists, read in a session; what the lists are stands in `board`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store import board
from convisav_tui.store.base import UTC_INSTANT
from convisav_tui.store.board import BY_KEY, LISTS, ListSpec, OrderRow

# Types of the columns that the driver cannot know, by their place in OrderRow.
_NAMES = tuple(OrderRow.__dataclass_fields__)[:-1]
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "quote_requested": sa.Boolean(),
    "comeback": sa.Boolean(),
    "message_owed": sa.Boolean(),
    "promised_on": sa.Date(),
    "opened_at": UTC_INSTANT,
    "completed_at": UTC_INSTANT,
    "notified_at": UTC_INSTANT,
}
_COUNT_BY_STATE = sa.text(board.COUNT_BY_STATE)
_WARNED_AFTER = sa.text(board.WARNED_AFTER).bindparams(sa.bindparam("today", type_=sa.Date()))
_COLUMNS = tuple(sa.column(name, _TYPES.get(name, sa.types.NullType())) for name in _NAMES)


def fetch_list(
    session: Session,
    key: str,
    today: date,
    after: OrderRow | None = None,
    before: OrderRow | None = None,
    limit: int = 50,
    from_end: bool = False,
    person: int | None = None,
) -> list[OrderRow]:
    """At most `limit` rows of the list `key` in its order: the first ones, those that follow `after`, those that
    precede `before`, or the last ones. `today` is the shop's day, `person` (id of the staff) whose work "mine" is.
    Raises KeyError for a list that does not exist."""
    spec = BY_KEY[key]
    parameters: dict[str, object] = {"limit": limit}
    edge = after or before
    if edge is not None:
        parameters |= {"at": edge.sort_value(spec), "id": edge.id}
        parameters |= {"priority": edge.priority} if spec.by_priority else {}
    if ":today" in spec.where:
        parameters["today"] = today
    if ":warned" in spec.where:
        parameters["warned"] = board.warned_before(today, warned_after_days(session, today))
    if ":person" in spec.where:
        parameters["person"] = person
    hinted = session.get_bind().dialect.name == "sqlite"
    statement = _page_statement(key, after is not None, after is None and before is not None, from_end, hinted)
    return _rows(session, statement, parameters, today)


def fetch_rows(session: Session, order_ids: Iterable[int], today: date) -> list[OrderRow]:
    """The rows of these orders, open or closed, newest first; ids that do not exist are left out."""
    statement = sa.text(board.rows_statement(":ids").replace("(:ids)", ":ids"))
    statement = statement.bindparams(sa.bindparam("ids", expanding=True))
    return _rows(session, statement.columns(*_COLUMNS), {"ids": list(order_ids)}, today)


def find_row(session: Session, order_id: int, today: date) -> OrderRow | None:
    """The row of one order, or None."""
    return next(iter(fetch_rows(session, [order_id], today)), None)


def counts(session: Session, today: date, person: int | None = None) -> dict[str, int]:
    """How many orders each list holds, by its key; three queries whatever the number of lists.
    `person` is whose work "mine" counts."""
    by_state = {state: count for state, count in session.execute(_COUNT_BY_STATE)}
    others = _count_statement(hinted=session.get_bind().dialect.name == "sqlite")
    warned = board.warned_before(today, warned_after_days(session, today))
    return board.sum_up(
        by_state, tuple(session.execute(others, {"today": today, "warned": warned, "person": person}).one())
    )


def warned_after_days(session: Session, today: date) -> int:
    """After how many days a repair under the legal guarantee is watched: the shop's choice, else the country's rule
    (FR-G2)."""
    return board.warned_after_days(session.execute(_WARNED_AFTER, {"today": today}).scalar_one())


@cache
def _page_statement(
    key: str, after: bool, before: bool, from_end: bool, hinted: bool
) -> sa.sql.selectable.TextualSelect:
    """Built once: reading the text for its parameters takes as long as the query."""
    spec = BY_KEY[key]
    statement = sa.text(board.page_statement(spec, after, before, from_end, hinted=hinted))
    if after or before:
        edge_type = sa.Date() if spec.by_promise else UTC_INSTANT
        statement = statement.bindparams(sa.bindparam("at", type_=edge_type))
    if ":today" in spec.where:
        statement = statement.bindparams(sa.bindparam("today", type_=sa.Date()))
    if ":warned" in spec.where:
        statement = statement.bindparams(sa.bindparam("warned", type_=UTC_INSTANT))
    if ":person" in spec.where:
        statement = statement.bindparams(sa.bindparam("person", type_=sa.BigInteger()))
    return statement.columns(*_COLUMNS)


@cache
def _count_statement(hinted: bool) -> sa.TextClause:
    return sa.text(board.count_statement(hinted)).bindparams(
        sa.bindparam("today", type_=sa.Date()),
        sa.bindparam("warned", type_=UTC_INSTANT),
        sa.bindparam("person", type_=sa.BigInteger()),
    )


def _rows(
    session: Session, statement: sa.sql.selectable.TextualSelect, parameters: dict[str, object], today: date
) -> list[OrderRow]:
    return [board.order_row(tuple(values), today) for values in session.execute(statement, parameters)]


__all__ = ["BY_KEY", "LISTS", "ListSpec", "OrderRow", "counts", "fetch_list", "fetch_rows", "find_row"]
