"""A PDF form as checklist of a type of device: its questions, filled from an order, and read back into answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from convisav_tui import ticket_number
from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors, NotFound, UsageError
from convisav_tui.i18n import LANGUAGES, _, mark, translate
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.check_form_fields import (
    CHECK,
    FACT,
    FACTS,
    FITS,
    choices_of,
    facts_of,
    planned_mapping,
    question_of,
    read_answer,
    written_answer,
)
from convisav_tui.shop.checklists import answer_checks, checked_answer, newest_answers, stage_asked
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, ask_for, print_again
from convisav_tui.shop.events import append_event
from convisav_tui.shop.pdf_forms import FormField, PdfForm, form_language
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import AnswerKind, CheckForm, Checkpoint, CheckStage, Device, Paper, Party, RepairOrder

KIND = "check_form"
_TITLE = mark("Checklist form")
_KINDS = {"text": AnswerKind.TEXT, "check": AnswerKind.CHECK, "choice": AnswerKind.CHOICE}
_EVENT = "form_read"


@dataclass(frozen=True)
class FormAdded:
    """What a form became: fields filled from the order, questions asked, and whether its scripts were left out."""

    facts: int
    checks: int
    scripts: bool


@dataclass(frozen=True)
class FormTaken:
    """What a filled form said: answers that are new, answers that stood there already, what is wrong by field."""

    new: int
    known: int
    errors: Mapping[str, str]


@asks(Permission.EDIT_CHECKLISTS)
def add_form(
    session: Session,
    type_id: int,
    stage: CheckStage,
    form: PdfForm,
    file_name: str,
    shop: ShopContext,
    actor: Actor,
    *,
    only: bool = False,
) -> FormAdded:
    """Let a form serve as checklist of a type at a stage, in place of the one before; what was mapped by hand stays.
    Its questions are added to those there are; with `only` the others are asked no more. Raises Refusal."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    row = form_of(session, type_id, stage) or CheckForm(
        device_type_id=type_id, stage=stage, file_name="", pdf=b"", sha256=""
    )
    points = _points(session, type_id, stage)
    planned = planned_mapping(form.fields, points.values())
    mapping = planned | {name: filled for name, filled in row.fields.items() if name in planned}
    for at, field in enumerate(form.fields):
        _put_question(session, points, type_id, stage, field, mapping, len(points) + at, shop.language)
    asked = {filled.removeprefix(CHECK) for filled in mapping.values() if filled.startswith(CHECK)}
    if only:
        for point in points.values():
            point.active = point.code in asked
            session.add(point)
    row.file_name, row.pdf, row.sha256 = file_name[:120], form.pdf, hashlib.sha256(form.pdf).hexdigest()
    row.fields, row.active = mapping, True
    session.add(row)
    session.flush()
    return FormAdded(sum(filled.startswith(FACT) for filled in mapping.values()), len(asked), form.scripts)


@asks(Permission.EDIT_CHECKLISTS)
def map_field(session: Session, form_id: int, name: str, filled: str, actor: Actor) -> None:
    """Say what fills a field: "fact:…" (FACTS), "check:…" (code of a question of its type and stage), "" nothing.
    Raises FieldErrors, NotFound, Refusal."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    form = session.get(CheckForm, form_id)
    if form is None or name not in form.fields:
        raise NotFound(_("This form has no field “{name}”.").format(name=name))
    chosen = "".join(filled.split())
    codes = _points(session, form.device_type_id, form.stage)
    known = {FACT + key for key in FACTS} | {CHECK + code for code in codes} | {""}
    if chosen not in known:
        listed = ", ".join([FACT + key for key in FACTS] + [CHECK + code for code in codes])
        raise FieldErrors({"filled": _("One of: {choices}").format(choices=listed)})
    form.fields = dict(form.fields) | {name: chosen}
    session.add(form)
    session.flush()


@asks(Permission.EDIT_CHECKLISTS)
def drop_form(session: Session, form_id: int, actor: Actor) -> None:
    """The form serves no more; its questions and all papers stay. Raises NotFound, Refusal."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    form = session.get(CheckForm, form_id)
    if form is None:
        raise NotFound(_("There is no such form."))
    form.active = False
    session.add(form)
    session.flush()


def form_of(session: Session, type_id: int, stage: CheckStage) -> CheckForm | None:
    """The form of a type at a stage, in use or not."""
    chosen = select(CheckForm).where(CheckForm.device_type_id == type_id, CheckForm.stage == stage)
    return session.exec(chosen).first()


