"""Thin lines: what `--slow` spares, counted in bytes, and an intake over a line of 9600 baud."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest

from tests.commands.convisav import command, surroundings
from tests.e2e.shop import FIRST_SCREEN, Shop, taken_in
from tests.e2e.steps import Case, begin_intake, take_in, type_customer_and_device
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

RELAY = str(Path(__file__).with_name("thin_line.py"))
RATE = 960  # bytes a second of a line of 9600 baud
CASE = Case()


def _start(shop: Shop, *options: str, relay: bool = False, **more: str) -> Terminal:
    line = [sys.executable, RELAY, str(RATE)] if relay else []
    environ = surroundings(shop.home, **more)
    terminal = Terminal([*line, *command(), *options], environ=environ, folder=shop.home, ready=not relay)
    shop.terminals.append(terminal)
    return terminal


def _costs(terminal: Terminal) -> dict[str, int]:
    """Bytes of the first page (all that comes until the program is still), and of some keys."""
    terminal.wait(FIRST_SCREEN, 40)
    terminal.until(lambda: "Anna" in terminal.line(0), "the store", 40)
    terminal.quiet(0.5)
    costs = {"first page": terminal.received}
    for name, key in (("row", "down"), ("intake opened", "f2"), ("letter", "x"), ("next field", "tab")):
        if name == "next field":
            terminal.press("backspace")
            terminal.quiet()
        costs[name] = terminal.cost(key)
    costs["back on the board"] = terminal.cost("escape")
    terminal.press("1")
    terminal.quiet(0.5)
    before = terminal.received
    terminal.press("enter")
    terminal.wait("Order 26")
    terminal.quiet(0.5)
    costs["sheet opened"] = terminal.received - before
    return costs


def test_slow_sends_less_than_half(shop: Shop) -> None:
    first = shop.open()
    for index in range(6):
        take_in(first, Case(f"Customer {index}", "", f"c{index}@example.org", serial=f"S-{index}"))
    first.__exit__(None, None, None)
    usual, slow = _costs(_start(shop)), _costs(_start(shop, "--slow"))
    for name, count in usual.items():
        print(f"{name:18} {count:6} bytes, --slow {slow[name]:5}: {slow[name] / RATE:.2f} s at 9600 baud")
    for name in ("first page", "intake opened", "back on the board", "sheet opened"):
        assert slow[name] < usual[name] * 0.6, name
    assert slow["letter"] <= 60
    assert slow["next field"] <= 120
    assert slow["row"] <= usual["row"]
    assert max(slow["intake opened"], slow["back on the board"], slow["sheet opened"]) <= 2 * RATE
    for terminal in shop.terminals:
        assert terminal.screen.columns == 80


def test_slow_can_be_said_by_the_station_and_shows_no_decoration(shop: Shop) -> None:
    terminal = _start(shop, CONVISAV_SLOW="yes")
    terminal.wait(FIRST_SCREEN, 40)
    terminal.until(lambda: "Anna" in terminal.line(0), "the store", 40)
    terminal.quiet(0.5)
    text = terminal.text()
    assert "│" not in text and "─" not in text
    assert not any(character.isdigit() for character in terminal.line(0)), "no clock"
    assert "F1 Help" in terminal.line(23) and "F6" not in terminal.line(23)
    looks = {code for sgr in re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.raw)) for code in sgr.split(b";")}
    assert looks <= {b"0", b"1", b"7"}, "no colour"
    assert terminal.quiet(1.0) == 0


def test_an_intake_over_9600_baud(shop: Shop) -> None:
    terminal = _start(shop, "--slow", relay=True)
    terminal.wait(FIRST_SCREEN, 60)
    terminal.until(lambda: "Anna" in terminal.line(0), "the store", 60)
    terminal.quiet(0.5)
    begin_intake(terminal)
    terminal.quiet(0.3)
    echoes = [_echo(terminal, letter) for letter in "echoed"]
    print(f"echo of a letter: {min(echoes) * 1000:.0f} to {max(echoes) * 1000:.0f} ms")
    terminal.press("ctrl+u")
    terminal.quiet(0.3)
    type_customer_and_device(terminal, CASE)
    terminal.type(CASE.fault)
    terminal.press("ctrl+s")
    number = taken_in(terminal, 40)
    order = shop.order(number)
    assert order["reported_fault"] == CASE.fault
    assert shop.one("SELECT serial FROM device WHERE id = ?", order["device_id"]) == CASE.serial
    wait_until(lambda: number in shop.labels(), 20, "the label")


def test_what_is_typed_ahead_of_a_thin_line_lands_in_its_fields(shop: Shop) -> None:
    terminal = _start(shop, "--slow", relay=True)
    terminal.wait(FIRST_SCREEN, 60)
    texts = (CASE.name, CASE.phone, CASE.email, CASE.kind, CASE.brand, CASE.model, CASE.serial)
    terminal.send(terminal.key_bytes("f2") + "\r".join(texts).encode() + terminal.key_bytes("pagedown"))
    terminal.send(f"{CASE.fault}\x13")
    number = taken_in(terminal, 60)
    order = shop.order(number)
    assert order["reported_fault"] == CASE.fault
    assert shop.one("SELECT name FROM party WHERE id = ?", order["party_id"]) == CASE.name


def _echo(terminal: Terminal, letter: str) -> float:
    """Seconds from the key to the last byte of what it changed at the far end of the line."""
    before, began = terminal.received, time.monotonic()
    terminal.send(letter)
    terminal.until(lambda: terminal.received > before, "the echo")
    ended = time.monotonic()
    while terminal.read(0.2):
        ended = time.monotonic()
    # By bytes, not by the clock of a busy machine: a quarter of a second of this line.
    assert terminal.received - before <= RATE / 4, bytes(terminal.raw[-(terminal.received - before) :])
    return ended - began
