"""Several devices that one person brings at once: one order and label each, one receipt for all (rules.md 1.3, C11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from convisav_tui import ticket_number
from convisav_tui.errors import FieldErrors, NotFound
from convisav_tui.i18n import LANGUAGES, _, format_day, mark, translate
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.shop.filled_papers import receipt_of
from convisav_tui.shop.loan_agreement import address_lines
from convisav_tui.shop.names import name
from convisav_tui.shop.outbox import enqueue_print, print_key
from convisav_tui.shop.paper import ReceiptPaper
from convisav_tui.store.models import DropOff, Holder, JobKind, OrderEvent, Paper, Party, PrintJob, RepairOrder

_SIGNED = (mark("The customer, who has read and accepts what is written here"), mark("For the shop"))
_DEVICES = (
    mark("No."),
    mark("Device"),
    mark("Serial no."),
    mark("Declared fault"),
    mark("Accessories left"),
    mark("Agreed"),
    mark("Paid"),
)
_STAYING = (mark("No."), mark("Device"), mark("Serial no."), mark("Accessories left"), mark("State"))
_AWAY = frozenset({Holder.RETURNED, Holder.DISPOSED, Holder.WITH_OWNER})


def join(session: Session, order: RepairOrder, beside: str, actor: Actor) -> None:
    """Put a new order beside the one with these ten digits: both belong to one drop-off from now on.

    Raises FieldErrors when there is no such order, it is another customer's, or its device has left."""
    other = session.exec(select(RepairOrder).where(RepairOrder.number == beside)).first()
    if other is None:
        raise FieldErrors({"beside": _("There is no order with this number")})
    if other.party_id != order.party_id:
        raise FieldErrors({"beside": _("This order is another customer's")})
    if other.holder in _AWAY:
        raise FieldErrors({"beside": _("The device of this order has left: it was not brought together with this one")})
    if other.drop_off_id is None:
        drop_off = DropOff(
            idempotency_key=f"drop:{other.idempotency_key}"[:64],
            party_id=other.party_id,
            depositor=other.depositor,
            at=other.opened_at,
            staff_id=actor.staff_id,
            station_id=actor.station_id,
        )
        session.add(drop_off)
        session.flush()
        other.drop_off_id = drop_off.id
        session.add(other)
    order.drop_off_id = other.drop_off_id
    session.add(order)
    session.flush()


def together(session: Session, order: RepairOrder) -> list[RepairOrder]:
    """All orders of the drop-off of an order, itself among them, in the order in which they were written."""
    if order.drop_off_id is None:
        return [order]
    chosen = select(RepairOrder).where(RepairOrder.drop_off_id == order.drop_off_id).order_by(col(RepairOrder.id))
    return list(session.exec(chosen))


def end_drop_off(session: Session, number: str, actor: Actor, shop: ShopContext) -> Paper | PrintJob:
    """No more devices come: print what the customer takes along, a receipt for all, or the usual one of a single
    device. Asked for twice with the same devices it prints once. Raises NotFound."""
    order = session.exec(select(RepairOrder).where(RepairOrder.number == number)).first()
    if order is None or order.id is None:
        raise NotFound(_("There is no order with this number"))
    orders = together(session, order)
    if len(orders) > 1:
        return _ask_for_receipt(session, orders, actor, shop)
    key = print_key(JobKind.RECEIPT, order.id)
    earlier = session.exec(select(PrintJob).where(PrintJob.dedupe_key == key)).first()
    content = receipt_of(session, order, shop).as_content()
    return earlier or enqueue_print(session, order, JobKind.RECEIPT, content, key=key, actor=actor)


def left_behind(session: Session, order: RepairOrder) -> list[RepairOrder]:
    """The other orders of the drop-off whose device the shop still has."""
    return [one for one in together(session, order) if one.id != order.id and one.holder not in _AWAY]


