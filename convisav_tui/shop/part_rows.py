"""The rows of the table that concern parts: T14, T15, T16, T21 (rules.md 7.3).

Beyond the table: T14 follows by itself where a part is missing when the quote is accepted, T15 as soon as the last
blocking part is reserved; a person may take each of them as well.
"""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.shop import effects, part_effects, part_guards, questions, quote_effects
from convisav_tui.shop.transition import Transition, from_states
from convisav_tui.store.models import OrderState as S

ROWS: tuple[Transition, ...] = (
    Transition(
        "T14",
        "wait_parts",
        from_states(S.QUOTE_ACCEPTED),
        S.AWAITING_PARTS,
        mark("Wait for parts"),
        guards=(part_guards.part_is_missing,),
        effects=(part_effects.postpone,),
        automatic=True,
        shown=part_guards.misses_parts,
    ),
    Transition(
        "T15",
        "parts_received",
        from_states(S.AWAITING_PARTS),
        S.IN_REPAIR,
        mark("The parts are here: repair"),
        guards=(part_guards.parts_are_here,),
        automatic=True,
    ),
    Transition(
        "T16",
        "part_unavailable",
        from_states(S.AWAITING_PARTS),
        S.QUOTE_REQUESTED,
        mark("A part cannot be had: quote anew"),
        inputs=(questions.REASON,),
        effects=(effects.note("reason"), part_effects.free_missing, quote_effects.ask_again),
    ),
    Transition(
        "T21",
        "missing_part",
        from_states(S.IN_REPAIR),
        S.AWAITING_PARTS,
        mark("A part is missing: wait for it"),
        guards=(part_guards.part_is_missing,),
        effects=(part_effects.postpone,),
        shown=part_guards.misses_parts,
    ),
)
