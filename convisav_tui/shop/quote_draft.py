"""Beginning a quote and filling it: from the diagnosis, the catalogue, the works and the time (C5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, select

from convisav_tui.errors import NotFound
from convisav_tui.i18n import _, mark, translate
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.checklists import proposed_works, worded
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.mandate import listed_price
from convisav_tui.shop.needs import OPEN, needs_of
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.principal_prices import flat_price, price_list
from convisav_tui.shop.principals import terms_of
from convisav_tui.shop.quote_changes import PRICED_BY, done_before
from convisav_tui.shop.quote_lines import (
    add_line,
    begin_draft,
    draft_row,
    lines_of,
    order_of,
)
from convisav_tui.shop.quote_rates import LABOUR_COST, amount_setting, device_type, usual_rate
from convisav_tui.shop.quote_totals import ONE, half_up, without_vat
from convisav_tui.shop.quote_words import language_of_reader, usual_text
from convisav_tui.shop.quoting import current_quote, lines_of_quote
from convisav_tui.shop.stock import part_of
from convisav_tui.store.models import (
    Part,
    PredefinedWork,
    Quote,
    QuoteDraftLine,
    QuoteLine,
    QuoteLineKind,
    RepairOrder,
)
from convisav_tui.text import fold

_COPIED = (
    "kind",
    "text",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "vat_rate",
    "billed",
    "cost",
    "part_id",
    "work_id",
    "condition",
    "circular_offer",
    "circular_price",
)


@dataclass(frozen=True)
class _Writing:
    """Who writes in whose draft."""

    session: Session
    order: RepairOrder
    shop: ShopContext
    actor: Actor
    with_vat: bool

    def price(self, with_vat: int, rate: int) -> int:
        """A price that is kept with VAT, in the draft's basis."""
        return with_vat if self.with_vat else without_vat(with_vat, rate)

    @property
    def language(self) -> str:
        """That of who reads the quote."""
        return language_of_reader(self.session, self.order, self.shop)

    @property
    def discount(self) -> int:
        """What the principal gets off the shop's prices, basis points."""
        terms = terms_of(self.session, self.order.principal_id)
        return terms.discount if terms is not None else 0


@asks(Permission.MOVE_ORDER)
def open_draft(session: Session, order_id: int, actor: Actor, shop: ShopContext, key: str) -> int:
    """Begin the quote when nobody has: with the lines of the last version, else with what the diagnosis proposes
    (`fill_from_diagnosis`). How many lines it has now. Raises NotFound, Refusal by permission."""
    require(session, actor, Permission.MOVE_ORDER)
    if draft_row(session, order_id) is None:
        order, last = order_of(session, order_id), current_quote(session, order_id)
        begin_draft(session, order, shop, actor)
        if last is not None:
            take_up(session, order, last, shop, actor, key)
        else:
            fill_from_diagnosis(session, order_id, actor, shop, key)
    return len(lines_of(session, order_id))


@asks(Permission.MOVE_ORDER)
def fill_from_diagnosis(
    session: Session, order_id: int, actor: Actor, shop: ShopContext, key: str, variant: str = ""
) -> int:
    """Add what is not there yet: the works that the ticked faults propose, the parts that the order needs; under a
    principal the price of his list in their place, where he has one for this device. How many lines were added."""
    require(session, actor, Permission.MOVE_ORDER)
    if done_before(session, order_id, key) is not None:
        return 0
    at = _writing(session, order_id, shop, actor)
    there = lines_of(session, order_id)
    before = len(there)
    if not _fill_from_list(at, there, variant, key):
        works, parts = {row.work_id for row in there}, {row.part_id for row in there}
        for proposed in proposed_works(session, order_id, at.language):
            work = session.exec(select(PredefinedWork).where(PredefinedWork.code == proposed.code)).one()
            if proposed.chosen and work.id not in works:
                _add_work(at, work, variant, f"{key}:w{work.id}")
        for need in needs_of(session, order_id):
            if need.state in OPEN and need.part_id not in parts:
                _add_part(at, part_of(session, need.part_id), need.quantity, variant, f"{key}:p{need.id}")
    return len(lines_of(session, order_id)) - before


