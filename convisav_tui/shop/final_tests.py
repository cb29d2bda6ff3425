"""The final tests of an order (T24): which the shop asks, which are still without a good answer."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.errors import Refusal
from convisav_tui.i18n import _, language
from convisav_tui.shop.checklists import FAULTY, NOT_CHECKED, Check, checks_of
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import CheckAnswer, CheckStage

SETTING = "final_tests"  # always, diagnosed (only what was gone through by checklist), never
_OPEN = ("", FAULTY, NOT_CHECKED)


def tests_missing(session: Session, order_id: int) -> list[Check]:
    """The required final tests without a good answer; none where this order needs no tests."""
    wanted = shop_setting(session, SETTING) or "diagnosed"
    if wanted == "never" or (wanted != "always" and not _gone_through(session, order_id)):
        return []
    found = checks_of(session, order_id, CheckStage.FINAL_TEST, language())
    return [check for check in found if check.required and check.answer in _OPEN]


def tests_answered(situation: Situation, answers: Answers) -> Refusal | None:
    """T24: the required final tests are answered and passed, or it is said why not."""
    missing = tests_missing(situation.session, situation.order_id)
    if not missing or answers.text("untested"):
        return None
    names = ", ".join(check.text for check in missing)
    sentence = _("Final tests open or failed: {tests}.").format(tests=names)
    return Refusal("tests_answered", sentence, _("Answer them, or say why not."), mended_by="input:untested")


def _gone_through(session: Session, order_id: int) -> bool:
    return session.exec(select(CheckAnswer.id).where(CheckAnswer.order_id == order_id)).first() is not None
