"""What the workshop did on an order, as plain facts: answers, technicians, time, open points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.erasing import evidence_shown
from convisav_tui.store.tables import (
    CHECK_ANSWER,
    CHECKPOINT,
    OPEN_POINT,
    ORDER,
    ORDER_TECHNICIAN,
    STAFF,
    WORK_TIME,
)


@dataclass(frozen=True)
class AnswerFacts:
    """The answer that holds at a checkpoint; `texts` by language."""

    stage: str
    texts: dict[str, str]
    kind: str
    unit: str
    choices: list[dict[str, str]]
    answer: str
    note: str
    evidence: str
    at: datetime


@dataclass(frozen=True)
class SpellFacts:
    """A stretch of work; `corrected` minutes that a person said instead of the clock's."""

    id: int
    staff_id: int
    name: str
    started_at: datetime
    stopped_at: datetime | None
    corrected: int | None

    def minutes(self, now: datetime) -> int:
        """Whole minutes as they count."""
        if self.corrected is not None:
            return self.corrected
        return max(0, round(((self.stopped_at or now) - self.started_at).total_seconds() / 60))


@dataclass(frozen=True)
class PointFacts:
    """Something left open on the order or its device."""

    text: str
    is_lead: bool


@dataclass(frozen=True)
class WorkshopFacts:
    """All of it, oldest first."""

    answers: tuple[AnswerFacts, ...] = ()
    helpers: tuple[str, ...] = ()
    spells: tuple[SpellFacts, ...] = ()
    points: tuple[PointFacts, ...] = ()

    def running(self, staff_id: int | None) -> bool:
        """Whether the clock of that person runs on the order."""
        return any(spell.stopped_at is None and spell.staff_id == staff_id for spell in self.spells)


def workshop_of(session: Session, order_id: int) -> WorkshopFacts:
    """What the workshop did on an order."""
    wanted = {"order_id": order_id}
    newest = {row[0]: AnswerFacts(*row[1:]) for row in session.execute(_ANSWERS, wanted)}
    return WorkshopFacts(
        answers=tuple(replace(one, evidence=evidence_shown(one.evidence)) for one in newest.values()),
        helpers=tuple(session.execute(_HELPERS, wanted).scalars()),
        spells=tuple(SpellFacts(*row) for row in session.execute(_SPELLS, wanted)),
        points=tuple(PointFacts(*row) for row in session.execute(_POINTS, wanted)),
    )


_ORDER_ID: sa.BindParameter[int] = sa.bindparam("order_id")
_ANSWERS = (
    sa.select(
        CHECKPOINT.c.id,
        CHECKPOINT.c.stage,
        CHECKPOINT.c.texts,
        CHECKPOINT.c.kind,
        CHECKPOINT.c.unit,
        CHECKPOINT.c.choices,
        CHECK_ANSWER.c.answer,
        CHECK_ANSWER.c.note,
        CHECK_ANSWER.c.evidence,
        CHECK_ANSWER.c.at,
    )
    .select_from(CHECK_ANSWER.join(CHECKPOINT, CHECKPOINT.c.id == CHECK_ANSWER.c.checkpoint_id))
    .where(CHECK_ANSWER.c.order_id == _ORDER_ID)
    .order_by(CHECK_ANSWER.c.id)
)
_HELPERS = (
    sa.select(STAFF.c.name)
    .select_from(ORDER_TECHNICIAN.join(STAFF, STAFF.c.id == ORDER_TECHNICIAN.c.staff_id))
    .where(ORDER_TECHNICIAN.c.order_id == _ORDER_ID)
    .order_by(ORDER_TECHNICIAN.c.id)
)
_SPELLS = (
    sa.select(
        WORK_TIME.c.id,
        WORK_TIME.c.staff_id,
        STAFF.c.name,
        WORK_TIME.c.started_at,
        WORK_TIME.c.stopped_at,
        WORK_TIME.c.corrected_minutes,
    )
    .select_from(WORK_TIME.join(STAFF, STAFF.c.id == WORK_TIME.c.staff_id))
    .where(WORK_TIME.c.order_id == _ORDER_ID)
    .order_by(WORK_TIME.c.id)
)
_POINTS = (
    sa.select(OPEN_POINT.c.text, OPEN_POINT.c.is_lead)
    .where(
        OPEN_POINT.c.done_at.is_(None),
        OPEN_POINT.c.device_id == sa.select(ORDER.c.device_id).where(ORDER.c.id == _ORDER_ID).scalar_subquery(),
    )
    .order_by(OPEN_POINT.c.id)
)
