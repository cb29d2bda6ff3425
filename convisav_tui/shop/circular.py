"""The duty to offer a part of the circular economy (PIEC): when it is due, by dated rules (FR-P1, FR-P3)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from convisav_tui.shop.circular_choice import CircularDuty, duty_of
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.quote_rates import device_type, shows_vat
from convisav_tui.shop.quoting import is_covered
from convisav_tui.store.models import PartCondition, QuoteDraftLine, QuoteLine, QuoteLineKind, RepairOrder
from convisav_tui.text import fold

RULE = "circular.parts"  # code of a type of device → the words by which its parts are known
EVERY = "*"
# These are no new parts: nothing else is owed.
_USED_ALREADY = frozenset({PartCondition.CIRCULAR, PartCondition.SECOND_HAND, PartCondition.CUSTOMER_SUPPLIED})


def is_due(session: Session, order: RepairOrder, line: QuoteDraftLine | QuoteLine, shop: ShopContext) -> bool:
    """Whether the customer must be offered a used part in place of the one on this line: a consumer who pays, a device
    and a part of the list (by the shop's choice for it, else by the words of the list), billed and not used itself."""
    if line.kind is not QuoteLineKind.PART or line.condition in _USED_ALREADY or not line.billed:
        return False
    if not line.unit_price or is_covered(order) or not shows_vat(session, order):
        return False
    rule = rules_in_force(session, shop.country).find(RULE, shop.today())
    if rule is None or not isinstance(rule.value, Mapping):
        return False
    chosen = duty_of(session, line.part_id)
    if chosen is not None:
        return chosen is CircularDuty.ALWAYS
    words = rule.value.get(device_type(session, order).code, ())
    said = fold(line.text)
    return any(word == EVERY or fold(str(word)) in said for word in words)
