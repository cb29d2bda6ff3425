"""What subcontractors billed, at the keyboard: from the list of what is out to the form that compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.i18n import set_language
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderState
from tests.screens.intake_bench import counter_on
from tests.screens.shop_bench import ShopBench, assert_snapshot
from tests.shop.bench import Bench
from tests.shop.counter import counter_store
from tests.shop.subcontract_bench import job_of, subcontractor

LOOKS = [pytest.param(lang, *size, id=f"{lang}-{size[0]}") for lang in ("fr", "en") for size in ((80, 24), (120, 40))]


@pytest.fixture
def walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A device that is back from a subcontractor who had named 80.00; 120.00 were agreed with the customer."""
    opened = counter_store(tmp_path)
    bench = Bench(opened, monkeypatch)
    party_id = subcontractor(opened)
    bench.reach(OrderState.IN_REPAIR)
    bench.step("send_out", subcontractor=str(party_id))
    bench.step("receive_back", condition="ras", cost="80")
    yield bench
    set_language("en")
    opened.close()


def at_invoices(store: Store, folder: Path, width: int, height: int) -> ShopBench:
    desk = ShopBench(counter_on(store, folder), width, height)
    desk.desk.act("away")
    desk.pass_time(0.1)
    desk._settle()
    desk.command("i")
    assert desk.desk.view.name == "invoices", desk.text()
    return desk


@pytest.mark.parametrize(("language", "width", "height"), LOOKS)
def test_looks_of_invoices(walked: Bench, tmp_path: Path, language: str, width: int, height: int) -> None:
    set_language(language)
    desk = at_invoices(walked.store, tmp_path, width, height)
    assert_snapshot(f"invoices-{language}-{width}x{height}", desk.text())
    desk.press("enter")
    desk.type("F-2026-118\r\r85")
    assert_snapshot(f"invoice-{language}-{width}x{height}", desk.text())
    desk.press("ctrl+s")
    assert job_of(walked.store, walked.order_id).invoice_amount == 8500
    assert_snapshot(f"invoices-billed-{language}-{width}x{height}", desk.text())


def test_what_is_missing_is_said_and_less_is_told(walked: Bench, tmp_path: Path) -> None:
    desk = at_invoices(walked.store, tmp_path, 100, 30)
    desk.press("enter", "ctrl+s")
    assert "This is needed" in desk.text()
    desk.type("F-1\r\r80")
    assert "as his quote" in desk.text() and "margin €16.00" in desk.text()
    desk.press("ctrl+u")
    desk.type("70")
    assert "€10.00 less than his quote" in desk.text() and "margin €26.00" in desk.text()
