"""What SQLite does to answer the commonest screens: at a million orders none of them may walk through a large table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

from convisav_tui.shop.drafts import parked_drafts
from convisav_tui.shop.loaners import any_unit
from convisav_tui.shop.principals import find_principals
from convisav_tui.shop.subcontractors import subcontractors
from convisav_tui.shop.suppliers import suppliers
from convisav_tui.shop.workflow import allowed_steps
from convisav_tui.store import suggest
from convisav_tui.store.board import LISTS
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderState
from convisav_tui.store.queries.choices import device_types, intake_amounts
from convisav_tui.store.queries.lists import counts, fetch_list
from convisav_tui.store.queries.sheet import sheet
from convisav_tui.store.search import find
from tests.shop.bench import Bench
from tests.shop.counter import SHOP, counter_store
from tests.shop.principals import principal
from tests.shop.subcontract_bench import subcontractor

# They grow with every customer and order, for ever.
LARGE = {
    "party", "device", "repair_order", "order_event", "custody_event", "message", "message_attempt", "print_job",
    "print_attempt", "payment", "quote", "quote_decision", "paper", "party_search",
}  # fmt: skip
DAY = date(2026, 11, 21)
QUESTIONS: dict[str, Callable[[Session], object]] = {
    "intake: kinds of devices": device_types,
    "intake: amounts": intake_amounts,
    "intake: principals": lambda session: find_principals(session, ""),
    "intake: principal by name": lambda session: find_principals(session, "dar"),
    "intake: loaners": any_unit,
    "intake: drafts": lambda session: parked_drafts(session, "comptoir 1", everywhere=True),
    "intake: customers": lambda session: suggest.customers(session, "mar"),
    "intake: devices of a customer": lambda session: suggest.devices_of(session, 1),
    "intake: serial": lambda session: suggest.devices_by_serial(session, "SN1"),
    "step: what may follow": lambda session: allowed_steps(session, 1, SHOP),
    "sheet": lambda session: sheet(session, 1),
    "subcontractors": subcontractors,
    "suppliers": suppliers,
    "counts": lambda session: counts(session, DAY, 1),
    "search: a name": lambda session: find(session, "martin"),
    "search: a letter": lambda session: find(session, "m"),
    "search: digits": lambda session: find(session, "0612345678"),
    "search: a reference": lambda session: find(session, "BC-778"),
} | {f"list {spec.key}": lambda session, key=spec.key: fetch_list(session, key, DAY, person=1) for spec in LISTS}  # type: ignore[misc]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An order that waits for its repair, so that a subcontractor may be chosen; each part played by somebody."""
    opened = counter_store(tmp_path_factory.mktemp("plans"))
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(opened, patch)
        principal(opened)
        subcontractor(opened)
        bench.reach(OrderState.QUOTE_ACCEPTED)
    yield opened
    opened.close()


def scans(store: Store, question: Callable[[Session], object]) -> list[str]:
    """The large tables that are read from end to end for it, each with the question; through an index of only some
    rows it is no reading from end to end."""
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        with store.read() as session:
            question(session)
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
    with store.engine.connect() as connection:
        partial = {
            name
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
            )
        }
        return [
            f"{step}: {statement}"
            for statement, values in asked
            for *_ids, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
            if _is_scan(step, statement, partial)
        ]


def _is_scan(step: str, statement: str, partial: set[str]) -> bool:
    words = step.split()
    if words[0] != "SCAN" or words[-1] in partial:
        return False
    aliases = {table for table in LARGE if f"{table} AS {words[1]}" in statement}
    return words[1] in LARGE or bool(aliases)


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_common_question_reads_a_large_table_from_end_to_end(store: Store, name: str) -> None:
    assert scans(store, QUESTIONS[name]) == []


def test_a_question_that_does_is_noticed(store: Store) -> None:
    walking = "SELECT name FROM party ORDER BY name_key"
    assert scans(store, lambda session: session.execute(sa.text(walking)).all())
    assert scans(store, lambda session: session.execute(sa.text("SELECT p.id FROM payment AS p")).all())


def test_a_look_at_the_step_asks_who_may_repair_it(store: Store) -> None:
    """Else the test above would look at nothing."""
    with store.read() as session:
        assert "send_out" in {step.event for step in allowed_steps(session, 1, SHOP)}
