"""A shop in which every text is hostile, taken in as the counter does, with a quote each, its papers and messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext, shop_of
from convisav_tui.shop.intake import receive
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.shop.workflow import take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Staff
from tests.e2e.shop import Shop, make_template, running_shop
from tests.security.hostile import HOSTILE


@dataclass(frozen=True)
class Taken:
    """What became of one hostile text."""

    text: str
    order_id: int
    number: str
    email: str


@dataclass
class HostileShop:
    """The shop, its store opened in this process, and its orders by what is wrong with their texts."""

    shop: Shop
    store: Store
    context: ShopContext
    taken: dict[str, Taken]


@pytest.fixture(scope="module")  # one module writes into its shop what no intake would
def hostile_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileShop]:
    folder = tmp_path_factory.mktemp("hostile")
    make_template(folder / "template")
    with running_shop(folder / "shop", folder / "template") as shop:
        store = Store(shop.config.database.url)
        context = shop_of(shop.config)
        with store.read() as session:
            boss = session.exec(select(Staff).where(Staff.login == "anna")).one()
        actor = Actor(boss.id, boss.name, None, "counter 1", boss.role)
        taken = {
            name: _take_in(store, context, actor, text, f"k{index}")
            for index, (name, text) in enumerate(HOSTILE.items())
        }
        yield HostileShop(shop, store, context, taken)
        store.close()


def _take_in(store: Store, context: ShopContext, actor: Actor, text: str, key: str) -> Taken:
    email = f"{key}@example.org"
    fields = {
        "name": text[:100], "email": email, "phone": f"06 12 34 56 {10 + int(key[1:])}",
        "device_type": "washing_machine",
        "brand": text[:50], "model": text[:50], "serial": "12345678", "fault": text, "accessories": text[:300],
        "condition": text[:300], "quote_requested": "x", "quote_channel": "email", "ready_channel": "sms",
    }  # fmt: skip
    form = parse_intake(fields, context)
    received = store.write(lambda session: receive(session, form, actor, context, key))
    for number, (event, answers) in enumerate(
        {"request_quote": {}, "issue_quote": {"amount": "120", "text": text[:300], "valid_until": "21/12/2099"}}.items()
    ):
        step_key = f"{key}-{number}"
        store.write(
            lambda session, event=event, answers=answers, step_key=step_key: take_step(  # type: ignore[misc]
                session, received.order_id, event, answers, actor, context, step_key, None
            )
        )
    return Taken(text, received.order_id, received.number, email)


@pytest.fixture
def home(hostile_shop: HostileShop) -> Path:
    return hostile_shop.shop.home
