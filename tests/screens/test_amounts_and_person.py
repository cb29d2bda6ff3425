"""Intake amounts kept by managers; what is kept of a person, handed out and erased; a receipt of a sum; the slip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.i18n import set_language
from convisav_tui.shop.intake_amounts import presets
from convisav_tui.shop.payments import take_payment
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Means, Nature, Paper, Party, RepairOrder
from tests.screens.shop_bench import COLLECTED, READY, WATCH, ShopBench, assert_snapshot, counter_of
from tests.screens.test_loans import menu
from tests.shop.counter import CLERK, SHOP


def names(store: Store) -> list[str]:
    with store.read() as session:
        return [row.names.get("en", row.names.get("fr", "")) for row in presets(session)]


def papers(store: Store) -> list[str]:
    with store.read() as session:
        kinds = session.exec(select(Paper.kind).order_by("id"))
        return [kind for kind in kinds if kind in ("payment_receipt", "relinquishment")]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int, language: str) -> None:
    counter = counter_of(shop, tmp_path)
    set_language(language)
    try:
        desk = ShopBench(counter, width, height)
        menu(desk, "intake amounts" if language == "en" else "montants prise")
        assert_snapshot(f"amounts-{language}-{width}x{height}", desk.text())
        desk.press("enter")
        assert_snapshot(f"amount-{language}-{width}x{height}", desk.text())
        desk.open_order(COLLECTED)
        desk.press("f9")
        menu(desk, "personal data" if language == "en" else "données personnelles")
        assert_snapshot(f"person-{language}-{width}x{height}", desk.text())
        shop.write(
            lambda session: take_payment(
                session,
                WATCH,
                amount=5000,
                nature=Nature.ARRHES,
                means=Means.CASH,
                actor=CLERK,
                shop=SHOP,
                key="arrhes",
            )
        )
        desk.open_order(WATCH)
        desk.press("f8")
        for _step in range(8):
            if "[50" in desk.body or "double" in desk.text() or "arrhes" in desk.text().lower():
                break
            desk.press("down")
        assert_snapshot(f"step-cancel-{language}-{width}x{height}", desk.text())
    finally:
        set_language("en")


def test_amounts_are_added_and_ordered(desk: ShopBench) -> None:
    store = desk.counter.store
    before = names(store)
    menu(desk, "intake amounts")
    desk.press("end", "enter")
    desk.type("Prise en charge express")
    desk.press("enter", "enter", "enter")
    desk.type("45")
    desk.press("ctrl+s")
    assert "the next intake offers it" in desk.status
    desk.press("end", "up")
    desk.command("-")
    assert names(store) == [*before[:-1], "Prise en charge express", before[-1]]


def test_a_person_is_erased_after_a_question(desk: ShopBench) -> None:
    store = desk.counter.store
    desk.open_order(COLLECTED)
    desk.press("f9")
    menu(desk, "personal data")
    assert "is not closed yet" in desk.body
    desk.command("z")
    assert "is not closed yet" in desk.status
    desk.press("escape")
    desk.open_order(COLLECTED)
    desk.press("f8", "enter")  # closed
    desk.press("f9")
    menu(desk, "personal data")
    desk.command("z")
    desk.answer("y")
    assert "Erased" in desk.status
    with store.read() as session:
        party_id = session.get_one(RepairOrder, COLLECTED).party_id
        assert session.get_one(Party, party_id).name == f"C{party_id:05d}"


def test_what_is_known_is_handed_out_as_a_file(desk: ShopBench) -> None:
    desk.open_order(READY)
    desk.press("f9")
    menu(desk, "personal data")
    desk.command("x")
    path, readable = sorted((desk.counter.config.home / "exports").iterdir())
    assert not (path.stat().st_mode | readable.stat().st_mode) & 0o077
    assert json.loads(path.read_text(encoding="utf-8"))["person"]["name"] == "Paul Lefebvre"
    assert readable.suffix == ".pdf" and readable.read_bytes().startswith(b"%PDF")


def test_a_receipt_of_a_sum_is_printed_when_asked(desk: ShopBench) -> None:
    desk.open_order(READY)
    desk.press("f7")
    desk.type("50")
    desk.press("ctrl+s")
    assert papers(desk.counter.store) == []
    desk.open_order(READY)
    desk.press("f7", "tab", "tab", "tab")
    desk.press("space", "ctrl+s")
    assert papers(desk.counter.store) == ["payment_receipt"], desk.text()


def test_the_slip_is_printed_signed_and_the_device_left(desk: ShopBench) -> None:
    store = desk.counter.store
    desk.open_order(WATCH)
    desk.press("f8")
    for _step in range(8):
        if "▸" in desk.body and any("leaves the device" in line for line in desk.body.split("\n") if "▸" in line):
            break
        desk.press("down")
    assert "has not signed" in " ".join(desk.body.split())
    desk.press("f4")
    assert papers(store) == ["relinquishment"]
    desk.press("tab", "space", "ctrl+s")
    desk.press("enter", "enter", "enter", "enter", "enter")
    with store.read() as session:
        assert session.get_one(RepairOrder, WATCH).state.value == "closed", desk.text()
