"""The transitions of a repair order: reads like rules.md 7.3.

What is reduced, because the rooms it needs do not exist yet:
- T03, T17 no workshop slot; without a chosen technician whoever takes the step does the work.
- T04 "mandatory" is FR-Q1 with its threshold 0: whoever pays gets a quote, unless his cap covers the estimate (T05).
- T05 coverage is the order's kind; of flat tariffs only a principal's list is a basis. Asked for a quote, one is
  issued (C5).
- T06 mandatory content is `quote_content`; whether a part is on the closed list of FR-P1 is told by words of its name.
- T08 asks who answered and how, which variant and lines, and the choice of used parts; no advance is required.
- T09, T12 the fee is what was paid or agreed; there are no invoices, `price` is what the customer owes.
- T22, T24 no photos; coverage is the kind: the customer of a guarantee pays 0.
- T28, T29 by `reactions.message_accepted` and `message_failed`. T30 asks that nothing is owed, a payer
  on account, or a manager's release. T31 asks settled money, no open complaint or bonus.
- T39 settles the advance as answered. T20 is here because without it the refusal of T24 to exceed the accepted total
  could not be mended. T18, T19 stand in `subcontract_rows`, T13 and T36 in `ending_rows`, T33–T35, T37 and T38 in
  `unclaimed_rows`, T20 and T22–T25 and T46 in `work_rows`, T14–T16 and T21 in `part_rows`. T41–T45 are not here yet.
"""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.shop import (
    drop_off_effects,
    effects,
    ending_effects,
    ending_guards,
    ending_rows,
    form_effects,
    guards,
    paper_effects,
    part_effects,
    part_guards,
    part_rows,
    questions,
    quote_effects,
    quote_guards,
    subcontract_effects,
    subcontract_guards,
    subcontract_rows,
    unclaimed_rows,
    usual,
    work_rows,
)
from convisav_tui.shop.permissions import Permission
from convisav_tui.shop.transition import Transition
from convisav_tui.shop.transition import from_states as _from
from convisav_tui.store.models import OrderState as S
from convisav_tui.store.models import Outcome

_QUOTE = (
    questions.AMOUNT,
    questions.DISCOUNTED,
    questions.QUOTE_TEXT,
    questions.VALID_UNTIL,
    questions.PRINCIPAL_REFERENCE,
    questions.SILENT,
    questions.DRAFT_SEEN,
)
_REVISED = (
    guards.validity_not_past,
    quote_guards.draft_as_seen,
    quote_guards.content_complete,
    quote_guards.not_bound_by_form,
)
_EARLY = _from(
    S.RECEIVED,
    S.DIAGNOSING,
    S.QUOTE_REQUESTED,
    S.QUOTE_ISSUED,
    S.QUOTE_ACCEPTED,
    S.QUOTE_EXPIRED,
    S.AWAITING_COVERAGE,
    S.AWAITING_PARTS,
)

