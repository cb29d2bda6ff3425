"""What the customer takes of a quote (T08): a variant, some of its lines, used parts where offered (FR-P2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.quote_lines import priced
from convisav_tui.shop.quote_totals import totals_of
from convisav_tui.shop.quoting import lines_of_quote
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import CircularChoice, CircularOffer, Quote, QuoteLine, QuoteLineKind

VARIANT, LINES, CIRCULAR, CIRCULAR_LINES = "variant", "lines", "circular", "circular_lines"


@dataclass(frozen=True)
class Taken:
    """The version and the lines of it that the customer takes, with a used part in place of the new one where
    `circular` says so; `amount` is what they come to, minor units incl. VAT."""

    quote: Quote
    lines: tuple[QuoteLine, ...]
    whole: bool
    circular: tuple[int, ...]
    choice: CircularChoice | None
    amount: int

    @property
    def line_ids(self) -> tuple[int, ...]:
        """The ids of the lines taken; () for all."""
        return () if self.whole else tuple(line.id or 0 for line in self.lines)


def taken(situation: Situation, answers: Answers) -> Taken:
    """Read what was answered. Raises FieldErrors: a variant must be chosen where there are several, some line taken,
    the choice of used parts made where one was offered."""
    quote = _variant(situation, answers)
    lines = lines_of_quote(situation.session, quote)
    wanted = _ids(answers.text(LINES), lines, LINES)
    kept = [line for line in lines if not wanted or line.id in wanted or _is_percentage(line)]
    if not any(line.kind is not QuoteLineKind.DISCOUNT for line in kept):
        raise FieldErrors({LINES: _("Choose one line at least")})
    choice, circular = _circular(answers, kept)
    whole = len(kept) == len(lines)
    amount = quote.amount if whole and not circular else _sum(kept, circular, with_vat=quote.prices_with_vat)
    return Taken(quote, tuple(kept), whole, circular, choice, amount)


def choice_is_due(situation: Situation) -> bool:
    """Whether a used part was offered: the customer must say whether he wants it."""
    return any(
        line.circular_offer is CircularOffer.OFFERED
        for quote in situation.offer
        for line in lines_of_quote(situation.session, quote)
    )


def _variant(situation: Situation, answers: Answers) -> Quote:
    offer = situation.offer
    letter = answers.text(VARIANT)
    found = [quote for quote in offer if quote.variant == letter] if len(offer) > 1 else offer
    if not found:
        raise FieldErrors({VARIANT: _("Choose the variant that he takes")})
    return found[0]


def _circular(answers: Answers, lines: Sequence[QuoteLine]) -> tuple[CircularChoice | None, tuple[int, ...]]:
    offered = [line for line in lines if line.circular_offer is CircularOffer.OFFERED]
    said = answers.text(CIRCULAR)
    if not offered:
        return None, ()
    if not said:
        raise FieldErrors({CIRCULAR: _("Say whether he takes the used part (FR-P2)")})
    choice = CircularChoice(said)
    if choice is CircularChoice.NO:
        return choice, ()
    if choice is CircularChoice.YES:
        return choice, tuple(line.id or 0 for line in offered)
    chosen = _ids(answers.text(CIRCULAR_LINES), offered, CIRCULAR_LINES)
    if not chosen:
        raise FieldErrors({CIRCULAR_LINES: _("Choose the lines with a used part")})
    return choice, tuple(sorted(chosen))


def _ids(typed: str, lines: Sequence[QuoteLine], key: str) -> set[int]:
    """Ids with commas between; each must be one of the lines."""
    ids = {int(word) for word in re.findall(r"\d{1,18}", typed)}
    if ids - {line.id for line in lines}:
        raise FieldErrors({key: _("Choose one of the list")})
    return ids


def _is_percentage(line: QuoteLine) -> bool:
    return line.kind is QuoteLineKind.DISCOUNT and line.discount > 0


def _sum(lines: Sequence[QuoteLine], circular: Sequence[int], *, with_vat: bool) -> int:
    sums = []
    for line in lines:
        one = priced(line)
        if line.id in circular and line.circular_price is not None:
            one = replace(one, unit_price=line.circular_price)
        sums.append(one)
    return totals_of(sums, with_vat=with_vat).gross
