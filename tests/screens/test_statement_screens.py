"""Monthly statements at the keyboard: from F10 and the principals; previewed, issued, sent, written into a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.i18n import set_language
from convisav_tui.screens.statements_view import StatementsView
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Message, PrincipalStatement, PrintJob
from tests.screens.intake_bench import counter_on
from tests.screens.shop_bench import ShopBench, assert_snapshot
from tests.shop.bench import Bench
from tests.shop.counter import counter_store
from tests.shop.principals import principal
from tests.shop.statement_bench import finished

LOOKS = [pytest.param(lang, *size, id=f"{lang}-{size[0]}") for lang in ("fr", "en") for size in ((80, 24), (120, 40))]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Two finished orders of a principal who is billed by the month, one of them paid in part."""
    opened = counter_store(tmp_path)
    walked = Bench(opened, monkeypatch)
    party = principal(opened, invoicing="monthly")
    finished(walked, party, "90", reference="BC-778")
    finished(walked, party, "60", reference="BC-779", closed=False)
    walked.pay(2000)
    yield opened
    set_language("en")
    opened.close()


def statements(store: Store) -> list[PrincipalStatement]:
    with store.read() as session:
        return list(session.exec(select(PrincipalStatement)))


@pytest.mark.parametrize(("language", "width", "height"), LOOKS)
def test_looks_of_a_statement(store: Store, tmp_path: Path, language: str, width: int, height: int) -> None:
    desk = ShopBench(counter_on(store, tmp_path), width, height)
    set_language(language)
    desk.desk.act("statements")
    desk._settle()
    assert_snapshot(f"statements-{language}-{width}x{height}", desk.text())
    desk.press("enter")
    assert_snapshot(f"statement-{language}-{width}x{height}", desk.text())
    desk.command("i")
    desk.press("enter")
    assert [one.total for one in statements(store)] == [13_000]
    assert_snapshot(f"statement-issued-{language}-{width}x{height}", desk.text())


def test_a_month_is_issued_sent_written_and_printed_again(store: Store, tmp_path: Path) -> None:
    set_language("en")
    desk = ShopBench(counter_on(store, tmp_path), 100, 30)
    desk.desk.act("principals")
    desk.pass_time(0.1)
    desk._settle()
    assert "Darty Rivoli" in desk.text()
    desk.command("r")
    assert isinstance(desk.desk.view, StatementsView), desk.text()
    assert "Darty Rivoli" in desk.text() and "not yet" in desk.text()
    desk.press("enter")
    desk.command("i")
    assert "2 operations, €130.00?" in desk.text()
    desk.press("enter")
    (stated,) = statements(store)
    desk.command("e")
    desk.press("enter")
    with store.read() as session:
        message = session.exec(select(Message).where(Message.statement_id == stated.id)).one()
        assert (message.recipient, message.paper_id) == ("sav@darty.example", stated.paper_id)
    desk.command("x")
    written = next(tmp_path.rglob(f"{stated.number}.csv")).read_text("utf-8-sig")
    assert "BC-778" in written and "BC-779" in written
    desk.press("f4")
    with store.read() as session:
        jobs = session.exec(select(PrintJob).where(PrintJob.paper_id == stated.paper_id)).all()
    assert [job.duplicate for job in jobs] == [False, True]
    desk.press("escape")
    assert stated.number in desk.text() and "not yet" not in desk.text()
    desk.press("enter", "enter")
    assert desk.desk.view.name == "sheet", desk.text()
