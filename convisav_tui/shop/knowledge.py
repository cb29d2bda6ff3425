"""What the shop has learnt: symptom, cause and remedy of finished orders, and what they propose for a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from sqlmodel import Session, col, or_, select

from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.checklists import proposed_works
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.likeness import Likeness
from convisav_tui.shop.movement import Change
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import Device, DeviceType, Fix, OrderEvent, Part, PartNeed, RepairOrder
from convisav_tui.text import fold

MOST_READ = 3000  # the newest fixes of a type that are compared
NEIGHBOURS = 15
SAME_MODEL, SAME_BRAND = 1.5, 1.1  # how much more a fix of the same model or brand counts
FIELDS = ("device_type", "brand", "model", "symptom", "cause", "remedy")
_LONGEST = 2000


@dataclass(frozen=True)
class Known:
    """A fix as screens show it; `likeness` from 0, higher is better; `times`: how often this cause was found."""

    id: int
    version: int
    type_id: int
    brand: str
    model: str
    symptom: str
    cause: str
    remedy: str
    parts: tuple[str, ...]
    order_id: int | None
    uses: int
    likeness: float = 0.0
    times: int = 1


def model_key(brand: str, model: str) -> str:
    """What fixes of one model are found by; "" without a model."""
    return fold(f"{brand} {model}")[:200] if model else ""


def _learn(situation: Situation, answers: Answers, change: Change) -> None:
    order, session = situation.order, situation.session
    works = [work.name for work in proposed_works(session, situation.order_id, situation.shop.language) if work.chosen]
    told = session.exec(select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.event == "work_done"))
    said = [answers.text("work"), *(str(event.detail.get("work", "")) for event in told)]
    remedy = next((text for text in said if text), ", ".join(works))
    if not remedy and not order.found_fault:
        return
    device = session.get_one(Device, order.device_id)
    row = session.exec(select(Fix).where(Fix.order_id == order.id)).first() or Fix(
        device_type_id=device.device_type_id, symptom="", order_id=order.id, created_at=change.at
    )
    row.brand, row.model, row.model_key = device.brand, device.model, model_key(device.brand, device.model)
    row.symptom, row.cause, row.remedy = order.reported_fault, order.found_fault, remedy
    row.parts = _parts_of(session, situation.order_id)
    row.staff_id = change.actor.staff_id
    session.add(row)


learn = Effect(_learn)  # T24: a finished order teaches what was wrong and what mended it


@asks(Permission.MOVE_ORDER)
def write_fix(
    session: Session, raw: Mapping[str, str], actor: Actor, *, fix_id: int | None = None, order_id: int | None = None
) -> Fix:
    """Write a fix up by hand, or change one: FIELDS, `device_type` by code; with `order_id` it belongs to that order
    (one an order). Raises FieldErrors, NotFound, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    reader = FieldReader(raw)
    texts = {key: reader.line(key, _LONGEST) for key in ("symptom", "cause", "remedy")}
    brand, model = reader.line("brand", 80), reader.line("model", 120)
    kind = session.exec(select(DeviceType).where(DeviceType.code == reader.typed("device_type"))).first()
    if kind is None:
        reader.errors.setdefault("device_type", _("Choose one of the list"))
    if not texts["symptom"]:
        reader.errors.setdefault("symptom", _("Type what was wrong"))
    if not texts["cause"] and not texts["remedy"]:
        reader.errors.setdefault("cause", _("Type the cause or the remedy"))
    if reader.errors or kind is None:
        raise FieldErrors(reader.errors)
    assert kind.id is not None
    row = _fix(session, fix_id, order_id) or Fix(
        device_type_id=kind.id, symptom="", order_id=order_id, created_at=now()
    )
    row.device_type_id, row.brand, row.model = kind.id, brand, model
    row.model_key = model_key(brand, model)
    row.symptom, row.cause, row.remedy = texts["symptom"], texts["cause"], texts["remedy"]
    row.staff_id = actor.staff_id
    session.add(row)
    session.flush()
    return row


