"""Two counters on one database: what one does shows at the other, and disturbs nothing that is being typed there."""

from __future__ import annotations

import re

import pytest

from tests.e2e.shop import Shop, shown, taken_in
from tests.e2e.steps import Case, begin_intake, open_by_scan, scan, take_in, take_step
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e


def _two_counters(shop: Shop) -> tuple[Terminal, Terminal]:
    first = shop.open()
    return first, shop.open(environ={"CONVISAV_STATION": "counter 2", "CONVISAV_STAFF": "theo"})


def _cursor(terminal: Terminal) -> str:
    """The order that the cursor of the board is on."""
    return next((line.partition("│▸ ")[2][:12] for line in terminal.text().splitlines() if "│▸" in line), "")


def test_a_step_shows_at_the_other_counter_and_moves_nothing_there(shop: Shop) -> None:
    one, two = _two_counters(shop)
    people = ("Ana Pop", "Bea Popa", "Ion Popescu")
    numbers = [
        take_in(one, Case(name, "", f"c{index}@example.org", serial=f"S-{index}")) for index, name in enumerate(people)
    ]
    two.wait("All open         3")
    two.press("1")  # a technician begins with his own orders
    two.wait("▸1 Waiting          3")
    for number in numbers:
        assert shown(number) in two.text()
    two.until(lambda: _cursor(two) != "", "a cursor")
    two.press("home", "down")
    chosen = shown(numbers[1])
    two.until(lambda: _cursor(two) == chosen, "the cursor on the order in the middle")
    others = [number for number in numbers if shown(number) != chosen]
    open_by_scan(one, others[0])
    take_step(one, "Ask for a quote")
    one.wait("quote asked")
    two.wait("Waiting          2", 10)
    two.until(lambda: re.search(r" 2 Quotes? requested +1 ", two.text()) is not None, "the other list", 10)
    assert _cursor(two) == chosen, "the cursor stayed on its order"
    two.type("popes")
    two.wait("⌕ popes")
    open_by_scan(one, others[1])
    take_step(one, "Ask for a quote")
    two.wait("Waiting          1", 10)
    assert "⌕ popes" in two.text(), "what was typed stayed"


def test_typing_is_not_disturbed_by_the_other_counter(shop: Shop) -> None:
    one, two = _two_counters(shop)
    number = take_in(one, Case())
    two.wait("All open         1")
    begin_intake(two)
    scan(two, number)
    two.wait("✓ 12345678")
    two.type("half a sent")
    open_by_scan(one, number)
    take_step(one, "Ask for a quote")
    one.wait("quote asked")
    two.type("ence")
    two.wait("[half a sentence")
    two.press("ctrl+s")
    second = taken_in(two)
    assert shop.order(second)["reported_fault"] == "half a sentence"
    one.press("f3")
    one.wait("All open         2", 10)
    stations = shop.rows("SELECT s.name FROM repair_order o JOIN station s ON s.id = o.station_id ORDER BY o.id")
    assert [row["name"] for row in stations] == ["counter 1", "counter 2"]


def test_when_both_take_a_step_the_slower_one_is_told(shop: Shop) -> None:
    one, two = _two_counters(shop)
    number = take_in(one, Case())
    two.wait("All open         1")
    for terminal in (one, two):
        open_by_scan(terminal, number)
        terminal.press("f8")
        terminal.wait("▸ 1 Ask for a quote")
    one.press("enter")
    one.wait("quote asked")
    two.press("enter")
    two.wait("Anna changed this order meanwhile (Ask for a quote)")
    two.wait("▸ 1 Issue the quote")  # what may follow now is offered
    two.press("escape")
    two.wait(f"Order {shown(number)}")
    two.wait("quote asked")
    assert [event["event"] for event in shop.events(number)] == ["receive", "request_quote"]


def test_both_take_in_at_the_same_time(shop: Shop) -> None:
    one, two = _two_counters(shop)
    label = take_in(one, Case())
    for turn in range(3):
        for index, terminal in enumerate((one, two)):
            begin_intake(terminal)
            scan(terminal, label)
            terminal.wait("✓ 12345678")
            terminal.type(f"fault {turn} of {index}")
        for terminal in (one, two):
            terminal.press("ctrl+s")
        assert len({taken_in(terminal) for terminal in (one, two)}) == 2
        for terminal in (one, two):
            terminal.press("f3")
            terminal.wait_gone("taken in")
    numbers = [order["number"] for order in shop.orders()]
    assert [int(number[2:9]) for number in numbers] == list(range(1, 8)), "no gap, none twice"
    wait_until(lambda: sorted(shop.labels()) == sorted(numbers), 30, "a label of each")