def forms_of(session: Session, type_id: int) -> Sequence[CheckForm]:
    """The forms in use of a type."""
    chosen = select(CheckForm).where(CheckForm.device_type_id == type_id, col(CheckForm.active))
    return session.exec(chosen.order_by(col(CheckForm.stage))).all()


def ask_for_form(
    session: Session, order_id: int, stage: CheckStage | None, shop: ShopContext, actor: Actor, *, copies: int = 1
) -> Paper | None:
    """Fill the form of the order's type as order and answers are now, keep it, and print it so often; the same answers
    give the same paper. `stage` None: the one that the order's state asks for, else the only form there is. None where
    the type has no form. Raises NotFound."""
    order = _order(session, order_id)
    form = _form_at(session, order, stage)
    if form is None or not form.active:
        return None
    language = _language(session, order, form, shop)
    values = _values(session, order, form, shop, language)
    told = json.dumps([form.sha256, values], sort_keys=True).encode()
    key = f"{KIND}:{order_id}:{form.stage.value}:{hashlib.sha256(told).hexdigest()[:32]}"
    earlier = session.exec(select(Paper).where(Paper.dedupe_key == key)).first()
    if earlier is not None:
        if copies:
            print_again(session, earlier.id or 0, actor, copies)
        return earlier
    document = _document(order, language)
    paper = ask_for(session, document, key=key, order_id=order_id, party_id=order.party_id, actor=actor, copies=0)
    # The worker fills the form of this id with these values, if it is still the same file.
    paper.content = document.as_content() | {"form": form.id, "sha256": form.sha256, "values": values}
    session.add(paper)
    session.flush()
    if copies:
        print_again(session, paper.id or 0, actor, copies)
    return paper


def keep_forms(session: Session, order_id: int, shop: ShopContext, actor: Actor) -> None:
    """Keep the filled forms of an order whose questions were answered, without printing them."""
    order = _order(session, order_id)
    forms = forms_of(session, _type_of(session, order))
    answered = set(newest_answers(session, order_id)) if forms else set()
    for form in forms:
        points = _points(session, form.device_type_id, form.stage)
        codes = {filled.removeprefix(CHECK) for filled in form.fields.values() if filled.startswith(CHECK)}
        if any(points[code].id in answered for code in codes if code in points):
            ask_for_form(session, order_id, form.stage, shop, actor, copies=0)


@asks(Permission.MOVE_ORDER)
def take_form(
    session: Session, order_id: int, read: PdfForm, original: bytes, file_name: str, shop: ShopContext, actor: Actor
) -> FormTaken:
    """Write down what a form says that was filled elsewhere; the file is kept. What stands there already is not written
    twice, what cannot be accepted is told by field. Raises UsageError for a form of another kind or order, NotFound,
    Refusal."""
    require(session, actor, Permission.MOVE_ORDER)
    order = _order(session, order_id)
    form = _form_like(session, order, read.fields)
    said = {field.name: field for field in read.fields}
    _refuse_other_order(order, form, said)
    points, held = _points(session, form.device_type_id, form.stage), newest_answers(session, order_id)
    answers: dict[int, str] = {}
    errors: dict[str, str] = {}
    known = 0
    for name, filled in form.fields.items():
        point = points.get(filled.removeprefix(CHECK)) if filled.startswith(CHECK) else None
        if point is None or point.id is None or name not in said:
            continue
        try:
            value = read_answer(point, said[name].value)
            answer = checked_answer(point, value) if value else ""
        except FieldErrors as error:
            errors[said[name].label or name] = next(iter(error.errors.values()))
            continue
        if answer and point.id in held and held[point.id].answer == answer:
            known += 1
        elif answer:
            answers[point.id] = answer
    _keep_read(session, order, original, file_name, shop, actor)
    if answers:
        answer_checks(session, order_id, answers, actor, evidence=file_name)
    return FormTaken(len(answers), known, errors)


