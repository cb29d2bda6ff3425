"""Devices: found again by serial number, created at intake, and what their brands, models and faults teach."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.identifiers import checked_serial, serial_key
from convisav_tui.shop.intake_form import IntakeForm
from convisav_tui.store.models import Brand, Device, DeviceModel, DeviceType, FrequentFault, Party
from convisav_tui.text import fold

# A longer text tells of one case, not of a kind of fault.
LONGEST_FREQUENT_FAULT = 60


def device_type_of(session: Session, code: str) -> DeviceType:
    """The active type of device of that code. Raises FieldErrors when there is none."""
    found = session.exec(select(DeviceType).where(DeviceType.code == code)).first()
    if found is None or not found.active:
        raise FieldErrors({"device_type": _("Choose a type of device")})
    return found


def device_of(session: Session, form: IntakeForm, party: Party, kind: DeviceType) -> Device:
    """The device of an intake: the one that was chosen, one of this customer with the same serial number, or a new one.

    What was typed is written over what is known. The row has its id. Raises FieldErrors when the chosen device is gone
    or another customer's, and when a serial number that must be an IMEI is none.
    """
    try:
        serial = checked_serial(form.serial, has_imei=kind.has_imei)
    except ValueError as error:
        raise FieldErrors({"serial": str(error)}) from error
    device = _chosen(session, form, party) or _same_serial(session, serial, party, kind)
    assert party.id is not None and kind.id is not None
    if device is None:
        device = Device(party_id=party.id, device_type_id=kind.id)
    _take_over(device, form, serial, kind.id)
    session.add(device)
    session.flush()
    return device


def learn(session: Session, device: Device, kind: DeviceType, fault: str, language: str) -> None:
    """Count one more use of the device's brand and model and of the fault, so that they are offered first."""
    if fold(device.brand):
        brand_id = _learn_brand(session, device.brand)
        if fold(device.model):
            _learn_model(session, brand_id, kind, device.model)
    if fold(fault) and "\n" not in fault and len(fault) <= LONGEST_FREQUENT_FAULT:
        _learn_fault(session, kind, fault, language)


def _chosen(session: Session, form: IntakeForm, party: Party) -> Device | None:
    if form.device_id is None:
        return None
    device = session.get(Device, form.device_id)
    if device is None:
        raise FieldErrors({"serial": _("This device was removed: choose again")})
    if device.party_id != party.id:
        raise FieldErrors({"serial": _("This device belongs to another customer: choose again")})
    return device


def _same_serial(session: Session, serial: str, party: Party, kind: DeviceType) -> Device | None:
    key = serial_key(serial)
    if not key:
        return None
    same = select(Device).where(Device.serial_key == key, Device.party_id == party.id, Device.device_type_id == kind.id)
    return session.exec(same.order_by(col(Device.id).desc())).first()


def _take_over(device: Device, form: IntakeForm, serial: str, device_type_id: int) -> None:
    typed: dict[str, object] = {
        "device_type_id": device_type_id,
        "brand": form.brand,
        "model": form.model,
        "serial": serial,
        "serial_key": serial_key(serial),
        "purchased_on": form.purchased_on,
        "seller": form.seller,
    }
    changed = {key: value for key, value in typed.items() if value and getattr(device, key) != value}
    if "purchased_on" in changed:
        # What followed from another day of purchase no longer holds.
        changed |= {"parts_warranty_until": None, "labour_warranty_until": None}
    for key, value in changed.items():
        setattr(device, key, value)
    if changed:
        device.updated_at = now()


def _learn_brand(session: Session, name: str) -> int:
    key = fold(name)[:80]
    known = _used_once_more(session, Brand, col(Brand.key) == key)
    if known is not None:
        return known
    brand = Brand(name=name, key=key, uses=1)
    session.add(brand)
    session.flush()
    assert brand.id is not None
    return brand.id


def _learn_model(session: Session, brand_id: int, kind: DeviceType, name: str) -> None:
    key, of_brand = fold(name)[:120], col(DeviceModel.brand_id) == brand_id
    if _used_once_more(session, DeviceModel, of_brand, col(DeviceModel.key) == key) is None:
        session.add(DeviceModel(brand_id=brand_id, device_type_id=kind.id, name=name, key=key, uses=1))


def _used_once_more(
    session: Session, table: type[Brand] | type[DeviceModel], *conditions: sa.ColumnElement[bool]
) -> int | None:
    """Count in the row itself, without reading it first; its id, None where there is none."""
    counting = sa.update(table).where(*conditions).values(uses=col(table.uses) + 1).returning(col(table.id))
    counted: int | None = session.execute(counting.execution_options(synchronize_session=False)).scalar_one_or_none()
    return counted


def _learn_fault(session: Session, kind: DeviceType, text: str, language: str) -> None:
    known = select(FrequentFault).where(FrequentFault.device_type_id == kind.id, FrequentFault.language == language)
    fault = next((fault for fault in session.exec(known) if fold(fault.text) == fold(text)), None)
    if fault is None:
        assert kind.id is not None
        session.add(FrequentFault(device_type_id=kind.id, language=language, text=text, uses=1))
    else:
        more = sa.update(FrequentFault).where(col(FrequentFault.id) == fault.id)
        session.execute(more.values(uses=col(FrequentFault.uses) + 1))
