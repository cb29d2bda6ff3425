"""What may keep a step from being taken: one function a guard of rules.md 7.3, each says why and what mends it.

A guard gets the order as it is and the answers, and returns the refusal or None. A refusal's `guard` is the function's
name; `mended_by` is an action of the key registry, "step:<event>" for another step, or "input:<key>" for an answer.
"""

from __future__ import annotations

from collections.abc import Callable

from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.i18n import _, format_day
from convisav_tui.shop.consent import beyond_consent
from convisav_tui.shop.mandate import agreed_without_quote
from convisav_tui.shop.permissions import Permission, refusal
from convisav_tui.shop.quote_answers import choice_is_due
from convisav_tui.shop.quote_form import holds_until
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import BillingState

Guard = Callable[[Situation, Answers], Refusal | None]


def quote_is_due(situation: Situation, _answers: Answers) -> Refusal | None:
    """T04: the customer asked for a quote, or pays and so must get one (FR-Q1)."""
    if situation.order.quote_requested or not situation.covered:
        return None
    return Refusal(
        "quote_is_due",
        _("The customer pays nothing for this repair: no quote is needed."),
        _("Start the repair."),
        mended_by="step:authorise_direct",
    )


def authorised_without_quote(situation: Situation, answers: Answers) -> Refusal | None:
    """T05: somebody else covers the work, or the customer's cap is at or above the estimate (FR-Q8)."""
    order = situation.order
    if situation.covered:
        return None
    to_quote = {"remedy": _("Issue a quote: within the cap it is accepted at once."), "mended_by": "step:request_quote"}
    if order.quote_requested:
        return Refusal("authorised_without_quote", _("The customer asked for a quote."), **to_quote)
    estimate = answers.amount("estimate")
    if order.principal_id is not None:
        return _beyond_his_terms(situation, estimate, to_quote)
    if order.cap is None:
        return Refusal("authorised_without_quote", _("The customer gave no spending cap."), **to_quote)
    if estimate is None or estimate <= order.cap:
        return None
    sentence = _("{amount} is above the spending cap of {cap}.")
    return Refusal(
        "authorised_without_quote",
        sentence.format(amount=situation.money(estimate), cap=situation.money(order.cap)),
        **to_quote,
    )


def _beyond_his_terms(situation: Situation, estimate: int | None, to_quote: dict[str, str]) -> Refusal | None:
    """A principal agreed beforehand to his cap, to what his terms leave free of a quote, or to a price of his list."""
    agreed = agreed_without_quote(situation.session, situation.order)
    if not agreed:
        return Refusal("authorised_without_quote", _("The principal's terms ask for a quote."), **to_quote)
    if estimate is None or estimate <= agreed:
        return None
    sentence = _("{amount} is above the {agreed} that the principal's terms leave free of a quote.")
    said = sentence.format(amount=situation.money(estimate), agreed=situation.money(agreed))
    return Refusal("authorised_without_quote", said, **to_quote)


def reference_given(situation: Situation, answers: Answers) -> Refusal | None:
    """T06: a principal who wants his reference on every order has given it before he is sent a quote."""
    if situation.reference_missing and not answers.text("principal_reference"):
        raise FieldErrors({"principal_reference": _("This is needed")})
    return None


def estimate_given(situation: Situation, answers: Answers) -> Refusal | None:
    """T05: what the customer authorised has an amount, unless somebody else pays."""
    if not situation.covered and answers.amount("estimate") is None:
        raise FieldErrors({"estimate": _("This is needed")})
    return None


def validity_not_past(situation: Situation, answers: Answers) -> Refusal | None:
    """T06: an offer that is over before it is made is none (FR-Q4)."""
    day = answers.day("valid_until")
    if day is not None and day < situation.today:
        raise FieldErrors({"valid_until": _("This day is past")})
    return None


def quote_still_holds(situation: Situation, _answers: Answers) -> Refusal | None:
    """T08: an expired quote is accepted only in a new version (FR-Q4)."""
    quote, last = situation.quote, holds_until(situation.session, situation.quote)
    if quote is not None and (last is None or last >= situation.today):
        return None
    day = format_day(last) if last is not None else ""
    return Refusal(
        "quote_still_holds",
        _("The quote was valid until {day}.").format(day=day),
        _("Issue a new version."),
        mended_by="step:revise_quote",
    )


