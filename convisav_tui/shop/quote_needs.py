"""The parts that an accepted quote names become needs, to be reserved; what was not taken is free again (T08)."""

from __future__ import annotations

from collections import Counter

from convisav_tui.shop import needs
from convisav_tui.shop.movement import Change
from convisav_tui.shop.quote_answers import Taken
from convisav_tui.shop.quoting import lines_of_quote
from convisav_tui.shop.situation import Situation
from convisav_tui.store.models import NeedState, PartCondition, PartNeed, QuoteLine

ADDED = "needs_added"  # key of an event's detail: the needs that it made
TOUCHED = "parts"
_GONE = frozenset({NeedState.CANCELLED, NeedState.RETURNED})


def need_what_was_accepted(situation: Situation, took: Taken, change: Change) -> None:
    """Ask for what the accepted lines name beyond what the order has already; drop what it asked for only because of
    lines that were not accepted. A used part that was chosen is another one than the named: somebody asks for it."""
    session, wanted = situation.session, _pieces(took.lines, took.circular)
    on_offer = {line.part_id for quote in situation.offer for line in lines_of_quote(session, quote) if line.part_id}
    for part_id in sorted(on_offer):
        there = [need for need in situation.needs if need.part_id == part_id and need.state not in _GONE]
        if not wanted[part_id]:
            for need in there:
                if need.state in needs.OPEN:
                    change.detail.setdefault(TOUCHED, []).append(needs.noted(need))
                    needs.cancel(session, need)
        missing = wanted[part_id] - sum(need.quantity for need in there)
        if missing > 0:
            need = PartNeed(order_id=situation.order_id, part_id=part_id, quantity=missing)
            session.add(need)
            session.flush()
            change.detail.setdefault(ADDED, []).append(need.id)
    situation.__dict__.pop("needs", None)  # read anew by what follows


def parts_to_ask_for(situation: Situation, took: Taken) -> int:
    """How many lines the customer took with a used part, which nobody has asked for yet."""
    return len(took.circular)


def _pieces(lines: tuple[QuoteLine, ...], circular: tuple[int, ...]) -> Counter[int]:
    wanted: Counter[int] = Counter()
    for line in lines:
        ours = line.condition is not PartCondition.CUSTOMER_SUPPLIED and line.id not in circular
        if line.part_id is not None and ours and line.quantity > 0:
            wanted[line.part_id] += line.quantity
    return wanted