TRANSITIONS: tuple[Transition, ...] = (
    # Taken by shop.intake and shop.drafts: an order begins when it is received, what comes before is a draft.
    Transition("T01", "receive", _from(), S.RECEIVED, mark("Take the device in"), offered=False),
    Transition("T02", "discard", _from(), S.CANCELLED, mark("Discard the draft"), offered=False),
    Transition(
        "T03",
        "start_diagnosis",
        _from(S.RECEIVED),
        S.DIAGNOSING,
        mark("Start the diagnosis"),
        inputs=(questions.TECHNICIAN,),
        effects=(effects.bench, paper_effects.job_sheet),
        usual=usual.technician,
    ),
    Transition(
        "T04",
        "request_quote",
        _from(S.RECEIVED, S.DIAGNOSING),
        S.QUOTE_REQUESTED,
        mark("Ask for a quote"),
        guards=(guards.quote_is_due,),
        effects=(form_effects.keep,),
    ),
    Transition(
        "T05",
        "authorise_direct",
        _from(S.DIAGNOSING),
        S.IN_REPAIR,
        mark("Start the repair without a quote"),
        guards=(guards.authorised_without_quote, guards.estimate_given),
        inputs=(questions.ESTIMATE, questions.TECHNICIAN),
        effects=(quote_effects.authorise, effects.bench, part_effects.reserve),
        usual=usual.estimate,
    ),
    Transition(
        "T06",
        "issue_quote",
        _from(S.QUOTE_REQUESTED),
        S.QUOTE_ISSUED,
        mark("Issue the quote"),
        guards=(
            guards.validity_not_past,
            guards.reference_given,
            quote_guards.draft_as_seen,
            quote_guards.content_complete,
        ),
        inputs=_QUOTE,
        effects=(quote_effects.issue,),
        usual=usual.quote,
    ),
    Transition(
        "T07",
        "revise_quote",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_ISSUED,
        mark("Revise the quote"),
        guards=_REVISED,
        inputs=(*_QUOTE, questions.AGREES),
        effects=(quote_effects.issue,),
        usual=usual.same_quote,
    ),
    Transition(
        "T08",
        "accept_quote",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_ACCEPTED,
        mark("Quote accepted"),
        guards=(guards.quote_still_holds, quote_guards.answer_complete),
        inputs=(
            questions.DECIDED_BY,
            questions.MEANS,
            questions.VARIANT,
            questions.CIRCULAR,
            questions.ACCEPTED_LINES,
            questions.CIRCULAR_LINES,
        ),
        effects=(quote_effects.accept, part_effects.reserve),
        usual=usual.customer_answers,
    ),
    Transition(
        "T08",
        "accept_by_cap",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_ACCEPTED,
        mark("Accepted within the spending cap"),
        guards=(guards.quote_still_holds, guards.quote_within_cap),
        effects=(quote_effects.accept_by_cap, part_effects.reserve),
        offered=False,
        automatic=True,
    ),
    Transition(
        "T09",
        "refuse_quote",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_REFUSED,
        mark("Quote refused"),
        inputs=(questions.DECIDED_BY, questions.MEANS, questions.REASON),
        effects=(
            quote_effects.refuse,
            subcontract_effects.reject,
            ending_effects.announce_settlement,
            part_effects.free,
        ),
        usual=usual.customer_answers,
    ),
    Transition(
        "T10",
        "expire",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_EXPIRED,
        mark("Quote expired"),
        effects=(quote_effects.expire,),
        offered=False,
    ),
    Transition(
        "T11",
        "revise_quote",
        _from(S.QUOTE_EXPIRED),
        S.QUOTE_ISSUED,
        mark("Issue the quote anew"),
        guards=_REVISED,
        inputs=(*_QUOTE, questions.AGREES),
        effects=(quote_effects.issue,),
        usual=usual.same_quote,
    ),
    Transition(
        "T11",
        "give_up",
        _from(S.QUOTE_EXPIRED),
        S.QUOTE_REFUSED,
        mark("Give up: no repair"),
        inputs=(questions.DECIDED_BY, questions.MEANS, questions.REASON),
        effects=(
            quote_effects.refuse,
            subcontract_effects.reject,
            ending_effects.announce_settlement,
            part_effects.free,
        ),
        usual=usual.customer_answers,
    ),
    Transition(
        "T12",
        "reassemble_done",
        _from(S.QUOTE_REFUSED),
        S.COMPLETED,
        mark("Reassembled: to be collected"),
        guards=(
            subcontract_guards.device_is_here,
            guards.reassembled,
            guards.fee_as_agreed,
            ending_guards.sums_have_answers,
        ),
        inputs=(
            questions.REASSEMBLED,
            questions.PRICE,
            questions.ADVANCE,
            questions.ARRHES_REFUSED,
            questions.PRESENT,
            questions.SILENT,
        ),
        effects=(ending_effects.finish_unrepaired(Outcome.REFUSED_RETURNED_AS_IS),),
        outcome=Outcome.REFUSED_RETURNED_AS_IS,
        usual=usual.fee,
    ),
    Transition(
        "T17",
        "start_repair",
        _from(S.QUOTE_ACCEPTED),
        S.IN_REPAIR,
        mark("Start the repair"),
        guards=(subcontract_guards.device_is_here, part_guards.no_blocking_part),
        inputs=(questions.TECHNICIAN,),
        effects=(effects.bench,),
        usual=usual.technician,
    ),
    *work_rows.ROWS,
    Transition(
        "T26",
        "notice_due",
        _from(S.COMPLETED),
        S.TO_NOTIFY,
        mark("The customer is to be told"),
        guards=(guards.notice_wanted,),
        offered=False,
        automatic=True,
    ),
    Transition(
        "T27",
        "no_notice",
        _from(S.COMPLETED),
        S.NOTIFIED,
        mark("Nobody has to be told"),
        effects=(effects.told_in_person,),
        offered=False,
        automatic=True,
    ),
    Transition(
        "T28",
        "called",
        _from(S.TO_NOTIFY),
        S.NOTIFIED,
        mark("Customer called"),
        inputs=(questions.SAID,),
        effects=(effects.note("note"), effects.say_told),
    ),
    Transition("T28", "message_sent", _from(S.TO_NOTIFY), S.NOTIFIED, mark("Customer told"), offered=False),
    Transition("T29", "message_failed", _from(S.TO_NOTIFY), S.TO_NOTIFY, mark("Message failed"), offered=False),
    Transition(
        "T30",
        "hand_over",
        _from(S.COMPLETED, S.TO_NOTIFY, S.NOTIFIED),
        S.RETURNED,
        mark("Hand over to the customer"),
        guards=(ending_guards.loaner_is_back, guards.paid_or_released),
        inputs=(questions.PROOF, questions.TAKEN_BY, questions.IMPOSED, questions.RELEASE, questions.RELEASE_REASON),
        effects=(effects.give_device_back, drop_off_effects.state_what_stays),
        usual=usual.taker,
    ),
    Transition(
        "T31",
        "close",
        _from(S.RETURNED),
        S.CLOSED,
        mark("Close the order"),
        guards=(guards.money_settled,),
        effects=(effects.close,),
    ),
    Transition(
        "T32",
        "open_return",
        _from(S.CLOSED),
        S.CLOSED,
        mark("Take back under guarantee"),
        guards=(guards.new_intake_only,),
    ),
    Transition(
        "T39",
        "cancel",
        _EARLY,
        S.CANCELLED,
        mark("Cancel the order"),
        guards=(
            subcontract_guards.device_is_here,
            ending_guards.loaner_is_back,
            guards.device_given_back,
            ending_guards.sums_have_answers,
            ending_guards.fee_within_agreed,
        ),
        inputs=(questions.REASON, questions.FEE, questions.ADVANCE, questions.ARRHES, questions.GIVEN_BACK),
        effects=(ending_effects.cancel, part_effects.free),
        permission=Permission.CANCEL_ORDER,
        usual=usual.advance,
    ),
    Transition(
        "T40",
        "close",
        _from(S.CANCELLED, S.RELINQUISHED, S.DISPOSED),
        S.CLOSED,
        mark("Close the order"),
        guards=(guards.money_settled,),
        effects=(effects.close,),
        automatic=True,
    ),
    *subcontract_rows.ROWS,
    *ending_rows.ROWS,
    *unclaimed_rows.ROWS,
    *part_rows.ROWS,
)


def transition_from(state: S, event: str) -> Transition | None:
    """The row that `event` takes from `state`, None where it takes none."""
    return next((row for row in TRANSITIONS if row.event == event and state in row.sources), None)
