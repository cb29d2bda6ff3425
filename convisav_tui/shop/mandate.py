"""An order under a principal: what his terms ask of the intake, and who pays and decides (7.1, 7.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, select

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.coverage import Cover, payer_from
from convisav_tui.shop.intake_form import IntakeForm
from convisav_tui.shop.principal_prices import flat_price
from convisav_tui.shop.principals import terms_of
from convisav_tui.store.models import (
    Approver,
    Invoicing,
    OrderEvent,
    Party,
    Payer,
    PrincipalTerms,
    RepairOrder,
)

# Key of the intake's event under which it keeps the amount from which the principal wants a quote.
QUOTE_ABOVE = "quote_above"
FLAT_PRICE = "flat_price"  # the price of his list for this type of device


@dataclass(frozen=True)
class Mandate:
    """The principal of an order with his terms (the usual ones for a party with whom none were written down)."""

    principal: Party
    terms: PrincipalTerms


def terms_kept(session: Session, mandate: Mandate | None, device_type_id: int | None) -> dict[str, object]:
    """What the intake's event keeps of the terms, so that a later change of them changes nothing."""
    if mandate is None:
        return {}
    kept: dict[str, object] = {"principal": mandate.principal.id, "approver": mandate.terms.approver.value}
    if mandate.terms.quote_above is not None:
        kept[QUOTE_ABOVE] = mandate.terms.quote_above
    price = flat_price(session, mandate.principal.id or 0, device_type_id or 0)
    return kept | ({FLAT_PRICE: price.amount} if price is not None else {})


def mandate_of(session: Session, form: IntakeForm) -> Mandate | None:
    """The principal who was chosen. Raises FieldErrors when he is gone, works with the shop no more, or wants his own
    reference on each order and none was typed."""
    if form.principal_id is None:
        if form.principal_reference:
            raise FieldErrors({"principal_id": _("Choose the principal whose reference this is")})
        return None
    principal, terms = session.get(Party, form.principal_id), terms_of(session, form.principal_id)
    if principal is None or terms is None:
        raise FieldErrors({"principal_id": _("This is no principal any more: choose again")})
    if not terms.active:
        raise FieldErrors({"principal_id": _("No more orders are taken from this principal")})
    if terms.reference_required and not form.principal_reference:
        sentence = _("{principal} wants his own reference on each order")
        raise FieldErrors({"principal_reference": sentence.format(principal=principal.name)})
    return Mandate(principal, terms)


def covers_under(mandate: Mandate | None, covers: Sequence[Cover]) -> list[Cover]:
    """What a guarantee covers is paid by the principal where there is one: he is the seller, or settles with him."""
    if mandate is None:
        return list(covers)
    payer_id = mandate.principal.id
    return [replace(cover, payer=Payer.PRINCIPAL, payer_id=payer_id) if cover.taken else cover for cover in covers]


def payer_of(mandate: Mandate | None, covers: Sequence[Cover]) -> Payer:
    """Who pays the order."""
    return payer_from(covers, mandate is not None)


def approver_of(mandate: Mandate | None) -> Approver:
    """Who decides about its quote."""
    return Approver.CUSTOMER if mandate is None else mandate.terms.approver


def quote_goes_to(session: Session, order: RepairOrder) -> Party:
    """Who is sent the quote and answers it."""
    decides = order.principal_id is not None and order.approver is Approver.PRINCIPAL
    return session.get_one(Party, order.principal_id if decides else order.party_id)


def on_account(order: RepairOrder) -> bool:
    """Whether the payer settles later: the device may go without being paid (FR-R1, T30)."""
    return order.payer is Payer.PRINCIPAL


def on_statement(session: Session, order: RepairOrder) -> bool:
    """Whether the order is billed with others of its month (FR-V11)."""
    terms = terms_of(session, order.principal_id) if order.payer is Payer.PRINCIPAL else None
    return terms is not None and terms.invoicing is Invoicing.MONTHLY


def quote_needed_above(session: Session, order: RepairOrder) -> int | None:
    """The amount from which the principal wants a quote, as it was agreed when the device came; minor units."""
    value = _kept(session, order).get(QUOTE_ABOVE)
    return value if isinstance(value, int) else None


def listed_price(session: Session, order: RepairOrder) -> int | None:
    """The principal's flat price for this device, as it was agreed when it came; minor units."""
    value = _kept(session, order).get(FLAT_PRICE)
    return value if isinstance(value, int) else None


def agreed_without_quote(session: Session, order: RepairOrder) -> int:
    """The most that may be billed without a quote (FR-Q8): the cap, and no more than the principal leaves free; a price
    of his list is agreed as it stands there."""
    limits = [limit for limit in (order.cap, quote_needed_above(session, order)) if limit is not None]
    return max(min(limits) if limits else 0, listed_price(session, order) or 0)


def _kept(session: Session, order: RepairOrder) -> dict[str, object]:
    if order.principal_id is None:
        return {}
    of_order = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.event == "receive")
    received = session.exec(of_order).first()
    return received.detail if received is not None else {}