@asks(Permission.MOVE_ORDER)
def add_part(
    session: Session,
    order_id: int,
    part_id: int,
    actor: Actor,
    shop: ShopContext,
    key: str,
    quantity: int = ONE,
    variant: str = "",
) -> int:
    """A part of the catalogue with its condition, price and VAT rate; the id of the line. Raises NotFound."""
    return _once(
        session,
        order_id,
        actor,
        shop,
        key,
        lambda at: _add_part(at, part_of(session, part_id), quantity, variant, key),
    )


@asks(Permission.MOVE_ORDER)
def add_work(
    session: Session, order_id: int, code: str, actor: Actor, shop: ShopContext, key: str, variant: str = ""
) -> int:
    """A predefined work by its code; the id of the line. Raises NotFound."""

    def add(at: _Writing) -> int:
        work = session.exec(select(PredefinedWork).where(PredefinedWork.code == code)).first()
        if work is None:
            raise NotFound(_("There is no such work."))
        return _add_work(at, work, variant, key)

    return _once(session, order_id, actor, shop, key, add)


@asks(Permission.MOVE_ORDER)
def add_labour(
    session: Session, order_id: int, minutes: int, actor: Actor, shop: ShopContext, key: str, variant: str = ""
) -> int:
    """Labour by time at the shop's price of an hour (setting `labour_price`); the id of the line."""
    hours = half_up(minutes * ONE, 60)
    return _once(
        session,
        order_id,
        actor,
        shop,
        key,
        lambda at: _add_usual(at, QuoteLineKind.LABOUR, hours, variant, key, unit="h", cost=LABOUR_COST),
    )


@asks(Permission.MOVE_ORDER)
def add_travel(
    session: Session, order_id: int, trips: int, actor: Actor, shop: ShopContext, key: str, variant: str = ""
) -> int:
    """Trips (thousandths) at the shop's price of one (setting `travel_price`); the id of the line."""
    return _once(
        session,
        order_id,
        actor,
        shop,
        key,
        lambda at: _add_usual(at, QuoteLineKind.TRAVEL, trips, variant, key),
    )


def take_up(
    session: Session, order: RepairOrder, quote: Quote, shop: ShopContext, actor: Actor, key: str
) -> list[QuoteDraftLine]:
    """Make the lines of an issued version (of all its variants) those of the draft, where it has none."""
    assert order.id is not None
    draft = begin_draft(session, order, shop, actor)
    if lines_of(session, order.id):
        return []
    offered = session.exec(select(Quote).where(Quote.order_id == order.id, Quote.offer == (quote.offer or -1))).all()
    draft.prices_with_vat, draft.execution = quote.prices_with_vat, quote.execution
    session.add(draft)
    copies = [
        copy_line(session, line, order.id, version.variant, line.position)
        for version in offered or [quote]
        for line in lines_of_quote(session, version)
    ]
    session.flush()
    return copies


def copy_line(
    session: Session, line: QuoteDraftLine | QuoteLine, order_id: int, variant: str, position: int
) -> QuoteDraftLine:
    """The same line in a draft, under that letter and place."""
    values = {name: getattr(line, name) for name in _COPIED}
    row = QuoteDraftLine.model_validate(values | {"order_id": order_id, "variant": variant, "position": position})
    session.add(row)
    return row


