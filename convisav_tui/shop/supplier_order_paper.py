"""The paper of an order to a supplier: one row a part, in the supplier's language."""

from __future__ import annotations

from sqlmodel import Session, col, select

from convisav_tui import ticket_number
from convisav_tui.clock import local
from convisav_tui.i18n import LANGUAGES, format_day, mark, translate
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.shop.stock import shown
from convisav_tui.shop.suppliers import supplier_terms
from convisav_tui.store.models import Paper, Part, PartNeed, Party, RepairOrder, SupplierOrder, SupplierOrderLine

KIND = "supplier_order"
_TITLE = mark("Supplier order")
_COLUMNS = (mark("Reference"), mark("Our code"), mark("Part"), mark("For order"), mark("Quantity"))
_PROMISE = mark("Please name our order number on the delivery note.")


def paper_of(session: Session, order: SupplierOrder, shop: ShopContext) -> Document:
    """The paper as the order is now."""
    party = session.get_one(Party, order.supplier_id)
    terms = supplier_terms(session, order.supplier_id)
    language = party.language if party.language in LANGUAGES else shop.language
    lines = session.exec(
        select(SupplierOrderLine, Part)
        .join(Part, col(Part.id) == col(SupplierOrderLine.part_id))
        .where(SupplierOrderLine.supplier_order_id == order.id)
        .order_by(col(SupplierOrderLine.id))
    )
    facts = (
        (translate(mark("Customer number"), language), terms.customer_number if terms is not None else ""),
        (
            translate(mark("Expected on"), language),
            format_day(order.expected_on, language) if order.expected_on else "",
        ),
    )
    return Document(
        kind=KIND,
        title=translate(_TITLE, language),
        language=language,
        number=order.number,
        dated=format_day(local(order.sent_at or order.created_at, shop.timezone).date(), language),
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(
            line for line in (party.name, party.street, f"{party.postcode} {party.city}".strip(), party.email) if line
        ),
        facts=tuple((caption, value) for caption, value in facts if value),
        tables=(
            Table(
                tuple(translate(column, language) for column in _COLUMNS),
                tuple(_row(session, line, part) for line, part in lines),
            ),
        ),
        paragraphs=(translate(_PROMISE, language),),
    )


def ask_for_paper(session: Session, order: SupplierOrder, shop: ShopContext, actor: Actor) -> Paper:
    """Print the paper of a supplier order; it has one."""
    return ask_for(
        session,
        paper_of(session, order, shop),
        key=f"supplier-order:{order.id}",
        order_id=None,
        party_id=order.supplier_id,
        actor=actor,
    )


def _row(session: Session, line: SupplierOrderLine, part: Part) -> tuple[str, ...]:
    numbers = session.exec(
        select(RepairOrder.number)
        .join(PartNeed, col(PartNeed.order_id) == col(RepairOrder.id))
        .where(PartNeed.supplier_order_line_id == line.id)
        .order_by(col(PartNeed.id))
    )
    waiting = ", ".join(ticket_number.show(number) for number in dict.fromkeys(numbers))
    return (line.reference, part.code, part.name, waiting, shown(line.quantity))
