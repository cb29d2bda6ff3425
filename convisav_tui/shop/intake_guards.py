"""What T01 asks before a device is taken in: how it is unlocked where it has a lock, and that the terms are accepted.

A counter must never stand still for a paper jam or a question nobody can answer, so both have an answer without a key:
a code that was not given counts as refused, and the terms are accepted by signing the receipt, which is printed unless
somebody says otherwise. A shop that wants more says so by a setting.
"""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.intake_form import IntakeForm
from convisav_tui.store.models import DeviceType, SecretState

# What a question about the code that was left open counts as: "refused" (where nothing is set), "none", or "ask": the
# intake is refused until it is answered.
UNANSWERED = "intake.secret_unanswered"
# "receipt": no intake without the receipt that the customer signs.
TERMS = "intake.terms"
BY_RECEIPT, BY_CONTRACT, ELSEWHERE = "receipt", "contract", "elsewhere"


def unlock_answer(session: Session, form: IntakeForm, kind: DeviceType) -> SecretState:
    """What the order knows of the unlock code before one is kept (rules.md 4.5). Raises FieldErrors where the shop
    wants an answer and there is none."""
    if form.secret_refused:
        return SecretState.REFUSED
    if not kind.has_secret or form.secret_kind is not None or form.secret_absent:
        return SecretState.NONE
    meant = shop_setting(session, UNANSWERED)
    if meant == "ask":
        raise FieldErrors({"secret_kind": _("Say how it is unlocked, that it has no code, or that it was refused")})
    return SecretState.NONE if meant == "none" else SecretState.REFUSED


def terms_accepted(session: Session, form: IntakeForm, *, under_contract: bool) -> str:
    """How the terms are accepted: by signing the receipt, by the contract with a principal, or elsewhere. Raises
    FieldErrors where the shop takes nothing in without a receipt."""
    if form.receipt:
        return BY_RECEIPT
    if under_contract:
        return BY_CONTRACT
    if shop_setting(session, TERMS) == BY_RECEIPT:
        raise FieldErrors({"receipt": _("The customer accepts the terms by signing the receipt: print it")})
    return ELSEWHERE
