"""What of an agreed price the customer owes, and what who takes over of parts, labour or travel: a share, or a sum
(FR-G11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convisav_tui import words
from convisav_tui.i18n import _
from convisav_tui.shop import quoting
from convisav_tui.shop.coverage import FULL, LINES, Cover
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.movement import Change
from convisav_tui.shop.quote_totals import half_up, spread, with_vat_added
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.shop.taken_over import TAKEN_OVER, Share
from convisav_tui.store.models import CoverageLine, Payer, QuoteLine, QuoteLineKind

# Travel has a line of its own; what is no part is work.
_LINE_OF: Mapping[QuoteLineKind, CoverageLine] = {
    QuoteLineKind.PART: CoverageLine.PARTS,
    QuoteLineKind.TRAVEL: CoverageLine.TRAVEL,
}
_TELLING = (QuoteLineKind.PART, QuoteLineKind.LABOUR, QuoteLineKind.WORK)


@dataclass(frozen=True)
class Split:
    """An agreed price among those who pay it: `customer` and `others` add up to it, minor units."""

    customer: int
    others: tuple[Share, ...]


def split(amounts: Mapping[CoverageLine, int], covers: Sequence[Cover]) -> Split:
    """What parts, labour and travel cost (minor units incl. VAT) among the payers; each share is rounded half up, a sum
    is never more than its line costs, the rest is the customer's."""
    taken: dict[tuple[Payer, int | None], int] = {}
    for cover in covers:
        amount = _taken(amounts.get(cover.line, 0), cover)
        if amount and cover.payer is not Payer.CUSTOMER:
            key = cover.payer, cover.payer_id
            taken[key] = taken.get(key, 0) + amount
    others = tuple(Share(payer, payer_id, amount) for (payer, payer_id), amount in taken.items())
    return Split(sum(amounts.values()) - sum(taken.values()), others)


def _taken(cost: int, cover: Cover) -> int:
    return half_up(cost * cover.share, FULL) if cover.amount is None else max(0, min(cover.amount, cost))


def by_line(lines: Sequence[QuoteLine], *, with_vat: bool, total: int) -> dict[CoverageLine, int]:
    """What parts, labour and travel come to of `total` (incl. VAT): discounts and roundings are spread over them."""
    sums = dict.fromkeys(LINES, 0)
    for line in lines:
        if line.billed and line.kind is not QuoteLineKind.DISCOUNT:
            gross = line.amount if with_vat else with_vat_added(line.amount, line.vat_rate)
            sums[_LINE_OF.get(line.kind, CoverageLine.LABOUR)] += gross
    return dict(zip(LINES, spread(total, [sums[line] for line in LINES]), strict=True))


def split_of(situation: Situation) -> Split | None:
    """The agreed price of an order among its payers. None where it is paid by one alone, where nothing was agreed by a
    quote, or where the shares of parts and labour differ and the quote is one sum that does not tell them apart; sums
    are taken from it one after the other."""
    accepted = situation.accepted
    partly = any(cover.taken and cover.payer is not Payer.CUSTOMER for cover in situation.covers)
    if accepted is None or not partly or situation.covered or situation.order.payer is not Payer.CUSTOMER:
        return None
    lines = quoting.accepted_lines(situation.session, situation.order_id)
    told_apart = any(line.kind in _TELLING for line in lines)
    amounts = by_line(lines, with_vat=accepted.quote.prices_with_vat, total=accepted.amount)
    costs = amounts if told_apart else _told_apart_by_sums(amounts, situation.covers)
    return split(costs, situation.covers) if costs is not None else None


def _told_apart_by_sums(
    amounts: Mapping[CoverageLine, int], covers: Sequence[Cover]
) -> Mapping[CoverageLine, int] | None:
    """One sum for the work as parts and labour, where that makes no difference; None where nobody can tell."""
    of = {cover.line: cover for cover in covers}
    parts, labour = of[CoverageLine.PARTS], of[CoverageLine.LABOUR]
    if parts.amount is None and labour.amount is None:
        alike = (parts.share, parts.payer, parts.payer_id) == (labour.share, labour.payer, labour.payer_id)
        return amounts if alike else None
    if parts.share or labour.share:
        return None
    work = amounts[CoverageLine.PARTS] + amounts[CoverageLine.LABOUR]
    of_parts = max(0, min(parts.amount or 0, work))
    return {**amounts, CoverageLine.PARTS: of_parts, CoverageLine.LABOUR: work - of_parts}


def _write(situation: Situation, _answers: Answers, change: Change) -> None:
    found = split_of(situation)
    if found is not None and found.others:
        change.detail[TAKEN_OVER] = [
            {"payer": share.payer.value, "payer_id": share.payer_id, "amount": share.amount} for share in found.others
        ]


def _say(situation: Situation, _answers: Answers) -> str:
    found = split_of(situation)
    told = [
        _("{payer} pays {amount} of it").format(
            payer=words.word(words.PAYERS, share.payer.value), amount=situation.money(share.amount)
        )
        for share in (found.others if found is not None else ())
    ]
    return "; ".join(told)


take_over = Effect(_write, _say)
