"""Erasing who somebody was, while issued documents stay until their term (rules.md 4.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _, format_day, ngettext
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.drafts import discard_draft
from convisav_tui.shop.events import append_event
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.retention import Clock, clock_of
from convisav_tui.shop.secrets import purge_secret
from convisav_tui.store.erasing import erase_from_logs
from convisav_tui.store.evidence_copies import FOLDER
from convisav_tui.store.models import (
    Channel,
    CheckAnswer,
    Device,
    Draft,
    DropOff,
    Fix,
    FrequentFault,
    OpenPoint,
    Party,
    RepairOrder,
    StaffEvent,
)
from convisav_tui.store.search_index import refresh_party
from convisav_tui.text import fold

_SHORTEST_NAME = 2
_EMPTY = ("phone", "phone_e164", "phone_kind", "email", "email_key", "street", "postcode", "city", "note", "fax")
_ORDER_TEXTS = ("depositor", "found_fault", "accessories", "intake_condition", "note", "principal_reference")


@dataclass(frozen=True)
class Foreseen:
    """What an anonymisation would do: what goes and what remains, in sentences; `refusal` when it may not be."""

    goes: tuple[str, ...]
    remains: tuple[str, ...]
    refusal: str
    clock: Clock


def foresee(session: Session, party_id: int, shop: ShopContext) -> Foreseen:
    """What would go, what would remain and until when. Changes nothing. Raises NotFound."""
    party = _party(session, party_id)
    clock = clock_of(session, party, shop)
    devices = len(_devices(session, party))
    goes = [
        _("Name, addresses, telephone, e-mail, fax and note of the card"),
        ngettext(
            "Serial number and note of {count} device", "Serial numbers and notes of {count} devices", devices
        ).format(count=devices),
        ngettext(
            "Fault, accessories, condition, notes and who took it, of {count} order",
            "Faults, accessories, conditions, notes and who took them, of {count} orders",
            clock.orders,
        ).format(count=clock.orders),
        _("Addresses and texts of all messages; the entry of the search"),
    ]
    photos = _photos(session, party_id)
    if photos:
        sentence = ngettext(
            "{count} photo, deleted within the hour; older copies of the shop hold it until they are dropped",
            "{count} photos, deleted within the hour; older copies of the shop hold them until they are dropped",
            photos,
        )
        goes.append(sentence.format(count=photos))
    remains = [_("Number, type, brand and model, dates, states and sums of each order")]
    if clock.papers_until is not None:
        papers = ngettext(
            "{count} paper or receipt and the payments, in the restricted store until {day}",
            "{count} papers and receipts and the payments, in the restricted store until {day}",
            clock.papers,
        )
        remains.append(papers.format(count=clock.papers, day=format_day(clock.papers_until)))
    blockers = [_("This was anonymised already.")] if party.anonymised_at else list(clock.blockers)
    return Foreseen(tuple(goes), tuple(remains), " ".join(blockers), clock)


@asks(Permission.ANONYMISE)
def anonymise(session: Session, party_id: int, actor: Actor, shop: ShopContext) -> Foreseen:
    """Replace who somebody was by his code everywhere but in issued documents; what was done stands in the log,
    without the erased values. The same again changes nothing.

    Raises Refusal while an order is open, a device not collected, a sum owed, a loaner out; to all but a manager;
    NotFound."""
    require(session, actor, Permission.ANONYMISE)
    party = _party(session, party_id)
    foreseen = foresee(session, party_id, shop)
    if party.anonymised_at is not None:
        return foreseen
    if foreseen.refusal:
        sentence = _("This person cannot be anonymised now: {reasons}").format(reasons=foreseen.refusal)
        raise Refusal("nothing_open", sentence, _("Close what is open first."))
    orders = list(session.exec(select(RepairOrder).where(RepairOrder.party_id == party_id)))
    _erase_workshop(session, party, orders)
    for order in orders:
        purge_secret(session, order, actor, reason="anonymised")
        _unlearn_fault(session, order.reported_fault)
        _erase_order(session, order)
    for device in _devices(session, party):
        device.serial, device.serial_key, device.seller, device.note = "", "", "", ""
        session.add(device)
    for drop_off in session.exec(select(DropOff).where(DropOff.party_id == party_id)):
        drop_off.depositor = ""
        session.add(drop_off)
    _erase_drafts(session, party_id)
    erase_from_logs(session, [order.id for order in orders if order.id is not None], party.code, party_id)
    _erase_card(session, party)
    detail = {"customer": party.code, "orders": len(orders)}
    for order in orders:
        append_event(session, order, event="anonymised", actor=actor, detail={"customer": party.code})
    session.add(StaffEvent(event="anonymised", by_id=actor.staff_id, station_name=actor.station_name, detail=detail))
    session.flush()
    refresh_party(session, party_id)
    return foreseen


def _erase_order(session: Session, order: RepairOrder) -> None:
    for column in _ORDER_TEXTS:
        setattr(order, column, "")
    order.reported_fault = "—"
    session.add(order)


def _erase_workshop(session: Session, party: Party, orders: list[RepairOrder]) -> None:
    """What was left open on his orders and devices goes; what was learnt from them stays without his words and name."""
    ids, devices = [order.id for order in orders], [device.id for device in _devices(session, party)]
    left = select(OpenPoint).where(col(OpenPoint.order_id).in_(ids) | col(OpenPoint.device_id).in_(devices))
    for point in session.exec(left):
        point.text = "—"
        session.add(point)
    declared = {fold(order.reported_fault) for order in orders}
    for fix in session.exec(select(Fix).where(col(Fix.order_id).in_(ids))):
        fix.symptom = "—" if fold(fix.symptom) in declared else _without(fix.symptom, party)
        fix.cause, fix.remedy, fix.order_id = _without(fix.cause, party), _without(fix.remedy, party), None
        session.add(fix)
    session.flush()


def _without(text: str, party: Party) -> str:
    """A text in which the person's code stands for his name, telephone and e-mail."""
    names = [word for word in party.name.split() if len(word) > _SHORTEST_NAME]
    words = [party.email, party.phone, party.name, *names]
    for word in filter(None, words):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", party.code, text, flags=re.IGNORECASE)
    return text


