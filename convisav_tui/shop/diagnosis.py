"""All that the screen of a checklist shows of an order, in one reading."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.check_forms import form_of
from convisav_tui.shop.checklists import Check, ProposedWork, checks_of, proposed_works, stage_asked
from convisav_tui.shop.knowledge import Known, proposals
from convisav_tui.store.models import Checkpoint, CheckStage, Device, ProcedureText, RepairOrder

MOST_KNOWN = 5


@dataclass(frozen=True)
class Diagnosis:
    """An order at its checklist; `known` is what earlier repairs propose, best first."""

    order_id: int
    number: str
    device: str
    fault: str
    found: str
    stage: CheckStage
    checks: tuple[Check, ...]
    works: tuple[ProposedWork, ...]
    known: tuple[Known, ...]
    procedure: str
    form: str = ""  # name of the PDF form that serves as this checklist


def diagnosis_of(session: Session, number: str, stage: CheckStage | None, language: str) -> Diagnosis:
    """The checklist of the order with this number: of a stage, or of the one that its state asks for. Raises
    NotFound."""
    order = session.exec(select(RepairOrder).where(RepairOrder.number == number)).first()
    if order is None or order.id is None:
        raise NotFound(_("There is no such order."))
    shown = stage or stage_asked(order.state)
    device = session.get_one(Device, order.device_id)
    wanted = select(ProcedureText).where(
        ProcedureText.device_type_id == device.device_type_id, ProcedureText.language == language
    )
    procedure = session.exec(wanted).first()
    form = form_of(session, device.device_type_id, shown)
    return Diagnosis(
        order_id=order.id,
        number=number,
        device=device.title,
        fault=" ".join(order.reported_fault.split()),
        found=order.found_fault,
        stage=shown,
        checks=tuple(checks_of(session, order.id, shown, language)),
        works=tuple(proposed_works(session, order.id, language)),
        known=tuple(proposals(session, order.id, MOST_KNOWN)) if shown is CheckStage.DIAGNOSIS else (),
        procedure=procedure.text if procedure is not None else "",
        form=form.file_name if form is not None and form.active else "",
    )


def has_checklist(session: Session, order_id: int, stage: CheckStage) -> bool:
    """Whether the type of the order's device has questions at this stage."""
    order = session.get_one(RepairOrder, order_id)
    type_id = session.get_one(Device, order.device_id).device_type_id
    asked = select(Checkpoint.id).where(
        Checkpoint.device_type_id == type_id, Checkpoint.stage == stage, col(Checkpoint.active)
    )
    return session.exec(asked.limit(1)).first() is not None
