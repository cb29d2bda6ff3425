"""The parts that an accepted quote names become needs, to be reserved; what was not taken is free again (T08)."""

from __future__ import annotations

from collections import Counter

from sqlmodel import Session

from convisav_tui.shop import needs
from convisav_tui.shop.movement import Change
from convisav_tui.shop.quote_answers import Taken
from convisav_tui.shop.quoting import lines_of_quote
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.used_parts import used_part_for, used_part_of
from convisav_tui.store.models import NeedState, Part, PartCondition, PartNeed

ADDED = "needs_added"  # key of an event's detail: the needs that it made
TOUCHED = "parts"
_GONE = frozenset({NeedState.CANCELLED, NeedState.RETURNED})


def need_what_was_accepted(situation: Situation, took: Taken, change: Change) -> None:
    """Ask for what the accepted lines name beyond what the order has already; drop what it asked for only because of
    lines that were not accepted. Where the customer chose a used part, that one is asked for in place of the new."""
    session, wanted = situation.session, _pieces(situation.session, took)
    for part_id in sorted(_on_offer(situation) | wanted.keys()):
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


def parts_to_ask_for(took: Taken) -> int:
    """How many lines the customer took with a used part that no line of the catalogue names: somebody asks for it."""
    return sum(line.id in took.circular and line.part_id is None for line in took.lines)


def _on_offer(situation: Situation) -> set[int]:
    """The parts that the version names, and the used ones that were offered in their place."""
    session, found = situation.session, set[int]()
    for line in (line for quote in situation.offer for line in lines_of_quote(session, quote)):
        if line.part_id is not None:
            found.add(line.part_id)
            used = used_part_for(session, session.get_one(Part, line.part_id)) if line.circular_price else None
            found |= {used.id} if used is not None and used.id is not None else set()
    return found


def _pieces(session: Session, took: Taken) -> Counter[int]:
    """How much of which part the accepted lines need, thousandths."""
    wanted: Counter[int] = Counter()
    for line in took.lines:
        part_id = line.part_id
        if line.id in took.circular:
            used = used_part_of(session, line, with_vat=took.quote.prices_with_vat)
            part_id = used.id if used is not None else None
        if part_id is not None and line.condition is not PartCondition.CUSTOMER_SUPPLIED and line.quantity > 0:
            wanted[part_id] += line.quantity
    return wanted
