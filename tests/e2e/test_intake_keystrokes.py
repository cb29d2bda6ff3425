"""The keystroke budgets of the intake, counted on the installed program: every key that is no text is an action."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.shop import Shop, shown, taken_in
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e


class Hand:
    """A clerk's hand: counts the keys that type no text."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.actions = 0

    def press(self, *names: str) -> None:
        for name in names:
            self.actions += 1
            self.terminal.quiet(0.1)
            self.terminal.press(name)

    def type(self, text: str) -> None:
        self.terminal.quiet(0.1)
        self.terminal.type(text)

    def scan(self, number: str) -> None:
        """A scan is one action: the trigger."""
        self.actions += 1
        self.terminal.quiet(0.2)
        self.terminal.send(number + "\r")


def new_customer(hand: Hand) -> str:
    """Marie Curie, unknown, with an unknown washing machine: quote asked, cap, told by SMS, deposit by card."""
    hand.press("f2")
    hand.terminal.wait("Customer")
    hand.type("06 98 76 54 32")
    hand.press("enter")
    hand.type("Marie Curie")
    hand.press("enter", "enter")
    hand.type("washing")
    hand.press("enter")
    hand.type("Miele")
    hand.press("enter")
    hand.type("WCD320")
    hand.press("enter")
    hand.type("12345678")
    hand.press("enter", "enter")
    hand.type("ne vidange plus")
    hand.press("enter", "enter", "enter")
    hand.type("150")
    hand.press("enter")
    hand.type("w")
    hand.press("ctrl+s")
    return taken_in(hand.terminal)


def test_new_customer_and_device_with_all_that_is_agreed_take_18_actions(shop: Shop) -> None:
    hand = Hand(shop.open())
    number = new_customer(hand)
    assert hand.actions <= 18
    order = shop.order(number)
    assert order["reported_fault"] == "ne vidange plus"
    assert (order["quote_requested"], order["cap"], order["quote_channel"], order["ready_channel"]) == (
        1,
        15000,
        "sms",
        "sms",
    )
    assert [job["kind"] for job in shop.jobs(number)] == ["label", "receipt"]
    assert shop.one("SELECT means FROM payment") == "card"
    wait_until(lambda: all(job["state"] == "sent" for job in shop.jobs(number)), 30, "the printed papers")


def test_known_customer_and_device_take_6_actions_and_from_a_scan_4(shop: Shop) -> None:
    terminal = shop.open()
    first = new_customer(Hand(terminal))
    known = Hand(terminal)
    known.press("f2")
    terminal.wait("Customer")
    known.type("curie")
    known.press("enter", "enter")
    known.type("fuit par le bas")
    known.press("ctrl+s")
    terminal.wait_gone(shown(first) + " taken in")
    second = taken_in(terminal)
    assert known.actions <= 6
    assert len(shop.jobs(second)) == 2

    scanned = Hand(terminal)
    scanned.press("f2")
    terminal.wait("Customer")
    scanned.scan(first)
    terminal.wait("WCD320")
    scanned.type("n'essore plus")
    scanned.press("ctrl+s")
    terminal.wait_gone(shown(second) + " taken in")
    third = taken_in(terminal)
    assert scanned.actions <= 4
    orders = [shop.order(number) for number in (first, second, third)]
    assert len({order["device_id"] for order in orders}) == 1 and len({order["party_id"] for order in orders}) == 1
    assert shop.order(third)["reported_fault"] == "n'essore plus"


def test_everything_typed_in_one_burst_lands_where_it_was_meant(shop: Shop) -> None:
    terminal = shop.open()
    f2, save = terminal.key_bytes("f2"), terminal.key_bytes("ctrl+s")
    keys = "Zoé Zed\r0698765432\r\rwash\rBosch\rX1\rS-99\r\rfuit\r\r\r"
    terminal.send(f2 + keys.encode() + save)
    number = taken_in(terminal)
    order = shop.order(number)
    assert order["reported_fault"] == "fuit"
    (party,) = shop.rows("SELECT * FROM party WHERE id = ?", order["party_id"])
    (device,) = shop.rows("SELECT * FROM device WHERE id = ?", order["device_id"])
    assert (party["name"], party["phone_e164"]) == ("Zoé Zed", "+33698765432")
    assert (device["brand"], device["model"], device["serial"]) == ("Bosch", "X1", "S-99")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL, signal.SIGTERM])
def test_program_that_ends_in_the_middle_of_an_intake_loses_nothing(shop: Shop, number: signal.Signals) -> None:
    terminal = shop.open()
    terminal.press("f2")
    terminal.wait("Customer")
    terminal.type("Zoé Zed")
    terminal.press("enter")
    terminal.type("0698765432")
    terminal.wait("0698765432")
    if number is signal.SIGKILL:
        wait_until(lambda: "0698765432" in str(shop.rows("SELECT fields FROM draft")), 10, "the draft")
    terminal.signal(number)
    assert terminal.wait_end(10) is not None
    again = shop.open()
    again.press("f5")
    again.wait("Zoé Zed")
    again.press("enter")
    again.wait("0698765432")
    assert "Zoé Zed" in again.text()


def test_one_key_in_the_form_costs_few_bytes(shop: Shop) -> None:
    terminal = shop.open()
    terminal.press("f2")
    terminal.wait("Customer")
    terminal.press("pagedown", "pagedown")
    terminal.wait("What the customer says is wrong")
    terminal.type("qqqqqqq")
    costs = [terminal.cost("q") for _ in range(5)]
    assert max(costs) <= 60, costs
    assert terminal.cost("tab") <= 400
