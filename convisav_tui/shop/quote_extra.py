"""More work than was agreed (T20): the quote being written is what was accepted, and the extra as a line more."""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.quote_draft import take_up
from convisav_tui.shop.quote_lines import begin_draft, lines_of
from convisav_tui.shop.quote_rates import usual_rate
from convisav_tui.shop.quote_totals import without_vat
from convisav_tui.shop.quoting import LONGEST_LINE, Acceptance, lines_of_quote
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.used_parts import used_part_of
from convisav_tui.store.models import (
    CircularOffer,
    OrderEvent,
    PartCondition,
    QuoteDraftLine,
    QuoteLine,
    QuoteLineKind,
)


def keep_accepted(situation: Situation) -> None:
    """Take out of the quote being written what the customer did not take of the last one: other variants, lines that
    he left; a used part that he chose stands in place of the new one."""
    accepted = situation.accepted
    if accepted is None or not situation.drafted:
        return
    left = _left_out(situation, accepted)
    for row in situation.drafted:
        if (accepted.quote.variant and row.variant != accepted.quote.variant) or _words(row) in left:
            situation.session.delete(row)
        else:
            row.variant = ""
            situation.session.add(row)
    situation.session.flush()
    _choose_used(situation, accepted)
    situation.__dict__.pop("drafted", None)


def add_extra(situation: Situation, text: str, amount: int, actor: Actor) -> list[int]:
    """Write what was found as a line more (`amount` incl. VAT) after what was agreed; the ids of the lines added."""
    session, order, shop = situation.session, situation.order, situation.shop
    draft = begin_draft(session, order, shop, actor)
    added: list[QuoteDraftLine] = []
    if not lines_of(session, situation.order_id):
        added += _agreed_lines(situation, actor)
    rate = usual_rate(session, order, QuoteLineKind.OTHER, shop)
    rows = lines_of(session, situation.order_id)
    extra = QuoteDraftLine(
        order_id=situation.order_id,
        variant=rows[0].variant if rows else "",
        position=max((row.position for row in rows), default=0) + 1,
        kind=QuoteLineKind.OTHER,
        text=" ".join(text.split())[:LONGEST_LINE] or "—",
        unit_price=amount if draft.prices_with_vat else without_vat(amount, rate),
        vat_rate=rate,
    )
    session.add(extra)
    session.flush()
    situation.__dict__.pop("drafted", None)
    return [row.id for row in (*added, extra) if row.id is not None]


def take_back_lines(session: Session, event: OrderEvent) -> None:
    """A step is undone: the lines that it added to the quote being written go, where they are still there."""
    for line_id in event.detail.get("draft_lines", []):
        row = session.get(QuoteDraftLine, line_id)
        if row is not None:
            session.delete(row)
    session.flush()


def _agreed_lines(situation: Situation, actor: Actor) -> list[QuoteDraftLine]:
    """What was agreed to so far: the accepted version's lines, else what was authorised as one."""
    session, order = situation.session, situation.order
    accepted = situation.accepted
    if accepted is not None:
        rows = take_up(session, order, accepted.quote, situation.shop, actor, "")
        situation.__dict__.pop("drafted", None)
        keep_accepted(situation)
        return [row for row in rows if row in lines_of(session, situation.order_id)]
    if not situation.authorised:
        return []
    rate = usual_rate(session, order, QuoteLineKind.WORK, situation.shop)
    draft = begin_draft(session, order, situation.shop, actor)
    text = " ".join((order.found_fault or order.reported_fault).split())[:LONGEST_LINE]
    row = QuoteDraftLine(
        order_id=situation.order_id,
        position=1,
        kind=QuoteLineKind.WORK,
        text=text or "—",
        unit_price=situation.authorised if draft.prices_with_vat else without_vat(situation.authorised, rate),
        vat_rate=rate,
    )
    session.add(row)
    session.flush()
    return [row]


def _left_out(situation: Situation, accepted: Acceptance) -> set[tuple[str, int, int]]:
    """The lines of the accepted version that the customer did not take."""
    if not accepted.lines:
        return set()
    lines = lines_of_quote(situation.session, accepted.quote)
    return {_words(line) for line in lines if line.id not in accepted.lines}


def _choose_used(situation: Situation, accepted: Acceptance) -> None:
    chosen = {
        _words(line): line
        for line in lines_of_quote(situation.session, accepted.quote)
        if line.id in accepted.circular_lines and line.circular_offer is CircularOffer.OFFERED
    }
    for row in lines_of(situation.session, situation.order_id):
        line = chosen.get(_words(row))
        if line is not None:
            used = used_part_of(situation.session, line, with_vat=accepted.quote.prices_with_vat)
            row.unit_price, row.condition = line.circular_price or 0, PartCondition.CIRCULAR
            row.circular_offer, row.circular_price = None, None
            row.part_id = used.id if used is not None else None
            situation.session.add(row)
    situation.session.flush()


def _words(line: QuoteLine | QuoteDraftLine) -> tuple[str, int, int]:
    return line.text, line.quantity, line.unit_price