def ask_for_statement(
    session: Session, order: RepairOrder, event: OrderEvent, actor: Actor, shop: ShopContext
) -> Paper | None:
    """Print what stays when the device of `order` is handed over (`event`); None when nothing stays."""
    staying = left_behind(session, order)
    if not staying:
        return None
    document = statement_of(session, order, staying, shop)
    key = f"left-behind:{event.id}"
    return ask_for(session, document, key=key, order_id=order.id, party_id=order.party_id, actor=actor)


def receipt_for_all(session: Session, orders: Sequence[RepairOrder], shop: ShopContext) -> Document:
    """The receipt of a drop-off, in the customer's language; what the single receipts say once stands once."""
    party = session.get_one(Party, orders[0].party_id)
    papers = [receipt_of(session, order, shop) for order in orders]
    first, language = papers[0], papers[0].language
    facts = (
        (mark("Customer code"), party.code),
        (mark("Brought in by"), first.depositor),
        (mark("Phone"), party.phone),
        (mark("E-mail"), party.email),
        (mark("Taken in on"), first.taken_in_at),
        (mark("By"), first.clerk),
        (mark("Devices"), str(len(orders))),
    )
    rows = tuple(_device_row(paper) for paper in papers)
    terms = dict.fromkeys(line for paper in papers for line in paper.terms.splitlines() if line.strip())
    return Document(
        kind="drop_off_receipt",
        title=translate(mark("Receipt for several devices"), language),
        language=language,
        number=orders[0].number,
        dated=first.taken_in_at,
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(address_lines(party)),
        facts=tuple((translate(caption, language), value) for caption, value in facts if value),
        tables=(Table(tuple(translate(column, language) for column in _DEVICES), rows),),
        paragraphs=tuple(terms),
        signatures=tuple(translate(caption, language) for caption in _SIGNED),
        footer=tuple(line for line in first.shop_identity.splitlines() if line.strip()),
    )


def statement_of(session: Session, order: RepairOrder, staying: Iterable[RepairOrder], shop: ShopContext) -> Document:
    """What stays in the shop of a drop-off, in the customer's language."""
    party = session.get_one(Party, order.party_id)
    language = party.language if party.language in LANGUAGES else shop.language
    rows = tuple(_staying_row(session, one, shop, language) for one in staying)
    told = translate(mark("These devices of the same drop-off stay in the shop; each has its own order."), language)
    return Document(
        kind="left_behind",
        title=translate(mark("Statement of what stays"), language),
        language=language,
        number=order.number,
        dated=format_day(shop.today(), language),
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(address_lines(party)),
        facts=((translate(mark("Handed over now"), language), ticket_number.show(order.number)),),
        tables=(Table(tuple(translate(column, language) for column in _STAYING), rows),),
        paragraphs=(told,),
        signatures=tuple(translate(caption, language) for caption in (mark("The customer"), mark("For the shop"))),
    )


def _ask_for_receipt(session: Session, orders: Sequence[RepairOrder], actor: Actor, shop: ShopContext) -> Paper:
    """One receipt for as many devices as there are now; one more device makes another receipt."""
    first = orders[0]
    return ask_for(
        session,
        receipt_for_all(session, orders, shop),
        key=f"drop-off:{first.drop_off_id}:{len(orders)}",
        order_id=first.id,
        party_id=first.party_id,
        actor=actor,
    )


def _device_row(paper: ReceiptPaper) -> tuple[str, ...]:
    asked = f"{translate(mark('Quote requested'), paper.language)}: {paper.quote_requested}"
    agreed = (asked, f"≤ {paper.cap}" if paper.cap else "", paper.promised_on)
    paid = f"{paper.amount_nature} {paper.amount} ({paper.amount_means})" if paper.amount else ""
    return (
        ticket_number.show(paper.number),
        paper.device,
        paper.serial,
        " ".join(paper.fault.split()),
        ", ".join(part for part in (paper.accessories, paper.condition) if part),
        ", ".join(part for part in agreed if part),
        paid,
    )


def _staying_row(session: Session, order: RepairOrder, shop: ShopContext, language: str) -> tuple[str, ...]:
    paper = receipt_of(session, order, shop)
    return (
        ticket_number.show(order.number),
        paper.device,
        paper.serial,
        order.accessories,
        name(order.state, language),
    )
