"""Changing the checklists of the shop: checkpoints and predefined works are added, changed, hidden, put in order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from sqlmodel import Session, col, select

from convisav_tui.errors import Conflict, FieldErrors, NotFound
from convisav_tui.i18n import LANGUAGES, _
from convisav_tui.money import parse_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.checklist_store import checkpoints_of, works_of_type
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import AnswerKind, Checkpoint, CheckStage, DeviceType, PredefinedWork
from convisav_tui.text import fold

_NAME_LENGTH = 200
_MOST_MINUTES = 100 * 60
_WHEN = re.compile(r"([a-z0-9_.-]+)\s*=\s*([a-z0-9_.,\s-]+)")
Ordered = TypeVar("Ordered", Checkpoint, PredefinedWork)


@asks(Permission.EDIT_CHECKLISTS)
def save_checkpoint(
    session: Session,
    type_id: int,
    raw: Mapping[str, str],
    shop: ShopContext,
    actor: Actor,
    *,
    checkpoint_id: int | None = None,
    expected_version: int | None = None,
) -> Checkpoint:
    """Write a checkpoint as typed: `text_<language>`, `stage`, `kind`, `unit`, `choices` ("code: label; …"),
    `opens_when` ("code = answer, answer; …"), `suggests` (codes of works), `required`, `active`. A new one goes last.

    Raises FieldErrors, Conflict, NotFound, Refusal to all but a manager."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    reader = FieldReader(raw)
    texts = {code: reader.line(f"text_{code}", _NAME_LENGTH) for code in LANGUAGES}
    if not texts.get(shop.language):
        reader.errors.setdefault(f"text_{shop.language}", _("Type the question"))
    row = _checkpoint(session, type_id, checkpoint_id, expected_version)
    stage = reader.choice("stage", CheckStage, tuple(CheckStage)) or row.stage
    kind = reader.choice("kind", AnswerKind, tuple(AnswerKind)) or row.kind
    choices = _choices(reader, row, shop.language)
    if kind is AnswerKind.CHOICE and len(choices) < 2:
        reader.errors.setdefault("choices", _("Type at least two choices, as “dry: dry; wet: wet”"))
    opens_when = _opens_when(session, reader, type_id, stage, row.code)
    suggests = _suggests(session, reader, type_id)
    required, active = reader.ticked("required"), reader.ticked("active")
    if reader.errors:
        raise FieldErrors(reader.errors)
    if row.id is None:
        rows = checkpoints_of(session, type_id)
        row.code = _free_code(texts[shop.language], {one.code for one in rows})
        row.position = max((one.position for one in rows), default=-1) + 1
    row.texts = {code: text for code, text in texts.items() if text}
    row.stage, row.kind, row.unit = stage, kind, reader.typed("unit")[:16]
    row.choices, row.opens_when, row.suggests = choices, opens_when, suggests
    row.required, row.active = required, active
    session.add(row)
    session.flush()
    return row


@asks(Permission.EDIT_CHECKLISTS)
def save_work(
    session: Session,
    type_id: int,
    raw: Mapping[str, str],
    shop: ShopContext,
    actor: Actor,
    *,
    work_id: int | None = None,
    expected_version: int | None = None,
) -> PredefinedWork:
    """Write a predefined work as typed: `name_<language>`, `minutes`, `cost` (excl. VAT), `price` (incl. VAT),
    `active`. Raises FieldErrors, Conflict, NotFound, Refusal to all but a manager."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    reader = FieldReader(raw)
    names = {code: reader.line(f"name_{code}", _NAME_LENGTH) for code in LANGUAGES}
    if not names.get(shop.language):
        reader.errors.setdefault(f"name_{shop.language}", _("Type its name"))
    minutes = reader.read("minutes", _minutes) or 0
    cost = reader.read("cost", lambda typed: parse_amount(typed, shop.currency)) or 0
    price = reader.read("price", lambda typed: parse_amount(typed, shop.currency)) or 0
    if cost < 0 or price < 0:
        reader.errors.setdefault("price" if price < 0 else "cost", _("Type an amount of 0 or more"))
    active = reader.ticked("active")
    if reader.errors:
        raise FieldErrors(reader.errors)
    row = (
        session.get(PredefinedWork, work_id)
        if work_id is not None
        else PredefinedWork(code="?", device_type_id=type_id)
    )
    row = _held(row, expected_version)
    if row.id is None:
        kind, rows = session.get_one(DeviceType, type_id), works_of_type(session, type_id)
        taken = {one.code.removeprefix(f"{kind.code}.") for one in rows}
        row.code = f"{kind.code}.{_free_code(names[shop.language], taken)}"[:40]
        row.position = max((one.position for one in rows), default=-1) + 1
    row.names = {code: name for code, name in names.items() if name}
    row.minutes, row.cost, row.price, row.active = minutes, cost, price, active
    session.add(row)
    session.flush()
    return row


@asks(Permission.EDIT_CHECKLISTS)
def move_checkpoint(session: Session, checkpoint_id: int, by: int, actor: Actor) -> None:
    """Let a checkpoint change places with its neighbour of the same stage, -1 up or 1 down."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    row = _held(session.get(Checkpoint, checkpoint_id), None)
    rows = [one for one in checkpoints_of(session, row.device_type_id) if one.stage is row.stage]
    _swap(session, rows, row, by)