def _fill_from_list(at: _Writing, there: list[QuoteDraftLine], variant: str, key: str) -> bool:
    """The one price that the principal's list has for this device, as it was agreed at intake."""
    listed = listed_price(at.session, at.order)
    if listed is None or at.order.principal_id is None:
        return False
    row = flat_price(at.session, at.order.principal_id, device_type(at.session, at.order).id or 0)
    text = row.label if row is not None else translate(mark("Flat price"), at.language)
    if not any(line.text == text for line in there):
        rate = usual_rate(at.session, at.order, QuoteLineKind.WORK, at.shop)
        add_line(
            at.session,
            at.order,
            at.shop,
            at.actor,
            key,
            variant=_letter(at.session, at.order.id or 0, variant),
            kind=QuoteLineKind.WORK,
            text=text,
            unit_price=at.price(listed, rate),
            vat_rate=rate,
        )
    return True


def _add_work(at: _Writing, work: PredefinedWork, variant: str, key: str) -> int:
    """At the price of the principal's list where it names this work, else at the shop's less his discount."""
    rate = usual_rate(at.session, at.order, QuoteLineKind.WORK, at.shop, work.vat_rate)
    names = {fold(name) for name in work.names.values()}
    prices = price_list(at.session, at.order.principal_id) if at.order.principal_id is not None else ()
    listed = next((row.amount for row in prices if fold(row.label) in names), None)
    return add_line(
        at.session,
        at.order,
        at.shop,
        at.actor,
        key,
        variant=_letter(at.session, at.order.id or 0, variant),
        kind=QuoteLineKind.WORK,
        text=worded(work.names, at.language) or work.code,
        unit_price=at.price(work.price if listed is None else listed, rate),
        discount=at.discount if listed is None else 0,
        vat_rate=rate,
        cost=work.cost,
        work_id=work.id,
    )


def _add_part(at: _Writing, part: Part, quantity: int, variant: str, key: str) -> int:
    rate = usual_rate(at.session, at.order, QuoteLineKind.PART, at.shop, part.vat_rate)
    return add_line(
        at.session,
        at.order,
        at.shop,
        at.actor,
        key,
        variant=_letter(at.session, at.order.id or 0, variant),
        kind=QuoteLineKind.PART,
        text=" ".join(word for word in (part.name, part.brand) if word),
        quantity=quantity,
        unit_price=at.price(part.price, rate),
        discount=at.discount,
        vat_rate=rate,
        cost=part.cost,
        part_id=part.id,
        condition=part.condition,
    )


def _add_usual(
    at: _Writing, kind: QuoteLineKind, quantity: int, variant: str, key: str, *, unit: str = "", cost: str = ""
) -> int:
    """A line at the price that the shop chose for all of its kind, with its cost where there is a setting of it."""
    rate = usual_rate(at.session, at.order, kind, at.shop)
    return add_line(
        at.session,
        at.order,
        at.shop,
        at.actor,
        key,
        variant=_letter(at.session, at.order.id or 0, variant),
        kind=kind,
        text=usual_text(at.session, at.order, at.shop, kind),
        quantity=quantity,
        unit=unit,
        unit_price=at.price(amount_setting(at.session, PRICED_BY[kind]), rate),
        cost=amount_setting(at.session, cost) if cost else 0,
        discount=at.discount,
        vat_rate=rate,
    )


def _once(
    session: Session,
    order_id: int,
    actor: Actor,
    shop: ShopContext,
    key: str,
    add: Callable[[_Writing], int],
) -> int:
    """The id of the line that `add` makes, or that the same key made before. Raises Refusal by permission."""
    require(session, actor, Permission.MOVE_ORDER)
    done = done_before(session, order_id, key)
    return add(_writing(session, order_id, shop, actor)) if done is None else done


def _writing(session: Session, order_id: int, shop: ShopContext, actor: Actor) -> _Writing:
    order = order_of(session, order_id)
    return _Writing(session, order, shop, actor, begin_draft(session, order, shop, actor).prices_with_vat)


def _letter(session: Session, order_id: int, wanted: str) -> str:
    """The variant to add to: the one wanted, else the first that there is."""
    letters = sorted({row.variant for row in lines_of(session, order_id)})
    return wanted if wanted in letters else letters[0] if letters else ""
