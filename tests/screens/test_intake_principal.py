"""An intake under a principal: found while typing, his terms in the fields, his reference asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.screens.counter import Counter
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Payer, RepairOrder
from tests.screens.intake_bench import IntakeBench, counter_on, shop_with_customers
from tests.shop.principals import principal


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = shop_with_customers(tmp_path)
    yield store
    store.close()


@pytest.fixture
def counter(store: Store, tmp_path: Path) -> Counter:
    return counter_on(store, tmp_path)


def order_of(store: Store, number: str) -> RepairOrder:
    with store.read() as session:
        from convisav_tui.store.queries.by_number import order_by_number

        order = order_by_number(session, number)
        assert order is not None
        return order


def test_a_shop_without_principals_does_not_see_the_field(counter: Counter) -> None:
    bench = IntakeBench(counter)
    assert "Principal" not in bench.text()
    bench.press("pageup")
    assert bench.focus == "street"


def test_a_principal_is_found_while_typing_and_his_terms_fill_the_form(counter: Counter, store: Store) -> None:
    party = principal(store, cap="150", reference_required="x")
    bench = IntakeBench(counter)
    bench.type("06 12 34 56")
    bench.press("enter", "enter")
    bench.type("leaks")
    bench.press("pageup", "pageup", "pageup")
    assert bench.focus == "principal"
    bench.type("darty")
    bench.press("enter")
    assert bench.focus == "principal_reference"
    assert bench.value("cap") == "150.00"
    bench.press("ctrl+s")
    assert "wants his own reference" in bench.text() and not bench.taken
    bench.type("BC-1")
    bench.press("ctrl+s")
    order = order_of(store, bench.taken[0])
    assert (order.principal_id, order.principal_reference, order.payer) == (party, "BC-1", Payer.PRINCIPAL)
    assert order.cap == 15000


def test_a_name_that_is_no_principal_is_told_beside_the_field(counter: Counter, store: Store) -> None:
    principal(store)
    bench = IntakeBench(counter)
    bench.type("06 12 34 56")
    bench.press("enter", "enter")
    bench.type("leaks")
    bench.intake.form.go("principal")
    bench.type("Boulanger")
    bench.press("ctrl+s")
    assert "Choose the principal again" in bench.text() and not bench.taken
