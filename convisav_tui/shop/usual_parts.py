"""The parts that a type of device usually needs: named beforehand, in the catalogue once one is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.errors import FieldErrors, NotFound
from convisav_tui.i18n import LANGUAGES, _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.checklists import worded
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import USUAL_PARTS
from convisav_tui.shop.needs import add_need
from convisav_tui.shop.pdf_form_child import code_of
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.shop.stock import ONE
from convisav_tui.store.models import Device, DeviceType, Part, PartNeed, RepairOrder, Setting
from convisav_tui.text import clean_line, fold

LONGEST_NAME = 120
MOST = 60


@dataclass(frozen=True)
class UsualPart:
    """A part that a type usually needs; `code` within its type."""

    code: str
    names: Mapping[str, str]


def usual_parts(session: Session, kind: DeviceType) -> list[UsualPart]:
    """The usual parts of a type, in their order."""
    setting = session.get(Setting, USUAL_PARTS + kind.code)
    rows = setting.value if setting is not None else None
    found = [row for row in rows if isinstance(row, dict) and row.get("code")] if isinstance(rows, list) else []
    return [UsualPart(str(row["code"]), {code: str(row[code]) for code in LANGUAGES if row.get(code)}) for row in found]


def put_usual_parts(session: Session, kind: DeviceType, parts: Sequence[UsualPart]) -> int:
    """Add these or change their names; how many are new or changed."""
    present = {part.code: part for part in usual_parts(session, kind)}
    changed = [part for part in parts if present.get(part.code) != part]
    if changed:
        _keep(session, kind, list((present | {part.code: part for part in parts}).values()))
    return len(changed)


@asks(Permission.EDIT_CHECKLISTS)
def save_usual_part(
    session: Session, type_id: int, raw: Mapping[str, str], shop: ShopContext, actor: Actor, *, code: str = ""
) -> None:
    """Write a usual part as typed: `name_<language>`; a new one without `code`, which goes last. Raises FieldErrors,
    NotFound, Refusal."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    kind = session.get(DeviceType, type_id)
    if kind is None:
        raise NotFound(_("There is no such type of device."))
    names = {one: clean_line(raw.get(f"name_{one}", ""))[:LONGEST_NAME] for one in LANGUAGES}
    if not names.get(shop.language):
        raise FieldErrors({f"name_{shop.language}": _("Type its name")})
    parts = usual_parts(session, kind)
    if not code and len(parts) >= MOST:
        raise FieldErrors({f"name_{shop.language}": _("{most} parts at most.").format(most=MOST)})
    known = {part.code for part in parts}
    written = UsualPart(
        code or code_of(names[shop.language], known), {one: name for one, name in names.items() if name}
    )
    _keep(session, kind, list(({part.code: part for part in parts} | {written.code: written}).values()))


@asks(Permission.EDIT_CHECKLISTS)
def drop_usual_part(session: Session, type_id: int, code: str, actor: Actor) -> None:
    """Name a part no more; the catalogue stays. Raises Refusal."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    kind = session.get_one(DeviceType, type_id)
    _keep(session, kind, [part for part in usual_parts(session, kind) if part.code != code])


def usual_parts_of_order(session: Session, order_id: int, language: str) -> list[tuple[str, str]]:
    """Code and name of what the device of an order usually needs."""
    return [(part.code, worded(part.names, language)) for part in usual_parts(session, _kind_of(session, order_id))]


def need_usual_part(session: Session, order_id: int, code: str, shop: ShopContext, actor: Actor, key: str) -> PartNeed:
    """Ask for a usual part on an order; it comes into the catalogue, without a price, where it is not there yet.
    The same `key` again gives the same need. Raises NotFound, Refusal."""
    kind = _kind_of(session, order_id)
    usual = next((part for part in usual_parts(session, kind) if part.code == code), None)
    if usual is None:
        raise NotFound(_("There is no such part."))
    part_code = f"{kind.code}.{code}".upper()[:40]
    part = session.exec(select(Part).where(Part.code == part_code).order_by(col(Part.id))).first()
    if part is None:
        name = worded(usual.names, shop.language)[:LONGEST_NAME]
        part = Part(code=part_code, name=name, name_key=fold(f"{part_code} {name}")[:160], device_type_id=kind.id)
        session.add(part)
        session.flush()
    assert part.id is not None
    return add_need(session, order_id, part.id, ONE, actor, key)


def _kind_of(session: Session, order_id: int) -> DeviceType:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return session.get_one(DeviceType, session.get_one(Device, order.device_id).device_type_id)


def _keep(session: Session, kind: DeviceType, parts: Sequence[UsualPart]) -> None:
    keep_setting(session, USUAL_PARTS + kind.code, [{"code": part.code, **part.names} for part in parts] or None)
