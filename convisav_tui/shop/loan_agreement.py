"""The paper that goes with a loaner: what is lent, as it is, until when, against which deposit (FR-R3, rules.md 8)."""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.clock import local
from convisav_tui.i18n import LANGUAGES, format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, ask_for
from convisav_tui.store.models import Loan, LoanerUnit, Paper, Party, RepairOrder

_FREE = mark(
    "The loan is free. The loaner stays the property of the shop and comes back in the condition written here."
)
_DEPOSIT = mark("The guarantee deposit is no price: it is given back when the loaner is, less what damage costs.")
_DATA = mark("Take your data off the loaner before you bring it back: what is left on it is erased.")
_SIGNED = (mark("The borrower"), mark("For the shop"))


def agreement_of(session: Session, loan: Loan, shop: ShopContext) -> Document:
    """The agreement as the loan is, in the borrower's language."""
    order, unit = session.get_one(RepairOrder, loan.order_id), session.get_one(LoanerUnit, loan.unit_id)
    party = session.get_one(Party, loan.party_id)
    language = party.language if party.language in LANGUAGES else shop.language
    facts = (
        (mark("Loaner"), " ".join(part for part in (unit.code, unit.brand, unit.model) if part)),
        (mark("Serial number"), unit.serial),
        (mark("Condition"), loan.condition_out),
        (mark("Accessories"), loan.accessories_out),
        (mark("Back by"), format_day(loan.due_on, language) if loan.due_on else ""),
        (mark("Guarantee deposit"), format_amount(loan.deposit, order.currency, language) if loan.deposit else ""),
        (mark("For order"), ticket_number.show(order.number)),
    )
    paragraphs = (_FREE, *((_DEPOSIT,) if loan.deposit else ()), _DATA)
    return Document(
        kind="loan_agreement",
        title=translate(mark("Loan agreement"), language),
        language=language,
        number=ticket_number.make(ticket_number.LOANER_PAIR, loan.unit_id),
        dated=format_day(local(loan.lent_at, shop.timezone).date(), language),
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(address_lines(party)),
        facts=tuple((translate(caption, language), value) for caption, value in facts if value),
        paragraphs=tuple(translate(part, language) for part in paragraphs),
        signatures=tuple(translate(caption, language) for caption in _SIGNED),
    )


def ask_for_agreement(session: Session, loan: Loan, shop: ShopContext, actor: Actor) -> Paper:
    """Print the agreement of a loan, one to sign and one to take along; a loan has one."""
    document = agreement_of(session, loan, shop)
    key = f"loan:{loan.id}"
    return ask_for(session, document, key=key, order_id=loan.order_id, party_id=loan.party_id, actor=actor, copies=2)


def address_lines(party: Party) -> list[str]:
    """Name and address of somebody, as a paper bears them."""
    lines = [party.name, party.street, f"{party.postcode} {party.city}".strip(), party.phone]
    return [line for line in lines if line]