def _unlearn_fault(session: Session, fault: str) -> None:
    """A fault that only this person ever declared is offered to nobody any more."""
    learnt = select(FrequentFault).where(FrequentFault.text == fault[:200], FrequentFault.uses == 1)
    for row in session.exec(learnt).all():
        session.delete(row)


def _erase_card(session: Session, party: Party) -> None:
    party.name, party.name_key = party.code, fold(party.code)[:160]
    for column in (*_EMPTY, "fax_e164"):
        setattr(party, column, "")
    party.channel, party.channels, party.refused_channels = Channel.NONE, [], []
    party.anonymised_at = party.updated_at = now()
    session.add(party)
    session.flush()


def _erase_drafts(session: Session, party_id: int) -> None:
    """Intakes half typed for this person are gone with their unlock codes."""
    for draft in session.exec(select(Draft)).all():
        if f'"{party_id}"' in str(draft.fields.get("form", "")) and draft.kind == "intake":
            discard_draft(session, draft.key)


def _devices(session: Session, party: Party) -> list[Device]:
    return list(session.exec(select(Device).where(Device.party_id == party.id).order_by(col(Device.id))))


def _photos(session: Session, party_id: int) -> int:
    orders = select(RepairOrder.id).where(RepairOrder.party_id == party_id)
    named = select(CheckAnswer.evidence).where(
        col(CheckAnswer.order_id).in_(orders), col(CheckAnswer.evidence).startswith(f"{FOLDER}/")
    )
    return len(session.exec(named.distinct()).all())


def _party(session: Session, party_id: int) -> Party:
    party = session.get(Party, party_id)
    if party is None:
        raise NotFound(_("This customer was removed."))
    return party
