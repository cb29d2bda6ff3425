"""What missing parts keep an order from, and what their being here lets it do (T14–T17, T21, T22, T24)."""

from __future__ import annotations

from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop import stock
from convisav_tui.shop.needs import missing
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import NeedState, PartNeed

REMOVED, SERIALS = "removed_parts", "serials"
ASKED = (REMOVED, SERIALS)


def no_blocking_part(situation: Situation, _answers: Answers) -> Refusal | None:
    """T17: the repair does not begin while a part that it needs is missing."""
    return _refusal(situation, "no_blocking_part", "step:wait_parts")


def parts_dealt_with(situation: Situation, _answers: Answers) -> Refusal | None:
    """T22, T24: what the work needs is here, or was crossed out."""
    return _refusal(situation, "parts_dealt_with", "needs")


def part_is_missing(situation: Situation, _answers: Answers) -> Refusal | None:
    """T14, T21: only who misses a part waits for one."""
    if missing(situation.needs) and situation.away is None:
        return None
    return Refusal("part_is_missing", _("No part is missing."), mended_by="needs")


def parts_are_here(situation: Situation, _answers: Answers) -> Refusal | None:
    """T15: all that the work needs is reserved for it."""
    return _refusal(situation, "parts_are_here", "supplier_orders")


def serials_given(situation: Situation, answers: Answers) -> Refusal | None:
    """T22, T24: a part whose serial numbers are kept is fitted with one."""
    if SERIALS in answers.values and len(serials_of(answers)) != len(tracked(situation)):
        raise FieldErrors({SERIALS: _("One serial number for each such part, with commas between")})
    return None


def misses_parts(situation: Situation) -> bool:
    """Whether a part that the work needs is not here."""
    return bool(missing(situation.needs)) and situation.away is None


def is_asked(situation: Situation, key: str) -> bool:
    """Whether a step asks what became of the old parts, or which pieces were fitted."""
    return bool(to_fit(situation)) if key == REMOVED else bool(tracked(situation))


def to_fit(situation: Situation) -> list[PartNeed]:
    """What is reserved and will be used up when the work is done."""
    return [need for need in situation.needs if need.state is NeedState.ALLOCATED]


def tracked(situation: Situation) -> list[PartNeed]:
    """Those of them whose serial numbers are kept."""
    return [need for need in to_fit(situation) if stock.part_of(situation.session, need.part_id).tracks_serials]


def serials_of(answers: Answers) -> list[str]:
    """The serial numbers that were typed, in the order of the parts."""
    return [part.strip()[:80] for part in answers.text(SERIALS).replace("\n", ",").split(",") if part.strip()]


def _refusal(situation: Situation, guard: str, mended_by: str) -> Refusal | None:
    gaps = missing(situation.needs)
    if not gaps:
        return None
    codes = ", ".join(stock.part_of(situation.session, need.part_id).code for need in gaps)
    return Refusal(guard, _("Parts are missing: {codes}.").format(codes=codes), mended_by=mended_by)
