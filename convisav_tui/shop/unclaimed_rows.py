"""The rows of the table for a device that nobody collects: T33–T35, T37, T38 (rules.md 7.3, 1.8)."""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.shop import drop_off_effects, effects, ending_guards, guards, questions, unclaimed, usual
from convisav_tui.shop.permissions import Permission
from convisav_tui.shop.steps import StepInput
from convisav_tui.shop.transition import Transition, from_states
from convisav_tui.store.models import OrderState as S

_COURT = StepInput("court_reference", mark("Reference of the court"), "text", required=True, longest=80)
_SOLD_ON = StepInput("sold_on", mark("Sold on"), "date", required=True)
_OFFICER = StepInput("officer", mark("Officer of the sale"), "text", required=True, longest=120)
_PROCEEDS = StepInput("proceeds", mark("Proceeds after costs"), "amount", required=True)
_SURPLUS = StepInput("surplus_receipt", mark("Receipt of the surplus"), "text", longest=120)


def _returned(transition: str, event: str, source: S, label: str) -> Transition:
    return Transition(
        transition,
        event,
        from_states(source),
        S.RETURNED,
        label,
        guards=(ending_guards.loaner_is_back, guards.paid_or_released),
        inputs=(questions.PROOF, questions.TAKEN_BY, questions.IMPOSED, questions.RELEASE, questions.RELEASE_REASON),
        effects=(effects.give_device_back, drop_off_effects.state_what_stays),
        usual=usual.taker,
    )


ROWS: tuple[Transition, ...] = (
    Transition("T33", "unclaimed", from_states(*unclaimed.SOURCES), S.UNCLAIMED, mark("Not collected"), offered=False),
    _returned("T34", "hand_over", S.UNCLAIMED, mark("Hand over to the customer")),
    Transition(
        "T35",
        "start_procedure",
        from_states(S.UNCLAIMED),
        S.DISPOSAL_PROCEDURE,
        mark("Ask the court for a sale"),
        guards=(unclaimed.procedure_is_due,),
        effects=(unclaimed.start_procedure,),
        permission=Permission.CANCEL_ORDER,
    ),
    Transition(
        "T37",
        "record_sale",
        from_states(S.DISPOSAL_PROCEDURE),
        S.DISPOSED,
        mark("Sold by order of the court"),
        guards=(unclaimed.surplus_is_deposited,),
        inputs=(_COURT, _SOLD_ON, _OFFICER, _PROCEEDS, _SURPLUS),
        effects=(unclaimed.record_sale,),
        permission=Permission.CANCEL_ORDER,
    ),
    _returned("T38", "owner_came", S.DISPOSAL_PROCEDURE, mark("The owner came")),
    Transition(
        "T38",
        "petition_rejected",
        from_states(S.DISPOSAL_PROCEDURE),
        S.UNCLAIMED,
        mark("The court refused"),
        inputs=(_COURT, questions.REASON),
        effects=(effects.note("court_reference", "reason"),),
    ),
)
