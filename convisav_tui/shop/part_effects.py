"""What the steps of an order do to the parts that it needs: reserve, fit, free; and taking that back."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from convisav_tui.i18n import _, format_day, ngettext
from convisav_tui.shop import needs, promise, stock
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.movement import Change
from convisav_tui.shop.part_guards import REMOVED, serials_of, to_fit, tracked
from convisav_tui.shop.quote_needs import ADDED
from convisav_tui.shop.reactions import POSTPONED
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import OrderEvent, PartNeed

TOUCHED = "parts"  # key of an event's detail: the needs as they were before it
GIVEN_BACK, KEPT = "given_back", "kept"


def _reserve(situation: Situation, _answers: Answers, change: Change) -> None:
    for need in situation.needs:
        if need.state in needs.NOT_HERE:
            _note(change, need)
            needs.allocate(situation.session, need)


def _say_reserved(situation: Situation, _answers: Answers) -> str:
    wanted = [need for need in situation.needs if need.state in needs.NOT_HERE]
    if not wanted:
        return ""
    here = [need for need in wanted if _lies_here(situation.session, need)]
    told = []
    if here:
        told.append(
            ngettext("{count} part is reserved.", "{count} parts are reserved.", len(here)).format(count=len(here))
        )
    left = len(wanted) - len(here)
    if left:
        told.append(
            ngettext("{count} part is to be ordered.", "{count} parts are to be ordered.", left).format(count=left)
        )
    return " ".join(told)


def _fit(situation: Situation, answers: Answers, change: Change) -> None:
    serials = dict(zip((need.id for need in tracked(situation)), serials_of(answers), strict=False))
    choice = answers.text(REMOVED)
    for need in to_fit(situation):
        _note(change, need)
        given_back = choice == GIVEN_BACK if choice else None
        needs.consume(situation.session, need, change.actor, serial=serials.get(need.id, ""), given_back=given_back)


def _say_fitted(situation: Situation, _answers: Answers) -> str:
    count = len(to_fit(situation))
    if not count:
        return ""
    return ngettext("{count} part leaves the stock.", "{count} parts leave the stock.", count).format(count=count)


def _free(situation: Situation, _answers: Answers, change: Change) -> None:
    for need in situation.needs:
        if need.state in needs.OPEN:
            _note(change, need)
            needs.cancel(situation.session, need)


def _free_missing(situation: Situation, _answers: Answers, change: Change) -> None:
    for need in situation.needs:
        if need.state in needs.NOT_HERE:
            _note(change, need)
            needs.cancel(situation.session, need)


def _say_free(situation: Situation, _answers: Answers) -> str:
    held = [need for need in situation.needs if need.reserved]
    return _("Reserved parts are free again.") if held else ""


def take_back_parts(session: Session, event: OrderEvent, actor: Actor) -> None:
    """An event is undone: its parts are as they were before it, as far as the stock allows."""
    for before in reversed(event.detail.get(TOUCHED, [])):
        needs.restore(session, before, actor)
    for need_id in event.detail.get(ADDED, []):
        needs.cancel(session, session.get_one(PartNeed, need_id))


def _postpone(situation: Situation, _answers: Answers, change: Change) -> None:
    """T14, T21: what comes after the promised day moves it, and the customer is told (reactions.py)."""
    before, day = situation.order.promised_on, postponed_to(situation)
    if day is not None:
        change.put(promised_on=day)
        change.detail[POSTPONED] = day.isoformat()
        promise.lend_longer(situation.session, situation.order_id, before, day)


def _say_postponed(situation: Situation, _answers: Answers) -> str:
    day = postponed_to(situation)
    return "" if day is None else _("The parts come late: promised for {day} from now on.").format(day=format_day(day))


def postponed_to(situation: Situation) -> date | None:
    """The day that has to be promised because of the parts that are missing; None where the promise holds."""
    lacking = [
        need for need in needs.missing(situation.needs) if need.reserved or not _lies_here(situation.session, need)
    ]
    return promise.later_day(situation.order, promise.arrival(situation.session, lacking, situation.today))


def _note(change: Change, need: PartNeed) -> None:
    change.detail.setdefault(TOUCHED, []).append(needs.noted(need))


def _lies_here(session: Session, need: PartNeed) -> bool:
    free = [level.quantity - level.reserved for level in stock.levels_of(session, need.part_id)]
    return max(free, default=0) + need.reserved >= need.quantity


reserve = Effect(_reserve, _say_reserved)
fit = Effect(_fit, _say_fitted)
free = Effect(_free, _say_free)
free_missing = Effect(_free_missing)
postpone = Effect(_postpone, _say_postponed)
