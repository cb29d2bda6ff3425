"""The rows of the table that concern subcontractors: T18, T19 and what region X adds (rules.md 7.3, 7.5, 7.8).

Beyond the table: a shop that merely passes on sends what it received (T18 from `received`); a subcontractor who names
his price keeps the device, so `subcontractor_quoted` leaves the custody with him while our customer is asked, and the
customer's yes sends the order back to `subcontracted` by itself; the device of an order whose quote was refused, or is
still awaited, comes back without a change of its state.
"""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.shop import questions, subcontract_effects, subcontract_guards, usual
from convisav_tui.shop.transition import Transition, from_states
from convisav_tui.store.models import OrderState as S

_PARCEL = (
    questions.SUBCONTRACTOR,
    questions.WORK_ASKED,
    questions.EXPECTED_ON,
    questions.CARRIER,
    questions.TRACKING,
    questions.SECRET_GOES,
    questions.DISPATCH,
)
_RETURNED = (questions.CONDITION, questions.COST_IF_KNOWN)
_ASKED = (S.QUOTE_REQUESTED, S.QUOTE_ISSUED, S.QUOTE_ACCEPTED, S.QUOTE_REFUSED, S.QUOTE_EXPIRED)


def _back(event: str, source: S, target: S, label: str) -> Transition:
    return Transition(
        "T19",
        event,
        from_states(source),
        target,
        label,
        guards=(subcontract_guards.device_is_away,),
        inputs=_RETURNED,
        effects=(subcontract_effects.receive,),
        usual=usual.as_it_left,
        shown=subcontract_guards.is_away,
    )


ROWS: tuple[Transition, ...] = (
    Transition(
        "T18",
        "send_out",
        from_states(S.RECEIVED, S.DIAGNOSING, S.QUOTE_ACCEPTED, S.IN_REPAIR),
        S.SUBCONTRACTED,
        mark("Send to a subcontractor"),
        guards=(
            subcontract_guards.device_is_here,
            subcontract_guards.subcontractor_takes_it,
            subcontract_guards.diagnosed_unless_passed_on,
            subcontract_guards.data_agreement,
            subcontract_guards.secret_may_go,
            subcontract_guards.expected_not_past,
        ),
        inputs=_PARCEL,
        effects=(subcontract_effects.send,),
        usual=usual.parcel,
        shown=subcontract_guards.has_subcontractors,
    ),
    Transition(
        "T18",
        "subcontractor_goes_on",
        from_states(S.QUOTE_ACCEPTED),
        S.SUBCONTRACTED,
        mark("The subcontractor may go on"),
        guards=(subcontract_guards.answer_awaited,),
        effects=(subcontract_effects.approve,),
        offered=False,
        automatic=True,
    ),
    _back("receive_back", S.SUBCONTRACTED, S.TESTING, mark("Back from the subcontractor: test it")),
    Transition(
        "T19",
        "subcontractor_quoted",
        from_states(S.SUBCONTRACTED),
        S.QUOTE_REQUESTED,
        mark("The subcontractor names his price"),
        guards=(subcontract_guards.device_is_away,),
        inputs=(questions.COST, questions.THEIR_WORK, questions.THEIR_REFERENCE),
        effects=(subcontract_effects.quote,),
        shown=subcontract_guards.is_away,
    ),
    Transition(
        "T19",
        "subcontractor_approved",
        from_states(S.SUBCONTRACTED),
        S.SUBCONTRACTED,
        mark("His price is within what was agreed"),
        guards=(subcontract_guards.device_is_away, subcontract_guards.price_agreed_before),
        inputs=(questions.COST, questions.THEIR_REFERENCE),
        effects=(subcontract_effects.quote_and_approve,),
        shown=subcontract_guards.is_away,
    ),
    _back("back_to_repair", S.SUBCONTRACTED, S.IN_REPAIR, mark("Back from the subcontractor: go on here")),
    _back("back_to_quote", S.SUBCONTRACTED, S.QUOTE_REQUESTED, mark("Back from the subcontractor: quote it")),
    *(_back("receive_back", state, state, mark("Back from the subcontractor")) for state in _ASKED),
)
