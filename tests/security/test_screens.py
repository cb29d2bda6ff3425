"""Hostile texts on every screen of a real terminal, as the counter cleans them and raw as another program wrote them:
the terminal shows them, and is told nothing by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import col, select

from convisav_tui.store.models import Device, Draft, Message, Party, RepairOrder
from tests.e2e.shop import shown
from tests.e2e.steps import open_by_scan
from tests.security.conftest import HostileShop
from tests.security.hostile import HOSTILE
from tests.terminal import Terminal

pytestmark = pytest.mark.e2e
# What the program itself sends: nothing that sets a title or the clipboard, no device control, no eight-bit control.
_FORBIDDEN = re.compile(rb"\x1b\]|\x1bP|\x1b_|\x1b\^|\x1bX|\x07|\xc2[\x80-\x9f]|\x1b\[2J.*OWNED")


@pytest.fixture(scope="module")
def terminal(hostile_shop: HostileShop) -> Iterator[Terminal]:
    """Ten rows were written raw by another program."""
    store = hostile_shop.store
    raw = [HOSTILE[name] for name in ("escape sequences", "controls of eight bits", "direction", "log line")]

    def smuggle(session: Any) -> None:
        for index, order in enumerate(session.exec(select(RepairOrder).order_by(col(RepairOrder.id).desc()).limit(10))):
            text = raw[index % len(raw)]
            party, device = session.get_one(Party, order.party_id), session.get_one(Device, order.device_id)
            party.name, device.brand, order.reported_fault = text[:100], text[:50], text
            order.accessories = order.note = text
            session.add_all([party, device, order])
        for message in session.exec(select(Message).limit(20)):
            message.body = message.subject = message.last_text = raw[0]
            session.add(message)
        session.add(Draft(key="raw", title=raw[0][:100], parked=True, station_name=raw[1], fields={"name": raw[0]}))

    store.write(smuggle)
    opened = hostile_shop.shop.open(columns=120, rows=40)
    yield opened
    opened.__exit__(None, None, None)


def _watched(terminal: Terminal, begin: int) -> None:
    sent = bytes(terminal.raw[begin:])
    found = _FORBIDDEN.search(sent)
    assert found is None, sent[max(0, found.start() - 60) : found.end() + 60] if found else b""


def test_markup_and_templates_are_shown_as_text(terminal: Terminal, hostile_shop: HostileShop) -> None:
    begin = len(terminal.raw)
    for wrong in ("markup", "template", "sql", "shell", "typst", "html", "json"):
        open_by_scan(terminal, hostile_shop.taken[wrong].number)
        terminal.wait(HOSTILE[wrong][:24])
        terminal.press("escape")
        terminal.wait("All open")
    _watched(terminal, begin)


@pytest.mark.parametrize("key", ["f3", "f4", "f5", "f6", "f7", "f10"])
def test_every_screen(key: str, terminal: Terminal) -> None:
    begin = len(terminal.raw)
    terminal.press(key)
    terminal.quiet(0.3)
    for _ in range(12):
        terminal.press("down")
    terminal.quiet(0.2)
    _watched(terminal, begin)
    assert "Traceback" not in terminal.text()
    terminal.press("escape")
    terminal.press("f3")
    terminal.wait("All open")


def test_the_sheet_and_the_customer_of_a_raw_order(terminal: Terminal, hostile_shop: HostileShop) -> None:
    last = list(hostile_shop.taken.values())[-4:]
    begin = len(terminal.raw)
    for taken in last:
        open_by_scan(terminal, taken.number)
        terminal.press("f9")
        terminal.quiet(0.3)
        terminal.press("escape", "escape")
        terminal.wait("All open")
        assert shown(taken.number)
    _watched(terminal, begin)
    assert not list(hostile_shop.shop.home.rglob("OWNED*"))


def test_what_is_typed_and_searched(terminal: Terminal) -> None:
    begin = len(terminal.raw)
    for wrong in ("sql", "template", "markup", "formula"):
        terminal.press("f3")
        terminal.type(HOSTILE[wrong][:30])
        terminal.quiet(0.3)
        assert "Traceback" not in terminal.text()
        terminal.press("escape")
    terminal.press("f3")
    terminal.wait("All open")
    _watched(terminal, begin)
