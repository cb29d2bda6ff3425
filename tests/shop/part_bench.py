"""Parts, suppliers and what an order needs, for the tests of the shop and its screens."""

from __future__ import annotations

import itertools

from sqlmodel import Session, select

from convisav_tui.shop import needs
from convisav_tui.shop.arrivals import receive_part
from convisav_tui.shop.parts import save_part
from convisav_tui.shop.stock import ONE
from convisav_tui.shop.suppliers import save_supplier
from convisav_tui.store.engine import Store
from convisav_tui.store.models import PartNeed, StockLevel, StockMovement
from tests.shop.counter import CLERK, SHOP

PART = {
    "code": "PUMP-1",
    "name": "Pompe de vidange",
    "ean": "4006381333931",
    "brand": "Miele",
    "condition": "new",
    "cost": "18,50",
    "price": "39,90",
    "vat_rate": "20",
    "reorder_level": "",
    "supplier": "",
    "reference": "",
    "tracks_serials": "",
    "active": "x",
    "note": "",
}
SUPPLIER = {
    "name": "Pièces Express",
    "phone": "01 40 00 00 09",
    "email": "commandes@pieces.example",
    "street": "9 rue du Stock",
    "postcode": "69001",
    "city": "Lyon",
    "language": "fr",
    "active": "x",
    "customer_number": "C-77",
    "delivery_days": "4",
    "note": "",
}
_keys = itertools.count(1)


def part(store: Store, **values: str) -> int:
    """A part with these values; its id."""
    return store.write(lambda session: save_part(session, PART | values, SHOP, CLERK).id or 0)


def supplier(store: Store, **values: str) -> int:
    """A supplier with these values; the id of his party."""
    return store.write(lambda session: save_supplier(session, SUPPLIER | values, SHOP, CLERK).id or 0)


def receive(store: Store, part_id: int, pieces: int = 1, place: str = "") -> None:
    """Pieces of a part come in."""
    key = f"receive-{next(_keys)}"
    store.write(lambda session: receive_part(session, part_id, pieces * ONE, CLERK, SHOP, key, place=place))


def need(store: Store, order_id: int, part_id: int, pieces: int = 1, *, blocking: bool = True) -> int:
    """An order asks for a part; the id of the need."""
    key = f"need-{next(_keys)}"
    return store.write(
        lambda session: needs.add_need(session, order_id, part_id, pieces * ONE, CLERK, key, blocking=blocking).id or 0
    )


def need_of(store: Store, need_id: int) -> PartNeed:
    """The need as it is committed."""
    with store.read() as session:
        return session.get_one(PartNeed, need_id)


def stock_of(store: Store, part_id: int) -> tuple[int, int]:
    """Whole pieces of a part, and how many of them are promised."""
    with store.read() as session:
        levels = session.exec(select(StockLevel).where(StockLevel.part_id == part_id)).all()
    return sum(level.quantity for level in levels) // ONE, sum(level.reserved for level in levels) // ONE


def check_stock(session: Session) -> None:
    """What must hold of every stock: the sum of the movements lies there, and all that is promised is needed."""
    for level in session.exec(select(StockLevel)):
        moved = session.exec(
            select(StockMovement).where(StockMovement.part_id == level.part_id, StockMovement.place == level.place)
        )
        assert level.quantity == sum(movement.quantity for movement in moved), f"level {level.id}"
        promised = session.exec(
            select(PartNeed).where(PartNeed.part_id == level.part_id, PartNeed.place == level.place)
        )
        assert level.reserved == sum(need.reserved for need in promised), f"level {level.id}"
        assert 0 <= level.reserved <= level.quantity
