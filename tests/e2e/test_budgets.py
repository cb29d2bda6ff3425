"""The keystrokes that the main jobs cost: every key that is no text is counted, a scan and text are free.

The counted numbers are in the test's output (`pytest -rP`) and must not exceed those of the design.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.store.engine import Store
from tests.e2e.shop import Shop, running_shop, shown, taken_in
from tests.e2e.steps import Case, scan, take_in
from tests.shop.principals import principal
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

KNOWN = Case()
ALSO = Case("Paul Lefebvre", "06 12 34 99 01", "", "phone", "Apple", "iPhone 12", "356938035643809", "screen broken")


class Counted:
    """Keys to a terminal; `actions` are those that were no text."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.actions = 0

    def press(self, *keys: str) -> None:
        self.terminal.press(*keys)
        self.actions += len(keys)

    def type(self, text: str) -> None:
        self.terminal.type(text)

    def scan(self, text: str) -> None:
        scan(self.terminal, text)


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, shop_template: Path
) -> Iterator[tuple[Shop, Terminal, dict[str, str]]]:
    """A shop with two known customers, and the program on its board."""
    with running_shop(tmp_path_factory.mktemp("budgets") / "shop", shop_template) as shop:
        terminal = shop.open()
        numbers = {case.name: take_in(terminal, case) for case in (KNOWN, ALSO)}
        yield shop, terminal, numbers


@pytest.fixture
def counted(stage: tuple[Shop, Terminal, dict[str, str]]) -> Iterator[Counted]:
    """The keys of one job, begun on the board."""
    terminal = stage[1]
    terminal.press("f3")
    terminal.wait("All open")
    terminal.quiet()
    yield Counted(terminal)


def _tell(job: str, counted: Counted, budget: int) -> None:
    print(f"{job}: {counted.actions} actions (budget {budget})")
    assert counted.actions <= budget, job


def _is_printed(shop: Shop, number: str) -> None:
    wait_until(lambda: number in shop.labels() and number in shop.receipts(), 20, "label and receipt")


