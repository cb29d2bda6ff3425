"""A paper for a sum that changed hands after the intake: its nature by the word of the law, what is still owed."""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.clock import local
from convisav_tui.i18n import LANGUAGES, format_instant, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, ask_for
from convisav_tui.shop.loan_agreement import address_lines
from convisav_tui.shop.names import name
from convisav_tui.shop.payments import sums_of
from convisav_tui.shop.taken_over import taken_over_facts
from convisav_tui.shop.wording import nature_word
from convisav_tui.store.models import Paper, Party, Payment, RepairOrder


def receipt_of_payment(session: Session, payment: Payment, shop: ShopContext) -> Document:
    """The receipt of a payment, or of what was given back, in the customer's language."""
    order = session.get_one(RepairOrder, payment.order_id)
    party, sums = session.get_one(Party, order.party_id), sums_of(session, order)
    language = party.language if party.language in LANGUAGES else shop.language
    given = payment.amount < 0
    facts = (
        (mark("Order"), ticket_number.show(order.number)),
        (mark("Customer code"), party.code),
        (mark("Given back") if given else mark("Received"), _amount(abs(payment.amount), payment, language)),
        (mark("Nature"), nature_word(payment.nature, language)),
        (mark("Means"), name(payment.means, language)),
        (mark("Price"), _amount(order.price, payment, language)),
        (mark("Still due"), _amount(sums.owed, payment, language) if (sums.owed or 0) >= 0 else ""),
        (mark("Guarantee deposit held"), _amount(sums.deposit_held, payment, language) if sums.deposit_held else ""),
    )
    return Document(
        kind="payment_receipt",
        title=translate(mark("Receipt of a refund") if given else mark("Receipt of a payment"), language),
        language=language,
        number=order.number,
        dated=format_instant(local(payment.at, shop.timezone), language),
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(address_lines(party)),
        facts=(
            *((translate(caption, language), value) for caption, value in facts if value),
            *taken_over_facts(session, order, language),
        ),
        signatures=(translate(mark("The customer"), language), translate(mark("For the shop"), language)),
    )


def ask_for_receipt(session: Session, payment: Payment, shop: ShopContext, actor: Actor) -> Paper:
    """Print the receipt of a payment; a payment has one."""
    return ask_for(
        session,
        receipt_of_payment(session, payment, shop),
        key=f"payment:{payment.id}",
        order_id=payment.order_id,
        party_id=session.get_one(RepairOrder, payment.order_id).party_id,
        actor=actor,
    )


def _amount(minor: int | None, payment: Payment, language: str) -> str:
    return "" if minor is None else format_amount(minor, payment.currency, language)
