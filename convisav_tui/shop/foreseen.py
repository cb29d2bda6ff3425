"""What a step would do, said before it is confirmed: sentences, and the messages as they would leave."""

from __future__ import annotations

from dataclasses import replace

from convisav_tui.i18n import _
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.effects import GUARANTEED
from convisav_tui.shop.message_facts import MessageFacts
from convisav_tui.shop.names import name
from convisav_tui.shop.notices import Audience, audiences
from convisav_tui.shop.outbox import PlannedMessage
from convisav_tui.shop.planning import plan_message
from convisav_tui.shop.reactions import REACTIONS
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.shop.transition import Transition
from convisav_tui.shop.undo_window import undo_window
from convisav_tui.store.models import Channel, MessageEvent, OrderState, Outcome


def foreseen_effects(situation: Situation, row: Transition, answers: Answers) -> list[str]:
    """One sentence an effect, the change of state first, the messages last."""
    sentences = [_("{before} → {after}").format(before=name(situation.order.state), after=name(row.target))]
    sentences += [said for effect in row.effects if (said := effect.foresee(situation, answers))]
    told = _told_of(situation, row, answers)
    return sentences + ([_message_line(situation, told, answers)] if told else [])


def effect_line(situation: Situation, row: Transition, answers: Answers) -> str:
    """The same in one line, for the list of steps: "quote issued · SMS to 06 12 34 56 78 in 60 s"."""
    told = _told_of(situation, row, answers)
    parts = [name(row.target)] + ([_message_line(situation, told, answers)] if told else [])
    return " · ".join(part for part in parts if part)


def foreseen_messages(situation: Situation, row: Transition, answers: Answers) -> list[PlannedMessage]:
    """The messages of the step and of what follows by itself, worded with these answers."""
    told = _told_of(situation, row, answers)
    if told is None:
        return []
    return [
        plan_message(
            situation.session,
            situation.order,
            replace(audience, facts=_facts(situation, audience, told, answers, row)),
            told,
            situation.shop,
        )
        for audience in audiences(situation.session, situation.order, told)
    ]


def _told_of(situation: Situation, row: Transition, answers: Answers) -> MessageEvent | None:
    """What the customer would be told, None when nothing."""
    if answers.ticked("silent"):
        return None
    completed = row.target is OrderState.COMPLETED
    event = "notice_due" if completed else row.event
    if completed and answers.ticked("present"):
        return None
    for reaction in REACTIONS:
        if event in reaction.events and reaction.message is not None:
            wanted = bool(audiences(situation.session, situation.order, reaction.message))
            on = shop_setting(situation.session, f"reaction.{reaction.name}") is not False
            return reaction.message if wanted and on else None
    return None


def _message_line(situation: Situation, told: MessageEvent, answers: Answers) -> str:
    said = []
    for audience in audiences(situation.session, situation.order, told):
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
    if told is MessageEvent.QUOTE_READY:
        amount = situation.less_discount(answers.amount("amount"), answers.ticked("discounted"))
        cap = situation.order.cap
        return replace(
            facts,
            quote_amount=amount,
            quote_text=answers.text("text"),
            quote_valid_until=answers.day("valid_until"),
            within_cap=amount is not None and cap is not None and amount <= cap,
        )
    outcome = row.outcome or Outcome(answers.text("outcome"))
    until = situation.guaranteed_until(situation.today) if outcome in GUARANTEED else None
    return replace(facts, price=answers.amount("price") or 0, outcome=outcome, guarantee_until=until)
