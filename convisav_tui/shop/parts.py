"""The catalogue of spare parts: made and changed at the counter, found by name, code, EAN or a supplier's reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, func, or_, select

from convisav_tui.errors import Conflict, FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.circular_choice import CircularDuty, choose_duty, duty_of
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.permissions import Permission, asks, may, require
from convisav_tui.shop.stock import parse_quantity, shown
from convisav_tui.shop.subcontractors import percent
from convisav_tui.store.models import Part, PartCondition, Party, StockLevel, SupplierPart
from convisav_tui.text import fold

PART_FIELDS = (
    "code",
    "name",
    "ean",
    "brand",
    "condition",
    "circular",
    "price",
    "vat_rate",
    "reorder_level",
    "supplier",
    "reference",
    "tracks_serials",
    "active",
    "note",
)
MOST_ROWS = 500
_CODE = re.compile(r"[A-Z0-9][A-Z0-9./_-]{0,39}")
_EAN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True)
class PartRow:
    """A part as lists show it; amounts in minor units, quantities in thousandths."""

    id: int
    version: int
    code: str
    name: str
    ean: str
    brand: str
    condition: str
    cost: int
    price: int
    reorder_level: int
    tracks_serials: bool
    active: bool
    quantity: int
    reserved: int

    @property
    def free(self) -> int:
        """What is promised to no order."""
        return self.quantity - self.reserved

    @property
    def is_low(self) -> bool:
        """Whether less than its reorder level is free."""
        return self.active and self.free < self.reorder_level


def part_rows(session: Session, search: str = "", *, only_active: bool = False) -> list[PartRow]:
    """Parts by code, those in use first; `search`: words of code, name and brand, or the begin of an EAN."""
    levels = (
        select(
            StockLevel.part_id,
            func.sum(StockLevel.quantity).label("quantity"),
            func.sum(StockLevel.reserved).label("reserved"),
        )
        .group_by(col(StockLevel.part_id))
        .subquery()
    )
    rows = select(Part, func.coalesce(levels.c.quantity, 0), func.coalesce(levels.c.reserved, 0)).outerjoin(
        levels, levels.c.part_id == col(Part.id)
    )
    if only_active:
        rows = rows.where(col(Part.active))
    for word in fold(search).split():
        rows = rows.where(or_(col(Part.name_key).contains(word, autoescape=True), col(Part.ean).startswith(word)))
    rows = rows.order_by(col(Part.active).desc(), col(Part.code)).limit(MOST_ROWS)
    return [_row(part, int(quantity), int(reserved)) for part, quantity, reserved in session.exec(rows)]


def part_row(session: Session, part_id: int) -> PartRow:
    """One part with its stock. Raises NotFound."""
    part = session.get(Part, part_id)
    if part is None:
        raise NotFound(_("There is no such part."))
    sums = select(
        func.coalesce(func.sum(StockLevel.quantity), 0), func.coalesce(func.sum(StockLevel.reserved), 0)
    ).where(StockLevel.part_id == part_id)
    quantity, reserved = session.exec(sums).one()
    return _row(part, int(quantity), int(reserved))


def scanned_part(session: Session, text: str) -> Part | None:
    """The part that a scan or a typed code names: the shop's code, its EAN, a supplier's reference; those in use
    first. None when nothing or more than one part has it."""
    typed = "".join(text.split())
    if not typed:
        return None
    wanted = or_(func.upper(Part.code) == typed.upper(), Part.ean == typed, col(Part.ean) == typed.lstrip("0"))
    found = session.exec(select(Part).where(wanted).order_by(col(Part.active).desc(), col(Part.id))).all()
    if not found:
        references = select(SupplierPart.part_id).where(func.upper(SupplierPart.reference) == typed.upper())
        found = session.exec(select(Part).where(col(Part.id).in_(references)).order_by(col(Part.active).desc())).all()
        if len(found) > 1:
            return None
    return found[0] if found else None


def preferred_supplier(session: Session, part_id: int) -> SupplierPart | None:
    """From whom the part is ordered: the supplier chosen for it, else the first who sells it."""
    rows = select(SupplierPart).where(SupplierPart.part_id == part_id)
    return session.exec(rows.order_by(col(SupplierPart.preferred).desc(), col(SupplierPart.id))).first()


@asks(Permission.SEE_COST)
def save_part(
    session: Session,
    raw: Mapping[str, str],
    shop: ShopContext,
    actor: Actor,
    *,
    part_id: int | None = None,
    expected_version: int | None = None,
) -> Part:
    """Write a part as typed (PART_FIELDS; supplier is the id of a party; cost only by who may see it); a new one
    without `part_id`. Raises FieldErrors, NotFound, Conflict, Refusal by permission."""
    if "cost" in raw:
        require(session, actor, Permission.SEE_COST)
    part = session.get(Part, part_id) if part_id is not None else Part(code="?", name="?", name_key="")
    if part is None:
        raise NotFound(_("There is no such part."))
    if expected_version is not None and part.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    values, supplier_id, reference = _values(session, raw, shop, part)
    duty = values.pop("circular")
    for key, value in values.items():
        setattr(part, key, value)
    part.name_key = fold(f"{part.code} {part.name} {part.brand}")[:160]
    session.add(part)
    session.flush()
    choose_duty(session, part.id or 0, duty if isinstance(duty, CircularDuty) else None)
    if supplier_id is not None and reference:
        _sold_by(session, part, supplier_id, reference)
    return part


def part_texts(session: Session, part_id: int, shop: ShopContext, actor: Actor) -> dict[str, str]:
    """The part as `save_part` reads it; its cost only for who may see it."""
    part = session.get_one(Part, part_id)
    sold = preferred_supplier(session, part_id)
    texts = {key: str(getattr(part, key)) for key in ("code", "name", "ean", "brand", "note")}
    texts |= {key: "x" if getattr(part, key) else "" for key in ("tracks_serials", "active")}
    texts |= {
        "condition": part.condition.value,
        "circular": duty_of(session, part_id) or "",
        "price": plain_amount(part.price, shop.currency),
        "vat_rate": percent(part.vat_rate),
        "reorder_level": shown(part.reorder_level) if part.reorder_level else "",
        "supplier": str(sold.supplier_id) if sold else "",
        "reference": sold.reference if sold else "",
    }
    if may(session, actor, Permission.SEE_COST):
        texts["cost"] = plain_amount(part.cost, shop.currency)
    return texts


def is_ean(text: str) -> bool:
    """Whether these are the digits of an EAN or UPC with the right check digit."""
    if not (text.isascii() and text.isdigit() and len(text) in _EAN_LENGTHS):
        return False
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighed % 10 == 0


def _values(
    session: Session, raw: Mapping[str, str], shop: ShopContext, part: Part
) -> tuple[dict[str, object], int | None, str]:
    reader = FieldReader(raw)
    code = reader.typed("code").upper()
    if not _CODE.fullmatch(code):
        reader.errors["code"] = _("Letters, digits and dashes, as A1-03")
    elif session.exec(select(Part.id).where(Part.code == code, Part.id != (part.id or 0))).first() is not None:
        reader.errors["code"] = _("Another part has this code")
    values: dict[str, object] = {"code": code, "name": reader.line("name", 120), "brand": reader.line("brand", 80)}
    if not reader.typed("name"):
        reader.errors["name"] = _("This is needed")
    values["ean"] = reader.read("ean", _ean) or ""
    values["condition"] = reader.choice("condition", PartCondition) or PartCondition.NEW
    values["circular"] = reader.choice("circular", CircularDuty)
    for key in ("price", *(("cost",) if "cost" in raw else ())):
        values[key] = reader.read(key, lambda typed: parse_amount(typed, shop.currency)) or 0
    rate = reader.read("vat_rate", _rate)
    values["vat_rate"] = 2000 if rate is None else rate
    values["reorder_level"] = reader.read("reorder_level", parse_quantity) or 0
    values |= {key: reader.ticked(key) for key in ("tracks_serials", "active")}
    values["note"] = reader.text("note", 400)
    supplier_id, reference = _supplier(session, reader, code)
    if supplier_id is not None and not reader.errors:
        _refuse_taken(session, part, supplier_id, reference, reader)
    if reader.errors:
        raise FieldErrors(reader.errors)
    return values, supplier_id, reference


def _supplier(session: Session, reader: FieldReader, code: str) -> tuple[int | None, str]:
    supplier_id = reader.row("supplier", _("Choose one of the list"))
    if supplier_id is not None and session.get(Party, supplier_id) is None:
        reader.errors["supplier"] = _("Choose one of the list")
    return supplier_id, reader.line("reference", 60) or code


def _refuse_taken(session: Session, part: Part, supplier_id: int, reference: str, reader: FieldReader) -> None:
    taken = select(SupplierPart.id).where(
        SupplierPart.supplier_id == supplier_id,
        SupplierPart.reference == reference,
        SupplierPart.part_id != (part.id or 0),
    )
    if session.exec(taken).first() is not None:
        reader.errors["reference"] = _("Another part has this reference")


def _sold_by(session: Session, part: Part, supplier_id: int, reference: str) -> None:
    """This supplier is preferred from now on, under this reference."""
    assert part.id is not None
    rows = session.exec(select(SupplierPart).where(SupplierPart.part_id == part.id)).all()
    ours = next((row for row in rows if row.supplier_id == supplier_id), None)
    ours = ours or SupplierPart(part_id=part.id, supplier_id=supplier_id, reference=reference)
    ours.reference, ours.cost, ours.preferred = reference, part.cost, True
    for row in rows:
        if row is not ours and row.preferred:
            row.preferred = False
            session.add(row)
    session.add(ours)
    session.flush()


def _row(part: Part, quantity: int, reserved: int) -> PartRow:
    assert part.id is not None
    return PartRow(
        id=part.id,
        version=part.version,
        code=part.code,
        name=part.name,
        ean=part.ean,
        brand=part.brand,
        condition=part.condition.value,
        cost=part.cost,
        price=part.price,
        reorder_level=part.reorder_level,
        tracks_serials=part.tracks_serials,
        active=part.active,
        quantity=quantity,
        reserved=reserved,
    )


def _ean(typed: str) -> str:
    digits = "".join(typed.split())
    if not is_ean(digits):
        raise ValueError(_("These are not the digits of an EAN"))
    return digits


def _rate(typed: str) -> int:
    found = re.fullmatch(r"(\d{1,2})(?:[.,](\d{1,2}))?\s*%?", typed, re.ASCII)
    if not found:
        raise ValueError(_("A percentage, as 15 or 12.5"))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
