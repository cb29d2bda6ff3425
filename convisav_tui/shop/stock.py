"""Stock of parts by place: every piece that comes or goes is a movement, their sum is what lies there (C7).

Quantities are thousandths of a piece. A place is the code of a `StorageLocation`, "" is the shop's stock. What lies at
a place and what of it is promised change only here and in `needs`, in the transaction of the caller: two stations that
want the same last piece collide on the row of its level, and the second one finds nothing left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, select

from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _, babel_locale
from convisav_tui.shop.actor import Actor
from convisav_tui.store.models import Part, StockLevel, StockMovement, StockReason, StorageLocation

ONE = 1000  # thousandths in a piece
MOST = 1_000_000 * ONE


@dataclass(frozen=True)
class Booking:
    """Why pieces come or go, who says so, and the key that keeps it from being written down twice."""

    reason: StockReason
    actor: Actor
    key: str
    order_id: int | None = None
    supplier_order_line_id: int | None = None
    serial: str = ""
    note: str = ""


def shown(quantity: int) -> str:
    """Thousandths as people read them: "3", "2.5" with the decimal mark of the language."""
    text = f"{Decimal(quantity) / ONE:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if babel_locale().startswith("en") else text.replace(".", ",")


def parse_quantity(typed: str) -> int:
    """Thousandths from what is typed, "3" or "2.5". Raises ValueError with a sentence."""
    found = re.fullmatch(r"(\d{1,7})(?:[.,](\d{1,3}))?", typed.strip(), re.ASCII)
    quantity = int(found[1]) * ONE + int((found[2] or "").ljust(3, "0")) if found else -1
    if not 0 <= quantity <= MOST:
        raise ValueError(_("A quantity, as 3 or 2.5"))
    return quantity


def part_of(session: Session, part_id: int) -> Part:
    """The part. Raises NotFound."""
    part = session.get(Part, part_id)
    if part is None:
        raise NotFound(_("There is no such part."))
    return part


def levels_of(session: Session, part_id: int) -> list[StockLevel]:
    """Where a part lies, the shop's stock first."""
    rows = session.exec(select(StockLevel).where(StockLevel.part_id == part_id).order_by(col(StockLevel.place)))
    return list(rows)


def level_at(session: Session, part_id: int, place: str) -> StockLevel:
    """What lies of a part at a place; an empty level where none was before. Raises NotFound for an unknown place."""
    found = session.exec(select(StockLevel).where(StockLevel.part_id == part_id, StockLevel.place == place)).first()
    if found is not None:
        return found
    part_of(session, part_id)
    if place and session.exec(select(StorageLocation.id).where(StorageLocation.code == place)).first() is None:
        raise NotFound(_("There is no such place in this shop."), _("F10, places, shows those that there are."))
    level = StockLevel(part_id=part_id, place=place)
    session.add(level)
    session.flush()
    return level


def free(levels: Iterable[StockLevel]) -> int:
    """What is promised to nobody, thousandths."""
    return sum(level.quantity - level.reserved for level in levels)


def is_booked(session: Session, key: str) -> bool:
    """Whether something was written down under this key."""
    return session.exec(select(StockMovement.id).where(StockMovement.idempotency_key == key)).first() is not None


def book(session: Session, part_id: int, place: str, quantity: int, booking: Booking) -> StockMovement:
    """Write down that `quantity` came to a place, or left it (negative).

    Raises Refusal ("stock_suffices") when more would leave than is free there, NotFound."""
    level = level_at(session, part_id, place)
    if level.quantity + quantity < level.reserved:
        raise _too_few(session, part_id, place, level.quantity - level.reserved)
    level.quantity += quantity
    movement = StockMovement(
        part_id=part_id,
        place=place,
        quantity=quantity,
        reason=booking.reason,
        order_id=booking.order_id,
        supplier_order_line_id=booking.supplier_order_line_id,
        serial=booking.serial,
        note=booking.note,
        staff_id=booking.actor.staff_id,
        idempotency_key=booking.key,
    )
    session.add_all((level, movement))
    session.flush()
    return movement


def move(session: Session, part_id: int, source: str, target: str, quantity: int, actor: Actor, key: str) -> None:
    """Put free pieces of a part from one place to another; the same `key` again moves nothing.

    Raises Refusal when fewer are free at `source`, NotFound for an unknown place."""
    if is_booked(session, key):
        return
    if source == target or quantity <= 0:
        raise Refusal("moves_something", _("Nothing would move."))
    book(session, part_id, source, -quantity, Booking(StockReason.MOVED, actor, key, note=f"→ {target}"[:200]))
    book(session, part_id, target, quantity, Booking(StockReason.MOVED, actor, f"{key}:to", note=f"← {source}"[:200]))


def scrap(session: Session, part_id: int, place: str, quantity: int, note: str, actor: Actor, key: str) -> None:
    """Write free pieces off, with the reason in `note`; the same `key` again writes off nothing. Raises Refusal."""
    if is_booked(session, key):
        return
    if quantity <= 0:
        raise Refusal("moves_something", _("Nothing would move."))
    book(session, part_id, place, -quantity, Booking(StockReason.SCRAPPED, actor, key, note=note[:200]))


def _too_few(session: Session, part_id: int, place: str, left: int) -> Refusal:
    part = part_of(session, part_id)
    if place:
        sentence = _("Only {quantity} of {part} are free at {place}.")
        return Refusal("stock_suffices", sentence.format(quantity=shown(left), part=part.code, place=place))
    sentence = _("Only {quantity} of {part} are free in the stock.")
    return Refusal("stock_suffices", sentence.format(quantity=shown(left), part=part.code))
