"""The customer's card and orders, and changing the card: bad input, somebody faster, names of any kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.screens.customer_card import CustomerCardView
from convisav_tui.shop.actor import Actor
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Party
from tests.screens.shop_bench import (
    MARKUP,
    READY,
    WATCH,
    ShopBench,
    add_customer,
    assert_snapshot,
    counter_of,
    shown_number,
)


def party(store: Store, name: str) -> Party:
    with store.read() as session:
        return session.exec(select(Party).where(Party.name == name)).one()


def set_party(store: Store, name: str, **values: str) -> None:
    def operation(session: Session) -> None:
        found = session.exec(select(Party).where(Party.name == name)).one()
        for key, value in values.items():
            setattr(found, key, value)
        session.add(found)

    store.write(operation)


def card_of(desk: ShopBench, order_id: int) -> CustomerCardView:
    desk.open_order(order_id)
    desk.press("f9")
    desk.command("e")
    view = desk.desk.view
    assert isinstance(view, CustomerCardView)
    return view


def type_into(desk: ShopBench, view: CustomerCardView, key: str, text: str) -> None:
    """Tab to a field and type over what stands there."""
    for _field in range(12):
        if view.form.focus == key:
            break
        desk.press("tab")
    desk.press("ctrl+u")
    desk.type(text)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40)])
def test_looks(shop: Store, tmp_path: Path, width: int, height: int) -> None:
    set_party(shop, MARKUP, street="12 rue [x]", postcode="75001", city="Paris", note="paie toujours en retard")
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    desk.open_order(WATCH)
    desk.press("f9")
    assert_snapshot(f"customer-{width}x{height}", desk.text())
    desk.command("e")
    assert_snapshot(f"customer-card-{width}x{height}", desk.text())


def test_enter_opens_an_order_and_esc_comes_back(desk: ShopBench) -> None:
    desk.open_order(READY)
    desk.press("f9", "enter")
    assert desk.line(0).startswith(f" Order {shown_number(desk.counter.store, READY)}")
    desk.press("escape")
    assert desk.desk.view.name == "customer"
    desk.press("f2")
    assert desk.desk.view.name == "intake" and "Paul Lefebvre" in desk.text()


def test_a_customer_without_orders(desk: ShopBench) -> None:
    from tests.shop_builder import add_party

    desk.counter.store.write(lambda session: add_party(session, "Nobody Yet", phone="", email="") and None)
    desk.type("nobody")
    desk.press("enter")
    assert "No order yet" in desk.body and "No phone, no e-mail: e adds them" in desk.body
    desk.press("enter")
    assert "F2 takes a device in" in desk.status
    desk.press("f8")
    assert "Put the cursor on an order first" in desk.status


def test_a_card_is_changed_and_found_by_the_new_name(desk: ShopBench) -> None:
    view = card_of(desk, READY)
    type_into(desk, view, "name", "Paul Lefebvre-Petit")
    type_into(desk, view, "email", "paul.o'neil@example.org")
    type_into(desk, view, "city", "Lyon")
    desk.press("ctrl+s")
    assert desk.status.strip() == "Saved" and "Paul Lefebvre-Petit" in desk.line(1)
    assert party(desk.counter.store, "Paul Lefebvre-Petit").email == "paul.o'neil@example.org"
    desk.press("f3")
    desk.type("petit")
    assert shown_number(desk.counter.store, READY) in desk.body


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("name", ""),
        ("name", " [] "),
        ("phone", "12"),
        ("phone", "call me"),
        ("email", "a@b, c@d"),
        ("email", "nobody"),
    ],
)
def test_what_cannot_be_accepted_is_said_beside_its_field(desk: ShopBench, key: str, typed: str) -> None:
    view = card_of(desk, READY)
    before = party(desk.counter.store, "Paul Lefebvre")
    type_into(desk, view, key, typed)
    desk.press("ctrl+s")
    assert desk.desk.view is view and view.form.focus == key and "✗ " in desk.body
    assert view.form.state[key] == typed
    assert party(desk.counter.store, "Paul Lefebvre") == before
    desk.type("x")
    assert "✗ " not in desk.body


def test_esc_asks_only_when_something_was_changed(desk: ShopBench) -> None:
    view = card_of(desk, READY)
    desk.press("escape")
    assert desk.desk.view.name == "customer"
    desk.command("e")
    view = desk.desk.view  # type: ignore[assignment]
    type_into(desk, view, "city", "Lyon")
    desk.press("escape")
    assert "Save what was changed?" in desk.text()
    desk.press("escape")
    assert desk.desk.view is view and "[Lyon" in desk.body
    desk.press("escape")
    desk.answer("2")
    assert desk.desk.view.name == "customer" and party(desk.counter.store, "Paul Lefebvre").city == ""
    desk.command("e")
    type_into(desk, desk.desk.view, "city", "Lyon")  # type: ignore[arg-type]
    desk.press("escape", "enter")
    assert party(desk.counter.store, "Paul Lefebvre").city == "Lyon"


def test_somebody_faster_is_told_and_nothing_typed_is_lost(desk: ShopBench) -> None:
    view = card_of(desk, READY)
    type_into(desk, view, "city", "Lyon")
    set_party(desk.counter.store, "Paul Lefebvre", street="9 rue Neuve", city="Lille")
    desk.press("ctrl+s")
    assert "Somebody else changed this card on " in desk.text()
    assert "City: which one?" in desk.text()
    assert "1 keep mine: Lyon" in desk.text() and "2 take theirs: Lille" in desk.text()
    desk.answer("1")
    assert "look at it, then save again." in desk.status
    assert "[Lyon" in desk.body and "[9 rue Neuve" in desk.body
    assert party(desk.counter.store, "Paul Lefebvre").city == "Lille"
    desk.press("ctrl+s")
    saved = party(desk.counter.store, "Paul Lefebvre")
    assert (saved.street, saved.city) == ("9 rue Neuve", "Lyon")


def test_who_was_faster_is_named_and_his_value_can_be_taken(desk: ShopBench, tmp_path: Path) -> None:
    view = card_of(desk, READY)
    type_into(desk, view, "city", "Lyon")
    other = ShopBench(counter_of(desk.counter.store, tmp_path))
    other.counter.person = Actor(1, "Anna", None, "bench")
    elsewhere = card_of(other, READY)
    type_into(other, elsewhere, "city", "Lille")
    other.press("ctrl+s")
    assert other.status.strip() == "Saved"
    desk.press("ctrl+s")
    assert "Anna changed this card on 21/11" in desk.text()
    desk.answer("2")
    desk.press("ctrl+s")
    assert desk.status.strip() == "Saved"
    assert party(desk.counter.store, "Paul Lefebvre").city == "Lille"


@pytest.mark.parametrize("name", [MARKUP * 5, "修理 太郎" * 20, "Å" * 120])
def test_any_name_is_shown_whole_on_the_card(desk: ShopBench, name: str) -> None:
    order_id = add_customer(desk.counter.store, name, phone="06 00 00 00 01")
    desk.open_order(order_id)
    desk.press("f9")
    shown = desk.body.replace("\n", "").replace(" ", "")
    assert name.replace(" ", "") in shown.replace(f"C{party(desk.counter.store, name).id:05d}", "")
    desk.command("e")
    assert desk.desk.view.name == "card"
    desk.press("ctrl+s")
    assert desk.status.strip() == "Saved"


def test_the_card_of_somebody_removed(desk: ShopBench) -> None:
    import sqlalchemy as sa

    from tests.shop_builder import add_party

    desk.counter.store.write(lambda session: add_party(session, "Gone Again", phone="") and None)
    desk.type("gone again")
    desk.press("enter")
    gone = {"gone": party(desk.counter.store, "Gone Again").id}

    def remove(session: Session) -> None:
        session.execute(sa.text("DELETE FROM party_search WHERE party_id = :gone"), gone)
        session.execute(sa.text("DELETE FROM party WHERE id = :gone"), gone)

    desk.counter.store.write(remove)
    desk.elsewhere()
    assert "This customer was removed." in desk.body
    desk.command("e")
    assert "This customer was removed." in desk.status and desk.desk.view.name == "customer"
