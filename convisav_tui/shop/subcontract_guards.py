"""What may keep a device from going to a subcontractor, from coming back, or from going on without being here."""

from __future__ import annotations

from datetime import date

from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.away import Away
from convisav_tui.shop.permissions import Permission, refusal
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.shop.subcontractors import expected_back, terms_of, with_margin
from convisav_tui.store.models import (
    DeviceFamily,
    OrderState,
    Party,
    SecretState,
    SubcontractorTerms,
    SubcontractState,
)

# Devices that keep what their owner wrote: who has one in hand needs a data-processing agreement (GD-6).
_WITH_DATA = frozenset({DeviceFamily.PHONE, DeviceFamily.COMPUTER})


def chosen_terms(situation: Situation, answers: Answers) -> SubcontractorTerms | None:
    """What was agreed with the subcontractor that was chosen."""
    chosen = answers.text("subcontractor")
    return terms_of(situation.session, int(chosen)) if chosen else None


def subcontractor_takes_it(situation: Situation, answers: Answers) -> Refusal | None:
    """T18: he still works for the shop, and repairs devices of this kind."""
    terms = chosen_terms(situation, answers)
    if terms is None:
        raise FieldErrors({"subcontractor": _("This is needed")})
    name = situation.session.get_one(Party, terms.party_id).name
    if not terms.active:
        sentence = _("{name} works for this shop no more.")
    elif terms.families and situation.device_type.family.value not in terms.families:
        sentence = _("{name} does not repair devices of this kind.")
    else:
        return None
    return Refusal(
        "subcontractor_takes_it",
        sentence.format(name=name),
        _("Choose another subcontractor."),
        mended_by="input:subcontractor",
    )


def data_agreement(situation: Situation, answers: Answers) -> Refusal | None:
    """T18: a device that holds data goes only to who signed a data-processing agreement (GD-6)."""
    terms, kind = chosen_terms(situation, answers), situation.device_type
    holds_data = kind.has_secret or kind.family in _WITH_DATA
    if terms is None or terms.data_agreement or not holds_data:
        return None
    name = situation.session.get_one(Party, terms.party_id).name
    return Refusal(
        "data_agreement",
        _("This device holds data, and {name} signed no data agreement.").format(name=name),
        _("Have it signed and tick it on his card (F10)."),
        mended_by="subcontractors",
    )


def secret_may_go(situation: Situation, answers: Answers) -> Refusal | None:
    """T18: the unlock code goes along only where that was agreed, given by who may see it (rules.md 4.5)."""
    if not answers.ticked("secret"):
        return None
    terms = chosen_terms(situation, answers)
    if situation.order.secret_state is not SecretState.STORED:
        return Refusal("secret_stored", _("No unlock code is kept for this order."), mended_by="input:secret")
    if terms is not None and not terms.secret_allowed:
        name = situation.session.get_one(Party, terms.party_id).name
        sentence = _("It was not agreed that {name} gets unlock codes.").format(name=name)
        return Refusal("secret_allowed", sentence, mended_by="input:secret")
    if situation.actor is None:
        return None
    return refusal(situation.session, situation.actor, Permission.REVEAL_SECRET)


def diagnosed_unless_passed_on(situation: Situation, answers: Answers) -> Refusal | None:
    """T18 from the counter: only a shop that merely passes on sends what it has not looked at (7.8)."""
    terms = chosen_terms(situation, answers)
    if situation.order.state is not OrderState.RECEIVED or terms is None or terms.passes_on:
        return None
    sentence = _("Nobody has looked at this device yet.")
    return Refusal("diagnosed_unless_passed_on", sentence, _("Start the diagnosis."), mended_by="step:start_diagnosis")


def expected_not_past(situation: Situation, answers: Answers) -> Refusal | None:
    """T18: what leaves today cannot be expected back before."""
    day = answers.day("expected_on")
    if day is not None and day < situation.today:
        raise FieldErrors({"expected_on": _("This day is past")})
    return None


def device_is_here(situation: Situation, _answers: Answers) -> Refusal | None:
    """T12, T17, T39: nobody works on a device, or gives it back, while a subcontractor has it."""
    away = situation.away
    if away is None:
        return None
    sentence = _("The device is with {name}.").format(name=away.party.name)
    return Refusal("device_is_here", sentence, _("Receive it back first."), mended_by="step:receive_back")


def device_is_away(situation: Situation, _answers: Answers) -> Refusal | None:
    """T19: only what is out comes back."""
    if situation.away is not None:
        return None
    return Refusal("device_is_away", _("This device is with no subcontractor."))


def recalled(situation: Situation, answers: Answers) -> Refusal | None:
    """T46: the work of a subcontractor is stopped once the device is in the shop again."""
    if situation.away is None or answers.ticked("back"):
        return None
    sentence = _("The device is with {name}.").format(name=situation.away.party.name)
    return Refusal("recalled", sentence, _("Call it back, and tick that it is here."), mended_by="input:back")


def price_agreed_before(situation: Situation, answers: Answers) -> Refusal | None:
    """Approval without asking anybody: his price with our margin is within what the customer agreed to, or somebody
    else covers the work (7.5 X)."""
    cost = answers.amount("cost")
    if situation.away is None or cost is None or situation.covered:
        return None
    price = with_margin(cost, situation.away.terms)
    if price <= situation.consented:
        return None
    sentence = _("With the margin this makes {price}; the customer agreed to {agreed}.")
    return Refusal(
        "price_agreed_before",
        sentence.format(price=situation.money(price), agreed=situation.money(situation.consented)),
        _("Quote it to the customer."),
        mended_by="step:subcontractor_quoted",
    )


def answer_awaited(situation: Situation, _answers: Answers) -> Refusal | None:
    """By itself: the customer said yes, and the subcontractor waits for that."""
    if situation.away is not None and situation.away.job.state is SubcontractState.QUOTED:
        return None
    return Refusal("answer_awaited", _("No subcontractor waits for an answer."))


def day_back(terms: SubcontractorTerms, answers: Answers, today: date) -> date:
    """The day typed, else the usual one."""
    return answers.day("expected_on") or expected_back(terms, today)


def has_subcontractors(situation: Situation) -> bool:
    """Whether the shop sends devices out at all."""
    return bool(situation.subcontractors) or situation.away is not None


def is_away(situation: Situation) -> bool:
    """Whether somebody else has the device."""
    return situation.away is not None


def open_job(situation: Situation) -> Away:
    """The job that the guards made sure of."""
    assert situation.away is not None
    return situation.away
