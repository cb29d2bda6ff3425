"""Parts at the keyboard: catalogue, stock, what an order needs, supplier orders, receiving and counting by scan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.i18n import set_language
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Message,
    MessageEvent,
    MessageState,
    NeedState,
    OrderState,
    Paper,
    Part,
    PartNeed,
    RepairOrder,
    SupplierTerms,
)
from tests.screens.shop_bench import (
    QUOTED,
    ShopBench,
    assert_snapshot,
    counter_of,
    shown_number,
)
from tests.screens.test_custody_screens import menu, order_of
from tests.shop.part_bench import need, part, receive, stock_of, supplier

SIZES = [(80, 24), (120, 40)]
EAN = "4006381333931"


def test_a_part_is_written_and_found(desk: ShopBench) -> None:
    menu(desk, "parts")
    desk.press("enter")
    assert desk.desk.view.name == "part_form", desk.text()
    desk.type("pump-1\rPompe de vidange\r")
    desk.press("ctrl+s")
    assert desk.desk.view.name == "parts" and "PUMP-1" in desk.body, desk.text()
    with desk.counter.store.read() as session:
        assert session.exec(select(Part.name)).one() == "Pompe de vidange"
    desk.command("f")
    desk.type("rien de tel\r")
    assert "PUMP-1" not in desk.body
    desk.command("f")
    desk.press("ctrl+u")
    desk.type("vidange\r")
    assert "PUMP-1" in desk.body


def test_the_stock_of_a_part(desk: ShopBench) -> None:
    pump = part(desk.counter.store)
    menu(desk, "parts")
    desk.scan(EAN)
    desk.press("enter")
    assert desk.desk.view.name == "part", desk.text()
    desk.command("r")
    desk.type("5\r")
    desk.command("x")
    desk.type("1 tombée\r")
    assert "tombée" in desk.body and stock_of(desk.counter.store, pump) == (4, 0)
    desk.command("x")
    desk.type("9 trop\r")
    assert "4" in desk.status and stock_of(desk.counter.store, pump) == (4, 0)
    desk.command("t")
    desk.type("7\r")
    assert stock_of(desk.counter.store, pump) == (7, 0)


def test_from_the_missing_part_to_the_repair(desk: ShopBench) -> None:
    store = desk.counter.store
    sold_by = supplier(store)
    part(store, supplier=str(sold_by))
    desk.open_order(QUOTED)
    desk.command("r")
    assert desk.desk.view.name == "needs", desk.text()
    desk.scan(EAN)
    assert "PUMP-1" in desk.body, desk.text()
    desk.press("escape", "f8", "enter")  # accepted: the part is missing
    assert order_of(store, QUOTED).state is OrderState.AWAITING_PARTS, desk.text()
    desk.command("9")
    assert "PUMP-1" in desk.body
    menu(desk, "supplier orders")
    assert "PUMP-1" in desk.body and "to order" in desk.body, desk.text()
    desk.command("o")
    desk.press("enter")
    with store.read() as session:
        assert session.exec(select(Paper).where(Paper.kind == "supplier_order")).one()
    desk.desk.home()
    menu(desk, "receive parts")
    desk.scan(EAN)
    assert shown_number(store, QUOTED) in desk.body, desk.text()
    assert order_of(store, QUOTED).state is OrderState.IN_REPAIR


def test_crossing_out_and_putting_back(desk: ShopBench) -> None:
    store = desk.counter.store
    pump = part(store)
    receive(store, pump, 1)
    need(store, QUOTED, pump)
    desk.open_order(QUOTED)
    desk.command("r", "b")
    assert desk.status.strip()
    desk.command("x")
    with store.read() as session:
        assert session.exec(select(PartNeed.state)).one() is NeedState.CANCELLED
    desk.command("a")
    desk.type("nothing of the kind\r")
    assert "nothing of the kind" in desk.status


def test_a_count_by_scan(desk: ShopBench) -> None:
    store = desk.counter.store
    pump = part(store)
    receive(store, pump, 5)
    menu(desk, "stock count")
    desk.scan(EAN)
    desk.scan(EAN)
    assert "PUMP-1" in desk.body
    desk.press("ctrl+s")
    assert stock_of(store, pump) == (2, 0)


def test_a_supplier_is_written(desk: ShopBench) -> None:
    menu(desk, "suppliers")
    desk.press("enter")
    desk.type("Pièces Express\r")
    desk.press("ctrl+s")
    assert desk.desk.view.name == "suppliers" and "Pièces Express" in desk.body, desk.text()
    with desk.counter.store.read() as session:
        assert session.exec(select(SupplierTerms.delivery_days)).one() == 3


def test_a_supplier_order_as_a_file_and_called_off(desk: ShopBench, tmp_path: Path) -> None:
    store = desk.counter.store
    sold_by = supplier(store)
    part(store, supplier=str(sold_by), reorder_level="2", name="=1+1")
    menu(desk, "supplier orders")
    desk.command("o")
    desk.press("enter")
    desk.press("home", "enter")
    assert desk.desk.view.name == "supplier_order", desk.text()
    desk.command("x")
    (path,) = desk.counter.config.home.glob("exports/*.csv")
    assert "'=1+1" in path.read_text(encoding="utf-8-sig")
    desk.press("delete", "ctrl+s")
    assert "This is needed" in desk.body and desk.desk.view.name == "order_off"
    assert "is not written to" in desk.body
    desk.type("trop cher")
    desk.press("ctrl+s")
    assert "PUMP-1" in desk.body and desk.desk.view.name == "supplier_orders", desk.text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_screens_look_as_they_were_looked_at(
    shop: Store, tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    store = shop
    sold_by = supplier(store)
    pump = part(store, supplier=str(sold_by), reorder_level="3")
    belt = part(store, code="BELT-2", name="Courroie", ean="", supplier=str(sold_by))
    receive(store, pump, 2)
    need(store, QUOTED, pump)
    need(store, QUOTED, belt)
    try:
        set_language(language)
        desk = ShopBench(counter_of(store, tmp_path), *size)
        set_language(language)
        name = f"{language}-{size[0]}x{size[1]}"
        desk.open_order(QUOTED)
        desk.command("r")
        assert_snapshot(f"needs-{name}", desk.text())
        desk.press("escape", "f8", "enter")
        desk.desk.act("parts")
        desk.press("home")
        assert_snapshot(f"parts-{name}", desk.text())
        desk.command("e")
        assert_snapshot(f"part-form-{name}", desk.text())
        desk.press("escape")
        desk.desk.act("supplier_orders")
        assert_snapshot(f"supplier-orders-{name}", desk.text())
        desk.command("o")
        desk.press("enter")
        desk.desk.act("arrivals")
        desk.scan(EAN)
        assert_snapshot(f"arrivals-{name}", desk.text())
    finally:
        set_language("en")


def ordered_late(desk: ShopBench) -> None:
    """An order whose part comes after the day that was promised, on the list of what is to be ordered."""
    store = desk.counter.store
    pump = part(store, supplier=str(supplier(store, delivery_days="9")))
    need(store, QUOTED, pump)
    store.write(lambda session: promise(session, None))
    desk.open_order(QUOTED)
    desk.press("f8", "enter")
    store.write(lambda session: promise(session, desk.counter.today))
    desk.desk.home()
    desk.desk.act("supplier_orders")
    desk.command("o")


def promise(session: Session, day: date | None) -> None:
    session.get_one(RepairOrder, QUOTED).promised_on = day


@pytest.mark.parametrize("tell", [True, False])
def test_ordering_shows_the_news_of_a_delay_first_and_may_tell_nobody(desk: ShopBench, tell: bool) -> None:
    ordered_late(desk)
    assert desk.desk.view.name == "order_all" and "is promised for" in desk.body, desk.text()
    assert desk.counter.shop.name in desk.body and not delays(desk)
    if not tell:
        desk.press("space")
        assert "is promised for" in desk.body and desk.counter.shop.name not in desk.body
    shown = desk.body
    desk.press("ctrl+s")
    assert "1 order made" in desk.status and desk.desk.view.name == "supplier_orders", desk.text()
    assert len(delays(desk)) == tell
    assert all(line in shown for message in delays(desk) for line in message.body.splitlines()[2:4])


def delays(desk: ShopBench) -> list[Message]:
    with desk.counter.store.read() as session:
        return list(session.exec(select(Message).where(Message.event == MessageEvent.DELAY)).all())


def test_a_supplier_is_shown_what_he_is_told_of_the_end_of_his_order(desk: ShopBench) -> None:
    store = desk.counter.store
    part(store, supplier=str(supplier(store)), reorder_level="2")
    menu(desk, "supplier orders")
    desk.command("o")
    desk.press("enter")
    with store.read() as session:
        (message,) = session.exec(select(Message).where(Message.event == MessageEvent.SUPPLIER_ORDER)).all()
    store.write(lambda session: sent(session, message.id or 0))
    desk.press("home", "enter", "delete")
    desk.type("client renonce")
    assert "client renonce" in desk.body and "commandes@pieces.example" in desk.body and "2 × " in desk.body
    desk.press("ctrl+s")
    with store.read() as session:
        told = session.exec(select(Message).where(Message.event == MessageEvent.SUPPLIER_ORDER)).all()
    assert [one.state for one in told] == [MessageState.SENT, MessageState.QUEUED]


def sent(session: Session, message_id: int) -> None:
    session.get_one(Message, message_id).state = MessageState.SENT


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_looks_before_ordering_and_calling_off(
    shop: Store, tmp_path: Path, language: str, width: int, height: int
) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    set_language(language)
    ordered_late(desk)
    assert_snapshot(f"order-all-{language}-{width}x{height}", desk.text())
    desk.press("ctrl+s", "end", "enter", "delete")
    desk.type("trop cher")
    assert_snapshot(f"order-off-{language}-{width}x{height}", desk.text())
