"""Fill the label and the receipt of an order with what it says now, word for word as they will be printed."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from convisav_tui.clock import local
from convisav_tui.i18n import LANGUAGES, format_day, format_instant, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.names import name
from convisav_tui.shop.paper import Content, LabelPaper, ReceiptPaper
from convisav_tui.shop.principals import terms_of
from convisav_tui.shop.wording import nature_word, shipped_terms
from convisav_tui.store.models import (
    Channel,
    Device,
    DeviceType,
    JobKind,
    Nature,
    Party,
    Payment,
    RepairOrder,
    SecretState,
    Staff,
)

# Settings of the shop: its legal identity block, and the foot of the receipt (text, or language → text).
IDENTITY_SETTING = "receipt_identity"
TERMS_SETTING = "receipt_terms"

_UNLOCK_CODE = {
    SecretState.NONE: mark("no code"),
    SecretState.REFUSED: mark("refused"),
    SecretState.STORED: mark("given: kept encrypted, destroyed at the hand-over"),
    SecretState.PURGED: mark("destroyed"),
}


def paper_of(session: Session, order: RepairOrder, kind: JobKind, shop: ShopContext) -> Content:
    """The content of a print job of this kind."""
    if kind is JobKind.LABEL:
        return label_of(session, order, shop).as_content()
    content = receipt_of(session, order, shop).as_content()
    terms = terms_of(session, order.principal_id)
    return content | ({"logo_of": order.principal_id} if terms is not None and terms.logo else {})


def label_of(session: Session, order: RepairOrder, shop: ShopContext) -> LabelPaper:
    """The label of the device, in the shop's language: the staff read it."""
    device, kind, party = _device(session, order), _type(session, order), session.get_one(Party, order.party_id)
    type_name = _type_name(kind, shop.language)
    return LabelPaper(
        number=order.number,
        device=device.title or type_name,
        device_type=type_name,
        customer_code=party.code,
        principal=_principal_line(session, order),
        promised_on=_day(order.promised_on, shop.language),
        comeback_of=_comeback_of(session, order),
        place=order.place,
        shop_name=shop.name,
        language=shop.language,
    )


def receipt_of(session: Session, order: RepairOrder, shop: ShopContext) -> ReceiptPaper:
    """The intake receipt, in the customer's language (rules.md 1.3)."""
    party = session.get_one(Party, order.party_id)
    language = party.language if party.language in LANGUAGES else shop.language
    clerk = session.get(Staff, order.received_by_id) if order.received_by_id else None
    amount, nature, means = _paid_at_intake(session, order, language)
    heading = heading_of(session, order, shop)
    return ReceiptPaper(
        number=order.number,
        taken_in_at=format_instant(local(order.opened_at, shop.timezone), language),
        clerk=clerk.name if clerk else "",
        shop_name=heading[0],
        shop_address="\n".join((*heading[1:], shop.address)),
        shop_phone=shop.phone,
        shop_email=shop.email,
        shop_identity=_written(session, IDENTITY_SETTING, language),
        comeback_of=_comeback_of(session, order),
        quote_requested=translate(mark("yes") if order.quote_requested else mark("no"), language),
        cap="" if order.cap is None else format_amount(order.cap, order.currency, language),
        quote_told_by=_told_by(party, order.quote_channel, language),
        ready_told_by=_told_by(party, order.ready_channel, language),
        promised_on=_day(order.promised_on, language),
        amount=amount,
        amount_nature=nature,
        amount_means=means,
        terms=_written(session, TERMS_SETTING, language) or _usual_terms(session, order, shop, language),
        language=language,
        **_people(session, order, party),
        **_brought(session, order, language),
    )


def heading_of(session: Session, order: RepairOrder, shop: ShopContext) -> list[str]:
    """The lines that stand at the head of the customer's papers: the principal's where he wants his own."""
    terms = terms_of(session, order.principal_id)
    return (terms.heading.splitlines() if terms is not None else []) or [shop.name]


def _principal_line(session: Session, order: RepairOrder) -> str:
    """The principal with his reference, for the staff."""
    principal = session.get(Party, order.principal_id) if order.principal_id else None
    return " ".join(part for part in (principal.name, order.principal_reference) if part) if principal else ""


