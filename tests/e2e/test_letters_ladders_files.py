"""A registered letter posted at F6, a rung of a ladder moved, and a principal's file taken in: at a real keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.config import load
from convisav_tui.shop.context import shop_of
from convisav_tui.shop.notices import audiences
from convisav_tui.shop.outbox import enqueue_message
from convisav_tui.shop.planning import for_audience
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, MessageEvent, Party, RepairOrder
from tests.e2e.shop import Shop, running_shop
from tests.e2e.steps import Case, take_in
from tests.shop.principals import principal
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

FILE = (
    "Référence;Client;Téléphone;Type;Marque;Modèle;Panne\n"
    "D-1;Paul Petit;06 11 22 33 01;washing_machine;Miele;W1;ne vidange plus\n"
    "D-2;Anne Roux;06 11 22 33 02;washing_machine;Miele;W1;fuit\n"
)


@pytest.fixture
def stage(tmp_path: Path, shop_template: Path) -> Iterator[tuple[Shop, Terminal]]:
    with running_shop(tmp_path / "shop", shop_template) as shop:
        yield shop, shop.open()


def _owe_letter(shop: Shop) -> None:
    """The notice of eleven months, and a principal whose file comes."""
    store = Store(f"sqlite:///{shop.home / 'shop.db'}")
    context = shop_of(load(shop.home / "convisav.toml"))

    def write(session: Session) -> None:
        order = session.get_one(RepairOrder, 1)
        party = session.get_one(Party, order.party_id)
        party.street, party.postcode, party.city = "1 rue Haute", "75001", "Paris"
        session.flush()
        event = MessageEvent.UNCLAIMED_NOTICE
        (told,) = audiences(session, order, event)
        planned = for_audience(session, order, told, event, context, Channel.LETTER)
        enqueue_message(session, order, planned, cause=None, not_before=now(), shop=context, registered=True)

    store.write(write)
    principal(store)
    store.close()


def _menu(terminal: Terminal, action: str) -> None:
    terminal.press("f10")
    terminal.wait("Menu")
    terminal.type(action)
    terminal.press("enter")


def test_a_letter_a_ladder_and_a_file(stage: tuple[Shop, Terminal]) -> None:
    shop, terminal = stage
    take_in(terminal, Case())
    _owe_letter(shop)
    terminal.press("f6")
    terminal.wait("To post 1")
    terminal.press("tab", "tab", "tab", "tab")
    terminal.wait("unclaimed device notice")
    terminal.type("t")
    terminal.wait("Number of the registered letter:")
    terminal.type("1A 234 567")
    terminal.press("enter")
    terminal.wait("Written down: the letter was posted")
    assert shop.one("SELECT provider_id FROM message WHERE state = 'posted'") == "1A 234 567"
    wait_until(lambda: list((shop.home / "papers").glob("*.pdf")), 20, "the letter on paper")
    terminal.press("escape")
    _menu(terminal, "after how long who")
    terminal.wait("unanswered quote")
    terminal.press("enter")
    terminal.wait("Days")
    terminal.press("ctrl+u")
    terminal.type("5")
    terminal.press("ctrl+s")
    terminal.wait("Saved; the worker climbs it")
    rung = "SELECT after_days FROM reminder_step WHERE ladder = 'quote_unanswered' AND position = 1"
    assert shop.one(rung) == 5
    terminal.press("escape")
    path = shop.home / "darty.csv"
    path.write_text(FILE, encoding="utf-8")
    _menu(terminal, "devices from his file")
    terminal.wait("Import")
    terminal.type("darty")
    terminal.press("enter")
    terminal.type(str(path))
    terminal.press("ctrl+s")
    terminal.wait("Columns")
    terminal.press("ctrl+s")
    terminal.wait("2 ")
    terminal.press("ctrl+s")
    wait_until(lambda: shop.one("SELECT count(*) FROM imported_row") == 2, 20, "the orders of the file")