@asks(Permission.MOVE_ORDER)
def use_fix(session: Session, order_id: int, fix_id: int, actor: Actor) -> None:
    """Take a proposed cause over as the found fault of an order; what helps often is proposed first.
    Raises NotFound, Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    fix, order = session.get(Fix, fix_id), session.get(RepairOrder, order_id)
    if fix is None or order is None:
        raise NotFound(_("This fix was removed."))
    words = fix.cause or fix.remedy
    if words not in order.found_fault:
        order.found_fault = "; ".join(part for part in (order.found_fault, words) if part)
        session.add(order)
        fix.uses += 1
        session.add(fix)
    session.flush()


def proposals(session: Session, order_id: int, most: int = 8) -> list[Known]:
    """What finished orders of the same type teach for this one, best first: like symptoms, the same model before
    others, what was found often before what was found once."""
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    device = session.get_one(Device, order.device_id)
    rows = [row for row in _rows(session, device.device_type_id) if row.order_id != order_id]
    key, brand = model_key(device.brand, device.model), fold(device.brand)

    def weight(row: Fix) -> float:
        same = SAME_MODEL if key and row.model_key == key else SAME_BRAND if brand and fold(row.brand) == brand else 1.0
        return same * (1 + log(1 + row.uses) / 10)

    return ranked(rows, order.reported_fault, weight, most)


def search_fixes(session: Session, typed: str, type_id: int | None = None, most: int = 100) -> list[Known]:
    """The fixes that hold all words typed, in any of their texts; all for "", the newest first."""
    wanted = fold(typed).split()
    found = []
    for row in _rows(session, type_id):
        text = fold(" ".join((row.brand, row.model, row.symptom, row.cause, row.remedy, *row.parts)))
        if all(word in text for word in wanted):
            found.append(_known(row))
    return found[:most]


def ranked(rows: Sequence[Fix], symptom: str, weight: object, most: int) -> list[Known]:
    """The fixes that fit a symptom, one a cause; `weight` is a function of a fix."""
    assert callable(weight)
    votes: dict[str, float] = defaultdict(float)
    first: dict[str, tuple[float, Fix]] = {}
    times: dict[str, int] = defaultdict(int)
    for index, likeness in _likeness(tuple(row.symptom for row in rows)).nearest(symptom, NEIGHBOURS):
        row = rows[index]
        score = likeness**2 * weight(row)
        cause = fold(row.cause or row.remedy)
        votes[cause] += score
        times[cause] += 1
        if cause not in first or score > first[cause][0]:
            first[cause] = (score, row)
    best = sorted(votes, key=lambda cause: -votes[cause])[:most]
    return [_known(first[cause][1], votes[cause], times[cause]) for cause in best]


@lru_cache(maxsize=4)
def _likeness(symptoms: tuple[str, ...]) -> Likeness:
    """Weighed once as long as the shop learns nothing new: weighing takes a hundred times as long as asking."""
    return Likeness(symptoms)


def _rows(session: Session, type_id: int | None) -> Sequence[Fix]:
    """The newest fixes; those of an order whose completion was taken back are left out."""
    chosen = select(Fix).join(RepairOrder, col(RepairOrder.id) == col(Fix.order_id), isouter=True)
    chosen = chosen.where(or_(col(Fix.order_id).is_(None), col(RepairOrder.completed_at).is_not(None)))
    if type_id is not None:
        chosen = chosen.where(Fix.device_type_id == type_id)
    return session.exec(chosen.order_by(col(Fix.id).desc()).limit(MOST_READ)).all()


def _known(row: Fix, likeness: float = 0.0, times: int = 1) -> Known:
    texts = (row.brand, row.model, row.symptom, row.cause, row.remedy)
    return Known(
        row.id or 0, row.version, row.device_type_id, *texts, tuple(row.parts), row.order_id, row.uses, likeness, times
    )


def _parts_of(session: Session, order_id: int) -> list[str]:
    chosen = select(Part.code).join(PartNeed, col(PartNeed.part_id) == col(Part.id))
    return list(session.exec(chosen.where(PartNeed.order_id == order_id).order_by(col(PartNeed.id))))


def _fix(session: Session, fix_id: int | None, order_id: int | None) -> Fix | None:
    if fix_id is not None:
        found = session.get(Fix, fix_id)
        if found is None:
            raise NotFound(_("This fix was removed."))
        return found
    return session.exec(select(Fix).where(Fix.order_id == order_id)).first() if order_id is not None else None