def test_known_customer_and_device(stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    shop, terminal, _numbers = stage
    counted.press("f2")
    counted.type("06 12 34 56")
    counted.press("enter", "enter")
    counted.type("leaks at the door")
    counted.press("ctrl+s")
    number = taken_in(terminal)
    _tell("known customer, known device, label and receipt", counted, 6)
    _is_printed(shop, number)
    order, first = shop.order(number), shop.orders()[0]
    assert (order["party_id"], order["device_id"]) == (first["party_id"], first["device_id"])
    assert order["reported_fault"] == "leaks at the door"


def test_from_an_old_label(stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    counted.press("f2")
    counted.scan(numbers[ALSO.name])
    terminal.wait("iPhone 12")
    counted.type("no sound")
    counted.press("ctrl+s")
    number = taken_in(terminal)
    _tell("scan of an old label, label and receipt", counted, 4)
    _is_printed(shop, number)
    order, first = shop.order(number), shop.order(numbers[ALSO.name])
    assert (order["party_id"], order["device_id"]) == (first["party_id"], first["device_id"])


def test_from_an_old_label_scanned_on_the_board(stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    counted.scan(numbers[KNOWN.name])
    terminal.wait("Order ")
    counted.press("f2")
    counted.type("smells burnt")
    counted.press("ctrl+s")
    number = taken_in(terminal)
    _tell("the same, scanned on the board", counted, 4)
    _is_printed(shop, number)
    assert shop.order(number)["device_id"] == shop.order(numbers[KNOWN.name])["device_id"]


def test_new_customer_and_device(stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    shop, terminal, _numbers = stage
    counted.press("f2")
    for text in ("Marc O'Neil", "06 98 76 54 32", "", "coffee", "Jura", "E8", "JU-77", ""):
        counted.type(text)
        counted.press("enter")
    counted.type("no hot water")
    counted.press("pagedown")
    terminal.wait("Quote       [x]")  # asked for, unless a guarantee covers the repair
    counted.press("tab")
    counted.type("150")
    counted.press("pagedown", "space")
    terminal.wait("[30.00")
    counted.press("ctrl+s")
    number = taken_in(terminal)
    _tell("new customer, new device, quote, cap, SMS, deposit, label and receipt", counted, 18)
    _is_printed(shop, number)
    order = shop.order(number)
    assert (order["quote_requested"], order["cap"], order["ready_channel"]) == (1, 15000, "sms")
    assert shop.one("SELECT amount FROM payment WHERE order_id = ?", order["id"]) == 3000
    assert shop.one("SELECT name FROM party WHERE id = ?", order["party_id"]) == "Marc O'Neil"
    assert shop.one("SELECT serial FROM device WHERE id = ?", order["device_id"]) == "JU-77"


@pytest.mark.parametrize(
    "sought", ["lefebv", "06 12 34 99 01", "99 01", "356938035643809", "number", "number typed in groups"]
)
def test_find_and_open(sought: str, stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    _shop, terminal, numbers = stage
    number = numbers[ALSO.name]
    text = {"number": number, "number typed in groups": shown(number)}.get(sought, sought)
    counted.type(text)
    terminal.until(lambda: shown(number) in _list(terminal), "the order in the list")
    if shown(number) not in _chosen(terminal):
        counted.press("down")
        terminal.until(lambda: shown(number) in _chosen(terminal), "the cursor on it")
    counted.press("enter")
    terminal.wait(f"Order {shown(number)}")
    _tell(f"find by {sought} and open", counted, 2)


def test_find_by_scan(stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    _shop, terminal, numbers = stage
    counted.scan(numbers[ALSO.name])
    terminal.wait(f"Order {shown(numbers[ALSO.name])}")
    _tell("find by scan", counted, 2)


def test_next_step(stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    counted.scan(numbers[KNOWN.name])
    terminal.wait(f"Order {shown(numbers[KNOWN.name])}")
    counted.press("f8", "enter")
    wait_until(lambda: shop.order(numbers[KNOWN.name])["state"] == "quote_requested", 20, "the step")
    _tell("next step", counted, 2)


def test_reprint(stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    shop, terminal, numbers = stage
    number = numbers[KNOWN.name]
    counted.scan(number)
    terminal.wait(f"Order {shown(number)}")
    before = shop.labels().count(number)
    counted.press("f4", "enter")
    wait_until(lambda: shop.labels().count(number) == before + 1, 20, "the label once more")
    _tell("label again", counted, 2)
    assert [job["duplicate"] for job in shop.jobs(number) if job["kind"] == "label"] == [0, 1]


def test_a_batch_of_thirty(stage: tuple[Shop, Terminal, dict[str, str]], counted: Counted) -> None:
    shop, terminal, _numbers = stage
    principal(Store(shop.config.database.url), "Darty Rivoli")
    before = len(shop.orders())
    counted.press("f10")
    counted.type("batch")
    counted.press("enter")
    terminal.wait("Batch intake")
    counted.type("darty")
    terminal.wait("▸")
    counted.press("enter")
    counted.type("iphone 12")
    terminal.wait("Apple iPhone 12")
    counted.press("enter")
    counted.type("screen broken")
    terminal.quiet()
    for index, serial in enumerate(_imeis(30), start=1):
        counted.scan(serial)
        terminal.wait(f"{index} device")
    counted.press("ctrl+s")
    terminal.wait("30 devices taken in", 60)
    _tell("thirty devices of a principal, and thirty scans", counted, 5)
    taken = shop.orders()[before:]
    assert len(taken) == 30 and len({order["device_id"] for order in taken}) == 30
    wait_until(lambda: all(order["number"] in shop.labels() for order in taken), 60, "thirty labels")


def _imeis(count: int) -> list[str]:
    """Numbers of phones that differ, each with its check digit."""
    bodies = [f"35332811{index:06d}" for index in range(1, count + 1)]
    return [body + _check_digit(body) for body in bodies]


def _check_digit(body: str) -> str:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return str(-sum(part // 10 + part % 10 for part in doubled) % 10)


def _list(terminal: Terminal) -> str:
    """The rows of orders, without the detail line below them."""
    return "\n".join(terminal.text().splitlines()[3:20])


def _chosen(terminal: Terminal) -> str:
    return next((line for line in terminal.text().splitlines() if "│▸" in line), "")
