from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from convisav_tui.errors import StoreError
from convisav_tui.store import board, fastpath
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    CountryRule,
    Dispatch,
    Holder,
    Loan,
    LoanerState,
    LoanerUnit,
    MessageEvent,
    MessageState,
    OrderKind,
    OrderState,
    RepairOrder,
    Setting,
    SubcontractJob,
)
from convisav_tui.store.queries.lists import BY_KEY, LISTS, OrderRow, counts, fetch_list, fetch_rows, find_row
from tests.shop_builder import (
    OPENED,
    TODAY,
    add_device,
    add_message,
    add_order,
    add_party,
    empty_store,
    small_store,
)
from tests.store.databases import shop_on

YESTERDAY = TODAY - timedelta(days=1)
ANNA = 1  # the clerk of the shop: some orders are hers
# rules.md 7.2: the states before `completed`.
UNFINISHED = {
    "received",
    "diagnosing",
    "quote_requested",
    "quote_issued",
    "quote_accepted",
    "quote_refused",
    "quote_expired",
    "awaiting_coverage",
    "awaiting_parts",
    "subcontracted",
    "in_repair",
    "testing",
}


def fill(session: Session) -> None:
    """Every state, with each of the things that put an order into a list of their own."""
    owner = add_party(session, "Hélène Lefèvre")
    principal = add_party(session, "Nord Assurances", phone="03 20 00 00 00")
    device = add_device(session, owner, serial="AB-1")
    for number, state in enumerate(OrderState):
        closed = OPENED if state in (OrderState.CLOSED, OrderState.CANCELLED) else None
        promised = [None, YESTERDAY, TODAY][number % 3]
        add_order(session, device, state, closed_at=closed, promised_on=promised)
        add_order(session, device, state, closed_at=closed, promised_on=YESTERDAY, opened_at=OPENED)
        add_order(session, device, state, closed_at=closed, technician_id=ANNA)
    _send_out(session, add_order(session, device, holder=Holder.WITH_SUBCONTRACTOR))
    add_order(session, device, principal_id=principal.id)
    add_order(session, device, kind=OrderKind.REPAIR_GUARANTEE)
    add_order(session, device, origin_order_id=1)
    add_order(session, device, comeback_suspected=True)
    add_order(session, device, principal_id=principal.id, closed_at=OPENED, state=OrderState.CLOSED)
    add_message(session, add_order(session, device, OrderState.NOTIFIED), MessageState.DEAD)
    add_message(session, add_order(session, device, OrderState.TO_NOTIFY), MessageState.TO_CALL)
    add_message(session, add_order(session, device, OrderState.NOTIFIED), MessageState.SENT)
    add_message(session, add_order(session, device, OrderState.RETURNED), MessageState.UNKNOWN)
    quote = add_order(session, device, OrderState.QUOTE_ISSUED)
    add_message(session, quote, MessageState.UNKNOWN, event=MessageEvent.QUOTE_READY)
    for days in (18, 19, 20, 40):
        opened_at = datetime.combine(TODAY - timedelta(days=days), time(12), UTC)
        add_order(session, device, kind=OrderKind.LEGAL_GUARANTEE, opened_at=opened_at)
    for due_on in (YESTERDAY, TODAY):
        _lend(session, add_order(session, device), due_on)


def _send_out(session: Session, order: RepairOrder) -> None:
    dispatch = Dispatch(number="9800000012", idempotency_key="parcel", subcontractor_id=order.party_id)
    session.add(dispatch)
    session.flush()
    session.add(SubcontractJob(dispatch_id=dispatch.id, order_id=order.id, expected_on=YESTERDAY))


