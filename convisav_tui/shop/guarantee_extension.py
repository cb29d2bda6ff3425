"""What a hand-over adds to the guarantees of a device (FR-G3 to FR-G6): rows that say from which day to which.

The repair under the legal guarantee comes first, the days of the stay after it (example V10 of rules.md 3.8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from convisav_tui.clock import local
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.coverage import covers_of_order
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.guarantees import IMMOBILISATION, REPAIR, REPLACEMENT, RunningGuarantee, guarantees_of
from convisav_tui.store.models import (
    Device,
    DeviceType,
    Guarantee,
    GuaranteeKind,
    Outcome,
    RepairOrder,
)

_REPAIRED = frozenset({Outcome.REPAIRED, Outcome.PARTLY_REPAIRED})
# Guarantees that a stay in the workshop suspends (FR-G6).
_SUSPENDED = (GuaranteeKind.LEGAL, GuaranteeKind.COMMERCIAL, GuaranteeKind.MANUFACTURER)


@dataclass(frozen=True)
class Extension:
    """A guarantee lasts from `old_end` to `new_end` now, because of `cause`; `days` of stay where that is the cause."""

    kind: GuaranteeKind
    cause: str
    old_end: date
    new_end: date
    days: int = 0


def extensions(
    session: Session, order: RepairOrder, shop: ShopContext, at: datetime, *, imposed: bool = False
) -> list[Extension]:
    """What handing the device over at `at` (aware UTC) adds. `imposed`: the consumer wanted a repair and was given
    another device (FR-G4)."""
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    covered = {cover.kind for cover in covers_of_order(session, order) if cover.taken}
    found: list[Extension] = []
    for guarantee in guarantees_of(session, device, kind, shop, None):
        if guarantee.kind in covered and guarantee.kind in _SUSPENDED:
            found += _of(session, order, device, guarantee, shop, at, imposed)
    return found


def extend(
    session: Session, order: RepairOrder, shop: ShopContext, actor: Actor, at: datetime, *, imposed: bool = False
) -> list[Extension]:
    """Write down what `extensions` finds; the rows carry the instant of the hand-over, so that its undo voids them."""
    added = extensions(session, order, shop, at, imposed=imposed)
    for extension in added:
        session.add(
            Guarantee(
                device_id=order.device_id,
                kind=extension.kind,
                travel=True,
                starts_on=extension.old_end,
                ends_on=extension.new_end,
                cause=extension.cause,
                order_id=order.id,
                at=at,
                staff_id=actor.staff_id,
            )
        )
    return added


def days_of_stay(order: RepairOrder, shop: ShopContext, at: datetime) -> int:
    """The days from the intake to the hand-over, in the shop's calendar."""
    return (local(at, shop.timezone).date() - local(order.opened_at, shop.timezone).date()).days


def _of(
    session: Session,
    order: RepairOrder,
    device: Device,
    guarantee: RunningGuarantee,
    shop: ShopContext,
    at: datetime,
    imposed: bool,
) -> list[Extension]:
    rules, opened = rules_in_force(session, shop.country), local(order.opened_at, shop.timezone).date()
    if guarantee.ends_on < opened:
        return []
    found: list[Extension] = []
    end = guarantee.ends_on
    sold = device.purchased_on or opened
    if guarantee.kind is GuaranteeKind.LEGAL and order.outcome is Outcome.REPLACED and imposed:
        today = local(at, shop.timezone).date()
        years = rules.number("guarantee.renewal_years", sold) or 0
        renewed = add_months(today, 12 * years)
        return [Extension(guarantee.kind, REPLACEMENT, end, renewed)] if years and renewed > end else []
    months = rules.number("guarantee.extension_months", sold) or 0  # FR-G5: the law of the sale
    if guarantee.kind is GuaranteeKind.LEGAL and order.outcome in _REPAIRED and months:
        found.append(Extension(guarantee.kind, REPAIR, end, add_months(end, months)))
        end = found[-1].new_end
    least, days = rules.number("guarantee.immobilisation_from_days", opened), days_of_stay(order, shop, at)
    if least is not None and days >= max(1, least):
        found.append(Extension(guarantee.kind, IMMOBILISATION, end, end + timedelta(days=days), days))
    return found
