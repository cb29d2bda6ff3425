"""Checklists in the database: put there from a file, read back as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, insert, select

from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.checklist_files import Checklist, Question, Spare, Work, written_amount
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.shipped_checklists import shipped_checklists
from convisav_tui.shop.usual_parts import UsualPart, put_usual_parts, usual_parts
from convisav_tui.store.models import Checkpoint, DeviceType, FrequentFault, PredefinedWork, ProcedureText


@dataclass(frozen=True)
class Taken:
    """What a file brought: checkpoints and works that are new or changed."""

    checkpoints: int
    works: int


def give_shipped(session: Session, currency: str) -> None:
    """Give each type of device that has no checkpoint the checklist that the program ships for it."""
    types = {row.code: row for row in session.exec(select(DeviceType))}
    having = set(session.exec(select(Checkpoint.device_type_id)))
    for checklist in shipped_checklists():
        for code in checklist.device_types:
            if code in types and types[code].id not in having:
                put_checklist(session, types[code], checklist, currency)


@asks(Permission.EDIT_CHECKLISTS)
def import_checklist(session: Session, checklist: Checklist, actor: Actor, currency: str) -> Taken:
    """Take a file over: what it holds is added or changed, what it does not hold stays; answers given stay with their
    question. Amounts of other currencies are left at 0. Raises NotFound for a type the shop has not, Refusal."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    taken = [put_checklist(session, type_named(session, code), checklist, currency) for code in checklist.device_types]
    return Taken(sum(one.checkpoints for one in taken), sum(one.works for one in taken))


def type_named(session: Session, code: str) -> DeviceType:
    """The type of device of that code. Raises NotFound, which names those there are."""
    found = session.exec(select(DeviceType).where(DeviceType.code == code)).first()
    if found is None:
        codes = ", ".join(session.exec(select(DeviceType.code).order_by(col(DeviceType.position))))
        sentence = _("There is no type of device “{code}”.").format(code=code)
        raise NotFound(sentence, _("There are: {codes}").format(codes=codes))
    return found


def put_checklist(session: Session, kind: DeviceType, checklist: Checklist, currency: str) -> Taken:
    """Write a checklist for one type."""
    assert kind.id is not None
    old = {(row.stage, row.code): row for row in checkpoints_of(session, kind.id)}
    prefix = f"{kind.code}."
    checkpoints = sum(
        _put_question(session, old.get((question.stage, question.code)), kind.id, question, prefix, at)
        for at, question in enumerate(checklist.questions)
    )
    present = {row.code: row for row in works_of_type(session, kind.id)}
    works = sum(
        _put_work(session, present.get(prefix + work.code), kind.id, work, prefix, at, currency)
        for at, work in enumerate(checklist.works)
    )
    _put_texts(session, kind.id, checklist)
    put_usual_parts(session, kind, [UsualPart(part.code, part.names) for part in checklist.parts])
    session.flush()
    return Taken(checkpoints, works)


def checklist_of(session: Session, kind: DeviceType, currency: str) -> Checklist:
    """All that the shop keeps for a type, hidden rows too, as a file holds it."""
    assert kind.id is not None
    prefix = f"{kind.code}."
    faults: dict[str, tuple[str, ...]] = {}
    rows = select(FrequentFault).where(FrequentFault.device_type_id == kind.id).order_by(col(FrequentFault.id))
    for row in session.exec(rows):
        faults[row.language] = (*faults.get(row.language, ()), row.text)
    procedures = session.exec(select(ProcedureText).where(ProcedureText.device_type_id == kind.id))
    return Checklist(
        device_types=(kind.code,),
        questions=tuple(_question(row, prefix) for row in checkpoints_of(session, kind.id)),
        parts=tuple(Spare(part.code, part.names) for part in usual_parts(session, kind)),
        works=tuple(_work(row, prefix, currency) for row in works_of_type(session, kind.id)),
        procedure={row.language: row.text for row in procedures},
        faults=faults,
    )