def _lend(session: Session, order: RepairOrder, due_on: date) -> None:
    unit = LoanerUnit(code=f"P-{order.id}", state=LoanerState.LENT)
    session.add(unit)
    session.flush()
    session.add(
        Loan(
            idempotency_key=f"loan-{order.id}",
            unit_id=unit.id,
            order_id=order.id,
            party_id=order.party_id,
            due_on=due_on,
        )
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The filled shop on each kind of database, only read by the tests."""
    store = shop_on(request, tmp_path_factory.mktemp("filled"))
    store.write(fill)
    yield store
    store.close()


@pytest.fixture(scope="module")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The filled shop in a SQLite file, only read by the tests."""
    store = small_store(tmp_path_factory.mktemp("file"))
    store.write(fill)
    yield store
    store.close()


def everything(session: Session) -> list[OrderRow]:
    return fetch_rows(session, range(1, 1000), TODAY)


def test_each_list_of_states_holds_the_open_orders_in_them(filled: Store) -> None:
    with filled.read() as session:
        rows = everything(session)
        closed = {row.id for row in rows if row.state in ("closed", "cancelled")}
        for spec in LISTS:
            if spec.states:
                expected = {row.id for row in rows if row.state in spec.states} - closed
                assert {row.id for row in fetch_list(session, spec.key, TODAY, limit=500, person=ANNA)} == expected, (
                    spec.key
                )
        assert {row.id for row in fetch_list(session, "open", TODAY, limit=500)} == {row.id for row in rows} - closed


def test_the_lists_that_are_more_than_a_state(filled: Store) -> None:
    with filled.read() as session:
        rows = {row.id: row for row in everything(session)}
        pages = {spec.key: fetch_list(session, spec.key, TODAY, limit=500, person=ANNA) for spec in LISTS}
    assert {(row.state, row.message_owed) for row in pages["to_notify"]} == {
        ("to_notify", False),
        ("to_notify", True),
        ("notified", True),
    }
    assert {row.state for row in pages["to_call"]} == {"notified", "to_notify", "returned", "quote_issued"}
    assert all(row.message_owed for row in pages["to_call"])
    assert {(row.state, row.holder) for row in pages["subcontracted"]} == {
        ("subcontracted", "in_shop"),
        ("received", "with_subcontractor"),
    }
    assert [row.principal for row in pages["principals"]] == ["Nord Assurances"]
    assert len(pages["comebacks"]) == 3
    assert all(row.comeback for row in pages["comebacks"])
    assert {row.id for row in pages["late"]} == {
        row.id for row in rows.values() if row.promised_on == YESTERDAY and row.state in UNFINISHED
    }
    assert {row.id for row in pages["open"] if row.late} == {row.id for row in pages["late"]}
    assert sorted(row.state for row in pages["mine"]) == sorted(UNFINISHED)


def test_the_work_of_another_or_of_nobody_is_not_mine(filled: Store) -> None:
    with filled.read() as session:
        for person in (ANNA + 1, None):
            assert fetch_list(session, "mine", TODAY, person=person) == []
            assert counts(session, TODAY, person)["mine"] == 0


def test_lists_speak_of_states_that_exist() -> None:
    words = {state.value for state in OrderState}
    assert set(board.FINISHED) == words - UNFINISHED
    assert {state for spec in LISTS for state in spec.states} <= words
    keys = [spec.key for spec in LISTS]
    assert len(set(keys)) == len(keys)
    assert [spec.digit for spec in LISTS[:10]] == list("1234567890")


def test_counts_are_the_lengths_of_the_lists(filled: Store) -> None:
    with filled.read() as session:
        lengths = {spec.key: len(fetch_list(session, spec.key, TODAY, limit=500, person=ANNA)) for spec in LISTS}
        assert counts(session, TODAY, ANNA) == lengths
        assert sum(length > 0 for length in lengths.values()) == len(LISTS)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pages_put_together_are_the_list_both_ways(filled: Store, size: int) -> None:
    with filled.read() as session:
        for spec in LISTS:
            whole = fetch_list(session, spec.key, TODAY, limit=500, person=ANNA)
            assert list(_forward(session, spec.key, size)) == whole
            assert list(_backward(session, spec.key, size)) == whole
            order = [(row.sort_value(spec), row.id) for row in whole]
            assert order == sorted(order, reverse=not spec.by_promise)


def _forward(session: Session, key: str, size: int) -> Iterator[OrderRow]:
    page = fetch_list(session, key, TODAY, limit=size, person=ANNA)
    while page:
        yield from page
        page = fetch_list(session, key, TODAY, after=page[-1], limit=size, person=ANNA)


def _backward(session: Session, key: str, size: int) -> list[OrderRow]:
    rows: list[OrderRow] = []
    page = fetch_list(session, key, TODAY, limit=size, from_end=True, person=ANNA)
    while page:
        rows = page + rows
        page = fetch_list(session, key, TODAY, before=page[0], limit=size, person=ANNA)
    return rows


def test_one_row_by_its_order(filled: Store) -> None:
    with filled.read() as session:
        row = find_row(session, 3, TODAY)
        assert row is not None
        assert (row.id, row.customer, row.device, row.serial) == (3, "Hélène Lefèvre", "Miele WCD320", "AB-1")
        assert row.opened_at.tzinfo is UTC
        assert find_row(session, 4711, TODAY) is None


def test_a_long_fault_is_cut_for_lists(store: Store) -> None:
    store.write(lambda s: add_order(s, add_device(s, add_party(s)), reported_fault="é[b]\n" * 600))
    with store.read() as session:
        assert len(fetch_list(session, "waiting", TODAY)[0].fault) == 200


@pytest.mark.parametrize("key", [spec.key for spec in LISTS])
def test_the_first_paint_shows_what_the_session_shows(filled_file: Store, key: str) -> None:
    store = filled_file
    screen = fastpath.first_screen(store.url, key, TODAY, limit=7, person=ANNA)
    with store.read() as session:
        assert screen.rows == fetch_list(session, key, TODAY, limit=7, person=ANNA)
        assert screen.counts == counts(session, TODAY, ANNA)
        types = [type(value) for row in screen.rows for value in vars(row).values()]
        session_rows = fetch_list(session, key, TODAY, limit=7, person=ANNA)
        assert types == [type(value) for row in session_rows for value in vars(row).values()]
    assert fastpath.first_page(store.url, key, TODAY, limit=7, person=ANNA) == screen.rows
    assert fastpath.counts(store.url, TODAY, ANNA) == screen.counts


def test_the_first_paint_gives_up_quietly(tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path / 'shop.db'}"
    for url in (missing, "postgresql+psycopg://x/y"):
        with pytest.raises(StoreError):
            fastpath.counts(url, TODAY)
    assert not (tmp_path / "shop.db").exists()
    (tmp_path / "shop.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError):
        fastpath.counts(missing, TODAY)
    (tmp_path / "shop.db").unlink()
    store = empty_store(tmp_path)
    assert set(fastpath.counts(store.url, TODAY).values()) == {0}
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(StoreError):
        fastpath.counts(store.url, TODAY)


def test_the_first_paint_does_not_wait_for_a_writer(store: Store) -> None:
    store.write(fill)
    with store.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE repair_order SET note = 'x'")
        assert fastpath.counts(store.url, TODAY)["open"] > 0


def test_the_first_paint_drags_in_no_library() -> None:
    program = "import sys; import convisav_tui.store.fastpath; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"sqlmodel", "sqlalchemy", "pydantic", "alembic", "babel", "phonenumbers", "textual", "rich"}
    assert not heavy & set(said.stdout.split())


# The index that each list and count reads: only open orders, however long the history is.
LIST_INDEX = {
    "late": "open_by_promise",
    "subcontracted": "open_subcontracted",
    "principals": "open_from_principal",
    "comebacks": "open_comebacks",
    "open": "open_by_age",
    "mine": "open_by_technician",
    "to_notify": "",
    "to_call": "",
    "loans_overdue": "",
    "out_late": "",
    "legal_30_days": "open_by_age",
}


def _plan(store: Store, sql: str) -> str:
    values: dict[str, object] = {"warned": str(OPENED)}
    values |= {"today": TODAY.isoformat(), "limit": 50, "at": str(OPENED), "id": 1, "priority": 0, "person": ANNA}
    with store.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        cursor.execute("EXPLAIN QUERY PLAN " + sql, values)
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.fixture(scope="module")
def shop_with_history(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Many closed orders and few open ones, as after some years."""
    store = small_store(tmp_path_factory.mktemp("history"))

    def history(session: Session) -> None:
        device = add_device(session, add_party(session))
        for number in range(300):
            closed = None if number % 30 == 0 else OPENED
            state = OrderState.RECEIVED if closed is None else OrderState.CLOSED
            add_order(session, device, state, closed_at=closed, promised_on=YESTERDAY)

    store.write(history)
    return store


@pytest.mark.parametrize("key", [spec.key for spec in LISTS])
def test_pages_are_found_in_partial_indexes(shop_with_history: Store, key: str) -> None:
    spec = BY_KEY[key]
    for options in ({}, {"after": True}, {"before": True}, {"from_end": True}):
        plan = _plan(shop_with_history, board.page_statement(spec, **options, hinted=True))
        wanted = LIST_INDEX.get(key, "open_by_state")
        due = {"loans_overdue": "ix_loan__due", "out_late": "ix_subcontract_job__expected"}
        aside = due.get(key, "ix_message__owed")
        assert (f"ix_repair_order__{wanted}" if wanted else aside) in plan, plan
        assert "SCAN o\n" not in plan + "\n", plan
        assert "SCAN message" not in plan.replace("SCAN message USING COVERING INDEX ix_message__owed", ""), plan
        covering = key != "legal_30_days" and not spec.by_priority
        if covering and wanted in ("open_by_state", "open_by_age", "open_by_promise"):
            assert "USING COVERING INDEX ix_repair_order__open" in plan, plan


def test_counts_are_read_from_partial_indexes(shop_with_history: Store) -> None:
    assert "USING COVERING INDEX ix_repair_order__open_by_state" in _plan(shop_with_history, board.COUNT_BY_STATE)
    plan = _plan(shop_with_history, board.count_statement(hinted=True))
    for line in plan.splitlines():
        if line.startswith(("SCAN", "SEARCH")) and "SUBQUERY" not in line:
            known = (
                "ix_repair_order__open_",
                "ix_message__owed",
                "ix_loan__due",
                "ix_subcontract_job__expected",
                "INTEGER PRIMARY KEY",
                "CONSTANT ROW",
            )
            assert any(index in line for index in known), plan


def test_a_legal_guarantee_is_on_its_list_from_the_twentieth_day(filled: Store) -> None:
    with filled.read() as session:
        rows = fetch_list(session, "legal_30_days", TODAY, limit=50)
        assert [(TODAY - row.opened_at.date()).days for row in rows] == [20, 40]
        assert len(fetch_list(session, "legal_30_days", TODAY + timedelta(days=2), limit=50)) == 4


@pytest.mark.parametrize(("setting", "rule", "days"), [(None, 10, [14, 20, 40]), (30, 10, [40]), ("x", None, [20, 40])])
def test_the_shop_or_its_country_says_when_to_watch_a_legal_guarantee(
    store: Store, setting: object, rule: int | None, days: list[int]
) -> None:
    """The choice of the shop counts before the dated rule of the country, in the rows, the counts and the first
    paint."""

    def rows(session: Session) -> None:
        device = add_device(session, add_party(session))
        for age in (5, 14, 20, 40):
            brought = datetime.combine(TODAY - timedelta(days=age), time(12), UTC)
            add_order(session, device, kind=OrderKind.LEGAL_GUARANTEE, opened_at=brought)
        if setting is not None:
            session.add(Setting(key=board.WARNING_RULE, value=setting))
        if rule is not None:
            past = CountryRule(country="RO", key=board.WARNING_RULE, valid_from=date(2000, 1, 1), value=2)
            past.valid_to = date(2021, 12, 31)
            session.add(past)
            session.add(CountryRule(country="RO", key=board.WARNING_RULE, valid_from=date(2022, 1, 1), value=rule))

    store.write(rows)
    with store.read() as session:
        found = fetch_list(session, "legal_30_days", TODAY, limit=50)
        assert sorted((TODAY - row.opened_at.date()).days for row in found) == days
        assert counts(session, TODAY)["legal_30_days"] == len(days)
    if store.url.startswith("sqlite"):
        assert fastpath.counts(store.url, TODAY)["legal_30_days"] == len(days)
        assert len(fastpath.first_page(store.url, "legal_30_days", TODAY)) == len(days)


def test_a_date_of_the_shop_decides_what_is_late(store: Store) -> None:
    store.write(lambda s: add_order(s, add_device(s, add_party(s)), promised_on=date(2026, 11, 27)))
    with store.read() as session:
        assert fetch_list(session, "late", date(2026, 11, 27)) == []
        assert [row.late for row in fetch_list(session, "late", date(2026, 11, 28))] == [True]


def test_a_page_after_a_row_that_is_gone_goes_on_where_it_stood(store: Store) -> None:
    def orders(session: Session) -> None:
        device = add_device(session, add_party(session))
        for _ in range(5):
            add_order(session, device)

    store.write(orders)
    with store.read() as session:
        first = fetch_list(session, "waiting", TODAY, limit=2)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE repair_order SET state = 'diagnosing' WHERE id = ?", (first[-1].id,))
    with store.read() as session:
        assert [row.id for row in fetch_list(session, "waiting", TODAY, after=first[-1])] == [3, 2, 1]


def test_instants_are_utc_whatever_was_written(store: Store) -> None:
    late_evening = datetime.fromisoformat("2026-11-21T00:30:00+01:00")
    store.write(lambda s: add_order(s, add_device(s, add_party(s)), opened_at=late_evening))
    assert fastpath.first_page(store.url, "waiting", TODAY)[0].opened_at == late_evening


def test_what_is_urgent_stands_above_the_rest_of_a_list_of_work(store: Store) -> None:
    def orders(session: Session) -> None:
        device = add_device(session, add_party(session))
        for place in range(6):
            add_order(session, device, opened_at=OPENED + timedelta(hours=place), priority={1: 2, 4: 1}.get(place, 0))

    store.write(orders)
    with store.read() as session:
        whole = [row.id for row in fetch_list(session, "waiting", TODAY)]
        pages: list[int] = []
        edge = None
        for _page in range(3):
            rows = fetch_list(session, "waiting", TODAY, after=edge, limit=2)
            pages, edge = pages + [row.id for row in rows], rows[-1]
        before = [row.id for row in fetch_list(session, "waiting", TODAY, before=edge, limit=2)]
    assert whole == pages == [2, 5, 6, 4, 3, 1]
    assert before == [4, 3]
    assert [row.id for row in fastpath.first_page(store.url, "waiting", TODAY)] == whole
