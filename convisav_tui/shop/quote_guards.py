"""What may keep a quote from being issued, revised, accepted or outgrown (T06–T08, T20; FR-Q2, FR-P2, FR-Q10)."""

from __future__ import annotations

from convisav_tui.errors import Conflict, FieldErrors, Refusal
from convisav_tui.i18n import _, format_day
from convisav_tui.shop import quote_content
from convisav_tui.shop.quote_answers import CIRCULAR, VARIANT, choice_is_due, taken
from convisav_tui.shop.quote_form import bound_until
from convisav_tui.shop.quote_issue import offered
from convisav_tui.shop.quote_lines import draft_row
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers

DRAFT, AGREED = "draft", "agreed"
TYPED = ("amount", "text")  # asked where no line was written


def is_asked(situation: Situation, key: str) -> bool:
    """Whether an input that only some quotes need is asked of this one."""
    if key in TYPED:
        return not situation.drafted
    if key == VARIANT:
        return len(situation.offer) > 1
    if key == CIRCULAR:
        return choice_is_due(situation)
    return bound_until(situation.session, situation.quote, situation.today) is not None  # AGREED


ASKED = (*TYPED, VARIANT, CIRCULAR, AGREED)


def draft_as_seen(situation: Situation, answers: Answers) -> Refusal | None:
    """T06: what is issued is what was on the screen; `draft` is the version of the draft that was read there."""
    seen, draft = answers.text(DRAFT), draft_row(situation.session, situation.order_id)
    if seen and draft is not None and seen != str(draft.version):
        raise Conflict(_("Somebody else changed the quote meanwhile."), _("Look at it again."))
    return None


def content_complete(situation: Situation, answers: Answers) -> Refusal | None:
    """T06: all that a quote must say is there (FR-Q2), and each used part that is owed has its answer (FR-P2)."""
    offer = offered(situation, answers)
    gaps = [gap for gap in quote_content.gaps_of(situation, offer) if gap.blocks] if offer is not None else []
    if not gaps:
        return None
    return Refusal("content_complete", " ".join(gap.sentence for gap in gaps), mended_by=gaps[0].mended_by)


def not_bound_by_form(situation: Situation, answers: Answers) -> Refusal | None:
    """T07: what stands in a European form given to the customer may not change for 30 days unless he agrees."""
    until = bound_until(situation.session, situation.quote, situation.today)
    if until is None or answers.ticked(AGREED):
        return None
    sentence = _("The European repair form binds the shop until {day}.").format(day=format_day(until))
    return Refusal("not_bound_by_form", sentence, _("Ask the customer whether he agrees."), mended_by=f"input:{AGREED}")


def answer_complete(situation: Situation, answers: Answers) -> Refusal | None:
    """T08: which variant, which lines, a used part or a new one."""
    if situation.offer:
        taken(situation, answers)
    return None


def extra_beyond_consent(situation: Situation, answers: Answers) -> Refusal | None:
    """T20: what was found costs more than was agreed; within it the repair goes on."""
    extra = answers.amount("extra")
    if extra is None:
        return None
    if extra == 0:
        raise FieldErrors({"extra": _("More work costs more than nothing")})
    accepted, authorised = situation.accepted, situation.authorised
    before = accepted.amount if accepted is not None else authorised or 0
    if before + extra > situation.consented:
        return None
    sentence = _("The customer agreed to {agreed}: no further quote is needed.")
    return Refusal(
        "extra_beyond_consent",
        sentence.format(agreed=situation.money(situation.consented)),
        _("Go on with the repair."),
        mended_by="step",
    )
