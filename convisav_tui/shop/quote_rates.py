"""Which VAT rate a line of a quote usually has, and whether prices stand with VAT: dated, by country (5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.store.models import Device, DeviceType, Party, PartyKind, Payer, QuoteLineKind, RepairOrder

# Setting: "normal" or "franchise" (FR-V6), or such words by the ISO day from which they hold.
VAT_REGIME, FRANCHISE = "vat_regime", "franchise"
LABOUR_PRICE = "labour_price"  # setting: of an hour, incl. VAT, minor units
LABOUR_COST = "labour_cost"  # setting: of an hour, excl. VAT, minor units
TRAVEL_PRICE = "travel_price"  # setting: of a trip, incl. VAT, minor units
_STANDARD, _RATES = "vat.standard", "vat.rates"


def is_franchise(session: Session, on: date) -> bool:
    """Whether the shop charges no VAT that day."""
    chosen = shop_setting(session, VAT_REGIME)
    if isinstance(chosen, Mapping):
        begun = [str(day) for day in chosen if str(day) <= on.isoformat()]
        chosen = chosen[max(begun)] if begun else ""
    return chosen == FRANCHISE


def usual_rate(
    session: Session, order: RepairOrder, kind: QuoteLineKind, shop: ShopContext, own: int | None = None
) -> int:
    """The VAT rate of a line in basis points: the country's for this kind of line and device ("vat.labour.bicycle"),
    else the line's `own` (of the part or the work) where the country has it, else the standard one."""
    today, rules = shop.today(), rules_in_force(session, shop.country)
    if is_franchise(session, today):
        return 0
    special = rules.number(f"vat.{_family(kind)}.{device_type(session, order).code}", today)
    if special is not None:
        return special
    known = rates_of(session, shop)
    return own if own is not None and own in known else rules.number(_STANDARD, today) or 0


def rates_of(session: Session, shop: ShopContext) -> tuple[int, ...]:
    """The rates of the country now, the standard one first; only nothing in a franchise shop."""
    today, rules = shop.today(), rules_in_force(session, shop.country)
    if is_franchise(session, today):
        return (0,)
    found = rules.find(_RATES, today)
    listed = found.value if found is not None and isinstance(found.value, list) else []
    return tuple(rate for rate in listed if isinstance(rate, int)) or (rules.number(_STANDARD, today) or 0,)


def shows_vat(session: Session, order: RepairOrder) -> bool:
    """Whether the customer expects prices with VAT: a consumer does, a business and a principal do not."""
    customer = session.get_one(Party, order.party_id)
    return order.payer is not Payer.PRINCIPAL and customer.kind is PartyKind.PERSON


def device_type(session: Session, order: RepairOrder) -> DeviceType:
    """What kind of device the order is about."""
    return session.get_one(DeviceType, session.get_one(Device, order.device_id).device_type_id)


def amount_setting(session: Session, key: str) -> int:
    """An amount that the shop chose, minor units; 0 while it chose none."""
    return chosen_amount(session, key) or 0


def chosen_amount(session: Session, key: str) -> int | None:
    """The same, None while it chose none: 0 is a choice."""
    chosen = shop_setting(session, key)
    return chosen if isinstance(chosen, int) and not isinstance(chosen, bool) and chosen >= 0 else None


def _family(kind: QuoteLineKind) -> str:
    return "parts" if kind is QuoteLineKind.PART else "labour"
