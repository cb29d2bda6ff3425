"""What quotes of a shop share is chosen at the keyboard: price of an hour, VAT, what papers name."""

from __future__ import annotations

from pathlib import Path

import pytest

from convisav_tui.i18n import set_language
from convisav_tui.shop.quote_paper import REGISTRATION
from convisav_tui.shop.quote_rates import LABOUR_PRICE, amount_setting, is_franchise
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderState, RepairOrder, Setting
from tests.screens.shop_bench import LATE, ShopBench, assert_snapshot, counter_of
from tests.screens.test_loans import menu
from tests.shop.counter import SHOP


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int, language: str) -> None:
    counter = counter_of(shop, tmp_path)
    set_language(language)
    try:
        desk = ShopBench(counter, width, height)
        menu(desk, "quote settings" if language == "en" else "réglages des devis")
        assert_snapshot(f"quote-settings-{language}-{width}x{height}", desk.text())
    finally:
        set_language("en")


def test_the_price_of_an_hour_and_the_regime_are_kept(desk: ShopBench) -> None:
    menu(desk, "quote settings")
    desk.type("abc")
    desk.press("ctrl+s")
    assert "Type an amount" in desk.body
    desk.press("ctrl+u")
    desk.type("72")
    desk.press("tab", "tab", "tab", "space", "ctrl+s")
    assert "the next quote uses them" in desk.status
    with desk.counter.store.read() as session:
        assert amount_setting(session, LABOUR_PRICE) == 7200
        assert is_franchise(session, SHOP.today())
    menu(desk, "quote settings")
    assert "72.00" in desk.body


def test_a_quote_without_the_shops_number_leads_to_it(desk: ShopBench) -> None:
    with desk.counter.store.read() as session:
        assert session.get(Setting, REGISTRATION) is not None
    desk.counter.store.write(lambda session: keep_setting(session, REGISTRATION, None))
    desk.open_order(LATE)
    desk.command("q")
    desk.type("nettoyage 25")
    desk.press("enter", "escape", "f8")
    assert "registration number" in desk.body and "Enter Quote settings" in desk.body, desk.text()
    desk.press("enter")
    assert desk.desk.view.name == "quote_settings", desk.text()
    desk.press("tab", "tab", "tab", "tab")
    desk.type("RCS Paris 111")
    desk.press("ctrl+s")
    assert desk.desk.view.name == "step" and "1 line, €25.00" in desk.body, desk.text()
    desk.press("enter")
    with desk.counter.store.read() as session:
        assert session.get_one(RepairOrder, LATE).state is OrderState.QUOTE_ISSUED
