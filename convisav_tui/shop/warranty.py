"""The guarantee of a device from the day it was bought: parts and labour apart, and what follows for the intake."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.coverage import FULL, Cover, kind_from
from convisav_tui.shop.field_reader import TICKED
from convisav_tui.shop.guarantees import RunningGuarantee, best, guarantees_of
from convisav_tui.shop.intake_form import WarrantyCover
from convisav_tui.store.models import CoverageLine, Device, DeviceType, GuaranteeKind, OrderKind, Payer


@dataclass(frozen=True)
class Warranty:
    """Last days (included) on which parts and labour are covered; None where nothing is known."""

    parts_until: date | None
    labour_until: date | None
    parts: bool
    labour: bool
    travel: bool = False
    guarantees: tuple[RunningGuarantee, ...] = ()
    day: date | None = None  # on which it was looked at

    @property
    def in_warranty(self) -> bool:
        """Whether the repair is free for the customer: parts and labour both covered (rules.md 7.7, 9)."""
        return self.parts and self.labour

    @property
    def cover(self) -> WarrantyCover:
        """The same as the form says it."""
        if self.in_warranty:
            return WarrantyCover.BOTH
        return WarrantyCover.PARTS if self.parts else WarrantyCover.LABOUR if self.labour else WarrantyCover.NONE

    @property
    def kind(self) -> OrderKind:
        """Fork of source 0 and FR-G10: under guarantee ⇒ repair, else the customer pays."""
        return kind_from(self.covers())

    def covers(self) -> list[Cover]:
        """Who takes over parts, labour and travel (FR-G11): what the clerk said against the dates is the legal one."""
        said = {CoverageLine.PARTS: self.parts, CoverageLine.LABOUR: self.labour, CoverageLine.TRAVEL: self.travel}
        return [self._cover(line) if said[line] else Cover(line) for line in CoverageLine]

    def _cover(self, line: CoverageLine) -> Cover:
        found = best(self.guarantees, line, self.day) if self.day is not None else None
        if found is None:
            debtor = next((one.debtor for one in self.guarantees if one.kind is GuaranteeKind.LEGAL), Payer.SHOP)
            return Cover(line, GuaranteeKind.LEGAL, FULL, debtor)
        return Cover(line, found.kind, FULL, found.debtor, found.debtor_id, found.until[line])

    def fork(self) -> dict[str, str]:
        """What the form proposes: under guarantee ⇒ repair, out of it ⇒ a quote first."""
        return {"warranty": self.cover.value, "quote_requested": "" if self.in_warranty else TICKED}


def warranty_of(
    purchased_on: date | None,
    device_type: DeviceType | None,
    session: Session,
    shop: ShopContext,
    today: date,
    device: Device | None = None,
) -> Warranty:
    """The guarantee on `today` of a device bought on `purchased_on` (FR-G1: the law of the day of purchase).

    The legal guarantee, the shop's commercial one for this type, and what is written on the device itself (an
    extension, a manufacturer's guarantee): the longest counts, for each line.
    """
    guarantees = tuple(guarantees_of(session, device, device_type, shop, purchased_on))
    until = {
        line: max((one.until[line] for one in guarantees if line in one.until), default=None) for line in CoverageLine
    }
    covered = {line: day is not None and today <= day for line, day in until.items()}
    return Warranty(
        until[CoverageLine.PARTS],
        until[CoverageLine.LABOUR],
        parts=covered[CoverageLine.PARTS],
        labour=covered[CoverageLine.LABOUR],
        travel=covered[CoverageLine.TRAVEL],
        guarantees=guarantees,
        day=today,
    )


def as_said(warranty: Warranty, said: WarrantyCover) -> Warranty:
    """The guarantee as the clerk decided it, where he did."""
    if said is WarrantyCover.COMPUTED:
        return warranty
    return replace(
        warranty,
        parts=said in (WarrantyCover.PARTS, WarrantyCover.BOTH),
        labour=said in (WarrantyCover.LABOUR, WarrantyCover.BOTH),
        travel=warranty.travel if said is WarrantyCover.BOTH else False,
    )
