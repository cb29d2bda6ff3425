"""A quote being written as screens show it: lines with what they come to, sums, what is still to be answered (C5).

Amounts are minor units in the draft's basis (`prices_with_vat`), quantities thousandths, rates and discounts basis
points.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.circular import is_due
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.permissions import Permission, may
from convisav_tui.shop.quote_changes import price_is_due
from convisav_tui.shop.quote_lines import draft_row, lines_of, order_of, priced, usual_validity
from convisav_tui.shop.quote_rates import is_franchise, shows_vat
from convisav_tui.shop.quote_totals import ONE, Totals, half_up, totals_of
from convisav_tui.shop.quoting import is_covered
from convisav_tui.shop.stock import free, levels_of
from convisav_tui.store.models import (
    CircularOffer,
    Part,
    PartCondition,
    QuoteDraftLine,
    QuoteLineKind,
    RepairOrder,
    Staff,
)


@dataclass(frozen=True)
class LineRow:
    """A line as it is shown; `amount` is what it comes to. `cost` (of one, excl. VAT) is None for who may not see it,
    `free` is what lies in the stock for nobody, None where no part is named. `circular_due`: an answer to the offer of
    a used part is owed and missing (FR-P1). `price_due`: labour or a trip at 0 that nobody meant to give away."""

    id: int
    version: int
    variant: str
    position: int
    kind: QuoteLineKind
    text: str
    quantity: int
    unit: str
    unit_price: int
    discount: int
    vat_rate: int
    billed: bool
    amount: int
    cost: int | None
    part_id: int | None
    part_code: str
    free: int | None
    work_id: int | None
    condition: PartCondition | None
    circular_due: bool
    circular_offer: CircularOffer | None
    circular_price: int | None
    price_due: bool


@dataclass(frozen=True)
class VariantRow:
    """The lines of a variant ("" where there is only one) and their sums; cost and margin are None for who may not see
    them, the margin is what is left of the net amount."""

    letter: str
    lines: tuple[LineRow, ...]
    totals: Totals
    cost: int | None
    margin: int | None


@dataclass(frozen=True)
class DraftRow:
    """The quote as it would be issued now. `version` is 0 while nobody has begun it; `agreed` is what the customer
    agreed to beforehand (his cap), `changed_by` and `changed_at` who wrote in it last."""

    order_id: int
    number: str
    currency: str
    version: int
    prices_with_vat: bool
    franchise: bool
    text: str
    valid_until: date
    fee: int
    execution: str
    variants: tuple[VariantRow, ...]
    may_see_cost: bool
    agreed: int | None
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def lines(self) -> tuple[LineRow, ...]:
        """The lines of all variants."""
        return tuple(line for variant in self.variants for line in variant.lines)

    @property
    def letters(self) -> tuple[str, ...]:
        """The variants, () where there is only one."""
        return tuple(variant.letter for variant in self.variants if variant.letter)


def draft_of(session: Session, order_id: int, actor: Actor, shop: ShopContext) -> DraftRow:
    """The draft with its lines and sums; an empty one where nobody has begun. Raises NotFound. Changes nothing."""
    order, draft = order_of(session, order_id), draft_row(session, order_id)
    basis = draft.prices_with_vat if draft is not None else shows_vat(session, order)
    franchise = is_franchise(session, shop.today())
    sees = may(session, actor, Permission.SEE_COST)
    rows = lines_of(session, order_id)
    letters = sorted({row.variant for row in rows}) or [""]
    staff = session.get(Staff, draft.updated_by_id) if draft is not None and draft.updated_by_id else None
    return DraftRow(
        order_id=order_id,
        number=order.number,
        currency=order.currency,
        version=draft.version if draft is not None else 0,
        prices_with_vat=basis,
        franchise=franchise,
        text=draft.text if draft is not None else "",
        valid_until=(draft.valid_until if draft is not None else None) or usual_validity(session, shop),
        fee=draft.fee if draft is not None else 0,
        execution=draft.execution if draft is not None else "",
        variants=tuple(
            _variant(session, order, letter, [row for row in rows if row.variant == letter], shop, basis, sees)
            for letter in letters
        ),
        may_see_cost=sees,
        agreed=order.cap,
        changed_by=staff.name if staff is not None else "",
        changed_at=draft.updated_at if draft is not None else None,
    )


def _variant(
    session: Session,
    order: RepairOrder,
    letter: str,
    rows: list[QuoteDraftLine],
    shop: ShopContext,
    basis: bool,
    sees: bool,
) -> VariantRow:
    franchise = is_franchise(session, shop.today())
    totals = totals_of([priced(row) for row in rows], with_vat=basis, franchise=franchise)
    cost = sum(half_up(row.quantity * row.cost, ONE) for row in rows)
    return VariantRow(
        letter=letter,
        lines=tuple(
            _line(session, order, row, amount, shop, sees) for row, amount in zip(rows, totals.amounts, strict=True)
        ),
        totals=totals,
        cost=cost if sees else None,
        margin=totals.net - cost if sees else None,
    )


def _line(
    session: Session, order: RepairOrder, row: QuoteDraftLine, amount: int, shop: ShopContext, sees: bool
) -> LineRow:
    assert row.id is not None
    part = session.get(Part, row.part_id) if row.part_id is not None else None
    return LineRow(
        id=row.id,
        version=row.version,
        variant=row.variant,
        position=row.position,
        kind=row.kind,
        text=row.text,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=row.unit_price,
        discount=row.discount,
        vat_rate=row.vat_rate,
        billed=row.billed,
        amount=amount,
        cost=row.cost if sees else None,
        part_id=row.part_id,
        part_code=part.code if part is not None else "",
        free=free(levels_of(session, row.part_id)) if row.part_id is not None else None,
        work_id=row.work_id,
        condition=row.condition,
        circular_due=row.circular_offer is None and is_due(session, order, row, shop),
        circular_offer=row.circular_offer,
        circular_price=row.circular_price,
        price_due=not is_covered(order) and price_is_due(session, row),
    )
