"""Wordings, rules of who is told, quiet hours and ladders, edited at the keyboard by a manager (F10)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.shop.quiet_hours import quiet_hours
from convisav_tui.shop.reminders import ladder_of
from convisav_tui.shop.shipped_ladders import QUOTE_UNANSWERED
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, MessageEvent, MessageTemplate, NotificationRule, Told
from tests.screens.shop_bench import ShopBench, assert_snapshot, counter_of


def opened(desk: ShopBench, action: str) -> ShopBench:
    desk.press("f10")
    desk.type(f"{action}\r")
    return desk


def templates(store: Store) -> list[MessageTemplate]:
    with store.read() as session:
        return list(session.exec(select(MessageTemplate).order_by(col(MessageTemplate.id))))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    for action in ("wordings", "notices", "reminders"):
        opened(desk, action)
        assert_snapshot(f"{action}-{width}x{height}", desk.text())
        desk.press("escape")
    opened(desk, "wordings")
    desk.press("down", "enter")
    assert_snapshot(f"wording-{width}x{height}", desk.text())


def test_an_unknown_name_is_said_beside_the_text_and_not_saved(desk: ShopBench) -> None:
    opened(desk, "wordings")
    desk.press("down", "enter", "tab", "tab")
    desk.type(" $code")
    assert "$code is unknown" in desk.body
    desk.press("ctrl+s")
    assert "$code is unknown" in desk.body and desk.desk.view.name == "wording"
    assert templates(desk.counter.store) == []


def test_a_text_is_typed_seen_with_its_cost_and_kept(desk: ShopBench) -> None:
    opened(desk, "wordings")
    desk.press("down", "enter", "tab", "tab")
    desk.type(" Bonjour $customer !")
    assert "Hélène Lefèvre" in desk.body and "1 SMS" in desk.body
    desk.press("ctrl+s")
    [kept] = templates(desk.counter.store)
    assert (kept.event, kept.channel) == (MessageEvent.INTAKE, Channel.SMS)
    assert kept.body.endswith("$phone Bonjour $customer !") and "français" in desk.body
    desk.press("enter", "ctrl+r")
    assert templates(desk.counter.store) == [] and "The shipped wording serves again" in desk.status


def test_each_language_keeps_what_was_typed(desk: ShopBench) -> None:
    opened(desk, "wordings")
    desk.press("down", "enter", "tab", "tab")
    desk.type(" A")
    desk.press("shift+tab", "shift+tab", "right")
    assert "Preview in English" in desk.body
    desk.press("tab", "tab")
    desk.type(" B")
    desk.press("ctrl+s")
    found = {kept.language: kept.body[-2:] for kept in templates(desk.counter.store)}
    assert found == {"fr": " A", "en": " B"}


def test_a_rule_and_quiet_hours_are_typed(desk: ShopBench) -> None:
    store = desk.counter.store
    opened(desk, "notices")
    desk.press("enter")
    desk.type("20:00\t8:30\tsat sun")
    desk.press("ctrl+s")
    with store.read() as session:
        hours = quiet_hours(session)
    assert hours is not None and hours.days == frozenset({5, 6})
    assert "20:00–08:30 sat sun" in desk.body
    desk.press("down", "down", "enter", "tab", "right", "right", "right", "tab")
    desk.type("pigeon")
    desk.press("ctrl+s")
    assert "“pigeon” is no channel" in desk.body
    desk.press("ctrl+u")
    desk.type("fax, e-mail\t15\t48")
    desk.press("ctrl+s")
    with store.read() as session:
        rule = session.exec(select(NotificationRule)).one()
    assert (rule.event, rule.told, rule.channels) == (MessageEvent.QUOTE_READY, Told.BOTH, ["fax", "email"])
    assert (rule.delay_minutes, rule.expires_hours, rule.keeps_quiet_hours) == (15, 48, True)


def test_a_rung_is_changed_and_added(desk: ShopBench) -> None:
    store = desk.counter.store
    opened(desk, "reminders")
    desk.press("enter", "ctrl+u")
    desk.type("0")
    desk.press("ctrl+s")
    assert "Type days or months" in desk.body
    desk.press("ctrl+u")
    desk.type("5")
    desk.press("ctrl+s")
    desk.press("down", "down", "enter")
    desk.type("20")
    desk.press("ctrl+s")

    def days(session: Session) -> list[int]:
        return [step.after_days for step in ladder_of(session, QUOTE_UNANSWERED)]

    with store.read() as session:
        assert days(session) == [5, 7, 20]
