"""Many equal devices of a principal: what they share is said once, each serial number becomes an order (7.8).

Each device is taken in in a transaction of its own, under a key made of the batch's and its serial number: a batch that
broke off is taken up again, and what was taken in already is not taken in twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui import ticket_number
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import LANGUAGES, _, format_day, mark, translate
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.shop.drafts import discard_draft
from convisav_tui.shop.identifiers import checked_serial, clean_serial, serial_key
from convisav_tui.shop.intake import Received, receive
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.store.models import Device, DeviceType, Paper, Party, RepairOrder

MOST_LINES = 500
# What the devices of a batch have in common: keys of INTAKE_FIELDS.
SHARED = (
    "principal_id", "principal_reference", "device_type", "brand", "model", "fault", "accessories", "condition",
    "quote_requested", "cap", "promised_on", "labels", "note", "purchased_on", "seller", "warranty",
)  # fmt: skip
_TITLE = mark("Devices taken in")
_COLUMNS = (mark("No."), mark("Device"), mark("Serial no."), mark("Customer"))


@dataclass(frozen=True)
class BatchLine:
    """One device of a batch; without a customer it stays the principal's own."""

    serial: str
    name: str = ""
    phone: str = ""


def serial_trouble(session: Session, serial: str, type_code: str, others: Sequence[str]) -> str:
    """The sentence on why this serial number cannot join the batch; "" when it can."""
    cleaned = clean_serial(serial)
    if not cleaned:
        return _("Scan or type a serial number")
    if len(others) >= MOST_LINES:
        return _("{most} devices at most in one batch").format(most=MOST_LINES)
    kind = session.exec(select(DeviceType).where(DeviceType.code == type_code)).first()
    try:
        cleaned = checked_serial(cleaned, has_imei=kind is not None and kind.has_imei)
    except ValueError as error:
        return str(error)
    key = serial_key(cleaned)
    place = next((index for index, other in enumerate(others, start=1) if serial_key(other) == key), 0)
    if place:
        return _("{serial} was scanned already: no. {place} of this batch").format(serial=cleaned, place=place)
    here = select(RepairOrder.number).join(Device, col(Device.id) == col(RepairOrder.device_id))
    open_now = here.where(Device.serial_key == key, col(RepairOrder.returned_at).is_(None))
    number = session.exec(open_now.where(col(RepairOrder.closed_at).is_(None))).first()
    if number is not None:
        sentence = _("{serial} is in the shop already: order {number}")
        return sentence.format(serial=cleaned, number=ticket_number.show(number))
    return ""


def line_key(batch: str, serial: str) -> str:
    """The idempotency key of a device of a batch: the same serial number has the same one whenever it is taken in."""
    return f"{batch[:40]}:{hashlib.sha256(serial_key(serial).encode()).hexdigest()[:12]}"


def take_line(
    session: Session, shared: Mapping[str, str], line: BatchLine, actor: Actor, shop: ShopContext, batch: str
) -> Received:
    """Take one device of a batch in (T01); again changes nothing. `shared` has keys of SHARED, texts as typed.

    Raises FieldErrors as an intake does, with the serial number in front of what is wrong with it.
    """
    raw = {key: shared.get(key, "") for key in SHARED}
    raw |= {"serial": line.serial, "name": line.name, "phone": line.phone, "receipt": "", "intake_message": ""}
    raw |= {"quote_channel": "none", "ready_channel": "none"}
    try:
        return receive(session, parse_intake(raw, shop), actor, shop, line_key(batch, line.serial))
    except FieldErrors as refused:
        errors = dict(refused.errors)
        if "serial" in errors:
            errors["serial"] = f"{line.serial}: {errors['serial']}"
        raise FieldErrors(errors) from refused


def finish_batch(
    session: Session, batch: str, orders: Sequence[str], actor: Actor, shop: ShopContext, *, slip: bool
) -> Paper | None:
    """All devices of a batch are orders: its draft goes, and one slip for the principal lists them if it is wanted."""
    discard_draft(session, batch)
    if not slip or not orders:
        return None
    found = session.exec(select(RepairOrder).where(col(RepairOrder.number).in_(orders)).order_by(col(RepairOrder.id)))
    rows = list(found)
    principal = session.get(Party, rows[0].principal_id) if rows and rows[0].principal_id else None
    if principal is None:
        return None
    document = _slip(session, rows, principal, shop)
    return ask_for(session, document, key=f"batch:{batch}", order_id=None, party_id=principal.id, actor=actor)


def _slip(session: Session, orders: Sequence[RepairOrder], principal: Party, shop: ShopContext) -> Document:
    language = principal.language if principal.language in LANGUAGES else shop.language
    lines = []
    for order in orders:
        device, owner = session.get_one(Device, order.device_id), session.get_one(Party, order.party_id)
        customer = owner.name if owner.id != principal.id else ""
        lines.append((ticket_number.show(order.number), device.title, device.serial, customer))
    reference = orders[0].principal_reference
    facts = ((mark("Principal's reference"), reference), (mark("Devices"), str(len(lines))))
    address = (principal.name, principal.street, f"{principal.postcode} {principal.city}".strip())
    return Document(
        kind="drop_off_receipt",
        title=translate(_TITLE, language),
        language=language,
        dated=format_day(shop.today(), language),
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(line for line in address if line),
        facts=tuple((translate(caption, language), value) for caption, value in facts if value),
        tables=(Table(tuple(translate(column, language) for column in _COLUMNS), tuple(lines)),),
        signatures=(translate(mark("Handed over"), language), translate(mark("Received"), language)),
    )
