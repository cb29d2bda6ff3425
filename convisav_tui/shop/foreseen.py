"""What a step would do, said before it is confirmed: sentences, and the messages as they would leave."""

from __future__ import annotations

from dataclasses import replace

from convisav_tui.i18n import _
from convisav_tui.shop import part_effects, subcontract_effects
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.effects import GUARANTEED, Effect
from convisav_tui.shop.message_facts import MessageFacts
from convisav_tui.shop.names import name
from convisav_tui.shop.notices import Audience, audiences
from convisav_tui.shop.outbox import PlannedMessage
from convisav_tui.shop.planning import plan_message, with_quote
from convisav_tui.shop.quote_issue import accepts_itself, offered
from convisav_tui.shop.reactions import POSTPONED, REACTIONS, heard, is_told
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.shop.transition import Transition
from convisav_tui.shop.undo_window import undo_window
from convisav_tui.store.models import Channel, MessageEvent, OrderState, Outcome, SubcontractState

_ISSUED = ("issue_quote", "revise_quote")
_WAITING = ("wait_parts", "missing_part")


def foreseen_effects(situation: Situation, row: Transition, answers: Answers) -> list[str]:
    """One sentence an effect, the change of state first, the messages last."""
    sentences = [_("{before} → {after}").format(before=name(situation.order.state), after=name(row.target))]
    sentences += [said for effect in _effects(situation, row, answers) if (said := effect.foresee(situation, answers))]
    told = _told_of(situation, row, answers)
    return sentences + ([_message_line(situation, told)] if told else [])


def effect_line(situation: Situation, row: Transition, answers: Answers) -> str:
    """The same in one line, for the list of steps: "quote issued · SMS to 06 12 34 56 78 in 60 s"."""
    told = _told_of(situation, row, answers)
    parts = [name(row.target)] + ([_message_line(situation, told)] if told else [])
    return " · ".join(part for part in parts if part)


def foreseen_messages(situation: Situation, row: Transition, answers: Answers) -> list[PlannedMessage]:
    """The messages of the step and of what follows by itself, worded with these answers; those to partners last."""
    to_customers = [
        plan_message(
            situation.session,
            situation.order,
            replace(audience, facts=_facts(situation, audience, told, answers, row)),
            told,
            situation.shop,
        )
        for told, found in _told_of(situation, row, answers)
        for audience in found
    ]
    partners = [told for effect in _effects(situation, row, answers) for told in effect.tells(situation, answers)]
    return to_customers + partners


def _effects(situation: Situation, row: Transition, answers: Answers) -> list[Effect]:
    """The effects of the row and of the one that follows by itself, as far as a part or a partner is concerned."""
    followers = [part_effects.postpone] if _waits_for_parts(situation, row, answers) else []
    quoted = situation.away is not None and situation.away.job.state is SubcontractState.QUOTED
    if quoted and _is_accepted(situation, row, answers):
        followers.append(subcontract_effects.approve)
    return [*row.effects, *followers]


def _is_accepted(situation: Situation, row: Transition, answers: Answers) -> bool:
    """Whether the step is the customer's yes, or his cap says it."""
    return row.target is OrderState.QUOTE_ACCEPTED or (row.event in _ISSUED and _within_cap(situation, answers))


def _waits_for_parts(situation: Situation, row: Transition, answers: Answers) -> bool:
    """Whether the order will wait for parts as soon as its quote is accepted (T14)."""
    accepted = _is_accepted(situation, row, answers)
    return accepted and situation.away is None and part_effects.postponed_to(situation) is not None


def _told_of(situation: Situation, row: Transition, answers: Answers) -> list[tuple[MessageEvent, list[Audience]]]:
    """What is told, and to whom; nothing when nobody is to be told."""
    if answers.ticked("silent"):
        return []
    completed = row.target is OrderState.COMPLETED
    if completed and answers.ticked("present"):
        return []
    events = {"notice_due" if completed else row.event}
    late = _waits_for_parts(situation, row, answers) or (
        row.event in _WAITING and part_effects.postponed_to(situation) is not None
    )
    if late:
        events.add("wait_parts")
    return [
        (reaction.message, found)
        for reaction in REACTIONS
        if reaction.message is not None and events & reaction.events
        if shop_setting(situation.session, f"reaction.{reaction.name}") is not False
        if is_told(situation.session, situation.order, reaction, {POSTPONED: ""} if late else {})
        if (found := heard(audiences(situation.session, situation.order, reaction.message), reaction.message))
    ]


def _message_line(situation: Situation, told: list[tuple[MessageEvent, list[Audience]]]) -> str:
    said = []
    for audience in [audience for _event, found in told for audience in found]:
        channel, facts = audience.channels[0], audience.facts
        if channel is Channel.CALL:
            phone = facts.phone or facts.phone_e164 or _("no number")
            said.append(_("to be called: {phone}").format(phone=phone))
            continue
        address = facts.phone if channel is Channel.SMS else facts.recipient(channel)
        seconds = round(undo_window(situation.session).total_seconds())
        said.append(
            _("{channel} to {address} in {seconds} s").format(
                channel=name(channel), address=address or facts.phone_e164, seconds=seconds
            )
        )
    return ", ".join(said)


def _facts(
    situation: Situation, audience: Audience, told: MessageEvent, answers: Answers, row: Transition
) -> MessageFacts:
    """The facts as they will be once the step is taken."""
    facts = audience.facts
    if told is MessageEvent.DELAY:
        return replace(facts, promised_on=part_effects.postponed_to(situation))
    if told is MessageEvent.QUOTE_ACCEPTED and situation.quote is not None:
        return with_quote(facts, situation.quote, within_cap=False)
    if told is MessageEvent.QUOTE_READY:
        offer = offered(situation, answers)
        return replace(
            facts,
            quote_amount=offer.amount if offer is not None else None,
            quote_text=offer.text if offer is not None else answers.text("text"),
            quote_valid_until=answers.day("valid_until"),
            within_cap=_within_cap(situation, answers),
        )
    if told is not MessageEvent.REPAIR_READY:
        return facts
    outcome = row.outcome or Outcome(answers.text("outcome"))
    until = situation.guaranteed_until(situation.today) if outcome in GUARANTEED else None
    return replace(facts, price=answers.amount("price") or 0, outcome=outcome, guarantee_until=until)


def _within_cap(situation: Situation, answers: Answers) -> bool:
    offer = offered(situation, answers)
    return offer is not None and accepts_itself(situation, offer)
