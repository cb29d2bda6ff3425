"""Papers that a step prints where the shop wants them: a setting `reaction.<kind of paper>` that is true."""

from __future__ import annotations

from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.movement import Change
from convisav_tui.shop.order_papers import ask_for_order_paper, document_of
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import OrderEvent


def _printed(kind: str) -> Effect:
    """Print this paper once the step is taken."""

    def apply(situation: Situation, _answers: Answers, change: Change) -> None:
        def ask(_event: OrderEvent) -> None:
            document = document_of(situation.session, situation.order, kind, situation.shop)
            ask_for_order_paper(situation.session, situation.order, document, change.actor)

        if shop_setting(situation.session, f"reaction.{kind}") is True:
            change.afterwards.append(ask)

    return Effect(apply)


job_sheet = _printed("job_sheet")
work_statement = _printed("work_statement")
