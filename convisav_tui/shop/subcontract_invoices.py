"""What a subcontractor billed for a device that is back: number, day, sum, against the price that he had named (7.5 X).

It is written down per device; one invoice of his may stand on several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _, format_day
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dates import parse_date
from convisav_tui.shop.events import append_event
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.permissions import Permission, asks, may, require
from convisav_tui.shop.taken_over import shares_taken
from convisav_tui.store.models import Dispatch, OrderEvent, Party, Payer, RepairOrder, SubcontractJob

NOTED = "invoice_noted"  # the event
INVOICE_FIELDS = ("invoice_number", "invoice_on", "invoice_amount")
_LONGEST_NUMBER = 40


@dataclass(frozen=True)
class InvoiceCard:
    """A job to be billed, or that was. Amounts incl. VAT in minor units; `billed` is what we take for the work, None
    while no price is known or for who may not see margins."""

    job_id: int
    version: int
    number: str  # of the order
    subcontractor: str
    currency: str
    cost: int | None  # what he had named
    billed: int | None
    texts: Mapping[str, str]


def invoice_card(session: Session, job_id: int, actor: Actor, shop: ShopContext) -> InvoiceCard:
    """The job with what is written down of its invoice; a new one has today's day. Raises NotFound."""
    job, order = _job(session, job_id)
    dispatch = session.get_one(Dispatch, job.dispatch_id)
    day = job.invoice_on or shop.today()
    amount = "" if job.invoice_amount is None else plain_amount(job.invoice_amount, order.currency)
    return InvoiceCard(
        job_id=job_id,
        version=job.version,
        number=order.number,
        subcontractor=session.get_one(Party, dispatch.subcontractor_id).name,
        currency=order.currency,
        cost=job.cost,
        billed=_billed(session, job, order) if may(session, actor, Permission.SEE_COST) else None,
        texts={"invoice_number": job.invoice_number, "invoice_on": format_day(day), "invoice_amount": amount},
    )


@asks(Permission.NOTE_INVOICE)
def note_invoice(
    session: Session,
    job_id: int,
    raw: Mapping[str, str],
    actor: Actor,
    shop: ShopContext,
    key: str,
    expected_version: int | None = None,
) -> SubcontractJob:
    """Write down what the subcontractor billed, or correct it (keys of INVOICE_FIELDS; an amount of 0 needs no number:
    he bills nothing). A closed order takes it too: invoices come late. The same `key` again changes nothing.

    Raises FieldErrors, NotFound, Conflict when it changed since `expected_version`, Refusal while the device is out or
    without the permission."""
    job, order = _job(session, job_id)
    if session.exec(select(OrderEvent.id).where(OrderEvent.idempotency_key == key)).first() is not None:
        return job
    require(session, actor, Permission.NOTE_INVOICE)
    if expected_version is not None and job.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    if job.returned_at is None:
        sentence = _("The device is not back yet: what he bills is written down once it is.")
        raise Refusal("device_is_back", sentence)
    number, day, amount = _read(raw, order, shop)
    earlier = job.invoice_amount
    job.invoice_number, job.invoice_on, job.invoice_amount = number, day, amount
    session.add(job)
    detail = {"invoice": number, "amount": amount, "quoted": job.cost}
    if earlier is not None:
        detail["before"] = earlier
    append_event(session, order, event=NOTED, actor=actor, detail=detail, key=key)
    session.flush()
    return job


def _read(raw: Mapping[str, str], order: RepairOrder, shop: ShopContext) -> tuple[str, date | None, int]:
    reader = FieldReader(raw)
    number = reader.line("invoice_number", _LONGEST_NUMBER)
    day = reader.read("invoice_on", lambda typed: parse_date(typed, shop.today(), toward="past"))
    amount = reader.read("invoice_amount", lambda typed: parse_amount(typed, order.currency))
    if amount is None and "invoice_amount" not in reader.errors:
        reader.errors["invoice_amount"] = _("This is needed")
    if amount != 0 and not number:
        reader.errors["invoice_number"] = _("This is needed")
    if amount and day is None and "invoice_on" not in reader.errors:
        reader.errors["invoice_on"] = _("This is needed")
    if day is not None and day > shop.today():
        reader.errors["invoice_on"] = _("This day is still to come")
    if reader.errors:
        raise FieldErrors(reader.errors)
    return number, day, amount or 0


def _billed(session: Session, job: SubcontractJob, order: RepairOrder) -> int | None:
    """What is taken for the work: the price of the order with what others than the shop take over of it, before that
    his price with our margin."""
    if order.price is None:
        return job.price
    return order.price + sum(one.amount for one in shares_taken(session, order) if one.payer is not Payer.SHOP)


def _job(session: Session, job_id: int) -> tuple[SubcontractJob, RepairOrder]:
    job = session.get(SubcontractJob, job_id)
    if job is None:
        raise NotFound(_("The device was not with a subcontractor."))
    return job, session.get_one(RepairOrder, job.order_id)
