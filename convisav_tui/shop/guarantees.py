"""The guarantees of a device, each with its last days and who owes it (rules.md 1.6): computed from dated rules.

The legal one runs from the purchase, the commercial one as the shop grants it by type of device, a manufacturer's as
it is written on the device; repairs and stays in the workshop made them longer (`guarantee_extension`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.dates import add_months
from convisav_tui.store.models import CoverageLine, Device, DeviceType, Guarantee, GuaranteeKind, Payer, RepairOrder
from convisav_tui.text import fold

# Setting: {"<device type code>": {"parts": 36, "labour": 24, "travel": 0}}, months of this shop's commercial guarantee.
COMMERCIAL_GUARANTEE = "commercial_guarantee_months"
REPAIR, IMMOBILISATION, REPLACEMENT = "repair", "immobilisation", "replacement"
# Rows of these causes were written at a hand-over, and hold as long as it was not taken back.
AT_HAND_OVER = (REPAIR, IMMOBILISATION, REPLACEMENT)
_LINES = tuple(CoverageLine)


@dataclass(frozen=True)
class RunningGuarantee:
    """One guarantee of a device: the last day (included) of each line that it covers, and who owes it."""

    kind: GuaranteeKind
    until: dict[CoverageLine, date]
    debtor: Payer
    debtor_id: int | None = None
    extended: bool = False

    @property
    def ends_on(self) -> date:
        """The last day of the line that lasts longest."""
        return max(self.until.values())

    def covers(self, line: CoverageLine, day: date) -> bool:
        """Whether that line is covered that day."""
        return line in self.until and day <= self.until[line]


def guarantees_of(
    session: Session, device: Device | None, kind: DeviceType | None, shop: ShopContext, purchased_on: date | None
) -> list[RunningGuarantee]:
    """The guarantees of a device bought on `purchased_on` (None: its own day), the legal one first; also those over."""
    bought = purchased_on or (device.purchased_on if device is not None else None)
    rows = valid_rows(session, device)
    seller = seller_of(device, shop)
    legal = _legal(session, bought, rows, seller, shop)
    commercial = _commercial(session, device, kind, bought, rows, seller)
    found = [legal, _beyond(commercial, legal), _manufacturer(rows)]
    return [guarantee for guarantee in found if guarantee is not None]


def valid_rows(session: Session, device: Device | None) -> list[Guarantee]:
    """What was written down of a device, oldest first; without what a hand-over wrote that was taken back."""
    if device is None or device.id is None:
        return []
    rows = session.exec(select(Guarantee).where(Guarantee.device_id == device.id).order_by(col(Guarantee.id))).all()
    return [row for row in rows if row.cause not in AT_HAND_OVER or _stands(session, row)]


def seller_of(device: Device | None, shop: ShopContext) -> Payer:
    """Who owes the guarantees of the sale (FR-G10): this shop, where nobody else sold the device."""
    seller = fold(device.seller) if device is not None else ""
    return Payer.SELLER if seller and seller != fold(shop.name) else Payer.SHOP


def best(guarantees: Iterable[RunningGuarantee], line: CoverageLine, day: date) -> RunningGuarantee | None:
    """The guarantee that covers a line that day; the legal one goes before those that people agreed on."""
    return next((guarantee for guarantee in guarantees if guarantee.covers(line, day)), None)


def _beyond(commercial: RunningGuarantee | None, legal: RunningGuarantee | None) -> RunningGuarantee | None:
    """The lines that last longer than the legal guarantee: the others add nothing to it."""
    if commercial is None or legal is None:
        return commercial
    until = {line: day for line, day in commercial.until.items() if day > legal.until[line]}
    return replace(commercial, until=until) if until else None


def _stands(session: Session, row: Guarantee) -> bool:
    """Whether the hand-over that wrote the row still holds: an undo leaves another instant, or none, on the order."""
    order = session.get(RepairOrder, row.order_id) if row.order_id is not None else None
    return order is not None and order.returned_at == row.at


def _legal(
    session: Session, bought: date | None, rows: Sequence[Guarantee], seller: Payer, shop: ShopContext
) -> RunningGuarantee | None:
    """FR-G1 by the law of the day of purchase; parts, labour and travel alike: it is free for the consumer."""
    years = rules_in_force(session, shop.country).number("guarantee.legal_years", bought) if bought else None
    if bought is None or not years:
        return None
    end = add_months(bought, 12 * years)
    later = with_extensions(end, rows, GuaranteeKind.LEGAL)
    return RunningGuarantee(GuaranteeKind.LEGAL, dict.fromkeys(_LINES, later), seller, extended=later > end)


def _commercial(
    session: Session,
    device: Device | None,
    kind: DeviceType | None,
    bought: date | None,
    rows: Sequence[Guarantee],
    seller: Payer,
) -> RunningGuarantee | None:
    """What the shop grants by type of device, and what somebody wrote on the device itself (an extension)."""
    until: dict[CoverageLine, date] = {}
    months = _months(session, kind) if bought is not None else {}
    for line, count in months.items():
        if bought is not None and count:
            until[line] = with_extensions(add_months(bought, count), rows, GuaranteeKind.COMMERCIAL)
    written = [row for row in rows if row.kind is GuaranteeKind.COMMERCIAL and row.cause not in AT_HAND_OVER]
    for row in written:
        _lengthen(until, row)
    if device is not None:
        for line, day in (
            (CoverageLine.PARTS, device.parts_warranty_until),
            (CoverageLine.LABOUR, device.labour_warranty_until),
        ):
            if day is not None:
                until[line] = max(day, until.get(line, day))
    return RunningGuarantee(GuaranteeKind.COMMERCIAL, until, seller) if until else None


def _manufacturer(rows: Sequence[Guarantee]) -> RunningGuarantee | None:
    """As somebody wrote it down, longer by the stays since."""
    until: dict[CoverageLine, date] = {}
    debtor_id: int | None = None
    for row in rows:
        if row.kind is GuaranteeKind.MANUFACTURER and row.cause not in AT_HAND_OVER:
            _lengthen(until, row)
            debtor_id = row.debtor_id
    later = {line: with_extensions(day, rows, GuaranteeKind.MANUFACTURER) for line, day in until.items()}
    return RunningGuarantee(GuaranteeKind.MANUFACTURER, later, Payer.MANUFACTURER, debtor_id) if later else None


def _lengthen(until: dict[CoverageLine, date], row: Guarantee) -> None:
    for line, covered in zip(_LINES, (row.parts, row.labour, row.travel), strict=True):
        if covered:
            until[line] = max(row.ends_on, until.get(line, row.ends_on))


def with_extensions(end: date, rows: Sequence[Guarantee], kind: GuaranteeKind) -> date:
    """The last day with what hand-overs added, one after the other; a corrected day of purchase moves them along."""
    for row in rows:
        if row.kind is kind and row.cause in AT_HAND_OVER:
            end = (
                row.ends_on if row.starts_on == end or row.cause == REPLACEMENT else end + (row.ends_on - row.starts_on)
            )
    return end


def _months(session: Session, kind: DeviceType | None) -> dict[CoverageLine, int]:
    chosen = shop_setting(session, COMMERCIAL_GUARANTEE)
    months = chosen.get(kind.code) if isinstance(chosen, dict) and kind is not None else None
    if not isinstance(months, dict):
        return {}
    found = {line: months.get(line.value, 0) for line in _LINES}
    return {line: value for line, value in found.items() if isinstance(value, int) and 0 < value <= 1200}
