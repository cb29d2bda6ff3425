"""Monthly statements of principals: what they hold, that an order stands on one, and what leaves with them (FR-V11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui import ticket_number
from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.csv_cells import from_csv
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.notifying.attachments import attachments_of
from convisav_tui.shop.partner_messages import planned_statement, send_statement
from convisav_tui.shop.statement_paper import statement_csv, statement_document
from convisav_tui.shop.statements import (
    issue_statement,
    issued_statements,
    open_months,
    operations_of,
    operations_on,
    statement_of,
    unstated,
)
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    BillingState,
    OrderState,
    Paper,
    PrincipalStatement,
    RepairOrder,
    StatementLine,
)
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.principals import principal
from tests.shop.statement_bench import finished

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = counter_store(Path(tmp_path_factory.mktemp("statements")))
    yield store
    store.close()


@pytest.fixture
def bench(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(shared, monkeypatch)


def issue(bench: Bench, party: int, month: date = NOVEMBER, key: str = "") -> PrincipalStatement:
    name = key or f"statement-{party}-{month}-{bench.order_id}"
    return bench.write(lambda session: issue_statement(session, party, month, CLERK, SHOP, name))


def test_a_month_is_stated_once_and_what_comes_later_on_a_further_part(bench: Bench) -> None:
    party = principal(bench.store, "Boulanger Part-Dieu", invoicing="monthly", payment_days="45")
    first, second = finished(bench, party, closed=True), finished(bench, party, "60", reference="BC-779")
    assert bench.order.billing_state is BillingState.ON_STATEMENT
    with bench.store.read() as session:
        assert [(one.month, one.count) for one in open_months(session, SHOP, party)] == [(NOVEMBER, 2)]
        previewed = operations_of(session, party, NOVEMBER, SHOP)
        assert [(one.number, one.reference, one.amount) for one in previewed] == [
            (first, "BC-778", 9000),
            (second, "BC-779", 6000),
        ]
        assert operations_of(session, party, DECEMBER, SHOP) == []
    stated = issue(bench, party, key="once")
    assert (stated.total, stated.part, stated.due_on) == (15_000, 1, date(2027, 1, 5))
    assert issue(bench, party, key="once").id == stated.id, "the same key states nothing again"
    with pytest.raises(Refusal) as refused:
        issue(bench, party)
    assert refused.value.guard == "statement_has_lines"
    assert bench.events[-1].event == "on_statement" and bench.events[-1].detail["statement"] == stated.number
    third = finished(bench, party, "30", reference="BC-780")
    further = issue(bench, party)
    assert (further.part, further.total) == (2, 3000)
    with bench.store.read() as session:
        assert open_months(session, SHOP, party) == []
        assert [(one.part, one.count, one.total) for one in issued_statements(session, party)] == [
            (2, 1, 3000),
            (1, 2, 15_000),
        ]
        assert [one.number for one in operations_on(session, further.id or 0)] == [third]
        rows = session.exec(select(StatementLine.order_id)).all()
        assert len(rows) == len(set(rows))


def test_what_was_stated_is_not_taken_back(bench: Bench) -> None:
    party = principal(bench.store, "Fnac Bellecour", invoicing="monthly")
    finished(bench, party)
    issue(bench, party)
    with pytest.raises(Refusal):
        bench.undo()


def test_only_what_is_owed_by_a_monthly_principal_is_stated(bench: Bench) -> None:
    each, monthly = principal(bench.store, "Un par un"), principal(bench.store, "Au mois", invoicing="monthly")
    finished(bench, each)
    finished(bench, monthly, "90")
    bench.pay(2500)
    finished(bench, monthly, "60", reference="paid")
    bench.pay(6000)
    with bench.store.read() as session:
        assert open_months(session, SHOP, each) == []
        (left,) = operations_of(session, monthly, NOVEMBER, SHOP)
    assert (left.price, left.amount) == (9000, 6500)
    stated = issue(bench, monthly)
    with bench.store.read() as session:
        paper = session.get_one(Paper, stated.paper_id)
        assert stated.total == 6500 and len(paper.content["tables"][0]["columns"]) == 8
    with pytest.raises(NotFound):
        issue(bench, bench.order.party_id)


def test_the_paper_says_what_it_is_in_his_language(bench: Bench) -> None:
    party = principal(bench.store, "Conforama Bron", invoicing="monthly")
    finished(bench, party)
    stated = issue(bench, party)
    with bench.store.read() as session:
        document = statement_document(session, stated, operations_on(session, stated.id or 0), SHOP)
        assert session.get_one(Paper, stated.paper_id).file_name == document.file_name
    assert (document.title, document.number) == ("Relevé", stated.number)
    assert any("pas une facture" in text for text in document.paragraphs)
    lines, vat = document.tables
    number = ticket_number.show(bench.order.number)
    assert lines.rows[0][:3] == ("21/11/2026", number, "BC-778") and "Lefèvre" in lines.rows[0][3]
    assert "90,00" in lines.total
    assert [cell[:5] for cell in vat.rows[0]] == ["20 %", "75,00", "15,00", "90,00"]


def test_it_leaves_by_mail_with_its_lines_and_no_cell_is_a_formula(bench: Bench) -> None:
    party = principal(bench.store, "But Villeurbanne", invoicing="monthly")
    number = finished(bench, party, reference="=2+3")
    stated = issue(bench, party)
    with bench.store.read() as session:
        text = statement_csv(statement_of(session, stated.id or 0), operations_on(session, stated.id or 0), "fr")
        told = planned_statement(session, stated.id or 0, SHOP)
    assert '"\'=2+3"' in text
    head, row = from_csv(text)
    assert dict(zip(head, row, strict=True))["number"] == number
    assert dict(zip(head, row, strict=True))["amount"] == "90.00"
    assert told is not None and stated.number in told.subject and "90,00" in told.body
    message = bench.write(lambda session: send_statement(session, stated.id or 0, SHOP, CLERK))
    assert message.recipient == "sav@darty.example" and message.paper_id == stated.paper_id
    assert [file.name for file in attachments_of(bench.store, message)] == [f"{stated.number}.csv"]
    again = bench.write(lambda session: send_statement(session, stated.id or 0, SHOP, CLERK))
    assert again.id != message.id


def test_a_month_ends_at_the_shops_midnight(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half past midnight on the first of December in Paris is November in UTC."""
    party = principal(bench.store, "Minuit", invoicing="monthly")
    monkeypatch.setenv(PRETENDED_NOW, "2026-12-01T00:30:00+01:00")
    finished(bench, party)
    with bench.store.read() as session:
        assert [one.month for one in open_months(session, SHOP, party)] == [DECEMBER]


def test_the_lists_read_an_index_and_not_every_order(bench: Bench) -> None:
    with bench.store.read() as session:
        assert "ix_repair_order__on_statement" in _plan(session, None)
        assert "ix_repair_order__" in _plan(session, 1)


def _plan(session: Session, party_id: int | None) -> str:
    """How SQLite finds the orders."""
    compiled = unstated(SHOP, party_id).compile(session.connection(), compile_kwargs={"literal_binds": True})
    rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
    return next(row[3] for row in rows if "repair_order" in row[3])


def test_a_closed_order_needs_no_payment(bench: Bench) -> None:
    party = principal(bench.store, "Clos", invoicing="monthly")
    number = finished(bench, party, closed=True)
    with bench.store.read() as session:
        order = session.exec(select(RepairOrder).where(RepairOrder.number == number)).one()
        assert order.state is OrderState.CLOSED and order.billing_state is BillingState.ON_STATEMENT
        assert operations_of(session, party, NOVEMBER, SHOP)[0].number == number
