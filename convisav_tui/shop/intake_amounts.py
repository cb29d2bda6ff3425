"""The preset sums of an intake ("montants de prise en charge"): the shop names, prices, hides and orders them (A5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.errors import Conflict, FieldErrors, NotFound
from convisav_tui.i18n import LANGUAGES, _
from convisav_tui.money import parse_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.intake_form import INTAKE_NATURES
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import IntakeAmountType, Nature
from convisav_tui.text import fold

AMOUNT_FIELDS = (*(f"name_{code}" for code in LANGUAGES), "amount", "nature", "active")
_NAME_LENGTH = 60


@dataclass(frozen=True)
class Preset:
    """A preset sum as lists show it; `amount` in minor units, `names` by language."""

    id: int
    version: int
    code: str
    names: Mapping[str, str]
    amount: int
    nature: str
    active: bool


def presets(session: Session) -> Sequence[Preset]:
    """All of them in the order of the shop, hidden ones included."""
    rows = session.exec(select(IntakeAmountType).order_by(col(IntakeAmountType.position), col(IntakeAmountType.id)))
    return [
        Preset(row.id or 0, row.version, row.code, row.names, row.amount, row.nature.value, row.active) for row in rows
    ]


@asks(Permission.EDIT_AMOUNTS)
def save_preset(
    session: Session,
    raw: Mapping[str, str],
    shop: ShopContext,
    actor: Actor,
    *,
    preset_id: int | None = None,
    expected_version: int | None = None,
) -> IntakeAmountType:
    """Write a preset as typed (AMOUNT_FIELDS); a new one goes last. What was paid under it before is not changed.

    Raises FieldErrors (no name in the shop's language, a wrong amount), Refusal to all but a manager, Conflict,
    NotFound."""
    require(session, actor, Permission.EDIT_AMOUNTS)
    reader = FieldReader(raw)
    names = {code: reader.line(f"name_{code}", _NAME_LENGTH) for code in LANGUAGES}
    if not names.get(shop.language):
        reader.errors.setdefault(f"name_{shop.language}", _("Type its name"))
    amount = reader.read("amount", lambda typed: parse_amount(typed, shop.currency))
    nature = reader.choice("nature", Nature, INTAKE_NATURES) or Nature.ACOMPTE
    active = reader.ticked("active")
    if reader.errors:
        raise FieldErrors(reader.errors)
    row = _row(session, preset_id, expected_version)
    if row.id is None:
        row.code, row.position = _free_code(session, names[shop.language]), _last(session) + 1
    row.names = {code: name for code, name in names.items() if name}
    row.amount, row.nature, row.active = amount or 0, nature, active
    session.add(row)
    session.flush()
    return row


@asks(Permission.EDIT_AMOUNTS)
def move_preset(session: Session, preset_id: int, by: int, actor: Actor) -> None:
    """Let a preset change places with its neighbour, `by` -1 up or 1 down; at the end nothing happens."""
    require(session, actor, Permission.EDIT_AMOUNTS)
    rows = list(
        session.exec(select(IntakeAmountType).order_by(col(IntakeAmountType.position), col(IntakeAmountType.id)))
    )
    at = next((index for index, row in enumerate(rows) if row.id == preset_id), None)
    if at is None:
        raise NotFound(_("This intake amount was removed."))
    if 0 <= at + by < len(rows):
        rows[at], rows[at + by] = rows[at + by], rows[at]
    for position, row in enumerate(rows):
        if row.position != position:
            row.position = position
            session.add(row)
    session.flush()


def _row(session: Session, preset_id: int | None, expected_version: int | None) -> IntakeAmountType:
    row = session.get(IntakeAmountType, preset_id) if preset_id is not None else IntakeAmountType(code="?")
    if row is None:
        raise NotFound(_("This intake amount was removed."))
    if expected_version is not None and row.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    return row


def _free_code(session: Session, name: str) -> str:
    """A code from the name, which drafts and the defaults of device types refer to: it never changes again."""
    stem = re.sub("[^a-z0-9]+", "_", fold(name)).strip("_")[:24] or "amount"
    taken = set(session.exec(select(IntakeAmountType.code)))
    return next(
        code for code in (stem if n == 1 else f"{stem}_{n}" for n in range(1, len(taken) + 2)) if code not in taken
    )


def _last(session: Session) -> int:
    return max(session.exec(select(IntakeAmountType.position)), default=-1)
