"""What a quote must say before it may be issued, in words and with where it is filled in (FR-Q2, FR-Q5, FR-P2)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.i18n import _
from convisav_tui.shop.circular import is_due
from convisav_tui.shop.consent_ledger import standing
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.quote_changes import price_is_due
from convisav_tui.shop.quote_issue import Offer, offered
from convisav_tui.shop.quote_lines import order_of
from convisav_tui.shop.quote_paper import REGISTRATION
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import QuoteLineKind

SETTINGS = "quote_settings"  # the action that mends what the shop chooses once for all its quotes
CONTENT = "quote.content"  # rule of the country: what a quote must say beyond what makes it one


@dataclass(frozen=True)
class Gap:
    """Something that is missing: `mended_by` is an action of the key registry or an input; where `blocks` is False the
    quote may be issued all the same."""

    sentence: str
    mended_by: str = "quote"
    blocks: bool = True
    line_id: int | None = None


def warnings_of(situation: Situation, offer: Offer) -> list[str]:
    """What is missing without keeping the quote from being issued, in words."""
    return [gap.sentence for gap in gaps_of(situation, offer) if not gap.blocks]


def draft_gaps(session: Session, order_id: int, shop: ShopContext) -> list[Gap]:
    """What is missing of the quote as it is written now, for the screen of its lines; nothing while it has none."""
    situation = Situation(session, order_of(session, order_id), shop, now())
    if not situation.drafted:
        return []
    offer = offered(situation, Answers())
    return gaps_of(situation, offer) if offer is not None else []


def gaps_of(situation: Situation, offer: Offer) -> list[Gap]:
    """All that is missing of what would be issued."""
    return [*_of_shop(situation), *_of_offer(situation, offer), *_of_prices(situation), *_of_circular(situation)]


def _of_shop(situation: Situation) -> list[Gap]:
    shop = situation.shop
    asked = _asked(situation)
    found = []
    if not shop.name.strip():
        found.append(Gap(_("The name of the shop is missing: fill in “name” under [shop] in the configuration."), ""))
    if "address" in asked and not shop.address.strip():
        found.append(
            Gap(_("The address of the shop is missing: fill in “address” under [shop] in the configuration."), "")
        )
    if "contact" in asked and not (shop.email.strip() or shop.phone.strip()):
        found.append(
            Gap(_("The shop has neither phone nor e-mail: fill in one under [shop] in the configuration."), "")
        )
    if not shop_setting(situation.session, REGISTRATION):
        sentence = _("The shop's registration number does not stand on its papers yet: F10, Quote settings.")
        found.append(Gap(sentence, SETTINGS, blocks="registration" in asked))
    return found


def _of_offer(situation: Situation, offer: Offer) -> list[Gap]:
    found = []
    for version in offer.versions:
        sold = [line for line in version.lines if line["kind"] is not QuoteLineKind.DISCOUNT]
        name = _("Variant {letter}").format(letter=version.letter) if version.letter else _("The quote")
        if not sold:
            found.append(Gap(_("{version} has no line but discounts.").format(version=name)))
        if situation.drafted and not situation.covered and sold and not version.totals.gross:
            found.append(Gap(_("{version} has no price.").format(version=name)))
    if "execution" in _asked(situation) and not offer.execution:
        found.append(Gap(_("It does not say when the work is done: fill in “execution”, or the promised day.")))
    if offer.fee and (standing(situation.session, situation.order_id).fee or 0) < offer.fee:
        sentence = _("The customer has not agreed to the fee of {fee}: record his consent first (FR-Q5).")
        found.append(Gap(sentence.format(fee=situation.money(offer.fee)), "consent"))
    return found


def _of_prices(situation: Situation) -> list[Gap]:
    """Labour and trips at 0 that nobody meant to give away: the shop has not said yet what they cost."""
    sentence = _(
        "“{line}” has no price: type one (0: free), or mark it as not billed. F10, Quote settings: an hour, a trip."
    )
    return [
        Gap(sentence.format(line=line.text), line_id=line.id)
        for line in situation.drafted
        if not situation.covered and price_is_due(situation.session, line)
    ]


def _of_circular(situation: Situation) -> list[Gap]:
    sentence = _("“{line}”: say whether a used part was offered, at which price, or why not (FR-P1).")
    return [
        Gap(sentence.format(line=line.text), line_id=line.id)
        for line in situation.drafted
        if line.circular_offer is None and is_due(situation.session, situation.order, line, situation.shop)
    ]


def _asked(situation: Situation) -> tuple[str, ...]:
    rule = rules_in_force(situation.session, situation.shop.country).find(CONTENT, situation.today)
    return tuple(str(word) for word in rule.value) if rule is not None and isinstance(rule.value, list) else ()
