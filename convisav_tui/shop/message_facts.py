"""What a message tells of an order, and the strings made of it in the reader's language (rules.md 4.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.i18n import format_day
from convisav_tui.money import format_amount
from convisav_tui.shop.catalogue import shipped_type
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.payments import sums_of
from convisav_tui.shop.wording import sentence
from convisav_tui.store.models import (
    Channel,
    Device,
    DeviceFamily,
    DeviceType,
    Outcome,
    Party,
    RepairOrder,
)
from convisav_tui.text import clean_line, fold


@dataclass(frozen=True)
class MessageFacts:
    """The facts that a message may tell; amounts in minor units of `currency`. Never the unlock code or the serial."""

    order_id: int
    number: str
    customer: str
    customer_language: str
    phone_e164: str
    phone_kind: str
    phone: str
    email: str
    device: str  # brand and model; "" when unknown or when they would reveal private life
    type_names: Mapping[str, str]  # language → name of the device type; empty for a medical device
    usual_fault: str  # "" unless the declared fault is one of the usual faults of this type of device
    promised_on: date | None
    currency: str
    paid: int
    price: int | None = None
    outcome: Outcome | None = None
    guarantee_until: date | None = None
    quote_amount: int | None = None
    quote_text: str = ""
    quote_valid_until: date | None = None
    quote_revision: int = 0
    within_cap: bool = False
    fax_e164: str = ""
    postal: tuple[str, ...] = ()  # the lines of the postal address, name first; () when it would not arrive
    channels: tuple[Channel, ...] = ()  # those to try, in this order
    refused: frozenset[Channel] = frozenset()  # those never to use
    party_id: int | None = None  # who is told, when it is not the customer
    reference: str = ""  # the principal's own number for it
    taken_in_on: date | None = None
    ready_on: date | None = None
    news: str = ""  # the shipped sentence for a partner: "dispatched", "approved", "rejected"

    def recipient(self, channel: Channel) -> str:
        """The address of a channel, "" when a message must not go there: it was refused, has no address, or is an SMS
        to a phone that is no mobile."""
        if channel in self.refused:
            return ""
        addresses = {
            Channel.EMAIL: self.email,
            Channel.SMS: self.phone_e164 if self.phone_kind == "mobile" else "",
            Channel.FAX: self.fax_e164,
            Channel.LETTER: ", ".join(self.postal),
            Channel.CALL: self.phone or self.phone_e164,
        }
        return addresses.get(channel, "")


def facts_of(session: Session, order: RepairOrder, addressee: Party | None = None) -> MessageFacts:
    """What may be told of an order now, to its customer or to another `addressee`; the quote is filled in by whoever
    tells of one."""
    party, device = addressee or session.get_one(Party, order.party_id), session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    private = kind.family is DeviceFamily.MEDICAL
    return MessageFacts(
        order_id=order.id or 0,
        number=order.number,
        customer=party.name,
        customer_language=party.language,
        phone_e164=party.phone_e164,
        phone_kind=party.phone_kind,
        phone=party.phone,
        email=party.email,
        device="" if private else clean_line(device.title),
        type_names={} if private else dict(kind.names),
        usual_fault="" if private else _usual_fault(kind, order.reported_fault),
        promised_on=order.promised_on,
        currency=order.currency,
        paid=sums_of(session, order).towards_price,
        price=order.price,
        outcome=order.outcome,
        guarantee_until=order.repair_guarantee_until,
        fax_e164=party.fax_e164,
        postal=_postal(party),
        channels=_known(party.channels),
        refused=frozenset(_known(party.refused_channels)),
        party_id=party.id if party.id != order.party_id else None,
        reference=order.principal_reference if party.id == order.principal_id else "",
        taken_in_on=order.opened_at.date(),
        ready_on=(order.notified_at or order.completed_at or order.opened_at).date(),
    )


def _postal(party: Party) -> tuple[str, ...]:
    """Name, street, postcode and city; nothing when a letter would not arrive."""
    if not party.street or not party.city:
        return ()
    return party.name, party.street, f"{party.postcode} {party.city}".strip()


def _known(values: Sequence[str]) -> tuple[Channel, ...]:
    words = {channel.value: channel for channel in Channel if channel is not Channel.NONE}
    return tuple(words[value] for value in values if value in words)


def message_values(facts: MessageFacts, shop: ShopContext, language: str) -> dict[str, str]:
    """One string a name of `wording.NAMES`, in `language`; "" where there is nothing to say."""
    amount = facts.quote_amount if facts.quote_amount is not None else facts.price
    due = None if facts.price is None else max(0, facts.price - facts.paid)
    return {
        "shop": shop.name,
        "address": shop.address,
        "phone": shop.phone,
        "email": shop.email,
        "customer": facts.customer,
        "number": shown_number(facts.number),
        "device": _device(facts, language),
        "fault": facts.usual_fault,
        "promised": _day(facts.promised_on, language),
        "deposit": _sum(facts.paid or None, facts.currency, language),
        "amount": _sum(amount, facts.currency, language),
        "due": _sum(due or None, facts.currency, language),
        "valid_until": _day(facts.quote_valid_until, language),
        "quote_text": facts.quote_text,
        "answer": "" if facts.quote_amount is None else sentence("within_cap" if facts.within_cap else "ask", language),
        "result": "" if facts.outcome is None else sentence(facts.outcome.value, language),
        "guarantee": _day(facts.guarantee_until, language),
        "reference": facts.reference,
        "taken_in": _day(facts.taken_in_on, language),
        "ready_since": _day(facts.ready_on, language),
        "news": sentence(facts.news, language) if facts.news else "",
    }


def shown_number(number: str) -> str:
    """A ticket number in its groups; the code of a supplier order as it is."""
    return ticket_number.show(number) if number.isdigit() else number


def partner_facts(party: Party, number: str, currency: str) -> MessageFacts:
    """What may be told to a supplier or subcontractor of something that is no single order."""
    return MessageFacts(
        order_id=0,
        number=number,
        customer=party.name,
        customer_language=party.language,
        phone_e164=party.phone_e164,
        phone_kind=party.phone_kind,
        phone=party.phone,
        email=party.email,
        device="",
        type_names={},
        usual_fault="",
        promised_on=None,
        currency=currency,
        paid=0,
        fax_e164=party.fax_e164,
        postal=_postal(party),
        channels=_known(party.channels),
        refused=frozenset(_known(party.refused_channels)),
        party_id=party.id,
    )


def _device(facts: MessageFacts, language: str) -> str:
    return facts.device or facts.type_names.get(language, "") or sentence("device", language)


def _usual_fault(kind: DeviceType, fault: str) -> str:
    """The declared fault when it is one that the program ships: what people typed may tell of their private life."""
    shipped, typed = shipped_type(kind.code), fold(fault)
    usual = [text for texts in shipped.faults.values() for text in texts] if shipped else []
    return next((text for text in usual if fold(text) == typed), "")


def _day(day: date | None, language: str) -> str:
    return format_day(day, language) if day else ""


def _sum(amount: int | None, currency: str, language: str) -> str:
    return "" if amount is None else format_amount(amount, currency, language)
