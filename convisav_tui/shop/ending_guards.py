"""What may keep an order from ending: a loaner that is out, a paper that is not signed, a sum without an answer."""

from __future__ import annotations

from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.loaners import unit_title
from convisav_tui.shop.loans import open_loan
from convisav_tui.shop.permissions import Permission, refusal
from convisav_tui.shop.settlement import paid_in
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import Holder, LoanerUnit


def loaner_is_back(situation: Situation, _answers: Answers) -> Refusal | None:
    """T30, T36, T39: the loaner is back, or a manager has billed it (FR-R3)."""
    loan = open_loan(situation.session, situation.order_id)
    if loan is None:
        return None
    title = unit_title(situation.session.get_one(LoanerUnit, loan.unit_id))
    sentence = _("The loaner {unit} is not back yet.").format(unit=title)
    return Refusal("loaner_is_back", sentence, _("Take it back, or let a manager bill it."), mended_by="loaner")


def sums_have_answers(situation: Situation, answers: Answers) -> Refusal | None:
    """T12, T36, T39: what becomes of a down payment and of arrhes is said aloud (FR-A1)."""
    if situation.covered:
        return None
    paid = paid_in(situation)
    missing = {
        key: _("This is needed")
        for key, held in (("advance", paid.advance), ("arrhes", paid.arrhes))
        if held > 0 and not answers.text(key)
    }
    if missing:
        raise FieldErrors(missing)
    return None


def fee_within_agreed(situation: Situation, answers: Answers) -> Refusal | None:
    """T36, T39: a fee for the work done, no more than was paid or agreed before (FR-A4)."""
    fee, most = answers.amount("fee") or 0, max(situation.agreed_fee, situation.diagnostic_fee)
    if fee <= most:
        return None
    sentence = _("Only {agreed} was agreed for this case.").format(agreed=situation.money(most))
    return Refusal("fee_within_agreed", sentence, mended_by="input:fee")


def owner_signed(_situation: Situation, answers: Answers) -> Refusal | None:
    """T36: nothing is disposed of without the owner's signature (FR-U5, 7.7, 5)."""
    if answers.ticked("signed"):
        return None
    return Refusal(
        "owner_signed",
        _("The owner has not signed the relinquishment slip."),
        _("F4 prints it; tick the signature then."),
        mended_by="input:signed",
    )


def waived_by_manager(situation: Situation, answers: Answers) -> Refusal | None:
    """T36: what is owed for finished work is waived by a manager alone (FR-R1)."""
    if not answers.ticked("waived") or situation.owed <= 0 or situation.actor is None:
        return None
    return refusal(situation.session, situation.actor, Permission.RELEASE_DEVICE)


def has_custody(situation: Situation) -> bool:
    """Whether the shop has the device, so that its owner may leave it there."""
    return situation.order.holder not in (Holder.WITH_OWNER, Holder.RETURNED, Holder.DISPOSED)
