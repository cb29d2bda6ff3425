"""How an order ends without a repair: cancelled, refused, relinquished; each sum by its nature (FR-A1, FR-A4)."""

from __future__ import annotations

from convisav_tui.i18n import _
from convisav_tui.shop import settlement
from convisav_tui.shop.effects import Effect, finish, leave_the_shop
from convisav_tui.shop.movement import Change
from convisav_tui.shop.payments import billing_state, sums_of
from convisav_tui.shop.permissions import Permission, require
from convisav_tui.shop.relinquishment import ask_for_slip
from convisav_tui.shop.settlement import Advance, Arrhes, Settlement, paid_in
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import BillingState, Holder, Outcome


def settled(situation: Situation, answers: Answers, fee_key: str = "fee") -> Settlement:
    """What the answers make of what was paid; where somebody else pays the work, the customer gets all of it back."""
    paid = paid_in(situation)
    if situation.covered:
        return settlement.settle(paid, 0, Advance.REFUND, Arrhes.REFUND)
    return settlement.settle(
        paid,
        answers.amount(fee_key) or 0,
        Advance(answers.text("advance") or Advance.REFUND),
        Arrhes(answers.text("arrhes") or Arrhes.REFUND),
    )


def _cancel(situation: Situation, answers: Answers, change: Change) -> None:
    """T39: every sum goes where its nature and the answers say, a guarantee deposit back, the device leaves."""
    kept = answers.text("advance") == Advance.KEEP
    change.detail.update(
        reason=answers.text("reason"), advance="kept" if kept else "given_back", amount=situation.sums.towards_price
    )
    _settle_now(situation, settled(situation, answers), change)
    leave_the_shop(situation, answers, change)


def _say_settled(situation: Situation, answers: Answers) -> str:
    return " ".join(settlement.told(settled(situation, answers), situation))


def _settle_now(situation: Situation, what: Settlement, change: Change) -> None:
    """The customer is here: the fee is converted, what is his is given back at once."""
    change.keep("billing_state")
    session, order, deposit = situation.session, situation.order, situation.sums.deposit_held
    change.put(price=what.price)
    change.detail["payments"] = [
        *settlement.convert(session, order, what, change.actor),
        *settlement.refund(session, order, what, deposit, change.actor),
    ]
    change.detail["settlement"] = settlement.written(what)
    _bill(situation, change)


def _bill(situation: Situation, change: Change) -> None:
    """Region B as the sums say; nothing to bill where nothing is kept and nothing owed."""
    sums = sums_of(situation.session, situation.order)
    idle = not situation.order.price and not sums.owed
    situation.order.billing_state = BillingState.NONE
    state = BillingState.NOT_BILLABLE if idle else billing_state(situation.order, sums)
    change.put(billing_state=state)


def finish_unrepaired(outcome: Outcome) -> Effect:
    """T12, T25: the work ends without a repair. The price is the fee that was earned, and what is kept; the fee is
    converted now, what goes back is given at the till, when the customer is there."""
    ended = finish(outcome)

    def apply(situation: Situation, answers: Answers, change: Change) -> None:
        what = settled(situation, answers, "price")
        ended.apply(situation, answers, change)
        change.keep("billing_state")
        rows = settlement.convert(situation.session, situation.order, what, change.actor)
        if rows:
            change.detail["payments"] = rows
        change.put(price=what.price)
        change.detail.update(price=what.price)
        if settlement.written(what):
            change.detail["settlement"] = settlement.written(what)
        if what.price or what.given_back:
            _bill(situation, change)

    def foresee(situation: Situation, answers: Answers) -> str:
        sentences = settlement.told(settled(situation, answers, "price"), situation)
        return " ".join(sentences) or ended.foresee(situation, answers)

    return Effect(apply, foresee)


def _relinquish(situation: Situation, answers: Answers, change: Change) -> None:
    """T13, T36: signed, data as chosen, S purged, K disposed of; the money settled or waived (FR-U6)."""
    for key in ("signed_by", "data", "disposal"):
        change.detail[key] = answers.text(key)
    if answers.text("reason"):
        change.detail["reason"] = answers.text("reason")
    if situation.order.price is None:
        _settle_now(situation, settled(situation, answers), change)
    elif answers.ticked("waived") and situation.owed > 0:
        require(situation.session, change.actor, Permission.RELEASE_DEVICE)
        change.detail["waived"] = situation.owed
        change.put(price=max(0, situation.order.price - situation.owed))
        change.keep("billing_state")
        _bill(situation, change)
    ask_for_slip(situation.session, situation.order, situation.shop, change.actor)
    leave_the_shop(situation, answers, change, Holder.DISPOSED)


def _say_relinquished(situation: Situation, answers: Answers) -> str:
    said = [_("The device is the shop's to dispose of; its unlock code is destroyed.")]
    if situation.order.price is None:
        said += settlement.told(settled(situation, answers), situation)
    elif answers.ticked("waived") and situation.owed > 0:
        said.append(_("{amount} is waived.").format(amount=situation.money(situation.owed)))
    return " ".join(said)


def _say_refused(situation: Situation, _answers: Answers) -> str:
    """T09, T11: what was paid is settled when the device is whole again, or left to the shop."""
    paid = paid_in(situation)
    held = paid.advance + paid.arrhes + paid.fee
    if held <= 0:
        return ""
    sentence = _("{amount} was paid: what becomes of it is asked when the device is put together again.")
    return sentence.format(amount=situation.money(held))


cancel = Effect(_cancel, _say_settled)
relinquish = Effect(_relinquish, _say_relinquished)
announce_settlement = Effect(lambda _situation, _answers, _change: None, _say_refused)
