"""What a hand-over does beside the order itself: a statement of what stays of the same drop-off."""

from __future__ import annotations

from convisav_tui.i18n import ngettext
from convisav_tui.shop.drop_offs import ask_for_statement, left_behind
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.movement import Change
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import OrderEvent


def _state(situation: Situation, _answers: Answers, change: Change) -> None:
    def ask(event: OrderEvent) -> None:
        ask_for_statement(situation.session, situation.order, event, change.actor, situation.shop)

    if left_behind(situation.session, situation.order):
        change.afterwards.append(ask)


def _foresee(situation: Situation, _answers: Answers) -> str:
    count = len(left_behind(situation.session, situation.order))
    sentence = ngettext(
        "{count} device of the same drop-off stays: a statement is printed.",
        "{count} devices of the same drop-off stay: a statement is printed.",
        count,
    )
    return sentence.format(count=count) if count else ""


state_what_stays = Effect(_state, _foresee)
