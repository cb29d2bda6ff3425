"""The rows of the table for the work itself: T20, T22–T25, T46 (rules.md 7.3)."""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.shop import (
    effects,
    ending_effects,
    final_tests,
    guards,
    knowledge,
    part_effects,
    part_guards,
    questions,
    subcontract_effects,
    subcontract_guards,
    usual,
)
from convisav_tui.shop.transition import Transition
from convisav_tui.shop.transition import from_states as _from
from convisav_tui.store.models import OrderState as S
from convisav_tui.store.models import Outcome

ROWS: tuple[Transition, ...] = (
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
        guards=(part_guards.parts_dealt_with, part_guards.serials_given),
        inputs=(questions.WORK, questions.REMOVED_PARTS, questions.PART_SERIALS),
        effects=(effects.note("work"), part_effects.fit),
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
        guards=(
            guards.price_within_consent,
            part_guards.parts_dealt_with,
            part_guards.serials_given,
            final_tests.tests_answered,
        ),
        inputs=(
            questions.REPAIRED_AS,
            questions.PRICE,
            questions.WORK,
            questions.UNTESTED,
            questions.REMOVED_PARTS,
            questions.PART_SERIALS,
            questions.PRESENT,
            questions.SILENT,
        ),
        effects=(
            effects.note("work", "untested"),
            part_effects.fit,
            part_effects.free,
            effects.finish(),
            knowledge.learn,
        ),
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
        effects=(effects.note("reason"), ending_effects.finish_unrepaired(Outcome.NOT_REPAIRABLE), part_effects.free),
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
        effects=(effects.note("reason"), ending_effects.finish_unrepaired(Outcome.NO_FAULT_FOUND), part_effects.free),
        outcome=Outcome.NO_FAULT_FOUND,
        usual=usual.fee,
    ),
    Transition(
        "T46",
        "stop_work",
        _from(S.IN_REPAIR, S.TESTING, S.SUBCONTRACTED),
        S.COMPLETED,
        mark("Stop the work"),
        guards=(subcontract_guards.recalled, guards.reassembled, guards.price_within_consent),
        inputs=(
            questions.REASON,
            questions.STOPPED_AS,
            questions.BACK,
            questions.REASSEMBLED,
            questions.PRICE,
            questions.PRESENT,
            questions.SILENT,
        ),
        effects=(effects.note("reason"), subcontract_effects.recall, part_effects.free, effects.finish()),
        usual=usual.stopped_price,
    ),
)