def checkpoints_of(session: Session, type_id: int) -> Sequence[Checkpoint]:
    """All checkpoints of a type, in the shop's order, stage by stage."""
    rows = session.exec(select(Checkpoint).where(Checkpoint.device_type_id == type_id)).all()
    return sorted(rows, key=lambda row: (row.stage.value, row.position, row.id or 0))


def works_of_type(session: Session, type_id: int) -> Sequence[PredefinedWork]:
    """The predefined works of a type, in the shop's order."""
    chosen = select(PredefinedWork).where(PredefinedWork.device_type_id == type_id)
    return session.exec(chosen.order_by(col(PredefinedWork.position), col(PredefinedWork.id))).all()


def _put_question(
    session: Session, row: Checkpoint | None, type_id: int, question: Question, prefix: str, at: int
) -> bool:
    values: dict[str, Any] = {
        "texts": dict(question.texts),
        "kind": question.kind,
        "unit": question.unit,
        "choices": [dict(choice) for choice in question.choices],
        "opens_when": {code: list(answers) for code, answers in question.opens_when.items()},
        "suggests": [prefix + code for code in question.suggests],
        "required": question.required,
        "active": question.active,
        "position": at,
    }
    if row is None:
        session.add(Checkpoint(device_type_id=type_id, stage=question.stage, code=question.code, **values))
        return True
    if all(getattr(row, key) == value for key, value in values.items()):
        return False
    for key, value in values.items():
        setattr(row, key, value)
    session.add(row)
    return True


def _put_work(
    session: Session, row: PredefinedWork | None, type_id: int, work: Work, prefix: str, at: int, currency: str
) -> bool:
    values: dict[str, Any] = {
        "names": dict(work.names),
        "minutes": work.minutes,
        "cost": work.cost(currency),
        "price": work.price(currency),
        "vat_rate": work.vat_rate,
        "active": work.active,
        "position": at,
    }
    if row is None:
        session.add(PredefinedWork(code=prefix + work.code, device_type_id=type_id, **values))
        return True
    if all(getattr(row, key) == value for key, value in values.items()):
        return False
    for key, value in values.items():
        setattr(row, key, value)
    session.add(row)
    return True


def _put_texts(session: Session, type_id: int, checklist: Checklist) -> None:
    kept = {
        row.language: row for row in session.exec(select(ProcedureText).where(ProcedureText.device_type_id == type_id))
    }
    for language, text in checklist.procedure.items():
        row = kept.get(language) or ProcedureText(device_type_id=type_id, language=language, text=text)
        row.text = text
        session.add(row)
    faults = session.exec(select(FrequentFault).where(FrequentFault.device_type_id == type_id))
    present = {(row.language, row.text) for row in faults}
    for language, texts in checklist.faults.items():
        new = (text for text in dict.fromkeys(texts) if (language, text) not in present)
        put_faults(session, type_id, language[:2], new)


def put_faults(session: Session, type_id: int, language: str, texts: Iterable[str]) -> None:
    """Add frequent faults to a type in this order: several hundred, when a shop is new."""
    rows = [{"device_type_id": type_id, "language": language, "text": text, "uses": 0} for text in texts]
    if rows:
        session.execute(insert(FrequentFault), rows)


def _question(row: Checkpoint, prefix: str) -> Question:
    return Question(
        code=row.code,
        texts=dict(row.texts),
        stage=row.stage,
        kind=row.kind,
        unit=row.unit,
        choices=tuple(dict(choice) for choice in row.choices),
        opens_when={code: tuple(answers) for code, answers in row.opens_when.items()},
        suggests=tuple(code.removeprefix(prefix) for code in row.suggests),
        required=row.required,
        active=row.active,
    )


def _work(row: PredefinedWork, prefix: str, currency: str) -> Work:
    return Work(
        code=row.code.removeprefix(prefix),
        names=dict(row.names),
        minutes=row.minutes,
        costs=written_amount(row.cost, currency),
        prices=written_amount(row.price, currency),
        vat_rate=row.vat_rate,
        active=row.active,
    )
