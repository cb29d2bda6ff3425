"""The guarantee of a device from the day it was bought: parts and labour apart, and what follows for the intake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.field_reader import TICKED
from convisav_tui.shop.intake_form import WarrantyCover
from convisav_tui.store.models import Device, DeviceType, OrderKind

# Setting: {"<device type code>": {"parts": 36, "labour": 24}}, months of a commercial guarantee of this shop.
COMMERCIAL_GUARANTEE = "commercial_guarantee_months"


@dataclass(frozen=True)
class Warranty:
    """Last days (included) on which parts and labour are covered; None where nothing is known."""

    parts_until: date | None
    labour_until: date | None
    parts: bool
    labour: bool

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
        return OrderKind.LEGAL_GUARANTEE if self.in_warranty else OrderKind.PAID

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
    extension, a manufacturer's guarantee): the longest counts, for parts and for labour.
    """
    parts: list[date] = []
    labour: list[date] = []
    if device is not None:
        parts += [device.parts_warranty_until] if device.parts_warranty_until else []
        labour += [device.labour_warranty_until] if device.labour_warranty_until else []
        purchased_on = purchased_on or device.purchased_on
    if purchased_on is not None:
        years = rules_in_force(session, shop.country).number("guarantee.legal_years", purchased_on) or 0
        months = _commercial_months(session, device_type)
        parts.append(add_months(purchased_on, max(12 * years, months.get("parts", 0))))
        labour.append(add_months(purchased_on, max(12 * years, months.get("labour", 0))))
    parts_until, labour_until = max(parts, default=None), max(labour, default=None)
    return Warranty(
        parts_until,
        labour_until,
        parts=parts_until is not None and today <= parts_until,
        labour=labour_until is not None and today <= labour_until,
    )


def as_said(warranty: Warranty, said: WarrantyCover) -> Warranty:
    """The guarantee as the clerk decided it, where he did."""
    if said is WarrantyCover.COMPUTED:
        return warranty
    return Warranty(
        warranty.parts_until,
        warranty.labour_until,
        parts=said in (WarrantyCover.PARTS, WarrantyCover.BOTH),
        labour=said in (WarrantyCover.LABOUR, WarrantyCover.BOTH),
    )


def _commercial_months(session: Session, device_type: DeviceType | None) -> dict[str, int]:
    chosen = shop_setting(session, COMMERCIAL_GUARANTEE)
    months = chosen.get(device_type.code) if isinstance(chosen, dict) and device_type is not None else None
    if not isinstance(months, dict):
        return {}
    return {key: value for key, value in months.items() if isinstance(value, int) and 0 <= value <= 1200}
