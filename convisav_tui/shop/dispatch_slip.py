"""The slip that goes along with a parcel to a subcontractor: one row a device, never an unlock code (rules.md 4.5)."""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.clock import local
from convisav_tui.i18n import LANGUAGES, format_day, mark, translate
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.away import in_dispatch
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.store.models import Device, DeviceType, Dispatch, Paper, Party, RepairOrder, SubcontractJob

_TITLE = mark("Dispatch slip")
_COLUMNS = (mark("No."), mark("Device"), mark("Serial no."), mark("Work asked for"), mark("Accessories"))
_SECRET = mark("unlock code passed on apart from this slip")
_SIGNED = (mark("Handed over by"), mark("Received by"))
_PROMISE = mark("Send each device back with its label; this barcode receives them one by one.")


def slip_of(session: Session, dispatch: Dispatch, shop: ShopContext) -> Document:
    """The slip as the dispatch is now, in the subcontractor's language."""
    assert dispatch.id is not None
    party = session.get_one(Party, dispatch.subcontractor_id)
    language = party.language if party.language in LANGUAGES else shop.language
    rows = tuple(_row(session, job, order, language) for job, order in in_dispatch(session, dispatch.id))
    facts = (
        (translate(mark("Expected back on"), language), _day(dispatch, language)),
        (translate(mark("Carrier"), language), dispatch.carrier),
        (translate(mark("Tracking no."), language), dispatch.tracking),
        (translate(mark("Devices"), language), str(len(rows))),
    )
    return Document(
        kind="dispatch_slip",
        title=translate(_TITLE, language),
        language=language,
        number=dispatch.number,
        dated=format_day(local(dispatch.sent_at, shop.timezone).date(), language),
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(_address(party)),
        facts=tuple((caption, value) for caption, value in facts if value),
        tables=(Table(tuple(translate(column, language) for column in _COLUMNS), rows),),
        paragraphs=tuple(part for part in (dispatch.note, translate(_PROMISE, language)) if part),
        signatures=tuple(translate(caption, language) for caption in _SIGNED),
    )


def ask_for_slip(session: Session, dispatch: Dispatch, shop: ShopContext, actor: Actor) -> Paper:
    """Print the slip of a dispatch that was just sent; a dispatch has one."""
    return ask_for(
        session,
        slip_of(session, dispatch, shop),
        key=f"dispatch:{dispatch.id}",
        order_id=None,
        party_id=dispatch.subcontractor_id,
        actor=actor,
    )


def _row(session: Session, job: SubcontractJob, order: RepairOrder, language: str) -> tuple[str, ...]:
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    title = device.title or kind.names.get(language) or kind.code
    secret = [translate(_SECRET, language)] if job.secret_included else []
    return (
        ticket_number.show(order.number),
        title,
        device.serial,
        " ".join(job.fault.split()),
        ", ".join([part for part in (order.accessories,) if part] + secret),
    )


def _address(party: Party) -> list[str]:
    lines = [party.name, party.street, f"{party.postcode} {party.city}".strip(), party.phone]
    return [line for line in lines if line]


def _day(dispatch: Dispatch, language: str) -> str:
    return format_day(dispatch.expected_on, language) if dispatch.expected_on else ""
