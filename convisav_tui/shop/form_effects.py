"""What a step does with the PDF forms that serve as checklists."""

from __future__ import annotations

from convisav_tui.shop.check_forms import keep_forms
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.movement import Change
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import OrderEvent


def _keep(situation: Situation, _answers: Answers, change: Change) -> None:
    def kept(_event: OrderEvent) -> None:
        keep_forms(situation.session, situation.order_id, situation.shop, change.actor)

    change.afterwards.append(kept)


keep = Effect(_keep)  # the filled form is kept as it is when the diagnosis or the repair ends
