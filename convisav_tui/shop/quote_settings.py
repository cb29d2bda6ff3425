"""What a shop chooses once for all its quotes: price of an hour and a trip, VAT regime, what papers name (FR-D5)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from convisav_tui.errors import FieldErrors
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.quote_paper import MEDIATOR, REGISTRATION
from convisav_tui.shop.quote_rates import (
    FRANCHISE,
    LABOUR_COST,
    LABOUR_PRICE,
    TRAVEL_PRICE,
    VAT_REGIME,
    chosen_amount,
    is_franchise,
)
from convisav_tui.shop.setting_rows import keep_setting

_AMOUNTS = (LABOUR_PRICE, LABOUR_COST, TRAVEL_PRICE)
_TEXTS = (REGISTRATION, MEDIATOR)
# Amounts of an hour and a trip; `franchise` is ticked; number in the register and mediator as papers show them.
SETTING_FIELDS = (*_AMOUNTS, FRANCHISE, *_TEXTS)


def quote_setting_texts(session: Session, shop: ShopContext) -> dict[str, str]:
    """The choices as `save_quote_settings` reads them (SETTING_FIELDS)."""
    texts = {key: str(shop_setting(session, key) or "") for key in _TEXTS}
    for key in _AMOUNTS:
        amount = chosen_amount(session, key)
        texts[key] = "" if amount is None else plain_amount(amount, shop.currency)
    return texts | {FRANCHISE: "x" if is_franchise(session, shop.today()) else ""}


@asks(Permission.EDIT_AMOUNTS)
def save_quote_settings(session: Session, raw: Mapping[str, str], actor: Actor, shop: ShopContext) -> None:
    """Keep the choices as typed; a VAT regime that changes does so from today on, older days keep theirs. Raises
    FieldErrors, Refusal by permission."""
    require(session, actor, Permission.EDIT_AMOUNTS)
    reader = FieldReader(quote_setting_texts(session, shop) | dict(raw))
    amounts = {key: reader.read(key, lambda typed: parse_amount(typed, shop.currency)) for key in _AMOUNTS}
    texts = {key: reader.line(key, 200) for key in _TEXTS}
    franchise = reader.ticked(FRANCHISE)
    if reader.errors:
        raise FieldErrors(reader.errors)
    for key, amount in amounts.items():
        keep_setting(session, key, amount)
    for key, text in texts.items():
        keep_setting(session, key, text or None)
    if franchise != is_franchise(session, shop.today()):
        chosen = shop_setting(session, VAT_REGIME)
        known = dict(chosen) if isinstance(chosen, Mapping) else {"1970-01-01": chosen} if chosen else {}
        known[shop.today().isoformat()] = FRANCHISE if franchise else "normal"
        keep_setting(session, VAT_REGIME, known)
