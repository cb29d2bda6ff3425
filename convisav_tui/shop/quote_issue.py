"""Issuing a quote (T06, T07): what would be offered now, and freezing it as versions with lines (FR-Q2, FR-Q4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, func, select

from convisav_tui.i18n import format_day, mark, translate
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.quote_lines import draft_row, priced
from convisav_tui.shop.quote_rates import is_franchise, usual_rate
from convisav_tui.shop.quote_totals import Priced, Totals, totals_of
from convisav_tui.shop.quote_words import language_of_reader
from convisav_tui.shop.quoting import LONGEST_LINE, fingerprint
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import (
    CircularOffer,
    Quote,
    QuoteDraftLine,
    QuoteLine,
    QuoteLineKind,
    RepairOrder,
)

LONGEST_TEXT = 4000
EXECUTION_DAYS = "quote.execution_days"
_WITHIN = mark("within {days} days of the agreement")
_COPIED = (
    "kind",
    "text",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "billed",
    "cost",
    "part_id",
    "work_id",
    "condition",
    "circular_offer",
    "circular_price",
)


@dataclass(frozen=True)
class Version:
    """A variant as it would be frozen: the columns of its lines, and what they come to."""

    letter: str
    lines: tuple[Mapping[str, object], ...]
    totals: Totals
    text: str


@dataclass(frozen=True)
class Offer:
    """What would be issued now. `valid_until` is None while no day was answered."""

    versions: tuple[Version, ...]
    valid_until: date | None
    prices_with_vat: bool
    fee: int = 0
    execution: str = ""

    @property
    def amount(self) -> int:
        """Incl. VAT, minor units; of the dearest variant."""
        return max(version.totals.gross for version in self.versions)

    @property
    def text(self) -> str:
        """What is done, in a few words."""
        if len(self.versions) == 1:
            return self.versions[0].text
        return "\n".join(f"{version.letter}: {version.text}" for version in self.versions)

    @property
    def asks_choice(self) -> bool:
        """Whether only the customer can say which: a variant, a used part or a new one (FR-P2)."""
        offered = any(
            line["circular_offer"] is CircularOffer.OFFERED for version in self.versions for line in version.lines
        )
        return len(self.versions) > 1 or offered


def offered(situation: Situation, answers: Answers) -> Offer | None:
    """What the step would issue with these answers: the lines of the draft, else the amount and text that were typed
    as one line; None while no amount was typed."""
    day = answers.day("valid_until")
    if situation.drafted:
        return _drafted(situation, day)
    amount = situation.less_discount(answers.amount("amount"), answers.ticked("discounted"))
    if amount is None:
        return None
    text = answers.text("text")
    rate = usual_rate(situation.session, situation.order, QuoteLineKind.OTHER, situation.shop)
    line = {
        "kind": QuoteLineKind.OTHER,
        "text": " ".join(text.split())[:LONGEST_LINE] or "—",
        "quantity": 1000,
        "unit_price": amount,
        "vat_rate": rate,
        "circular_offer": None,
    }
    totals = totals_of([Priced(amount, rate)], with_vat=True)
    return Offer((Version("", (line,), totals, text),), day, True, 0, _execution(situation, ""))


def accepts_itself(situation: Situation, offer: Offer) -> bool:
    """Whether the cap answers for the customer: at or above the amount, and nothing is left for him to choose."""
    cap = situation.order.cap
    return cap is not None and offer.amount <= cap and not offer.asks_choice


def issue_offer(session: Session, order: RepairOrder, offer: Offer, actor: Actor, at: datetime) -> list[Quote]:
    """Freeze the next version of the order's quote, one row a variant, each with its lines and its fingerprint."""
    assert order.id is not None
    latest = session.exec(select(func.max(Quote.revision)).where(Quote.order_id == order.id)).one()
    first = (latest or 0) + 1
    return [
        _freeze(session, order, offer, version, (first + place, first), actor, at)
        for place, version in enumerate(offer.versions)
    ]


def _freeze(
    session: Session,
    order: RepairOrder,
    offer: Offer,
    version: Version,
    numbers: tuple[int, int],
    actor: Actor,
    at: datetime,
) -> Quote:
    quote = Quote(
        order_id=order.id or 0,
        revision=numbers[0],
        offer=numbers[1],
        variant=version.letter,
        amount=version.totals.gross,
        net=version.totals.net,
        currency=order.currency,
        text=version.text,
        valid_until=offer.valid_until,
        issued_at=at,
        issued_by_id=actor.staff_id,
        prices_with_vat=offer.prices_with_vat,
        vat_groups=[{"rate": group.rate, "net": group.net, "vat": group.vat} for group in version.totals.groups],
        fee=offer.fee,
        execution=offer.execution,
    )
    lines = [
        QuoteLine.model_validate(dict(line) | {"quote_id": 0, "position": place, "amount": amount})
        for place, (line, amount) in enumerate(zip(version.lines, version.totals.amounts, strict=True), start=1)
    ]
    quote.sha256 = fingerprint(quote, order.number, lines)
    session.add(quote)
    session.flush()
    for line in lines:
        line.quote_id = quote.id or 0
    session.add_all(lines)
    session.flush()
    return quote


def _drafted(situation: Situation, day: date | None) -> Offer:
    draft = draft_row(situation.session, situation.order_id)
    assert draft is not None
    franchise = is_franchise(situation.session, situation.today)
    letters = sorted({line.variant for line in situation.drafted})
    versions = tuple(
        _version(
            letter, [line for line in situation.drafted if line.variant == letter], draft.prices_with_vat, franchise
        )
        for letter in letters
    )
    if draft.text:
        versions = tuple(Version(one.letter, one.lines, one.totals, draft.text) for one in versions)
    return Offer(versions, day, draft.prices_with_vat, draft.fee, _execution(situation, draft.execution))


def _version(letter: str, rows: Sequence[QuoteDraftLine], with_vat: bool, franchise: bool) -> Version:
    totals = totals_of([priced(row) for row in rows], with_vat=with_vat, franchise=franchise)
    lines = tuple(
        {name: getattr(row, name) for name in _COPIED} | {"vat_rate": 0 if franchise else row.vat_rate} for row in rows
    )
    return Version(letter, lines, totals, ", ".join(row.text for row in rows)[:LONGEST_TEXT])


def _execution(situation: Situation, said: str) -> str:
    """When the work is done: as written, else the promised day, else the country's delay (FR-Q11)."""
    if said:
        return said
    language = language_of_reader(situation.session, situation.order, situation.shop)
    if situation.order.promised_on is not None and situation.order.promised_on >= situation.today:
        return format_day(situation.order.promised_on, language)
    days = rules_in_force(situation.session, situation.shop.country).number(EXECUTION_DAYS, situation.today)
    return translate(_WITHIN, language).format(days=days) if days else ""
