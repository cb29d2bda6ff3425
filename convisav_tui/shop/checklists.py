"""The checklist of an order: which questions are open, what was answered, and what the answers propose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.errors import FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.events import append_event
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.erasing import evidence_shown
from convisav_tui.store.models import (
    AnswerKind,
    CheckAnswer,
    Checkpoint,
    CheckStage,
    Device,
    OrderEvent,
    OrderState,
    PredefinedWork,
    RepairOrder,
)
from convisav_tui.text import clean_line

OK, FAULTY, NOT_CHECKED = "ok", "faulty", "not_checked"
ANSWER_LENGTH = 400
WORKS_CHOSEN = "works_chosen"
FOUND = "found_fault"
# What a question on paper shows to be asked, in the language wanted, else the first there is.
_LANGUAGES = ("fr", "en", "ro")
_TESTED = frozenset({OrderState.IN_REPAIR, OrderState.TESTING})


@dataclass(frozen=True)
class Check:
    """A question as it stands on an order; `answer` "" while nobody answered, `choices` are (code, label)."""

    checkpoint_id: int
    code: str
    text: str
    kind: AnswerKind
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    answer: str = ""
    note: str = ""
    evidence: str = ""
    depth: int = 0  # 1: opened by the answer to another question

    @property
    def faulty(self) -> bool:
        """Whether what was looked at is broken."""
        return self.answer == FAULTY

    @property
    def said(self) -> str:
        """What was measured, chosen or written, for people; "" for a plain check."""
        if self.kind is AnswerKind.CHOICE:
            return dict(self.choices).get(self.answer, "")
        if self.answer in ("", OK, FAULTY, NOT_CHECKED):
            return self.evidence
        return f"{self.answer} {self.unit}".strip() if self.kind is AnswerKind.MEASURE else self.answer


@dataclass(frozen=True)
class ProposedWork:
    """A predefined work that a faulty answer proposes; amounts in minor units, cost excl. and price incl. VAT."""

    code: str
    name: str
    minutes: int
    cost: int
    price: int
    chosen: bool


def worded(texts: Mapping[str, str], language: str) -> str:
    """A text of several languages in one of them, else in the first it has."""
    return texts.get(language) or next((texts[code] for code in _LANGUAGES if texts.get(code)), "")


def stage_asked(state: OrderState) -> CheckStage:
    """The checklist that an order in this state asks for."""
    return CheckStage.FINAL_TEST if state in _TESTED else CheckStage.DIAGNOSIS


def checks_of(session: Session, order_id: int, stage: CheckStage, language: str) -> list[Check]:
    """The questions of an order that are open now, and those that were answered; in the shop's order."""
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    type_id = session.get_one(Device, order.device_id).device_type_id
    chosen = select(Checkpoint).where(Checkpoint.device_type_id == type_id, Checkpoint.stage == stage)
    points = session.exec(chosen.order_by(col(Checkpoint.position), col(Checkpoint.id))).all()
    answers = newest_answers(session, order_id)
    said = {point.code: answers[point.id].answer for point in points if point.id in answers}
    shown = [point for point in points if point.id in answers or (point.active and is_open(point, said))]
    return [_check(point, answers.get(point.id or 0), language) for point in shown]


def newest_answers(session: Session, order_id: int) -> dict[int, CheckAnswer]:
    """The answer that holds for each checkpoint, by its id."""
    rows = session.exec(select(CheckAnswer).where(CheckAnswer.order_id == order_id).order_by(col(CheckAnswer.id)))
    return {row.checkpoint_id: row for row in rows}


def is_open(point: Checkpoint, said: Mapping[str, str]) -> bool:
    """Whether a question is asked: all that it depends on was answered so."""
    return all(said.get(code) in answers for code, answers in point.opens_when.items())


@asks(Permission.MOVE_ORDER)
def answer_checks(
    session: Session, order_id: int, answers: Mapping[int, str], actor: Actor, *, note: str = "", evidence: str = ""
) -> None:
    """Write answers down, by checkpoint: ok, faulty or not_checked, the code of a choice, a measure, a text. An answer
    that stands there already is not written twice. What is faulty becomes the found fault, unless a person wrote one.

    Raises FieldErrors for an answer that is none, NotFound, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    proposed = found_words(session, order_id)
    held = newest_answers(session, order_id)
    for checkpoint_id, typed in answers.items():
        point = session.get(Checkpoint, checkpoint_id)
        if point is None:
            raise NotFound(_("This question was removed."))
        row = CheckAnswer(
            order_id=order_id,
            checkpoint_id=checkpoint_id,
            answer=checked_answer(point, typed),
            note=_limited(note),
            evidence=_limited(evidence),
            staff_id=actor.staff_id,
        )
        old = held.get(checkpoint_id)
        if old is None or (old.answer, old.note, old.evidence) != (row.answer, row.note, row.evidence):
            session.add(row)
    session.flush()
    if order.found_fault in ("", proposed):
        order.found_fault = found_words(session, order_id)
        session.add(order)
        session.flush()


def found_words(session: Session, order_id: int) -> str:
    """What the diagnosis found, in the shop's words: the faulty checks with what was noted of them."""
    return ", ".join(
        words
        for check in checks_of(session, order_id, CheckStage.DIAGNOSIS, _spoken(session, order_id))
        if check.faulty
        for words in [f"{check.text} ({check.note})" if check.note else check.text]
    )


