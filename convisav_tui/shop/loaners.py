"""The units that the shop lends while it repairs: each with a code, a label, a state (FR-R3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui import ticket_number
from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.money import parse_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.identifiers import clean_serial, serial_key
from convisav_tui.shop.paper import LabelPaper
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import JobKind, Loan, LoanerState, LoanerUnit, PrintJob
from convisav_tui.text import fold

UNIT_FIELDS = ("code", "brand", "model", "serial", "state", "condition", "accessories", "deposit", "value", "note")
_LINES = {"brand": 80, "model": 120, "condition": 400, "accessories": 400, "note": 400}
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
# What a person may write; "lent" follows from the loans alone.
CHOSEN_STATES = (LoanerState.AVAILABLE, LoanerState.IN_REPAIR, LoanerState.RETIRED)


@dataclass(frozen=True)
class FreeUnit:
    """A unit that may be lent now; `deposit` is what is asked for it, minor units."""

    id: int
    code: str
    title: str
    serial: str
    deposit: int
    condition: str
    accessories: str


def number_of(unit_id: int) -> str:
    """The ten digits on the label of a unit."""
    return ticket_number.make(ticket_number.LOANER_PAIR, unit_id)


def unit_title(unit: LoanerUnit) -> str:
    """Code, brand and model in one line."""
    return " ".join(part for part in (unit.code, unit.brand, unit.model) if part)


def scanned_unit(session: Session, number: str) -> LoanerUnit:
    """The unit whose label was scanned. Raises NotFound for the label of another shop."""
    unit = session.get(LoanerUnit, ticket_number.counter(number))
    if unit is None:
        raise NotFound(_("There is no such loaner in this shop."), _("F10, loaners, shows those that there are."))
    return unit


def free_units(session: Session, typed: str, limit: int = 8) -> Sequence[FreeUnit]:
    """The units that may be lent, whose code, brand, model or serial number holds what was typed; by code."""
    rows = session.exec(
        select(LoanerUnit).where(LoanerUnit.state == LoanerState.AVAILABLE).order_by(col(LoanerUnit.code))
    )
    pieces = fold(typed).split()
    found = [row for row in rows if all(piece in fold(f"{unit_title(row)} {row.serial}") for piece in pieces)]
    return [
        FreeUnit(
            row.id or 0,
            row.code,
            " ".join(part for part in (row.brand, row.model) if part),
            row.serial,
            row.deposit,
            row.condition,
            row.accessories,
        )
        for row in found[:limit]
    ]


def any_unit(session: Session) -> bool:
    """Whether the shop lends anything at all."""
    kept = select(LoanerUnit.id).where(LoanerUnit.state != LoanerState.RETIRED).limit(1)
    return session.exec(kept).first() is not None


@asks(Permission.EDIT_LOANERS)
def save_unit(
    session: Session,
    raw: Mapping[str, str],
    shop: ShopContext,
    actor: Actor,
    *,
    unit_id: int | None = None,
    expected_version: int | None = None,
) -> LoanerUnit:
    """Write a unit as typed (UNIT_FIELDS; amounts in the shop's currency); a new one without `unit_id`.

    Raises FieldErrors (a code that is none or is taken, a wrong amount), Refusal for the state of a unit that is lent,
    NotFound, Conflict."""
    require(session, actor, Permission.EDIT_LOANERS)
    unit = session.get(LoanerUnit, unit_id) if unit_id is not None else LoanerUnit(code="?")
    if unit is None:
        raise NotFound(_("There is no such loaner in this shop."))
    if expected_version is not None and unit.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    values = _values(session, raw, shop, unit)
    for key, value in values.items():
        setattr(unit, key, value)
    session.add(unit)
    session.flush()
    return unit


def print_unit_label(session: Session, unit_id: int, actor: Actor, shop: ShopContext, key: str) -> PrintJob:
    """Ask for the label of a unit: its barcode and its code; the same `key` again prints nothing."""
    earlier = session.exec(select(PrintJob).where(PrintJob.dedupe_key == key)).first()
    if earlier is not None:
        return earlier
    unit = session.get(LoanerUnit, unit_id)
    if unit is None:
        raise NotFound(_("There is no such loaner in this shop."))
    paper = LabelPaper(
        number=number_of(unit_id),
        device=unit_title(unit),
        device_type=_("Loaner"),
        customer_code=unit.code,
        shop_name=shop.name,
        language=shop.language,
    )
    job = PrintJob(kind=JobKind.LABEL, content=dict(paper.as_content()), dedupe_key=key, created_by_id=actor.staff_id)
    session.add(job)
    session.flush()
    return job


def _values(session: Session, raw: Mapping[str, str], shop: ShopContext, unit: LoanerUnit) -> dict[str, object]:
    reader = FieldReader(raw)
    values: dict[str, object] = {key: reader.line(key, limit) for key, limit in _LINES.items()}
    code = reader.typed("code").upper()
    if not _CODE.fullmatch(code):
        reader.errors["code"] = _("Letters, digits and dashes, as P-03")
    taken = select(LoanerUnit.id).where(LoanerUnit.code == code, LoanerUnit.id != (unit.id or 0))
    if session.exec(taken).first() is not None:
        reader.errors["code"] = _("Another loaner has this code")
    if not (values["brand"] or values["model"]):
        reader.errors["model"] = _("Type brand or model")
    serial = clean_serial(raw.get("serial") or "")
    values |= {"code": code, "serial": serial, "serial_key": serial_key(serial)}
    for key in ("deposit", "value"):
        values[key] = reader.read(key, lambda typed: parse_amount(typed, shop.currency)) or 0
    state = reader.choice("state", LoanerState) or unit.state
    if reader.errors:
        raise FieldErrors(reader.errors)
    if state is not unit.state:
        _refuse_state(session, unit, state)
    return values | {"state": state}


def _refuse_state(session: Session, unit: LoanerUnit, state: LoanerState) -> None:
    """A unit that somebody has stays lent until it comes back, and none becomes lent by being called so."""
    lent = select(Loan.id).where(Loan.unit_id == (unit.id or 0), col(Loan.ended_at).is_(None))
    if session.exec(lent).first() is not None:
        raise Refusal("unit_is_back", _("This loaner is lent: take it back first."), mended_by="loaner")
    if state is LoanerState.LENT:
        raise FieldErrors({"state": _("A loaner becomes lent when it is lent with an order")})
