"""The rows of the table for a device that its owner gives up: T13, T36 (rules.md 7.3, FR-U6)."""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.shop import ending_effects, ending_guards, part_effects, questions, subcontract_guards, usual
from convisav_tui.shop.permissions import Permission
from convisav_tui.shop.transition import Transition, from_states
from convisav_tui.store.models import OrderState as S

_UNDER_WAY = (
    S.RECEIVED,
    S.DIAGNOSING,
    S.QUOTE_REQUESTED,
    S.QUOTE_ISSUED,
    S.QUOTE_ACCEPTED,
    S.QUOTE_EXPIRED,
    S.AWAITING_COVERAGE,
    S.AWAITING_PARTS,
    S.SUBCONTRACTED,
    S.IN_REPAIR,
    S.TESTING,
    S.COMPLETED,
    S.TO_NOTIFY,
    S.NOTIFIED,
    S.UNCLAIMED,
    S.DISPOSAL_PROCEDURE,
)


def _relinquish(transition: str, *sources: S) -> Transition:
    return Transition(
        transition,
        "relinquish",
        from_states(*sources),
        S.RELINQUISHED,
        mark("The owner leaves the device to the shop"),
        guards=(
            subcontract_guards.device_is_here,
            ending_guards.loaner_is_back,
            ending_guards.owner_signed,
            ending_guards.sums_have_answers,
            ending_guards.fee_within_agreed,
            ending_guards.waived_by_manager,
        ),
        inputs=(
            questions.SIGNED_BY,
            questions.SIGNED,
            questions.DATA,
            questions.DISPOSAL,
            questions.FEE,
            questions.ADVANCE,
            questions.ARRHES,
            questions.WAIVED,
            questions.WHY,
        ),
        effects=(ending_effects.relinquish, part_effects.free),
        permission=Permission.CANCEL_ORDER,
        usual=usual.relinquishing,
        shown=ending_guards.has_custody,
    )


ROWS: tuple[Transition, ...] = (_relinquish("T13", S.QUOTE_REFUSED), _relinquish("T36", *_UNDER_WAY))
