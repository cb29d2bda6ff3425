"""kill -9 of the program, and often of its worker, 25 times in the middle of intakes: nothing acknowledged is lost."""

from __future__ import annotations

import collections
import contextlib
import re
import signal
import time

import pytest

from convisav_tui.store.engine import sqlite_driver
from tests.e2e.shop import Shop, shown, taken_in
from tests.e2e.steps import Case, take_in
from tests.terminal import NotShown, Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

KILLS = 25
# Seconds from Ctrl+S to the kill: before, in the middle of, and after the commit.
MOMENTS = [0.0, 0.02, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 0.8, 1.2]
DONE = {"sent", "needs_attention"}
CARRIED_OUT = 60
# The program comes as installed in every so many turns, else from a process with its imports behind it.
INSTALLED = 5


def _typed(terminal: Terminal, label: str, fault: str) -> bytes:
    """An intake from an old label, all of its keys."""
    keys = (terminal.key_bytes("f2"), f"{label}\r".encode(), fault.encode(), terminal.key_bytes("ctrl+s"))
    return b"".join(keys)


def _killed_during_an_intake(shop: Shop, label: str, turn: int) -> str:
    """One acknowledged intake, then one more that is killed at its moment. The number that the screen had said."""
    terminal = shop.open(wait=False, installed=turn % INSTALLED == 0)
    terminal.wait("All open", 40)  # before it is there, Ctrl+S would be the line's own
    terminal.send(_typed(terminal, label, f"fault {turn} acknowledged"))
    number = taken_in(terminal, 40)
    terminal.send(_typed(terminal, label, f"fault {turn} killed"))
    _watch(terminal, f"fault {turn} killed")
    until = time.monotonic() + MOMENTS[turn % len(MOMENTS)]
    while time.monotonic() < until:
        terminal.read(0.005)
    terminal.signal(signal.SIGKILL)
    if turn % 4 == 0:
        shop.kill_worker()
        _leases_run_out(shop)
    assert terminal.wait_end(10) == -signal.SIGKILL
    terminal.__exit__(None, None, None)
    return number


def _leases_run_out(shop: Shop) -> None:
    """As 45 seconds later: what the dead worker had at the printer is free, and so is what waited behind it."""
    connection = sqlite_driver().connect(shop.home / "shop.db", timeout=10)
    with contextlib.closing(connection), connection:
        connection.execute("UPDATE print_job SET lease_until = created_at WHERE state = 'sending'")


def _watch(terminal: Terminal, fault: str) -> None:
    """Until the second intake is on its way: its form, or what came of it, is on screen."""
    try:
        terminal.until(lambda: fault in terminal.text(), "the second intake", 2)
    except NotShown:
        return


def test_nothing_acknowledged_is_lost_by_kill_9(shop: Shop) -> None:
    shop.sms.pause = 0.1
    first = take_in(shop.open(), Case())
    acknowledged = [first, *(_killed_during_an_intake(shop, first, turn) for turn in range(KILLS))]
    assert len(set(acknowledged)) == KILLS + 1
    shop.open()  # who opens the shop finds it working: what was due is carried out
    wait_until(lambda: not shop.rows("SELECT 1 FROM print_job WHERE state = 'queued'"), CARRIED_OUT, "the papers")
    wait_until(lambda: not shop.rows("SELECT 1 FROM message WHERE state = 'queued'"), CARRIED_OUT, "the messages")
    _orders_are_whole(shop, acknowledged)
    _papers_are_honest(shop)
    _nobody_was_told_twice(shop)


def _orders_are_whole(shop: Shop, acknowledged: list[str]) -> None:
    orders = {order["number"]: order for order in shop.orders()}
    assert set(acknowledged) <= set(orders), "a number that was on screen is not in the database"
    faults = collections.Counter(order["reported_fault"] for order in orders.values())
    assert set(faults.values()) == {1}, "one intake became two orders"
    in_between = len(orders) - len(acknowledged)
    print(f"{len(acknowledged)} acknowledged, {in_between} of {KILLS} killed intakes were committed")
    assert all(re.fullmatch(r"fault \d+ killed", orders[n]["reported_fault"]) for n in set(orders) - set(acknowledged))
    for number in orders:
        assert [event["transition"] for event in shop.events(number)] == ["T01"], number
        assert [job["kind"] for job in shop.jobs(number)] == ["label", "receipt"], number
        assert [message["event"] for message in shop.messages(number)] == ["intake"], number
    counters = sorted(int(number[2:9]) for number in orders)
    assert counters == list(range(1, len(orders) + 1)), "a gap in the numbers"
    assert shop.one("PRAGMA integrity_check") == "ok"


def _papers_are_honest(shop: Shop) -> None:
    """Every paper belongs to an order, and none came twice; one that may be missing asks for a person."""
    orders = {order["number"] for order in shop.orders()}
    for kind, came in (("label", shop.labels()), ("receipt", shop.receipts())):
        counted = collections.Counter(came)
        assert set(counted) <= orders and set(counted.values()) == {1}, kind
        for number in orders:
            (job,) = (job for job in shop.jobs(number) if job["kind"] == kind)
            assert job["state"] in (*DONE, "sending"), (number, job["state"])
            assert job["state"] != "sent" or counted[number] == 1, f"{kind} of {number}"


def _nobody_was_told_twice(shop: Shop) -> None:
    numbers = [order["number"] for order in shop.orders()]
    texts = [sms["message"] for sms in shop.sms.sent]
    for number in numbers:
        (message,) = shop.messages(number)
        told = sum(shown(number) in text for text in texts)
        assert told <= 1, f"{number} was told {told} times"
        assert told == 1 or message["state"] != "sent", number
        assert message["state"] in ("sent", "leased", "unknown"), (number, message["state"])
    assert all(any(shown(number) in text for number in numbers) for text in texts), "an SMS about nothing"