def _people(session: Session, order: RepairOrder, party: Party) -> dict[str, str]:
    """Who owns the device, who brought it, who asked for the work."""
    principal = session.get(Party, order.principal_id) if order.principal_id else None
    return {
        "customer": party.name,
        "customer_code": party.code,
        "customer_address": "\n".join(
            part for part in (party.street, f"{party.postcode} {party.city}".strip()) if part
        ),
        "customer_phone": party.phone,
        "customer_email": party.email,
        "depositor": order.depositor,
        "principal": principal.name if principal else "",
        "principal_reference": order.principal_reference,
    }


def _brought(session: Session, order: RepairOrder, language: str) -> dict[str, str]:
    """The device as it was brought, with what is wrong and what lies beside it."""
    device, type_name = _device(session, order), _type_name(_type(session, order), language)
    return {
        "device": device.title or type_name,
        "device_type": type_name,
        "serial": device.serial,
        "purchased_on": _day(device.purchased_on, language),
        "seller": device.seller,
        "warranty": _warranty(order, device, language),
        "condition": order.intake_condition,
        "accessories": order.accessories,
        "fault": order.reported_fault,
        "unlock_code": translate(_UNLOCK_CODE[order.secret_state], language),
    }


def _device(session: Session, order: RepairOrder) -> Device:
    return session.get_one(Device, order.device_id)


def _type(session: Session, order: RepairOrder) -> DeviceType:
    return session.get_one(DeviceType, _device(session, order).device_type_id)


def _type_name(kind: DeviceType, language: str) -> str:
    return kind.names.get(language) or next(iter(kind.names.values()), kind.code)


def _comeback_of(session: Session, order: RepairOrder) -> str:
    origin = session.get(RepairOrder, order.origin_order_id) if order.origin_order_id else None
    return origin.number if origin else ""


def _paid_at_intake(session: Session, order: RepairOrder, language: str) -> tuple[str, str, str]:
    """Amount, nature and means of the first sum taken, "" where none was."""
    payment = _first_payment(session, order)
    if payment is None:
        return "", "", ""
    return (
        format_amount(payment.amount, payment.currency, language),
        nature_word(payment.nature, language),
        name(payment.means, language),
    )


def _first_payment(session: Session, order: RepairOrder) -> Payment | None:
    return session.exec(select(Payment).where(Payment.order_id == order.id).order_by(col(Payment.id))).first()


def _warranty(order: RepairOrder, device: Device, language: str) -> str:
    """Parts and labour apart (FR-G11): until when each is covered, or that it is over."""
    if device.parts_warranty_until is None and device.labour_warranty_until is None:
        return ""
    covered, over = mark("{what} until {day}"), mark("{what} over since {day}")
    lines = []
    for what, until, running in (
        (mark("parts"), device.parts_warranty_until, order.parts_in_warranty),
        (mark("labour"), device.labour_warranty_until, order.labour_in_warranty),
    ):
        if until is not None:
            words = translate(covered if running else over, language)
            lines.append(words.format(what=translate(what, language), day=format_day(until, language)))
    return ", ".join(lines)


def _told_by(party: Party, channel: Channel, language: str) -> str:
    """The channel and what it goes to; a letter goes to the address, which stands on the paper anyway."""
    to = {Channel.EMAIL: party.email, Channel.FAX: party.fax, Channel.SMS: party.phone, Channel.CALL: party.phone}
    return f"{name(channel, language)} {to.get(channel, '')}".strip()


def _usual_terms(session: Session, order: RepairOrder, shop: ShopContext, language: str) -> str:
    """What the country asks a receipt to say of this intake, one mention a line (rules.md 1.3)."""
    rules, day = rules_in_force(session, shop.country), local(order.opened_at, shop.timezone).date()
    payment = _first_payment(session, order)
    concerned = {
        "backup": _type(session, order).has_secret,
        "unlock_code": order.secret_state is SecretState.STORED,
        "acompte": payment is not None and payment.nature is Nature.ACOMPTE,
        "arrhes": payment is not None and payment.nature is Nature.ARRHES,
        "legal_guarantee": order.parts_in_warranty or order.labour_in_warranty,
        "storage": True,
        "unclaimed": True,
        "privacy": True,
    }
    mentions = (rules.mention(f"mention.{key}", day, language) for key, applies in concerned.items() if applies)
    return "\n".join(part for part in (shipped_terms(language), *mentions) if part)


def _written(session: Session, key: str, language: str) -> str:
    value = shop_setting(session, key)
    if isinstance(value, dict):
        value = value.get(language) or next(iter(value.values()), "")
    return value if isinstance(value, str) else ""


def _day(day: date | None, language: str) -> str:
    return format_day(day, language) if day else ""
