"""Money: the till's sums, amounts of every kind, the cash limit, giving back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col, select

from convisav_tui.screens.payment import PaymentView
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Payment
from tests.screens.shop_bench import COLLECTED, QUOTED, READY, WATCH, ShopBench, assert_snapshot, change, counter_of


def payments(store: Store) -> list[tuple[int, int, str, str]]:
    with store.read() as session:
        rows = session.exec(select(Payment).order_by(col(Payment.id)))
        return [(row.order_id, row.amount, row.nature.value, row.means.value) for row in rows]


def pay(desk: ShopBench, order_id: int) -> PaymentView:
    desk.open_order(order_id)
    desk.press("f7")
    view = desk.desk.view
    assert isinstance(view, PaymentView)
    return view


def go(desk: ShopBench, view: PaymentView, key: str) -> None:
    """Tab to a field."""
    for _field in range(8):
        if view.form.focus == key:
            return
        desk.press("tab")
    raise AssertionError(f"no field {key}")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40)])
def test_looks_of_a_payment(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    pay(desk, READY)
    assert_snapshot(f"payment-{width}x{height}", desk.text())


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20)])
def test_looks_of_the_till(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    pay(desk, READY)
    desk.press("ctrl+s")
    view = pay(desk, WATCH)
    desk.type("20")
    go(desk, view, "means")
    desk.type("c")
    desk.press("ctrl+s")
    desk.desk.home()
    desk.press("f7")
    assert_snapshot(f"till-{width}x{height}", desk.text())


def test_what_is_due_stands_there_and_is_taken(desk: ShopBench) -> None:
    pay(desk, READY)
    assert "Price €120.00  Paid €30.00  Still due €90.00" in desk.body and "[90.00" in desk.body
    desk.press("ctrl+s")
    assert "€90.00 taken" in desk.status and desk.desk.view.name == "sheet"
    assert payments(desk.counter.store)[-1] == (READY, 9000, "balance", "card")
    assert "paid €120.00" in desk.line(3)


def test_more_than_is_due_is_asked_about(desk: ShopBench) -> None:
    pay(desk, READY)
    before = payments(desk.counter.store)
    desk.type("900")
    desk.press("ctrl+s")
    assert "Only €90.00 are due. Take €900.00 all the same?" in desk.text()
    desk.press("enter")
    assert payments(desk.counter.store) == before and "[900" in desk.body
    desk.press("ctrl+s")
    desk.command("y")
    assert payments(desk.counter.store)[-1] == (READY, 90000, "balance", "card")


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("12,5", 1250), ("12.50", 1250), ("1 234,50 €", 123450), ("0,01", 1), ("40", 4000)],
)
def test_amounts_as_people_type_them(desk: ShopBench, typed: str, minor: int) -> None:
    pay(desk, WATCH)
    desk.type(typed)
    desk.press("ctrl+s")
    assert payments(desk.counter.store)[-1] == (WATCH, minor, "acompte", "card")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("abc", "Type an amount such as 12.50"),
        ("−5", "Type an amount such as 12.50"),
        ("-5", "An amount cannot be negative"),
        ("12,555", "This currency has 2 decimals"),
        ("0", "Type the amount that was paid"),
        ("", "Type an amount such as 12.50"),
        ("9" * 11, "This amount is too large"),
        ("1e5", "Type an amount such as 12.50"),
    ],
)
def test_amounts_that_are_none_are_said_and_stay(desk: ShopBench, typed: str, sentence: str) -> None:
    pay(desk, WATCH)
    before = payments(desk.counter.store)
    desk.type(typed)
    desk.press("ctrl+s")
    assert sentence in desk.body and desk.desk.view.name == "payment"
    assert f"[{typed}" in desk.body and payments(desk.counter.store) == before
    desk.type("1")
    assert sentence not in desk.body


def test_cash_above_the_limit_is_refused_beside_the_means(desk: ShopBench) -> None:
    view = pay(desk, WATCH)
    before = payments(desk.counter.store)
    desk.type("1000,01")
    go(desk, view, "means")
    desk.press("left")
    while "[cash" not in desk.body:
        desk.press("right")
    desk.press("ctrl+s")
    said = " ".join(desk.body.split())
    assert "€1,000.00 for one order. Choose another means of payment." in said and view.form.focus == "means"
    assert payments(desk.counter.store) == before
    desk.press("right", "ctrl+s")
    assert payments(desk.counter.store)[-1][:2] == (WATCH, 100001)


def test_a_double_enter_takes_one_payment(desk: ShopBench) -> None:
    pay(desk, READY)
    before = len(payments(desk.counter.store))
    desk.slow = True
    desk.press("ctrl+s", "ctrl+s", gap=0.0)
    desk.worker.finish()
    assert len(payments(desk.counter.store)) == before + 1


def test_leaving_takes_nothing(desk: ShopBench) -> None:
    pay(desk, READY)
    before = payments(desk.counter.store)
    desk.type("50")
    desk.press("escape")
    assert desk.desk.view.name == "sheet" and payments(desk.counter.store) == before


def test_what_was_paid_can_be_given_back_with_its_reason(desk: ShopBench) -> None:
    view = pay(desk, READY)
    desk.press("shift+tab", "right")
    assert "Give back: down payment €30.00" in desk.body and "[30.00" in desk.body and "Nature" not in desk.body
    desk.press("ctrl+s")
    assert "Say why the sum is given back." in desk.body and view.form.focus == "reason"
    desk.type("too much")
    desk.press("ctrl+s")
    assert "€30.00 given back" in desk.status
    assert payments(desk.counter.store)[-1] == (READY, -3000, "acompte", "card")
    pay(desk, READY)
    assert "Give back" not in desk.body  # nothing is left of it


def test_no_more_than_was_paid_is_given_back(desk: ShopBench) -> None:
    view = pay(desk, READY)
    desk.press("shift+tab", "right", "tab", "ctrl+u")
    desk.type("30,01")
    go(desk, view, "reason")
    desk.type("x")
    desk.press("ctrl+s")
    assert "No more can be given back than was paid." in desk.body
    assert payments(desk.counter.store)[-1][1] == 3000


def test_where_something_is_owed_to_the_customer_it_is_offered_first(desk: ShopBench) -> None:
    change(desk.counter.store, READY, price=1000)
    view = pay(desk, READY)
    assert "To give back €20.00" in desk.body
    assert view.form.state["deed"] != "take" and "Give back: down payment" in desk.body


def test_an_order_without_a_price_takes_a_down_payment(desk: ShopBench) -> None:
    pay(desk, QUOTED)
    assert "There is no price yet" in desk.body and "[down payment" in desk.body
    pay(desk, COLLECTED)
    assert "Still due €0.00" in desk.body


def test_the_till_of_another_day(desk: ShopBench) -> None:
    desk.press("f7")
    assert "No payment on this day." in desk.body and "21/11/2026" in desk.line(0)
    desk.press("right")
    assert "21/11/2026" in desk.line(0)  # there is no till of tomorrow
    desk.press("left", "left")
    assert "19/11/2026" in desk.line(0)
    assert "card                    €30.00   1 payment" in desk.body
    assert "down payment" in desk.body and "Paul Lefebvre" in desk.body


def test_the_till_adds_up_by_means_and_in_all(desk: ShopBench) -> None:
    pay(desk, READY)
    desk.press("ctrl+s")
    view = pay(desk, WATCH)
    desk.type("20,25")
    go(desk, view, "means")
    while "[cash" not in desk.body:
        desk.press("right")
    desk.press("ctrl+s")
    desk.desk.home()
    desk.press("f7")
    lines = [" ".join(line.split()) for line in desk.body.split("\n")]
    assert lines[:3] == ["cash €20.25 1 payment", "card €90.00 1 payment", "Total €110.25 2 payments"]


def test_the_till_scrolls_and_follows_other_counters(shop: Store, tmp_path: Path) -> None:
    desk = ShopBench(counter_of(shop, tmp_path), 60, 12)
    desk.press("f7")
    for amount in range(1, 15):
        desk.desk.home()
        pay(desk, WATCH)
        desk.type(str(amount))
        desk.press("ctrl+s")
    desk.desk.home()
    desk.press("f7")
    assert "€1.00" in desk.body and "€14.00" not in desk.body
    desk.press("pagedown", "pagedown")
    assert "€14.00" in desk.body
    desk.elsewhere()
    assert "€14.00" in desk.body
    desk.press("pageup", "pageup", "pageup")
    assert "€1.00" in desk.body
