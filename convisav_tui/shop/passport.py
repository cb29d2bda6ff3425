"""The passport of a device: its guarantees, what it had before, the advice that was refused (rules.md 1.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from convisav_tui.clock import local
from convisav_tui.errors import FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.comeback import EarlierOrder, earlier_orders
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dates import parse_date
from convisav_tui.shop.events import append_event
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.guarantees import RunningGuarantee, guarantees_of, valid_rows
from convisav_tui.store.models import (
    CoverageLine,
    Device,
    DeviceType,
    Guarantee,
    GuaranteeKind,
    Party,
    Payer,
    RefusedAdvice,
    RepairOrder,
)
from convisav_tui.text import clean_line

ADVICE_LENGTH = 400
WRITTEN = "extension"  # cause of a guarantee that somebody wrote down


@dataclass(frozen=True)
class Refused:
    """Advice that a customer declined: when, on which order (ten digits), who wrote it down."""

    day: date
    number: str
    text: str


@dataclass(frozen=True)
class Passport:
    """All that the shop knows of one device; `repair_until` is the last day of the guarantee on its last repair."""

    device_id: int
    title: str
    serial: str
    owner: str
    purchased_on: date | None
    seller: str
    guarantees: list[RunningGuarantee]
    history: list[Guarantee]
    earlier: list[EarlierOrder]
    comebacks: int
    refused: list[Refused]
    repair_until: date | None


def passport_of(session: Session, device_id: int, shop: ShopContext) -> Passport:
    """The passport of a device. Raises NotFound."""
    device = session.get(Device, device_id)
    if device is None:
        raise NotFound(_("There is no such device."))
    kind = session.get_one(DeviceType, device.device_type_id)
    orders = session.exec(select(RepairOrder).where(RepairOrder.device_id == device_id)).all()
    ends = [order.repair_guarantee_until for order in orders if order.repair_guarantee_until is not None]
    return Passport(
        device_id=device_id,
        title=device.title or kind.names.get(shop.language) or kind.code,
        serial=device.serial,
        owner=session.get_one(Party, device.party_id).name,
        purchased_on=device.purchased_on,
        seller=device.seller,
        guarantees=guarantees_of(session, device, kind, shop, None),
        history=valid_rows(session, device),
        earlier=earlier_orders(session, shop, device_id=device_id, serial=device.serial),
        comebacks=sum(order.origin_order_id is not None for order in orders),
        refused=refused_advice(session, shop, device_id=device_id),
        repair_until=max(ends, default=None),
    )


def refused_advice(
    session: Session, shop: ShopContext, *, device_id: int | None = None, order_id: int | None = None
) -> list[Refused]:
    """The advice refused for a device, or on one order; the newest first."""
    chosen = select(RefusedAdvice, RepairOrder.number).join(
        RepairOrder, col(RepairOrder.id) == col(RefusedAdvice.order_id)
    )
    if device_id is not None:
        chosen = chosen.where(RefusedAdvice.device_id == device_id)
    if order_id is not None:
        chosen = chosen.where(RefusedAdvice.order_id == order_id)
    rows = session.exec(chosen.order_by(col(RefusedAdvice.id).desc()).limit(50))
    return [Refused(local(row.at, shop.timezone).date(), number, row.text) for row, number in rows]


def note_refused_advice(session: Session, order_id: int, text: str, actor: Actor, key: str, at: datetime) -> None:
    """Write down advice that the customer declined; the same words twice on one order stand there once.

    Raises FieldErrors for no words or too many, NotFound.
    """
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    words = clean_line(text)
    if not words:
        raise FieldErrors({"text": _("Type the advice that was refused")})
    if len(words) > ADVICE_LENGTH:
        raise FieldErrors(
            {"text": _("This text is too long: {longest} characters at most").format(longest=ADVICE_LENGTH)}
        )
    same = select(RefusedAdvice.id).where(RefusedAdvice.order_id == order_id, RefusedAdvice.text == words)
    if session.exec(same).first() is not None:
        return
    session.add(RefusedAdvice(order_id=order_id, device_id=order.device_id, text=words, at=at, staff_id=actor.staff_id))
    append_event(session, order, event="advice_refused", actor=actor, detail={"advice": words}, key=key)


def write_guarantee(
    session: Session, device_id: int, raw: dict[str, str], actor: Actor, shop: ShopContext, at: datetime
) -> Guarantee:
    """Write down a guarantee that the program cannot compute: `kind` (manufacturer, commercial), `until` (a day),
    `parts`, `labour`, `travel` (ticks), `note`.

    Raises FieldErrors, NotFound.
    """
    device = session.get(Device, device_id)
    if device is None:
        raise NotFound(_("There is no such device."))
    reader = FieldReader(raw)
    kind = reader.choice("kind", GuaranteeKind, (GuaranteeKind.MANUFACTURER, GuaranteeKind.COMMERCIAL))
    until = reader.read("until", lambda typed: parse_date(typed, shop.today()))
    covered = {line: reader.ticked(line.value) for line in CoverageLine}
    note = reader.line("note", 200)
    if kind is None:
        reader.errors.setdefault("kind", _("Choose one of the values of the list"))
    if until is None:
        reader.errors.setdefault("until", _("Type its last day"))
    if not any(covered.values()):
        reader.errors.setdefault("parts", _("Tick what it covers"))
    if reader.errors or kind is None or until is None:
        raise FieldErrors(reader.errors)
    row = Guarantee(
        device_id=device_id,
        kind=kind,
        parts=covered[CoverageLine.PARTS],
        labour=covered[CoverageLine.LABOUR],
        travel=covered[CoverageLine.TRAVEL],
        starts_on=min(device.purchased_on or shop.today(), until),
        ends_on=until,
        cause=WRITTEN,
        debtor=Payer.MANUFACTURER if kind is GuaranteeKind.MANUFACTURER else Payer.SHOP,
        note=note,
        at=at,
        staff_id=actor.staff_id,
    )
    session.add(row)
    session.flush()
    return row
