"""The card of the used part that a customer chose in place of a new one: found in the catalogue, else made (FR-P5)."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.shop.quote_totals import with_vat_added
from convisav_tui.shop.stock import free, levels_of
from convisav_tui.store.models import Part, PartCondition, QuoteLine
from convisav_tui.text import fold

_SUFFIX = "-C"  # behind the code of the new part: the same, of the circular economy
_LONGEST_CODE = 40


def used_part_for(session: Session, part: Part) -> Part | None:
    """The part of the circular economy that does what `part` does: of its EAN, or of its name and brand; one that lies
    free in the stock before one that does not. None where the catalogue has none."""
    assert part.id is not None
    alike = [
        other
        for other in session.exec(select(Part).where(Part.condition == PartCondition.CIRCULAR, Part.active)).all()
        if other.id != part.id and _is_same(part, other)
    ]
    return max(alike, key=lambda other: (free(levels_of(session, other.id or 0)) > 0, -(other.id or 0)), default=None)


def used_part_of(session: Session, line: QuoteLine, *, with_vat: bool) -> Part | None:
    """The used part that was offered on a line at its `circular_price`; a card is made where the catalogue has none: it
    outlives an undo, for it names what can be bought. None where the line names no part of the catalogue."""
    if line.part_id is None:
        return None
    part = session.get_one(Part, line.part_id)
    found = used_part_for(session, part)
    if found is not None:
        return found
    price = line.circular_price or 0
    code = _free_code(session, part.code)
    made = Part(
        code=code,
        name=part.name,
        name_key=fold(f"{code} {part.name} {part.brand}")[:160],
        brand=part.brand,
        device_type_id=part.device_type_id,
        condition=PartCondition.CIRCULAR,
        price=price if with_vat else with_vat_added(price, line.vat_rate),
        vat_rate=part.vat_rate,
        tracks_serials=part.tracks_serials,
    )
    session.add(made)
    session.flush()
    return made


def _is_same(part: Part, other: Part) -> bool:
    if part.ean and other.ean:
        return part.ean == other.ean
    return (fold(part.name), fold(part.brand)) == (fold(other.name), fold(other.brand))


def _free_code(session: Session, code: str) -> str:
    """The part's code with `_SUFFIX`, and a number where that is taken."""
    number = 1
    while True:
        suffix = _SUFFIX + (str(number) if number > 1 else "")
        wanted = code[: _LONGEST_CODE - len(suffix)] + suffix
        if session.exec(select(Part.id).where(Part.code == wanted)).first() is None:
            return wanted
        number += 1
