"""What an intake form starts with: from the device type, the customer's last order and the shop's settings."""

from __future__ import annotations

from sqlmodel import Session, col, select

from convisav_tui.i18n import format_day
from convisav_tui.money import plain_amount
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.dates import working_days_after
from convisav_tui.shop.field_reader import TICKED
from convisav_tui.shop.principal_prices import flat_price
from convisav_tui.shop.principals import terms_of
from convisav_tui.shop.warranty import warranty_of
from convisav_tui.store.models import (
    Channel,
    Device,
    DeviceType,
    IntakeAmountType,
    Means,
    Party,
    RepairOrder,
)

# Settings "intake.<field>" of a shop, as they would be typed; these where it chose nothing.
SETTING_PREFIX = "intake."
USUAL = {
    "labels": "1",
    "receipt": TICKED,
    "means": Means.CARD.value,
    "intake_amount": "",
    "intake_message": TICKED,
}


def intake_defaults(
    session: Session,
    device_type_code: str,
    party_id: int | None,
    device_id: int | None,
    shop: ShopContext,
    principal_id: int | None = None,
) -> dict[str, str]:
    """Raw values of the fields that need not be typed; keys of INTAKE_FIELDS, and only those with something to say.
    From the device type, the customer's last order, the principal's terms and the shop's settings (interface.md)."""
    device = session.get(Device, device_id) if device_id is not None else None
    kind = _type_of(session, device_type_code, device)
    party = session.get(Party, party_id) if party_id is not None else None
    defaults = {key: _setting(session, key) for key in USUAL}
    defaults |= _of_customer(session, party, shop)
    defaults |= _of_type(session, kind, shop, defaults["intake_amount"])
    defaults |= _of_device(session, device, kind, shop)
    defaults |= _of_principal(session, principal_id, kind, shop)
    return {key: value for key, value in defaults.items() if value}


def usual_channel(*, phone: str, phone_kind: str, email: str) -> Channel:
    """How somebody with these addresses is told when he says nothing: SMS, else e-mail, else a call."""
    if phone_kind == "mobile":
        return Channel.SMS
    if email:
        return Channel.EMAIL
    return Channel.CALL if phone else Channel.NONE


def _type_of(session: Session, code: str, device: Device | None) -> DeviceType | None:
    if code:
        return session.exec(select(DeviceType).where(DeviceType.code == code)).first()
    return session.get(DeviceType, device.device_type_id) if device is not None else None


def _of_customer(session: Session, party: Party | None, shop: ShopContext) -> dict[str, str]:
    """How he was told the last time; the shop's habit, else by what reaches him, for a first time."""
    if party is None:
        return {key: _setting(session, key) for key in ("quote_channel", "ready_channel")} | {"language": shop.language}
    latest = select(RepairOrder).where(RepairOrder.party_id == party.id).order_by(col(RepairOrder.id).desc())
    last = session.exec(latest).first()
    usual = usual_channel(phone=party.phone, phone_kind=party.phone_kind, email=party.email).value
    return {
        "quote_channel": last.quote_channel.value if last else _setting(session, "quote_channel") or usual,
        "ready_channel": last.ready_channel.value if last else _setting(session, "ready_channel") or usual,
        "language": party.language,
    }


def _of_type(session: Session, kind: DeviceType | None, shop: ShopContext, usual_amount: str) -> dict[str, str]:
    """Promised day, cap and preset amount of a type of device; Sundays are not promised."""
    defaults: dict[str, str] = {"quote_requested": TICKED}
    code = usual_amount
    if kind is not None:
        defaults["promised_on"] = format_day(working_days_after(shop.today(), kind.promised_days))
        defaults["cap"] = "" if kind.default_cap is None else plain_amount(kind.default_cap, shop.currency)
        code = kind.intake_amount_code or usual_amount
    preset = session.exec(select(IntakeAmountType).where(IntakeAmountType.code == code)).first() if code else None
    if preset is not None and preset.active:
        defaults |= {
            "intake_amount": preset.code,
            "amount": plain_amount(preset.amount, shop.currency),
            "nature": preset.nature.value,
        }
    return defaults


def _of_device(session: Session, device: Device | None, kind: DeviceType | None, shop: ShopContext) -> dict[str, str]:
    """What is known of a device, and the fork: under guarantee ⇒ repair, out of it ⇒ a quote first."""
    if device is None or kind is None:
        return {}
    known = {
        "device_type": kind.code,
        "brand": device.brand,
        "model": device.model,
        "serial": device.serial,
        "purchased_on": format_day(device.purchased_on) if device.purchased_on else "",
        "seller": device.seller,
    }
    warranty = warranty_of(None, kind, session, shop, shop.today(), device)
    return known | ({} if warranty.parts_until is None else warranty.fork())


def _of_principal(
    session: Session, principal_id: int | None, kind: DeviceType | None, shop: ShopContext
) -> dict[str, str]:
    """Cap, promised day and quote of his terms; he is billed later, so nothing is paid at the counter."""
    terms = terms_of(session, principal_id)
    if terms is None:
        return {}
    listed = flat_price(session, terms.party_id, kind.id) if kind is not None and kind.id is not None else None
    free = terms.quote_above is not None or listed is not None
    defaults = {"intake_amount": "", "amount": "", "nature": "", "quote_requested": "" if free else TICKED}
    if terms.cap is not None:
        defaults["cap"] = plain_amount(terms.cap, shop.currency)
    if terms.promised_days is not None:
        defaults["promised_on"] = format_day(working_days_after(shop.today(), terms.promised_days))
    return defaults


def _setting(session: Session, key: str) -> str:
    value = shop_setting(session, SETTING_PREFIX + key)
    return value if isinstance(value, str) else USUAL.get(key, "")
