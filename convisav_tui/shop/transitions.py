"""The transitions of a repair order: reads like rules.md 7.3.

What is reduced, because the rooms it needs do not exist yet:
- T03, T17 no workshop slot; without a chosen technician whoever takes the step does the work.
- T04 "mandatory" is FR-Q1 with its threshold 0: whoever pays gets a quote, unless his cap covers the estimate (T05).
- T05 coverage is the order's kind; a displayed flat tariff is no basis yet. Asked for a quote, one is issued (C5).
- T06 mandatory content is amount, text and validity; no PIEC answer (FR-P2), no principal's reference.
- T07 no European form, so no 30 days (FR-Q10). T08 asks who answered and how; no advance required by the quote.
- T09, T12 the fee is what was paid or agreed; there are no invoices, `price` is what the customer owes.
- T22, T24 no parts, labour times, photos; coverage is the kind: the customer of a guarantee pays 0.
- T28, T29 by `reactions.message_accepted` and `message_failed`. T30 asks that nothing is owed, or a manager's release;
  no loaner, no days added to the device's guarantee (FR-G6). T31 asks settled money, no open complaint or bonus.
- T39 settles the advance as answered. T46 not from subcontracted. T20 is here because without it the refusal of T24 to
  exceed the accepted total could not be mended. T13–T16, T18, T19, T21, T33–T38, T41–T45 are not here yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from convisav_tui.i18n import mark
from convisav_tui.shop import effects, guards, questions, usual
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.guards import Guard
from convisav_tui.shop.permissions import Permission
from convisav_tui.shop.steps import StepInput
from convisav_tui.shop.usual import Usual
from convisav_tui.store.models import OrderState as S
from convisav_tui.store.models import Outcome


@dataclass(frozen=True)
class Transition:
    """A row of the table. `offered`: people take it; `automatic`: it follows by itself as soon as its guards allow."""

    id: str
    event: str
    sources: frozenset[S]
    target: S
    label: str
    guards: tuple[Guard, ...] = ()
    inputs: tuple[StepInput, ...] = ()
    effects: tuple[Effect, ...] = ()
    outcome: Outcome | None = None  # what the work ends as; None where it is answered, or goes on
    usual: Usual = usual.nothing  # what stands in its inputs for this order
    offered: bool = True
    automatic: bool = False
    permission: Permission = Permission.MOVE_ORDER  # of the person who takes it


def _from(*states: S) -> frozenset[S]:
    return frozenset(states)


_QUOTE = (
    questions.AMOUNT,
    questions.DISCOUNTED,
    questions.QUOTE_TEXT,
    questions.VALID_UNTIL,
    questions.PRINCIPAL_REFERENCE,
    questions.SILENT,
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
        effects=(effects.bench,),
        usual=usual.technician,
    ),
    Transition(
        "T04",
        "request_quote",
        _from(S.RECEIVED, S.DIAGNOSING),
        S.QUOTE_REQUESTED,
        mark("Ask for a quote"),
        guards=(guards.quote_is_due,),
    ),
    Transition(
        "T05",
        "authorise_direct",
        _from(S.DIAGNOSING),
        S.IN_REPAIR,
        mark("Start the repair without a quote"),
        guards=(guards.authorised_without_quote, guards.estimate_given),
        inputs=(questions.ESTIMATE, questions.TECHNICIAN),
        effects=(effects.authorise, effects.bench),
        usual=usual.estimate,
    ),
    Transition(
        "T06",
        "issue_quote",
        _from(S.QUOTE_REQUESTED),
        S.QUOTE_ISSUED,
        mark("Issue the quote"),
        guards=(guards.validity_not_past, guards.reference_given),
        inputs=_QUOTE,
        effects=(effects.issue_quote,),
        usual=usual.quote,
    ),
    Transition(
        "T07",
        "revise_quote",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_ISSUED,
        mark("Revise the quote"),
        guards=(guards.validity_not_past,),
        inputs=_QUOTE,
        effects=(effects.issue_quote,),
        usual=usual.same_quote,
    ),
    Transition(
        "T08",
        "accept_quote",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_ACCEPTED,
        mark("Quote accepted"),
        guards=(guards.quote_still_holds,),
        inputs=(questions.DECIDED_BY, questions.MEANS),
        effects=(effects.accept_quote,),
        usual=usual.customer_answers,
    ),
    Transition(
        "T08",
        "accept_by_cap",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_ACCEPTED,
        mark("Accepted within the spending cap"),
        guards=(guards.quote_within_cap,),
        effects=(effects.accept_by_cap,),
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
        effects=(effects.refuse_quote,),
        usual=usual.customer_answers,
    ),
    Transition(
        "T10",
        "expire",
        _from(S.QUOTE_ISSUED),
        S.QUOTE_EXPIRED,
        mark("Quote expired"),
        effects=(effects.expire_quote,),
        offered=False,
    ),
    Transition(
        "T11",
        "revise_quote",
        _from(S.QUOTE_EXPIRED),
        S.QUOTE_ISSUED,
        mark("Issue the quote anew"),
        guards=(guards.validity_not_past,),
        inputs=_QUOTE,
        effects=(effects.issue_quote,),
        usual=usual.same_quote,
    ),
    Transition(
        "T11",
        "give_up",
        _from(S.QUOTE_EXPIRED),
        S.QUOTE_REFUSED,
        mark("Give up: no repair"),
        inputs=(questions.DECIDED_BY, questions.MEANS, questions.REASON),
        effects=(effects.refuse_quote,),
        usual=usual.customer_answers,
    ),
    Transition(
        "T12",
        "reassemble_done",
        _from(S.QUOTE_REFUSED),
        S.COMPLETED,
        mark("Reassembled: to be collected"),
        guards=(guards.reassembled, guards.fee_as_agreed),
        inputs=(questions.REASSEMBLED, questions.PRICE, questions.PRESENT, questions.SILENT),
        effects=(effects.finish(Outcome.REFUSED_RETURNED_AS_IS),),
        outcome=Outcome.REFUSED_RETURNED_AS_IS,
        usual=usual.fee,
    ),
    Transition(
        "T17",
        "start_repair",
        _from(S.QUOTE_ACCEPTED),
        S.IN_REPAIR,
        mark("Start the repair"),
        inputs=(questions.TECHNICIAN,),
        effects=(effects.bench,),
        usual=usual.technician,
    ),
    Transition(
        "T20",
        "extra_work_found",
        _from(S.IN_REPAIR),
        S.QUOTE_REQUESTED,
        mark("More work found: quote it"),
        inputs=(questions.REASON,),
        effects=(effects.note("reason"), effects.ask_again),
    ),
    Transition(
        "T22",
        "work_done",
        _from(S.IN_REPAIR),
        S.TESTING,
        mark("Work done: test it"),
        inputs=(questions.WORK,),
        effects=(effects.note("work"),),
    ),
    Transition(
        "T23",
        "test_failed",
        _from(S.TESTING),
        S.IN_REPAIR,
        mark("Test failed: back to the repair"),
        inputs=(questions.REASON,),
        effects=(effects.note("reason"),),
    ),
    Transition(
        "T24",
        "complete",
        _from(S.TESTING, S.IN_REPAIR),
        S.COMPLETED,
        mark("Repair completed"),
        guards=(guards.price_within_consent,),
        inputs=(questions.REPAIRED_AS, questions.PRICE, questions.WORK, questions.PRESENT, questions.SILENT),
        effects=(effects.note("work"), effects.finish()),
        usual=usual.agreed_price,
    ),
    Transition(
        "T25",
        "not_repairable",
        _from(S.DIAGNOSING, S.IN_REPAIR),
        S.COMPLETED,
        mark("Not repairable"),
        guards=(guards.fee_as_agreed,),
        inputs=(questions.REASON, questions.PRICE, questions.PRESENT, questions.SILENT),
        effects=(effects.note("reason"), effects.finish(Outcome.NOT_REPAIRABLE)),
        outcome=Outcome.NOT_REPAIRABLE,
        usual=usual.fee,
    ),
    Transition(
        "T25",
        "no_fault_found",
        _from(S.DIAGNOSING, S.IN_REPAIR),
        S.COMPLETED,
        mark("No fault found"),
        guards=(guards.fee_as_agreed,),
        inputs=(questions.REASON, questions.PRICE, questions.PRESENT, questions.SILENT),
        effects=(effects.note("reason"), effects.finish(Outcome.NO_FAULT_FOUND)),
        outcome=Outcome.NO_FAULT_FOUND,
        usual=usual.fee,
    ),
    Transition(
        "T46",
        "stop_work",
        _from(S.IN_REPAIR, S.TESTING),
        S.COMPLETED,
        mark("Stop the work"),
        guards=(guards.reassembled, guards.price_within_consent),
        inputs=(
            questions.REASON,
            questions.STOPPED_AS,
            questions.REASSEMBLED,
            questions.PRICE,
            questions.PRESENT,
            questions.SILENT,
        ),
        effects=(effects.note("reason"), effects.finish()),
        usual=usual.stopped_price,
    ),
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
        guards=(guards.paid_or_released,),
        inputs=(questions.PROOF, questions.TAKEN_BY, questions.IMPOSED, questions.RELEASE, questions.RELEASE_REASON),
        effects=(effects.give_device_back,),
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
        guards=(guards.device_given_back, guards.advance_has_answer),
        inputs=(questions.REASON, questions.ADVANCE, questions.GIVEN_BACK),
        effects=(effects.cancel,),
        permission=Permission.CANCEL_ORDER,
        usual=usual.advance,
    ),
    Transition(
        "T40",
        "close",
        _from(S.CANCELLED),
        S.CLOSED,
        mark("Close the order"),
        guards=(guards.money_settled,),
        effects=(effects.close,),
        automatic=True,
    ),
)


def transition_from(state: S, event: str) -> Transition | None:
    """The row that `event` takes from `state`, None where it takes none."""
    return next((row for row in TRANSITIONS if row.event == event and state in row.sources), None)
