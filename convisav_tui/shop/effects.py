"""What a step does to the order beside its state: each effect changes it, and can say beforehand what it will do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from convisav_tui.i18n import _, format_day
from convisav_tui.shop import outbox
from convisav_tui.shop.guarantee_extension import extend, extensions
from convisav_tui.shop.movement import Change
from convisav_tui.shop.outbox import PlannedMessage
from convisav_tui.shop.payments import billing_state, sums_of
from convisav_tui.shop.places import bench_of
from convisav_tui.shop.return_receipt import ask_for_return_receipt
from convisav_tui.shop.secrets import purge_secret
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import (
    BillingState,
    Holder,
    MessageEvent,
    Outcome,
    SecretState,
)

# The device works again: the guarantee on the repair runs.
GUARANTEED = frozenset({Outcome.REPAIRED, Outcome.PARTLY_REPAIRED, Outcome.REPLACED})


def _silent(_situation: Situation, _answers: Answers) -> str:
    return ""


def _nothing_told(_situation: Situation, _answers: Answers) -> list[PlannedMessage]:
    return []


@dataclass(frozen=True)
class Effect:
    """`apply` does it, in the transaction of the step; `foresee` says it before, "" when there is nothing to say;
    `tells` are the messages that it sends to partners."""

    apply: Callable[[Situation, Answers, Change], None]
    foresee: Callable[[Situation, Answers], str] = _silent
    tells: Callable[[Situation, Answers], list[PlannedMessage]] = _nothing_told


def _take_to_the_bench(situation: Situation, answers: Answers, change: Change) -> None:
    chosen = answers.text("technician")
    technician = int(chosen) if chosen else situation.order.technician_id or change.actor.staff_id
    change.put(technician_id=technician)
    change.detail["technician"] = technician
    change.hand_to(Holder.WITH_TECHNICIAN, place=bench_of(situation.session, technician))


def _note(*keys: str) -> Effect:
    """Write answers down in the event."""

    def apply(_situation: Situation, answers: Answers, change: Change) -> None:
        change.detail.update({key: answers.text(key) for key in keys if answers.text(key)})

    return Effect(apply)


def finish(outcome: Outcome | None = None) -> Effect:
    """The work ended with `outcome` (None: as answered): price, billing, guarantee, device back on the shelf."""

    def apply(situation: Situation, answers: Answers, change: Change) -> None:
        price, ended = answers.amount("price") or 0, outcome or Outcome(answers.text("outcome"))
        until = situation.guaranteed_until(situation.today) if ended in GUARANTEED else None
        change.put(outcome=ended, price=price, completed_at=change.at, repair_guarantee_until=until)
        change.put(billing_state=BillingState.NOT_BILLABLE if price == 0 else _billing(situation))
        change.detail.update(outcome=ended.value, price=price)
        change.hand_to(Holder.IN_SHOP)

    def foresee(situation: Situation, answers: Answers) -> str:
        left = (answers.amount("price") or 0) - situation.sums.towards_price
        if left > 0:
            return _("{amount} left to pay.").format(amount=situation.money(left))
        if left < 0:
            return _("{amount} to give back.").format(amount=situation.money(-left))
        return _("Nothing left to pay.")

    return Effect(apply, foresee)


def _say_told(situation: Situation, _answers: Answers, change: Change) -> None:
    change.put(notified_at=change.at)
    ready = MessageEvent.REPAIR_READY
    change.detail["withdrawn"] = outbox.withdraw(situation.session, situation.order, ready, spoken=True)


def _told_in_person(_situation: Situation, answers: Answers, change: Change) -> None:
    if answers.ticked("present"):
        change.put(notified_at=change.at)
        change.detail["told"] = "counter"


def _give_device_back(situation: Situation, answers: Answers, change: Change) -> None:
    """K: out; S: purged; what was still to be sent is called off."""
    change.detail.update(proof=answers.text("proof"), taken_by=answers.text("taken_by"))
    if situation.owed > 0 and situation.on_account:
        change.detail.update(on_account=situation.owed)
    elif situation.owed > 0:
        change.detail.update(released_unpaid=situation.owed, reason=answers.text("release_reason"))
    if situation.order.outcome in GUARANTEED:
        change.put(repair_guarantee_until=situation.guaranteed_until(situation.today))
    change.put(returned_at=change.at)
    extended = extend(
        situation.session, situation.order, situation.shop, change.actor, change.at, imposed=answers.ticked("imposed")
    )
    if extended:
        change.detail["extended"] = [f"{one.kind.value} {one.cause} {one.new_end.isoformat()}" for one in extended]
    change.afterwards.append(
        lambda event: ask_for_return_receipt(situation.session, situation.order, situation.shop, change.actor, event)
    )
    leave_the_shop(situation, answers, change)


def _say_given_back(situation: Situation, answers: Answers) -> str:
    told = [_("{amount} to give back.").format(amount=situation.money(-situation.owed))] if situation.owed < 0 else []
    told += [_("The unlock code is destroyed.")] if situation.order.secret_state is SecretState.STORED else []
    if situation.order.outcome in GUARANTEED:
        until = situation.guaranteed_until(situation.today)
        told += [_("The repair is guaranteed until {day}.").format(day=format_day(until))] if until else []
    if situation.owed > 0 and situation.on_account:
        told.append(_("{amount} is on the principal's account.").format(amount=situation.money(situation.owed)))
    extended = extensions(
        situation.session, situation.order, situation.shop, situation.at, imposed=answers.ticked("imposed")
    )
    if extended:
        day = format_day(max(one.new_end for one in extended))
        told.append(_("The guarantee of the device lasts until {day} now.").format(day=day))
    return " ".join(told)


def _close(_situation: Situation, _answers: Answers, change: Change) -> None:
    change.put(closed_at=change.at)


def leave_the_shop(situation: Situation, _answers: Answers, change: Change, holder: Holder = Holder.RETURNED) -> None:
    """K: the device is `holder`'s from now on; S: purged; what was still to be sent is called off."""
    withdrawn = outbox.withdraw(situation.session, situation.order)
    if withdrawn:
        change.detail["withdrawn"] = withdrawn
    change.hand_to(holder, note=change.detail.get("taken_by", ""))
    if situation.order.secret_state is SecretState.STORED:
        # Last of all: the key is destroyed at once, even if the transaction is not committed.
        change.afterwards.append(lambda _event: _purge(situation, change))


def _purge(situation: Situation, change: Change) -> None:
    purge_secret(situation.session, situation.order, change.actor)


def _billing(situation: Situation) -> BillingState:
    return billing_state(situation.order, sums_of(situation.session, situation.order))


bench = Effect(_take_to_the_bench)
note = _note
say_told = Effect(_say_told)
told_in_person = Effect(_told_in_person)
give_device_back = Effect(_give_device_back, _say_given_back)
close = Effect(_close)