@asks(Permission.EDIT_CHECKLISTS)
def move_work(session: Session, work_id: int, by: int, actor: Actor) -> None:
    """Let a predefined work change places with its neighbour, -1 up or 1 down."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    row = _held(session.get(PredefinedWork, work_id), None)
    assert row.device_type_id is not None
    _swap(session, list(works_of_type(session, row.device_type_id)), row, by)


def choices_text(row: Checkpoint | None, language: str) -> str:
    """The choices as the form holds them."""
    if row is None:
        return ""
    return "; ".join(f"{choice['code']}: {choice.get(language) or choice['code']}" for choice in row.choices)


def opens_text(row: Checkpoint | None) -> str:
    """What opens a question, as the form holds it."""
    if row is None:
        return ""
    return "; ".join(f"{code} = {', '.join(answers)}" for code, answers in row.opens_when.items())


def _checkpoint(session: Session, type_id: int, checkpoint_id: int | None, expected_version: int | None) -> Checkpoint:
    if checkpoint_id is None:
        return Checkpoint(device_type_id=type_id, code="?")
    return _held(session.get(Checkpoint, checkpoint_id), expected_version)


def _held(row: Ordered | None, expected_version: int | None) -> Ordered:
    if row is None:
        raise NotFound(_("This row was removed."))
    if expected_version is not None and row.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    return row


def _choices(reader: FieldReader, row: Checkpoint, language: str) -> list[dict[str, str]]:
    """Choices as typed in the shop's language; those known keep their words in the other languages."""
    known = {str(choice["code"]): dict(choice) for choice in row.choices}
    found: list[dict[str, str]] = []
    for part in filter(None, (part.strip() for part in reader.line("choices", 400).split(";"))):
        code, _colon, label = (piece.strip() for piece in part.partition(":"))
        code = re.sub("[^a-z0-9_]+", "_", fold(code))[:40]
        found.append(known.get(code, {"code": code}) | {language: label or code})
    return found


def _opens_when(
    session: Session, reader: FieldReader, type_id: int, stage: CheckStage, own: str
) -> dict[str, list[str]]:
    codes = {one.code for one in checkpoints_of(session, type_id) if one.stage is stage} - {own}
    found: dict[str, list[str]] = {}
    for part in filter(None, (part.strip() for part in reader.line("opens_when", 400).split(";"))):
        read = _WHEN.fullmatch(part)
        if read is None or read[1] not in codes:
            reader.errors.setdefault(
                "opens_when",
                _("Type it as “question = faulty”; questions: {codes}").format(codes=", ".join(sorted(codes))),
            )
            continue
        found[read[1]] = [answer.strip() for answer in read[2].split(",") if answer.strip()]
    return found


def _suggests(session: Session, reader: FieldReader, type_id: int) -> list[str]:
    kind = session.get_one(DeviceType, type_id)
    codes = {row.code for row in session.exec(select(PredefinedWork).where(PredefinedWork.device_type_id == type_id))}
    typed = [code.strip() for code in reader.line("suggests", 400).replace(",", " ").split() if code.strip()]
    full = [code if code in codes else f"{kind.code}.{code}" for code in typed]
    unknown = [code for code in full if code not in codes]
    if unknown:
        names = ", ".join(sorted(code.removeprefix(f"{kind.code}.") for code in codes))
        reader.errors.setdefault("suggests", _("Works of this type: {codes}").format(codes=names))
    return full


def _swap(session: Session, rows: Sequence[Ordered], row: Ordered, by: int) -> None:
    at = next(index for index, one in enumerate(rows) if one.id == row.id)
    ordered = list(rows)
    if 0 <= at + by < len(ordered):
        ordered[at], ordered[at + by] = ordered[at + by], ordered[at]
    for position, one in enumerate(ordered):
        if one.position != position:
            one.position = position
            session.add(one)
    session.flush()


def _minutes(typed: str) -> int:
    if not typed.isdigit() or int(typed) > _MOST_MINUTES:
        raise ValueError(_("Type minutes, from 0 to {most}").format(most=_MOST_MINUTES))
    return int(typed)


def _free_code(name: str, taken: set[str]) -> str:
    stem = re.sub("[^a-z0-9]+", "_", fold(name)).strip("_")[:20] or "row"
    return next(
        code for code in (stem if n == 1 else f"{stem}_{n}" for n in range(1, len(taken) + 2)) if code not in taken
    )


def active_types(session: Session) -> Sequence[DeviceType]:
    """The types of devices of the shop, in its order."""
    return session.exec(select(DeviceType).order_by(col(DeviceType.position), col(DeviceType.id))).all()
