"""A line of a quote as it is typed: its fields read, its texts written back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlmodel import Session, col, select

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.quote_rates import usual_rate
from convisav_tui.shop.quote_totals import ONE, WHOLE
from convisav_tui.shop.quote_words import usual_text
from convisav_tui.shop.stock import parse_quantity, shown
from convisav_tui.shop.subcontractors import percent
from convisav_tui.store.models import (
    CircularOffer,
    Part,
    PartCondition,
    QuoteDraftLine,
    QuoteLineKind,
    RepairOrder,
)

# `part` is the id of a part of the catalogue; `billed` is ticked; `cost` is left out by who may not see it.
LINE_FIELDS = (
    "variant",
    "kind",
    "text",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "vat_rate",
    "billed",
    "part",
    "condition",
    "circular_offer",
    "circular_price",
    "cost",
)
_HOURS = re.compile(r"(\d{1,3})\s*(?::|h)\s*(\d{1,2})?", re.ASCII)


def line_values(
    session: Session, raw: Mapping[str, str], order: RepairOrder, shop: ShopContext, line: QuoteDraftLine | None
) -> dict[str, object]:
    """The columns of a line from what was typed; a field that is not in `raw` keeps what the line has, or the usual.
    Raises FieldErrors, a sentence a field."""
    assert order.id is not None
    typed = (texts_of(session, line, order.currency, cost=True) if line is not None else _new(session, order)) | {
        key: value for key, value in raw.items() if key in LINE_FIELDS
    }
    reader = FieldReader(typed)
    kind = reader.choice("kind", QuoteLineKind)
    if kind is None and "kind" not in reader.errors:
        reader.errors["kind"] = _("Choose one of the list")
    part = _part(session, reader)
    if kind is QuoteLineKind.PART and not reader.typed("text") and part is not None:
        typed["text"] = part.name
    if not reader.typed("text"):
        typed["text"] = usual_text(session, order, shop, kind)
    values: dict[str, object] = {
        "kind": kind or QuoteLineKind.OTHER,
        "variant": _variant(session, order.id, reader),
        "text": reader.line("text", 400),
        "quantity": _quantity(reader),
        "unit": reader.line("unit", 16),
        "part_id": part.id if part is not None else None,
        "billed": reader.ticked("billed"),
        "condition": reader.choice("condition", PartCondition) if kind is QuoteLineKind.PART else None,
        "circular_offer": reader.choice("circular_offer", CircularOffer) if kind is QuoteLineKind.PART else None,
    }
    if not reader.typed("text"):
        reader.errors["text"] = _("This is needed")
    values |= _sums(reader, order.currency)
    rate = reader.read("vat_rate", parse_percent)
    values["vat_rate"] = usual_rate(session, order, kind or QuoteLineKind.OTHER, shop) if rate is None else rate
    _check(values, reader)
    if reader.errors:
        raise FieldErrors(reader.errors)
    return values


def texts_of(session: Session, line: QuoteDraftLine, currency: str, *, cost: bool) -> dict[str, str]:
    """A line as it is typed."""
    texts = {
        "variant": line.variant,
        "kind": line.kind.value,
        "text": line.text,
        "quantity": shown(line.quantity),
        "unit": line.unit,
        "unit_price": plain_amount(line.unit_price, currency),
        "discount": percent(line.discount) if line.discount else "",
        "vat_rate": percent(line.vat_rate),
        "billed": "x" if line.billed else "",
        "part": str(line.part_id or ""),
        "condition": line.condition.value if line.condition else "",
        "circular_offer": line.circular_offer.value if line.circular_offer else "",
        "circular_price": "" if line.circular_price is None else plain_amount(line.circular_price, currency),
    }
    return texts | ({"cost": plain_amount(line.cost, currency)} if cost else {})


def parse_percent(typed: str) -> int:
    """Basis points from "20", "5,5" or "12.5 %". Raises ValueError with a sentence."""
    found = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?", typed.strip(), re.ASCII)
    points = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
    if not 0 <= points <= WHOLE:
        raise ValueError(_("A percentage, as 15 or 12.5"))
    return points


def parse_hours(typed: str) -> int:
    """Thousandths of an hour from "1:30", "1h30" or "1.5". Raises ValueError with a sentence."""
    found = _HOURS.fullmatch(typed.strip().lower())
    if found is None:
        return parse_quantity(typed)
    minutes = int(found[1]) * 60 + int(found[2] or 0)
    return (minutes * ONE + 30) // 60


def _new(session: Session, order: RepairOrder) -> dict[str, str]:
    return {"quantity": "1", "billed": "x"}


def _quantity(reader: FieldReader) -> int:
    hours = reader.typed("kind") == QuoteLineKind.LABOUR
    quantity = reader.read("quantity", parse_hours if hours else parse_quantity)
    if not quantity and "quantity" not in reader.errors:
        reader.errors["quantity"] = _("This is needed")
    return quantity or ONE


def _sums(reader: FieldReader, currency: str) -> dict[str, object]:
    price = reader.read("unit_price", lambda typed: parse_amount(typed, currency))
    offered = reader.read("circular_price", lambda typed: parse_amount(typed, currency))
    return {
        "unit_price": price or 0,
        "discount": reader.read("discount", parse_percent) or 0,
        "circular_price": offered,
        "cost": reader.read("cost", lambda typed: parse_amount(typed, currency)) or 0,
    }


def _check(values: Mapping[str, object], reader: FieldReader) -> None:
    """A discount says how much, a part in which condition it is, a used part that is offered at what price."""
    if values["kind"] is QuoteLineKind.DISCOUNT and not values["discount"] and not values["unit_price"]:
        reader.errors.setdefault("discount", _("A percentage, or an amount as unit price"))
    if values["kind"] is QuoteLineKind.PART and values["condition"] is None:
        reader.errors.setdefault("condition", _("Say what the part was before: new, reconditioned, used (FR-Q6)"))
    if values["circular_offer"] is CircularOffer.OFFERED and values["circular_price"] is None:
        reader.errors.setdefault("circular_price", _("The price of the used part is needed"))


def _part(session: Session, reader: FieldReader) -> Part | None:
    part_id = reader.row("part", _("Choose one of the list"))
    part = session.get(Part, part_id) if part_id is not None else None
    if part_id is not None and part is None:
        reader.errors["part"] = _("Choose one of the list")
    return part


def _variant(session: Session, order_id: int, reader: FieldReader) -> str:
    """One of the variants that there are; the first where none is named."""
    letters = session.exec(
        select(QuoteDraftLine.variant)
        .where(QuoteDraftLine.order_id == order_id)
        .distinct()
        .order_by(col(QuoteDraftLine.variant))
    ).all()
    typed = reader.typed("variant")
    if not typed:
        return letters[0] if letters else ""
    if typed not in letters:
        reader.errors["variant"] = _("Choose one of the list")
    return typed[:1]