def _put_question(
    session: Session,
    points: dict[str, Checkpoint],
    type_id: int,
    stage: CheckStage,
    field: FormField,
    mapping: Mapping[str, str],
    position: int,
    language: str,
) -> None:
    filled = mapping[field.name]
    if not filled.startswith(CHECK):
        return
    code = filled.removeprefix(CHECK)
    point = points.get(code)
    if point is None:
        point = Checkpoint(device_type_id=type_id, stage=stage, code=code, position=position, kind=_KINDS[field.kind])
        point.texts = {language: question_of(field)}
    elif point.kind not in FITS[field.kind]:
        return
    if field.kind == "choice":
        old = {str(choice["code"]): dict(choice) for choice in point.choices}
        point.choices = [old.get(choice["code"], choice) for choice in choices_of(field, language)]
    point.active = True
    points[code] = point
    session.add(point)


def _points(session: Session, type_id: int, stage: CheckStage) -> dict[str, Checkpoint]:
    chosen = select(Checkpoint).where(Checkpoint.device_type_id == type_id, Checkpoint.stage == stage)
    return {point.code: point for point in session.exec(chosen.order_by(col(Checkpoint.position), col(Checkpoint.id)))}


def _values(session: Session, order: RepairOrder, form: CheckForm, shop: ShopContext, language: str) -> dict[str, str]:
    """Field → what stands in it; fields of which nothing is known stay as the form has them."""
    facts, points = facts_of(session, order, shop, language), _points(session, form.device_type_id, form.stage)
    answers = newest_answers(session, order.id or 0)
    values: dict[str, str] = {}
    for name, filled in form.fields.items():
        point = points.get(filled.removeprefix(CHECK)) if filled.startswith(CHECK) else None
        if filled.startswith(FACT):
            values[name] = facts.get(filled.removeprefix(FACT), "")
        elif point is not None and point.id in answers:
            values[name] = written_answer(point, answers[point.id])
    return values


def _form_at(session: Session, order: RepairOrder, stage: CheckStage | None) -> CheckForm | None:
    if stage is not None:
        return form_of(session, _type_of(session, order), stage)
    forms = forms_of(session, _type_of(session, order))
    asked = stage_asked(order.state)
    return next((form for form in forms if form.stage is asked), forms[0] if len(forms) == 1 else None)


def _form_like(session: Session, order: RepairOrder, fields: Sequence[FormField]) -> CheckForm:
    names = {field.name for field in fields}
    forms = forms_of(session, _type_of(session, order))
    best = max(forms, key=lambda form: len(names & set(form.fields)), default=None)
    if best is None:
        raise UsageError(_("This type of device has no form as checklist."), _("Add one: F10, types of devices."))
    if not names & set(best.fields):
        raise UsageError(_("This is not the form of this type of device: it has none of its fields."), "")
    return best


def _refuse_other_order(order: RepairOrder, form: CheckForm, said: Mapping[str, FormField]) -> None:
    for name, filled in form.fields.items():
        reading = ticket_number.read(said[name].value) if filled == FACT + "number" and name in said else None
        if reading is not None and reading.number != order.number:
            shown = ticket_number.show(reading.number)
            raise UsageError(_("This form was filled for the order {number}.").format(number=shown), "")


def _keep_read(
    session: Session, order: RepairOrder, content: bytes, file_name: str, shop: ShopContext, actor: Actor
) -> None:
    """The file as it came is a paper of the order; the same file is kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"{KIND}_read:{order.id}:{sha256[:32]}"
    if session.exec(select(Paper.id).where(Paper.dedupe_key == key)).first() is not None:
        return
    paper = ask_for(
        session,
        replace(_document(order, shop.language), dated=""),
        key=key,
        order_id=order.id,
        party_id=order.party_id,
        actor=actor,
        copies=0,
    )
    paper.pdf, paper.sha256, paper.file_name, paper.rendered_at = content, sha256, file_name[:120], now()
    session.add(paper)
    append_event(session, order, event=_EVENT, actor=actor, detail={"file": file_name[:120], "sha256": sha256})


def _language(session: Session, order: RepairOrder, form: CheckForm, shop: ShopContext) -> str:
    """The language that the form is written in; where it does not say so, the customer's, else the shop's."""
    customer = session.get_one(Party, order.party_id).language
    known = (one for one in (form_language(form.pdf), customer) if one in LANGUAGES)
    return next(known, shop.language)


def _document(order: RepairOrder, language: str) -> Document:
    return Document(kind=KIND, title=translate(_TITLE, language), language=language, number=order.number)


def _type_of(session: Session, order: RepairOrder) -> int:
    return session.get_one(Device, order.device_id).device_type_id


def _order(session: Session, order_id: int) -> RepairOrder:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order
