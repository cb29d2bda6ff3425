"""The words that the program itself writes on a quote, in the language of who reads it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from convisav_tui.i18n import LANGUAGES, mark, translate
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.mandate import quote_goes_to
from convisav_tui.store.models import QuoteLineKind, RepairOrder

# Lines whose text goes without saying.
USUAL_TEXTS: Mapping[QuoteLineKind, str] = {
    QuoteLineKind.LABOUR: mark("Labour"),
    QuoteLineKind.TRAVEL: mark("Travel"),
    QuoteLineKind.DISCOUNT: mark("Discount"),
}


def language_of_reader(session: Session, order: RepairOrder, shop: ShopContext) -> str:
    """The language of who gets the quote, the customer or his principal; the shop's where it has no other."""
    language = quote_goes_to(session, order).language
    return language if language in LANGUAGES else shop.language


def usual_text(session: Session, order: RepairOrder, shop: ShopContext, kind: QuoteLineKind | None) -> str:
    """What stands on a line of this kind on which nothing was typed; "" where something must be."""
    word = USUAL_TEXTS.get(kind) if kind is not None else None
    return translate(word, language_of_reader(session, order, shop)) if word is not None else ""