@asks(Permission.MOVE_ORDER)
def write_found_fault(session: Session, order_id: int, text: str, actor: Actor, key: str) -> None:
    """Write the found fault by hand; "" lets the checklist say it again. Raises NotFound, FieldErrors, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    order.found_fault = _limited(text) or found_words(session, order_id)
    session.add(order)
    append_event(session, order, event=FOUND, actor=actor, detail={"found": order.found_fault}, key=key)


def proposed_works(session: Session, order_id: int, language: str) -> list[ProposedWork]:
    """The works that the faulty answers propose, in the order of the questions; chosen until somebody says no."""
    answers = newest_answers(session, order_id)
    faulty = [row.checkpoint_id for row in answers.values() if row.answer != OK and row.answer != NOT_CHECKED]
    if not faulty:
        return []
    points = session.exec(
        select(Checkpoint).where(col(Checkpoint.id).in_(faulty), Checkpoint.stage == CheckStage.DIAGNOSIS)
    )
    codes = [
        code
        for point in sorted(points, key=lambda point: (point.position, point.id or 0))
        if point.kind in (AnswerKind.CHECK, AnswerKind.PHOTO) and answers[point.id or 0].answer != ""
        for code in point.suggests
    ]
    rows = {row.code: row for row in session.exec(select(PredefinedWork).where(col(PredefinedWork.code).in_(codes)))}
    refused = set(_left_out(session, order_id))
    return [
        ProposedWork(
            code,
            worded(rows[code].names, language),
            rows[code].minutes,
            rows[code].cost,
            rows[code].price,
            code not in refused,
        )
        for code in dict.fromkeys(codes)
        if code in rows and rows[code].active
    ]


@asks(Permission.MOVE_ORDER)
def leave_works_out(session: Session, order_id: int, codes: Sequence[str], actor: Actor, key: str) -> None:
    """Which of the proposed works are not to be quoted. Raises NotFound, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    append_event(session, order, event=WORKS_CHOSEN, actor=actor, detail={"left_out": list(codes)}, key=key)


def _left_out(session: Session, order_id: int) -> list[str]:
    chosen = select(OrderEvent).where(OrderEvent.order_id == order_id, OrderEvent.event == WORKS_CHOSEN)
    last = session.exec(chosen.order_by(col(OrderEvent.id).desc())).first()
    return [str(code) for code in last.detail.get("left_out", ())] if last is not None else []


def _check(point: Checkpoint, answer: CheckAnswer | None, language: str) -> Check:
    return Check(
        checkpoint_id=point.id or 0,
        code=point.code,
        text=worded(point.texts, language),
        kind=point.kind,
        unit=point.unit,
        choices=tuple((str(choice["code"]), worded(choice, language)) for choice in point.choices),
        required=point.required,
        answer=answer.answer if answer is not None else "",
        note=answer.note if answer is not None else "",
        evidence=evidence_shown(answer.evidence, language) if answer is not None else "",
        depth=1 if point.opens_when else 0,
    )


def checked_answer(point: Checkpoint, typed: str) -> str:
    """An answer as it is kept. Raises FieldErrors for one that the question does not take."""
    text = _limited(typed)
    if text == NOT_CHECKED:
        return text
    if point.kind is AnswerKind.CHECK and text not in (OK, FAULTY):
        raise FieldErrors({"answer": _("Answer ok, faulty or not checked")})
    if point.kind is AnswerKind.CHOICE and text not in (str(choice["code"]) for choice in point.choices):
        raise FieldErrors({"answer": _("Choose one of the list")})
    if point.kind is AnswerKind.MEASURE:
        try:
            float(text.replace(",", "."))
        except ValueError:
            raise FieldErrors({"answer": _("Type a number")}) from None
    if not text:
        raise FieldErrors({"answer": _("This is needed")})
    return text


def _limited(text: str) -> str:
    cleaned = clean_line(text)
    if len(cleaned) > ANSWER_LENGTH:
        raise FieldErrors(
            {"answer": _("This text is too long: {longest} characters at most").format(longest=ANSWER_LENGTH)}
        )
    return cleaned


def _spoken(session: Session, order_id: int) -> str:
    """The found fault is read by the customer: it is worded in his language."""
    from convisav_tui.store.models import Party

    order = session.get_one(RepairOrder, order_id)
    return session.get_one(Party, order.party_id).language
