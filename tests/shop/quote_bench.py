"""A quote being written, for the tests of the shop: lines as typed, and what they come to."""

from __future__ import annotations

import itertools

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.quote_lines import save_line
from convisav_tui.shop.quote_reading import DraftRow, draft_of
from convisav_tui.store.engine import Store
from tests.shop.counter import CLERK, SHOP

LABOUR = {"kind": "labour", "text": "Main-d'œuvre", "quantity": "1", "unit": "h", "unit_price": "60", "vat_rate": "20"}
PUMP = {
    "kind": "part",
    "text": "Pompe de vidange",
    "unit_price": "45",
    "vat_rate": "20",
    "condition": "new",
    "circular_offer": "not_in_time",
}
_keys = itertools.count(1)


def key() -> str:
    """A new idempotency key."""
    return f"quote-{next(_keys)}"


def line(store: Store, order_id: int, *, actor: Actor = CLERK, shop: ShopContext = SHOP, **raw: str) -> int:
    """A line with these fields; its id."""
    return store.write(lambda session: save_line(session, order_id, raw, shop, actor, key()))


def draft(store: Store, order_id: int, *, actor: Actor = CLERK, shop: ShopContext = SHOP) -> DraftRow:
    """The quote as it stands."""
    with store.read() as session:
        return draft_of(session, order_id, actor, shop)