def quote_within_cap(situation: Situation, _answers: Answers) -> Refusal | None:
    """T08 by itself: the cap given at the counter is at or above the amount (FR-Q8), and nothing is left to choose."""
    offer, cap = situation.offer, situation.order.cap
    if len(offer) == 1 and cap is not None and offer[0].amount <= cap and not choice_is_due(situation):
        return None
    return Refusal("quote_within_cap", _("The quote is above the spending cap."), mended_by="step:accept_quote")


def price_within_consent(situation: Situation, answers: Answers) -> Refusal | None:
    """T24, T46: no more than the customer agreed to, tolerance 0 (FR-Q7; 7.7, 3 and 9)."""
    price = answers.amount("price") or 0
    if price <= situation.consented:
        return None
    if situation.covered:
        sentence = _("The customer pays nothing for this repair.")
        return Refusal("price_within_consent", sentence, mended_by="input:price")
    sentence = _("The customer agreed to {agreed}: {price} needs his agreement.")
    return Refusal(
        "price_within_consent",
        sentence.format(agreed=situation.money(situation.consented), price=situation.money(price)),
        _("Issue a further quote."),
        mended_by="step:extra_work_found",
    )


def fee_as_agreed(situation: Situation, answers: Answers) -> Refusal | None:
    """T12, T25: where nothing was repaired, only a fee that was paid or agreed before (FR-A4, FR-Q5)."""
    price = answers.amount("price") or 0
    if price <= situation.agreed_fee:
        return None
    sentence = _("Only {agreed} was agreed for this case.")
    return Refusal(
        "fee_as_agreed", sentence.format(agreed=situation.money(situation.agreed_fee)), mended_by="input:price"
    )


def reassembled(_situation: Situation, answers: Answers) -> Refusal | None:
    """T12, T46: the device is whole again, or its owner takes it in parts."""
    if answers.ticked("reassembled"):
        return None
    return Refusal("reassembled", _("Reassemble the device first."), mended_by="input:reassembled")


def notice_wanted(situation: Situation, answers: Answers) -> Refusal | None:
    """T26: the customer wants to be told, and is not there to hear it."""
    if situation.order.ready_channel.value != "none" and not answers.ticked("present"):
        return None
    return Refusal("notice_wanted", _("Nobody has to be told."))


def paid_or_released(situation: Situation, answers: Answers) -> Refusal | None:
    """T30: nothing is owed, its payer has an account, or a manager lets the device go (FR-R1)."""
    refused = beyond_consent(situation.session, situation.order)
    if refused is not None:
        return refused
    if situation.owed <= 0 or situation.on_account:
        return None
    if not answers.ticked("release"):
        sentence = _("{amount} is still owed.").format(amount=situation.money(situation.owed))
        return Refusal("paid_or_released", sentence, _("Take the payment."), mended_by="till")
    if situation.actor is None:
        return None
    return refusal(situation.session, situation.actor, Permission.RELEASE_DEVICE, mended_by="till")


def money_settled(situation: Situation, _answers: Answers) -> Refusal | None:
    """T31, T40: nothing is owed on either side, and no guarantee deposit is held."""
    if situation.owed > 0 and situation.order.billing_state is not BillingState.ON_STATEMENT:
        sentence = _("{amount} is still owed.").format(amount=situation.money(situation.owed))
        return Refusal("money_settled", sentence, _("Take the payment."), mended_by="till")
    # What stands on a principal's statement is not taken from a deposit.
    to_give = max(0, -situation.owed) + situation.sums.deposit_held
    if to_give > 0:
        sentence = _("{amount} must be given back.").format(amount=situation.money(to_give))
        return Refusal("money_settled", sentence, _("Give it back."), mended_by="till")
    return None


def device_given_back(_situation: Situation, answers: Answers) -> Refusal | None:
    """T39: a cancelled order leaves no device behind."""
    if answers.ticked("given_back"):
        return None
    return Refusal("device_given_back", _("Give the device back first."), mended_by="input:given_back")


def new_intake_only(situation: Situation, _answers: Answers) -> Refusal | None:
    """T32: a closed file is never reopened; the comeback is a new order that names this one."""
    until = situation.order.repair_guarantee_until
    if until is not None and until >= situation.today:
        sentence = _("The repair is guaranteed until {day}.").format(day=format_day(until))
    else:
        sentence = _("The guarantee on this repair is over.")
    return Refusal("new_intake_only", sentence, _("Take the device in again as a new order."), mended_by="new")
